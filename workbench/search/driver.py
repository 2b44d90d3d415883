"""A simulated search without an engine: the same strategies and allocators, no clock, no file.

Time is simulated too: every proposal takes the law's latency, and lineages that the allocation lets
work side by side do. What comes out is the projection that an engine's journal would fold to.
"""

from __future__ import annotations

import heapq

import msgspec

from workbench.model import event as ev
from workbench.model import simulation
from workbench.model.candidate import INITIAL, LineageId, digest_of, digest_of_files
from workbench.model.event import Record
from workbench.model.limits import Limits, Spend, split
from workbench.model.lineage import Lineage
from workbench.model.move import rng_for
from workbench.model.session import Session
from workbench.model.simulation import FILE, SIMULATION, Law, State
from workbench.model.verdict import Direction, Outcome, Verdict
from workbench.search.allocate.dealing import Dealer
from workbench.search.allocate.pool import NOTHING, can_step
from workbench.search.allocate.registry import UNIFORM, allocator
from workbench.search.registry import read, settled, strategy
from workbench.search.strategy import Strategy

_STEP = Spend(proposals=1)


class Plan(msgspec.Struct, frozen=True):
    """What is simulated."""

    width: int
    """Lineages."""
    depth: int
    """Proposals for each of them on average; the budget is width × depth."""
    strategy: str = "chain"
    """``NAME[:option=value,…]``, as people choose it."""
    allocation: str = UNIFORM
    """Likewise."""
    law: Law = Law()
    seed: int = 0

    def seeded(self, seed: int) -> Plan:
        """Return the same plan with another seed."""
        return msgspec.structs.replace(self, seed=seed)


class Driver:
    """Runs one plan. Equal plans give equal sessions."""

    def __init__(self, plan: Plan) -> None:
        """Raises `ValueError` for an unknown strategy or allocator."""
        self._plan = plan
        task = simulation.task({FILE: simulation.encode(State())})
        self._chosen = settled(read(plan.strategy), task)
        self._strategies: dict[LineageId, Strategy] = {}
        chosen = allocator(plan.allocation)
        self._dealer = None if chosen is None else Dealer(chosen)
        self._states = {INITIAL: State()}
        self._now = 0.0
        self._flying: list[tuple[float, int, LineageId]] = []
        """When a step ends, its place in the order of begun steps, its lineage."""
        self._begun = 0
        self.session = Session()
        """What has happened so far."""

    def run(self) -> Session:
        """Spend the whole budget and return what became of it."""
        self._begin()
        ready = list(self.session.lineages)
        while True:
            if self._dealer is not None:
                while (turn := self._dealer.deal(self.session)) is not None:
                    self._apply(turn)
                    ready.append(turn.lineage)
            for number in ready:
                lineage = self.session.lineages[number]
                if lineage.pending is None and can_step(lineage):
                    self._choose(lineage)
            if not self._flying:
                return self.session
            self._now, _, number = heapq.heappop(self._flying)
            self._finish(self.session.lineages[number])
            ready = [number]

    def _begin(self) -> None:
        """Make the session, as an engine would, with its first verdict."""
        plan = self._plan
        steps = plan.width * plan.depth
        limits = Limits(evaluations=steps + 1, proposals=steps)
        files = {FILE: digest_of(simulation.encode(State()))}
        self._apply(first_fact(plan, limits))
        self._apply(
            ev.ProposalMade(INITIAL, None, 0, digest_of_files(files), files, (), "initial", "task")
        )
        numbers = range(1, plan.width + 1)
        options = msgspec.structs.asdict(plan.law)
        for number in numbers:
            self._strategies[number] = strategy(*self._chosen)
            self._apply(
                ev.LineageCreated(
                    number,
                    self._chosen.name,
                    SIMULATION,
                    plan.seed,
                    INITIAL,
                    options=options,
                    strategy_options=self._chosen.options,
                )
            )
        if self._dealer is None:
            shares = split(limits, plan.width, Spend(evaluations=1))
        else:
            shares = [NOTHING] * plan.width
        self._apply(ev.SharesAllotted(dict(zip(numbers, shares, strict=True)), plan.allocation))
        self._apply(ev.VerdictReached(INITIAL, None, verdict_of(State())))

    def _choose(self, lineage: Lineage) -> None:
        step = lineage.step + 1
        rng = rng_for(self._plan.seed, lineage.id, step, "move")
        move = self._strategies[lineage.id].next_move(lineage, rng)
        self._apply(
            ev.MoveChosen(
                lineage.id,
                step,
                lineage.last_seq,
                move.operator,
                move.parents,
                move.inspirations,
                (),
                _STEP,
            )
        )
        self._begun += 1
        heapq.heappush(self._flying, (self._now + self._plan.law.latency, self._begun, lineage.id))

    def _finish(self, lineage: Lineage) -> None:
        move, plan = lineage.pending, self._plan
        assert move is not None
        parent = self._states[move.parents[0] if move.parents else INITIAL]
        state = simulation.after(plan.law, plan.seed, lineage.id, move.step, parent)
        number = len(self.session.candidates) + 1
        self._states[number] = state
        files = {FILE: digest_of(simulation.encode(state))}
        self._apply(
            ev.ProposalMade(
                number,
                lineage.id,
                move.step,
                digest_of_files(files),
                files,
                move.parents,
                move.operator,
                SIMULATION,
                simulation.note(state, parent),
                spend=_STEP,
            )
        )
        self._apply(ev.VerdictReached(number, lineage.id, verdict_of(state)))

    def _apply(self, event: ev.AnyEvent) -> None:
        self.session.apply(Record(self.session.seq + 1, self._now, self._now, event))


def first_fact(plan: Plan, limits: Limits) -> ev.SessionCreated:
    """Return the event that makes the session of a plan."""
    return ev.SessionCreated(
        format=ev.FORMAT,
        version="",
        task=SIMULATION,
        title="Simulation",
        task_digest="",
        task_files={},
        verifier_digest="",
        direction=Direction.MAXIMIZE,
        seed=plan.seed,
        limits=limits,
        verification=SIMULATION,
        allocation=plan.allocation,
    )


def verdict_of(state: State) -> Verdict:
    """Return what the simulated verifier says of a candidate, wherever it is asked."""
    if state.failed:
        return Verdict(Outcome.FAILED, simulation.FAILED, verification=SIMULATION, tier=SIMULATION)
    return Verdict(
        Outcome.SCORED,
        simulation.SCORED,
        score=state.reward,
        reward=state.reward,
        verification=SIMULATION,
        tier=SIMULATION,
    )
