"""Run Python as an ordinary user when the tests run as root, from a copy that anyone can read."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

NOBODY = 65534
_AS_NOBODY = {"user": NOBODY, "group": NOBODY, "extra_groups": [], "cwd": "/"}


@contextmanager
def readable_copy(*packages: str, scripts: Iterable[Path] = ()) -> Iterator[tuple[str, str]]:
    """Yield (interpreter, directory with `packages` and `scripts`) that any user can read.

    Skips the test when the tests run as an ordinary user anyway, or no interpreter will do.
    """
    if os.getuid() != 0:
        pytest.skip("already an ordinary user: all other tests run as one")
    interpreter = next((path for path in _interpreters() if _works_for_nobody(path)), None)
    if interpreter is None:
        pytest.skip("no Python 3.11 or newer here that an ordinary user can read")
    folder = Path(tempfile.mkdtemp(prefix="readable-"))
    try:
        for package in packages:
            _copy_package(package, folder)
        for script in scripts:
            shutil.copy(script, folder / script.name)
        folder.chmod(0o755)
        yield interpreter, str(folder)
    finally:
        shutil.rmtree(folder)


async def run_as_nobody(interpreter: str, *arguments: str, **env: str) -> dict[str, Any]:
    """Run Python as an ordinary user with every warning an error; return the JSON it prints."""
    process = await asyncio.create_subprocess_exec(
        *(interpreter, "-I", "-W", "error", *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"LANG": "C.UTF-8", **env},
        **_AS_NOBODY,
    )
    out, err = await process.communicate()
    assert (process.returncode, err) == (0, b""), err.decode()
    return dict(json.loads(out))


def _copy_package(name: str, folder: Path) -> None:
    found = find_spec(name)
    if found is None or found.origin is None:
        return  # the system's bubblewrap does without the bundled one
    if found.submodule_search_locations is None:
        shutil.copy(found.origin, folder)
        return
    package = Path(found.origin).parent
    for source in (package, package.with_name(f"{name}.libs")):
        if source.is_dir():
            shutil.copytree(source, folder / source.name, ignore=shutil.ignore_patterns("*.pyc"))


def _interpreters() -> list[str]:
    names = ["python3", *(f"python3.{minor}" for minor in range(15, 10, -1))]
    return [f"{folder}/{name}" for folder in ("/usr/local/bin", "/usr/bin") for name in names]


def _works_for_nobody(path: str) -> bool:
    if not os.path.exists(path):
        return False
    code = "import sys; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([path, "-I", "-c", code], **_AS_NOBODY).returncode == 0
