"""What a person adds to a foreign task, in a file ``workbench.toml`` beside its own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from workbench.formats.error import Report
from workbench.model.limits import Limits
from workbench.model.task import Task

FILE = "workbench.toml"


class Tuning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Keys of the file; what is left out stays as the foreign task has it."""

    title: str | None = None
    baseline: float | None = None
    best_known: float | None = None
    best_known_source: str = ""
    bound: float | None = None
    bound_source: str = ""
    evaluate_timeout_sec: float | None = None
    memory_mb: int | None = None
    cpus: float | None = None
    repeats: int | None = None
    python_packages: tuple[str, ...] | None = None
    budget: Limits | None = None


def read(bundle: Mapping[str, bytes], report: Report, place: str = "") -> Tuning:
    """Return what the file says, at the top or else at `place`; an empty one where there is none.

    Problems go to `report`.
    """
    data = bundle.get(FILE, bundle.get(f"{place}/{FILE}"))
    if data is None:
        return Tuning()
    try:
        return msgspec.convert(tomllib.loads(data.decode()), Tuning)
    except (ValueError, RecursionError) as error:  # no UTF-8, no TOML, no such keys
        report.problem("", f"cannot be used: {error}", "mend it there", FILE)
        return Tuning()


def written(tuning: Tuning) -> bytes:
    """Return the file that says so."""
    lines = []
    for name, value in msgspec.structs.asdict(tuning).items():
        if isinstance(value, (int, float, str)) and value != "":
            shown = msgspec.json.encode(value).decode()  # of these a TOML value, too
            lines.append(f"{name} = {shown}\n")
    return "".join(lines).encode()


def applied(task: Task, tuning: Tuning) -> Task:
    """Return `task` with what the person said in force."""
    told = {
        name: value
        for name, value in msgspec.structs.asdict(tuning).items()
        if value not in (None, "") and name in task.__struct_fields__
    }
    resources = task.resources
    if tuning.evaluate_timeout_sec is not None:
        resources = replace(resources, candidate_seconds=tuning.evaluate_timeout_sec)
    if tuning.memory_mb is not None:
        resources = replace(resources, memory_bytes=tuning.memory_mb << 20)
    if tuning.cpus is not None:
        resources = replace(resources, cpus=tuning.cpus)
    return replace(task, resources=resources, **told)
