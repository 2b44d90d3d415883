"""OpenEvolve's cells, islands and draws on trees made by hand."""

from __future__ import annotations

from collections import Counter

import pytest
from grown import Grown, moves

from workbench.model.candidate import Candidate
from workbench.model.traits import Traits
from workbench.model.verdict import Outcome, Verdict
from workbench.search.islands import Population
from workbench.search.parts.cells import Grid, distance
from workbench.search.parts.ring import Ring
from workbench.search.parts.weights import by_height
from workbench.search.registry import strategy


def text(size: int, lines: int, letters: str = "") -> Traits:
    return Traits(size, lines, f"{sum(1 << ord(x) for x in set(letters)):x}")


def candidate(traits: Traits, **metrics: float) -> Candidate:
    verdict = Verdict(Outcome.SCORED, "", 0.0, 0.0, metrics)
    return Candidate(1, 1, 1, (), "", {}, "", "", traits=traits, verdict=verdict)


def population(grown: Grown, **options: object) -> Population:
    made = Population(grown.lineage, strategy("islands", options).options)  # type: ignore[arg-type]
    for point in grown.lineage.curve:
        made.take(grown.lineage, point)
    return made


def test_how_unlike_two_programs_are() -> None:
    # 0.1·|100 - 130| + 10·|5 - 7| + 0.5·|{a, c}| = 3 + 20 + 1
    assert distance(text(100, 5, "ab"), text(130, 7, "bc")) == pytest.approx(24.0)


def test_cells_are_scaled_to_what_has_been_seen() -> None:
    grid = Grid(("length", "distance"), 10)
    # Alone: 0.5 of each scale. Nothing to compare it with: distance 0.
    assert grid.place(candidate(text(100, 0))) == (5, 5)
    # The longest so far (200 of 100 to 200): the last bin; distance 0.1·100 = 10 of 0 to 10.
    assert grid.place(candidate(text(200, 0))) == (9, 9)
    # 120: (120 - 100)/100 = 0.2, bin 2; distances 2 and 8 from the two: their mean 5 of 0 to 10.
    assert grid.place(candidate(text(120, 0))) == (2, 5)


def test_metrics_make_cells_and_come_before_what_is_built_in() -> None:
    grid = Grid(("length", "gears"), 4)
    assert grid.place(candidate(text(9, 0), length=1.0, gears=0.0)) == (2, 2)
    assert grid.place(candidate(text(5, 0), length=2.0, gears=8.0)) == (3, 3)
    assert grid.place(candidate(text(7, 0), length=1.5, gears=2.0)) == (2, 1)


def test_the_better_one_of_a_cell_stays() -> None:
    grown = Grown()
    alike = text(10, 1)
    for reward in (1.0, 3.0, 2.0):
        grown.add(1, reward, traits=alike)
    grown.add(1, None, traits=alike)
    # 2, 3 and 4 are as long as any so far: the last cell; 1 is in the middle one. 2 is replaced by
    # 3 and goes; 4 is worse, so it joins the island without the cell.
    found = population(grown, islands=1, archive=1, features="length")
    assert list(found.islands[0].members) == [3, 4, 1]
    assert set(found.islands[0].owners.values()) == {1, 3}
    # With room in the archive, who loses the cell stays a member.
    kept = population(grown, islands=1, features="length").islands[0]
    assert list(kept.members) == [3, 4, 2, 1]


def test_a_full_island_loses_its_worst() -> None:
    grown = Grown()
    for reward in (1.0, 2.0, 3.0, 4.0):
        grown.add(1, reward, traits=text(int(reward), 1))
    found = population(grown, islands=1, population=3).islands[0]
    assert list(found.members) == [5, 4, 3]
    assert set(found.owners.values()) <= {3, 4, 5}


def test_islands_take_turns() -> None:
    grown = Grown()
    for reward in (1.0, 2.0, 3.0, 4.0, 5.0):
        grown.add(1, reward)
    # Steps 1 to 5 on islands 0, 1, 2, 0, 1; the origin is on all; the next step is for island 2.
    found = population(grown, islands=3)
    assert [set(island.members) for island in found.islands] == [{1, 2, 5}, {1, 3, 6}, {1, 4}]
    for move in moves(grown, "islands", 50, islands=3, exploration=1):
        assert move.parents[0] in (1, 4)


def test_the_best_migrate_to_both_neighbours_once() -> None:
    ring = Ring(4, every=2)
    assert [ring.made(0), ring.made(1), ring.made(0), ring.made(2), ring.made(0)] == [
        *(False, False, True, False, False),
    ]
    assert ring.made(0)  # four made, two more than at the last time
    assert (ring.neighbours(0), Ring(2, 1).neighbours(0)) == ((1, 3), (1,))
    grown = Grown()
    for reward in (4.0, 3.0, 2.0, 1.0, 0.5):  # on islands 0, 1, 2, 3, 0
        grown.add(1, reward, traits=text(int(10 * reward), 1))
    # Step 5 is the second of island 0: of n members max(1, ⌊0.1·n⌋) = 1 leaves each. The best of
    # islands 0 to 3 are 2, 3, 4, 5.
    found = population(grown, islands=4, migration_every=2)
    assert [set(island.members) for island in found.islands] == [
        {1, 2, 6, 3, 5},
        {1, 3, 2, 4},
        {1, 4, 3, 5},
        {1, 5, 4, 2},
    ]
    # At the next migration the best of island 1, 2, has come from elsewhere and goes no further.
    assert 2 in found.islands[1].arrived
    for reward in (0.1, 0.1, 0.1, 0.1):
        grown.add(1, reward, traits=text(int(1000 * reward), 1))
    again = population(grown, islands=4, migration_every=2)
    assert 2 not in again.islands[2]


def test_parents_are_drawn_three_ways() -> None:
    grown = Grown()  # 1: 0
    for reward in (1.0, 4.0):
        grown.add(1, reward, traits=text(500 - int(100 * reward), 1))
    one: dict[str, object] = {"islands": 1}

    def shares(**options: object) -> list[float]:
        found = Counter(m.parents[0] for m in moves(grown, "islands", 4000, **one, **options))
        return [found[number] / 4000 for number in (1, 2, 3)]

    assert shares(exploration=1) == pytest.approx([1 / 3] * 3, abs=0.03)
    assert shares(exploration=0, exploitation=1, archive=1) == [0, 0, 1]
    # By height: (0 - 0)/4 → .001, (1 - 0)/4 = .25, 1; of their sum 1.251
    assert by_height([0, 1, 4], 0.001) == [0.001, 0.25, 1.0]
    height = [x / 1.251 for x in (0.001, 0.25, 1.0)]
    assert shares(exploration=0, exploitation=0) == pytest.approx(height, abs=0.03)
    # The defaults: 0.2 of the first, 0.7 of the second, 0.1 of the third.
    mixed = [0.2 / 3 + 0.1 * height[0], 0.2 / 3 + 0.1 * height[1], 0.2 / 3 + 0.7 + 0.1 * height[2]]
    assert shares(archive=1) == pytest.approx(mixed, abs=0.03)


def test_the_best_and_some_of_near_cells_are_shown() -> None:
    grown = Grown()
    for at in range(1, 9):
        grown.add(1, float(at), traits=text(100 * at, 1))
    for move in moves(grown, "islands", 200, islands=1, exploration=1):
        best = [x for x in (9, 8, 7, 6) if x not in move.parents][:3]
        assert list(move.inspirations[:3]) == best
        assert len(move.inspirations) == len(set(move.inspirations)) == 5
        assert move.parents[0] not in move.inspirations
