"""OpenAI's Chat Completions protocol, which local servers speak too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workbench.dev import openai_words
from workbench.dev.answer import Asked, Reply, Stop, pieces, tokens
from workbench.dev.dialect import Frame, Wrong, data, listed, mapping
from workbench.dev.injection import FaultKind
from workbench.dev.limits import Left
from workbench.dev.openai_words import needed, texts
from workbench.dev.thought import effort_asked
from workbench.propose.llm.call import Usage

_STOP: dict[Stop, str] = {
    "end": "stop",
    "length": "length",
    "refusal": "stop",
    "filtered": "content_filter",
    "window": "length",
}
_UNLIMITED = 16_384
_DONE = b"data: [DONE]\n\n"


class Chat:
    """`POST /v1/chat/completions`. As local servers do, it ignores fields that it does not know."""

    def __init__(self, usage: bool) -> None:
        """`usage`: whether tokens are counted at all."""
        self._usage = usage

    def read(self, headers: Mapping[str, str], body: Mapping[str, object]) -> Asked:
        """Read a request; raises `Wrong`."""
        needed(body, "model", "messages")
        blocks: list[str] = []
        for message in listed(body["messages"]):
            content = mapping(message).get("content")
            blocks.extend(texts(content, "messages", ("text", "refusal")))
        if not blocks:
            raise Wrong("invalid", "Invalid 'messages': empty array.", param="messages")
        allowed = body.get("max_completion_tokens") or body.get("max_tokens") or _UNLIMITED
        reasoning = effort_asked(body.get("reasoning_effort"), "reasoning_effort")
        return Asked(
            model=str(body["model"]),
            blocks=tuple(blocks),
            max_output_tokens=allowed if isinstance(allowed, int) else _UNLIMITED,
            stream=body.get("stream") is True,
            reasoning=reasoning,
            show_reasoning=reasoning,
            usage=mapping(body.get("stream_options")).get("include_usage") is True,
        )

    def frames(self, asked: Asked, reply: Reply) -> Iterator[Frame]:
        """Yield a whole stream. Reasoning comes as local servers stream it."""
        counted = asked.usage and self._usage
        yield _delta(reply, {"role": "assistant", "content": ""}, "head", counted)
        for piece in pieces(reply.shown):
            yield _delta(reply, {"reasoning_content": piece}, "middle", counted)
        field = "refusal" if reply.stop == "refusal" else "content"
        for piece in pieces(reply.text):
            yield _delta(reply, {field: piece}, "middle", counted)
        yield _delta(reply, {}, "tail", counted)
        if counted:
            last = _chunk(reply) | {"choices": [], "usage": _usage(reply.usage)}
            yield Frame(data(last), "tail")
        yield Frame(_DONE, "tail")

    def whole(self, asked: Asked, reply: Reply) -> object:
        """Return the JSON of a reply that is not streamed."""
        refused = reply.stop == "refusal"
        message = {
            "role": "assistant",
            "content": None if refused else reply.text,
            "refusal": reply.text if refused else None,
        }
        choice = {
            "index": 0,
            "message": message,
            "logprobs": None,
            "finish_reason": _STOP[reply.stop],
        }
        found = _chunk(reply) | {"object": "chat.completion", "choices": [choice]}
        return found | {"usage": _usage(reply.usage)} if self._usage else found

    def failure(self, wrong: Wrong, request: str) -> tuple[int, object]:
        """Return the status and the JSON of a failure."""
        return openai_words.failure(wrong)

    def fault_message(self, kind: FaultKind, asked: Asked, context_tokens: int) -> Wrong:
        """Return what the provider says when that fault comes instead of a reply."""
        return openai_words.fault_message(kind, asked, context_tokens)

    def wrong_key(self, key: str) -> Wrong:
        """Return what the provider says to a key that it does not know."""
        return openai_words.wrong_key(key)

    def no_model(self, name: str) -> Wrong:
        """Return what the provider says to a model that it does not have."""
        return openai_words.no_model(name)

    def breaks(self, kind: FaultKind, reply: Reply, sent: int) -> bytes:
        """Return the event that says that the reply has failed."""
        code = "rate_limit_exceeded" if kind is FaultKind.FAILED else None
        message = "The server had an error while processing your request. Sorry about that!"
        return data(
            {"error": {"message": message, "type": "server_error", "param": None, "code": code}}
        )

    def headers(self, left: Left, request: str) -> dict[str, str]:
        """Return the headers of every response."""
        return openai_words.headers(left, request)


def _chunk(reply: Reply) -> dict[str, object]:
    return {
        "id": f"chatcmpl-{reply.id}",
        "object": "chat.completion.chunk",
        "created": reply.created,
        "model": reply.model,
        "service_tier": "default",
        "system_fingerprint": None,
    }


def _delta(reply: Reply, delta: dict[str, str], place: str, counted: bool) -> Frame:
    """Return one chunk; the last one, whose delta is empty, says why the reply ended."""
    choice = {
        "index": 0,
        "delta": delta,
        "logprobs": None,
        "finish_reason": None if delta else _STOP[reply.stop],
    }
    chunk = _chunk(reply) | {"choices": [choice]}
    if counted:
        chunk["usage"] = None
    if place == "middle":
        return Frame(data(chunk), "middle", sum(tokens(piece) for piece in delta.values()))
    return Frame(data(chunk), "head" if delta else "tail")


def _usage(usage: Usage) -> dict[str, object]:
    """Return the counts in the provider's words: its prompt includes what a cache had."""
    prompt = usage.input + usage.cached + usage.cache_write
    return {
        "prompt_tokens": prompt,
        "completion_tokens": usage.output,
        "total_tokens": prompt + usage.output,
        "prompt_tokens_details": {
            "cached_tokens": usage.cached,
            "cache_write_tokens": usage.cache_write,
            "audio_tokens": 0,
        },
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }
