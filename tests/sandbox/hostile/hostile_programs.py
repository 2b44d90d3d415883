"""Hostile programs from a seed: one to three abuses, one way to combine them, one way to end."""

from __future__ import annotations

import random
import textwrap
from typing import NamedTuple

from hostile_acts import THEMES
from hostile_parts import Part

from sandbox import Job, Limits, Outcome

PROGRAM = "/app/hostile.py"
OUTPUTS = ("/app/out", "/app/tree/", "/tmp/missing")
MIB = 1 << 20

_HEAD = """
import ctypes, mmap, os, signal, sys, threading, time
libc = ctypes.CDLL(None, use_errno=True)
def attempt(act, *arguments):
    try: return act(*arguments)
    except Exception: pass
def fork():
    try: return os.fork()
    except OSError: return -1
"""

_MANNERS = {
    "alone": "{0}()",
    "in turn": """
for part in parts:
    try: part()
    except Exception: pass
""",
    "in turn, deaf to exits": """
for part in parts:
    try: part()
    except BaseException: pass
""",
    "in threads": """
threads = [threading.Thread(target=part, daemon=True) for part in parts]
for thread in threads: attempt(thread.start)
for thread in threads: attempt(thread.join, 1)
""",
    "in children": """
for part in parts:
    if fork() == 0:
        try: part()
        finally: os._exit(3)
for _ in parts: attempt(os.wait)
""",
}

_ENDS = {
    "returns": ("", ()),
    "fails": ("sys.exit(1)", ()),
    "sleeps": ("time.sleep(60)", ()),
    "ends itself": ("os.kill(os.getpid(), 9)\ntime.sleep(60)", (Outcome.signalled,)),
}


class Hostile(NamedTuple):
    """One program, and how it may end."""

    number: int
    theme: str
    """What the first of its parts abuses."""
    name: str
    job: Job
    outcomes: frozenset[Outcome]


def programs(seed: int, count: int, wall_seconds: float = 0.5) -> list[Hostile]:
    """Return `count` programs; equal arguments give equal programs."""
    return [_program(seed, number, wall_seconds) for number in range(count)]


def _program(seed: int, number: int, wall_seconds: float) -> Hostile:
    rng = random.Random(f"{seed}/{number}")
    # Every theme comes equally often, so that few programs cover all of them.
    theme = list(THEMES)[number % len(THEMES)]
    parts = [rng.choice(THEMES[theme])]
    more = rng.choice((0, 0, 1, 2))
    parts += [rng.choice(THEMES[rng.choice(list(THEMES))]) for _ in range(more)]
    manner = "alone" if len(parts) == 1 else rng.choice([x for x in _MANNERS if x != "alone"])
    end = "returns" if len(parts) == 1 else rng.choice(list(_ENDS))
    named = [f"part{at}" for at in range(len(parts))]
    source = "".join([
        _HEAD,
        *(f"def {at}():\n{textwrap.indent(_filled(part, rng), '    ')}\n"
          for at, part in zip(named, parts, strict=True)),
        f"parts = [{', '.join(named)}]\n",
        _MANNERS[manner].format(*named).lstrip("\n"),
        "\n" + _ENDS[end][0] + "\n",
    ])  # fmt: skip
    outcomes = frozenset().union(*(part.outcomes for part in parts))
    if manner != "alone":
        # What one part does to another is anybody's guess, short of breaking the sandbox.
        outcomes |= {Outcome.exited, *_ENDS[end][1]}
        outcomes |= {Outcome.pids, Outcome.disk, Outcome.oom, Outcome.signalled}
    name = f"{' + '.join(part.name for part in parts)}, {manner}, {end}"
    argv = ("python3", "-S", "-B", PROGRAM)
    job = Job(argv, {PROGRAM: source.encode()}, OUTPUTS, _limits(rng, wall_seconds))
    return Hostile(number, theme, name, job, outcomes)


def _filled(part: Part, rng: random.Random) -> str:
    return part.source.format(
        few=rng.randint(2, 12),
        some=rng.randint(17, 22),
        many=rng.randint(50, 400),
        large=rng.randint(8, 62),
        code=rng.randint(0, 255),
        signal=rng.choice((1, 2, 3, 6, 9, 11, 13, 15, 24, 25)),
    )


def _limits(rng: random.Random, wall_seconds: float) -> Limits:
    return Limits(
        wall_seconds=wall_seconds * rng.uniform(0.6, 1.4),
        cpu_seconds=wall_seconds * rng.choice((0.5, 1.0, 4.0)),
        memory_bytes=rng.choice((128, 192, 256)) * MIB,
        processes=rng.choice((4, 8, 16, 32)),
        file_bytes=rng.choice((1, 4, 8)) * MIB,
        disk_bytes=rng.choice((8, 16, 32)) * MIB,
        files=rng.choice((100, 500, 2000)),
        output_bytes=rng.choice((4, 16, 64)) * 1024,
    )
