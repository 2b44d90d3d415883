"""Anthropic's Messages protocol (SDK 2.10)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from itertools import groupby
from typing import Any

from workbench.propose.llm.call import Options, Part, Usage
from workbench.propose.llm.failure import Told
from workbench.propose.llm.streamed import Heard, StreamedModel, count

EFFORTS = ("low", "medium", "high", "xhigh", "max")
LEAST_BUDGET = 1024
"""Tokens of thinking that the provider takes as a budget, at least."""


def check_effort(options: Options) -> None:
    """Refuse an effort that this provider does not know. Raises `ValueError`."""
    effort = options.effort
    if effort in ("", "none", *EFFORTS):
        return
    if effort.isdecimal() and LEAST_BUDGET <= int(effort) < options.max_output_tokens:
        return
    raise ValueError(
        f"anthropic knows no effort {effort!r}: use none, {', '.join(EFFORTS)}, or for older "
        f"models a number of thinking tokens from {LEAST_BUDGET} up to below the output's "
        f"{options.max_output_tokens}"
    )


class AnthropicModel(StreamedModel):
    """A model at Anthropic's, or at whatever speaks as it does."""

    _stops = {  # noqa: RUF012 - a table, never changed
        "end_turn": "end",
        "stop_sequence": "end",
        "max_tokens": "length",
        "refusal": "refused",
        "model_context_window_exceeded": "context",
    }

    @property
    def _errors(self) -> tuple[type[Exception], ...]:
        import anthropic
        import httpx2

        # After the first byte, the SDK lets its HTTP client's own exceptions through.
        return (anthropic.AnthropicError, httpx2.HTTPError, httpx2.StreamError)

    def _told(self, error: Any) -> Told | None:
        import anthropic

        if not isinstance(error, anthropic.APIStatusError):
            return None
        return Told(
            error.status_code,
            f"{error.type or ''} {error.error_code or ''}".strip(),
            error.api_message if isinstance(error.api_message, str) else "",
            error.request_id or "",
            dict(error.response.headers),
        )

    async def _stream(
        self, prompt: Sequence[Part], options: Options, heard: Heard
    ) -> AsyncGenerator[str, None]:
        request = {**_prompt(prompt), **_thinking(options)}
        stream = await self._account.client.messages.create(
            model=self._site.name.model,
            max_tokens=options.max_output_tokens,
            stream=True,
            **request,
        )
        async with stream:
            self._open(stream.response, heard)
            async for event in stream:
                if event.type == "message_start":
                    heard.model = event.message.model
                    heard.partial = _usage(event.message.usage, Usage())
                elif event.type == "content_block_delta":
                    text = getattr(event.delta, "text", None) or ""
                    thought = getattr(event.delta, "thinking", None) or ""
                    heard.said += len(text.encode()) + len(thought.encode())
                    if text:
                        yield text
                elif event.type == "message_delta":
                    heard.stop = event.delta.stop_reason
                    heard.usage = _usage(event.usage, heard.partial or Usage())


def _prompt(prompt: Sequence[Part]) -> dict[str, object]:
    """Return the parts as blocks, the last stable one marked as the end of what to cache."""
    kept = [part for part in prompt if part.text]  # the provider refuses empty blocks
    last = max((i for i, part in enumerate(kept) if part.stable), default=-1)
    system: list[object] = []
    messages: list[object] = []
    for role, group in groupby(enumerate(kept), key=lambda pair: pair[1].role):
        blocks: list[object] = [_block(part.text, index == last) for index, part in group]
        if role == "system":
            system += blocks
        else:
            messages.append({"role": role, "content": blocks})
    return {"messages": messages} if not system else {"system": system, "messages": messages}


def _block(text: str, cached: bool) -> dict[str, object]:
    block: dict[str, object] = {"type": "text", "text": text}
    return {**block, "cache_control": {"type": "ephemeral"}} if cached else block


def _thinking(options: Options) -> dict[str, object]:
    """Return the effort in the provider's terms; `check_effort` has let it pass."""
    effort = options.effort
    if not effort:
        return {}
    if effort == "none":
        return {"thinking": {"type": "disabled"}}
    if effort.isdecimal():
        return {"thinking": {"type": "enabled", "budget_tokens": int(effort)}}
    return {"thinking": {"type": "adaptive"}, "output_config": {"effort": effort}}


def _usage(told: Any, before: Usage) -> Usage:
    """Read a count. The last one need not repeat what was read; reads exclude the cache's."""

    def value(name: str, otherwise: int) -> int:
        found = getattr(told, name, None)
        return otherwise if found is None else count(found)

    details = getattr(told, "output_tokens_details", None)
    return Usage(
        input=value("input_tokens", before.input),
        cached=value("cache_read_input_tokens", before.cached),
        cache_write=value("cache_creation_input_tokens", before.cache_write),
        output=value("output_tokens", before.output),
        reasoning=count(getattr(details, "thinking_tokens", 0)),
    )
