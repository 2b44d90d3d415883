"""Reference controllers for the six plants. Writes controllers.json.

Found offline: CMA-ES on the simulated score of each plant, restarted several times, with the limits
as penalties; the sensitivity and, with derivative action, the control sensitivity end at theirs.
"""

import json

PARAMETERS = (
    "gain",
    "integral_time",
    "derivative_time",
    "filter_time",
    "setpoint_weight",
    "tracking_time",
)
CONTROLLERS = {
    "oven": [3.06941064, 6.75378183, 0.53303046, 0.147736973, 0.441729958, 1.94608247],
    "pipe": [0.5223181, 3.53130918, 0.863567984, 0.196275183, 1.15138428, 115.179356],
    "beam": [3.72892532, 1.15994497, 0.606850294, 0.0523329279, 0.565841536, 0.123399673],
    "tank": [3.14408766, 8.30852302, 0.52150831, 0.20714453, 0.445533351, 2.28380734],
    "turbine": [0.760645079, 2.65099487, 0.632372615, 0.123146503, 0.934763411, 2.70827857],
    "servo": [5.45845312, 0.80374789, 0.144757523, 0.0178507484, 0.458493359, 0.158006334],
}


def main() -> None:
    """Write the controllers of all plants."""
    controllers = {name: dict(zip(PARAMETERS, values)) for name, values in CONTROLLERS.items()}
    with open("controllers.json", "w") as file:
        json.dump(controllers, file)


if __name__ == "__main__":
    main()
