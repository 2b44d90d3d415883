"""Tune a PID controller for each of six plants: cautious values, set by hand. Writes controllers.json.

The plants' models are in plants.json, which this program does not use yet.
"""

import json

# Per plant: gain; integral, derivative and filter time in seconds; setpoint weight; tracking time
# of the anti-windup in seconds.
OVEN = [2.0, 14.0, 0.5, 0.5, 0.8, 10.0]  # one lag, delay; the heating can only heat
PIPE = [0.3, 2.5, 0.2, 0.5, 1.0, 3.0]  # mostly delay
BEAM = [1.0, 1.2, 1.0, 0.1, 0.4, 1.0]  # swings, little damping
TANK = [1.6, 16.0, 0.3, 0.5, 0.5, 10.0]  # integrates, delay
TURBINE = [0.45, 2.2, 0.2, 0.3, 1.0, 2.0]  # starts in the wrong direction
SERVO = [2.0, 1.6, 0.2, 0.05, 0.5, 1.0]  # integrates, with the lags of a motor

# For all plants together, to make them quicker or more cautious.
GAIN_SCALE = 1.0
INTEGRAL_SCALE = 1.0
DERIVATIVE_SCALE = 1.0
FILTER_SCALE = 1.0


def controller(values: list[float]) -> dict[str, float]:
    """Name the parameters of one controller."""
    gain, integral, derivative, smooth, weight, tracking = values
    return {
        "gain": gain * GAIN_SCALE,
        "integral_time": integral * INTEGRAL_SCALE,
        "derivative_time": derivative * DERIVATIVE_SCALE,
        "filter_time": smooth * FILTER_SCALE,
        "setpoint_weight": weight,
        "tracking_time": tracking,
    }


def main() -> None:
    """Write the controllers of all plants."""
    controllers = {
        "oven": controller(OVEN),
        "pipe": controller(PIPE),
        "beam": controller(BEAM),
        "tank": controller(TANK),
        "turbine": controller(TURBINE),
        "servo": controller(SERVO),
    }
    with open("controllers.json", "w") as file:
        json.dump(controllers, file)


if __name__ == "__main__":
    main()
