"""OpenAI's Responses protocol (SDK 3.51)."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from workbench.propose.llm.call import Options, Part, Usage
from workbench.propose.llm.failure import Told, failed
from workbench.propose.llm.openai_words import OpenAIModel, count_usage
from workbench.propose.llm.streamed import Heard

LEAST_OUTPUT = 16
"""Tokens of an answer that the provider can be held to, at least."""


class ResponsesModel(OpenAIModel):
    """A model at OpenAI's."""

    _stops = {  # noqa: RUF012 - a table, never changed
        "completed": "end",
        "max_output_tokens": "length",
        "content_filter": "refused",
        "refusal": "refused",
    }

    async def _stream(
        self, prompt: Sequence[Part], options: Options, heard: Heard
    ) -> AsyncGenerator[str, None]:
        request: dict[str, object] = {}
        if options.effort:
            request["reasoning"] = {"effort": options.effort}
        stream = await self._account.client.responses.create(
            model=self._site.name.model,
            input=[_message(part) for part in prompt if part.text],
            max_output_tokens=options.max_output_tokens,
            store=False,
            stream=True,
            prompt_cache_key=cache_key(self.name, prompt),
            **request,
        )
        refused = False
        async with stream:
            self._open(stream.response, heard)
            async for event in stream:
                match event.type:
                    case "response.created":
                        heard.model = event.response.model
                    case "response.output_text.delta":
                        heard.said += len(event.delta.encode())
                        yield event.delta
                    case "response.reasoning_summary_text.delta" | "response.reasoning_text.delta":
                        heard.said += len(event.delta.encode())
                    case "response.refusal.delta" | "response.refusal.done":
                        refused = True
                    case "response.completed":
                        heard.stop = "refusal" if refused else "completed"
                        heard.usage = _usage(event.response.usage)
                    case "response.incomplete":
                        heard.stop = event.response.incomplete_details.reason
                        heard.usage = _usage(event.response.usage)
                    case "response.failed":
                        heard.usage = _usage(event.response.usage)
                        raise self._broken(event.response.error, heard)
                    case "error":
                        raise self._broken(event, heard)

    def _broken(self, told: Any, heard: Heard) -> Exception:
        """Return the failure that an event tells of."""
        code, message = getattr(told, "code", None), getattr(told, "message", None)
        seen = Told(None, str(code or ""), str(message or ""), heard.request)
        return failed(self._site, seen, heard.estimate())


def cache_key(model: str, prompt: Sequence[Part]) -> str:
    """Return a key that prompts with an equal stable part share, so that they meet one cache."""
    digest = hashlib.sha256(model.encode())
    for part in prompt:
        if part.stable:
            digest.update(b"\0" + part.text.encode())
    return f"workbench-{digest.hexdigest()[:24]}"


def _message(part: Part) -> dict[str, object]:
    """Return a part as a message; OpenAI's word for the system is the developer."""
    kind = "output_text" if part.role == "assistant" else "input_text"
    role = "developer" if part.role == "system" else part.role
    return {
        "type": "message",
        "role": role,
        "content": [{"type": kind, "text": part.text}],
    }


def _usage(told: Any) -> Usage | None:
    """Read the count of a response; None where it has none."""
    if told is None:
        return None
    return count_usage(
        told.input_tokens,
        told.output_tokens,
        getattr(told, "input_tokens_details", None),
        getattr(told, "output_tokens_details", None),
    )
