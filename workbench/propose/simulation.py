"""The simulated proposer: what it proposes is worth what a law says. No model, no program."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import msgspec

from workbench.model import simulation
from workbench.model.candidate import Candidate
from workbench.model.limits import Spend
from workbench.model.simulation import FILE, SIMULATION, Law
from workbench.propose.proposer import Proposal, Reporter, Request


class Simulation:
    """See `Proposer`. Free: a cut-off proposal is drawn again, and comes out the same."""

    name = SIMULATION
    label = "simulation (a law, no model)"
    free = True

    def __init__(self, seed: int, lineage: int, law: Law) -> None:
        """Serve lineage number `lineage` of a session with this `seed`, as `law` says."""
        self._seed = seed
        self._lineage = lineage
        self._law = law

    def reserve(self, request: Request) -> Spend:
        """Return one proposal: a simulation costs nothing else."""
        return Spend(proposals=1)

    def observe(self, candidate: Candidate) -> None:
        """Learn nothing: the law knows all."""

    async def propose(self, request: Request, reporter: Reporter) -> Proposal:
        """Draw what becomes of the first parent; from nothing where that is no simulated one."""
        if self._law.latency:
            await asyncio.sleep(self._law.latency)
        try:
            parent = simulation.decode(request.parents[0].files[FILE])
        except ValueError:  # a person's own version, which no law covers
            parent = simulation.State()
        state = simulation.after(self._law, self._seed, self._lineage, request.step, parent)
        return Proposal({FILE: simulation.encode(state)}, simulation.note(state, parent))


def law_recorded(options: Mapping[str, object]) -> Law:
    """Read back the law that a lineage recorded. Raises `ValueError` for something else."""
    try:
        return msgspec.convert(options, Law)
    except msgspec.ValidationError as error:
        raise ValueError(f"the recorded law of the simulation cannot be read: {error}") from None
