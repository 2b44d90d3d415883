"""What the readers of foreign tasks have in common: the parts of a task in one sandbox."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Mapping
from pathlib import Path

from workbench.formats.error import Report
from workbench.formats.foreign.packages import wanted
from workbench.model.task import Resources

MEMORY_BYTES = 4 << 30
CPUS = 2.0
SPARE_SECONDS = 10.0
"""For the start of programs around an evaluation that has a time of its own."""
DEFAULT_SECONDS = 300.0


IMPORTS = "imports"
"""What warnings of `packages` are about."""


def named(directory: str) -> str:
    """Return a directory's name as a task may be called."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", directory).strip("-._")[:64] or "task"


def beside(
    program: str,
    settings: Mapping[str, object],
    stand_ins: Mapping[str, str],
    task: Mapping[str, bytes],
) -> dict[str, bytes]:
    """Return the verifier's files: our `program` and its settings, and the task's own files.

    `stand_ins` are modules that evaluators import -> our program that stands in for them.
    """
    files = {
        "verify.py": _source(program),
        "record.py": _source("record"),
        "settings.json": json.dumps(settings, indent=1).encode(),
        **{f"task/{path}": data for path, data in task.items()},
    }
    for module, name in stand_ins.items():
        *packages, last = module.split(".")
        for depth in range(len(packages)):
            files[f"stand-ins/{'/'.join(packages[: depth + 1])}/__init__.py"] = b""
        at = "/".join([*packages, last])
        files[f"stand-ins/{at}.py"] = _source(name)
    return files


def _source(name: str) -> bytes:
    module = importlib.import_module("workbench.formats.programs")
    return (Path(str(module.__file__)).parent / f"{name}.py").read_bytes()


def is_of_imports(warning: str) -> bool:
    """Whether a warning is of imports that nothing installed beside the workbench is for."""
    return f": {IMPORTS}: " in warning


def packages(bundle: dict[str, bytes], report: Report, own: tuple[str, ...]) -> tuple[str, ...]:
    """Return the installed packages that the task's files import; warn of those that are not."""
    found = wanted(bundle, own)
    for name in found.missing:
        report.warn(
            IMPORTS,
            f"{name} is imported somewhere and not installed beside the workbench; if the task "
            f"needs it, install it there, or name the interpreter that has it: --python PATH",
        )
    return found.distributions


def resources(seconds: float) -> Resources:
    """Return what a foreign evaluation may use that takes at most `seconds`."""
    return Resources(
        candidate_seconds=seconds,
        verifier_seconds=SPARE_SECONDS,
        cpus=CPUS,
        memory_bytes=MEMORY_BYTES,
        disk_bytes=512 << 20,
    )


def initial_program(bundle: Mapping[str, bytes], stem: str, report: Report) -> str:
    """Return the path of the one file at the top called `stem` with any ending."""
    found = sorted(p for p in bundle if "/" not in p and p.rpartition(".")[0] == stem)
    programs = [path for path in found if not path.endswith((".md", ".txt", ".json", ".yaml"))]
    if not programs:
        report.problem("", "is missing", "it is the program to start from", f"{stem}.*")
        return ""
    if len(programs) > 1:
        wrong = f"is there in several languages: {', '.join(programs)}"
        report.problem("", wrong, "keep the one that is to be evolved", f"{stem}.*")
    return programs[0]
