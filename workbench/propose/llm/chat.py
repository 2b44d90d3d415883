"""OpenAI's Chat Completions protocol, which every compatible server speaks."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from itertools import groupby
from typing import Any

from workbench.propose.llm.call import Options, Part, Usage
from workbench.propose.llm.openai_words import OpenAIModel, count_usage
from workbench.propose.llm.streamed import Heard


class ChatModel(OpenAIModel):
    """A model at a compatible server: Ollama, vLLM, llama.cpp, LM Studio, a gateway."""

    _stops = {  # noqa: RUF012 - a table, never changed
        "stop": "end",
        "eos": "end",
        "length": "length",
        "content_filter": "refused",
        "refusal": "refused",
    }

    async def _stream(
        self, prompt: Sequence[Part], options: Options, heard: Heard
    ) -> AsyncGenerator[str, None]:
        request: dict[str, object] = {}
        if options.effort:
            request["reasoning_effort"] = options.effort
        stream = await self._account.client.chat.completions.create(
            model=self._site.name.model,
            messages=_messages(prompt),
            max_tokens=options.max_output_tokens,  # local servers know no max_completion_tokens
            stream=True,
            stream_options={"include_usage": True},
            **request,
        )
        refused = False
        async with stream:
            self._open(stream.response, heard)
            async for chunk in stream:
                heard.model = chunk.model or heard.model
                if chunk.usage is not None:
                    heard.usage = _usage(chunk.usage)
                for choice in chunk.choices or ():
                    text = choice.delta.content or ""
                    thought = getattr(choice.delta, "reasoning_content", None) or ""
                    heard.said += len(text.encode()) + len(thought.encode())
                    refused = refused or bool(getattr(choice.delta, "refusal", None))
                    if choice.finish_reason is not None:
                        heard.stop = "refusal" if refused else choice.finish_reason
                    if text:
                        yield text


def _messages(prompt: Sequence[Part]) -> list[object]:
    """Return the parts as messages; many local servers want the roles to alternate."""
    return [
        {"role": role, "content": "\n\n".join(part.text for part in group)}
        for role, group in groupby((part for part in prompt if part.text), key=lambda x: x.role)
    ]


def _usage(told: Any) -> Usage:
    return count_usage(
        told.prompt_tokens,
        told.completion_tokens,
        getattr(told, "prompt_tokens_details", None),
        getattr(told, "completion_tokens_details", None),
    )
