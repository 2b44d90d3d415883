"""What a request asked, and what is answered: the same for every protocol."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from workbench.propose.llm.call import Usage

CHARACTERS_A_TOKEN = 4
"""The whole tokenizer of this model: four characters are one token."""

SEPARATOR = "\n\n"
"""Between the texts of a prompt, when they are read as one."""

Stop = Literal["end", "length", "refusal", "filtered", "window"]
"""Why a reply ended; `window` is a reply that filled the model's context, `filtered` one that the
provider broke off."""


class Asked(msgspec.Struct, frozen=True):
    """One request, read."""

    model: str
    blocks: tuple[str, ...]
    """The prompt's texts in order, the system's first."""
    max_output_tokens: int
    stream: bool
    reasoning: bool = False
    """Whether reasoning was asked for; then it is counted, and shown if `show_reasoning`."""
    show_reasoning: bool = False
    usage: bool = True
    """Whether a stream's end must count the tokens (a choice of Chat Completions)."""
    breakpoints: tuple[int, ...] | None = None
    """How many blocks each prefix holds that is to be cached; None caches by itself."""

    @property
    def text(self) -> str:
        """The whole prompt."""
        return SEPARATOR.join(self.blocks)


class Answer(msgspec.Struct, frozen=True):
    """What the model says."""

    text: str
    reasoning: str = ""
    stop: Stop = "end"


class Reply(msgspec.Struct, frozen=True):
    """An answer as it is sent: cut to its allowance, counted."""

    id: str
    """Unique digits; each protocol puts its own prefix before them."""
    created: int
    """Unix time in seconds."""
    model: str
    text: str
    reasoning: str
    shown: str
    """The reasoning that the client gets to see."""
    stop: Stop
    usage: Usage


def tokens(text: str) -> int:
    """Count the tokens of a text."""
    return -(-len(text) // CHARACTERS_A_TOKEN)


def pieces(text: str, size: int = 4 * CHARACTERS_A_TOKEN) -> Iterator[str]:
    """Yield a text in the pieces in which it is streamed."""
    for start in range(0, len(text), size):
        yield text[start : start + size]


def fit(asked: Asked, answer: Answer, context_tokens: int) -> Answer:
    """Cut an answer to what was allowed and to what the context still holds.

    Reasoning comes out of the same allowance, and first.
    """
    room = context_tokens - tokens(asked.text)
    allowed = min(asked.max_output_tokens, room) * CHARACTERS_A_TOKEN
    reasoning = answer.reasoning if asked.reasoning else ""
    # Both texts round up to whole tokens, so each is cut at a whole one.
    left = allowed - tokens(reasoning) * CHARACTERS_A_TOKEN
    if left >= len(answer.text):
        return msgspec.structs.replace(answer, reasoning=reasoning)
    stop: Stop = "length" if asked.max_output_tokens <= room else "window"
    return Answer(answer.text[: max(left, 0)], reasoning[:allowed], stop)
