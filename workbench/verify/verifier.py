"""One slot that turns candidates into verdicts, one at a time."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import msgspec

from sandbox import Backend, Capabilities, Execution, Lease
from workbench.model.candidate import digest_of
from workbench.model.task import Task
from workbench.model.verdict import Outcome, Verdict
from workbench.verify import output
from workbench.verify.outcome import Finding, Stage, fault
from workbench.verify.text import cap, without_host

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
    """Verifies candidates of one task in two sandboxes of its own; open one per slot.

    Equal files give equal verifications, but for `seconds`, `cpu_seconds` and `max_rss`.
    """

    def __init__(self, task: Task, backend: Backend) -> None:
        self.task = task
        self.backend = backend
        self.capabilities: Capabilities | None = None
        """What isolation is in force; known once open."""
        self._digest = task.verifier_digest
        self._leases: tuple[Lease, Lease] | None = None

    async def open(self) -> None:
        """Prepare both sandboxes; does nothing when open. Raises `sandbox.SandboxUnavailable`."""
        if self._leases is not None:
            return
        self.capabilities = await self.backend.probe()
        candidate = await self.backend.open(output.candidate_spec(self.task))
        try:
            verifier = await self.backend.open(output.verifier_spec(self.task))
        except BaseException:
            await candidate.aclose()
            raise
        self._leases = candidate, verifier

    async def aclose(self) -> None:
        """Kill what still runs and give both sandboxes back; may be called twice."""
        leases, self._leases = self._leases, None
        if leases is not None:
            try:
                await leases[0].aclose()
            finally:
                await leases[1].aclose()

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

        Whatever the two programs do ends in a verdict. Raises ValueError for a file that the task
        does not let a candidate change, RuntimeError when not open.
        """
        if self._leases is None:
            raise RuntimeError("the verifier is not open")
        foreign = sorted(set(files) - set(self.task.editable))
        if foreign:
            raise ValueError(f"not editable in task {self.task.name}: {', '.join(foreign)}")
        started = time.perf_counter()
        finding = output.oversized(self.task, files)
        runs: list[Execution] = []
        if finding is None:
            finding = await self._run(self._leases, files, runs)
        return self._verification(finding, runs, time.perf_counter() - started)

    async def _run(
        self, leases: tuple[Lease, Lease], files: Mapping[str, bytes], runs: list[Execution]
    ) -> Finding:
        """Run both stages, as far as the first lets the second follow; note both in `runs`."""
        candidate_lease, verifier_lease = leases
        job = output.candidate_job(self.task, files)
        candidate = await candidate_lease.run(job)
        runs.append(candidate)
        finding = fault(Stage.CANDIDATE, candidate, job)
        finding = finding or output.unfit(self.task, candidate)
        if finding is not None:
            return finding
        job = output.verifier_job(self.task, candidate)
        verifier = await verifier_lease.run(job)
        runs.append(verifier)
        finding = fault(Stage.VERIFIER, verifier, job)
        return finding or output.read(self.task, verifier)

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
            verification=output.NAME,
            tier=self.capabilities.tier if self.capabilities else "",
        )
        return Verification(verdict, blobs, finding.stage)
