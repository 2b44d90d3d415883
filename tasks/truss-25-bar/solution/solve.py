"""Reference sizes of the 25-bar tower, 545.1627 lb.

Found offline: sequential quadratic programming from random starts, all of which ended here, at the
published optimum. Writes areas.json.
"""

import json

AREAS = [
    0.01,
    1.98704259579,
    2.99348121251,
    0.01,
    0.01,
    0.683961928604,
    1.67689113345,
    2.66214050092,
]


def main() -> None:
    """Write the areas, in^2, in the order of the groups."""
    with open("areas.json", "w") as file:
        json.dump({"areas": AREAS}, file)


if __name__ == "__main__":
    main()
