"""The proposers by name. A new one is one module and one line here."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, cast

from sandbox import Capabilities
from workbench.model.simulation import SIMULATION
from workbench.propose.command.setup import COMMAND, CommandSetup, command_of
from workbench.propose.proposer import Proposer
from workbench.propose.setup import Prices, asks_models, setup_of

Factory = Callable[[int, int, Mapping[str, object]], Proposer]
"""Makes the proposer of one lineage from the session's seed, the lineage's number, and what the
lineage recorded as the proposer's options."""

_FACTORIES = {
    "mutation": "workbench.propose.mutation.proposer:Mutation",
}
"""Name -> where its factory is, of those without options; imported when asked for."""

REPLAY = "replay"
"""The proposer that answers from a recording, which whoever runs the session must give it."""

_SIMULATION = "workbench.propose.simulation"
_MODELS = "workbench.propose.llm.proposer:LLM"
_SHARED = "workbench.propose.llm.proposer:Shared"
_COMMAND = "workbench.propose.command.proposer:CommandProposer"
_COMMANDS = "workbench.propose.command.shared:Commands"


class Shared(Protocol):
    """What proposers of one engine share: clients, limiters and prices of those that ask models."""

    async def aclose(self) -> None:
        """Close every client, or whatever it is."""


class Commands(Shared, Protocol):
    """What those that run commands share: sandboxes."""

    async def apart(self, setups: Iterable[CommandSetup], verifying: Capabilities) -> str:
        """Say in what the sandboxes of commands differ from those of candidates; empty if in none.

        Raises `SandboxUnavailable` where there can be none for commands.
        """


def commands(backend: str) -> Commands:
    """Make what the proposers that run commands share, in sandboxes called `backend`."""
    return cast(Commands, _load(_COMMANDS)(backend))


def shared(prices: Prices) -> Shared:
    """Make what the proposers of one engine share; `prices` come before those of the library."""
    return cast(Shared, _load(_SHARED)(prices))


def check(name: str) -> None:
    """Raise `ValueError`, which lists the known ones, for a proposer that does not exist."""
    if not asks_models(name) and name not in (*_FACTORIES, REPLAY, COMMAND, SIMULATION):
        known = ", ".join(sorted((*_FACTORIES, REPLAY, SIMULATION)))
        raise ValueError(
            f"unknown proposer {name!r}: choose one of {known}, ask a model with --model, or run a "
            "command of yours with --command"
        )


def proposer(name: str, among: Shared | None = None) -> Factory:
    """Return the factory of the proposer called `name`.

    Those that ask models share `among`, and so do those that run commands. Raises `ValueError` that
    lists the known ones.
    """
    check(name)
    if asks_models(name):
        return lambda seed, lineage, options: _model(name, seed, lineage, options, among)
    if name == COMMAND:
        return lambda seed, lineage, options: _command(lineage, options, among)
    if name == SIMULATION:
        return _simulation
    return lambda seed, lineage, options: cast(Proposer, _load(_FACTORIES[name])(seed, lineage))


def _simulation(seed: int, lineage: int, options: Mapping[str, object]) -> Proposer:
    law = _load(f"{_SIMULATION}:law_recorded")(options)
    return cast(Proposer, _load(f"{_SIMULATION}:Simulation")(seed, lineage, law))


def _model(
    name: str, seed: int, lineage: int, options: Mapping[str, object], among: Shared | None
) -> Proposer:
    setup = setup_of(name, options)
    if setup is None or among is None:
        raise ValueError(f"{name} needs a setup and clients to share")
    llm = _load(_MODELS)
    made = llm(seed, lineage, setup.models, setup.weights, setup.options, among)
    return cast(Proposer, made)


def _command(lineage: int, options: Mapping[str, object], among: Shared | None) -> Proposer:
    setup = command_of(COMMAND, options)
    if setup is None or among is None:
        raise ValueError("a command needs a setup, and sandboxes to share")
    return cast(Proposer, _load(_COMMAND)(lineage, setup, among))


def _load(place: str) -> Any:
    module, _, attribute = place.partition(":")
    return getattr(importlib.import_module(module), attribute)
