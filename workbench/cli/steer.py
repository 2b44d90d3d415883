"""Commands that change a running session, through its engine's socket."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from workbench.cli import DONE, CommandFailed, UsageError
from workbench.cli.sessions import (
    engine_of,
    how_to_extend,
    how_to_resume,
    is_finished,
    named,
    reading,
)
from workbench.display.person import user_name
from workbench.engine import command as cmd
from workbench.engine.client import Connection
from workbench.engine.command import AnyCommand
from workbench.model.candidate import CandidateId, LineageId
from workbench.model.lineage import name_of
from workbench.model.session import Session
from workbench.search.registry import read


def pause(arguments: argparse.Namespace) -> int:
    """Stop lineages at their next safe point."""
    return _steer(arguments, cmd.Pause)


def proceed(arguments: argparse.Namespace) -> int:
    """Let lineages go on."""
    return _steer(arguments, cmd.Continue)


def stop(arguments: argparse.Namespace) -> int:
    """End lineages."""
    return _steer(arguments, cmd.Stop)


def hint(arguments: argparse.Namespace) -> int:
    """Queue a hint."""
    directory = named(arguments.session)
    lineages = _lineages(directory, arguments.lineage)
    command = cmd.AddHint(arguments.text, lineages, arguments.standing, user_name())
    return _send(directory, command)


def fork(arguments: argparse.Namespace) -> int:
    """Start a lineage from a candidate."""
    directory = named(arguments.session)
    if arguments.strategy is not None:
        try:
            read(arguments.strategy)
        except ValueError as error:
            raise UsageError(str(error)) from None
    with reading(directory) as (_, session):
        _check_candidate(session, arguments.candidate)
    return _send(directory, cmd.Fork(arguments.candidate, arguments.strategy))


def inject(arguments: argparse.Namespace) -> int:
    """Put a person's own files into a lineage."""
    directory = named(arguments.session)
    with reading(directory) as (_, session):
        _check_lineages(session, [arguments.lineage])
    lineage = session.lineages[arguments.lineage]
    parent = arguments.parent
    if parent is None:
        parent = lineage.best or lineage.created.origin
    _check_candidate(session, parent)
    editable = list(lineage.origin.files)
    files = dict(candidate_file(text, editable) for text in arguments.files)
    return _send(directory, cmd.Inject(lineage.id, parent, files, arguments.note))


def judge(arguments: argparse.Namespace) -> int:
    """Find a candidate wrong, or take that back."""
    if (arguments.reason is None) != arguments.take_back:
        raise UsageError("say why it is wrong, or --take-back")
    directory = named(arguments.session)
    with reading(directory) as (_, session):
        _check_candidate(session, arguments.candidate)
    return _send(directory, cmd.Judge(arguments.candidate, arguments.reason or "", user_name()))


def pin(arguments: argparse.Namespace) -> int:
    """Show a candidate in every further move of lineages, or no longer."""
    directory = named(arguments.session)
    with reading(directory) as (_, session):
        _check_candidate(session, arguments.candidate)
    lineages = _lineages(directory, arguments.lineage)
    return _send(directory, cmd.Pin(arguments.candidate, lineages, not arguments.unpin))


def boost(arguments: argparse.Namespace) -> int:
    """Give a lineage half of what the others have left."""
    directory = named(arguments.session)
    _lineages(directory, [arguments.lineage])
    return _send(directory, cmd.Boost(arguments.lineage))


def _steer(
    arguments: argparse.Namespace, make: type[cmd.Pause] | type[cmd.Continue] | type[cmd.Stop]
) -> int:
    directory = named(arguments.session)
    return _send(directory, make(_lineages(directory, arguments.lineage)))


def _lineages(directory: Path, asked: list[LineageId]) -> tuple[LineageId, ...]:
    if asked:
        with reading(directory) as (_, session):
            _check_lineages(session, asked)
    return tuple(asked)


def _check_lineages(session: Session, asked: list[LineageId]) -> None:
    for number in asked:
        if number not in session.lineages:
            known = ", ".join(x.name for x in session.lineages.values())
            raise UsageError(f"there is no lineage {name_of(number)}; this session has {known}")


def _check_candidate(session: Session, number: CandidateId) -> None:
    if number not in session.candidates:
        raise UsageError(f"there is no candidate #{number}; there are {len(session.candidates)}")


def candidate_file(text: str, editable: list[str]) -> tuple[str, str]:
    """Read ``[EDITABLE=]PATH``: the name may be left out where it is clear."""
    name, sign, path = text.partition("=")
    if not sign or (name not in editable and Path(text).exists()):
        path = text
        same = [x for x in editable if Path(x).name == Path(path).name] or editable
        if len(same) > 1:
            raise UsageError(f"which file is {path}? write one of {', '.join(editable)}={path}")
        name = same[0]
    elif name not in editable:
        raise UsageError(f"{name} is not an editable file; there are {', '.join(editable)}")
    try:
        return name, Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8 text") from None


def _send(directory: Path, command: AnyCommand) -> int:
    found = engine_of(directory)
    if found is None:
        raise CommandFailed(_why_none(directory))
    if not found.socket:
        raise CommandFailed(f"the engine (process {found.pid}) is still starting; try again")
    try:
        reply = asyncio.run(_ask(Path(found.socket), command))
    except ConnectionError as error:
        raise CommandFailed(f"{error}; process {found.pid} on {found.host} holds it") from None
    if not reply.ok:
        raise CommandFailed(reply.message)
    print(reply.message)
    return DONE


def _why_none(directory: Path) -> str:
    if not directory.is_dir():
        return f"{directory} is an exported file, which does not run"
    if is_finished(directory):
        return how_to_extend(directory)
    return f"no engine runs this session\n{how_to_resume(directory)}"


async def _ask(path: Path, command: AnyCommand) -> cmd.Reply:
    connection = await Connection.open(path)
    try:
        return await connection.send(command)
    finally:
        await connection.aclose()
