"""OpenAI's Responses protocol."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workbench.dev import openai_words
from workbench.dev.answer import Asked, Reply, pieces, tokens
from workbench.dev.dialect import Frame, Wrong, event, listed, mapping
from workbench.dev.injection import FaultKind
from workbench.dev.limits import Left
from workbench.dev.openai_words import needed, texts
from workbench.dev.response_parts import ResponseEvents, incomplete, message, reasoning, response
from workbench.dev.thought import effort_asked

_FIELDS = """
access_programs background context_management conversation image include input instructions
max_output_tokens max_tool_calls metadata model moderation parallel_tool_calls
previous_response_id prompt prompt_cache_key prompt_cache_options prompt_cache_retention
reasoning safety_identifier service_tier store stream stream_options temperature text
tool_choice tools top_logprobs top_p truncation user
"""
FIELDS = frozenset(_FIELDS.split())
"""What a request may hold; anything else is refused, as the provider refuses it."""

_LEAST = 16
_UNLIMITED = 128_000


class Responses:
    """`POST /v1/responses`."""

    def read(self, headers: Mapping[str, str], body: Mapping[str, object]) -> Asked:
        """Read a request as strictly as the provider does; raises `Wrong`."""
        needed(body, "model", "input")
        for name in sorted(body.keys() - FIELDS):
            raise Wrong(
                "invalid", f"Unknown parameter: '{name}'.", param=name, code="unknown_parameter"
            )
        allowed = body.get("max_output_tokens") or _UNLIMITED
        if not isinstance(allowed, int) or allowed < _LEAST:
            raise Wrong(
                "invalid",
                "Invalid 'max_output_tokens': integer below minimum value. "
                f"Expected a value >= {_LEAST}, but got {allowed} instead.",
                param="max_output_tokens",
                code="integer_below_min_value",
            )
        thought = mapping(body.get("reasoning"))
        return Asked(
            model=str(body["model"]),
            blocks=tuple(_blocks(body)),
            max_output_tokens=allowed,
            stream=body.get("stream") is True,
            reasoning=effort_asked(thought.get("effort"), "reasoning.effort"),
            show_reasoning=thought.get("summary") is not None,
        )

    def frames(self, asked: Asked, reply: Reply) -> Iterator[Frame]:
        """Yield a whole stream."""
        events = ResponseEvents()
        begun = response(asked, reply, "in_progress", [])
        yield events.frame("response.created", "head", response=begun)
        yield events.frame("response.in_progress", "head", response=begun)
        output: list[object] = []
        if reply.reasoning:
            yield from _reasoning(events, reply)
            output.append(reasoning(reply))
        yield from _message(events, reply, len(output))
        output.append(message(reply))
        status = "incomplete" if incomplete(reply) else "completed"
        done = response(asked, reply, status, output)
        yield events.frame(f"response.{status}", "tail", response=done)

    def whole(self, asked: Asked, reply: Reply) -> object:
        """Return the JSON of a reply that is not streamed."""
        output = [reasoning(reply)] if reply.reasoning else []
        status = "incomplete" if incomplete(reply) else "completed"
        return response(asked, reply, status, [*output, message(reply)])

    def failure(self, wrong: Wrong, request: str) -> tuple[int, object]:
        """Return the status and the JSON of a failure."""
        return openai_words.failure(wrong)

    def fault_message(self, kind: FaultKind, asked: Asked, context_tokens: int) -> Wrong:
        """Return what the provider says when that fault comes instead of a reply."""
        if kind is FaultKind.CONTEXT:
            return Wrong(
                "context",
                "Your input exceeds the context window of this model. "
                "Please adjust your input and try again.",
                param="input",
            )
        return openai_words.fault_message(kind, asked, context_tokens)

    def wrong_key(self, key: str) -> Wrong:
        """Return what the provider says to a key that it does not know."""
        return openai_words.wrong_key(key)

    def no_model(self, name: str) -> Wrong:
        """Return what the provider says to a model that it does not have."""
        return openai_words.no_model(name)

    def breaks(self, kind: FaultKind, reply: Reply, sent: int) -> bytes:
        """Return the event that says, after `sent` frames, that the reply has failed."""
        text = "The server had an error while processing your request. Sorry about that!"
        if kind is FaultKind.ERROR_EVENT:
            failed = {
                "type": "error",
                "code": "server_error",
                "message": text,
                "param": None,
                "sequence_number": sent,
            }
            return event("error", failed)
        asked = Asked(reply.model, (), _UNLIMITED, stream=True)
        found = response(asked, reply, "failed", [])
        found |= {"error": {"code": "rate_limit_exceeded", "message": text}}
        value = {"type": "response.failed", "sequence_number": sent, "response": found}
        return event("response.failed", value)

    def headers(self, left: Left, request: str) -> dict[str, str]:
        """Return the headers of every response."""
        return openai_words.headers(left, request)


def _blocks(body: Mapping[str, object]) -> Iterator[str]:
    instructions, given = body.get("instructions"), body["input"]
    if isinstance(instructions, str):
        yield instructions
    if isinstance(given, str):
        yield given
    for item in listed(given):
        content = mapping(item).get("content")
        yield from texts(content, "input", ("input_text", "output_text"))


def _reasoning(events: ResponseEvents, reply: Reply) -> Iterator[Frame]:
    """Yield the reasoning's events: one part of a summary, if it is to be seen."""
    where = {"item_id": f"rs_{reply.id}", "output_index": 0, "summary_index": 0}
    empty = {"id": f"rs_{reply.id}", "type": "reasoning", "summary": []}
    yield events.frame("response.output_item.added", "head", output_index=0, item=empty)
    if reply.shown:
        part = "response.reasoning_summary_part"
        text = "response.reasoning_summary_text"
        blank = {"type": "summary_text", "text": ""}
        yield events.frame(f"{part}.added", "head", **where, part=blank)
        for piece in pieces(reply.shown):
            yield events.frame(f"{text}.delta", "middle", tokens(piece), **where, delta=piece)
        yield events.frame(f"{text}.done", "head", **where, text=reply.shown)
        full = {"type": "summary_text", "text": reply.shown}
        yield events.frame(f"{part}.done", "head", **where, part=full)
    item = reasoning(reply)
    yield events.frame("response.output_item.done", "head", output_index=0, item=item)


def _message(events: ResponseEvents, reply: Reply, index: int) -> Iterator[Frame]:
    """Yield the message's events: one part, which is text or a refusal."""
    refused = reply.stop == "refusal"
    name, field = ("response.refusal", "refusal") if refused else ("response.output_text", "text")
    where = {"item_id": f"msg_{reply.id}", "output_index": index, "content_index": 0}
    logprobs: dict[str, object] = {} if refused else {"logprobs": []}
    done = message(reply)
    added = done | {"status": "in_progress", "content": []}
    full = mapping(listed(done["content"])[0])
    blank = {**full, field: ""}
    yield events.frame("response.output_item.added", "head", output_index=index, item=added)
    yield events.frame("response.content_part.added", "head", **where, part=blank)
    for piece in pieces(reply.text):
        count = tokens(piece)
        yield events.frame(f"{name}.delta", "middle", count, **where, delta=piece, **logprobs)
    yield events.frame(f"{name}.done", "tail", **where, **{field: reply.text}, **logprobs)
    yield events.frame("response.content_part.done", "tail", **where, part=full)
    yield events.frame("response.output_item.done", "tail", output_index=index, item=done)
