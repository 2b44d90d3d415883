"""What a command that proposes is set up with, as a lineage records it."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Mapping

import msgspec

COMMAND = "command"
"""Name of the proposer."""
PROMPT, USAGE, PACKAGES = "WORKBENCH_PROMPT", "WORKBENCH_USAGE", "WORKBENCH_PYTHONPATH"
"""Variables that tell the command where the prompt is, where it may say what it used, and where
the task's Python packages are."""

LONGEST_SECONDS = 24 * 3600.0
LEAST_MB, MOST_MB = 64, 1 << 20

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_TOLD = 40
"""Most signs of the command in a label."""


class CommandSetup(msgspec.Struct, frozen=True):
    """The command, and what it may reach beside its sandbox. Never the value of a variable."""

    command: str
    """Given to ``sh -c`` in the directory that holds the files."""
    network: bool = False
    env: tuple[str, ...] = ()
    """Names of variables that are passed on from the engine's own environment."""
    shown: tuple[str, ...] = ()
    """Absolute paths of this machine that it can read: its own installation, say."""
    seconds: float = 600.0
    """For one proposal."""
    memory_mb: int = 2048

    @property
    def name(self) -> str:
        """The name of the proposer that this makes."""
        return COMMAND

    @property
    def contained(self) -> bool:
        """Whether it can reach no more than a candidate can."""
        return not (self.network or self.env or self.shown)

    def reaches_as(self, other: CommandSetup) -> bool:
        """Whether both are the same command that may reach the same."""
        return all(
            getattr(self, name) == getattr(other, name)
            for name in ("command", "network", "env", "shown")
        )

    @property
    def label(self) -> str:
        """How people see it, e.g. ``command: aider --yes … (network on)``; untrusted text."""
        words = " ".join(self.command.split())
        told = words if len(words) <= _TOLD else f"{words[: _TOLD - 1].rstrip()}…"
        open_ = ["network on"] if self.network else []
        open_ += [f"given {', '.join(self.env)}"] if self.env else []
        open_ += [f"shown {', '.join(self.shown)}"] if self.shown else []
        return f"{COMMAND}: {told}" + (f" ({'; '.join(open_)})" if open_ else "")

    def flags(self) -> str:
        """Return the options that name it on a command line, ready to be pasted into a shell."""
        words = ["--command", self.command, *(["--command-network"] if self.network else [])]
        words += [word for name in self.env for word in ("--command-env", name)]
        words += [word for path in self.shown for word in ("--command-show", path)]
        return " ".join(_in_shell(word) for word in words)

    def recorded(self) -> dict[str, object]:
        """Return it as the JSON values that a lineage keeps."""
        return msgspec.json.decode(msgspec.json.encode(self), type=dict[str, object])


def checked(setup: CommandSetup) -> CommandSetup:
    """Return `setup`, names and paths sorted. Raises `ValueError` if it cannot be meant."""
    if not setup.command.strip() or "\0" in setup.command:
        raise ValueError("the command is empty, or holds a NUL")
    for name in setup.env:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!a} is no name of a variable")
        if name in (PROMPT, USAGE, PACKAGES):
            raise ValueError(f"{name} is set for every command, and cannot be passed on")
    for path in setup.shown:
        if not path.startswith("/") or "\0" in path:
            raise ValueError(f"{path!a} is no absolute path")
    if not (math.isfinite(setup.seconds) and 0 < setup.seconds <= LONGEST_SECONDS):
        raise ValueError(f"{setup.seconds} seconds do not lie between 0 and {LONGEST_SECONDS:g}")
    if not LEAST_MB <= setup.memory_mb <= MOST_MB:
        raise ValueError(f"{setup.memory_mb} MB do not lie between {LEAST_MB} and {MOST_MB}")
    return msgspec.structs.replace(
        setup, env=tuple(sorted(set(setup.env))), shown=tuple(sorted(set(setup.shown)))
    )


def command_of(proposer: str, recorded: Mapping[str, object]) -> CommandSetup | None:
    """Read back what a lineage recorded; None for a proposer that is no command.

    Raises `ValueError` where a session file holds something else.
    """
    if proposer != COMMAND:
        return None
    try:
        return checked(msgspec.convert(recorded, CommandSetup))
    except (msgspec.ValidationError, ValueError) as error:
        raise ValueError(f"the recorded command cannot be used: {error}; name --command") from None


def _in_shell(word: str) -> str:
    """Quote a word of a command line; one that a terminal would not show as it is, in escapes."""
    if word.isprintable():
        return shlex.quote(word)
    signs = (
        f"\\{sign}" if sign in "\\'" else sign if sign.isprintable() else f"\\U{ord(sign):08x}"
        for sign in word
    )
    return f"$'{''.join(signs)}'"
