"""The narrow door into a running engine: the commands it takes, and its replies."""

from __future__ import annotations

from typing import Protocol

import msgspec

from workbench.model.candidate import CandidateId, LineageId
from workbench.model.event import HintId
from workbench.model.limits import Limits


class Command(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="do"):
    """Base of all commands. An empty `lineages` means every lineage."""


class Pause(Command, frozen=True, tag="pause"):
    """Stop these lineages at their next safe point."""

    lineages: tuple[LineageId, ...] = ()
    reason: str = ""


class Abort(Command, frozen=True, tag="abort"):
    """Pause without waiting: cut what is in flight (a paid call stays charged)."""

    lineages: tuple[LineageId, ...] = ()


class Continue(Command, frozen=True, tag="continue"):
    """Let these lineages go on; also revives ones stopped by a person, as barren, or for want of
    a model."""

    lineages: tuple[LineageId, ...] = ()


class Stop(Command, frozen=True, tag="stop"):
    """End these lineages at their next safe point."""

    lineages: tuple[LineageId, ...] = ()


class AddHint(Command, frozen=True, tag="hint"):
    """Queue a message for the next move of these lineages."""

    text: str
    lineages: tuple[LineageId, ...] = ()
    standing: bool = False
    author: str = ""


class EditHint(Command, frozen=True, tag="edit_hint"):
    """Change the text of a hint that some lineage has yet to take."""

    hint: HintId
    text: str


class WithdrawHint(Command, frozen=True, tag="withdraw_hint"):
    """Keep a hint from any further move."""

    hint: HintId


class Fork(Command, frozen=True, tag="fork"):
    """Start a lineage from a candidate; it gets half of what its source has left."""

    candidate: CandidateId
    strategy: str | None = None
    proposer: str | None = None


class Inject(Command, frozen=True, tag="inject"):
    """Put a person's own version of a candidate's files into a lineage."""

    lineage: LineageId
    parent: CandidateId
    files: dict[str, str]
    """Editable path -> text; paths left out are taken from the parent."""
    note: str = ""


class Judge(Command, frozen=True, tag="judge"):
    """Find a candidate wrong whatever its verdict says; an empty reason takes that back."""

    candidate: CandidateId
    reason: str
    author: str = ""


class Pin(Command, frozen=True, tag="pin"):
    """Show a candidate in every further move of these lineages, or, not `pinned`, no longer."""

    candidate: CandidateId
    lineages: tuple[LineageId, ...] = ()
    pinned: bool = True


class Boost(Command, frozen=True, tag="boost"):
    """Give a lineage half of what each other one has left."""

    lineage: LineageId


class ChangeBudget(Command, frozen=True, tag="budget"):
    """Replace the session's limits; lineages that stopped for budget go on if they can."""

    limits: Limits


class Shutdown(Command, frozen=True, tag="shutdown"):
    """Make a clean checkpoint and end the engine; the session stays resumable."""


AnyCommand = (
    Pause
    | Abort
    | Continue
    | Stop
    | AddHint
    | EditHint
    | WithdrawHint
    | Fork
    | Inject
    | Judge
    | Pin
    | Boost
    | ChangeBudget
    | Shutdown
)


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a command: durable when `ok`, else refused with the reason."""

    ok: bool
    message: str
    """For a person: what happened, or why not and what to do."""
    id: int | None = None
    """The hint, lineage or candidate the command made."""


class Control(Protocol):
    """Whatever carries commands to the engine: a direct call or a socket."""

    async def send(self, command: AnyCommand) -> Reply:
        """Carry `command` out. Raises `ConnectionError` if the engine is gone."""
