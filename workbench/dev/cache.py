"""Which prefix of a prompt was read before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import accumulate, pairwise

from workbench.dev.answer import CHARACTERS_A_TOKEN, SEPARATOR, Asked, tokens
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
        text = asked.text
        shortest = self._shortest * CHARACTERS_A_TOKEN
        ends = [end for end in _ends(asked, len(text)) if end >= shortest]
        keys = dict(zip(ends, _keys(asked.model, text, ends), strict=True))
        # Rounding up is monotonic, so these are the longest prefixes' tokens, and parts add up.
        kept = _tokens(max(ends, default=0))
        hit = _tokens(max((end for end in ends if keys[end] in self._known), default=0))
        self._known.update(keys.values())
        return Usage(input=tokens(text) - kept, cached=hit, cache_write=kept - hit)


def _ends(asked: Asked, length: int) -> list[int]:
    """Return the characters, in order, at which prefixes end that may be cached."""
    if asked.breakpoints is None:
        step = STEP * CHARACTERS_A_TOKEN
        return list(range(step, length + 1, step))
    ends = [0, *accumulate(len(block) + len(SEPARATOR) for block in asked.blocks)]
    return sorted({min(ends[count], length) for count in asked.breakpoints})


def _keys(model: str, text: str, ends: list[int]) -> Iterator[bytes]:
    """Yield a digest for each prefix; the text is read once."""
    digest = hashlib.sha256(f"{model}\0".encode())
    for start, end in pairwise([0, *ends]):
        digest.update(text[start:end].encode(errors="surrogatepass"))
        yield digest.copy().digest()


def _tokens(characters: int) -> int:
    return -(-characters // CHARACTERS_A_TOKEN)
