"""Harbor directories to tasks: what is read, and how every fault is told."""

from __future__ import annotations

import re

import pytest

from workbench.formats import harbor
from workbench.formats.error import TaskError
from workbench.model.limits import Limits
from workbench.model.task import Resources
from workbench.model.verdict import Direction

GOOD = """
schema_version = "1.4"
[task]
name = "workbench/toy"
[metadata]
author = "someone"
tags = ["free", "form"]
[metadata.workbench]
editable = ["solve.py"]
run = ["python3", "-S", "solve.py"]
outputs = ["answer.json"]
direction = "minimize"
score_name = "cost"
unit = "km"
category = "operations research"
baseline = 12
best_known = 7.5
best_known_source = "a table"
verification = "output"
evaluate_timeout_sec = 3
python_packages = ["numpy"]
[metadata.workbench.budget]
evaluations = 200
usd = 1.5
[verifier]
timeout_sec = 20.0
[agent]
timeout_sec = 600.0
[environment]
cpus = 2
memory_mb = 512
storage_mb = 64
network_mode = "no-network"
build_timeout_sec = 60.0
"""


def bundle(toml: str = GOOD, **changes: bytes | None) -> dict[str, bytes]:
    files: dict[str, bytes | None] = {
        "task.toml": toml.encode(),
        "instruction.md": b"# Shortest tour\n\nFind it.\n",
        "environment/Dockerfile": b"FROM python:3.11\n",
        "environment/app/solve.py": b"print(1)\n",
        "environment/app/data/cities.json": b"[]",
        "tests/test.sh": b"python3 solve.py\n",
        "tests/verify.py": b"pass\n",
        **changes,
    }
    return {path: data for path, data in files.items() if data is not None}


def refusal(files: dict[str, bytes]) -> TaskError:
    with pytest.raises(TaskError) as caught:
        harbor.parse(files, "toy")
    return caught.value


def test_a_whole_task_is_read() -> None:
    files = bundle()
    task, warnings = harbor.parse(files)
    assert warnings == []
    assert (task.name, task.title) == ("toy", "Shortest tour")
    assert task.files == {"solve.py": b"print(1)\n", "data/cities.json": b"[]"}
    assert task.initial == {"solve.py": b"print(1)\n"}
    assert task.run == ("python3", "-S", "solve.py")
    assert task.outputs == ("answer.json",)
    assert set(task.verifier) == {"test.sh", "verify.py"}
    assert task.verify == ("python3", "-S", "/tests/verify.py", "/app", "/logs/verifier")
    assert task.direction is Direction.MINIMIZE
    assert (task.score_name, task.unit, task.category) == ("cost", "km", "operations research")
    assert (task.baseline, task.best_known, task.best_known_source) == (12.0, 7.5, "a table")
    assert task.resources == Resources(3.0, 20.0, 2.0, 512 << 20, 64 << 20)
    assert task.budget == Limits(evaluations=200, usd=1.5)
    assert task.python_packages == ("numpy",)
    assert task.bundle == files


def test_the_stored_bundle_parses_to_the_same_task() -> None:
    task, _ = harbor.parse(bundle(), "elsewhere")
    again, _ = harbor.parse(task.bundle)
    assert again == task
    assert again.digest == task.digest


def test_a_minimal_task_gets_defaults_and_its_directory_name() -> None:
    toml = """
    [metadata.workbench]
    editable = ["solve.py"]
    run = ["python3", "solve.py"]
    outputs = ["answer.json"]
    direction = "maximize"
    """
    task, warnings = harbor.parse(bundle(toml), "from-directory")
    assert warnings == []
    assert task.name == "from-directory"
    assert (task.baseline, task.best_known, task.unit) == (None, None, "")
    assert task.resources == Resources()
    assert task.budget == Limits()
    assert task.verification == "output"


def test_unknown_keys_are_named_with_the_likely_word() -> None:
    toml = GOOD.replace('score_name = "cost"', 'score_nam = "cost"\n"od\\u001bd" = 1')
    toml += "\nrobots = 3\n[weather]\nsun = true\n[metadata.workbench.extra]\n"
    task, warnings = harbor.parse(bundle(toml))
    assert task.score_name == "score"
    near = '(did you mean "score_name"?)'
    assert warnings == [
        "task.toml: weather: unknown key, ignored",
        f"task.toml: [metadata.workbench] score_nam: unknown key, ignored {near}",
        "task.toml: [metadata.workbench] 'od\\x1bd': unknown key, ignored",
        "task.toml: [metadata.workbench] extra: unknown key, ignored",
        "task.toml: [environment] robots: unknown key, ignored",
    ]


