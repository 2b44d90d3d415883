"""How a screen gets at sessions and tasks: the port between the terminal UI and its host.

Nothing here knows Textual, the store or a socket, so a command line can build an opener cheaply.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, Protocol

import msgspec

from workbench.engine.command import Control
from workbench.engine.feed import Feed

OpenMode = Literal["attach", "resume", "view"]
"""``attach`` to a living engine, ``resume`` with a new one, or ``view`` the file alone."""


class SessionRow(msgspec.Struct, frozen=True):
    """One session in a list."""

    id: str
    task: str
    title: str
    state: str
    """running, pausing, paused (an engine lives), finished or interrupted (none does)."""
    lineages: int
    candidates: int
    best: str
    """Best score as text with its unit; empty if there is none."""
    spent: str
    updated: float
    """Unix time, seconds."""
    resumable: bool
    path: str
    problem: str = ""
    """Why the file cannot be opened as it is; empty if it can."""
    cost: str = ""
    """Dollars spent, and of how many; empty where nothing has a price and nothing bounds it."""
    name: str = ""
    """How the session is called on a command line, quoted for a shell."""


class GlanceRow(msgspec.Struct, frozen=True):
    """One lineage of a session that is yet to be read."""

    number: int
    state: str
    step: int
    best: str
    spent: str


class Glance(msgspec.Struct, frozen=True):
    """What a session's own tables tell at once, however long its journal is."""

    title: str
    best: str
    spent: str
    records: int
    """Length of the journal."""
    rows: tuple[GlanceRow, ...]


class TaskRow(msgspec.Struct, frozen=True):
    """One task that a new session may search."""

    name: str
    """As on the command line."""
    title: str
    path: str
    category: str = ""
    score: str = ""
    """What is scored, and whether more or less of it is better."""
    baseline: str = ""
    """The score to begin from; empty where none is known."""
    best_known: str = ""
    problem: str = ""
    """Why it cannot be read; empty if it can."""


Words = Mapping[str, str]
"""What a person has said of a new session: name of a `Field` -> text. What is left out is as by
default."""


class Field(NamedTuple):
    """One thing that can be said of a new session."""

    name: str
    """An option of `workbench run`, without its dashes; a limit of the budget: ``budget.usd``."""
    group: str
    meaning: str
    default: str = ""
    """What holds where nothing is said, in words."""
    choices: tuple[str, ...] = ()
    """All it can be; empty for a text."""
    known: tuple[str, ...] = ()
    """Some of what it can be, to complete what is being written."""


class Preview(NamedTuple):
    """What would be done."""

    command: str
    """The command line that does the same."""
    told: tuple[tuple[str, str], ...] = ()
    """What will be executed, and how: a word for each thing, and what it is."""
    problem: str = ""
    """Why it cannot be begun so, and what to do; empty if it can."""


class OpenFailed(Exception):
    """A session could not be opened or started; the text says what happened and what to do."""


class Attached(Protocol):
    """A session on the screen."""

    feed: Feed
    control: Control | None
    """None when the file is only viewed."""
    path: str

    async def close(self) -> None:
        """Let go of the session; an engine in its own process runs on."""


class SessionOpener(Protocol):
    """Lists sessions and tasks, opens and starts sessions."""

    async def sessions(self) -> list[SessionRow]:
        """Return every session found, newest first; broken ones carry their problem."""

    async def glance(self, path: str) -> Glance | None:
        """Return what can be told of the session at `path` at once; None if nothing can."""

    async def open(self, path: str, mode: OpenMode) -> Attached:
        """Open the session at `path`. Raises `OpenFailed`."""

    async def recover(self, path: str) -> str:
        """Make a new session of what a damaged one still holds; return its path. Raises
        `OpenFailed`."""

    async def delete(self, path: str) -> None:
        """Remove a session that no engine runs, for good. Raises `OpenFailed`."""

    def tasks(self) -> list[TaskRow]:
        """Return the tasks that can be started. May take a while: for a thread."""

    def fields(self) -> list[Field]:
        """Return all that can be said of a new session, the task first."""

    def check(self, name: str, text: str) -> str:
        """Say what is wrong with what is said in one field; empty if nothing is, by itself."""

    async def preview(self, words: Words) -> Preview:
        """Say what `start` would do."""

    async def start(self, words: Words) -> Attached:
        """Begin a new session and attach to its engine. Raises `OpenFailed`."""


class Exit(msgspec.Struct, frozen=True):
    """What a front end leaves behind, to be said once the terminal is back."""

    path: str = ""
    """The session last shown; empty if none was."""
    resume: str = ""
    """The command that opens it again."""
    running: bool = False
    """Whether its engine still runs."""
    may_spend: str = ""
    """What that engine may still spend, in words."""
    message: str = ""
    """A last word, e.g. why the engine is gone."""

    def lines(self) -> list[str]:
        """Return the farewell, line by line; empty if no session was shown."""
        said = [self.message] if self.message else []
        if not self.path:
            return said
        if self.running:
            said.append(f"The engine runs on and may still spend {self.may_spend}.")
        return [*said, f"Session: {self.path}", f"Open it again: {self.resume}"]


def mode_for(row: SessionRow) -> OpenMode:
    """Say how a listed session is best opened: by its state, never by guessing."""
    if row.state in ("running", "pausing", "paused"):
        return "attach"
    return "resume" if row.resumable else "view"


def command_for(row: SessionRow) -> str:
    """Return the command line that does what opening a listed session does."""
    verb = {"attach": "attach", "resume": "resume", "view": "show"}[mode_for(row)]
    return f"workbench {verb} {row.name}"
