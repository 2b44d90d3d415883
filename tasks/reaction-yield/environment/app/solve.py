"""Run each campaign in the simplest way: at one temperature, as fast as lets enough of A react.

All of the nucleophile is dosed at the inlet. Writes plans.json.
"""

import json

from campaigns import CAMPAIGNS, LEAST_FLOW, MOST_FLOW
from reactor import ZONES, Plan, run

# Per campaign: concentration of A in its feed in mol/L, equivalents of B, wall in Celsius.
CONCENTRATION = {"overreaction": 0.6, "isomer": 0.2, "fading": 0.8}
EQUIVALENTS = {"overreaction": 1.5, "isomer": 1.6, "fading": 2.4}
TEMPERATURE = {"overreaction": 55.0, "isomer": 110.0, "fading": 60.0}
FIRST_PART = 1.0  # of B, dosed at the inlet; the rest is dosed before the second zone
LEFT = 0.025  # of the A fed, at most: it decides on the flow
HALVINGS = 8  # of the interval in which the flow is sought


def plan(name: str, flow: float) -> Plan:
    """Return how a campaign is run at this flow of the feed of A, in mL/min."""
    first = FIRST_PART * EQUIVALENTS[name]
    doses = [first, EQUIVALENTS[name] - first] + [0.0] * (ZONES - 2)
    return Plan(flow, CONCENTRATION[name], doses, [TEMPERATURE[name]] * ZONES)


def fastest(name: str) -> Plan:
    """Return the plan with the largest flow at which enough of A reacts."""
    slow, fast = LEAST_FLOW, MOST_FLOW
    for _ in range(HALVINGS):
        flow = (slow * fast) ** 0.5
        found = run(CAMPAIGNS[name], plan(name, flow))
        if found.moles["A"] > LEFT * found.fed[0]:
            fast = flow
        else:
            slow = flow
    return plan(name, slow)


def main() -> None:
    """Write the plans of all campaigns."""
    with open("plans.json", "w") as file:
        json.dump({name: fastest(name)._asdict() for name in CAMPAIGNS}, file)


if __name__ == "__main__":
    main()
