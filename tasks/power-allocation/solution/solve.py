"""Reference setting of the link, 93.9569 Tb/s.

Found offline: a quasi-Newton search with bounds (L-BFGS-B) over all 88 numbers, which ended here
from four different starts. Writes setting.json.
"""

import json

# dBm, L band, then C band, by ascending frequency
LAUNCH_DBM = [
    3.60512, 3.14485, 2.89399, 2.83142, 2.93153, 3.14319, 3.39942, 3.63255, 3.78659, 3.82381,
    3.72679, 3.49887, 3.16492, 2.77169, 2.38462, 2.07763, 1.91633, 1.94023, 2.15112, 2.51237,
    2.95948, 3.41783, 3.82047, 4.11942, 4.28931, 4.32671, 4.24919, 4.09596, 3.93138, 3.87340,
    2.16405, 1.79064, 1.65973, 1.74221, 2.00535, 2.38890, 2.81628, 3.21196, 3.51563, 3.68921,
    3.71792, 3.60941, 3.39351, 3.12169, 2.86287, 2.69240, 2.67490, 2.84665, 3.20463, 3.70690,
    4.28500, 4.86382, 5.38018, 5.79352, 6.00000, 6.00000, 6.00000, 6.00000, 6.00000, 6.00000,
]
OUTPUT_DBM = {
    "L": [18.78032, 17.56004, 19.25775, 18.42697, 17.24793, 18.98006, 18.27328],
    "C": [20.0, 18.65556, 20.0, 19.92961, 18.11128, 20.0, 19.65071],
}
TILT_DB = {
    "L": [0.9183, 0.27283, 1.22461, 0.38426, 0.31606, 1.12529, 0.47903],
    "C": [2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5],
}


def main() -> None:
    """Write the setting."""
    setting = {"launch_dbm": LAUNCH_DBM, "output_dbm": OUTPUT_DBM, "tilt_db": TILT_DB}
    with open("setting.json", "w") as file:
        json.dump(setting, file)


if __name__ == "__main__":
    main()
