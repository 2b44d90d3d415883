"""Reference sizes of the ten-bar truss, 5060.8537 lb.

Found offline: sequential quadratic programming from random starts. Most ended here, at the
published optimum, the others at a second one of 5076.67 lb. Writes areas.json.
"""

import json

AREAS = [
    30.521804661,
    0.1,
    23.199884421,
    15.2229102478,
    0.1,
    0.551356205825,
    7.45720075008,
    21.0364300163,
    21.5284403925,
    0.1,
]


def main() -> None:
    """Write the areas, in^2, in the order of the members."""
    with open("areas.json", "w") as file:
        json.dump({"areas": AREAS}, file)


if __name__ == "__main__":
    main()
