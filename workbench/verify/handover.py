"""Verification of a script in a container by tests in another: how Harbor's tasks come.

Stage 1 runs the script in the task's working directory, where no test exists; what it leaves there
is packed. Stage 2 unpacks that in a container of its own and runs the tests on it. Tests may run
what they are left, so nothing keeps a candidate from scoring itself there, and verdicts say
``shared``; but no candidate has read the tests.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from sandbox import KEPT, Execution, Job, Lease, Spec
from workbench.model.task import Task
from workbench.verify import places, record
from workbench.verify.outcome import Finding, Stage, fault
from workbench.verify.places import APP, LOG_SPACE, LOGS

NAME = "shared"
"""What its verdicts say: a candidate's program may run beside the tests."""
PACKED = "/tmp/handed.tar"


def specs(task: Task, warm: bool) -> tuple[Spec, ...]:
    """See `Mode.specs`."""
    return places.candidate_spec(task, {}, warm), places.verifier_spec(task, warm)


async def run(
    task: Task, leases: Sequence[Lease], files: Mapping[str, bytes], runs: list[Execution]
) -> Finding:
    """See `Mode.run`: the script, and the tests if it ended within its limits."""
    job = _script_job(task, files)
    script = await leases[0].run(job)
    runs.append(script)
    finding = fault(Stage.CANDIDATE, script, job)
    if finding is not None:
        return finding
    packed = script.collected.get(PACKED)
    left = {PACKED: packed.data} if packed is not None and packed.data is not None else {}
    job = _tests_job(task, left)
    tests = await leases[1].run(job)
    runs.append(tests)
    return fault(Stage.VERIFIER, tests, job) or record.read(task, tests, Stage.VERIFIER)


def _script_job(task: Task, files: Mapping[str, bytes]) -> Job:
    seconds = task.resources.candidate_seconds
    disk = task.resources.disk_bytes
    return Job(
        argv=("sh", "-c", _script(task)),
        files=places.app_files(task, files),
        collect=(PACKED,),
        limits=places.limits(task, seconds, seconds, disk),
    )


def _tests_job(task: Task, files: Mapping[str, bytes]) -> Job:
    seconds = task.resources.verifier_seconds
    disk = 2 * task.resources.disk_bytes + LOG_SPACE
    return Job(
        argv=("sh", "-c", _tests(task)),
        files=files,
        collect=(*record.COLLECT, record.TEXT),
        limits=places.limits(task, seconds, seconds, disk),
    )


def _script(task: Task) -> str:
    """Return what runs a script and packs what it leaves. Its own status decides nothing: the tests
    do, as with an agent that leaves a container behind."""
    (script,) = task.editable
    handed = " ".join(shlex.quote(path.lstrip("/")) for path in task.handed)
    return f"""\
mv {APP}/{shlex.quote(script)} /tmp/script && chmod 700 /tmp/script && {_start(task)} || exit 70
(/tmp/script)
cd /
for path in {handed}; do [ -e "$path" ] && set -- "$@" "$path"; done
tar -cf {PACKED} "$@"
[ $? -le 1 ]  # 1 is for files that change under it
"""


def _tests(task: Task) -> str:
    """Return what unpacks that and runs the tests; only their record says how it went."""
    whole = _workdir(task) in task.handed  # then files that it removed stay away
    return f"""\
{"true" if whole else _start(task)} && tar -xf {PACKED} -C / || exit 70
rm -rf {LOGS}/* {PACKED}; cd {shlex.quote(_workdir(task))}
{shlex.join(task.verify)}
exit 0
"""


def _start(task: Task) -> str:
    """Return what gives the working directory the content that it has in the image."""
    parent = _workdir(task).rpartition("/")[0] or "/"
    unpacked = f"tar -xf {KEPT} -C {shlex.quote(parent)}"
    return f"{{ [ ! -e {KEPT} ] || {unpacked}; }} && cd {shlex.quote(_workdir(task))}"


def _workdir(task: Task) -> str:
    return (task.image.workdir if task.image else "") or APP
