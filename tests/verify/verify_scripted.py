"""A sandbox that answers from a script, and the toy task that the tests of this room verify."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

import sandbox
from sandbox import Collected, Execution, Job, Outcome, Spec
from workbench.model.task import Resources, Task
from workbench.model.verdict import Direction

RECORD = "/logs/verifier/reward.json"
FEEDBACK = "/logs/verifier/feedback.md"
ARTIFACTS = "/logs/verifier/artifacts/"
ANSWER = "/app/answer.json"

SOLVE = b"open('answer.json', 'w').write('7')\n"
VERIFY = b"""\
import json, os
score = json.load(open("/app/answer.json"))
json.dump({"reward": score, "feasible": int(score >= 0)}, open("/logs/verifier/reward.json", "w"))
"""

SMALL = Resources(
    candidate_seconds=2.0, verifier_seconds=3.0, memory_bytes=256 << 20, disk_bytes=32 << 20
)

Script = Execution | Callable[[Job], Execution]


def toy(
    verify: bytes = VERIFY,
    *,
    direction: Direction = Direction.MAXIMIZE,
    outputs: tuple[str, ...] = ("answer.json",),
    baseline: float | None = None,
    python_packages: tuple[str, ...] = (),
    resources: Resources = SMALL,
) -> Task:
    """A task whose score is the number that the candidate writes."""
    return Task(
        name="toy",
        title="Toy",
        instruction="Write a number.",
        files={"solve.py": SOLVE, "data.txt": b"shipped"},
        editable=("solve.py",),
        run=("python3", "-S", "solve.py"),
        outputs=outputs,
        verifier={"verify.py": verify, "hidden/answers.json": b'{"secret": 42}'},
        verify=("python3", "-S", "/tests/verify.py"),
        direction=direction,
        score_name="number",
        unit="points",
        baseline=baseline,
        resources=resources,
        python_packages=python_packages,
    )


def ran(
    outcome: Outcome = Outcome.exited,
    files: Mapping[str, bytes | str] | None = None,
    **more: object,
) -> Execution:
    """An execution; `files` are collected: bytes are content, text is why there is none."""
    if outcome is Outcome.exited:
        more.setdefault("exit_code", 0)
    collected = {
        path: Collected(found) if isinstance(found, bytes) else Collected(None, found)
        for path, found in (files or {}).items()
    }
    return Execution(outcome, collected=collected, **more)  # type: ignore[arg-type]


ANSWERED = ran(files={ANSWER: b"7"}, stdout=b"hello\n", cpu_seconds=0.25, max_rss_bytes=1000)


def recorded(record: bytes | str = b'{"reward": 7}', **files: bytes | str) -> Execution:
    """A verifier that ended well and left `record`, and perhaps feedback."""
    found: dict[str, bytes | str] = {RECORD: record, FEEDBACK: "missing", ARTIFACTS: "missing"}
    found.update({"/logs/verifier/" + path: data for path, data in files.items()})
    return ran(files=found, cpu_seconds=0.5, max_rss_bytes=9999)


class ScriptedLease:
    """Answers every job from the script."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.jobs: list[Job] = []
        self.closed = False

    async def run(self, job: Job, channel: socket.socket | None = None) -> Execution:
        self.jobs.append(job)
        return self.script if isinstance(self.script, Execution) else self.script(job)

    async def aclose(self) -> None:
        self.closed = True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()


class ScriptedBackend:
    """Tells the two leases apart by their specification, as a real backend would have to."""

    name = "scripted"

    def __init__(self, candidate: Script = ANSWERED, verifier: Script | None = None) -> None:
        self.scripts = {"candidate": candidate, "verifier": verifier or recorded()}
        self.specs: dict[str, Spec] = {}
        self.leases: dict[str, ScriptedLease] = {}
        self.refuse: str | None = None
        """Which of the two cannot be opened."""

    async def probe(self, full: bool = False) -> sandbox.Capabilities:
        return sandbox.Capabilities("scripted", "1", "namespaces", usable=True)

    async def open(self, spec: Spec) -> ScriptedLease:
        role = "verifier" if "/tests/verify.py" in spec.files else "candidate"
        if role == self.refuse:
            raise sandbox.SandboxUnavailable("no user namespaces here; run it elsewhere")
        self.specs[role] = spec
        self.leases[role] = ScriptedLease(self.scripts[role])
        return self.leases[role]
