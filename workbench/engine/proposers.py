"""The proposers of a running session: models and commands that may be used, and what they share."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

import msgspec

from sandbox import Capabilities
from workbench.engine.granted import Barred, refuse_uncounted, refuse_ungranted, refuse_unset
from workbench.engine.launch import Launch, backend_for
from workbench.engine.models import refuse_stranger, refuse_unpriced
from workbench.model import event as ev
from workbench.model.limits import Limits
from workbench.model.session import Session
from workbench.model.simulation import SIMULATION
from workbench.propose import registry
from workbench.propose.command.setup import COMMAND, CommandSetup, command_of
from workbench.propose.proposer import Proposer
from workbench.propose.registry import REPLAY, Commands, Shared
from workbench.propose.replay import Content, Replay, Source, Tape
from workbench.propose.setup import Setup, asks_models, setup_of

Recorded = tuple[str, Mapping[str, object]]
"""A proposer's name and options, as lineages record them."""


class Proposers:
    """Makes the proposers of one engine's lineages."""

    def __init__(
        self, session: Session, launch: Launch, tapes: Mapping[str, Tape], content: Content
    ) -> None:
        """Look at what the lineages of `session` recorded, and at what was chosen for this run.

        `tapes` are the recordings, by digest, that lineages answer from; `content` returns what the
        session stores.

        Raises `ValueError` if a model must not be asked or a command not be run: its address or
        its reach comes from the session file alone, or the budget counts what nobody knows.
        """
        self._session = session
        self._launch = launch
        self._shared: Shared | None = None
        self._commands: Commands | None = None
        self._tapes = tapes
        self._content = content
        recording = None if not session.replaying else session.facts.recording
        if recording is not None and recording.until is None:
            return  # no model is asked and no command run, whichever the recorded ones are
        to_come = self._to_come()
        if session.facts.verification == SIMULATION and any(x != SIMULATION for x, _ in to_come):
            raise ValueError("this session is a simulation: no model and no command proposes in it")
        setups, commands = _setups(to_come), _command_setups(to_come)
        for setup in setups:
            for name in setup.models:
                refuse_stranger(name, launch.named)
        for command in commands:
            self._refuse(command)
        later = None if recording is None else recording.limits
        limits = launch.limits or later or session.limits
        refuse_unpriced(setups, limits)
        refuse_uncounted(commands, limits)

    def _refuse(self, command: CommandSetup) -> None:
        refuse_ungranted(command, self._launch.command)
        refuse_unset(command, os.environ)

    def _created(self) -> list[ev.LineageCreated]:
        return [lineage.created for lineage in self._session.lineages.values()]

    def _to_come(self) -> list[Recorded]:
        """Return the proposers that this run begins with, or goes on with after a replay."""
        launch, recording = self._launch, self._session.facts.recording
        chosen = launch.setup is not None or launch.command is not None
        if self._session.replaying and not chosen and recording is not None and recording.proposer:
            return [(recording.proposer, recording.options)]
        return [(x.proposer, x.options) for x in _chosen(self._created(), launch)]

    def _now(self) -> list[Recorded]:
        return [(x.proposer, x.options) for x in self._created()]

    def changes(self) -> list[ev.AnyEvent]:
        """Return the event that puts what was chosen for this run in force, if it changes any."""
        recorded = self._created()
        others = [
            chosen
            for chosen, created in zip(_chosen(recorded, self._launch), recorded, strict=True)
            if (chosen.proposer, chosen.options) != (created.proposer, created.options)
        ]
        if not others:
            return []
        numbers = tuple(chosen.lineage for chosen in others)
        return [ev.ProposerChosen(numbers, others[0].proposer, others[0].options)]

    async def isolation(self, verifying: Capabilities) -> str:
        """Return in what the sandboxes of commands differ from the ones for `verifying`.

        Raises `SandboxUnavailable` where there can be none for commands.
        """
        commands = _command_setups(self._to_come())
        return await self._sandboxes().apart(commands, verifying) if commands else ""

    def _sandboxes(self) -> Commands:
        if self._commands is None:
            backend = backend_for(self._launch, self._session.facts.sandbox)
            self._commands = registry.commands(backend)
        return self._commands

    def make(self, created: ev.LineageCreated) -> Proposer:
        """Make the proposer of a lineage. Raises `ValueError` if there is none such."""
        if created.proposer == REPLAY:
            tape = self._tapes[Source.of(created.options).recording]
            return Replay(created.lineage, tape, self._content)
        shared: Shared | None = None
        if created.proposer == COMMAND:
            command = command_of(COMMAND, created.options)
            assert command is not None
            try:  # at the end of a replay it may be another one than was there at the start
                self._refuse(command)
            except ValueError as error:
                return Barred(command.label, str(error))
            shared = self._sandboxes()
        elif asks_models(created.proposer):
            shared = self._models()
        factory = registry.proposer(created.proposer, shared)
        return factory(created.seed, created.lineage, created.options)

    def _models(self) -> Shared:
        if self._shared is None:
            setups = _setups(self._now())
            prices = {name: at for setup in setups for name, at in setup.prices.items()}
            self._shared = registry.shared(prices)
        return self._shared

    def again(self, created: ev.LineageCreated) -> Proposer | None:
        """Return what makes the proposals of a lineage again at no cost; None if nothing does."""
        return self.make(created) if self.free(created) else None

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
        if SIMULATION in (asked, source.proposer):
            raise ValueError("a simulation stays one, and a search on a real task becomes none")
        if asked == COMMAND:
            raise ValueError(
                "a fork cannot choose a command: say it with --command when you start or resume a "
                "session"
            )
        registry.check(asked)
        if not asks_models(asked):
            return msgspec.structs.replace(source, proposer=asked, options={})
        like = setup_of(source.proposer, source.options) or Setup(())
        setup = msgspec.structs.replace(like, models=(asked,), weights=())
        refuse_unpriced([setup], self._session.limits)
        return msgspec.structs.replace(source, proposer=asked, options=setup.recorded())

    def refuse_limits(self, limits: Limits) -> None:
        """Raise `ValueError` for limits that cannot be kept, as nobody knows what they count."""
        refuse_unpriced(_setups(self._now()), limits)
        refuse_uncounted(_command_setups(self._now()), limits)

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


def _setups(proposers: Iterable[Recorded]) -> list[Setup]:
    """Return the setups of those that ask models."""
    found = (setup_of(name, options) for name, options in proposers)
    return [setup for setup in found if setup is not None]


def _command_setups(proposers: Iterable[Recorded]) -> list[CommandSetup]:
    """Return the setups of those that run commands."""
    found = (command_of(name, options) for name, options in proposers)
    return [setup for setup in found if setup is not None]
