"""What a call to a model is: its prompt, its answer, its cost in tokens, and its failures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Literal, Protocol

import msgspec


class Part(msgspec.Struct, frozen=True):
    """One piece of a prompt. Parts are stored by digest, so equal ones are stored once."""

    role: Literal["system", "user", "assistant"]
    name: str
    """What it is, for a person who reads the prompt: ``instruction``, ``parent`` ..."""
    text: str
    stable: bool = False
    """Equal from step to step: such parts come first, and providers are asked to cache them."""


class Options(msgspec.Struct, frozen=True):
    """How a model is asked. What a provider does not know is refused when the model is named."""

    max_output_tokens: int = 16_384
    """Reasoning included: with the prompt's length, the worst case that is reserved."""
    effort: str = ""
    """Reasoning effort in the provider's own words; empty for its default."""
    seconds: float = 600.0
    """For one call, from its sending to its last byte."""


class Usage(msgspec.Struct, frozen=True):
    """Tokens of one call, each counted once."""

    input: int = 0
    """Read afresh: neither from a cache nor into one."""
    cached: int = 0
    """Read from a cache."""
    cache_write: int = 0
    """Read and written into a cache."""
    output: int = 0
    """Reasoning included."""
    reasoning: int = 0
    """Of `output`, as far as the provider tells."""
    known: bool = True
    """False where the call was cut before the provider counted: then the figures are estimates."""

    @property
    def total(self) -> int:
        """All tokens, each once."""
        return self.input + self.cached + self.cache_write + self.output


class Completion(msgspec.Struct, frozen=True):
    """What a model answered."""

    text: str
    usage: Usage
    stop: Literal["end", "length"]
    """Whether the model ended, or ran into `Options.max_output_tokens`."""
    model: str
    """The provider's own name for what answered, which may be more exact than what was asked."""
    request: str = ""
    """The provider's identifier of the call, for a support request."""


class Kind(StrEnum):
    """How a call failed, and hence what is done about it."""

    RATE_LIMIT = "rate limit"
    OVERLOADED = "overloaded"
    TIMEOUT = "timeout"
    NETWORK = "network"
    TRUNCATED = "truncated"
    MALFORMED = "malformed"
    SERVER = "server error"
    REFUSED = "refused"
    """The model would not answer: tried again with another step, not with the same prompt."""
    CONTEXT = "context overflow"
    """The prompt is longer than the model can read: it shrinks, once."""
    REJECTED = "rejected"
    """The request is wrong in a way that trying again cannot mend: a wrong key, model or option."""


RETRIED = frozenset(
    [
        Kind.RATE_LIMIT,
        Kind.OVERLOADED,
        Kind.TIMEOUT,
        Kind.NETWORK,
        Kind.TRUNCATED,
        Kind.MALFORMED,
        Kind.SERVER,
    ]
)
"""Failures after which the same call may succeed."""


class CallFailed(Exception):
    """A call gave no answer. The message never holds a key or a prompt."""

    def __init__(
        self,
        kind: Kind,
        message: str,
        *,
        retry_seconds: float | None = None,
        usage: Usage | None = None,
        request: str = "",
    ) -> None:
        """`retry_seconds` is what the provider asked to wait, `usage` what it will charge."""
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.retry_seconds = retry_seconds
        self.usage = usage
        self.request = request
        self.heard = ""
        """What had arrived of the answer's text."""
        self.prompt: tuple[bytes, ...] = ()
        """What was sent, part by part."""


class Model(Protocol):
    """One model of one provider; shared by all lineages, safe for calls at the same time."""

    name: str
    """As a person names it: ``anthropic:NAME``, ``openai:NAME``, ``openai-compatible:NAME@URL``."""
    provider: str
    """Whose limits its calls share."""

    async def complete(
        self, prompt: Sequence[Part], options: Options, say: Callable[[str], None]
    ) -> Completion:
        """Ask, and return the whole answer; `say` gets its text as it arrives.

        One attempt: whoever calls decides about another. Raises `CallFailed`. Cancelling closes
        the connection before it returns.
        """
        ...

    async def aclose(self) -> None:
        """Close its connections."""
        ...
