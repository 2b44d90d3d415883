"""A new best that may be luck or a cheat is verified again, from nothing, before it is believed.

The rule: as many further verifications as the task's `repeats`, each of programs started anew in
sandboxes of their own. All must agree that the candidate scores; then the verdict is the one of
them whose reward is their median (of an even number the worse of the middle two), so that score,
metrics and feedback belong together, and it keeps the first score as the raw one. If one of them
does not score, there is no score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from sandbox import SandboxUnavailable
from workbench.model.verdict import Outcome, Verdict
from workbench.verify.outcome import Stage
from workbench.verify.text import clean
from workbench.verify.verifier import Verification, Verifier


async def confirm(
    verifier: Verifier, files: Mapping[str, bytes], first: Verification
) -> Verification:
    """Return what stands of `first`, the scored verification of `files` by `verifier`.

    Nothing of `verifier` is used but its task and its backend. A machine that fails meanwhile
    gives an `INFRASTRUCTURE` verdict, which says nothing of the candidate.
    """
    again: list[Verification] = []
    try:
        async with Verifier(verifier.task, verifier.backend, warm=False) as fresh:
            while len(again) < verifier.task.repeats:
                again.append(await fresh.verify(files))
                if again[-1].verdict.outcome is not Outcome.SCORED:
                    break
    except SandboxUnavailable as error:
        message = clean(f"no sandbox for a confirmation: {error}")
        return Verification(Verdict(Outcome.INFRASTRUCTURE, message), {}, Stage.CANDIDATE)
    if again[-1].verdict.outcome is Outcome.INFRASTRUCTURE:
        return again[-1]
    return settle(first, again)


def settle(first: Verification, again: Sequence[Verification]) -> Verification:
    """Make one verification of the first and its confirmations (at least one; see the rule)."""
    last = again[-1]
    if last.verdict.outcome is Outcome.SCORED:
        found = sorted(again, key=_reward)[(len(again) - 1) // 2]
        scores = [one.verdict.score for one in again if one.verdict.score is not None]
        verdict = replace(
            found.verdict,
            message=clean(f"{found.verdict.message}; before it was confirmed {_score(first)}"),
            confirmed_min=min(scores),
            confirmed_max=max(scores),
        )
    else:
        found = last
        told = f"it scored {_score(first)} once, but confirmation {len(again)} says "
        verdict = replace(
            last.verdict,
            outcome=Outcome.INVALID,
            message=clean(f"{told}{last.verdict.outcome}: {last.verdict.message}"),
            score=None,
            reward=None,
        )
    every = [first, *again]
    verdict = replace(
        verdict,
        raw_score=first.verdict.score,
        confirmations=len(again),
        seconds=sum(one.verdict.seconds for one in every),
        cpu_seconds=sum(one.verdict.cpu_seconds for one in every),
        max_rss=max(one.verdict.max_rss for one in every),
    )
    return Verification(verdict, found.blobs, found.stage)


def _reward(one: Verification) -> float:
    reward = one.verdict.reward
    return float("-inf") if reward is None else reward


def _score(one: Verification) -> str:
    return f"{one.verdict.score:.10g}"
