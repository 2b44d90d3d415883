"""Reference set of 11 points, smallest triangle 0.0365298898 of the whole.

Found offline: simulated annealing of single points, then sequential quadratic programming on the
17 smallest triangles until they were equal. Writes points.json.
"""

import json

POINTS = [
    [0.0, 0.1440309408933531],
    [0.0, 0.7043488541186649],
    [0.0651949349071426, 0.8527327696788997],
    [0.1440309408933526, 0.0],
    [0.1557099128099457, 0.3370394970952676],
    [0.2774529779155067, 0.7225470220844933],
    [0.3370394970952685, 0.1557099128099459],
    [0.3781061011626004, 0.3781061011625997],
    [0.7043488541186654, 0.0],
    [0.7225470220844937, 0.2774529779155062],
    [0.8527327696788997, 0.0651949349071425],
]


def main() -> None:
    """Write the points as [x, y]."""
    with open("points.json", "w") as file:
        json.dump({"points": POINTS}, file)


if __name__ == "__main__":
    main()