def test_harbor_keys_are_known_and_ungranted_wishes_are_told() -> None:
    toml = GOOD.replace('"no-network"', '"public"')
    toml += 'gpus = 1\nmemory = "2G"\nworkdir = "/app"\n[solution.env]\nA = "1"\n'
    _, warnings = harbor.parse(bundle(toml))
    assert warnings == [
        "task.toml: [environment] network_mode: candidates have no network here",
        "task.toml: [environment] gpus: candidates have no GPU here",
        "task.toml: [environment] memory: not read; write memory_mb instead",
    ]


def test_a_newer_schema_is_read_with_a_warning() -> None:
    _, warnings = harbor.parse(bundle(GOOD.replace('"1.4"', '"2.0"')))
    assert warnings == ["task.toml: schema_version: '2.0' is not 1.0 to 1.4, read as 1.4"]


OURS = "[metadata.workbench] "
REPLACED = [
    # (line of GOOD, what replaces it, key, part of the fault, part of the mend)
    ('editable = ["solve.py"]', "", OURS + "editable", "is missing", 'editable = ["solve.py"]'),
    ('editable = ["solve.py"]', "editable = []", OURS + "editable", "is empty", "e.g."),
    ('editable = ["solve.py"]', 'editable = "solve.py"', OURS + "editable", "is a string", "list"),
    ('editable = ["solve.py"]', "editable = [1]", OURS + "editable", "holds an integer", "list"),
    ('editable = ["solve.py"]', 'editable = [""]', OURS + "editable", "holds the unusable", "e.g."),
    (
        'editable = ["solve.py"]',
        'editable = ["../tests/verify.py"]',
        OURS + "editable",
        "leaves its directory through '..'",
        "relative to /app",
    ),
    (
        'editable = ["solve.py"]',
        'editable = ["/etc/passwd"]',
        OURS + "editable",
        "is absolute",
        "relative to /app",
    ),
    (
        'editable = ["solve.py"]',
        'editable = ["solve.py", "solve.py"]',
        OURS + "editable",
        "is there twice",
        "relative to /app",
    ),
    (
        'editable = ["solve.py"]',
        'editable = ["other.py"]',
        OURS + "editable",
        "other.py is not in the directory",
        "add environment/app/other.py",
    ),
    ('outputs = ["answer.json"]', "", OURS + "outputs", "is missing", "answer.json"),
    (
        'outputs = ["answer.json"]',
        'outputs = ["a/../../b"]',
        OURS + "outputs",
        "leaves its directory",
        "relative to /app",
    ),
    ('outputs = ["answer.json"]', 'outputs = ["a/"]', OURS + "outputs", "no", "relative to /app"),
    (
        'outputs = ["answer.json"]',
        'outputs = ["data/cities.json"]',
        OURS + "outputs",
        "ships with the task",
        "remove environment/app/data/cities.json",
    ),
    ('run = ["python3", "-S", "solve.py"]', "", OURS + "run", "is missing", "list of strings"),
    ('run = ["python3", "-S", "solve.py"]', "run = 7", OURS + "run", "is an integer", "list"),
    (
        'run = ["python3", "-S", "solve.py"]',
        'run = "a\\u0000"',
        OURS + "run",
        "is a string",
        "list",
    ),
    ('direction = "minimize"', "", OURS + "direction", "is missing", '"maximize" or "minimize"'),
    ('direction = "minimize"', "direction = true", OURS + "direction", "is a boolean", "string"),
    (
        'direction = "minimize"',
        'direction = "up"',
        OURS + "direction",
        "'up' is no direction",
        '"maximize" or "minimize"',
    ),
    ("baseline = 12", "baseline = nan", OURS + "baseline", "is nan", "finite"),
    ("baseline = 12", "baseline = -inf", OURS + "baseline", "is -inf", "finite"),
    ("baseline = 12", f"baseline = {10**400}", OURS + "baseline", "is 1000", "finite"),
    ("baseline = 12", "baseline = true", OURS + "baseline", "is a boolean", "number"),
    ("baseline = 12", 'baseline = "12"', OURS + "baseline", "is a string", "number"),
    ("best_known = 7.5", "best_known = inf", OURS + "best_known", "is inf", "finite"),
    ("best_known = 7.5", "best_known = 1979-05-27", OURS + "best_known", "is a date", "number"),
    ('unit = "km"', "unit = 3", OURS + "unit", "is an integer", "string"),
    (
        'verification = "output"',
        'verification = "trust"',
        OURS + "verification",
        "'trust' is no way of verifying",
        'write verification = "output"',
    ),
    (
        "evaluate_timeout_sec = 3",
        "evaluate_timeout_sec = 0",
        OURS + "evaluate_timeout_sec",
        "is 0",
        "above 0",
    ),
    (
        'python_packages = ["numpy"]',
        'python_packages = ["numpy>=2"]',
        OURS + "python_packages",
        "'numpy>=2' is no distribution name",
        "without version",
    ),
    (
        "evaluations = 200",
        "evaluations = 2.5",
        "[metadata.workbench.budget] evaluations",
        "is a number",
        "whole number",
    ),
    (
        "evaluations = 200",
        "evaluations = -1",
        "[metadata.workbench.budget] evaluations",
        "is -1",
        "above 0",
    ),
    ("timeout_sec = 20.0", "timeout_sec = nan", "[verifier] timeout_sec", "is nan", "finite"),
    ("cpus = 2", 'cpus = "two"', "[environment] cpus", "is a string", "number"),
    ("memory_mb = 512", "memory_mb = 0.5", "[environment] memory_mb", "is a number", "whole"),
    ("storage_mb = 64", "storage_mb = 0", "[environment] storage_mb", "is 0", "above 0"),
    ('name = "workbench/toy"', 'name = "a/b c"', "[task] name", "'b c' cannot name", "org/name"),
    ('schema_version = "1.4"', "schema_version = 1.4", "schema_version", "is a number", "string"),
]


