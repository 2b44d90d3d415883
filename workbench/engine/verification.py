"""Verifications with slots, retries and durable verdicts."""

from __future__ import annotations

import asyncio
import time

from workbench.engine.feed import Live
from workbench.engine.journal import Journal
from workbench.engine.slots import Slots
from workbench.model.candidate import Candidate
from workbench.model.event import InfrastructureFailed, VerdictReached
from workbench.model.verdict import Outcome, Verdict
from workbench.store import Blob
from workbench.verify.confirm import confirm
from workbench.verify.outcome import Stage
from workbench.verify.text import clean
from workbench.verify.verifier import Verification, Verifier

ATTEMPTS = 3
"""Tries before a failing machine pauses the lineage."""
RETRY_SECONDS = (0.2, 1.0)
"""Waits between the tries."""


class InfrastructureDown(Exception):
    """The machine, not the candidate, keeps a verification from running."""


class NoSandbox(Exception):
    """A verifier could not be opened: the machine's fault or the task's, never a candidate's."""


class Verifications:
    """Runs verifications for all lineages and commits what they say."""

    def __init__(self, journal: Journal, slots: Slots[Verifier]) -> None:
        """Commit to `journal`, run on `slots`."""
        self._journal = journal
        self._slots = slots

    async def verify(self, candidate: Candidate) -> None:
        """Verify `candidate`; its verdict is durable on return. Raises what `judge` raises."""
        await self.commit(candidate, await self.judge(candidate))

    async def judge(self, candidate: Candidate) -> Verification:
        """Verify `candidate`, and leave the verdict to `commit`.

        Where the task asks for it, a verdict that would lead its lineage is confirmed before it
        is committed (`workbench.verify.confirm`), as part of the same evaluation: a crash in
        between leaves nothing, and the candidate is verified again.

        Raises `InfrastructureDown` after `ATTEMPTS` failures of the machine, each an event.
        """
        for attempt in range(1, ATTEMPTS + 1):
            result = await self._once(candidate)
            if result.verdict.outcome is not Outcome.INFRASTRUCTURE:
                return result
            message = result.verdict.message
            await self._journal.post(
                InfrastructureFailed(candidate.id, candidate.lineage, attempt, message)
            )
            if attempt < ATTEMPTS:
                self._progress(candidate, "retrying")
                await asyncio.sleep(RETRY_SECONDS[attempt - 1])
        raise InfrastructureDown(message)

    async def _once(self, candidate: Candidate) -> Verification:
        files = await self._journal.files(candidate.files)
        try:
            return await self._in_slot(candidate, files)
        except NoSandbox as error:
            message = clean(str(error), 1000)
            return Verification(Verdict(Outcome.INFRASTRUCTURE, message), {}, Stage.CANDIDATE)

    async def _in_slot(self, candidate: Candidate, files: dict[str, bytes]) -> Verification:
        async with self._slots.slot(lambda: self._progress(candidate, "queued")) as verifier:
            self._progress(candidate, "verifying")
            first = await verifier.verify(files)
            if not (verifier.task.confirms and self._would_lead(candidate, first.verdict)):
                return first
            self._progress(candidate, "confirming")
            return await confirm(verifier, files, first)

    def _would_lead(self, candidate: Candidate, verdict: Verdict) -> bool:
        """Whether this verdict, as it stands, would make a new best of the lineage.

        The initial files belong to none and are what every lineage starts from.
        """
        if verdict.reward is None:
            return False
        if candidate.lineage is None:
            return True
        best = self._journal.session.lineages[candidate.lineage].best_reward
        return best is None or verdict.reward > best

    async def commit(self, candidate: Candidate, result: Verification) -> None:
        """Put the verdict into the journal; it is durable on return."""
        blobs = [Blob(data) for data in result.blobs.values()]
        event = VerdictReached(candidate.id, candidate.lineage, result.verdict)
        await self._journal.post(event, blobs=blobs)

    def _progress(self, candidate: Candidate, phase: str) -> None:
        if candidate.lineage is not None:
            live = Live(candidate.lineage, phase, candidate.step, candidate.id, time.time())
            self._journal.hub.publish([live])
