"""ShinkaEvolve's weights, archives and mix of edits on trees made by hand."""

from __future__ import annotations

from collections import Counter

import pytest
from grown import SEED, Grown, moves

from workbench.model.move import rng_for
from workbench.search.parts.weights import above_median
from workbench.search.registry import strategy

REFINE_ONLY: dict[str, object] = {"islands": 1, "rewrite": 0, "crossover": 0}


def test_heights_above_the_median() -> None:
    # Rewards 3, 2, 1, 0: median 1.5; deviations 1.5, 0.5, 0.5, 1.5 with median 1.
    # σ(1.5) = .8176, σ(.5) = .6225, σ(-.5) = .3775, σ(-1.5) = .1824
    assert above_median([3, 2, 1, 0], 1.0) == pytest.approx([0.8176, 0.6225, 0.3775, 0.1824], 1e-3)
    # All alike: the deviation is kept from being zero, and σ(0) = ½.
    assert above_median([2.0, 2.0], 10.0) == [0.5, 0.5]


def test_parents_are_drawn_by_height_and_by_how_few_children_they_have() -> None:
    grown = Grown()  # 1 has reward 0
    for parent, reward in ((1, 1.0), (1, 2.0), (2, 3.0)):
        grown.add(parent, reward)
    # Children: 1 has 2, 2 has 1, 3 and 4 none. Weights with λ = 1:
    # .1824/3 = .0608, .3775/2 = .1888, .6225, .8176; their sum is 1.6897.
    found = Counter(m.parents[0] for m in moves(grown, "shinka", 8000, sharpness=1, **REFINE_ONLY))
    for number, weight in ((1, 0.0608), (2, 0.1888), (3, 0.6225), (4, 0.8176)):
        assert found[number] / 8000 == pytest.approx(weight / 1.6897, abs=0.022)  # 4 σ


def test_the_mix_of_edits() -> None:
    grown = Grown()
    grown.add(1, 1.0)
    found = Counter(m.operator for m in moves(grown, "shinka", 4000, islands=1))
    for operator, share in (("refine", 0.6), ("explore", 0.3), ("crossover", 0.1)):
        assert found[operator] / 4000 == pytest.approx(share, abs=0.031)
    for move in moves(grown, "shinka", 200, islands=1, crossover=1, rewrite=0):
        assert sorted(move.parents) == [1, 2]
        assert not set(move.parents) & set(move.inspirations)


def test_the_archive_keeps_the_best_and_shows_its_elite() -> None:
    grown = Grown()
    numbers = [grown.add(1, float(reward)) for reward in range(1, 11)]
    found = moves(grown, "shinka", 300, archive=4, sharpness=0, **REFINE_ONLY)
    best = numbers[-4:]
    assert {move.parents[0] for move in found} == set(best)
    for move in found:
        # 30 % of four is one: the elite is the best alone, then the best of the others.
        order = [x for x in reversed(best) if x not in move.parents]
        assert move.inspirations == (
            tuple(order[:2]) if best[-1] not in move.parents else tuple(order[:1])
        )


def test_candidates_belong_to_the_island_of_their_step() -> None:
    grown = Grown()
    by_step = {step: rng_for(SEED, 1, step, "island").randrange(2) for step in range(1, 30)}
    made = {grown.add(1, float(step)): by_step[step] for step in range(1, 20)}
    move = grown.next(strategy("shinka", {"archive": 50}))
    assert made.get(move.parents[0], by_step[20]) == by_step[20]
    assert all(made.get(x, by_step[20]) == by_step[20] for x in move.inspirations)


def test_migration_is_off_unless_asked_for() -> None:
    def parents(**options: object) -> set[int]:
        grown = Grown()
        for step in range(1, 40):
            grown.add(1, float(step))
        found: set[int] = set()
        for _ in range(60):
            found |= {grown.next(strategy("shinka", options)).parents[0]}
            grown.fail(1)
        return found

    every: dict[str, object] = {"archive": 1, "rewrite": 0, "crossover": 0}
    assert len(parents(**every)) == 2  # the best of each island
    assert len(parents(**every, migration_rate=1.0, migration_every=1)) == 1
