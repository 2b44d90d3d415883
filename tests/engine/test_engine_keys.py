"""A key in the environment stays in the engine: no child, file or line of output has it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from engine_support import new_session
from processes import descendants

from workbench.engine.client import SessionFeed
from workbench.model import event as ev
from workbench.model.limits import Limits
from workbench.propose.llm.open import VARIABLES

PLANTED = "sk-planted-a7f3"


def holds(pid: int, name: str) -> bool:
    """Whether a process shows the key in a file of /proc; one that has ended has nothing."""
    try:
        return PLANTED.encode() in Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return False


def leaks(pid: int, engine: int) -> set[str]:
    """Return where a process that the engine has started shows the key.

    Between fork and exec it is still the engine's own image, with the engine's own memory: it is
    told by its command line, which is read first.
    """
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        if command == Path(f"/proc/{engine}/cmdline").read_bytes():
            return set()
    except OSError:
        return set()
    return {f"{pid} {name}" for name in ("environ", "cmdline") if holds(pid, name)}


def engine(directory: Path) -> subprocess.Popen[bytes]:
    """Start an engine that inherits this environment."""
    return subprocess.Popen(
        [sys.executable, "-m", "workbench.engine.host", str(directory)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


async def test_a_key_reaches_no_child_no_file_and_no_output(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in VARIABLES.values():
        monkeypatch.setenv(variable, PLANTED)
    directory = await new_session(root, limits=Limits(evaluations=8))
    process = engine(directory)
    seen: set[int] = set()
    leaked: set[str] = set()
    with process:
        assert process.stdout is not None
        first = await asyncio.to_thread(process.stdout.readline)
        assert holds(process.pid, "environ"), "the search finds what is there"
        feed = await SessionFeed.open(directory)
        async for update in feed.updates():  # live progress too: while programs run
            family = [pid for pid, _ in descendants(process.pid)]
            seen.update(family)
            for pid in family:
                leaked |= leaks(pid, process.pid)
            if isinstance(update, ev.Record):
                assert PLANTED not in ev.encode(update.event)
        out, err = await asyncio.to_thread(process.communicate)
        await feed.aclose()
    assert process.returncode == 0, err
    assert seen, "programs ran and were looked at"
    assert leaked == set()
    assert PLANTED.encode() not in first + out + err
    files = [x for x in root.parent.rglob("*") if x.is_file()]
    assert any(x.name == "session.db" for x in files)
    assert [x for x in files if PLANTED.encode() in x.read_bytes()] == []
