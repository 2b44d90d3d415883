"""One slot that turns candidates into verdicts, one at a time."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

import msgspec

from sandbox import Backend, Capabilities, Execution, Lease
from workbench.model.candidate import digest_of
from workbench.model.host import without_host
from workbench.model.task import Task
from workbench.model.verdict import Outcome, Verdict
from workbench.verify import places, simulated
from workbench.verify.modes import mode_of
from workbench.verify.outcome import Finding, Stage
from workbench.verify.text import cap

VERIFIER_ERRORS = "verifier-stderr.txt"
"""Artifact that holds what a verifier at fault printed to standard error."""


class Verification(msgspec.Struct, frozen=True):
    """A verdict, and the content of every blob it names."""

    verdict: Verdict
    blobs: dict[str, bytes]
    """Digest -> bytes: feedback, what the candidate printed, artifacts. Texts are as the program
    left them, control characters included, but capped and without this machine's paths."""
    stage: Stage
    """Where it ended; tells a candidate's invalid output from a verifier's invalid record."""


class Verifier:
    """Verifies candidates of one task, in sandboxes of its own; open one per slot.

    Equal files give equal verifications, but for `seconds`, `cpu_seconds` and `max_rss`, unless
    the task itself is timed or noisy.
    """

    def __init__(self, task: Task, backend: Backend, warm: bool = True) -> None:
        """Verify as `task` says, on `backend`; not `warm`, every program is started from nothing.

        Raises ValueError when the task names no way of verifying that there is.
        """
        self.task = task
        self.backend = backend
        self.capabilities: Capabilities | None = None
        """What isolation is in force; known once open."""
        self._mode = mode_of(task)
        self._warm = warm
        self._digest = task.verifier_digest
        self._leases: list[Lease] = []
        self._open = False

    async def open(self) -> None:
        """Prepare the sandboxes; does nothing when open. Raises `sandbox.SandboxUnavailable`."""
        if self._open:
            return
        self.capabilities = await self.backend.probe()
        try:
            for spec in self._mode.specs(self.task, self._warm):
                self._leases.append(await self.backend.open(spec))
        except BaseException:
            await self.aclose()
            raise
        self._open = True

    async def aclose(self) -> None:
        """Kill what still runs and give every sandbox back; may be called twice."""
        leases, self._leases, self._open = self._leases, [], False
        async with AsyncExitStack() as stack:
            for lease in leases:
                stack.push_async_callback(lease.aclose)

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def verify(self, files: Mapping[str, bytes]) -> Verification:
        """Run a candidate, given as its editable files, and return what the verifier says of it.

        Whatever its programs do ends in a verdict. Raises ValueError for a file that the task
        does not let a candidate change, RuntimeError when not open.
        """
        if not self._open:
            raise RuntimeError("the verifier is not open")
        foreign = sorted(set(files) - set(self.task.editable))
        if foreign:
            raise ValueError(f"not editable in task {self.task.name}: {', '.join(foreign)}")
        started = time.perf_counter()
        finding = places.oversized(self.task, files)
        runs: list[Execution] = []
        if finding is None:
            finding = await self._mode.run(self.task, self._leases, files, runs)
        return self._verification(finding, runs, time.perf_counter() - started)

    def _tier(self) -> str:
        """Say how what ran was isolated; of a simulation, in which nothing runs, that it is one."""
        if self.task.verification == simulated.NAME:
            return simulated.NAME
        return self.capabilities.tier if self.capabilities else ""

    def _verification(
        self, finding: Finding, runs: list[Execution], seconds: float
    ) -> Verification:
        blobs: dict[str, bytes] = {}

        def keep(data: bytes) -> str:
            digest = digest_of(data)
            blobs[digest] = data
            return digest

        def keep_text(data: bytes) -> str:
            return keep(cap(without_host(data)))

        ran = bool(runs) and finding.outcome is not Outcome.INFRASTRUCTURE
        artifacts = {name: keep(data) for name, data in finding.artifacts.items()}
        if finding.stage is Stage.VERIFIER and finding.outcome is Outcome.INVALID:
            artifacts[VERIFIER_ERRORS] = keep_text(runs[-1].stderr)
        reward = None
        if finding.outcome is Outcome.SCORED and finding.score is not None:
            reward = self.task.direction.reward(finding.score) + 0.0  # no -0.0
        verdict = Verdict(
            outcome=finding.outcome,
            message=finding.message,
            score=finding.score,
            reward=reward,
            metrics=dict(finding.metrics),
            feedback=None if finding.feedback is None else keep_text(finding.feedback),
            stdout=keep_text(runs[0].stdout) if ran else None,
            stderr=keep_text(runs[0].stderr) if ran else None,
            artifacts=artifacts,
            seconds=seconds,
            cpu_seconds=sum(run.cpu_seconds for run in runs),
            max_rss=runs[0].max_rss_bytes if runs else 0,
            verifier=self._digest,
            verification=self._mode.NAME,
            tier=self._tier(),
        )
        return Verification(verdict, blobs, finding.stage)
