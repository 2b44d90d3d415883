"""The wheel carries the content and works away from the checkout."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import sandbox

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without isolation."""
    target = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the wheel's content."""
    target = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def run(unpacked: Path, *arguments: str, cwd: Path) -> str:
    """Run the unpacked program far from the checkout and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-P", *arguments],
        env={**os.environ, "PYTHONPATH": str(unpacked), "WORKBENCH_HOME": str(cwd / "home")},
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_carries_tasks_and_themes_and_nothing_of_ours_besides(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for room in ("tasks", "themes"):
        kept = {
            f"workbench/_content/{path.relative_to(ROOT)}"
            for path in (ROOT / room).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        assert len(kept) >= 3
        assert kept <= names
    assert {"workbench/py.typed", "sandbox/py.typed", "workbench/__main__.py"} <= names
    assert "workbench/display/tui/app.tcss" in names
    tops = {name.split("/")[0] for name in names}
    assert {x for x in tops if not x.endswith(".dist-info")} == {"workbench", "sandbox"}
    assert not [name for name in names if name.endswith(".pyc")]


def test_the_wheel_names_no_place_of_the_machine_that_built_it(unpacked: Path) -> None:
    place = os.fsencode(ROOT)
    assert len(ROOT.parts) > 2
    named = [x for x in unpacked.rglob("*") if x.is_file() and place in x.read_bytes()]
    assert named == []


def test_the_unpacked_wheel_lists_its_own_tasks(unpacked: Path, tmp_path: Path) -> None:
    said = run(unpacked, "-m", "workbench", "tasks", "--json", cwd=tmp_path)
    names = [row["name"] for row in json.loads(said)]
    assert names == sorted(path.parent.name for path in (ROOT / "tasks").glob("*/task.toml"))
    where = "import workbench, sandbox; from workbench import content as c; "
    where += "print(workbench.__file__, sandbox.__file__, c.tasks_dir(), c.themes_dir())"
    for place in run(unpacked, "-c", where, cwd=tmp_path).split():
        assert Path(place).is_relative_to(unpacked)


def test_the_unpacked_wheel_verifies_a_bundled_task(unpacked: Path, tmp_path: Path) -> None:
    if not asyncio.run(sandbox.backend("bubblewrap").probe()).usable:
        pytest.skip("no namespaces here")
    options = ("circle-packing", "--json")
    verdict = json.loads(run(unpacked, "-m", "workbench", "verify", *options, cwd=tmp_path))
    assert verdict["ok"], verdict
    assert verdict["score"] == pytest.approx(1.6177732862741907)
