"""The command for trying everything without a key: a server that plays a model."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys

from workbench.cli import DONE, CommandFailed
from workbench.dev import Counts, FakeModel, Pace, Script, SeededFaults

_TOKENS_A_LATENCY = 50
"""A reply streams so many tokens in the time that it took to begin."""


def fake_model(arguments: argparse.Namespace) -> int:
    """Serve a simulated model on loopback until Ctrl-C, then print what it was asked."""
    script = Script(
        pace=Pace(arguments.latency, arguments.latency / _TOKENS_A_LATENCY),
        inject=SeededFaults(arguments.faults, arguments.seed),
        keep=0,
    )
    print(_summary(asyncio.run(_serve(script, arguments.port))))
    return DONE


async def _serve(script: Script, port: int) -> Counts:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, ended.set)
    server = FakeModel(script, port=port)
    try:
        async with server:
            print(_usage(server.url))
            sys.stdout.flush()
            await ended.wait()
    except OSError as error:
        raise CommandFailed(
            f"port {port} cannot be listened on: {error.strerror or error}; "
            "choose another with --port, or leave it out to take a free one"
        ) from error
    return server.counts


def _usage(url: str) -> str:
    """Return the three lines that somebody needs who wants to try it."""
    model = f"openai-compatible:fake@{url}"
    return (
        f"A simulated model answers at {url} until Ctrl-C; it changes numbers by dice.\n"
        f"  WORKBENCH_MODEL_KEY=any workbench run circle-packing --model {model}\n"
        "  It speaks /v1/chat/completions, /v1/responses and /v1/messages; any key will do."
    )


def _summary(counts: Counts) -> str:
    lines = [f"{counts.calls} calls" + _listed(counts.outcomes)]
    if counts.faults:
        lines.append(f"{sum(counts.faults.values())} faults" + _listed(counts.faults))
    for model, used in sorted(counts.usage.items()):
        lines.append(
            f"{model}: {used.total} tokens: {used.input} read, {used.cached} from the cache, "
            f"{used.cache_write} into it, {used.output} written ({used.reasoning} reasoning)"
        )
    return "\n".join(lines)


def _listed(counts: dict[str, int]) -> str:
    found = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
    return f": {found}" if found else ""
