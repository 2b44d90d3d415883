"""Anthropic's Messages protocol, as `anthropic-version: 2026-10-21` speaks it.

Shapes and texts after the types and the documentation in the SDK (anthropic 2.10.0).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Literal

from workbench.dev.answer import Asked, Reply, Stop, pieces, tokens
from workbench.dev.dialect import Frame, Wrong, Wrongness, event, listed, mapping
from workbench.dev.injection import FaultKind
from workbench.dev.limits import Left
from workbench.dev.thought import thinking_asked
from workbench.propose.llm.call import Usage

_FIELDS = """
cache_control container diagnostics inference_geo max_tokens messages metadata model
output_config service_tier speed stop_sequences stream system temperature thinking
tool_choice tools top_k top_p user_profile_id
"""
VERSION = "anthropic-version"
"""The header by which this protocol's clients are known."""
FIELDS = frozenset(_FIELDS.split())
"""What a request may hold; anything else is refused, as the provider refuses it."""

_STATUS: dict[Wrongness, tuple[int, str]] = {
    "invalid": (400, "invalid_request_error"),
    "context": (400, "invalid_request_error"),
    "key": (401, "authentication_error"),
    "credit": (402, "billing_error"),
    "forbidden": (403, "permission_error"),
    "model": (404, "not_found_error"),
    "rate": (429, "rate_limit_error"),
    "server": (500, "api_error"),
    "overloaded": (529, "overloaded_error"),
}
_STOP: dict[Stop, str] = {
    "end": "end_turn",
    "length": "max_tokens",
    "refusal": "refusal",
    "filtered": "refusal",
    "window": "model_context_window_exceeded",
}
_REFUSED = {
    "type": "refusal",
    "category": "general_harms",
    "explanation": "This request was declined by a simulated classifier.",
}
_SIGNATURE = "c2ltdWxhdGVk"
_BREAKPOINTS = 4


class Messages:
    """`POST /v1/messages`."""

    def read(self, headers: Mapping[str, str], body: Mapping[str, object]) -> Asked:
        """Read a request as strictly as the provider does; raises `Wrong`."""
        if VERSION not in headers:
            raise Wrong("invalid", "anthropic-version: header is required")
        for name in ("model", "messages", "max_tokens"):
            if name not in body:
                raise Wrong("invalid", f"{name}: Field required")
        for name in sorted(body.keys() - FIELDS):
            raise Wrong("invalid", f"{name}: Extra inputs are not permitted")
        allowed = body["max_tokens"]
        if not isinstance(allowed, int) or allowed < 0:
            raise Wrong("invalid", "max_tokens: Input should be greater than or equal to 0")
        blocks, breakpoints = _blocks(body)
        reasoning, shown = thinking_asked(body, allowed)
        return Asked(
            model=str(body["model"]),
            blocks=tuple(blocks),
            max_output_tokens=allowed,
            stream=body.get("stream") is True,
            reasoning=reasoning,
            show_reasoning=shown,
            breakpoints=tuple(breakpoints),
        )

    def frames(self, asked: Asked, reply: Reply) -> Iterator[Frame]:
        """Yield a whole stream."""
        start = {"type": "message_start", "message": _message(reply, [], None, output=1)}
        yield Frame(event("message_start", start), "head")
        yield Frame(event("ping", {"type": "ping"}), "head")
        index = 0
        if reply.reasoning:
            yield from _thinking(reply, index)
            index += 1
        yield from _text(reply, index)
        delta = {
            "type": "message_delta",
            "delta": {
                "stop_reason": _STOP[reply.stop],
                "stop_sequence": None,
                "stop_details": _REFUSED if reply.stop == "refusal" else None,
            },
            "usage": _usage(reply.usage),
        }
        yield Frame(event("message_delta", delta), "tail")
        yield Frame(event("message_stop", {"type": "message_stop"}), "tail")

    def whole(self, asked: Asked, reply: Reply) -> object:
        """Return the JSON of a reply that is not streamed."""
        content: list[object] = []
        if reply.reasoning:
            content.append(
                {"type": "thinking", "thinking": reply.shown, "signature": _SIGNATURE},
            )
        content.append({"type": "text", "text": reply.text})
        return _message(reply, content, _STOP[reply.stop], output=reply.usage.output)

    def failure(self, wrong: Wrong, request: str) -> tuple[int, object]:
        """Return the status and the JSON of a failure."""
        status, kind = _STATUS[wrong.what]
        error = {"type": kind, "message": wrong.message}
        return status, {"type": "error", "error": error, "request_id": request}

    def fault_message(self, kind: FaultKind, asked: Asked, context_tokens: int) -> Wrong:
        """Return what the provider says when that fault comes instead of a reply."""
        if kind is FaultKind.CONTEXT:
            found = tokens(asked.text)
            limit = min(context_tokens, found - 1)
            return Wrong("context", f"prompt is too long: {found} tokens > {limit} maximum")
        return Wrong(*_FAULTS[kind])

    def wrong_key(self, key: str) -> Wrong:
        """Return what the provider says to a key that it does not know."""
        return Wrong("key", "invalid x-api-key")

    def no_model(self, name: str) -> Wrong:
        """Return what the provider says to a model that it does not have."""
        return Wrong("model", f"model: {name}")

    def breaks(self, kind: FaultKind, reply: Reply, sent: int) -> bytes:
        """Return the event that says that the reply has failed."""
        name, message = (
            ("overloaded_error", "Overloaded")
            if kind is FaultKind.ERROR_EVENT
            else ("api_error", "Internal server error")
        )
        return event("error", {"type": "error", "error": {"type": name, "message": message}})

    def headers(self, left: Left, request: str) -> dict[str, str]:
        """Return the headers of every response."""
        reset = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=left.reset_seconds)
        found = {"request-id": request, "anthropic-organization-id": "simulated"}
        parts = (
            ("requests", left.requests_limit, left.requests),
            ("tokens", left.tokens_limit, left.tokens),
            ("input-tokens", left.tokens_limit, left.tokens),
            ("output-tokens", left.tokens_limit, left.tokens),
        )
        for name, limit, remaining in parts:
            prefix = f"anthropic-ratelimit-{name}"
            found[f"{prefix}-limit"] = str(limit)
            found[f"{prefix}-remaining"] = str(remaining)
            found[f"{prefix}-reset"] = reset.strftime("%Y-%m-%dT%H:%M:%SZ")
        return found


