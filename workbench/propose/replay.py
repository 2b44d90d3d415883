"""The proposer that asks nobody: it answers from a recording, by lineage and step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping

import msgspec

from workbench.model import event as ev
from workbench.model.candidate import Candidate, CandidateId, LineageId
from workbench.model.event import Record
from workbench.model.limits import Spend
from workbench.propose.edit.edit import apply
from workbench.propose.edit.outcome import Unapplicable
from workbench.propose.proposer import (
    Proposal,
    ProposalUnusable,
    ProposerStopped,
    Reporter,
    Request,
)
from workbench.propose.setup import asks_models

Answer = ev.ProposalMade | ev.ProposalFailed
Content = Callable[[str], Awaitable[bytes]]
"""Returns what is stored under a digest."""


class Tape:
    """What was answered in a recording."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._answers: dict[tuple[LineageId, int], Answer] = {}
        self._replies: set[tuple[LineageId, int]] = set()
        """Answers that a model gave: their candidates are what the reply makes of the parent."""
        self._files: dict[CandidateId, Mapping[str, str]] = {}
        proposers: dict[LineageId, str] = {}
        for record in records:
            match record.event:
                case ev.LineageCreated(lineage=number, proposer=name):
                    proposers[number] = name
                case ev.ProposerChosen(lineages=numbers, proposer=name):
                    proposers |= dict.fromkeys(numbers, name)
                case ev.ProposalMade() as made:
                    self._files[made.candidate] = made.files
                    if made.lineage is not None and made.proposer != "person":
                        self._keep(made.lineage, made, made.proposer)
                case ev.ProposalFailed() as failed if failed.reason != "aborted":
                    self._keep(failed.lineage, failed, proposers[failed.lineage])

    def _keep(self, lineage: LineageId, answer: Answer, proposer: str) -> None:
        place = lineage, answer.step
        self._answers[place] = answer
        if answer.reply is not None and asks_models(proposer):
            self._replies.add(place)

    def find(self, lineage: LineageId, step: int) -> Answer | None:
        """Return what was answered at that step, or None."""
        return self._answers.get((lineage, step))

    def is_reply(self, lineage: LineageId, step: int) -> bool:
        """Whether it is a model's reply, which makes a candidate of the parent."""
        return (lineage, step) in self._replies

    def files(self, answer: Answer) -> Mapping[str, str] | None:
        """Return the files that it came to, path -> digest; None where it came to none."""
        if isinstance(answer, ev.ProposalMade):
            return answer.files
        return None if answer.duplicate_of is None else self._files.get(answer.duplicate_of)


class Replay:
    """See `Proposer`. Free: what it says depends on the recording alone."""

    name = "replay"
    label = "replay (a recording, no model)"
    free = True

    def __init__(self, lineage: LineageId, tape: Tape, content: Content) -> None:
        """Answer for `lineage` from `tape`, whose texts and files `content` returns."""
        self._lineage = lineage
        self._tape = tape
        self._content = content

    def reserve(self, request: Request) -> Spend:
        """Return what the recorded answer has cost: known, so never more."""
        answer = self._tape.find(self._lineage, request.step)
        return Spend(proposals=1) if answer is None else answer.spend

    async def propose(self, request: Request, reporter: Reporter) -> Proposal:
        """Answer as recorded; a model's reply is carried out again, on the parent of this move.

        Raises `ProposalUnusable` where the reply gives nothing, or gave nothing then, and
        `ProposerStopped` at the end of the recording.
        """
        answer = self._tape.find(self._lineage, request.step)
        if answer is None:
            raise ProposerStopped(f"the recording has no answer for step {request.step}")
        prompt = tuple([await self._content(part) for part in answer.prompt])
        reply = None if answer.reply is None else await self._content(answer.reply)
        unusable = ProposalUnusable(
            answer.message if isinstance(answer, ev.ProposalFailed) else "",
            hint_note=answer.hint_note,
            detail=answer.detail,
            prompt=prompt,
            reply=reply,
            spend=answer.spend,
        )
        if reply is not None and self._tape.is_reply(self._lineage, request.step):
            files = _carried_out(answer, reply, request, unusable)
        elif (recorded := self._tape.files(answer)) is not None:
            files = {path: await self._content(digest) for path, digest in recorded.items()}
        else:
            raise unusable
        note = answer.note if isinstance(answer, ev.ProposalMade) else ""
        return Proposal(files, note, answer.hint_note, answer.detail, prompt, reply, answer.spend)

    def observe(self, candidate: Candidate) -> None:
        """Learn nothing."""


def _carried_out(
    answer: Answer, reply: bytes, request: Request, unusable: ProposalUnusable
) -> dict[str, bytes]:
    parent = request.parents[0].files if request.parents else request.task.initial
    truncated = answer.detail.get("truncated") is True
    try:
        return apply(reply.decode(errors="replace"), parent, truncated=truncated).files
    except Unapplicable as error:
        unusable.message = error.message
        raise unusable from error


class Source(msgspec.Struct, frozen=True):
    """What a lineage that replays records as its proposer's options."""

    recording: str
    """Digest of the recording."""
    session: str = ""
    """Name of the session that was recorded."""

    @classmethod
    def of(cls, options: Mapping[str, object]) -> Source:
        """Read back what a lineage recorded. Raises `ValueError` for something else."""
        try:
            return msgspec.convert(options, cls)
        except msgspec.ValidationError as error:
            raise ValueError(f"the lineage names no recording to replay: {error}") from None

    def recorded(self) -> dict[str, object]:
        """Return it as the JSON values that a lineage keeps."""
        return msgspec.to_builtins(self)  # type: ignore[no-any-return]
