"""Size the 25-bar tower: one area per storey and kind, then scaled until every limit is met.

Stresses and displacements fall in proportion when all areas grow together, so one factor makes any
proportions feasible; which proportions are light is the question. Writes areas.json.
"""

import json

from structure import (
    COMPRESSION_LIMITS,
    DISPLACEMENT_LIMIT,
    GROUPS,
    SMALLEST_AREA,
    TENSION_LIMITS,
    TRUSS,
)
from truss import analyse, weight

# Proportions of the cross-sections; only their ratios matter.
TOP = 1.0  # group 0
UPPER_STOREY = 1.0  # groups 1 and 2
WAIST = 1.0  # groups 3 and 4
LOWER_DIAGONALS = 1.0  # groups 5 and 6
LEGS = 1.0  # group 7
MARGIN = 0.02  # how far the design stays inside its limits, as a fraction of them


def proportions() -> list[float]:
    """Return the area of each group before scaling."""
    upper, lower = [UPPER_STOREY] * 2, [LOWER_DIAGONALS] * 2
    return [TOP, *upper, WAIST, WAIST, *lower, LEGS]


def by_member(areas: list[float]) -> list[float]:
    """Return the area of every member, from the areas of the groups."""
    found = {member: area for area, members in zip(areas, GROUPS) for member in members}
    return [found[member] for member in range(len(found))]


def worst_use(areas: list[float]) -> float:
    """Return the largest of all stresses and displacements, as a fraction of its limit."""
    use = 0.0
    for response in analyse(TRUSS, by_member(areas)):
        for tension, compression, members in zip(TENSION_LIMITS, COMPRESSION_LIMITS, GROUPS):
            for member in members:
                stress = response.stresses[member]
                use = max(use, stress / tension, -stress / compression)
        moved = max(abs(part) for node in response.displacements for part in node)
        use = max(use, moved / DISPLACEMENT_LIMIT)
    return use


def scaled(areas: list[float]) -> list[float]:
    """Return the areas times the one factor with which every limit is met."""
    factor = worst_use(areas) * (1 + MARGIN)
    return [max(area * factor, SMALLEST_AREA) for area in areas]


def main() -> None:
    """Write the areas, in^2, in the order of the groups."""
    areas = scaled(proportions())
    with open("areas.json", "w") as file:
        json.dump({"areas": areas}, file)
    print(f"weight {weight(TRUSS, by_member(areas)):.3f} lb, worst use {worst_use(areas):.4f}")


if __name__ == "__main__":
    main()
