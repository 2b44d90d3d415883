"""Foreign task directories of our own, written where a test wants them, and tried for real."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

import sandbox
from workbench.model.task import Task
from workbench.model.verdict import Verdict
from workbench.verify.verifier import Verifier


def write(directory: Path, files: Mapping[str, str]) -> Path:
    """Write files below `directory`, which need not be there, and return it."""
    for path, text in files.items():
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return directory


@dataclass(frozen=True)
class Found:
    """A verdict, and what a proposer is told with it."""

    verdict: Verdict
    feedback: str

    @property
    def brief(self) -> tuple[str, float | None]:
        """Outcome and score."""
        return self.verdict.outcome.value, self.verdict.score


@dataclass(frozen=True)
class Trial:
    """An open verifier of one task."""

    verifier: Verifier

    async def __call__(self, program: str) -> Found:
        """Verify the task with its one editable file replaced by `program`."""
        task = self.verifier.task
        files = {**task.initial, task.editable[0]: program.encode()}
        done = await self.verifier.verify(files)
        digest = done.verdict.feedback
        return Found(done.verdict, "" if digest is None else done.blobs[digest].decode())


@asynccontextmanager
async def trial(task: Task, seconds: float = 0.0) -> AsyncIterator[Trial]:
    """Open a verifier of `task` in a real sandbox, or skip with the reason why there is none."""
    backend = sandbox.backend("bubblewrap")
    capabilities = await backend.probe()
    if not capabilities.usable:
        pytest.skip(f"no bubblewrap sandbox here: {capabilities.problem}")
    if seconds:
        less = msgspec.structs.replace(
            task.resources, candidate_seconds=seconds, verifier_seconds=0.0
        )
        task = msgspec.structs.replace(task, resources=less)
    async with Verifier(task, backend) as verifier:
        yield Trial(verifier)
