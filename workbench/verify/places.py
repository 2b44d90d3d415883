"""Where files lie in the sandboxes of a verification, and what its programs may use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import ModuleType

import sandbox
from sandbox import Job, Limits, Spec
from workbench.model.task import Image, Task
from workbench.model.verdict import Outcome
from workbench.verify import answers
from workbench.verify.outcome import Finding, Stage
from workbench.verify.provided import provided
from workbench.verify.text import size

APP = "/app"
TESTS = "/tests"
LOGS = "/logs/verifier"
ARTIFACTS = "/logs/artifacts"
"""Where a script may leave files for the tests in another container."""
STAND_IN, _AS_VERIFIER = "/tmp/stand-in.py", "/tmp/as-verifier.py"
NONCE = f"{LOGS}/nonce"
"""Given to a verifier that does not share its sandbox: a word that no other run has."""

MAX_FILE = 64 << 20
"""Largest file a program may write, in bytes."""
MAX_PRINTED = 1 << 20
"""Most that a program may print, in bytes."""
LOG_SPACE = 64 << 20
"""Disk a verifier has beside the candidate's files or outputs, in bytes."""


_RUNNER = f"""import sys
sys.path[0], __file__ = {TESTS!r}, {TESTS + "/verify.py"!r}
with open({STAND_IN!r}, "rb") as _file:
    _code = compile(_file.read(), __file__, "exec")
exec(_code)
""".encode()
"""Runs a program as if it lay where the verifier does, among its modules and data."""


def candidate_spec(task: Task, files: Mapping[str, bytes], warm: bool) -> Spec:
    """Describe the sandbox of a candidate that is kept apart: no verifier file, no log folder."""
    return Spec(
        files=files,
        writable=(APP, *_further(task)),
        workdir=APP,
        env=task.env,
        python_packages=task.python_packages,
        image=_image(task.image),
        warm=warm,
        shown=task.shown,
    )


def verifier_spec(
    task: Task,
    warm: bool,
    modules: Sequence[ModuleType] = (),
    env: Mapping[str, str] | None = None,
) -> Spec:
    """Describe a sandbox with the verifier's files, read-only, and a place for its record.

    It can import `answers` and the `modules` beside it; files of the task's own by those names come
    before ours.
    """
    tests = {f"{TESTS}/{path}": data for path, data in task.verifier.items()}
    shown: dict[str, bytes] = {}
    for module in (answers, *modules):
        ours = provided(module, TESTS)
        source, data = next(iter(ours.items()))
        if tests.get(source, data) == data:  # else the compiled code would not be that of its file
            shown |= ours
    return Spec(
        files={**shown, **tests},
        writable=(APP, LOGS, *_further(task)),
        workdir=APP,
        env={**task.env, **(env or {})},
        python_packages=task.python_packages,
        image=_image(task.verifier_image or task.image),
        warm=warm,
        shown=task.shown,
    )


def _further(task: Task) -> tuple[str, ...]:
    """Return what else is writable: the working directory of an image, and its artifacts."""
    if not task.handed:
        return ()
    workdir = task.image.workdir if task.image else ""
    return (*({workdir} - {"", APP}), ARTIFACTS)


def _image(image: Image | None) -> sandbox.Image | None:
    return None if image is None else sandbox.Image(image.name, image.context, image.workdir)


def with_program(job: Job, program: bytes) -> Job:
    """Return a verifier's job that runs `program` in the place of the task's ``verify.py``."""
    argv = tuple(_AS_VERIFIER if word == f"{TESTS}/verify.py" else word for word in job.argv)
    return replace(job, argv=argv, files={**job.files, STAND_IN: program, _AS_VERIFIER: _RUNNER})


def app_files(task: Task, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the working directory of a candidate: the task's files, its own in their place."""
    return {f"{APP}/{path}": data for path, data in {**task.files, **files}.items()}


def limits(task: Task, wall_seconds: float, seconds: float, disk_bytes: int) -> Limits:
    """Return what a program may use that may compute for `seconds` on each of its processors."""
    return Limits(
        wall_seconds=wall_seconds,
        cpu_seconds=seconds * max(1.0, task.resources.cpus),
        memory_bytes=task.resources.memory_bytes,
        file_bytes=min(MAX_FILE, disk_bytes),
        disk_bytes=disk_bytes,
        output_bytes=MAX_PRINTED,
    )


def oversized(task: Task, files: Mapping[str, bytes]) -> Finding | None:
    """Return why these files cannot even be laid out in the candidate's sandbox, if so."""
    sizes = [len(data) for data in {**task.files, **files}.values()]
    limit = task.resources.disk_bytes
    largest = min(MAX_FILE, limit)
    if sum(sizes) <= limit and max(sizes, default=0) <= largest:
        return None
    message = f"its files do not fit: {size(largest)} is the most for one, {size(limit)} for all"
    return Finding(Stage.CANDIDATE, Outcome.RESOURCE, message)
