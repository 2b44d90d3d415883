"""What a way of verifying is: its sandboxes, and how a candidate becomes a finding in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from sandbox import Execution, Lease, Spec
from workbench.model.task import Task
from workbench.verify.outcome import Finding


class Mode(Protocol):
    """One way of verifying. Modules implement it; `workbench.verify.modes` knows them all."""

    NAME: str

    def specs(self, task: Task, warm: bool) -> tuple[Spec, ...]:
        """Return the sandboxes it needs, the candidate's first."""
        ...

    async def run(
        self,
        task: Task,
        leases: Sequence[Lease],
        files: Mapping[str, bytes],
        runs: list[Execution],
    ) -> Finding:
        """Verify a candidate, given as its editable files, in leases of `specs`.

        Appends each execution to `runs`, the candidate's first, as far as it came.
        """
        ...
