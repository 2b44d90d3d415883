"""A Python of the person's own runs a task's programs, with the packages that it has."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from verify_scripted import toy

import sandbox
from workbench.model.task import Task
from workbench.verify.interpreter import applied, find
from workbench.verify.verifier import Verifier

VERIFY = b"""\
import json, sys
import numpy
json.dump({"reward": numpy.ones(3).sum(), "minor": sys.version_info[1]},
          open("/logs/verifier/reward.json", "w"))
"""


def test_what_an_interpreter_needs_to_be_seen() -> None:
    own = find(sys.executable)
    assert own.path == sys.executable
    assert own.version == ".".join(map(str, sys.version_info[:3]))
    assert {sys.prefix, sys.base_prefix} <= set(own.shown)
    assert find(sys.prefix).shown == own.shown  # the directory of an environment names it, too


@pytest.mark.parametrize("text", ["exit 0", "echo '{}'", "exit 3", "echo '['"])
def test_what_does_not_answer_as_a_python_is_none(tmp_path: Path, text: str) -> None:
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)
    with pytest.raises(ValueError, match=r"is no Python that runs here.*; name an interpreter"):
        find(str(program))
    with pytest.raises(ValueError, match="is no Python that runs here"):
        find(str(tmp_path / "absent"))


def test_only_programs_of_python_are_run_by_it() -> None:
    own = find(sys.executable)
    task = msgspec.structs.replace(
        toy(), run=("gcc", "python3"), verify=("python3", "-S", "/tests/verify.py", "-S")
    )
    found = applied(task, own)
    assert found.run == ("gcc", "python3")
    assert found.verify == (sys.executable, "/tests/verify.py", "-S")
    assert (found.python_packages, found.shown) == ((), own.shown)
    assert found.digest == task.digest


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the Python of an environment with numpy; a sandbox has a /tmp of its own."""
    if sys.prefix == sys.base_prefix or sys.prefix.startswith("/tmp/"):
        pytest.skip("the tests run in no virtual environment, or in one below /tmp")
    return sys.executable


@pytest.mark.parametrize("mode", ["output", "call", "shared"])
async def test_its_packages_are_there_in_every_mode(
    environment: str, mode: str, backend: sandbox.Backend
) -> None:
    task = applied(_task(mode), find(environment))
    async with Verifier(task, backend) as verifier:
        found = await verifier.verify(
            {"solve.py": b"import numpy\nopen('answer.json', 'w').write('1')\n"}
        )
    assert found.verdict.score == 3.0, found
    assert found.verdict.metrics == {"minor": sys.version_info[1]}


def _task(mode: str) -> Task:
    plain = toy(VERIFY)
    if mode == "output":
        return msgspec.structs.replace(
            plain, run=("python3", "-S", "solve.py"), outputs=("answer.json",)
        )
    return msgspec.structs.replace(plain, verification=mode, run=(), outputs=())


def test_the_interpreter_is_not_taken_from_a_session_file(tmp_path: Path) -> None:
    from workbench.engine.launch import Launch, interpreter_for

    assert interpreter_for(Launch(), "") is None
    with pytest.raises(ValueError, match=r"run by a Python 3\.9\.1 of your own; say which"):
        interpreter_for(Launch(), "3.9.1")
    own = interpreter_for(Launch(python=sys.executable), "3.9.1")
    assert own is not None
    assert own.version == find(sys.executable).version


def test_an_environment_may_be_made_of_links(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "env"], check=True)
    os.symlink(tmp_path / "env", tmp_path / "link")
    own = find(str(tmp_path / "link"))
    assert own.path == str(tmp_path / "link" / "bin" / "python")
    assert str(tmp_path / "env") in {os.path.realpath(path) for path in own.shown}
