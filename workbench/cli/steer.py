"""Commands that change a running session, through its engine's socket."""

from __future__ import annotations

import argparse
import asyncio
import getpass
from pathlib import Path

from workbench.cli import DONE, CommandFailed, UsageError
from workbench.cli.sessions import named
from workbench.engine import command as cmd
from workbench.engine.client import Connection
from workbench.engine.command import AnyCommand
from workbench.model.session import Session
from workbench.store import Reader, StoreError, holder


def pause(arguments: argparse.Namespace) -> int:
    """Stop lineages at their next safe point."""
    return _send(arguments, cmd.Pause(tuple(arguments.lineage)))


def proceed(arguments: argparse.Namespace) -> int:
    """Let lineages go on."""
    return _send(arguments, cmd.Continue(tuple(arguments.lineage)))


def stop(arguments: argparse.Namespace) -> int:
    """End lineages."""
    return _send(arguments, cmd.Stop(tuple(arguments.lineage)))


def hint(arguments: argparse.Namespace) -> int:
    """Queue a hint."""
    lineages, standing = tuple(arguments.lineage), arguments.standing
    return _send(arguments, cmd.AddHint(arguments.text, lineages, standing, getpass.getuser()))


def fork(arguments: argparse.Namespace) -> int:
    """Start a lineage from a candidate."""
    return _send(arguments, cmd.Fork(arguments.candidate, arguments.strategy))


def inject(arguments: argparse.Namespace) -> int:
    """Put a person's own files into a lineage."""
    directory = named(arguments.session)
    try:
        session = Session(Reader(directory).records())
    except StoreError as error:
        raise CommandFailed(str(error)) from None
    lineage = session.lineages.get(arguments.lineage)
    if lineage is None:
        raise UsageError(f"there is no lineage L{arguments.lineage} in this session")
    parent = arguments.parent or lineage.best or lineage.created.origin
    editable = list(lineage.origin.files)
    files = dict(_file(text, editable) for text in arguments.files)
    return _send(arguments, cmd.Inject(lineage.id, parent, files, arguments.note))


def _file(text: str, editable: list[str]) -> tuple[str, str]:
    """Read ``[EDITABLE=]PATH``: the name may be left out where it is clear."""
    name, sign, path = text.partition("=")
    if not sign:
        path = text
        same = [x for x in editable if Path(x).name == Path(path).name] or editable
        if len(same) > 1:
            raise UsageError(f"which file is {path}? write one of {', '.join(editable)}={path}")
        name = same[0]
    try:
        return name, Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}") from None


def _send(arguments: argparse.Namespace, command: AnyCommand) -> int:
    directory = named(arguments.session)
    found = holder(directory)
    if found is None:
        raise CommandFailed(
            f"no engine runs this session; start it: workbench resume {directory.name}"
        )
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


async def _ask(path: Path, command: AnyCommand) -> cmd.Reply:
    connection = await Connection.open(path)
    try:
        return await connection.send(command)
    finally:
        await connection.aclose()
