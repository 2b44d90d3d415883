"""Where sessions live, what they are called, how one is found, and the list of all."""

from __future__ import annotations

import os
import re
import secrets
import shlex
import time
from pathlib import Path

import msgspec
import platformdirs

from workbench.store.errors import SessionNotFound, StoreError
from workbench.store.lock import holder
from workbench.store.reader import Reader
from workbench.store.rows import SessionSummary
from workbench.store.schema import FILE_NAME

HOME = "WORKBENCH_HOME"
"""Environment variable that names another directory for everything the workbench keeps."""

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""For people who type: nothing that looks like something else."""

_NAMED = 10


def default_root() -> Path:
    """Return the directory that holds all sessions; it need not exist yet."""
    home = os.environ.get(HOME)
    base = Path(home).absolute() if home else platformdirs.user_data_path("workbench")
    return base / "sessions"


def new_session_id(task: str) -> str:
    """Return a name such as ``20261123-140211-circle-packing-k3f``: sorts by time (UTC)."""
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    slug = re.sub(r"[^a-z0-9]+", "-", task.lower()).strip("-")[:40].rstrip("-") or "task"
    return f"{stamp}-{slug}-{''.join(secrets.choice(_LETTERS) for _ in range(3))}"


def find_session(root: Path, text: str) -> Path:
    """Return the session directory (or exported file) that `text` names.

    `text` is a session's id, the beginning of exactly one, or a path to a session directory, its
    database or an exported file. Raises `SessionNotFound`, which lists what there is.
    """
    ids = _ids(root)
    if text in ids:
        return root / text
    path = Path(text).expanduser()
    if (path / FILE_NAME).is_file():
        return path
    if path.is_file():
        return path.parent if path.name == FILE_NAME else path
    matching = [name for name in ids if text and name.startswith(text)]
    if len(matching) == 1:
        return root / matching[0]
    if matching:
        raise SessionNotFound(f"{text!r} begins several sessions: {_some(matching)}. Type more.")
    if ids:
        raise SessionNotFound(f"no session {text!r} in {root}. There are: {_some(ids)}.")
    raise SessionNotFound(f"no session {text!r}: there are none in {root} yet")


def spoken(directory: Path) -> str:
    """Return how a person names the session on a command line: what `find_session` reads back."""
    inside = directory.parent == default_root()
    return shlex.quote(directory.name if inside else str(directory))


def list_sessions(root: Path) -> list[SessionSummary]:
    """Return all sessions in `root`, newest first, without replaying any journal.

    One that cannot be read is listed with its `problem` and hides no other.
    """
    return [summary_of(root / name) for name in reversed(_ids(root))]


def summary_of(directory: Path) -> SessionSummary:
    """Return what a list shows of one session; of one that cannot be read, its `problem`."""
    mine, engine = True, None
    try:  # asked first: an engine that ends in between has then written how
        engine = holder(directory)
    except PermissionError:
        mine = False  # another user's: whether it runs is not ours to know
    try:
        with Reader(directory) as reader:
            summary = reader.summary()
    except (StoreError, OSError) as error:
        return SessionSummary(id=directory.name, path=directory / FILE_NAME, problem=str(error))
    if not mine:
        return summary
    state = summary.state
    if summary.run_open and engine is None:
        state = "interrupted (crashed)"
    return msgspec.structs.replace(summary, state=state, holder=engine)


def _ids(root: Path) -> list[str]:
    try:
        found = [entry.name for entry in os.scandir(root) if entry.is_dir()]
    except FileNotFoundError:
        return []
    return sorted(name for name in found if not name.startswith("."))


def _some(names: list[str]) -> str:
    newest = names[: -_NAMED - 1 : -1]
    rest = len(names) - len(newest)
    return ", ".join(newest) + (f" and {rest} more" if rest else "")
