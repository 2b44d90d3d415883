"""Which prefix of a prompt was read before."""

from __future__ import annotations

import hashlib
from itertools import accumulate

from workbench.dev.answer import CHARACTERS_A_TOKEN, Asked, tokens
from workbench.propose.llm.call import Usage

STEP = 128
"""Tokens: a cache that works by itself knows prefixes of whole steps, as OpenAI's does."""


class PrefixCache:
    """Remembers prefixes of prompts for each model; nothing ever leaves it."""

    def __init__(self, shortest: int) -> None:
        """`shortest`: tokens below which a prefix is not kept."""
        self._shortest = shortest
        self._known: set[bytes] = set()

    def read(self, asked: Asked) -> Usage:
        """Count the prompt's tokens, and remember its prefixes."""
        total = tokens(asked.text)
        ends = [end for end in _ends(asked) if end >= self._shortest * CHARACTERS_A_TOKEN]
        keys = {end: _key(asked.model, asked.text[:end]) for end in ends}
        # Ends are characters; the difference of rounded counts keeps the sum equal to the total.
        hit = max((tokens(asked.text[:end]) for end in ends if keys[end] in self._known), default=0)
        kept = max((tokens(asked.text[:end]) for end in ends), default=0)
        self._known.update(keys.values())
        return Usage(input=total - kept, cached=hit, cache_write=kept - hit)


def _ends(asked: Asked) -> list[int]:
    """Return the characters at which prefixes end that may be cached."""
    if asked.breakpoints is None:
        step = STEP * CHARACTERS_A_TOKEN
        return list(range(step, len(asked.text) + 1, step))
    separated = [len(block) + 2 for block in asked.blocks]
    lengths = [0, *accumulate(separated)]
    return [min(lengths[count], len(asked.text)) for count in asked.breakpoints]


def _key(model: str, prefix: str) -> bytes:
    return hashlib.sha256(f"{model}\0{prefix}".encode(errors="surrogatepass")).digest()
