"""The `plain` front end: one line of text per event, for pipes, logs and screen readers."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TextIO

from workbench.display import lines, text
from workbench.display.lines import Line
from workbench.engine.feed import Feed, Live
from workbench.model.event import Record, VerdictReached
from workbench.model.lineage import name_of
from workbench.model.session import Session
from workbench.model.simulation import SIMULATION
from workbench.propose.command.setup import COMMAND
from workbench.propose.setup import asks_models
from workbench.search.allocate.pool import is_pooled

UNSAFE = (
    "WARNING: --sandbox process isolates nothing: programs run with your rights "
    "and can read the keys of your models"
)


async def follow(feed: Feed, path: Path, out: TextIO) -> None:
    """Print the session's head, then its events as they become durable, then its result.

    Whoever reads slowly, or not at all, keeps nothing else in this process waiting. Raises
    `OSError` if nobody takes the output.
    """

    async def tell(*said: str) -> None:
        await asyncio.to_thread(print, *said, sep="\n", file=out, flush=True)

    session = feed.session
    bests = {number: lineage.best_reward for number, lineage in session.lineages.items()}
    await tell(*_head(session, path))
    async for update in feed.updates():
        if isinstance(update, Live):
            continue
        line = _line(session, update, bests)
        if line is not None:
            await tell(_shown(line))
    await tell(*_tail(session))


def _line(session: Session, record: Record, bests: dict[int, float | None]) -> Line | None:
    event = record.event
    if not isinstance(event, VerdictReached):
        return lines.line_of(session, record)
    before = None if event.lineage is None else bests.get(event.lineage)
    line = lines.verdict_line(session, event.candidate, record.elapsed, before)
    if event.lineage is None:
        bests.update((n, x.best_reward) for n, x in session.lineages.items())
    else:
        bests[event.lineage] = session.lineages[event.lineage].best_reward
    return line


def _shown(line: Line) -> str:
    return f"{text.clock(line.elapsed)} {name_of(line.lineage):<4} {line.glyph} {line.text}"


def _head(session: Session, path: Path) -> list[str]:
    facts = session.facts
    goal = f"{facts.direction} {facts.score_name}"
    known = "" if facts.best_known is None else f", best known {text.number(facts.best_known)}"
    bounds = text.remaining(session.limits, session.spent, session.elapsed)
    count = len(session.lineages)
    lines_ = [
        text.one_line(f"{facts.title} ({facts.task}): {goal}{known}"),
        f"{count} {'lineage' if count == 1 else 'lineages'}, seed {facts.seed}, may spend {bounds}",
        f"session {path}",
    ]
    made = [lineage.created for lineage in session.lineages.values()]
    asked = {
        text.models(x.proposer, x.options): None
        for x in made
        if asks_models(x.proposer) or x.proposer == COMMAND
    }
    if asked:
        lines_.insert(2, f"proposed by {', '.join(asked)}")
    shared = text.allocation(session)
    if shared:
        lines_.append(f"lineages share the budget: {shared}")
    if facts.recording is not None:
        lines_.append(text.replays(facts.recording))
    if facts.sandbox == "process":
        lines_.append(UNSAFE)
    return lines_


def _tail(session: Session) -> list[str]:
    best, initial = session.best_candidate, session.initial
    said = " · ".join(text.spend(session.spent, session.limits))
    ends = session.state if session.closed is None else session.closed.reason
    what = "simulation, " if session.facts.verification == SIMULATION else ""
    lines_ = [f"{ends}: {what}{said} in {text.duration(session.elapsed)}"]
    if is_pooled(session):
        parts = [f"{x.name} {text.dealt(session, x)}" for x in session.lineages.values() if x.given]
        lines_.append(f"steps given by {text.allocation(session)}: {', '.join(parts)}")
    if best is not None:
        start = None if initial is None else initial.reward
        lines_.append(
            f"best {text.score(session.facts, best.reward)} (#{best.id}, {name_of(best.lineage)}), "
            f"from {text.score(session.facts, start)}"
        )
    else:
        lines_.append("no feasible candidate")
    return lines_
