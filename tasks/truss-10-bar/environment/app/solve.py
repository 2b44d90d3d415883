"""Size the ten-bar truss: one area per kind of member, then scaled until every limit is met.

Stresses and displacements fall in proportion when all areas grow together, so one factor makes any
proportions feasible; which proportions are light is the question. Writes areas.json.
"""

import json

from structure import DISPLACEMENT_LIMIT, SMALLEST_AREA, STRESS_LIMIT, TRUSS
from truss import analyse, weight

# Proportions of the cross-sections; only their ratios matter.
CHORDS_AT_WALL = 10.0
CHORDS_AT_TIP = 10.0
POSTS = 10.0
DIAGONALS_AT_WALL = 10.0
DIAGONALS_AT_TIP = 10.0
MARGIN = 0.02  # how far the design stays inside its limits, as a fraction of them


def proportions() -> list[float]:
    """Return the area of each member before scaling."""
    chords = [CHORDS_AT_WALL, CHORDS_AT_TIP, CHORDS_AT_WALL, CHORDS_AT_TIP]
    diagonals = [DIAGONALS_AT_WALL, DIAGONALS_AT_WALL, DIAGONALS_AT_TIP, DIAGONALS_AT_TIP]
    return [*chords, POSTS, POSTS, *diagonals]


def worst_use(areas: list[float]) -> float:
    """Return the largest of all stresses and displacements, as a fraction of its limit."""
    use = 0.0
    for response in analyse(TRUSS, areas):
        stress = max(abs(stress) for stress in response.stresses)
        moved = max(abs(part) for node in response.displacements for part in node)
        use = max(use, stress / STRESS_LIMIT, moved / DISPLACEMENT_LIMIT)
    return use


def scaled(areas: list[float]) -> list[float]:
    """Return the areas times the one factor with which every limit is met."""
    factor = worst_use(areas) * (1 + MARGIN)
    return [max(area * factor, SMALLEST_AREA) for area in areas]


def main() -> None:
    """Write the areas, in^2, in the order of the members."""
    areas = scaled(proportions())
    with open("areas.json", "w") as file:
        json.dump({"areas": areas}, file)
    print(f"weight {weight(TRUSS, areas):.3f} lb, worst use {worst_use(areas):.4f}")


if __name__ == "__main__":
    main()
