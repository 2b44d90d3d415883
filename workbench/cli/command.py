"""Reading `--command` and what belongs to it: what it may reach, how long it may take."""

from __future__ import annotations

import argparse
import os
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from sandbox import Spec
from sandbox.paths import check_shown
from workbench.cli import CommandFailed, UsageError
from workbench.cli.options import COMMAND_OPTIONS
from workbench.cli.sessions import reading
from workbench.cli.warn import warn
from workbench.engine.granted import refuse_uncounted, refuse_unset
from workbench.model.limits import Limits
from workbench.propose.command.setup import CommandSetup, checked, command_of


def chosen(arguments: argparse.Namespace) -> CommandSetup | None:
    """Return the command that was named, None if none was. Raises `UsageError`."""
    if arguments.command is None:
        for option in COMMAND_OPTIONS:
            if getattr(arguments, option):
                raise UsageError(f"--{option.replace('_', '-')} needs a --command that it is for")
        return None
    if arguments.model:
        raise UsageError("--command and --model: one proposer makes the proposals; name one")
    shown = tuple(map(_path, arguments.command_show))
    setup = CommandSetup(
        command=arguments.command,
        network=arguments.command_network,
        env=tuple(arguments.command_env),
        shown=shown,
    )
    if arguments.command_seconds:
        setup = replace(setup, seconds=arguments.command_seconds)
    if arguments.command_memory:
        setup = replace(setup, memory_mb=arguments.command_memory)
    try:
        setup = checked(setup)
        refuse_unset(setup, os.environ)
    except ValueError as error:
        raise UsageError(f"--command: {error}") from None
    _check_shown(setup)
    return setup


def changed(arguments: argparse.Namespace, directory: Path) -> CommandSetup | None:
    """Return the command of a session from here on, None if it stays as it is.

    What is not said of one that the session runs already stays as recorded. Raises `UsageError`.
    """
    setup = chosen(arguments)
    if setup is None:
        return None
    with suppress(CommandFailed):  # whoever runs a file that cannot be read says what is wrong
        for recorded in _recorded(directory):
            if recorded.reaches_as(setup):
                if not arguments.command_seconds:
                    setup = replace(setup, seconds=recorded.seconds)
                if not arguments.command_memory:
                    setup = replace(setup, memory_mb=recorded.memory_mb)
                break
    return setup


def check_budget(setup: CommandSetup | None, limits: Limits) -> None:
    """Raise `UsageError` for a budget that counts what nobody knows of a command."""
    try:
        refuse_uncounted([] if setup is None else [setup], limits)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _recorded(directory: Path) -> list[CommandSetup]:
    """Return the commands of a session's lineages, as far as they can be read."""
    found = []
    with reading(directory) as (_, session):
        for lineage in session.lineages.values():
            with suppress(ValueError):  # it is replaced
                setup = command_of(lineage.created.proposer, lineage.created.options)
                if setup is not None:
                    found.append(setup)
    return found


def _path(text: str) -> str:
    return os.path.abspath(os.path.expanduser(text))


def _check_shown(setup: CommandSetup) -> None:
    """Raise `UsageError` for what cannot be shown; warn of what shows much."""
    try:
        check_shown(Spec(shown=setup.shown))
    except ValueError as error:
        raise UsageError(str(error).replace("Spec.shown", "--command-show")) from None
    home = os.path.expanduser("~")
    for path in setup.shown:
        if f"{home}/".startswith(f"{path}/"):
            warn(
                f"--command-show {path} shows the command your home directory, keys and all; "
                "better name what it needs"
            )
