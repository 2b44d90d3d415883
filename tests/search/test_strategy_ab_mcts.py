"""AB-MCTS-A: posteriors, back-up and squashing by hand; choices against another implementation."""

from __future__ import annotations

import math
import random
from collections import Counter
from typing import Any

import pytest
from grown import Grown

from workbench.search.ab_mcts import DEEPER, WIDER, Node, Tree
from workbench.search.parts.arms import ARMS, Beta, Gaussian
from workbench.search.registry import strategy

DRAWS = 2000


def tree(grown: Grown, arms: str = "beta") -> Tree:
    made = Tree(1, ARMS[arms])
    for point in grown.lineage.curve:
        made.take(grown.lineage, point)
    return made


def test_what_is_believed_after_two_rewards() -> None:
    normal, share = Gaussian(1), Beta(1)
    for reward in (0.5, 0.9):
        normal.observe(0, reward)
        share.observe(0, reward)
    # n = 2, mean 0.7, squares (0.2² + 0.2²) = 0.08; κ' = 3, ν' = 3, m' = 2·0.7/3,
    # τ²' = (0.1 + 0.08 + 2·0.7²/3) / 3
    assert normal.believed(0) == pytest.approx((1.4 / 3, 3, 3, (0.18 + 0.98 / 3) / 3))
    assert share.believed(0) == pytest.approx((0.5 + 1.4, 0.5 + 0.6))


def test_rewards_are_squashed_around_the_origin() -> None:
    grown = Grown(origin=1.0)
    grown.add(1, 1.0)
    made = tree(grown)
    at = grown.session.candidates
    assert made.squashed(at[2]) == 0.5
    # slog(7) - slog(1) = ln 8 - ln 2 = ln 4, and σ(ln 4) = 4/5; slog(-1) - slog(1) = -ln 4
    assert made.squashed(at[grown.add(1, 7.0)]) == pytest.approx(0.8)
    assert made.squashed(at[grown.add(1, -1.0)]) == pytest.approx(0.2)
    assert made.squashed(at[grown.add(1, None)]) == 0.0


def test_a_reward_reaches_everything_above_it() -> None:
    # 1 ─ 2 ─ 3 ─ 4 and 1 ─ 5, rewards 1, 3, infeasible, 0: squashed σ(ln 2) = 2/3, σ(ln 4) = 4/5,
    # 0 and 1/2 around the origin's 0.
    grown = Grown()
    for parent, reward in ((1, 1.0), (2, 3.0), (3, None), (1, 0.0)):
        grown.add(parent, reward)
    grown.fail(2)  # gives no candidate, so says nothing
    root = tree(grown).root
    two, five = root.children
    three = two.children[0]

    def told(node: Node, way: int) -> float:
        return node.ways.believed(way)[0] - 0.5  # type: ignore[attr-defined, no-any-return]

    def child(node: Node, at: int) -> float:
        return node.which.believed(at)[0] - 0.5  # type: ignore[attr-defined, no-any-return]

    assert (two.number, three.number, five.number) == (2, 3, 5)
    assert told(root, WIDER) == pytest.approx(2 / 3 + 1 / 2)  # its children's own rewards
    assert told(root, DEEPER) == pytest.approx(4 / 5 + 0)  # what was made below them
    assert child(root, 0) == pytest.approx(2 / 3 + 4 / 5 + 0)
    assert child(root, 1) == pytest.approx(1 / 2)
    assert (told(two, WIDER), told(two, DEEPER)) == (pytest.approx(4 / 5), 0)
    assert child(two, 0) == pytest.approx(4 / 5 + 0)
    assert (told(three, WIDER), told(three, DEEPER), child(three, 0)) == (0, 0, 0)


def test_what_is_infeasible_is_repaired() -> None:
    grown = Grown()
    grown.add(1, None)
    chosen = strategy("ab_mcts")
    found = {chosen.next_move(grown.lineage, random.Random(x)) for x in range(50)}
    assert {(move.operator, move.parents) for move in found} == {
        ("refine", (1,)),
        ("repair", (2,)),
    }


NARROW = ((0, 0.6), (0, 0.3), (1, 0.7), (1, 0.9), (2, 0.1), (3, 0.8))
DEEP = ((0, 0.5), (1, 0.55), (2, 0.6), (3, 0.65), (4, 0.5), (1, 0.2))
WIDE = (*((0, 0.3 + 0.01 * at) for at in range(40)), (7, 0.9), (7, 0.8), (41, 0.95))
"""Trees as (parent, score): node 0 is the root, the others are numbered from 1."""


@pytest.mark.parametrize("arms", ["gaussian", "beta"])
@pytest.mark.parametrize("nodes", [NARROW, DEEP, WIDE])
def test_choices_are_distributed_as_treequest_s(
    nodes: tuple[tuple[int, float], ...], arms: str
) -> None:
    pytest.importorskip("treequest", reason="treequest is not installed: make local")
    grown = Grown()
    for parent, score in nodes:
        # σ(slog(reward)) = score, as the origin's reward is 0
        odds = math.log(score / (1 - score))
        grown.add(parent + 1, math.copysign(math.expm1(abs(odds)), odds))
    chosen = strategy("ab_mcts", {"arms": arms})
    ours = Counter(
        chosen.next_move(grown.lineage, random.Random(x)).parents[0] - 1 for x in range(DRAWS)
    )
    theirs = their_choices(nodes, arms)
    # Two samples of equal size: Σ (a - b)² / (a + b) is χ² with one degree of freedom less than
    # there are places; rare places are taken together.
    common = [x for x in ours | theirs if ours[x] + theirs[x] >= 20]
    pairs = [(ours[x], theirs[x]) for x in common]
    pairs.append((DRAWS - sum(a for a, _ in pairs), DRAWS - sum(b for _, b in pairs)))
    distance = sum((a - b) ** 2 / (a + b) for a, b in pairs if a + b)
    freedom = sum(a + b > 0 for a, b in pairs) - 1
    assert freedom >= 2
    # The 99.9th percentile by Wilson and Hilferty.
    assert distance < freedom * (1 - 2 / (9 * freedom) + 3.09 * math.sqrt(2 / (9 * freedom))) ** 3


def their_choices(nodes: tuple[tuple[int, float], ...], arms: str) -> Counter[int]:
    """How often treequest would widen each node of the same tree."""
    import numpy as np
    import treequest

    algorithm: Any = treequest.ABMCTSA(dist_type=arms)
    state = algorithm.init_tree()
    state.all_rewards_store["a"] = []
    made = [state.tree.root]
    for number, (parent, score) in enumerate(nodes, 1):
        state.thompson_states.get_or_create(made[parent], ["a"])
        trial = state.trial_store.create_trial(made[parent], "a")
        algorithm.tell(state, trial.trial_id, (number, score))
        made.append(made[parent].children[-1])
    np.random.seed(1)
    found: Counter[int] = Counter()
    for _ in range(DRAWS):
        node, _ = algorithm._get_expand_node_and_action(state, ["a"])
        found[0 if node.state is None else node.state] += 1
    return found
