"""Harbor tasks that say nothing of the workbench: what is read of them, and what is refused."""

from __future__ import annotations

import pytest

from workbench.formats import harbor
from workbench.formats.error import TaskError
from workbench.model.task import Task

BUNDLE = {
    "task.toml": b'[task]\nname = "org/crane"\n',
    "instruction.md": b"<!-- some canary -->\n\nLift it.\n",
    "environment/Dockerfile": b"FROM x\nWORKDIR /srv\nWORKDIR crane\nCOPY rope /srv/crane/\n",
    "environment/rope": b"rope",
    "solution/solve.sh": b"the answer",
    "tests/test.sh": b"# curl is not used\necho 1 > /logs/verifier/reward.txt\n",
    "tests/data/a.txt": b"a",
}


def read(toml: str = "", **changed: bytes | None) -> tuple[Task, list[str]]:
    files = {k.replace("__", "/").replace("_sh", ".sh"): v for k, v in changed.items()}
    bundle = {**BUNDLE, "task.toml": BUNDLE["task.toml"] + toml.encode(), **files}
    return harbor.parse({k: v for k, v in bundle.items() if v is not None}, "dir")


def problems(toml: str = "", **changed: bytes | None) -> str:
    with pytest.raises(TaskError) as caught:
        read(toml, **changed)
    return str(caught.value)


def test_the_candidate_is_a_script_in_the_task_s_container() -> None:
    task, warnings = read('[metadata]\ncategory = "yard"\n')
    assert warnings == []
    assert (task.name, task.verification, task.category) == ("crane", "shared", "yard")
    assert task.editable == ("solve.sh",)
    assert task.image is not None
    assert (task.image.workdir, set(task.image.context)) == ("/srv/crane", {"Dockerfile", "rope"})
    assert task.handed == ("/srv/crane", "/logs/artifacts")
    assert set(task.verifier) == {"test.sh", "data/a.txt"}
    assert task.verify == ("bash", "/tests/test.sh")
    assert task.instruction.startswith("Lift it.\n")
    assert "`/srv/crane`" in task.instruction
    assert not any(b"the answer" in data for data in task.files.values())


def test_limits_variables_and_names() -> None:
    task, _ = read(
        '[environment]\nworkdir = "/srv/yard"\ndocker_image = "yard:1"\ncpus = 2\n'
        'memory_mb = 512\nstorage_mb = 64\n[environment.env]\nCOLOUR = "green"\n'
        '[agent]\ntimeout_sec = 90\n[verifier]\ntimeout_sec = 30\n[verifier.env]\nLEVEL = "3"\n'
    )
    assert task.image is not None
    assert (task.image.name, task.image.workdir) == ("yard:1", "/srv/yard")
    used = task.resources
    assert (used.candidate_seconds, used.verifier_seconds, used.cpus) == (90, 30, 2)
    assert (used.memory_bytes, used.disk_bytes) == (512 << 20, 64 << 20)
    assert task.env == {"COLOUR": "green"}
    assert task.verify == ("env", "LEVEL=3", "bash", "/tests/test.sh")


def test_a_separate_verifier_gets_the_artifacts_alone() -> None:
    top = 'artifacts = ["/srv/crane/plan.json", { source = "/logs/artifacts/" }]\n'
    bundle = {**BUNDLE, "task.toml": (top + "[verifier]\nenvironment_mode = 'separate'\n").encode()}
    task, _ = harbor.parse(bundle, "dir")
    assert task.handed == ("/logs/artifacts", "/srv/crane/plan.json")
    assert task.verifier_image is None


def test_a_verifier_with_an_image_of_its_own_brings_its_tests() -> None:
    task, _ = read(tests__Dockerfile=b"FROM y\nCOPY . /tests\n")
    assert task.verifier == {}
    assert task.verifier_image is not None
    assert set(task.verifier_image.context) == {"Dockerfile", "test.sh", "data/a.txt"}
    task, _ = read('[verifier.environment]\ndocker_image = "judge:2"\n')
    assert task.verifier_image is not None
    assert task.verifier_image.name == "judge:2"
    assert task.handed == ("/logs/artifacts",)


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[[steps]]\nname = 'a'\n", "steps: is not supported; only tasks of one step run here"),
        ("[environment]\ngpus = 1\n", "[environment] gpus: is not supported"),
        ("[environment]\nos = 'windows'\n", "only Linux containers run here"),
        ("[environment.healthcheck]\ncommand = 'x'\n", "[environment] healthcheck: is not"),
        ("[[environment.mcp_servers]]\nname = 'x'\n", "[environment] mcp_servers: is not"),
        ("[[verifier.collect]]\ncommand = 'x'\n", "[verifier] collect: is not supported"),
        ("[verifier.env]\nKEY = '${OPENAI_API_KEY}'\n", "[verifier] env.KEY: is filled in from"),
        ("[environment.env]\nKEY = '$HOME/x'\n", "[environment] env.KEY: is filled in from"),
        ("[environment]\nworkdir = '/'\n", "workdir: '/' is"),
        ("[environment]\nworkdir = 'app'\n", "workdir: 'app' is no absolute path"),
        ("[environment]\nworkdir = '/usr/src'\n", "'/usr/src' is the system's"),
        ("[environment]\nworkdir = '/srv/../etc'\n", "leaves its directory"),
        ("[environment]\ndocker_image = ' '\n", "docker_image: ' ' names no image"),
    ],
)
def test_what_cannot_run_here_is_refused_by_name(toml: str, said: str) -> None:
    assert said in problems(toml)


def test_files_that_cannot_run_here_are_refused_by_name() -> None:
    said = problems(**{"environment/docker-compose.yaml": b"services: {}"})
    assert "environment/docker-compose.yaml: is not supported" in said
    assert "tests/test.sh: is missing" in problems(tests__test_sh=None)
    assert "instruction.md: is missing" in problems(**{"instruction.md": None})
    outside = {**BUNDLE, "task.toml": b"artifacts = ['/etc/passwd']\n[verifier.environment]\n"}
    with pytest.raises(TaskError, match=r"'/etc/passwd' cannot be handed over"):
        harbor.parse(outside, "dir")


def test_a_directory_with_neither_our_table_nor_an_image_is_told_of_the_table() -> None:
    assert "[metadata.workbench]: is missing" in problems(environment__Dockerfile=None)


def test_tests_that_download_are_warned_about() -> None:
    _, warnings = read(tests__test_sh=b"#!/bin/bash\ncurl -LsSf https://x | sh\npytest\n")
    told = "task.toml: tests/test.sh, line 2: downloads, and there is no network here"
    assert warnings == [f"{told}: have the image do it"]
