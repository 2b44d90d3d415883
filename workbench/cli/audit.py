"""The command that says whether a session can be believed."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

import msgspec

from workbench.cli import DONE, FAILED, CommandFailed
from workbench.cli.sessions import named
from workbench.cli.tasks import GLYPHS
from workbench.display import text
from workbench.engine.audit import audit as audit_session
from workbench.engine.launch import Launch
from workbench.store import StoreError
from workbench.verify.check.finding import Check

CLEAN = ("ok", "skip")


def audit(arguments: argparse.Namespace) -> int:
    """Check a session; 1 where anything of it should be looked at before it is believed."""
    path = named(arguments.session)
    launch = Launch(sandbox=arguments.sandbox, python=arguments.python)
    found = asyncio.run(_audit(path, launch, arguments))
    clean = all(one.state in CLEAN for one in found)
    if arguments.json:
        told = {"session": str(path), "clean": clean, "checks": found}
        print(msgspec.json.encode(told).decode())
    else:
        looked = sum(one.state not in CLEAN for one in found)
        print("clean" if clean else f"not clean: {looked} of {len(found)} checks say why")
    return DONE if clean else FAILED


async def _audit(path: Path, launch: Launch, arguments: argparse.Namespace) -> list[Check]:
    found = []
    try:
        async for one in audit_session(path, launch, arguments.repeats):
            found.append(one)
            if not arguments.json:
                _say(one)
    except (StoreError, ValueError) as error:
        raise CommandFailed(str(error)) from None
    return found


def _say(one: Check) -> None:
    print(f"{GLYPHS[one.state]} {one.name:<14} {text.one_line(one.message)}", flush=True)
    for detail in one.details:
        print(f"    {text.one_line(detail)}")
