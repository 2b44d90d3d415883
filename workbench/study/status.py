"""How a study stands: each cell's state, best and spending, from the sessions' own tables."""

from __future__ import annotations

import os
import signal
import socket
from collections import Counter
from typing import Literal, Protocol

import msgspec

from workbench.model.verdict import Direction
from workbench.store import Holder, SessionSummary, holder, summary_of
from workbench.study.grid import Cell
from workbench.study.place import Study

State = Literal["waiting", "running", "paused", "interrupted", "failed", "finished"]
STATES: tuple[State, ...] = ("waiting", "running", "paused", "interrupted", "failed", "finished")


class CellStatus(msgspec.Struct, frozen=True):
    """How one cell stands."""

    id: str
    task: str
    labels: dict[str, str]
    seed: int
    state: State
    session: str
    """Path of its session; empty as long as there is none."""
    best: float | None = None
    """Score of its best feasible candidate."""
    unit: str = ""
    direction: Direction = Direction.MAXIMIZE
    evaluations: int = 0
    limit: int = 0
    usd: float = 0.0
    seconds: float = 0.0
    """Active time."""
    message: str = ""
    """Why it failed last."""


class Status(msgspec.Struct, frozen=True):
    """How a study stands."""

    name: str
    directory: str
    cells: tuple[CellStatus, ...]
    states: dict[str, int]
    """How many cells are in each state; all of them are named."""
    evaluations: int
    limit: int
    """Evaluations of all cells together."""
    usd: float
    usd_total: float | None
    runner: Holder | None
    """The process that runs it now."""
    added: tuple[str, ...] = ()
    """Strategies that the spec does not name."""

    @property
    def finished(self) -> int:
        """How many cells are finished."""
        return self.states["finished"]


class Watched(Protocol):
    """A study that somebody looks at."""

    def read(self) -> Status:
        """Return how the study stands now. Raises `StudyError`."""

    def interrupt(self) -> bool:
        """Ask whoever runs the study for a checkpoint; False if nobody does on this machine."""


class Watch:
    """Reads how a study stands, again and again; a finished session is read only once."""

    def __init__(self, study: Study) -> None:
        """Watch `study`."""
        self.study = study
        self._done: dict[str, SessionSummary] = {}

    def summary(self, cell: Cell) -> SessionSummary | None:
        """Return what the cell's session tells, None if it was not begun."""
        known = self._done.get(cell.id)
        path = self.study.session(cell)
        if known is not None or not path.is_dir():
            return known
        found = summary_of(path)
        if found.state == "finished" and found.holder is None:
            self._done[cell.id] = found
        return found

    def read(self) -> Status:
        """Return how the study stands now. Raises `StudyError`."""
        study, failures = self.study, self.study.failures()
        limit = study.spec.limits.evaluations or 0
        found = []
        for cell in study.grid:
            one, failure = self.summary(cell), failures.get(cell.id)
            said = CellStatus(cell.id, cell.task, cell.labels, cell.seed, "waiting", "")
            if one is not None:
                said = _begun(said, one)
            if failure is not None and said.state in ("waiting", "interrupted"):
                said = msgspec.structs.replace(said, state="failed", message=failure.message)
            found.append(msgspec.structs.replace(said, limit=limit))
        counts = Counter(cell.state for cell in found)
        return Status(
            name=study.name,
            directory=str(study.directory),
            cells=tuple(found),
            states={state: counts[state] for state in STATES},
            evaluations=sum(cell.evaluations for cell in found),
            limit=limit * len(found),
            usd=sum(cell.usd for cell in found),
            usd_total=study.spec.usd_total,
            runner=holder(study.directory),
            added=study.spec.added,
        )

    def interrupt(self) -> bool:
        """Ask whoever runs the study for a checkpoint; False if nobody does on this machine."""
        runner = holder(self.study.directory)
        if runner is None or runner.host != socket.gethostname():
            return False
        os.kill(runner.pid, signal.SIGTERM)
        return True


def _begun(said: CellStatus, one: SessionSummary) -> CellStatus:
    if one.problem:
        return msgspec.structs.replace(
            said, state="failed", session=str(one.path.parent), message=one.problem
        )
    state: State = "interrupted"
    if one.state == "finished":
        state = "finished"
    elif one.holder is not None:
        state = "paused" if one.state in ("paused", "pausing") else "running"
    return msgspec.structs.replace(
        said,
        state=state,
        session=str(one.path.parent),
        best=one.best_score,
        unit=one.unit,
        direction=one.direction,
        evaluations=one.spent.evaluations,
        usd=one.spent.usd,
        seconds=one.elapsed,
    )
