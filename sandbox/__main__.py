"""`python -m sandbox`: what isolation this machine gives (`probe`), and whether it works (`check`).

Ends with 0 when all is well, 1 when a property does not hold, 2 when there is no sandbox to try.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict

import sandbox
from sandbox.api import Backend, Capabilities, SandboxUnavailable
from sandbox.selfcheck.check import Result, check, ways_to_start

WELL, BROKEN, UNAVAILABLE, INTERRUPTED, UNREAD = 0, 1, 2, 130, 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        backend = sandbox.backend(options.backend)
        command = _check if options.command == "check" else _probe
        return asyncio.run(command(backend, options))
    except (SandboxUnavailable, ValueError) as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return UNAVAILABLE
    except BrokenPipeError:
        # The reader has seen enough; what is still buffered must not fail again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD
    except KeyboardInterrupt:
        print("sandbox: interrupted", file=sys.stderr)
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    probing = commands.add_parser("probe", help="show which isolation is in force here")
    probing.add_argument("--quick", action="store_true", help="start a program, try no limit")
    checking = commands.add_parser("check", help="try what a caller of the sandbox relies on")
    checking.add_argument(
        "--start",
        choices=("warm", "cold"),
        help="only programs forked from a running interpreter, or only those started anew",
    )
    for command in (probing, checking):
        command.add_argument("--backend", default="auto", metavar="NAME", help="default: auto")
        command.add_argument("--json", action="store_true", help="for programs to read")
    return parser


async def _probe(backend: Backend, options: argparse.Namespace) -> int:
    capabilities = await backend.probe(full=not options.quick)
    if options.json:
        print(json.dumps(asdict(capabilities), indent=2))
    else:
        print("\n".join(_capability_lines(capabilities)))
    return WELL if capabilities.usable else UNAVAILABLE


def _capability_lines(capabilities: Capabilities) -> list[str]:
    lines = [capabilities.line(), ""]
    if not capabilities.usable:
        return lines[:1]
    how = "tried on this machine" if capabilities.tried else "as built, not tried"
    widths = [max(map(len, column)) for column in
              zip(*((x.name, x.state) for x in capabilities.checks), strict=True)]  # fmt: skip
    lines += [
        f"{each.name:{widths[0]}}  {each.state:{widths[1]}}  {each.detail}"
        for each in capabilities.checks
    ]
    lines += ["", f"limits: {how}"]
    warm = "forked from a running interpreter"
    cold = f"started anew for every run ({capabilities.cold})"
    lines.append(f"Python programs: {warm if capabilities.cold is None else cold}")
    return lines


async def _check(backend: Backend, options: argparse.Namespace) -> int:
    starts = await ways_to_start(backend)
    capabilities = await backend.probe()
    if options.start is not None:
        starts = (options.start == "warm",)
    if starts[0] and capabilities.cold is not None:
        raise SandboxUnavailable(f"nothing can be forked warm here: {capabilities.cold}")
    if not options.json:
        print(capabilities.line())
    results = []
    async for result in check(backend, starts):
        results.append(result)
        if not options.json:
            print(_result_line(result), flush=True)
    failed = sum(result.problem is not None for result in results)
    if options.json:
        told = {"backend": capabilities.line(), "failed": failed}
        print(json.dumps({**told, "results": [asdict(result) for result in results]}, indent=2))
    else:
        print(f"{len(results) - failed} of {len(results)} hold")
    return BROKEN if failed else WELL


def _result_line(result: Result) -> str:
    word = "PASS" if result.problem is None else "FAIL"
    line = f"{word}  {result.start}  {1000 * result.seconds:6.0f} ms  {result.name}"
    # Text from a sandboxed program may hold anything; only its printable part is shown.
    problem = ascii(result.problem)[1:-1] if result.problem is not None else None
    return line if problem is None else f"{line}\n      {problem}"


if __name__ == "__main__":
    sys.exit(main())
