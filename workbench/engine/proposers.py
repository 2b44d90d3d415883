"""The proposers of a running session: models and commands that may be used, and what they share."""

from __future__ import annotations

import os
from collections.abc import Iterable

import msgspec

from sandbox import Capabilities
from workbench.engine.granted import refuse_uncounted, refuse_ungranted, refuse_unset
from workbench.engine.launch import Launch, backend_for
from workbench.engine.models import refuse_stranger, refuse_unpriced
from workbench.model import event as ev
from workbench.model.limits import Limits
from workbench.model.session import Session
from workbench.propose import registry
from workbench.propose.command.setup import COMMAND, CommandSetup, command_of
from workbench.propose.proposer import Proposer
from workbench.propose.registry import Commands, Shared
from workbench.propose.setup import Setup, asks_models, setup_of


class Proposers:
    """Makes the proposers of one engine's lineages."""

    def __init__(self, session: Session, launch: Launch) -> None:
        """Look at what the lineages of `session` recorded, and at what was chosen for this run.

        Raises `ValueError` if a model must not be asked or a command not be run: its address or
        its reach comes from the session file alone, or the budget counts what nobody knows.
        """
        self._session = session
        self._shared: Shared | None = None
        self._commands: Commands | None = None
        self._first = _chosen(self._created(), launch)
        """The lineages as this run begins with them."""
        setups, commands = _setups(self._first), _commands(self._first)
        for setup in setups:
            for name in setup.models:
                refuse_stranger(name, launch.named)
        for command in commands:
            refuse_ungranted(command, launch.command)
            refuse_unset(command, os.environ)
        limits = launch.limits or session.limits
        refuse_unpriced(setups, limits)
        refuse_uncounted(commands, limits)
        if commands:
            self._commands = registry.commands(backend_for(launch, session.facts.sandbox))

    def _created(self) -> list[ev.LineageCreated]:
        return [lineage.created for lineage in self._session.lineages.values()]

    def changes(self) -> list[ev.AnyEvent]:
        """Return the event that puts what was chosen for this run in force, if it changes any."""
        others = [
            chosen
            for chosen, created in zip(self._first, self._created(), strict=True)
            if (chosen.proposer, chosen.options) != (created.proposer, created.options)
        ]
        if not others:
            return []
        numbers = tuple(chosen.lineage for chosen in others)
        return [ev.ProposerChosen(numbers, others[0].proposer, others[0].options)]

    async def isolation(self, verifying: Capabilities) -> str:
        """Return in what the sandboxes of commands differ from the ones for `verifying`.

        Raises `SandboxUnavailable` where there can be none.
        """
        if self._commands is None:
            return ""
        return await self._commands.apart(_commands(self._first), verifying)

    def make(self, created: ev.LineageCreated) -> Proposer:
        """Make the proposer of a lineage. Raises `ValueError` if there is none such."""
        if asks_models(created.proposer) and self._shared is None:
            prices = {
                name: at for setup in _setups(self._created()) for name, at in setup.prices.items()
            }
            self._shared = registry.shared(prices)
        among = self._commands if created.proposer == COMMAND else self._shared
        factory = registry.proposer(created.proposer, among)
        return factory(created.seed, created.lineage, created.options)

    def free(self, created: ev.LineageCreated) -> bool:
        """Whether a cut-off proposal of a lineage is simply made again."""
        paid = asks_models(created.proposer) or created.proposer == COMMAND
        return not paid and self.make(created).free

    def forked(self, source: ev.LineageCreated, asked: str | None) -> ev.LineageCreated:
        """Return `source` with the proposer that a fork of it gets: its own, or the one `asked`.

        Another model is asked in the way of the source's. Raises `ValueError` if there is no such
        proposer, or the budget counts dollars and nobody knows its price.
        """
        if asked in (None, source.proposer):
            return source
        if asked == COMMAND:
            raise ValueError(
                "a command is not chosen by a fork: say it with --command when you start or "
                "resume a session"
            )
        registry.check(asked)
        if not asks_models(asked):
            return msgspec.structs.replace(source, proposer=asked, options={})
        like = setup_of(source.proposer, source.options) or Setup(())
        setup = msgspec.structs.replace(like, models=(asked,), weights=())
        refuse_unpriced([setup], self._session.limits)
        return msgspec.structs.replace(source, proposer=asked, options=setup.recorded())

    def refuse_limits(self, limits: Limits) -> None:
        """Raise `ValueError` for limits that cannot be kept, as nobody knows what is counted."""
        refuse_unpriced(_setups(self._created()), limits)
        refuse_uncounted(_commands(self._created()), limits)

    async def aclose(self) -> None:
        """Close what the proposers share."""
        for shared in (self._shared, self._commands):
            if shared is not None:
                await shared.aclose()


def _chosen(recorded: list[ev.LineageCreated], launch: Launch) -> list[ev.LineageCreated]:
    """Return the lineages with the proposer that was chosen for this run, where one was."""
    if launch.setup is not None:
        name, options = launch.setup.name, launch.setup.recorded()
    elif launch.command is not None:
        name, options = COMMAND, launch.command.recorded()
    else:
        return recorded
    # A command is meant for those that run one: others have been forked to something else.
    some = launch.setup is None and any(created.proposer == COMMAND for created in recorded)
    return [
        msgspec.structs.replace(created, proposer=name, options=options)
        if not some or created.proposer == COMMAND
        else created
        for created in recorded
    ]


def _setups(lineages: Iterable[ev.LineageCreated]) -> list[Setup]:
    """Return the setups of all lineages that ask models."""
    found = (setup_of(created.proposer, created.options) for created in lineages)
    return [setup for setup in found if setup is not None]


def _commands(lineages: Iterable[ev.LineageCreated]) -> list[CommandSetup]:
    """Return the setups of all lineages that run commands."""
    found = (command_of(created.proposer, created.options) for created in lineages)
    return [setup for setup in found if setup is not None]
