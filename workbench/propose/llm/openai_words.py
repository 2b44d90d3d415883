"""What OpenAI's two protocols share: efforts, failures, counts."""

from __future__ import annotations

from typing import Any

from workbench.propose.llm.call import Options, Usage
from workbench.propose.llm.failure import Told
from workbench.propose.llm.streamed import StreamedModel, count

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")


def check_effort(options: Options) -> None:
    """Refuse an effort that the protocols do not know. Raises `ValueError`."""
    if options.effort not in ("", *EFFORTS):
        raise ValueError(f"openai knows no effort {options.effort!r}: use {', '.join(EFFORTS)}")


def count_usage(prompt: object, output: object, read: Any, written: Any) -> Usage:
    """Count each token once: what OpenAI calls the prompt's tokens holds the cached ones too."""
    cached = count(getattr(read, "cached_tokens", 0))
    cache_write = count(getattr(read, "cache_write_tokens", 0))
    return Usage(
        input=max(0, count(prompt) - cached - cache_write),
        cached=cached,
        cache_write=cache_write,
        output=count(output),
        reasoning=count(getattr(written, "reasoning_tokens", 0)),
    )


class OpenAIModel(StreamedModel):
    """A model behind the OpenAI SDK."""

    @property
    def _errors(self) -> tuple[type[Exception], ...]:
        import httpx2
        import openai

        return (openai.OpenAIError, httpx2.HTTPError, httpx2.StreamError)

    def _told(self, error: Any) -> Told | None:
        import openai

        if not isinstance(error, openai.APIError) or isinstance(error, openai.APIConnectionError):
            return None
        words = f"{error.type or ''} {error.code or ''}".strip()
        body = error.body if isinstance(error.body, dict) else {}
        message = body.get("message")
        if not isinstance(message, str):
            message = error.message
        if not isinstance(error, openai.APIStatusError):
            return Told(None, words, message)  # an event after the answer had begun
        headers = dict(error.response.headers)
        return Told(error.status_code, words, message, error.request_id or "", headers)
