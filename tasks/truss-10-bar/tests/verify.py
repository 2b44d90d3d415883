"""Score the cross-sections of a truss: its weight, once stresses and displacements keep to limits.

Standard library only. Usage: python3 -S verify.py [APP_DIR] [LOG_DIR]

Reads APP_DIR/areas.json, one area per group of members. `structure` has the geometry, the loads and
the limits with their source; `truss` does the analysis, by the stiffness method. Nothing but the
areas is taken from the candidate.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from answers import Scored, broken, main, numbers, read_json, table
from structure import (
    BEST_KNOWN,
    COMPRESSION_LIMITS,
    DISPLACEMENT_LIMIT,
    GROUPS,
    SMALLEST_AREA,
    TENSION_LIMITS,
    TRUSS,
)
from truss import Response, analyse, lengths, weight

OUTPUT = "areas.json"
LARGEST_AREA = 1000.0  # in^2; ten times what any sensible design has
TOLERANCE = 1e-6  # of a limit; it is charged
ACTIVE = 0.999  # a limit used to more than this counts as active
THIN = 1.01 * SMALLEST_AREA  # an area below counts as one at the smallest
STEP = 1e-4  # relative change of an area by which sensitivities are measured
AXES = "xyz"


class Use(NamedTuple):
    """How much of one limit is used: 1 is all of it."""

    share: float
    stress: bool  # else a displacement
    words: str


def member_areas(areas: list[float]) -> list[float]:
    """Return the area of every member, from the areas of the groups."""
    found = {member: areas[g] for g, members in enumerate(GROUPS) for member in members}
    return [found[member] for member in range(len(TRUSS.members))]


def uses(areas: list[float]) -> list[Use]:
    """Return the use of every limit in every load case."""
    found: list[Use] = []
    for number, response in enumerate(analyse(TRUSS, member_areas(areas))):
        found += stress_uses(response, f" (load case {number})")
        found += displacement_uses(response, f" (load case {number})")
    return found


def stress_uses(response: Response, case: str) -> Iterator[Use]:
    """Yield the use of each member's stress limit."""
    for g, members in enumerate(GROUPS):
        for member in members:
            stress = response.stresses[member]
            limits = {"compression": COMPRESSION_LIMITS, "tension": TENSION_LIMITS}
            kind = "compression" if stress < 0.0 else "tension"
            limit = limits[kind][g]
            words = f"member {member}: {abs(stress):,.1f} psi {kind}, limit {limit:,.0f}{case}"
            yield Use(abs(stress) / limit, True, words)


def displacement_uses(response: Response, case: str) -> Iterator[Use]:
    """Yield the use of each free node's displacement limits."""
    for node, moved in enumerate(response.displacements):
        if node not in TRUSS.supports:
            for axis, part in zip(AXES, moved, strict=False):
                words = f"node {node} moves {part:.5f} in along {axis}, limit {DISPLACEMENT_LIMIT}"
                yield Use(abs(part) / DISPLACEMENT_LIMIT, False, words + case)


def score(app: Path) -> Scored:
    """Return the record and the feedback for the areas in the directory `app`.

    The reward is the weight in pounds. An excess up to the tolerance is charged: stresses and
    displacements fall as 1 / factor when all areas grow by a factor, so the weight of the design
    grown by just that excess is the weight of one that keeps to every limit.
    """
    content = table(read_json(app / OUTPUT), OUTPUT, ("areas",))
    areas = numbers(content["areas"], "areas", len(GROUPS), 0.0, LARGEST_AREA)
    thin = [
        (SMALLEST_AREA - area, f"area {g} is {area:.6g} in^2, at least {SMALLEST_AREA} are needed")
        for g, area in enumerate(areas)
        if area < SMALLEST_AREA
    ]
    if thin:
        return broken(thin)
    found = sorted(uses(areas), reverse=True)
    excess = max(found[0].share - 1.0, 0.0)
    if excess > TOLERANCE:
        over = [use for use in found if use.share - 1.0 > TOLERANCE]
        return broken((use.share - 1.0, f"{use.words}; as a share of it") for use in over)
    total = weight(TRUSS, member_areas(areas)) * (1.0 + excess)
    reward = {
        "reward": total,
        "feasible": 1,
        "worst_violation": excess,
        "worst_stress_use": max(use.share for use in found if use.stress),
        "worst_displacement_use": max(use.share for use in found if not use.stress),
        "active_limits": sum(use.share > ACTIVE for use in found),
        "at_smallest_area": sum(area < THIN for area in areas),
    }
    return reward, praise(areas, total, found)


def praise(areas: list[float], total: float, found: list[Use]) -> str:
    """Say how heavy a feasible design is, what limits it, and where weight does the least."""
    spare = 1.0 - found[0].share
    order = sorted(returns(areas), key=lambda pair: -pair[1])
    few = min(3, len(order) // 2)
    best = ", ".join(f"{g} ({gain:.2f})" for g, gain in order[:few])
    least = ", ".join(f"{g} ({gain:.2f})" for g, gain in order[: -few - 1 : -1])
    return (
        f"Weight {total:.4f} lb; best known {BEST_KNOWN} lb, {total - BEST_KNOWN:.4f} away.\n"
        f"Most used limit: {found[0].words} ({found[0].share:.4%}). Next: {found[1].words}"
        f" ({found[1].share:.4%}).\n"
        f"All areas together could shrink by {max(spare, 0.0):.4%}.\n"
        f"What 100 lb more would take off the most used limit, in % of it, by area: most from"
        f" {best}; least from {least}. Where the two differ, move weight from the least to the"
        f" most, down to the smallest area of {SMALLEST_AREA} in^2.\n"
    )


def returns(areas: list[float]) -> list[tuple[int, float]]:
    """Return (group, per cent of the most used limit saved per 100 lb added to it).

    Groups that are at the smallest area and would rather have less are left out.
    """
    before = uses(areas)
    at = max(range(len(before)), key=lambda index: before[index].share)
    along = lengths(TRUSS)
    found = []
    for g, members in enumerate(GROUPS):
        changed = [area * (1 + STEP) if other == g else area for other, area in enumerate(areas)]
        added = TRUSS.density * sum(along[member] for member in members) * (changed[g] - areas[g])
        gain = 100 * (before[at].share - uses(changed)[at].share) / added * 100
        if gain > 0 or areas[g] > THIN:
            found.append((g, gain))
    return found


if __name__ == "__main__":
    main(score)
