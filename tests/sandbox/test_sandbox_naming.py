"""The name of an ending follows from evidence alone."""

from __future__ import annotations

import signal
from dataclasses import asdict

import pytest

from sandbox import Limits, Outcome
from sandbox.supervisor.outcome import Ending, name

LIMITS = asdict(Limits(memory_bytes=100 << 20, processes=8))


def ending(**facts: object) -> Ending:
    made = Ending()
    for key, value in facts.items():
        assert hasattr(made, key)
        setattr(made, key, value)
    return made


@pytest.mark.parametrize(
    ("facts", "outcome", "words"),
    [
        ({"exit_code": 0}, Outcome.exited, ""),
        ({"exit_code": 0, "full": "all files"}, Outcome.exited, "all files"),
        ({"exit_code": 0, "tasks": 8}, Outcome.exited, "the limit"),
        ({"exit_code": 0, "stderr_tail": b"MemoryError"}, Outcome.exited, ""),
        ({"exit_code": 1, "stderr_tail": b"MemoryError"}, Outcome.exited, "memory limit"),
        ({"exit_code": 1, "full": "all files"}, Outcome.disk, "all files"),
        ({"exit_code": 1, "tasks": 8}, Outcome.pids, "8 processes"),
        ({"exit_code": 1, "tasks": 7}, Outcome.exited, ""),
        ({"signal": signal.SIGKILL}, Outcome.signalled, ""),
        ({"signal": signal.SIGKILL, "cpu_seconds": 11.0}, Outcome.timeout, "processor time"),
        ({"signal": signal.SIGKILL, "oom_kills": 1}, Outcome.oom, "ran out of memory"),
        ({"signal": signal.SIGTERM, "oom_kills": 1}, Outcome.signalled, ""),
        ({"signal": signal.SIGSEGV, "rss_bytes": 90 << 20}, Outcome.oom, "resident memory"),
        ({"signal": signal.SIGTERM, "rss_bytes": 90 << 20}, Outcome.signalled, "resident"),
        ({"stopped": "wall", "signal": 9}, Outcome.timeout, "10 s of wall time"),
        ({"stopped": "wall", "signal": 9, "tasks": 8}, Outcome.pids, "10 s of wall time"),
        ({"stopped": "output", "exit_code": 0}, Outcome.output, "bytes of output"),
        ({"stopped": "cancelled", "signal": 9}, Outcome.signalled, "by the caller"),
    ],
)
def test_evidence_names_the_outcome(facts: dict[str, object], outcome: Outcome, words: str) -> None:
    named, detail = name(ending(**facts), LIMITS)
    assert named == outcome
    assert words in detail
    assert bool(detail) == bool(words)
