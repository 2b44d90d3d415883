"""Run the link with the same power in every channel and no tilt. Writes setting.json."""

import json
import math

from link import AMPLIFIERS, BANDS, PER_BAND

# Per band, L and C: the mean launch power of a channel, and by how much the launch power rises from
# its lowest to its highest channel.
LAUNCH_DBM = {"L": 0.0, "C": 0.0}
LAUNCH_TILT_DB = {"L": 0.0, "C": 0.0}
# By how much the outermost channels of a band are launched stronger than its middle.
EDGE_DB = 0.0
# Per band: what each amplifier adds to or takes from the total power, and its tilt.
STEP_DB = {"L": 0.0, "C": 0.0}
TILT_DB = {"L": 0.0, "C": 0.0}


def launch(band: str) -> list[float]:
    """Return the launch powers of a band's channels, dBm."""
    middle = (PER_BAND - 1) / 2
    places = [(number - middle) / (PER_BAND - 1) for number in range(PER_BAND)]
    return [
        LAUNCH_DBM[band] + LAUNCH_TILT_DB[band] * place + EDGE_DB * (2 * place) ** 2
        for place in places
    ]


def outputs(band: str) -> list[float]:
    """Return the total power behind each amplifier, dBm."""
    total = 10 * math.log10(sum(10 ** (power / 10) for power in launch(band)))
    return [total + STEP_DB[band] * (number + 1) for number in range(AMPLIFIERS)]


def main() -> None:
    """Write the setting."""
    setting = {
        "launch_dbm": [power for band in BANDS for power in launch(band)],
        "output_dbm": {band: outputs(band) for band in BANDS},
        "tilt_db": {band: [TILT_DB[band]] * AMPLIFIERS for band in BANDS},
    }
    with open("setting.json", "w") as file:
        json.dump(setting, file)


if __name__ == "__main__":
    main()
