"""Verification by ``simulation``: the verdict is what the candidate's file says. No sandbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sandbox import Capabilities, Execution, Lease, Spec
from workbench.model import simulation
from workbench.model.simulation import FILE, SIMULATION
from workbench.model.task import Task
from workbench.model.verdict import Outcome
from workbench.verify.outcome import Finding, Stage

NAME = SIMULATION

LINE = "simulation: no program is run, nothing is measured"
"""What stands where others say how programs are isolated."""


def specs(task: Task, warm: bool) -> tuple[Spec, ...]:
    """See `Mode.specs`: no sandbox is needed."""
    return ()


async def run(
    task: Task, leases: Sequence[Lease], files: Mapping[str, bytes], runs: list[Execution]
) -> Finding:
    """See `Mode.run`. A file that is no simulated candidate, as a person may write, is invalid."""
    try:
        state = simulation.decode(files[FILE])
    except (KeyError, ValueError) as error:
        return Finding(Stage.CANDIDATE, Outcome.INVALID, str(error))
    if state.failed:
        return Finding(Stage.CANDIDATE, Outcome.FAILED, simulation.FAILED)
    return Finding(Stage.VERIFIER, Outcome.SCORED, simulation.SCORED, state.reward)


class Nothing:
    """A backend for what needs no sandbox."""

    name = SIMULATION

    async def probe(self, full: bool = False) -> Capabilities:
        """Return that there is nothing to isolate."""
        return Capabilities(SIMULATION, "", "none", usable=True, tried=True)

    async def open(self, spec: Spec) -> Lease:
        """Raise `RuntimeError`: nothing of a simulation may run."""
        raise RuntimeError("a simulation runs no program")
