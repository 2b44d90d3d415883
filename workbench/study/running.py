"""Running a study: cells side by side, each an ordinary session, until none is left to run.

All engines live in this process. Killed, it takes every sandbox with it and leaves sessions as any
crash leaves them: run again, finished ones are not touched and the others are resumed.
"""

from __future__ import annotations

import asyncio
import time
import traceback
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from workbench.engine.engine import Engine
from workbench.engine.host import EXPECTED, Host
from workbench.engine.launch import Launch
from workbench.store import SessionSummary
from workbench.study.error import StudyError
from workbench.study.grid import Cell
from workbench.study.place import Failure, Study
from workbench.study.status import Watch

ERRORS = "errors.log"
"""Where tracebacks of what nobody expected are kept."""
_ROUNDING = 1e-9


class Planned(Protocol):
    """A cell that is read and checked, not begun."""

    @property
    def launch(self) -> Launch:
        """How its engine is run."""

    async def create(self, root: Path, name: str | None = None) -> Path:
        """Make its session below `root`. Raises `StoreError`."""


class Planner(Protocol):
    """Turns cells into sessions. Both raise `StudyError` for what keeps this cell from running."""

    def begin(self, cell: Cell) -> Planned:
        """Read and check what the cell is made of."""

    def again(self, cell: Cell) -> Launch:
        """Say how the engine of a cell that was begun is run."""


class Told(NamedTuple):
    """Something happened to a cell."""

    kind: Literal["begun", "resumed", "finished", "failed", "interrupted"]
    cell: Cell
    message: str
    session: SessionSummary | None


class Outcome(NamedTuple):
    """What a run of the study came to."""

    finished: int
    """Cells that are finished, those of earlier runs included."""
    failed: int
    unaffordable: int
    """Cells that might have passed the cap on dollars."""
    left: int
    """Cells that are neither: the run was interrupted."""


class Running:
    """One run of a study. Its lock is held by whoever makes it."""

    def __init__(
        self,
        study: Study,
        planner: Planner,
        jobs: int,
        tell: Callable[[Told], None] = lambda told: None,
    ) -> None:
        """Run at most `jobs` cells at once; `tell` hears of each."""
        self.study = study
        self._planner = planner
        self._jobs = jobs
        self._tell = tell
        self._watch = Watch(study)
        self._failures = study.failures()
        self._waiting: deque[Cell] = deque()
        self._tasks: dict[asyncio.Task[None], Cell] = {}
        self._engines: dict[str, Engine] = {}
        self._over = False

    def shutdown(self) -> None:
        """Ask for a clean checkpoint of every cell; `run` returns soon after."""
        self._over = True
        for task, cell in self._tasks.items():
            engine = self._engines.get(cell.id)
            if engine is not None:
                engine.shutdown()
            else:
                task.cancel()

    async def run(self) -> Outcome:
        """Run what is not finished. A cell that fails does not keep others from running."""
        for cell in self.study.grid:
            if await asyncio.to_thread(self._finished, cell):
                self._settle(cell, None)
            else:
                self._waiting.append(cell)
        while not self._over:
            self._start()
            if not self._tasks:
                break
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            self._collect()
        if self._tasks:
            await asyncio.wait(self._tasks)
            self._collect()
        return self._outcome()

    def _outcome(self) -> Outcome:
        rest = [cell for cell in self.study.grid if not self._finished(cell)]
        fit = [cell for cell in rest if cell.id not in self._failures]
        beyond = 0 if self._over else sum(cell in self._waiting for cell in fit)
        done = len(self.study.grid) - len(rest)
        return Outcome(done, len(rest) - len(fit), beyond, len(fit) - beyond)

    def _finished(self, cell: Cell) -> bool:
        one = self._watch.summary(cell)
        return one is not None and one.state == "finished"

    def _start(self) -> None:
        """Begin as many cells as may run, in their order."""
        kept: list[Cell] = []
        while self._waiting and len(self._tasks) < self._jobs:
            cell = self._waiting.popleft()
            if self._affordable(cell):
                self._tasks[asyncio.ensure_future(self._cell(cell))] = cell
            else:
                kept.append(cell)
        self._waiting.extendleft(reversed(kept))

    def _affordable(self, cell: Cell) -> bool:
        """Whether the whole stays below its cap even if every cell under way spends all it may."""
        cap, each = self.study.spec.usd_total, self.study.spec.limits.usd
        if cap is None or each is None or not cell.maker.models:
            return True
        under_way = {*self._tasks.values(), cell}
        total = 0.0
        for one in self.study.grid:
            summary = self._watch.summary(one)
            spent = 0.0 if summary is None else summary.spent.usd
            paid = one in under_way and bool(one.maker.models)
            total += max(spent, each) if paid else spent
        return total <= cap + _ROUNDING

    def _collect(self) -> None:
        for task in [task for task in self._tasks if task.done()]:
            del self._tasks[task]
            if not task.cancelled():
                task.result()  # what it could not keep to itself is a fault of ours

    async def _cell(self, cell: Cell) -> None:
        """Run one cell to its end, whatever that is."""
        try:
            detail = await self._host(cell)
        except asyncio.CancelledError:
            if not self._over:
                raise
            detail = "interrupted"
        except (StudyError, *EXPECTED) as error:
            detail = str(error)
        except Exception as error:
            # A fault of the workbench in one cell must not take the others' results with it.
            detail = f"unexpected {type(error).__name__}: {error}; see {ERRORS}"
            with (self.study.directory / ERRORS).open("a", encoding="utf-8") as log:
                log.write(f"{cell.id}\n{traceback.format_exc()}\n")
        finally:
            self._engines.pop(cell.id, None)
        summary = await asyncio.to_thread(self._watch.summary, cell)
        if summary is not None and summary.state == "finished":
            self._settle(cell, None)
            self._tell(Told("finished", cell, "", summary))
        elif self._over:
            self._tell(Told("interrupted", cell, detail, summary))
        else:
            self._settle(cell, detail)
            self._tell(Told("failed", cell, detail, summary))

    async def _host(self, cell: Cell) -> str:
        """Run the cell's session, made first if need be; return why it ended."""
        directory = self.study.session(cell)
        if directory.is_dir():
            launch = await asyncio.to_thread(self._planner.again, cell)
            self._tell(Told("resumed", cell, "", None))
        else:
            planned = await asyncio.to_thread(self._planner.begin, cell)
            await planned.create(self.study.sessions, cell.id)
            launch = planned.launch
            self._tell(Told("begun", cell, "", None))

        def opened(engine: Engine) -> None:
            self._engines[cell.id] = engine
            if self._over:
                engine.shutdown()

        closed = await Host(directory, launch, attended=False, on_open=opened).run()
        return closed.detail or closed.reason

    def _settle(self, cell: Cell, detail: str | None) -> None:
        """Write down that a cell failed, or that it did not."""
        failures = dict(self._failures)
        if detail is None:
            failures.pop(cell.id, None)
        else:
            failures[cell.id] = Failure(detail, time.time())
        if failures != self._failures:
            self._failures = failures
            self.study.keep_failures(failures)
