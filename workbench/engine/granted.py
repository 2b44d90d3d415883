"""What a command may reach beside its sandbox: granted by whoever starts the engine, each time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from workbench.model.candidate import Candidate
from workbench.model.limits import Limits, Spend
from workbench.propose.command.setup import COMMAND, CommandSetup
from workbench.propose.proposer import Proposal, ProposerStopped, Reporter, Request


class Barred:
    """See `Proposer`. Stands where a command does that must not be run: the lineage stops."""

    name = COMMAND
    free = True

    def __init__(self, label: str, why: str) -> None:
        """Say `why`."""
        self.label = label
        self._why = why

    def reserve(self, request: Request) -> Spend:
        """Return what nothing costs."""
        return Spend(proposals=1)

    async def propose(self, request: Request, reporter: Reporter) -> Proposal:
        """Raise `ProposerStopped` with the reason."""
        raise ProposerStopped(self._why, COMMAND)

    def observe(self, candidate: Candidate) -> None:
        """Learn nothing."""


def refuse_ungranted(setup: CommandSetup, granted: CommandSetup | None) -> None:
    """Raise `ValueError` for a command that only a session file lets out of its sandbox.

    The file may be anybody's: whoever wrote it would get the network, variables or files.
    """
    if setup.contained or (granted is not None and setup.reaches_as(granted)):
        return
    reach = ["the network"] if setup.network else []
    reach += [f"the variable {name}" for name in setup.env]
    reach += [ascii(path) for path in setup.shown]
    raise ValueError(
        f"this session runs a command that is to reach {', '.join(reach)}, and only the session "
        f"file says so; to allow it for this run, name it again: {setup.flags()}"
    )


def refuse_unset(setup: CommandSetup, environment: Mapping[str, str]) -> None:
    """Raise `ValueError` for a command that is to be given a variable which is not set."""
    for name in setup.env:
        if name not in environment:
            raise ValueError(
                f"the command is to be given {name}, which is not set: export it, or leave "
                f"--command-env {name} out"
            )


def refuse_uncounted(setups: Iterable[CommandSetup], limits: Limits) -> None:
    """Raise `ValueError` if `limits` count what nobody knows of a command."""
    counted = ["dollars"] if limits.usd is not None else []
    counted += ["tokens"] if limits.tokens is not None else []
    if counted and any(True for _ in setups):
        raise ValueError(
            f"a budget in {' and '.join(counted)} cannot be kept: nobody knows what a command uses "
            "before it tells, if it ever does; bound proposals, evaluations or wall time instead"
        )
