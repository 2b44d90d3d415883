"""Thousands of hostile programs: what of the sandbox fails, and what of theirs stays."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections import Counter

from benchmarks import common

sys.path += [str(common.ROOT / "tests" / "sandbox" / "hostile")]

from hostile_census import MIB, adopt_orphans
from hostile_session import LEASES, Plan, Report, session

import sandbox
from sandbox import Outcome, SandboxUnavailable


def run(backend: str, start: str, options: argparse.Namespace) -> Report:
    """Run the whole count on one backend, and print what is wrong as soon as it is over."""
    plan = Plan(backend, options.seed, options.count, start == "warm", options.wall)
    report = asyncio.run(session(plan))
    for words in (*report.faults, *report.left):
        print(f"  {backend}, {start}: {words}", file=sys.stderr)
    return report


def starts(backend: str, wanted: list[str] | None) -> list[str]:
    """Return the ways to start programs that there are; raises SandboxUnavailable.

    Unless it is asked for, no thousands of containers are made: with docker only `warm`.
    """
    capabilities = asyncio.run(sandbox.backend(backend).probe())
    if not capabilities.usable:
        raise SandboxUnavailable(capabilities.problem)
    if capabilities.cold is not None:
        print(f"  {backend}: nothing is forked warm: {capabilities.cold}", file=sys.stderr)
    wanted = wanted or (["warm"] if backend == "docker" else ["warm", "cold"])
    return [start for start in wanted if start == "cold" or capabilities.cold is None]


def summary(reports: dict[tuple[str, str], Report]) -> str:
    """Return the table of what must not be, a row for each way of running."""
    heads = ("backend", "start", "programs", "per second", "honest ones between", "faults")
    more = ("left behind", "memory MiB", "disk MiB")
    rows = [
        (
            *(backend, start, f"{report.runs:,}", f"{report.runs / report.seconds:.1f}"),
            *(report.honest, len(report.faults), len(report.left)),
            *(f"{-report.memory_bytes / MIB:+.0f}", f"{-report.disk_bytes / MIB:+.0f}"),
        )
        for (backend, start), report in reports.items()
    ]
    return common.table([*heads, *more], rows)


def outcomes(reports: dict[tuple[str, str], Report]) -> str:
    """Return the table of how the programs ended, by what the first of their abuses was."""
    counts: dict[str, Counter[str]] = {}
    for report in reports.values():
        for theme, found in report.outcomes.items():
            counts.setdefault(theme, Counter()).update(found)
    words = [str(outcome) for outcome in Outcome]
    rows = [(theme, *(found[word] for word in words)) for theme, found in counts.items()]
    return common.table(["abuse", *words], rows)


def main(options: argparse.Namespace) -> int:
    """Run, print, write; return 1 if anything failed or stayed."""
    adopt_orphans()
    loads, reports = [common.load()], {}
    for backend in options.backend:
        for start in starts(backend, options.start):
            reports[backend, start] = run(backend, start, options)
            loads.append(common.load())
    who = "root" if os.getuid() == 0 else "an ordinary user"
    command = common.command("hostile", options, ("backend", "start", "count", "seed"))
    note = (
        "Memory and disk are what the whole machine had more (+) or less (-) of at the end; "
        f"{Plan.tolerance_bytes // MIB} MiB less of either count as left behind."
    )
    parts = [
        f"{common.stamp(command, loads)} Started by {who}; {LEASES} leases at once.",
        summary(reports),
        note,
        outcomes(reports),
    ]
    common.publish("hostile", "\n\n".join(parts), options.write, common.SANDBOX)
    return 1 if any(report.faults or report.left for report in reports.values()) else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    names = ("bubblewrap", "docker")
    parser.add_argument("--backend", nargs="+", choices=names, default=["bubblewrap"])
    parser.add_argument("--start", nargs="+", choices=("warm", "cold"))
    parser.add_argument("--count", type=int, default=2000, help="programs for each way of running")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--wall", type=float, default=0.4, help="seconds that a program may run")
    parser.add_argument("--write", action="store_true", help="into docs/performance-sandbox.md")
    try:
        sys.exit(main(parser.parse_args()))
    except SandboxUnavailable as error:
        sys.exit(f"no sandbox to try: {error}")
