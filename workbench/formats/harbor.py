"""Harbor task directories (``task.toml`` schema 1.4) with our keys in ``[metadata.workbench]``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

from workbench.formats import container, keys, modes, paths
from workbench.formats.error import Problem, Report, TaskError
from workbench.formats.table import Table
from workbench.model.limits import Limits
from workbench.model.task import Resources, Task
from workbench.model.verdict import Direction

CONFIG = "task.toml"
INSTRUCTION = "instruction.md"
APP = "environment/app/"
"""Initial files of the working directory ``/app``."""

_NEEDED = """\
add a table like
    [metadata.workbench]
    editable = ["solve.py"]            # files a candidate may change, relative to /app
    run = ["python3", "-S", "solve.py"]  # what runs the candidate in /app
    outputs = ["answer.json"]          # files it must leave there
    direction = "maximize"             # or "minimize\""""


def parse(bundle: Mapping[str, bytes], name: str = "") -> tuple[Task, list[str]]:
    """Turn a task directory's files into a task, and warnings for what is ignored.

    `name` is the directory's name, used when ``[task] name`` is absent. Raises `TaskError` with
    every problem found.
    """
    report = Report(CONFIG)
    for path in bundle:
        wrong = paths.fault(path)
        if wrong is not None:
            report.problem("", f"its name {wrong}", "rename the file", ascii(path)[1:-1])
    root = Table(_toml(bundle, report), "", report)
    report.raise_problems()
    metadata = root.table("metadata")
    if "workbench" not in metadata.values:
        return _plain(bundle, root, name)
    ours = metadata.table("workbench")
    files = modes.below(bundle, APP)
    editable = modes.app_paths(ours, "editable", '["solve.py"]')
    verifying = modes.read(bundle, root, ours, editable)
    _check_files(ours, files, editable, verifying.outputs)
    task_name = _name(root, name)
    instruction = _instruction(bundle, report)
    task = Task(
        name=task_name,
        title=_title(metadata, instruction, task_name),
        instruction=instruction,
        files=files,
        editable=editable,
        run=verifying.run,
        outputs=verifying.outputs,
        verifier=modes.below(bundle, modes.TESTS),
        verify=verifying.verify,
        direction=_direction(ours),
        score_name=ours.text("score_name", "score"),
        unit=ours.text("unit", ""),
        category=ours.text("category", "") or metadata.text("category", ""),
        baseline=ours.number("baseline", None),
        best_known=ours.number("best_known", None),
        best_known_source=ours.text("best_known_source", ""),
        bound=ours.number("bound", None),
        bound_source=ours.text("bound_source", ""),
        score_tolerance=ours.number("score_tolerance", None, positive=True),
        verification=verifying.mode,
        repeats=verifying.repeats,
        metrics=verifying.metrics,
        score_range=verifying.score_range,
        image=verifying.image,
        resources=_resources(root, ours),
        budget=_budget(ours),
        python_packages=_packages(ours),
        bundle=dict(bundle),
    )
    _warn(root, ours)
    if report.problems:
        raise TaskError(report.problems, name)
    return task, report.warnings


def _plain(bundle: Mapping[str, bytes], root: Table, name: str) -> tuple[Task, list[str]]:
    """Read a task that says nothing of the workbench. Raises `TaskError`."""
    report = root.report
    image = root.table("environment").values.get("docker_image")
    ours = modes.TESTS + modes.VERIFY in bundle  # its author has forgotten the table
    if ours or not (image or container.DOCKERFILE in bundle):
        raise TaskError([Problem(CONFIG, "[metadata.workbench]", "is missing", _NEEDED)], name)
    instruction = _instruction(bundle, report)
    task = container.parse(bundle, root, _name(root, name), instruction)
    _warn(root, Table({}, "metadata.workbench", report))
    if report.problems:
        raise TaskError(report.problems, name)
    return task, report.warnings


def _toml(bundle: Mapping[str, bytes], report: Report) -> dict[str, object]:
    data = bundle.get(CONFIG)
    if data is None:
        report.problem("", "is missing", "a Harbor task directory has it at its top")
        return {}
    try:
        return tomllib.loads(data.decode())
    except UnicodeDecodeError as error:
        report.problem("", f"is not UTF-8 (byte {error.start})", "save it as UTF-8")
    except ValueError as error:  # TOMLDecodeError, or an integer too long to convert
        report.problem("", f"is not TOML: {error}", "mend the syntax there")
    except RecursionError:
        report.problem("", "is nested too deeply", "flatten its arrays and tables")
    return {}


