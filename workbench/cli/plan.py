"""A new session as the words of a command line, or of a form, make it: read, checked, not begun."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from workbench.cli import UsageError, command, simulation
from workbench.cli.check import interpreter_of, read, tuning_of
from workbench.cli.limits import read_limits
from workbench.cli.models import check_budget, chosen
from workbench.cli.sessions import named
from workbench.cli.warn import warn
from workbench.engine.create import Settings, complete, create_session
from workbench.engine.launch import Launch
from workbench.model.limits import Limits
from workbench.model.simulation import SIMULATION, Law
from workbench.model.task import Task
from workbench.propose.command.setup import COMMAND, CommandSetup
from workbench.propose.registry import REPLAY
from workbench.propose.setup import Setup
from workbench.store import Blob, StoreError


class Plan(NamedTuple):
    """All that a new session is made of."""

    task: Task
    settings: Settings
    limits: Limits
    """The whole budget: what was said, what the task says, and the cap of proposals."""
    blobs: list[Blob]
    launch: Launch

    async def create(self, root: Path, name: str | None = None) -> Path:
        """Make the session below `root` and return its directory. Raises `StoreError`."""
        return await create_session(root, self.task, self.settings, self.blobs, name)


def plan(arguments: argparse.Namespace) -> Plan:
    """Read and check what a new session is made of. Raises `UsageError`."""
    setup = chosen(arguments)
    own = command.chosen(arguments)
    settings = _settings(arguments, setup or own, simulation.chosen(arguments))
    settings, blobs = _taped(settings, arguments.recording)
    python = interpreter_of(arguments)
    settings = replace(settings, python="" if python is None else python.version)
    loaded = read(arguments.task, tuning_of(arguments), python)
    limits = complete(settings.limits, loaded.task)
    check_budget(setup, limits)
    command.check_budget(own, limits)
    for warning in loaded.warnings:
        warn(warning)
    launch = Launch(
        slots=arguments.slots,
        sandbox=arguments.sandbox,
        python=arguments.python,
        on_finish=arguments.on_finish,
        named=tuple(arguments.model),
        command=own,
    )
    return Plan(loaded.task, settings, limits, blobs, launch)


def _settings(
    arguments: argparse.Namespace, setup: Setup | CommandSetup | None, law: Law | None
) -> Settings:
    from workbench.propose.registry import check
    from workbench.propose.setup import asks_models
    from workbench.search.allocate.registry import allocator
    from workbench.search.registry import read as strategy_of

    proposer = arguments.proposer or (Settings().proposer if setup is None else setup.name)
    if law is not None:
        proposer = SIMULATION
    if asks_models(proposer) != isinstance(setup, Setup):
        raise UsageError(f"--proposer {proposer}: models are named with --model alone")
    if (proposer == COMMAND) != isinstance(setup, CommandSetup):
        raise UsageError(f"--proposer {proposer}: a command is named with --command alone")
    try:
        strategy_of(arguments.strategy)
        allocator(arguments.allocator)
        check(proposer)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return Settings(
        lineages=arguments.lineages,
        strategy=arguments.strategy,
        proposer=proposer,
        options=simulation.recorded(law) if setup is None else setup.recorded(),
        seed=arguments.seed,
        limits=read_limits(arguments.budget),
        target=arguments.target,
        sandbox=arguments.sandbox,
        allocation=arguments.allocator,
    )


def _taped(settings: Settings, source: str | None) -> tuple[Settings, list[Blob]]:
    """Give a proposer that replays its recording. Raises `UsageError`."""
    if (settings.proposer == REPLAY) != (source is not None):
        raise UsageError("--proposer replay and --recording SESSION belong together")
    if source is None:
        return settings, []
    from workbench.engine.recording import NothingRecorded, tape

    try:
        made, blobs = tape(named(source))
    except (NothingRecorded, StoreError) as error:
        raise UsageError(f"--recording: {error}") from None
    return replace(settings, options=made.recorded()), blobs
