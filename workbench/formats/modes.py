"""How a task is verified: the way, its commands, what a score may be, and in which container."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import msgspec

from workbench.formats import paths
from workbench.formats.table import Table, kind_of
from workbench.model.task import Image
from workbench.model.verdict import METRIC_NAME, RECORD_KEYS

TESTS = "tests/"
VERIFY = "verify.py"
"""The scoring program below ``tests/``."""
SCRIPT = "test.sh"
"""Harbor's own entry below ``tests/``: what scores a ``shared`` task that has no `VERIFY`."""
ENVIRONMENT = "environment/"
DOCKERFILE = "Dockerfile"

MODES = ("output", "call", "shared")
MOST_REPEATS = 99

_IDLE: dict[str, tuple[str, ...]] = {
    "output": (),
    "call": ("outputs",),
    "shared": ("run", "outputs"),
}
"""Keys that say nothing in a mode."""

_IMAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,254}")


class Verifying(msgspec.Struct, frozen=True):
    """What a `Task` says of its verification, field by field."""

    mode: str
    run: tuple[str, ...]
    outputs: tuple[str, ...]
    verify: tuple[str, ...]
    repeats: int
    metrics: tuple[str, ...] | None
    score_range: tuple[float, float] | None
    image: Image | None


def read(
    bundle: Mapping[str, bytes], root: Table, ours: Table, editable: tuple[str, ...]
) -> Verifying:
    """Read it from the directory's files, all of ``task.toml``, and our own table in it.

    Faults go to the tables' report; what is faulty is returned as if it were absent.
    """
    mode = _mode(ours)
    for key in _IDLE[mode]:
        if key in ours.values:
            ours.report.warn(ours.where(key), f'has no effect with verification = "{mode}"')
    return Verifying(
        mode=mode,
        run=_run(ours, mode, editable),
        outputs=app_paths(ours, "outputs", '["answer.json"]') if mode == "output" else (),
        verify=_command(bundle, ours, mode),
        repeats=_repeats(ours),
        metrics=_metrics(ours),
        score_range=_score_range(ours),
        image=_image(bundle, root, ours),
    )


def app_paths(ours: Table, key: str, example: str) -> tuple[str, ...]:
    """Return the acceptable paths of a list whose entries must lie below /app."""
    accepted: list[str] = []
    for path in ours.texts(key, required=True, example=example):
        wrong = paths.fault(path)
        if wrong is None and path in accepted:
            wrong = "is there twice"
        if wrong is None:
            accepted.append(path)
        else:
            ours.problem(key, f"{path!a} {wrong}", "name a file by its path relative to /app")
    return tuple(accepted)


def _mode(ours: Table) -> str:
    word = ours.text("verification", MODES[0])
    if word not in MODES:
        mend = 'write verification = "output", "call" or "shared"'
        ours.problem("verification", f"{word!a} is no way of verifying", mend)
        return MODES[0]
    return word


def _run(ours: Table, mode: str, editable: tuple[str, ...]) -> tuple[str, ...]:
    if mode == "shared":
        return ()
    run = ours.texts("run", required=mode == "output", example='["python3", "-S", "solve.py"]')
    if mode == "call" and "run" not in ours.values and not "".join(editable[:1]).endswith(".py"):
        wrong = "is missing, and the first editable file is no Python that could be served"
        ours.problem("run", wrong, "write the command that answers calls on descriptor 3")
    return run


def _command(bundle: Mapping[str, bytes], ours: Table, mode: str) -> tuple[str, ...]:
    if TESTS + VERIFY not in bundle:
        if mode == "shared" and TESTS + SCRIPT in bundle:
            return ("bash", f"/tests/{SCRIPT}")
        mend = "write the scoring program there"
        ours.report.problem("", "is missing", mend, file=f"{TESTS}{VERIFY}")
    return ("python3", "-S", f"/tests/{VERIFY}", "/app", "/logs/verifier")


def _repeats(ours: Table) -> int:
    repeats = ours.integer("repeats", 1)
    if repeats > MOST_REPEATS:
        ours.problem("repeats", f"is {repeats}", f"write a number from 1 to {MOST_REPEATS}")
        return 1
    return repeats


def _metrics(ours: Table) -> tuple[str, ...] | None:
    if ours.values.get("metrics") == []:
        return ()
    names = ours.texts("metrics", example='["gap"]')
    for name in names:
        if name in RECORD_KEYS:
            mend = "leave it out: it is no metric but a key of its own in reward.json"
            ours.problem("metrics", f"{name!a} is reserved", mend)
        elif not METRIC_NAME.fullmatch(name):
            mend = "begin with a letter; go on with letters, digits, blanks and _.:/-, at most 64"
            ours.problem("metrics", f"{name!a} cannot name a metric", mend)
        elif names.count(name) > 1:
            ours.problem("metrics", f"{name!a} is there twice", "name each metric once")
    return names if "metrics" in ours.values else None


def _score_range(ours: Table) -> tuple[float, float] | None:
    value = ours.values.get("score_range")
    if value is None:
        return None
    mend = "write [lowest, highest]; an open end is -inf or inf"
    if not isinstance(value, list):
        ours.problem("score_range", f"is {kind_of(value)}", mend)
        return None
    if len(value) != 2:
        ours.problem("score_range", f"holds {len(value)} values, not 2", mend)
        return None
    for bound in value:
        if isinstance(bound, bool) or not isinstance(bound, (int, float)):
            ours.problem("score_range", f"holds {kind_of(bound)}", mend)
            return None
    try:
        low, high = float(value[0]), float(value[1])
    except OverflowError:
        low = high = math.nan
    if not low < high:  # also where one is not a number
        ours.problem("score_range", "holds no range: its first is not below its second", mend)
        return None
    return low, high


def image_name(environment: Table) -> str:
    """Return ``docker_image`` of a table; empty where there is none that could be one."""
    name = environment.text("docker_image", "")
    if name and not _IMAGE.fullmatch(name):
        environment.problem("docker_image", f"{name!a} names no image", 'write "name:tag"')
        return ""
    return name


def below(bundle: Mapping[str, bytes], folder: str) -> dict[str, bytes]:
    """Return the files in a folder, by their paths there."""
    return {
        path.removeprefix(folder): data
        for path, data in sorted(bundle.items())
        if path.startswith(folder)
    }


def _image(bundle: Mapping[str, bytes], root: Table, ours: Table) -> Image | None:
    """Return what ``[environment] docker_image`` names, else, if asked for, the build.

    ``container = false`` does without both: the task then runs on this machine's Python.
    """
    container = ours.flag("container", None)
    environment = root.table("environment")
    name = image_name(environment)
    if container is False:
        return None
    if name:
        return Image(name)
    if not container:
        return None
    context = below(bundle, ENVIRONMENT)
    if DOCKERFILE not in context:
        mend = "add it, name a docker_image, or take container = true out"
        ours.report.problem("", "is missing", mend, file=f"{ENVIRONMENT}{DOCKERFILE}")
        return None
    return Image(context=context)
