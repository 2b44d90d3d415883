"""AB-MCTS-A: at each node, Thompson sampling says whether to widen here or to go deeper."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Annotated, Literal

from msgspec import Meta

from workbench.model.candidate import Candidate, CandidateId
from workbench.model.lineage import Lineage, Point
from workbench.model.move import Move
from workbench.search.parts.arms import ARMS, Arms
from workbench.search.parts.folding import Folding
from workbench.search.parts.ranks import derive
from workbench.search.parts.weights import sigmoid, signed_log
from workbench.search.strategy import Options as Common

WIDER, DEEPER = 0, 1


class Node:
    """A candidate in the tree, with what is believed of what can be made below it."""

    __slots__ = ("children", "number", "ways", "which")

    def __init__(self, number: CandidateId, arms: Callable[[int], Arms]) -> None:
        self.number = number
        self.ways = arms(2)
        """GEN: rewards of its children when they were made; CONT: of all made below those."""
        self.children: list[Node] = []
        self.which = arms(0)
        """Of each child its reward, and those of all that was made below it."""


class Tree:
    """Every candidate that has a verdict, by its first parent."""

    def __init__(self, origin: CandidateId, arms: Callable[[int], Arms]) -> None:
        self._arms = arms
        self._centre = 0.0
        self.root = Node(origin, arms)
        self._places: dict[CandidateId, tuple[Node, Node | None, int]] = {
            origin: (self.root, None, 0)
        }
        """Candidate -> its node, the one above, and its place among that one's children."""

    def take(self, lineage: Lineage, point: Point) -> None:
        """Add a candidate and tell everything above it of its reward; a failed step adds none."""
        if point.candidate is None:
            return
        candidate = lineage.candidates[point.candidate]
        if candidate.id == self.root.number:
            self._centre = signed_log(candidate.reward or 0.0)
            return
        above = candidate.parents[0] if candidate.parents else self.root.number
        parent, grandparent, at = self._places.get(above, (self.root, None, 0))
        node = Node(candidate.id, self._arms)
        self._places[candidate.id] = node, parent, len(parent.children)
        parent.children.append(node)
        parent.which.add()
        reward = self.squashed(candidate)
        parent.ways.observe(WIDER, reward)
        parent.which.observe(len(parent.children) - 1, reward)
        while grandparent is not None:
            grandparent.which.observe(at, reward)
            grandparent.ways.observe(DEEPER, reward)
            _, grandparent, at = self._places[grandparent.number]

    def squashed(self, candidate: Candidate) -> float:
        """Return σ(slog(reward) - slog(origin's reward)), in [0, 1]; what is infeasible is 0."""
        if candidate.reward is None:
            return 0.0
        return sigmoid(signed_log(candidate.reward) - self._centre)

    def choose(self, rng: random.Random) -> Node:
        """Walk down from the root to the node that gets a new child."""
        node = self.root
        while node.children and node.ways.best(rng) == DEEPER:
            node = node.children[node.which.best(rng)]
        return node


class AbMcts:
    """Adaptive branching tree search with node aggregation (arXiv 2503.04412).

    Rewards are squashed around the origin's as Frontier-Eng's adapter does it.
    """

    name = "ab_mcts"
    summary = "tree search that samples whether to widen a node or go deeper (AB-MCTS-A)"
    source = "AB-MCTS-A (arXiv 2503.04412, treequest); rewards squashed as Frontier-Eng does"

    class Options(Common, frozen=True):
        """See `Common`."""

        arms: Annotated[
            Literal["gaussian", "beta"], Meta(description="what is believed of rewards")
        ] = "gaussian"

    def __init__(self, options: Options) -> None:
        """Believe of rewards what `options` say."""
        self.options = options
        arms = ARMS[options.arms]
        self._tree = Folding(lambda lineage: Tree(lineage.origin.id, arms))

    def next_move(self, lineage: Lineage, rng: random.Random) -> Move:
        """Return the move that gives the chosen node another child."""
        return derive(lineage, self._tree.of(lineage).choose(rng).number)
