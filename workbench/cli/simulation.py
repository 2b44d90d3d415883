"""Reading `--proposer simulation[:option=value,…]`, and what goes with it."""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec

from workbench.cli import UsageError
from workbench.model.simulation import SIMULATION, Law, law_of


def chosen(arguments: argparse.Namespace) -> Law | None:
    """Return the law of a simulated search, None for a real one. Raises `UsageError`.

    The simulated task and the simulated proposer go together: neither means anything without the
    other.
    """
    task = arguments.task == SIMULATION and not Path(SIMULATION).is_dir()
    law = named(arguments.proposer or (SIMULATION if task else ""))
    other = bool(arguments.model or arguments.command)
    if (law is not None) != task or (task and other):
        raise UsageError(
            "the simulated proposer and the task `simulation` go together, and with no other: "
            "workbench run simulation --proposer simulation"
        )
    return law


def named(proposer: str) -> Law | None:
    """Return the law of a simulated proposer, None for another. Raises `UsageError`."""
    try:
        return law_of(proposer)
    except ValueError as error:
        raise UsageError(f"--proposer {error}") from None


def recorded(law: Law | None) -> dict[str, object]:
    """Return a law as lineages record it; nothing where there is none."""
    return {} if law is None else msgspec.structs.asdict(law)