def _check_files(
    ours: Table, files: Mapping[str, bytes], editable: tuple[str, ...], outputs: tuple[str, ...]
) -> None:
    for path in editable:
        if path not in files:
            ours.problem(
                "editable",
                f"{path} is not in the directory",
                f"add {APP}{path} (hidden and cache files are not read) or take it off the list",
            )
    for path in outputs:
        if path in files and path not in editable:
            ours.problem(
                "outputs",
                f"{path} ships with the task, so a run that writes nothing would be scored by it",
                f"remove {APP}{path}",
            )


def _instruction(bundle: Mapping[str, bytes], report: Report) -> str:
    data = bundle.get(INSTRUCTION)
    if data is None:
        report.problem("", "is missing", "say there what is to be optimised", file=INSTRUCTION)
        return ""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        wrong = f"is not UTF-8 (byte {error.start})"
        report.problem("", wrong, "save it as UTF-8", file=INSTRUCTION)
        return ""
    if not text.strip():
        report.problem("", "is empty", "say there what is to be optimised", file=INSTRUCTION)
    return text


def _name(root: Table, directory: str) -> str:
    """Return the last part of ``[task] name`` ("org/name"), or the directory's name."""
    package = root.table("task")
    name = package.text("name", directory).rpartition("/")[2] or directory
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name):
        wrong = f"{name!a} cannot name a task" if name else "is missing"
        package.problem("name", wrong, 'write "org/name" in letters, digits, ".", "_" and "-"')
    return name


def _title(metadata: Table, instruction: str, name: str) -> str:
    """Return ``[metadata] title``, else the instruction's first heading, else the name."""
    heading = re.search(r"^#{1,6}[ \t]+(\S.*)$", instruction, re.MULTILINE)
    return metadata.text("title", "") or (heading.group(1).strip("# \t") if heading else name)


def _direction(ours: Table) -> Direction:
    word = ours.text("direction", None)
    mend = 'write "maximize" or "minimize"'
    if "direction" not in ours.values:
        ours.problem("direction", "is missing", mend)
    elif word is not None and word not in list(Direction):
        ours.problem("direction", f"{word!a} is no direction", mend)
    elif word is not None:
        return Direction(word)
    return Direction.MAXIMIZE


def _resources(root: Table, ours: Table) -> Resources:
    """Read the limits; what is absent keeps the default of `Resources`, not Harbor's."""
    environment, default = root.table("environment"), Resources()
    memory = environment.integer("memory_mb", None)
    disk = environment.integer("storage_mb", None)
    return Resources(
        candidate_seconds=ours.number(
            "evaluate_timeout_sec", default.candidate_seconds, positive=True
        ),
        verifier_seconds=root.table("verifier").number(
            "timeout_sec", default.verifier_seconds, positive=True
        ),
        cpus=environment.number("cpus", default.cpus, positive=True),
        memory_bytes=default.memory_bytes if memory is None else memory << 20,
        disk_bytes=default.disk_bytes if disk is None else disk << 20,
    )


def _budget(ours: Table) -> Limits:
    budget = ours.table("budget")
    budget.warn_unknown(keys.BUDGET)
    return Limits(
        evaluations=budget.integer("evaluations", None),
        proposals=budget.integer("proposals", None),
        tokens=budget.integer("tokens", None),
        usd=budget.number("usd", None, positive=True),
        seconds=budget.number("seconds", None, positive=True),
    )


def _packages(ours: Table) -> tuple[str, ...]:
    names = ours.texts("python_packages", example='["numpy"]')
    for name in names:
        if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?", name):
            ours.problem(
                "python_packages",
                f"{name!a} is no distribution name",
                "name installed distributions without version or extras",
            )
    return names


def _warn(root: Table, ours: Table) -> None:
    """Name the unknown keys, and the known ones whose wish is not granted here."""
    root.warn_unknown(keys.ROOT)
    ours.warn_unknown(keys.WORKBENCH)
    for name, known in keys.TABLES.items():
        root.table(name).warn_unknown(known)
    version = root.text("schema_version", "1.4")
    if not re.fullmatch(r"1\.[0-4](\.\d+)?", version):
        root.report.warn("schema_version", f"{version!a} is not 1.0 to 1.4, read as 1.4")
    environment = root.table("environment")
    if environment.values.get("network_mode", "no-network") != "no-network":
        environment.report.warn("[environment] network_mode", "candidates have no network here")
    if environment.values.get("gpus"):
        environment.report.warn("[environment] gpus", "candidates have no GPU here")
    for old in ("memory", "storage"):
        if old in environment.values:
            environment.report.warn(f"[environment] {old}", f"not read; write {old}_mb instead")
