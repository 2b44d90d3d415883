"""The command that runs a recorded session again."""

from __future__ import annotations

import argparse
import asyncio
import sys

from workbench.cli import DONE, FAILED, CommandFailed, UsageError
from workbench.cli.limits import read_limits
from workbench.cli.models import check_budget, chosen
from workbench.cli.sessions import named, reading
from workbench.cli.start import go
from workbench.engine.launch import Launch
from workbench.engine.recording import NothingRecorded, Wish, create_replay
from workbench.model.limits import Limits
from workbench.store import StoreError, default_root


def replay(arguments: argparse.Namespace) -> int:
    """Make a session that replays another one, and run it.

    Returns 1 when it was followed to its end here and came to something else than recorded.
    """
    setup = chosen(arguments)
    if arguments.until is None and (setup is not None or arguments.budget):
        option = "--budget" if setup is None else "--model"
        raise UsageError(f"{option} is for what comes after the replay: say --from STEP")
    limits = read_limits(arguments.budget)
    check_budget(setup, limits)
    wish = Wish(arguments.until, setup, None if limits == Limits() else limits)
    try:
        made = asyncio.run(create_replay(default_root(), named(arguments.session), wish))
    except (NothingRecorded, StoreError) as error:
        raise CommandFailed(str(error)) from None
    launch = Launch(
        slots=arguments.slots,
        sandbox=arguments.sandbox,
        python=arguments.python,
        on_finish=arguments.on_finish,
        named=tuple(arguments.model),
    )
    code = go(made.absolute(), arguments, launch)
    if code != DONE:
        return code
    with reading(made) as (_, session):
        if session.differing:
            count = session.differing
            print(f"workbench: {count} steps differ from the recording", file=sys.stderr)
            return FAILED
    return DONE