_FAULTS: dict[FaultKind, tuple[Wrongness, str]] = {
    FaultKind.RATE_LIMIT: (
        "rate",
        "This request would exceed your organization's rate limit. Please try again later.",
    ),
    FaultKind.SERVER_ERROR: ("server", "Internal server error"),
    FaultKind.OVERLOADED: ("overloaded", "Overloaded"),
    FaultKind.FORBIDDEN: (
        "forbidden",
        "Your API key does not have permission to use the specified resource.",
    ),
    FaultKind.NO_CREDIT: (
        "credit",
        "Your credit balance is too low to access the Anthropic API.",
    ),
}


def _blocks(body: Mapping[str, object]) -> tuple[list[str], list[int]]:
    """Return the prompt's texts, and after how many of them a prefix is to be cached."""
    texts: list[str] = []
    marked: list[int] = []
    messages = listed(body["messages"])
    if not messages:
        raise Wrong("invalid", "messages: at least one message is required")
    if mapping(messages[-1]).get("role") != "user":
        raise Wrong("invalid", "The conversation must end with a user message.")
    for content in (body.get("system", []), *(mapping(one).get("content") for one in messages)):
        for block in [{"text": content}] if isinstance(content, str) else listed(content):
            text = mapping(block).get("text")
            if not isinstance(text, str) or not text:
                raise Wrong("invalid", "messages: text content blocks must be non-empty")
            texts.append(text)
            if mapping(block).get("cache_control"):
                marked.append(len(texts))
    if body.get("cache_control"):
        marked.append(len(texts))
    if len(marked) > _BREAKPOINTS:
        raise Wrong(
            "invalid",
            f"A maximum of {_BREAKPOINTS} blocks with cache_control may be provided. "
            f"Found {len(marked)}.",
        )
    return texts, marked


def _message(reply: Reply, content: list[object], stop: str | None, output: int) -> object:
    usage = _usage(reply.usage)
    usage["cache_creation"] = {
        "ephemeral_5m_input_tokens": reply.usage.cache_write,
        "ephemeral_1h_input_tokens": 0,
    }
    usage["output_tokens"] = output
    usage["service_tier"] = "standard"
    if stop is None:
        del usage["output_tokens_details"]
    return {
        "id": f"msg_{reply.id}",
        "type": "message",
        "role": "assistant",
        "model": reply.model,
        "content": content,
        "stop_reason": stop,
        "stop_sequence": None,
        "stop_details": _REFUSED if stop is not None and reply.stop == "refusal" else None,
        "usage": usage,
    }


def _usage(usage: Usage) -> dict[str, object]:
    """Return the counts in the provider's words: its input is what no cache had."""
    return {
        "input_tokens": usage.input,
        "cache_creation_input_tokens": usage.cache_write,
        "cache_read_input_tokens": usage.cached,
        "output_tokens": usage.output,
        "output_tokens_details": {"thinking_tokens": usage.reasoning},
    }


def _thinking(reply: Reply, index: int) -> Iterator[Frame]:
    empty = {"type": "thinking", "thinking": "", "signature": ""}
    yield _block_start(index, empty)
    for piece in pieces(reply.shown):
        yield _delta(index, {"type": "thinking_delta", "thinking": piece}, tokens(piece))
    hidden = tokens(reply.reasoning) - tokens(reply.shown)
    yield _delta(index, {"type": "signature_delta", "signature": _SIGNATURE}, max(hidden, 0))
    yield _block_stop(index, "head")


def _text(reply: Reply, index: int) -> Iterator[Frame]:
    yield _block_start(index, {"type": "text", "text": ""})
    for piece in pieces(reply.text):
        yield _delta(index, {"type": "text_delta", "text": piece}, tokens(piece))
    yield _block_stop(index, "tail")


def _block_start(index: int, block: object) -> Frame:
    value = {"type": "content_block_start", "index": index, "content_block": block}
    return Frame(event("content_block_start", value), "head")


def _block_stop(index: int, place: Literal["head", "tail"]) -> Frame:
    value = {"type": "content_block_stop", "index": index}
    return Frame(event("content_block_stop", value), place)


def _delta(index: int, delta: object, count: int) -> Frame:
    value = {"type": "content_block_delta", "index": index, "delta": delta}
    return Frame(event("content_block_delta", value), "middle", count)
