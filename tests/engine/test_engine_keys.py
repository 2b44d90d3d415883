"""A key in the environment stays in the engine: no child, file or line of output has it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from engine_support import finish, new_session
from loopback_support import chosen, named
from processes import descendants

from workbench.dev import FakeModel, FaultKind, Script, SeededFaults
from workbench.dev.injection import PASSING
from workbench.engine.client import SessionFeed
from workbench.model import event as ev
from workbench.model.limits import Limits
from workbench.propose.llm.open import VARIABLES
from workbench.store import Reader

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


async def watched(directory: Path) -> bytes:
    """Run an engine on the session, and look into every process below it all the while.

    Returns all it printed. No process, event or file of the session may hold the key.
    """
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
            else:
                assert PLANTED not in repr(update)
        out, err = await asyncio.to_thread(process.communicate)
        await feed.aclose()
    assert process.returncode == 0, err
    assert seen, "programs ran and were looked at"
    assert leaked == set()
    return first + out + err


def kept(root: Path) -> list[Path]:
    """Return the files below the sessions' home that hold the key, blobs unpacked."""
    files = [x for x in root.parent.rglob("*") if x.is_file()]
    assert any(x.name == "session.db" for x in files)
    found = [x for x in files if PLANTED.encode() in x.read_bytes()]
    for file in (x for x in files if x.name == "session.db"):
        with Reader(file.parent) as reader:
            blobs = [reader.blob(digest) for digest in reader.digests()]
        found += [file for blob in blobs if PLANTED.encode() in blob]
    return found


async def test_a_key_reaches_no_child_no_file_and_no_output(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in VARIABLES.values():
        monkeypatch.setenv(variable, PLANTED)
    said = await watched(await new_session(root, limits=Limits(evaluations=8)))
    assert PLANTED.encode() not in said
    assert kept(root) == []


async def test_a_key_that_is_used_reaches_the_servers_and_nothing_else(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All three providers answer, and fail in every way that passes."""
    faults = SeededFaults(0.3, seed=3, kinds=(*PASSING, FaultKind.CONTEXT), retry_after=0.01)
    async with FakeModel(Script(inject=faults)) as server:
        names = [
            named(kind, server, monkeypatch)
            for kind in ("anthropic", "openai", "openai-compatible")
        ]
        for variable in VARIABLES.values():
            monkeypatch.setenv(variable, PLANTED)
        directory = await new_session(root, **chosen(*names, lineages=3, evaluations=18))
        said = await watched(directory)
        keys = {call.headers.get("authorization") for call in server.calls}
    assert keys == {f"Bearer {PLANTED}"}
    assert PLANTED.encode() not in said
    assert kept(root) == []


@pytest.mark.parametrize("kind", ["anthropic", "openai", "openai-compatible"])
async def test_a_key_that_is_refused_is_told_of_and_not_told(
    root: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """The server's own message quotes it; ours names the variable."""
    async with FakeModel(Script(key="another")) as server:
        name = named(kind, server, monkeypatch)
        for variable in VARIABLES.values():
            monkeypatch.setenv(variable, PLANTED)
        directory = await new_session(root, **chosen(name, lineages=1, evaluations=2))
        closed = await finish(directory)
    assert VARIABLES[kind] in closed.detail
    assert PLANTED not in closed.detail
    assert kept(root) == []
