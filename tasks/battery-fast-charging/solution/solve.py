"""Reference tables, 46.6894 min.

Found offline: sequential quadratic programming on the model, from many starts, over the currents and
the charge of each stage. Limits are kept to by a hair. Writes stages.json.
"""

import json

# Per climate [seconds, amperes] of each stage.
STAGES = {
    "cold": [
        [280.561, 7.17157],
        [108.414, 6.64183],
        [112.836, 6.08467],
        [1013.693, 5.6329],
        [179.69, 4.28033],
        [271.915, 3.07719],
        [458.013, 2.42444],
        [419.877, 1.80237],
    ],
    "mild": [
        [168.167, 14.1262],
        [225.214, 9.68809],
        [879.451, 6.99649],
        [72.395, 6.68137],
        [62.387, 5.95926],
        [66.013, 5.37864],
        [69.257, 4.89958],
        [76.631, 4.49024],
    ],
    "warm": [
        [131.179, 8.84154],
        [133.357, 6.94867],
        [180.82, 5.43203],
        [574.448, 4.18033],
        [609.239, 4.00628],
        [434.217, 4.14468],
        [203.458, 4.05874],
        [521.353, 3.96588],
    ],
}


def main() -> None:
    """Write the tables of all climates."""
    with open("stages.json", "w") as file:
        json.dump(STAGES, file)


if __name__ == "__main__":
    main()
