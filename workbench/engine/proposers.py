"""The proposers of a running session: which models they may ask, and what they share."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from workbench.engine.launch import Launch
from workbench.engine.models import refuse_stranger, refuse_unpriced
from workbench.model import event as ev
from workbench.model.limits import Limits
from workbench.model.session import Session
from workbench.propose import registry
from workbench.propose.proposer import Proposer
from workbench.propose.registry import REPLAY, Shared
from workbench.propose.replay import Content, Replay, Source, Tape
from workbench.propose.setup import Prices, Setup, asks_models, setup_of


class Proposers:
    """Makes the proposers of one engine's lineages."""

    def __init__(
        self, session: Session, launch: Launch, tapes: Mapping[str, Tape], content: Content
    ) -> None:
        """Look at what the lineages of `session` recorded, and at what was chosen for this run.

        `tapes` are the recordings, by digest, that lineages answer from; `content` returns what the
        session stores.

        Raises `ValueError` if a model must not be asked: its address comes from the session file
        alone, or the budget counts dollars and nobody knows its price.
        """
        self._session = session
        self._chosen = launch.setup
        self._shared: Shared | None = None
        self._tapes = tapes
        self._content = content
        recording = None if not session.replaying else session.facts.recording
        if recording is not None and recording.until is None:
            return  # no model is asked, whichever the recorded ones are
        setups = self._setups() if launch.setup is None else [launch.setup]
        for setup in setups:
            for name in setup.models:
                refuse_stranger(name, launch.named)
        later = None if recording is None else recording.limits
        refuse_unpriced(setups, launch.limits or later or session.limits)

    def _setups(self) -> list[Setup]:
        """Return the setups of all lineages that ask models, now or after a replay."""
        made = [(x.created.proposer, x.created.options) for x in self._session.lineages.values()]
        recording = self._session.facts.recording
        if self._session.replaying and recording is not None and recording.proposer:
            made = [(recording.proposer, recording.options)]
        found = (setup_of(proposer, options) for proposer, options in made)
        return [setup for setup in found if setup is not None]

    def changes(self) -> list[ev.AnyEvent]:
        """Return the event that puts the models chosen for this run in force, if it changes any."""
        chosen = self._chosen
        if chosen is None:
            return []
        name, options = chosen.name, chosen.recorded()
        others = tuple(
            lineage.id
            for lineage in self._session.lineages.values()
            if (lineage.created.proposer, lineage.created.options) != (name, options)
        )
        return [ev.ProposerChosen(others, name, options)] if others else []

    def make(self, created: ev.LineageCreated) -> Proposer:
        """Make the proposer of a lineage. Raises `ValueError` if there is none such."""
        if created.proposer == REPLAY:
            tape = self._tapes[Source.of(created.options).recording]
            return Replay(created.lineage, tape, self._content)
        if asks_models(created.proposer) and self._shared is None:
            self._shared = registry.shared(self._prices())
        factory = registry.proposer(created.proposer, self._shared)
        return factory(created.seed, created.lineage, created.options)

    def again(self, created: ev.LineageCreated) -> Proposer | None:
        """Return what makes the proposals of a lineage again at no cost; None if nothing does."""
        return self.make(created) if self.free(created) else None

    def free(self, created: ev.LineageCreated) -> bool:
        """Whether a cut-off proposal of a lineage is simply made again."""
        return not asks_models(created.proposer) and self.make(created).free

    def _prices(self) -> Prices:
        return {name: at for setup in self._setups() for name, at in setup.prices.items()}

    def forked(self, source: ev.LineageCreated, asked: str | None) -> ev.LineageCreated:
        """Return `source` with the proposer that a fork of it gets: its own, or the one `asked`.

        Another model is asked in the way of the source's. Raises `ValueError` if there is no such
        proposer, or the budget counts dollars and nobody knows its price.
        """
        if asked in (None, source.proposer):
            return source
        registry.check(asked)
        if not asks_models(asked):
            return msgspec.structs.replace(source, proposer=asked, options={})
        like = setup_of(source.proposer, source.options) or Setup(())
        setup = msgspec.structs.replace(like, models=(asked,), weights=())
        refuse_unpriced([setup], self._session.limits)
        return msgspec.structs.replace(source, proposer=asked, options=setup.recorded())

    def refuse_limits(self, limits: Limits) -> None:
        """Raise `ValueError` for limits that cannot be kept: dollars, where no price is known."""
        refuse_unpriced(self._setups(), limits)

    async def aclose(self) -> None:
        """Close what the proposers share."""
        if self._shared is not None:
            await self._shared.aclose()