@pytest.mark.parametrize(("line", "other", "key", "wrong", "mend"), REPLACED)
def test_each_fault_names_file_key_and_mend(
    line: str, other: str, key: str, wrong: str, mend: str
) -> None:
    assert GOOD.count(f"\n{line}\n") == 1
    error = refusal(bundle(GOOD.replace(f"\n{line}\n", f"\n{other}\n")))
    assert len(error.problems) == 1
    [problem] = error.problems
    assert (problem.file, problem.key) == ("task.toml", key)
    assert wrong in problem.wrong
    assert mend in problem.mend
    assert f"task.toml: {key}: " in str(error)


@pytest.mark.parametrize("name", ["task", "verifier", "agent", "environment", "solution"])
def test_a_table_of_the_wrong_type_is_told_once(name: str) -> None:
    toml = re.sub(rf"(?ms)^\[{name}\]\n.*?(?=^\[|\Z)", "", GOOD)
    error = refusal(bundle(f"{name} = 3\n{toml}"))
    assert [str(problem) for problem in error.problems] == [
        f"task.toml: [{name}]: is an integer; make it a table"
    ]


MISSING = [
    ("task.toml", None, "task.toml", "is missing"),
    ("task.toml", b"\xff", "task.toml", "is not UTF-8 (byte 0)"),
    ("task.toml", b"a = ", "task.toml", "is not TOML: Invalid value (at"),
    ("task.toml", b"a = " + b"1" * 5000, "task.toml", "is not TOML"),
    ("task.toml", b"a = " + b"[" * 100_000, "task.toml", "is nested too deeply"),
    ("instruction.md", None, "instruction.md", "is missing"),
    ("instruction.md", b" \n", "instruction.md", "is empty"),
    ("instruction.md", b"caf\xe9", "instruction.md", "is not UTF-8 (byte 3)"),
    ("tests/verify.py", None, "tests/verify.py", "is missing"),
    ("../up", b"", "../up", "leaves its directory"),
    ("/etc/passwd", b"", "/etc/passwd", "is absolute"),
]


@pytest.mark.parametrize(("path", "data", "file", "wrong"), MISSING)
def test_missing_and_broken_files_are_named(
    path: str, data: bytes | None, file: str, wrong: str
) -> None:
    error = refusal(bundle(**{path: data}))
    assert len(error.problems) == 1
    assert error.problems[0].file == file
    assert wrong in error.problems[0].wrong
    assert error.problems[0].mend


def test_all_problems_come_at_once() -> None:
    toml = (
        GOOD.replace('direction = "minimize"', 'direction = "down"')
        .replace("baseline = 12", "baseline = inf")
        .replace("cpus = 2", "cpus = -1")
        .replace('"output"', '"trust"')
    )
    error = refusal(bundle(toml, **{"instruction.md": None, "tests/verify.py": None}))
    told = str(error)
    assert told.startswith("task toy: 6 problems\n")
    for word in ("direction", "baseline", "cpus", "verification", "instruction.md", "verify.py"):
        assert word in told


def test_a_plain_harbor_task_is_told_what_to_add() -> None:
    error = refusal(bundle('schema_version = "1.4"\n[metadata]\nauthor = "x"\n'))
    [problem] = error.problems
    assert problem.key == "[metadata.workbench]"
    for word in ("editable", "run", "outputs", "direction"):
        assert word in problem.mend


def test_the_table_in_that_advice_is_one_we_read() -> None:
    error = refusal(bundle('schema_version = "1.4"'))
    example = error.problems[0].mend.split("\n", 1)[1]
    task, warnings = harbor.parse(bundle(example), "toy")
    assert (task.outputs, warnings) == (("answer.json",), [])
