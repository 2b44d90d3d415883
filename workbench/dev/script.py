"""How a fake model behaves."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from workbench.dev.answer import Answer, Asked
from workbench.dev.improver import improve
from workbench.dev.injection import Inject, nothing
from workbench.dev.pace import Pace


class Script(msgspec.Struct, frozen=True):
    """What a `FakeModel` answers, how fast, and what goes wrong."""

    reply: Callable[[Asked], Answer | str] = improve
    pace: Pace = Pace()
    inject: Inject = nothing
    key: str | None = None
    """The only key that is let in; None lets in anybody, with or without one."""
    models: tuple[str, ...] = ()
    """The only names that exist; empty takes any name, and lists ``fake``."""
    usage: bool = True
    """False as some local servers: Chat Completions never count tokens, even when asked to."""
    context_tokens: int = 200_000
    concurrent: int | None = None
    """Calls at once; one more is refused with 429."""
    requests_per_minute: int = 4_000
    tokens_per_minute: int = 4_000_000
    """Of prompt and answer. Both limits are in the headers, and calls beyond them are refused."""
    cache_from: int = 1_024
    """Tokens of the shortest prefix that is cached."""
    keep: int = 10_000
    """How many calls are kept to be looked at; older ones are only counted."""
