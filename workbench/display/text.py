"""Words and numbers as people read them, and the cleaning of text that nobody vouches for."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.model.event import Recording, SessionCreated
from workbench.model.limits import Limits, Spend
from workbench.model.lineage import Lineage
from workbench.model.session import Session
from workbench.model.words import clean as clean
from workbench.model.words import number as number
from workbench.model.words import one_line as one_line
from workbench.model.words import with_unit as with_unit
from workbench.propose.command.setup import command_of
from workbench.search.allocate.pool import is_pooled


def score(facts: SessionCreated, reward: float | None, unit: bool = True) -> str:
    """Show a reward as the task's own score; a dash where there is none."""
    if reward is None:
        return "–"
    text = number(facts.direction.score(reward))
    return with_unit(text, facts.unit) if unit else text


def signed(value: float) -> str:
    """Show a difference with its sign and three significant digits; zero has no sign."""
    rounded = float(f"{value:.3g}")
    return number(rounded) if rounded <= 0 else f"+{number(rounded)}"


def duration(seconds: float) -> str:
    """Show a span of time: ``4.2 s``, ``3:07``, ``2:03:07``."""
    if seconds < 10:
        return f"{max(0.0, seconds):.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def clock(seconds: float) -> str:
    """Show a moment of the session's active time as ``mm:ss`` or ``h:mm:ss``."""
    minutes, rest = divmod(int(max(0.0, seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


def age(seconds: float) -> str:
    """Show how long ago something was, in its largest unit."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit} ago"
    return "just now"


def size(count: int) -> str:
    """Show bytes in binary units."""
    value = float(count)
    for unit in ("B", "KiB", "MiB"):
        if value < 1024:
            return f"{value:.0f} {unit}"
        value /= 1024
    return f"{value:.1f} GiB"


def spend(spent: Spend, limits: Limits) -> list[str]:
    """Show what was spent against its bounds, evaluations first; parts nobody bounds or uses
    are left out. Costs that are not known are marked with a question mark."""
    parts = [_against(f"{spent.evaluations}", limits.evaluations, " ev")]
    if limits.evaluations is None and limits.proposals is not None:
        parts.append(_against(f"{spent.proposals}", limits.proposals, " prop"))
    if limits.tokens is not None or spent.tokens:
        top = None if limits.tokens is None else count(limits.tokens)
        parts.append(_against(count(spent.tokens), top, " tok"))
    if limits.usd is not None or has_cost(spent):
        parts.append(dollars(spent) + ("" if limits.usd is None else f"/{limits.usd:.2f}"))
    return parts


def has_cost(spent: Spend) -> bool:
    """Whether anything was spent that has a price, known or not."""
    return bool(spent.usd or spent.unknown or spent.unpriced)


def dollars(spent: Spend) -> str:
    """Show what was spent in dollars, and how far that is known.

    ``≥`` where calls without a known price come on top; a question mark where calls that were cut
    off stand at what was reserved for them; ``$?`` where nothing is known at all.
    """
    if not spent.usd and (spent.unknown or spent.unpriced):
        return "$?"
    digits = 4 if 0 < spent.usd < 0.01 else 2
    least = "≥" if spent.unpriced else ""
    return f"{least}${spent.usd:.{digits}f}{'?' if spent.unknown else ''}"


def count(value: int) -> str:
    """Show a count, from ten thousand on in thousands or millions."""
    if value < 10_000:
        return str(value)
    return f"{value / 1e3:.0f}k" if value < 999_500 else f"{value / 1e6:.3g}M"


def wait(seconds: float) -> str:
    """Show how long something waits: ``12 s``, ``2:05``."""
    return f"{max(0.0, seconds):.0f} s" if seconds < 100 else duration(seconds)


def models(proposer: str, options: Mapping[str, object]) -> str:
    """Name a lineage's proposer; an ensemble by its models, a command by what it is."""
    try:
        command = command_of(proposer, options)
    except ValueError as error:
        return one_line(str(error))
    if command is not None:
        return one_line(command.label)
    named = options.get("models")
    if not isinstance(named, list) or len(named) < 2:
        return one_line(proposer)
    return one_line(f"{proposer} of {', '.join(map(str, named))}")


def replays(recording: Recording) -> str:
    """Say what a session replays, and how far."""
    until = "all of it" if recording.until is None else f"each lineage up to step {recording.until}"
    return f"replays {one_line(recording.session)}, {until}; its costs are those of the recording"


def allocation(session: Session) -> str:
    """Say how lineages share one budget; empty where it was split in advance."""
    if not is_pooled(session):
        return ""
    turns = "1 turn" if session.turns == 1 else f"{session.turns} turns"
    return f"{one_line(session.facts.allocation)}, {turns} given"


def dealt(session: Session, lineage: Lineage) -> str:
    """Say what part of all steps that were given a lineage was given; empty before the first."""
    total = sum(one.given for one in session.lineages.values())
    return f"{lineage.given / total:.0%}" if total else ""


def turn(lineage: Lineage) -> str:
    """Say when and why a lineage had its newest turn; empty if it never had one."""
    newest = lineage.turn
    return "" if newest is None else f"turn {newest.turn}: {one_line(newest.reason)}"


def _against(used: str, top: int | str | None, unit: str) -> str:
    return f"{used}{unit}" if top is None else f"{used}/{top}{unit}"


def remaining(limits: Limits, spent: Spend, elapsed: float) -> str:
    """Say what a session may still spend, in words; an unbounded one says so."""
    parts: list[str] = []
    if limits.usd is not None:
        parts.append(f"${max(0.0, limits.usd - spent.usd):.2f}")
    if limits.evaluations is not None:
        parts.append(f"{max(0, limits.evaluations - spent.evaluations)} evaluations")
    if limits.proposals is not None:
        parts.append(f"{max(0, limits.proposals - spent.proposals)} proposals")
    if limits.tokens is not None:
        parts.append(f"{max(0, limits.tokens - spent.tokens)} tokens")
    if limits.seconds is not None:
        parts.append(f"{duration(max(0.0, limits.seconds - elapsed))} of active time")
    return ", ".join(parts) or "without any bound"
