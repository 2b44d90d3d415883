"""Reference plans, 34.3103 EUR/h on average.

Found offline: sequential quadratic programming on the model from random starts; most of them ended
here. Limits are kept to by a hair. Writes plans.json.
"""

import json

PLANS = {
    "overreaction": {
        "flow": 6.0035735,
        "concentration": 1.2,
        "doses": [1.6134639, 0.6658203, 0.0, 0.0, 0.0],
        "temperatures": [83.2996, 56.1473, 67.1243, 67.2843, 68.6914],
    },
    "isomer": {
        "flow": 8.0355192,
        "concentration": 1.2,
        "doses": [0.0, 0.0, 0.1612577, 1.13262, 0.0],
        "temperatures": [33.3469, 129.999, 109.5369, 92.8927, 111.4069],
    },
    "fading": {
        "flow": 3.6660899,
        "concentration": 1.2,
        "doses": [2.727514, 0.7130892, 0.0, 0.0, 0.0],
        "temperatures": [84.1594, 66.1314, 72.5247, 73.0628, 74.4202],
    },
}


def main() -> None:
    """Write the plans of all campaigns."""
    with open("plans.json", "w") as file:
        json.dump(PLANS, file)


if __name__ == "__main__":
    main()
