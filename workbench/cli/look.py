"""Commands that read sessions: sessions, show, diff, best. They never write one."""

from __future__ import annotations

import argparse
import asyncio
import difflib
import json
import time
from pathlib import Path, PurePosixPath

from workbench.cli import DONE, CommandFailed, UsageError
from workbench.cli.sessions import content, engine_of, named, reading
from workbench.display import summary, text
from workbench.model.candidate import Candidate
from workbench.model.lineage import Lineage, name_of
from workbench.model.session import Session
from workbench.propose.command.setup import COMMAND
from workbench.propose.setup import asks_models
from workbench.search.registry import Chosen, written
from workbench.store import Reader


def sessions(arguments: argparse.Namespace) -> int:
    """List sessions, newest first."""
    from workbench.display.desk import Desk

    rows = asyncio.run(Desk().sessions())
    if arguments.json:
        import msgspec

        print(msgspec.json.encode(rows).decode())
        return DONE
    if not rows:
        print("No sessions yet. Start one: workbench demo")
    for row in rows:
        when = text.age(time.time() - row.updated)
        said = row.problem or f"{row.lineages} lineages  best {row.best or '–'}  {row.spent}"
        print(f"{row.id:<44} {row.state:<12} {when:<12} {text.one_line(said)}")
    return DONE


def show(arguments: argparse.Namespace) -> int:
    """Show one session."""
    directory = named(arguments.session)
    alive = engine_of(directory) is not None  # asked first: an engine that ends meanwhile said so
    with reading(directory) as (_, session):
        state = session.state if alive or session.state == "finished" else "interrupted"
    if arguments.json:
        print(json.dumps(summary.session(session, directory, state)))
    else:
        _show(session, directory, state)
    return DONE


def _show(session: Session, directory: Path, state: str) -> None:
    facts = session.facts
    print(f"{text.one_line(facts.title)} ({text.one_line(facts.task)})  {state}")
    print(f"{directory}")
    isolation = "" if session.isolation is None else session.isolation.isolation
    how = f"{facts.direction} {facts.score_name} · {facts.verification} · {isolation}"
    print(text.one_line(how))
    print(" · ".join(text.spend(session.spent, session.limits)), text.duration(session.elapsed))
    shared = text.allocation(session)
    if shared:
        print(f"allocator {shared}")
    for lineage in session.lineages.values():
        score = text.score(facts, lineage.best_reward)
        print(
            f"  {lineage.name:<4} {lineage.state:<8} step {lineage.step:<5} best {score}"
            f"  {_strategy(lineage)}{_cost(lineage)}{_turn(session, lineage)}"
        )
    for hint in session.hints.values():
        print(f"  hint {hint.id} {hint.status}: {text.one_line(hint.text)}")
    best = session.best_candidate
    if best is not None:
        score = text.score(facts, best.reward)
        print(f"best {score}: #{best.id} of {name_of(best.lineage)}, {text.one_line(best.note)}")


def _turn(session: Session, lineage: Lineage) -> str:
    """Say what the allocator gave a lineage, and why last; empty where none does."""
    why = text.turn(lineage)
    return f"  {text.dealt(session, lineage)} of the steps, {why}" if why else ""


def _strategy(lineage: Lineage) -> str:
    """Name the strategy, and how much of what its proposals added had been removed before."""
    created, cycling = lineage.created, lineage.cycling
    told = text.one_line(written(Chosen(created.strategy, created.strategy_options)))
    if cycling.share is None:
        return told
    return f"{told}, cycling {cycling.share:.0%} of {cycling.added} lines added"


def _cost(lineage: Lineage) -> str:
    """Say what the models or the command of a lineage have used; empty for one without."""
    created = lineage.created
    if not asks_models(created.proposer) and created.proposer != COMMAND:
        return ""
    spent, rate = lineage.spent, lineage.reading.hit_rate
    cached = "" if rate is None else f", {rate:.0%} of the input from a cache"
    used = f"{text.count(spent.tokens)} tok{cached}, {text.dollars(spent)}"
    return f"  {text.models(created.proposer, created.options)}: {used}"


def diff(arguments: argparse.Namespace) -> int:
    """Print a unified diff between two candidates."""
    with reading(named(arguments.session)) as (reader, session):
        shown = _candidate(session, arguments.candidate)
        base = _base(session, shown, arguments.against)
        old, new = _files(reader, base), _files(reader, shown)
    for path in sorted({*old, *new}):
        before, after = old.get(path, ""), new.get(path, "")
        lines = difflib.unified_diff(
            before.splitlines(),
            after.splitlines(),
            f"#{base.id}/{path}",
            f"#{shown.id}/{path}",
            lineterm="",
        )
        for line in lines:
            print(text.clean(line))
    return DONE


def best(arguments: argparse.Namespace) -> int:
    """Write a candidate's files into a directory."""
    out = Path(arguments.out)
    with reading(named(arguments.session)) as (reader, session):
        chosen = _candidate(session, arguments.candidate)
        for path, digest in chosen.files.items():
            target, data = out / _inside(path), content(reader, digest)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    score = text.score(session.facts, chosen.reward)
    print(f"#{chosen.id} ({session.facts.score_name} {score}) written to {out}")
    return DONE


def _candidate(session: Session, number: int | None) -> Candidate:
    if number is None:
        if session.best_candidate is None:
            raise CommandFailed("this session has no feasible candidate yet")
        return session.best_candidate
    found = session.candidates.get(number)
    if found is None:
        raise UsageError(f"there is no candidate #{number} in this session")
    return found


def _base(session: Session, shown: Candidate, against: str) -> Candidate:
    if against == "parent":
        return session.candidates[shown.parents[0]] if shown.parents else shown
    if against == "initial":
        return _candidate(session, 1)
    if against == "best":
        return _candidate(session, None)
    try:
        return _candidate(session, int(against.removeprefix("#")))
    except ValueError:
        raise UsageError(f"--against {against!r}: parent, initial, best or a number") from None


def _files(reader: Reader, candidate: Candidate) -> dict[str, str]:
    return {
        path: content(reader, digest).decode(errors="replace")
        for path, digest in candidate.files.items()
    }


def _inside(path: str) -> PurePosixPath:
    """Refuse paths that would leave the directory: a session file is not trusted."""
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts:
        raise CommandFailed(f"the session names a file outside its task: {path!r}")
    return pure
