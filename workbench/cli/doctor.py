"""The command that tries the machine: what each sandbox enforces here, and what was left behind."""

from __future__ import annotations

import argparse
import asyncio

import msgspec

import sandbox
from sandbox import leftovers, memo
from workbench.cli import DONE, FAILED
from workbench.display import text

_BACKENDS = tuple(name for name in sandbox.BACKENDS if name != "auto")


def doctor(arguments: argparse.Namespace) -> int:
    """Try every limit of every sandbox backend, anew, and print what is in force."""
    if arguments.clean or arguments.images:
        return _clean(arguments)
    memo.forget()
    found = asyncio.run(_try_all())
    if arguments.json:
        print(msgspec.json.encode([msgspec.to_builtins(one) for one in found]).decode())
    else:
        for one in found:
            _table(one)
    isolated = [one for one in found if one.usable and one.tier != "none"]
    return DONE if isolated else FAILED


async def _try_all() -> list[sandbox.Capabilities]:
    return [await sandbox.backend(name).probe(full=True) for name in _BACKENDS]


def _table(found: sandbox.Capabilities) -> None:
    print(text.one_line(found.line()))
    for check in found.checks:
        print(f"  {check.name:<14} {check.state:<12} {text.one_line(check.detail)}")
    if found.usable and found.tier != "none":
        started = "forked warm" if found.cold is None else f"anew, slower: {found.cold}"
        print(f"  {'Python starts':<27} {text.one_line(started)}")
    print()


def _clean(arguments: argparse.Namespace) -> int:
    """Remove what killed runs left behind, and say what that was."""
    removed, problem = asyncio.run(leftovers.clean(arguments.images))
    if arguments.json:
        print(msgspec.json.encode({**removed, "problem": problem}).decode())
        return DONE
    for kind, names in removed.items():
        print(f"{len(names)} {kind} removed" + "".join(f"\n  {name}" for name in names))
    if problem:
        print(f"containers were not looked for: {text.one_line(problem)}")
    return DONE
