"""Verification by ``shared``: a verifier that loads the candidate, both in one sandbox.

Only for foreign verifiers that cannot do otherwise. The verifier's files are read-only, and that
stops none of the cheats that a candidate in the same process can try: it may replace what scores
it, read what it should not know, or write the record itself. So every verdict says ``shared``, and
a new best is verified again before it is believed. No nonce is given: the candidate could read it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sandbox import Execution, Job, Lease, Spec
from workbench.model.task import Task
from workbench.verify import places, record
from workbench.verify.outcome import Finding, Stage, fault
from workbench.verify.places import LOG_SPACE

NAME = "shared"


def specs(task: Task, warm: bool) -> tuple[Spec, ...]:
    """See `Mode.specs`."""
    return (places.verifier_spec(task, warm),)


async def run(
    task: Task, leases: Sequence[Lease], files: Mapping[str, bytes], runs: list[Execution]
) -> Finding:
    """See `Mode.run`: one program is both, within the time of both."""
    resources = task.resources
    seconds = resources.candidate_seconds + resources.verifier_seconds
    job = Job(
        argv=task.verify,
        files=places.app_files(task, files),
        collect=record.COLLECT,
        limits=places.limits(task, seconds, seconds, resources.disk_bytes + LOG_SPACE),
    )
    both = await leases[0].run(job)
    runs.append(both)
    return fault(Stage.SHARED, both, job) or record.read(task, both, Stage.SHARED)
