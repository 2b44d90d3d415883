"""What calls cost in dollars. What nobody knows is None, never zero."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.propose.llm.call import Options, Part, Usage
from workbench.propose.llm.name import ModelName, parse

Prices = Mapping[str, Mapping[str, float]]
"""Model name -> kind of token -> dollars per million; the person's own, before all others."""

KINDS = ("input", "cached", "cache_write", "output")
"""Kinds of tokens that a price may be given for; `input` and `output` must be."""

PART_TOKENS = 16
"""The most that a message's frame adds to its text, at every provider."""


def price(model: str | ModelName, usage: Usage, prices: Prices | None = None) -> float | None:
    """Return what `usage` costs in dollars, or None when no price is known.

    Raises `ValueError` (a `ModelNameError` among them) for a name or prices that cannot be read.
    """
    name = parse(model) if isinstance(model, str) else model
    own = _own(name, prices or {})
    if own is not None:
        return _priced(usage, own)
    if name.provider == "openai-compatible":
        return None  # a server may serve any model under any name, at any price
    return _listed(name, usage)


def worst_case(
    model: str | ModelName, prompt_tokens: int, options: Options, prices: Prices | None = None
) -> tuple[int, float | None]:
    """Return the most tokens and dollars that a call can cost; dollars None when unknown.

    `prompt_tokens` is the most that the prompt can have. It may be read afresh or written into a
    cache, whichever is dearer.
    """
    name = parse(model) if isinstance(model, str) else model
    output = options.max_output_tokens
    fresh = price(name, Usage(input=prompt_tokens, output=output), prices)
    written = price(name, Usage(cache_write=prompt_tokens, output=output), prices)
    dollars = None if fresh is None or written is None else max(fresh, written)
    return prompt_tokens + output, dollars


def prompt_size(prompt: Sequence[Part]) -> int:
    """Return the most tokens that a prompt can have: a token stands for one byte at least."""
    return sum(len(part.text.encode()) + PART_TOKENS for part in prompt) + PART_TOKENS


def check_prices(prices: Prices) -> None:
    """Raise `ValueError`, with the name and the mend, for prices that cannot be meant."""
    for name, kinds in prices.items():
        parse(name)
        unknown = sorted(set(kinds) - set(KINDS))
        if unknown:
            raise ValueError(
                f'prices."{name}": unknown kind {unknown[0]!r}: use {", ".join(KINDS)}'
            )
        for kind in ("input", "output"):
            if kind not in kinds:
                raise ValueError(f'prices."{name}": {kind} is missing (dollars per million tokens)')
        for kind, value in kinds.items():
            if not (math.isfinite(value) and value >= 0):
                raise ValueError(
                    f'prices."{name}".{kind} must be dollars per million tokens, not {value}'
                )


def _own(name: ModelName, prices: Prices) -> Mapping[str, float] | None:
    """Return the person's own prices of a model."""
    if not prices:
        return None
    check_prices(prices)
    return next((kinds for text, kinds in prices.items() if parse(text) == name), None)


def _priced(usage: Usage, kinds: Mapping[str, float]) -> float:
    """Return what `usage` costs at dollars per million; what is not named costs as input."""
    fresh = kinds["input"]
    return (
        usage.input * fresh
        + usage.cached * kinds.get("cached", fresh)
        + usage.cache_write * kinds.get("cache_write", fresh)
        + usage.output * kinds["output"]
    ) / 1e6


def _listed(name: ModelName, usage: Usage) -> float | None:
    """Return what `usage` costs by genai-prices' bundled list. Nothing is fetched."""
    import genai_prices  # 0.3 s, and the first price is needed only when models are

    counted: Any = genai_prices.Usage(
        input_tokens=usage.input + usage.cached + usage.cache_write,
        cache_read_tokens=usage.cached,
        cache_write_tokens=usage.cache_write,
        output_tokens=usage.output,
    )
    try:
        found = genai_prices.calc_price(counted, name.model, provider_id=name.provider)
    except LookupError:
        return None
    model_price = found.model_price
    if model_price.input_mtok is None or model_price.output_mtok is None:
        return None  # listed without a price for text
    return float(found.total_price)
