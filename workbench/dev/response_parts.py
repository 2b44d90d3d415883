"""Objects of the Responses protocol."""

from __future__ import annotations

from typing import Literal

from workbench.dev.answer import Asked, Reply
from workbench.dev.dialect import Frame, event
from workbench.propose.llm.call import Usage


class ResponseEvents:
    """Numbers the events of one stream."""

    def __init__(self) -> None:
        self._number = 0

    def frame(
        self,
        name: str,
        place: Literal["head", "middle", "tail"],
        count: int = 0,
        /,
        **fields: object,
    ) -> Frame:
        """Return the next event; `count` is how many tokens of the reply it carries."""
        value = {"type": name, "sequence_number": self._number, **fields}
        self._number += 1
        return Frame(event(name, value), place, count)


def incomplete(reply: Reply) -> str:
    """Return why a reply is not whole, in the provider's words; empty if it is."""
    if reply.stop in ("length", "window"):
        return "max_output_tokens"
    return "content_filter" if reply.stop == "filtered" else ""


def reasoning(reply: Reply) -> dict[str, object]:
    """Return a reply's reasoning as an item of the output."""
    summary = [{"type": "summary_text", "text": reply.shown}] if reply.shown else []
    return {"id": f"rs_{reply.id}", "type": "reasoning", "summary": summary}


def message(reply: Reply) -> dict[str, object]:
    """Return a reply's text as an item of the output."""
    part: dict[str, object] = (
        {"type": "refusal", "refusal": reply.text}
        if reply.stop == "refusal"
        else {"type": "output_text", "text": reply.text, "annotations": [], "logprobs": []}
    )
    return {
        "id": f"msg_{reply.id}",
        "type": "message",
        "status": "incomplete" if incomplete(reply) else "completed",
        "role": "assistant",
        "content": [part],
    }


def response(asked: Asked, reply: Reply, status: str, output: list[object]) -> dict[str, object]:
    """Return the object that stands for the whole response, at any time of its life."""
    why = incomplete(reply) if status == "incomplete" else ""
    ended = status in ("completed", "incomplete")
    return {
        "id": f"resp_{reply.id}",
        "object": "response",
        "created_at": reply.created,
        "status": status,
        "completed_at": reply.created if status == "completed" else None,
        "background": False,
        "error": None,
        "incomplete_details": {"reason": why} if why else None,
        "instructions": None,
        "max_output_tokens": asked.max_output_tokens,
        "model": reply.model,
        "output": output,
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "reasoning": {"effort": None, "summary": None},
        "service_tier": "default",
        "store": False,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": _usage(reply.usage) if ended else None,
        "metadata": {},
    }


def _usage(usage: Usage) -> dict[str, object]:
    """Return the counts in the provider's words: its input includes what a cache had."""
    read = usage.input + usage.cached + usage.cache_write
    return {
        "input_tokens": read,
        "input_tokens_details": {
            "cached_tokens": usage.cached,
            "cache_write_tokens": usage.cache_write,
        },
        "output_tokens": usage.output,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning},
        "total_tokens": read + usage.output,
    }
