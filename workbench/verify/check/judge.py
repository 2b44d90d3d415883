"""The task's verifier as a function from an answer to what it says, in open sandboxes."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

import msgspec

from sandbox import Backend, Execution, Lease
from workbench.model.task import Task
from workbench.model.verdict import Outcome
from workbench.verify import call, output, places
from workbench.verify.modes import mode_of
from workbench.verify.outcome import Finding, Stage
from workbench.verify.places import APP


class Said(msgspec.Struct, frozen=True):
    """What came of one answer. Equal answers give equal ones, unless the task is noisy."""

    outcome: Outcome
    stage: Stage
    score: float | None
    metrics: dict[str, float]
    feedback: bytes | None
    message: str

    @property
    def scored(self) -> bool:
        """Whether it is a feasible answer with a score."""
        return self.outcome is Outcome.SCORED

    @property
    def told(self) -> tuple[object, ...]:
        """What tells two verifiers apart."""
        return self.outcome, self.score, tuple(sorted(self.metrics.items())), self.feedback


class Judge:
    """Answers are output files in ``output``, and a candidate's files in ``call``."""

    def __init__(self, task: Task, backend: Backend) -> None:
        """Judge as `task` is verified. Raises `ValueError` for `shared`, which has no answers."""
        if task.verification == "shared":
            raise ValueError("in `shared` nothing but the whole candidate can be judged")
        self.task = task
        self._backend = backend
        self._leases: Sequence[Lease] = ()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Open the sandboxes; raises `sandbox.SandboxUnavailable`."""
        async with AsyncExitStack() as stack:
            specs = mode_of(self.task).specs(self.task, True)
            opened = [await self._backend.open(spec) for spec in specs]
            for lease in opened:
                stack.push_async_callback(lease.aclose)
            self._leases = opened
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def answer(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return the answer of a candidate, given as its editable files.

        Raises `ValueError` with the reason where it leaves none.
        """
        if self.task.verification == "call":
            return dict(files)
        runs: list[Execution] = []
        finding = await output.run(self.task, self._leases, files, runs)
        if finding.stage is Stage.CANDIDATE:
            raise ValueError(finding.message)
        collected = runs[0].collected
        outputs = {path: collected[f"{APP}/{path}"].data for path in self.task.outputs}
        return {path: data for path, data in outputs.items() if data is not None}

    async def judge(self, answer: Mapping[str, bytes], program: bytes | None = None) -> Said:
        """Return what the verifier says, or what `program` would in its place."""
        runs: list[Execution] = []
        if self.task.verification == "call":
            found = places.oversized(self.task, answer) or await call.converse(
                self.task, self._leases, answer, runs, program
            )
        else:
            found = await output.score(self.task, self._leases[1], answer, runs, program)
        return _said(found)

    async def whole(self, files: Mapping[str, bytes]) -> tuple[Said, float]:
        """Verify a candidate as a search would; return what came of it and the seconds it took."""
        begun = time.perf_counter()
        runs: list[Execution] = []
        found = await mode_of(self.task).run(self.task, self._leases, files, runs)
        return _said(found), time.perf_counter() - begun


def _said(found: Finding) -> Said:
    return Said(
        found.outcome, found.stage, found.score, found.metrics, found.feedback, found.message
    )
