"""What all proposers of one engine share: open models, their limiters, prices, prompt options."""

from __future__ import annotations

import asyncio
import math
import os
from collections.abc import Mapping, Sequence
from functools import cached_property

from workbench.model.calls import Call
from workbench.propose.llm.call import Options, Part, Usage
from workbench.propose.llm.name import parse
from workbench.propose.llm.open import Accounts, open_model
from workbench.propose.llm.price import Prices, price, prompt_size, worst_case
from workbench.propose.llm.streamed import StreamedModel
from workbench.propose.prompt import PromptOptions, user_folder, user_templates

MARGIN = 1.25
"""By how much a prompt may have more tokens than those before it had for their length."""


class Shared:
    """Opens each model once. Keys come from this process's environment and stay in the clients."""

    def __init__(self, prices: Prices, environment: Mapping[str, str] | None = None) -> None:
        """`prices` come before those of the library; raises ValueError for unusable ones."""
        self.prices = prices
        self._environment = os.environ if environment is None else environment
        self._accounts = Accounts()
        self._models: dict[str, StreamedModel] = {}
        self._opening = asyncio.Lock()
        self._densities: dict[str, float] = {}
        """Model -> tokens for each byte of a prompt, at most."""

    @cached_property
    def prompts(self) -> PromptOptions:
        """How long the parts of prompts may be; raises `PromptBroken` for a person's template."""
        return PromptOptions(templates=user_templates(user_folder()))

    async def model(self, name: str) -> StreamedModel:
        """Return the model called `name`; raises `ProposerStopped` where it has no key."""
        name = str(parse(name))
        async with self._opening:
            if name not in self._models:
                self._models[name] = await open_model(name, self._environment, self._accounts)
            return self._models[name]

    def price(self, model: str, usage: Usage) -> float | None:
        """Return what `usage` costs in dollars; None where no price is known."""
        return price(model, usage, self.prices)

    def worst_case(
        self, model: str, prompt: Sequence[Part], options: Options
    ) -> tuple[int, float | None]:
        """Return the most tokens and dollars that a call with `prompt` can cost.

        Every byte can be a token until answers have shown how many a model counts; from then on a
        prompt is taken to have that many, and a quarter more.
        """
        size = prompt_size(prompt)
        density = self._densities.get(model, 1.0)
        return worst_case(model, min(size, math.ceil(size * density)), options, self.prices)

    def learn(self, model: str, call: Call) -> None:
        """Note how many tokens a model counted in the bytes of a prompt."""
        if call.sent and call.read:
            found = MARGIN * call.read / call.sent
            self._densities[model] = max(self._densities.get(model, 0.0), found)

    async def aclose(self) -> None:
        """Close every client."""
        models, self._models = self._models, {}
        for model in models.values():
            await model.aclose()
