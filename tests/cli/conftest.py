"""Lets the tests of the command line use the tiny task made for the tests of the engine."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))

from cli_program import Program, Said, write_hill

import sandbox
from workbench.store import holder


@pytest.fixture(scope="session")
def isolation() -> str:
    """The isolation line of this machine; skips where programs cannot be isolated."""
    found = asyncio.run(sandbox.backend("bubblewrap").probe())
    if not found.usable:
        pytest.skip(f"no namespaces here: {found.problem}")
    return found.line()


@contextmanager
def own_places(home: Path) -> Iterator[Path]:
    """Sessions, sockets and slot locks apart from all others; engines that still run are killed."""
    # Sockets need short paths.
    with tempfile.TemporaryDirectory(prefix="wb") as short, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", short)
        patch.setenv("WORKBENCH_HOME", str(home))
        patch.setenv("WORKBENCH_CONFIG", str(home / "config.toml"))
        yield home / "sessions"
        for lock in home.parent.glob("**/session.lock"):
            found = holder(lock.parent)
            if found is not None:
                os.kill(found.pid, signal.SIGKILL)


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Path]:
    """The directory of one test's sessions."""
    with own_places(tmp_path / "home") as sessions:
        yield sessions


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, isolation: str) -> Said:
    """What a run of two lineages on the hill said, ten evaluations; for tests that only read."""
    base = tmp_path_factory.mktemp("finished")
    with own_places(base / "home"):
        hill = write_hill(base / "hill")
        options = ("--lineages", 2, "--budget", "evaluations=10", "--seed", 3)
        return Program()("run", hill, "--display", "json", *options)


@pytest.fixture
def ten(finished: Said, places: Path) -> Path:
    """A copy of that session, for tests that change it, where sessions belong."""
    directory = Path(finished.lines[-1]["session"])
    return Path(shutil.copytree(directory, places / directory.name))


@pytest.fixture
def hill(tmp_path: Path) -> Path:
    """The tiny task as a directory."""
    return write_hill(tmp_path / "hill")


@pytest.fixture
def program(places: Path, isolation: str) -> Program:
    """The real program, in a place of its own."""
    return Program()
