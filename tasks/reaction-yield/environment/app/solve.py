"""Run each campaign in the simplest way: one temperature, all of the nucleophile at the inlet.

Writes plans.json.
"""

import json

from campaigns import CAMPAIGNS
from reactor import ZONES

# Per campaign: feed of A in mL/min and its concentration in mol/L, equivalents of B, wall in Celsius.
FLOW = {"overreaction": 1.0, "isomer": 7.5, "fading": 1.0}
CONCENTRATION = {"overreaction": 0.6, "isomer": 0.2, "fading": 0.8}
EQUIVALENTS = {"overreaction": 1.5, "isomer": 1.6, "fading": 2.4}
TEMPERATURE = {"overreaction": 55.0, "isomer": 111.0, "fading": 60.0}
# What part of B is dosed at the inlet; the rest is dosed before the second zone.
FIRST_PART = 1.0


def plan(name: str) -> dict[str, object]:
    """Return how a campaign is run."""
    first = FIRST_PART * EQUIVALENTS[name]
    return {
        "flow": FLOW[name],
        "concentration": CONCENTRATION[name],
        "doses": [first, EQUIVALENTS[name] - first] + [0.0] * (ZONES - 2),
        "temperatures": [TEMPERATURE[name]] * ZONES,
    }


def main() -> None:
    """Write the plans of all campaigns."""
    with open("plans.json", "w") as file:
        json.dump({name: plan(name) for name in CAMPAIGNS}, file)


if __name__ == "__main__":
    main()
