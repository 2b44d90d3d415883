"""What a proposer is asked: a move with everything of the session that it may depend on."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.engine.journal import Journal
from workbench.model.candidate import CandidateId
from workbench.model.hint import Hint
from workbench.model.lineage import Lineage
from workbench.model.move import Move
from workbench.model.task import Task
from workbench.propose.proposer import Advice, Fault, Finding, Request, Shown


class Requests:
    """Makes requests out of a session's journal."""

    def __init__(self, task: Task, journal: Journal) -> None:
        """Ask about `task`, read from `journal`."""
        self._task = task
        self._journal = journal

    async def gather(self, lineage: Lineage, step: int, move: Move) -> Request:
        """Return the request for `move`, hints aside: those are for the caller to add."""
        best = lineage.best
        if best in move.parents:
            best = None
        return Request(
            task=self._task,
            lineage=lineage,
            step=step,
            seed=lineage.created.seed,
            move=move,
            parents=await self._show(move.parents),
            inspirations=await self._show(move.inspirations),
            best=None if best is None else (await self._show([best]))[0],
            findings=self._findings(),
            fault=await self._fault(lineage),
        )

    async def _show(self, numbers: Iterable[CandidateId]) -> tuple[Shown, ...]:
        shown = []
        for number in numbers:
            candidate = self._journal.session.candidates[number]
            verdict = candidate.verdict
            files = await self._journal.files(candidate.files)
            feedback = await self._text(None if verdict is None else verdict.feedback)
            stderr = await self._text(None if verdict is None else verdict.stderr)
            shown.append(Shown(candidate, files, feedback, stderr))
        return tuple(shown)

    def _findings(self) -> tuple[Finding, ...]:
        return tuple(
            Finding(one, one.judgement.reason, one.judgement.author)
            for one in self._journal.session.judged
            if one.judgement is not None
        )

    async def _fault(self, lineage: Lineage) -> Fault | None:
        """Return what was wrong with the last step's reply, if it had one of no use."""
        failed = lineage.fault
        if failed is None:
            return None
        return Fault(failed.message, await self._text(failed.reply))

    async def _text(self, digest: str | None) -> str:
        if digest is None:
            return ""
        return (await self._journal.blob(digest)).decode(errors="replace")


def advice(hints: Iterable[Hint]) -> tuple[Advice, ...]:
    """Return hints as a proposer sees them."""
    return tuple(Advice(h.id, h.text, h.author, h.queued_at) for h in hints)
