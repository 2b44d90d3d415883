"""Copying through the terminal (OSC 52), and into a file what a terminal would cut."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from workbench.display import text
from workbench.display.tui.render.patch import patch
from workbench.display.tui.view import Pair
from workbench.engine.command import Reply
from workbench.store.sessions import HOME

if TYPE_CHECKING:
    from workbench.display.tui.screens.base import RunScreen

MOST = 70_000
"""Bytes that are copied: some terminals cut at 74,994, where base64 reaches 100,000."""
KEPT = 20
"""Files that stay; of more the oldest go."""


def cache_dir() -> Path:
    """Return where long copies are written; it need not exist yet."""
    home = os.environ.get(HOME)
    base = Path(home).absolute() / "cache" if home else platformdirs.user_cache_path("workbench")
    return base / "copied"


def keep(name: str, words: str) -> Path:
    """Write a long copy where only its owner can read it. Raises `OSError`."""
    directory = cache_dir()
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = directory / re.sub(r"[^\w.-]+", "-", name)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    with open(os.open(path, flags, 0o600), "w", encoding="utf-8", newline="") as file:
        file.write(words)
    written = sorted(directory.iterdir(), key=lambda one: one.stat().st_mtime, reverse=True)
    for old in written[KEPT:]:
        old.unlink(missing_ok=True)
    return path


async def copy(screen: RunScreen, words: str, what: str, name: str) -> None:
    """Copy `words`, or write them into a file called `name`; say which, and of `what`."""
    size = len(words.encode())
    if size <= MOST:
        screen.app.copy_to_clipboard(words)
        screen.say(Reply(True, f"copied {what}"))
        return
    session = Path(screen.run.attached.path).name
    try:
        path = await asyncio.to_thread(keep, f"{session}-{name}", words)
    except OSError as error:
        why = f"cannot be written to {cache_dir()}: {error.strerror}"
        screen.say(Reply(False, f"{what} is too long to copy ({text.size(size)}), and {why}"))
        return
    screen.app.copy_to_clipboard(str(path))
    long = f"{what} is too long to copy ({text.size(size)})"
    screen.say(Reply(True, f"{long}: written to {path}, and that path is copied"))


async def copy_candidate(screen: RunScreen) -> None:
    """Copy the files of the candidate shown."""
    candidate = screen.view.candidate
    if candidate is None:
        return
    try:
        files = await screen.run.raw_files(candidate)
    except (KeyError, UnicodeDecodeError, ConnectionError):
        screen.say(Reply(False, f"#{candidate.id} cannot be copied: its text is not at hand"))
        return
    parts = list(files.values())
    if len(files) > 1:
        parts = [f"==> {path} <==\n{words}" for path, words in files.items()]
    what = f"#{candidate.id} ({', '.join(files)})"
    await copy(screen, "\n".join(parts), what, f"candidate-{candidate.id}.txt")


async def copy_diff(screen: RunScreen, pair: Pair) -> None:
    """Copy a diff as a patch."""
    shown, base, name = pair
    if shown is None or base is None:
        screen.say(Reply(False, "nothing to compare with, nothing to copy"))
        return
    try:
        old, new = await screen.run.raw_files(base), await screen.run.raw_files(shown)
    except (KeyError, UnicodeDecodeError, ConnectionError):
        screen.say(Reply(False, "the diff cannot be copied: a text of it is not at hand"))
        return
    names = f"candidate-{base.id}", f"candidate-{shown.id}"
    words = await asyncio.to_thread(patch, old, new, names)
    if not words:
        screen.say(Reply(False, f"#{shown.id} and #{base.id} have the same files: no diff to copy"))
        return
    what = f"the diff of #{shown.id} against {name} #{base.id}"
    await copy(screen, words, what, f"{base.id}-to-{shown.id}.patch")


async def copy_path(screen: RunScreen) -> None:
    """Copy where the session is."""
    await copy(screen, screen.run.attached.path, "the path of the session", "path.txt")


async def copy_command(screen: RunScreen) -> None:
    """Copy the command that opens the session again."""
    command = screen.run.leave().resume
    await copy(screen, command, f"the command: {command}", "command.txt")
