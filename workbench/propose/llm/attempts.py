"""One answer, however many calls it takes: turns, waits, a shorter prompt, or giving up."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec

from workbench.model.calls import Call
from workbench.model.limits import Spend
from workbench.propose.llm.call import (
    RETRIED,
    CallFailed,
    Completion,
    Kind,
    Options,
    Part,
    Usage,
)
from workbench.propose.llm.limiter import REFUSALS
from workbench.propose.llm.price import prompt_size
from workbench.propose.llm.shared import Shared
from workbench.propose.prompt import PromptBroken, PromptOptions, build, shrink
from workbench.propose.proposer import ProposerStopped, Reporter, Request, Trouble

TRIES = 4
"""Calls for one answer, where each fails by itself: garbage, a cut stream, no answer in time."""
PATIENT = frozenset([Kind.RATE_LIMIT, Kind.OVERLOADED, Kind.NETWORK])
"""Failures that pass by themselves: the lineage waits as long as it takes, and says so."""
BYTES_A_TOKEN = 4
"""About; for what the provider's limits have left."""
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds before the second attempt, doubled from then on, where nobody says how long."""


class Answer(msgspec.Struct, frozen=True):
    """What a model said, and what it cost."""

    model: str
    completion: Completion
    prompt: tuple[bytes, ...]
    usd: float | None

    @property
    def text(self) -> str:
        """The reply."""
        return self.completion.text

    @property
    def truncated(self) -> bool:
        """Whether it ran into its limit of tokens."""
        return self.completion.stop == "length"

    @property
    def request(self) -> str:
        """The provider's identifier of the call."""
        return self.completion.request

    @property
    def spend(self) -> Spend:
        """What the last call, the one that was answered, has cost."""
        return spend_of(self.completion.usage, self.usd)

    def told(self) -> bytes:
        """Return the reply as it is stored; half a character, which no file holds, is replaced."""
        return self.text.encode(errors="replace")

    def call(self) -> Call:
        """Return the call as a proposal's detail records it."""
        return call_of(self.model, self.completion.usage, self.usd, self.prompt)


def spend_of(usage: Usage, usd: float | None, proposals: int = 1) -> Spend:
    """Return what a call has cost, as far as tokens and price are known."""
    return Spend(
        proposals=proposals,
        tokens=usage.total,
        usd=usd or 0.0,
        unknown=0 if usage.known else 1,
        unpriced=1 if usd is None else 0,
    )


def call_of(model: str, usage: Usage, usd: float | None, prompt: Sequence[bytes] = ()) -> Call:
    """Return a call as a proposal's detail records it."""
    counts = (usage.input, usage.cached, usage.cache_write, usage.output, usage.reasoning)
    return Call(model, *counts, usd, sum(map(len, prompt)) if usage.known else 0)


def _sent(prompt: Sequence[Part]) -> tuple[bytes, ...]:
    """Return a prompt as it is stored."""
    return tuple(part.text.encode(errors="replace") for part in prompt)


class Attempts:
    """Asks for one lineage."""

    def __init__(self, lineage: str, shared: Shared) -> None:
        self._lineage = lineage
        self._shared = shared
        self._prompts: dict[str, PromptOptions] = {}
        """Of models whose window was met."""
        self._built: tuple[Request, str, tuple[Part, ...]] | None = None
        """The newest prompt: it is asked for to reserve its cost, and again to be sent."""

    def prompt(self, model: str, request: Request) -> tuple[Part, ...]:
        """Return the prompt for a request, as long as the model can read as far as is known.

        Raises `ProposerStopped` for a template that cannot be used.
        """
        known = self._built
        if known is None or known[0] is not request or known[1] != model:
            try:
                options = self._prompts.get(model, self._shared.prompts)
                known = self._built = request, model, build(request, options)
            except PromptBroken as error:
                raise ProposerStopped(str(error)) from error
        return known[2]

    def spend(self, model: str, usage: Usage | None, proposals: int = 1) -> Spend:
        """Return what a failed call costs; nothing where the provider has not begun to answer."""
        if usage is None:
            return Spend(proposals=proposals)
        return spend_of(usage, self._shared.price(model, usage), proposals)

    async def ask(
        self, model: str, request: Request, options: Options, reporter: Reporter
    ) -> Answer:
        """Return the model's answer.

        Raises the last `CallFailed` when trying again is of no use. What calls before it cost is
        told to `reporter`, which may end the attempts with `NoFurtherAttempt`.
        """
        opened = await self._shared.model(model)
        prompt = self.prompt(model, request)
        shrunk, tries, attempt, wait = False, 1, 0, FIRST_WAIT
        while True:
            attempt += 1
            size = prompt_size(prompt) // BYTES_A_TOKEN
            try:
                async with opened.limiter.turn(self._lineage, size, reporter.wait):
                    reporter.wait("")  # from here on there is something to lose
                    completion = await opened.complete(prompt, options, reporter.say)
                usd = self._shared.price(model, completion.usage)
                return Answer(model, completion, _sent(prompt), usd)
            except CallFailed as failure:
                failure.prompt = _sent(prompt)
                if failure.kind is Kind.CONTEXT and not shrunk:
                    shrunk, pause = True, 0.0
                    prompt = self._shorter(model, request, prompt)
                elif failure.kind in RETRIED and (failure.kind in PATIENT or tries < TRIES):
                    tries += failure.kind not in PATIENT
                    pause = wait if failure.retry_seconds is None else failure.retry_seconds
                    wait = min(LONGEST_WAIT, 2 * wait)
                else:
                    raise
                spend = self.spend(model, failure.usage, proposals=0)
                reporter.trouble(
                    Trouble(
                        model,
                        failure.kind,
                        failure.message,
                        attempt,
                        pause,
                        spend,
                        failure.prompt,
                        failure.heard.encode(errors="replace") or None,
                    )
                )
                refused = failure.kind in REFUSALS  # then the next turn waits, for all lineages
            await asyncio.sleep(0.0 if refused else pause)

    def _shorter(self, model: str, request: Request, prompt: Sequence[Part]) -> tuple[Part, ...]:
        """Return about half the prompt, and keep to that length from now on."""
        options = self._prompts.get(model, self._shared.prompts)
        self._prompts[model] = shrink(options, prompt)
        self._built = None
        return self.prompt(model, request)
