"""Reference gratings, 80.4048% guaranteed on average.

Found offline: thousands of starts of iterative phase retrieval with random phases of the orders,
each rounded to the levels and then improved by sequential quadratic programming over the
transitions (the weakest order is maximised within the smallest feature); the best of them were
then changed at random, segment by segment, and improved again. Writes gratings.json.
"""

import json

GRATINGS = {
    "binary-7": {
        "transitions": [
            10.499533261, 20.550518206, 39.879250303, 63.070698229,
        ],
        "levels": [1, 0, 1, 0],
    },
    "binary-16": {
        "transitions": [
            13.607439634, 17.044951642, 21.610205598, 26.189726530, 35.095761644, 39.020624008,
            43.443461421, 44.747848375, 49.489980614, 63.607439636, 67.044951750, 71.610205540,
            76.189726571, 85.095761593, 89.020624010, 93.443461457, 94.747848374, 99.489980561,
        ],
        "levels": [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1],
    },
    "quaternary-5": {
        "transitions": [
            1.891477193, 11.346422836, 29.317572984, 36.775886303, 41.294486725, 46.240262793,
            52.999438074, 60.516394772, 67.377323725, 71.487978109, 74.697943961, 81.318408878,
            89.868201823, 90.868201823,
        ],
        "levels": [3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 1, 2],
    },
    "quaternary-9": {
        "transitions": [
            6.449807761, 13.477946198, 21.395259480, 38.437167753, 42.812832249, 59.854740521,
            67.772053804, 74.800192240, 85.475228725, 95.774771277,
        ],
        "levels": [3, 0, 1, 0, 1, 0, 3, 2, 1, 2],
    },
    "quaternary-15": {
        "transitions": [
            1.683822131, 6.184049489, 9.144064183, 16.103055261, 18.238087906, 24.952985810,
            35.251388420, 58.873611580, 69.172014190, 75.886912094, 78.021944739, 84.980935817,
            87.940950511, 92.441177869, 95.761631759, 98.363368241,
        ],
        "levels": [0, 1, 2, 3, 0, 1, 2, 1, 0, 3, 2, 1, 0, 3, 2, 3],
    },
}


def main() -> None:
    """Write the gratings."""
    with open("gratings.json", "w") as file:
        json.dump(GRATINGS, file)


if __name__ == "__main__":
    main()
