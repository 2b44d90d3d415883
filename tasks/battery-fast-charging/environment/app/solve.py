"""Charge in stages of equal charge, each with a fixed part of the current of the one before.

The currents are careful guesses; nothing is simulated. Writes stages.json.
"""

import json

from cell import CAPACITY
from conditions import AMBIENT, START, TARGET

STAGES = 4
# Per condition: the first stage's current in A, and what part of it each next stage keeps.
FIRST = {"cold": 2.5, "mild": 5.0, "warm": 3.5}
KEEP = {"cold": 0.8, "mild": 0.8, "warm": 0.9}
SPARE = 1.0  # s, so that rounding cannot leave the target unreached


def stages(first: float, keep: float) -> list[list[float]]:
    """Return [seconds, amperes] of every stage."""
    charge = (TARGET - START) * CAPACITY * 3600.0 / STAGES  # C
    currents = [first * keep**number for number in range(STAGES)]
    table = [[charge / current, current] for current in currents]
    table[-1][0] += SPARE
    return table


def main() -> None:
    """Write the tables of all conditions."""
    tables = {name: stages(FIRST[name], KEEP[name]) for name in AMBIENT}
    with open("stages.json", "w") as file:
        json.dump(tables, file)


if __name__ == "__main__":
    main()
