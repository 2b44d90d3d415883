"""The proposer that runs a command: prompt, run, and what its files have become."""

from __future__ import annotations

import asyncio
import os

from sandbox import Execution, Job, Limits, Outcome, SandboxUnavailable
from workbench.model.candidate import Candidate
from workbench.model.limits import Spend
from workbench.propose.command import usage
from workbench.propose.command.printed import Printed
from workbench.propose.command.setup import COMMAND, CommandSetup
from workbench.propose.command.shared import APP, PROMPT_FILE, USAGE_FILE, Commands
from workbench.propose.command.taken import take
from workbench.propose.edit.outcome import Unapplicable
from workbench.propose.prompt import PromptBroken
from workbench.propose.prompt.text import one_line
from workbench.propose.proposer import (
    Proposal,
    ProposalUnusable,
    ProposerStopped,
    Reporter,
    Request,
    Trouble,
)

__all__ = ["CommandProposer", "Commands"]

TRIES = 2
"""Runs for one proposal where the sandbox, not the command, fails."""
RETRY_SECONDS = 1.0

MIB = 1 << 20
PROCESSES = 256
"""Processes and threads: runtimes of agents start dozens, and what they call starts more."""
FILE_BYTES, DISK_BYTES, FILES = 64 * MIB, 512 * MIB, 65_536
OUTPUT_BYTES = 8 * MIB
ADDRESS_BYTES = 1 << 46
"""More than there is: such runtimes reserve a hundred times what they use."""


class CommandProposer:
    """See `Proposer`. One for each lineage; all of an engine share `Commands`."""

    name = COMMAND
    free = False

    def __init__(self, lineage: int, setup: CommandSetup, commands: Commands) -> None:
        self.label = setup.label
        self._lineage = lineage
        self._setup = setup
        self._commands = commands

    def reserve(self, request: Request) -> Spend:
        """Return what is known in advance: that a proposal is made, at a price nobody knows."""
        return usage.UNKNOWN

    async def propose(self, request: Request, reporter: Reporter) -> Proposal:
        """Run the command on the parent's files, and take what it made of them.

        Raises `ProposalUnusable` when that is nothing to verify, `ProposerStopped` when the
        command cannot be run.
        """
        try:
            parts = self._commands.prompt(request)
            given = self._commands.given(self._setup)
        except (PromptBroken, ValueError) as error:
            raise ProposerStopped(str(error), COMMAND) from error
        prompt = tuple(part.text.encode(errors="replace") for part in parts)
        parent = request.parents[0].files if request.parents else request.task.initial
        job = self._job(request, parent, b"\n".join(prompt))
        execution = await self._run(job, request, reporter)
        return _judged(execution, request, parent, prompt, Printed(execution, given))

    def _job(self, request: Request, parent: dict[str, bytes], prompt: bytes) -> Job:
        files = {f"{APP}/{path}": data for path, data in {**request.task.files, **parent}.items()}
        seconds = self._setup.seconds
        return Job(
            argv=("sh", "-c", self._setup.command),
            files={**files, PROMPT_FILE: prompt},
            collect=(*(f"{APP}/{path}" for path in parent), USAGE_FILE),
            limits=Limits(
                wall_seconds=seconds,
                cpu_seconds=seconds * (os.cpu_count() or 1),
                memory_bytes=self._setup.memory_mb * MIB,
                processes=PROCESSES,
                file_bytes=FILE_BYTES,
                disk_bytes=DISK_BYTES,
                files=FILES,
                output_bytes=OUTPUT_BYTES,
                address_bytes=ADDRESS_BYTES,
            ),
        )

    async def _run(self, job: Job, request: Request, reporter: Reporter) -> Execution:
        """Run it once more where the sandbox failed. Raises `ProposerStopped`."""
        attempt = 0
        while True:
            attempt += 1
            spend = Spend()
            try:
                lease = await self._commands.lease(self._lineage, self._setup, request.task)
                reporter.wait("")  # from here on there is something to lose
                execution = await lease.run(job)
                if execution.outcome is not Outcome.sandbox_error:
                    return execution
                # It may have been at work, and used whatever it uses.
                message, spend = execution.detail, Spend(unpriced=1)
            except SandboxUnavailable as error:
                message = str(error)
            except ValueError as error:
                raise ProposerStopped(f"the command cannot be run: {error}", COMMAND) from error
            told = f"the sandbox of the command failed: {one_line(message, 400)}"
            pause = RETRY_SECONDS if attempt < TRIES else None
            reporter.trouble(Trouble(COMMAND, "sandbox", told, attempt, pause, spend))
            if pause is None:
                raise ProposerStopped(f"{told}; `workbench doctor` says what works here", COMMAND)
            await asyncio.sleep(pause)

    def observe(self, candidate: Candidate) -> None:
        """Learn nothing: a command is told in its prompt what became of its candidates."""


def _judged(
    execution: Execution,
    request: Request,
    parent: dict[str, bytes],
    prompt: tuple[bytes, ...],
    printed: Printed,
) -> Proposal:
    """Return the proposal that a run came to. Raises `ProposalUnusable` where it came to none."""
    detail, spend = _used(execution, printed)
    status = execution.exit_code or 0
    try:
        if execution.outcome is not Outcome.exited:
            raise Unapplicable(f"{execution.outcome}: {one_line(execution.detail, 300)}")
        left = {path: execution.collected[f"{APP}/{path}"] for path in parent}
        files = take(parent, left, printed.holds_secret)
        if files == parent:
            raise Unapplicable("it changed nothing")
    except Unapplicable as fault:
        told = f"the command ended without a candidate: {fault.message}"
        if status:
            told += f"; status {status}: {printed.complaint or 'nothing on standard error'}"
        raise ProposalUnusable(
            printed.hidden(told), detail=detail, prompt=prompt, reply=printed.reply, spend=spend
        ) from fault
    changed = ", ".join(sorted(path for path in parent if files[path] != parent[path]))
    note = printed.note or f"changes {changed}"
    return Proposal(
        files=files,
        note=f"{note} (status {status})" if status else note,
        hint_note=note if request.hints else "",
        detail=detail,
        prompt=prompt,
        reply=printed.reply,
        spend=spend,
    )


def _used(execution: Execution, printed: Printed) -> tuple[dict[str, object], Spend]:
    """Return what a proposal's detail records of its cost, and the cost itself."""
    told = execution.collected.get(USAGE_FILE)
    if told is None or told.problem == "missing":
        return {}, usage.UNKNOWN
    try:
        if told.data is None:
            raise ValueError(told.problem)
        used = usage.read(told.data)
    except ValueError as error:
        why = one_line(printed.hidden(str(error)), 300)
        return {"usage": f"{USAGE_FILE} is not believed: {why}"}, usage.UNKNOWN
    return {"calls": used.calls()}, used.spend
