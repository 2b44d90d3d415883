"""Commands that propose, run in real sandboxes on a task of a few files."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from workbench.model.candidate import Candidate, digest_of, digest_of_files
from workbench.model.event import LineageCreated
from workbench.model.lineage import Lineage
from workbench.model.move import Move
from workbench.model.task import Task
from workbench.model.verdict import Direction
from workbench.propose.command.proposer import CommandProposer
from workbench.propose.command.setup import CommandSetup, checked
from workbench.propose.command.shared import Commands
from workbench.propose.proposer import Proposal, ProposalUnusable, Request, Shown, Trouble

SOLVE = b"EAST = 1\nNORTH = 2\n"
SECRET = "planted-verifier-secret"

TASK = Task(
    name="hill",
    title="Hill",
    instruction="Find the top.",
    files={"solve.py": SOLVE, "lib/extra.py": b"X = 1\n", "data/points.txt": b"1 2\n"},
    editable=("solve.py", "lib/extra.py"),
    run=("python3", "-S", "solve.py"),
    outputs=("out.json",),
    verifier={"verify.py": SECRET.encode()},
    verify=("sh", "/tests/test.sh"),
    direction=Direction.MAXIMIZE,
    bundle={"tests/verify.py": SECRET.encode(), "solution/solve.py": SECRET.encode()},
)
PARENT = {"solve.py": b"EAST = 5\nNORTH = 2\n", "lib/extra.py": b"X = 1\n"}
EDIT = "sed -i 's/EAST = .*/EAST = 7/' solve.py"


def candidate(number: int, files: Mapping[str, bytes]) -> Candidate:
    digests = {path: digest_of(data) for path, data in files.items()}
    return Candidate(
        number, 1, 0, digest=digest_of_files(digests), files=digests, operator="refine",
        proposer="task", parents=(),
    )  # fmt: skip


def request(files: Mapping[str, bytes] = PARENT, task: Task = TASK, **fields: Any) -> Request:
    origin = candidate(1, files)
    lineage = Lineage(LineageCreated(1, "chain", "command", 7, 1), {1: origin}, {})
    move = Move("refine", (1,), ())
    parents = (Shown(origin, dict(files)),)
    return Request(task, lineage, 1, 7, move, parents, **fields)


class Listener:
    """A reporter that keeps what it is told."""

    def __init__(self) -> None:
        self.troubles: list[Trouble] = []
        self.waits: list[str] = []

    def say(self, text: str) -> None:
        pass

    def trouble(self, trouble: Trouble) -> None:
        self.troubles.append(trouble)

    def wait(self, why: str, seconds: float | None = None) -> None:
        self.waits.append(why)


class Bench:
    """Runs commands, each in a sandbox of its own."""

    def __init__(self, commands: Commands) -> None:
        self.commands = commands
        self.listener = Listener()
        self.number = 0

    async def __call__(self, command: str, asked: Request | None = None, **setup: Any) -> Proposal:
        """Return what a command proposes; raises what `propose` does."""
        self.number += 1
        made = checked(msgspec.structs.replace(CommandSetup(command, seconds=20), **setup))
        proposer = CommandProposer(self.number, made, self.commands)
        return await proposer.propose(asked or request(), self.listener)

    async def refused(
        self, command: str, asked: Request | None = None, **setup: Any
    ) -> ProposalUnusable:
        """Return why a command's proposal is unusable."""
        try:
            made = await self(command, asked, **setup)
        except ProposalUnusable as error:
            return error
        raise AssertionError(f"it was usable: {made}")


@asynccontextmanager
async def bench(backend: str = "bubblewrap", **environment: str):  # type: ignore[no-untyped-def]
    commands = Commands(backend, environment)
    try:
        yield Bench(commands)
    finally:
        await commands.aclose()
