"""Starting an engine in a process of its own, away from the terminal."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec

from workbench.engine.launch import Launch

START_SECONDS = 30.0
"""How long an engine may take until it serves."""


class EngineNotStarted(Exception):
    """The engine could not take the session; the message is its own."""


_started: list[subprocess.Popen[bytes]] = []
"""Engines outlive whoever started them; held here so that none is reaped as forgotten."""


def _start(directory: Path, launch: Launch, log: Path) -> subprocess.Popen[bytes]:
    arguments = [str(directory), "--launch", msgspec.json.encode(launch).decode()]
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "workbench.engine.host", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
            cwd=os.sep,
        )
    _started.append(process)
    return process


async def spawn(directory: Path, launch: Launch | None = None) -> int:
    """Start an engine on `directory`, wait until it serves, and return its process id.

    Raises `EngineNotStarted` with its reason: locked elsewhere, damaged file, no isolation.
    """
    log = directory / "engine.log"
    process = _start(directory, launch or Launch(), log)
    assert process.stdout is not None
    with process.stdout as pipe:
        try:
            async with asyncio.timeout(START_SECONDS):
                said = await asyncio.to_thread(pipe.readline)
        except TimeoutError:
            process.kill()
            raise EngineNotStarted(f"the engine did not start within 30 s; see {log}") from None
    message = json.loads(said) if said.strip() else {}
    if not message.get("ready"):
        process.wait()
        raise EngineNotStarted(message.get("error") or f"the engine died at once; see {log}")
    return process.pid
