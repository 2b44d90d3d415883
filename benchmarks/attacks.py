"""Which attacks on a score succeed, by how candidate and verifier are kept apart."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from typing import NamedTuple

from benchmarks import common

sys.path += [str(common.ROOT / "tests" / "verify" / "attacks")]

from attack_acts import ATTACKS, PROGRAMS
from attack_matrix import Row, matrix
from attack_tasks import MODES

import sandbox
from sandbox import SandboxUnavailable


class Column(NamedTuple):
    """One way of verifying."""

    backend: str
    start: str
    mode: str

    @property
    def head(self) -> str:
        """The head of its column."""
        return f"{self.mode}, {self.backend} {self.start}"


def columns(backends: list[str], wanted: list[str]) -> list[Column]:
    """Return what can be tried here; raises SandboxUnavailable."""
    found = []
    for backend in backends:
        capabilities = asyncio.run(sandbox.backend(backend).probe())
        if not capabilities.usable:
            raise SandboxUnavailable(capabilities.problem)
        for start in wanted:
            if start == "cold" or capabilities.cold is None:
                found += [Column(backend, start, mode) for mode in MODES]
    return found


def cell(row: Row) -> str:
    """Say what a program got: its score, or why it has none."""
    got = f"{row.score:g}" if row.outcome == "scored" else row.outcome
    return f"**{got}**" if row.cheated else got


def summary(found: dict[Column, list[Row]]) -> str:
    """Return the table of how many succeeded."""
    names = {attack.name for attack in ATTACKS}
    rows = []
    for column, tried in found.items():
        tried = [row for row in tried if row.name in names]
        labels = {row.verification for row in tried}
        rows.append((
            *column, len(tried), sum(row.cheated for row in tried),
            sum(row.outcome == "scored" for row in tried),
            sum(row.outcome == "infrastructure" for row in tried), ", ".join(sorted(labels)),
        ))  # fmt: skip
    heads = ("backend", "start", "mode", "attacks", "succeeded", "scored at all")
    return common.table([*heads, "broke the sandbox", "verdicts say"], rows)


def details(found: dict[Column, list[Row]]) -> str:
    """Return the table of every program, one column for each way that a score can be got."""
    shown = {column.mode: rows for column, rows in reversed(found.items())}
    rows = [
        (attack.name, *(cell(shown[mode][at]) for mode in MODES))
        for at, attack in enumerate(PROGRAMS)
    ]
    return common.table(["program", *MODES], rows)


def main(options: argparse.Namespace) -> int:
    """Run every attack everywhere, print, write; return 1 where one succeeded that must not."""
    loads, found = [common.load()], {}
    for column in columns(options.backend, options.start):
        backend = sandbox.backend(column.backend)
        found[column] = asyncio.run(matrix(column.mode, backend, column.start == "warm"))
        loads.append(common.load())
    problems = [
        f"{column.head}: {row.problem}"
        for column, rows in found.items()
        for row in rows
        if row.problem
    ]
    print("\n".join(problems), file=sys.stderr)
    who = "root" if os.getuid() == 0 else "an ordinary user"
    command = common.command("attacks", options, ("backend", "start"))
    first = next(iter(found))
    parts = [
        f"{common.stamp(command, loads)} Started by {who}.",
        summary(found),
        f"Each program on {first.backend}, {first.start}; bold is what it had not earned:",
        details(found),
    ]
    common.publish("attacks", "\n\n".join(parts), options.write, common.SANDBOX)
    return 1 if problems else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    names = ("bubblewrap", "docker")
    parser.add_argument("--backend", nargs="+", choices=names, default=["bubblewrap"])
    parser.add_argument("--start", nargs="+", choices=("warm", "cold"), default=["warm", "cold"])
    parser.add_argument("--write", action="store_true", help="into docs/performance-sandbox.md")
    try:
        sys.exit(main(parser.parse_args()))
    except SandboxUnavailable as error:
        sys.exit(f"no sandbox to try: {error}")
