"""The proposer that asks models: prompt, call, edit; and what is done when one of them fails."""

from __future__ import annotations

import bisect
import random
from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from workbench.model.calls import calls_in
from workbench.model.candidate import Candidate
from workbench.model.limits import Spend
from workbench.model.move import rng_for
from workbench.propose.edit.edit import apply
from workbench.propose.edit.outcome import Unapplicable
from workbench.propose.llm.attempts import Answer, Attempts, call_of
from workbench.propose.llm.call import CallFailed, Kind, Options
from workbench.propose.llm.ensemble import Ensemble, relative_gain
from workbench.propose.llm.shared import Shared
from workbench.propose.proposer import (
    Proposal,
    ProposalUnusable,
    ProposerStopped,
    Reporter,
    Request,
)

__all__ = ["LLM", "Shared"]

LEAST_ANSWER = 1024
"""Tokens of an answer below which it is not worth asking: where a budget ends, answers get short
before they end."""
MOST_HEARD = 4000
"""Characters that are kept of an answer which ended in a failure."""


class LLM:
    """See `Proposer`. One for each lineage; all of an engine share clients and limiters."""

    name: str
    free = False

    def __init__(
        self,
        seed: int,
        lineage: int,
        names: Sequence[str],
        weights: Sequence[float],
        options: Options,
        shared: Shared,
    ) -> None:
        """Ask the models `names`, as often as `weights` say; see `Ensemble`."""
        self.name = names[0] if len(names) == 1 else "ensemble"
        self.label = names[0] if len(names) == 1 else f"ensemble of {', '.join(names)}"
        self._options = options
        self._shared = shared
        self._ensemble = Ensemble(names, weights)
        self._rewards: dict[int, float | None] = {}
        self._attempts = Attempts(f"L{lineage}", shared)

    def reserve(self, request: Request) -> Spend:
        """Return the most that a call for `request` can cost; see `Attempts` for those after it."""
        model = self._choose(request)
        try:
            prompt = self._attempts.prompt(model, request)
        except ProposerStopped:  # raised again, and told, by `propose`
            return Spend(proposals=1)
        tokens, usd = self._shared.worst_case(model, prompt, self._affordable(model, request))
        return Spend(proposals=1, tokens=tokens, usd=usd or 0.0, unpriced=1 if usd is None else 0)

    def _choose(self, request: Request) -> str:
        """Return the model of this step: the same for the reservation and for the call."""
        return self._ensemble.choose(self._chance(request))

    def _affordable(self, model: str, request: Request) -> Options:
        """Return how the model is asked: for a shorter answer where a long one could cost too much.

        With the usual length where not even a short one fits: then nothing is asked at all.
        """
        prompt = self._attempts.prompt(model, request)

        def fits(output: int) -> bool:
            options = replace(self._options, max_output_tokens=output)
            tokens, usd = self._shared.worst_case(model, prompt, options)
            spend = Spend(tokens=tokens, usd=usd or 0.0)
            return request.left.exceeded_by(spend) is None

        most = self._options.max_output_tokens
        if most <= LEAST_ANSWER or fits(most) or not fits(LEAST_ANSWER):
            return self._options
        lengths = range(LEAST_ANSWER, most)
        longest = bisect.bisect_left(lengths, True, key=lambda output: not fits(output))
        return replace(self._options, max_output_tokens=lengths[longest - 1])

    @staticmethod
    def _chance(request: Request) -> random.Random:
        return rng_for(request.seed, request.lineage.id, request.step, "model")

    async def propose(self, request: Request, reporter: Reporter) -> Proposal:
        """Ask, and carry the reply out.

        Raises `ProposalUnusable` for a refusal or a reply that cannot be applied,
        `ProposerStopped` for a request that no further attempt could mend.
        """
        model = self._choose(request)
        try:
            options = self._affordable(model, request)
            answer = await self._attempts.ask(model, request, options, reporter)
        except CallFailed as failure:
            raise self._given_up(model, failure) from failure
        call = answer.call()
        self._shared.learn(model, call)
        parent = request.parents[0].files if request.parents else request.task.initial
        told = answer.told()
        try:
            edit = apply(answer.text, parent, truncated=answer.truncated)
        except Unapplicable as error:
            raise ProposalUnusable(
                error.message,
                detail=self._detail(model, answer, request),
                prompt=answer.prompt,
                reply=told,
                spend=answer.spend,
            ) from error
        detail = self._detail(model, answer, request)
        if edit.tolerated:
            detail["tolerated"] = list(edit.tolerated)
        return Proposal(
            files=edit.files,
            note=edit.note,
            hint_note=edit.note if request.hints else "",
            detail=detail,
            prompt=answer.prompt,
            reply=told,
            spend=answer.spend,
        )

    def _given_up(self, model: str, failure: CallFailed) -> Exception:
        """Return what a call that came to nothing means for the step or the lineage."""
        if failure.kind is Kind.REJECTED:
            return ProposerStopped(failure.message)
        detail: dict[str, object] = {"model": model, "request": failure.request}
        if failure.usage is not None:
            usd = self._shared.price(model, failure.usage)
            detail["calls"] = [msgspec.to_builtins(call_of(model, failure.usage, usd))]
        spend = self._attempts.spend(model, failure.usage)
        if failure.heard:  # no reply of the model's, to which it could be held
            detail["heard"] = failure.heard[:MOST_HEARD]
        message = f"{failure.kind}: {failure.message}"
        return ProposalUnusable(message, detail=detail, prompt=failure.prompt, spend=spend)

    def _detail(self, model: str, answer: Answer, request: Request) -> dict[str, object]:
        """Return what `observe` and the screens read of this act."""
        before = [shown.candidate.reward for shown in request.parents]
        known = [reward for reward in before if reward is not None]
        detail: dict[str, object] = {
            "model": model,
            "calls": [msgspec.to_builtins(answer.call())],
            "before": max(known, default=None),
            "request": answer.request,
        }
        if answer.truncated:
            detail["truncated"] = True
        return detail

    def observe(self, candidate: Candidate) -> None:
        """Learn which model's proposals gain."""
        model, before = candidate.detail.get("model"), candidate.detail.get("before")
        if isinstance(model, str):
            calls = calls_in(candidate.detail)
            usd = calls[0].usd if calls else None
            for call in calls:
                self._shared.learn(model, call)
            known = float(before) if isinstance(before, (int, float)) else None
            self._ensemble.learn(model, relative_gain(candidate.reward, known), usd)
