"""What OpenAI's two protocols share: failures, headers, and how prompts are written.

Shapes and texts after the types and the documentation in the SDK (openai 3.51.0).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workbench.dev.answer import Asked, tokens
from workbench.dev.dialect import Wrong, Wrongness, listed, mapping
from workbench.dev.injection import FaultKind
from workbench.dev.limits import Left

_STATUS: dict[Wrongness, tuple[int, str, str | None]] = {
    "invalid": (400, "invalid_request_error", None),
    "context": (400, "invalid_request_error", "context_length_exceeded"),
    "key": (401, "invalid_request_error", "invalid_api_key"),
    "credit": (429, "insufficient_quota", "insufficient_quota"),
    "forbidden": (403, "invalid_request_error", "model_not_found"),
    "model": (404, "invalid_request_error", "model_not_found"),
    "rate": (429, "requests", "rate_limit_exceeded"),
    "server": (500, "server_error", None),
    "overloaded": (503, "service_unavailable_error", "server_is_overloaded"),
}

_FAULTS: dict[FaultKind, tuple[Wrongness, str]] = {
    FaultKind.RATE_LIMIT: (
        "rate",
        "Rate limit reached for requests. Please try again later.",
    ),
    FaultKind.SERVER_ERROR: (
        "server",
        "The server had an error while processing your request. Sorry about that!",
    ),
    FaultKind.OVERLOADED: (
        "overloaded",
        "The engine is currently overloaded, please try again later.",
    ),
    FaultKind.FORBIDDEN: ("forbidden", "Project does not have access to this model."),
    FaultKind.NO_CREDIT: (
        "credit",
        "You exceeded your current quota, please check your plan and billing details.",
    ),
}


def failure(wrong: Wrong) -> tuple[int, object]:
    """Return the status and the JSON of a failure."""
    status, kind, code = _STATUS[wrong.what]
    error = {
        "message": wrong.message,
        "type": kind,
        "param": wrong.param,
        "code": wrong.code or code,
    }
    return status, {"error": error}


def fault_message(kind: FaultKind, asked: Asked, context_tokens: int) -> Wrong:
    """Return what the provider says when that fault comes instead of a reply."""
    if kind is not FaultKind.CONTEXT:
        return Wrong(*_FAULTS[kind])
    found = tokens(asked.text)
    return Wrong(
        "context",
        f"This model's maximum context length is {min(context_tokens, found - 1)} tokens. "
        f"However, your messages resulted in {found} tokens. "
        "Please reduce the length of the messages.",
        param="messages" if asked.breakpoints is None else None,
    )


def wrong_key(key: str) -> Wrong:
    """Return what the provider says to a key that it does not know; it shows the key's ends."""
    shown = key[:8] + "*" * max(len(key) - 12, 4) + key[-4:]
    return Wrong(
        "key",
        f"Incorrect API key provided: {shown}. "
        "You can find your API key at https://platform.openai.com/account/api-keys.",
    )


def no_model(name: str) -> Wrong:
    """Return what the provider says to a model that it does not have."""
    return Wrong("model", f"The model `{name}` does not exist or you do not have access to it.")


def headers(left: Left, request: str) -> dict[str, str]:
    """Return the headers of every response."""
    reset = f"{left.reset_seconds:.3f}s"
    return {
        "x-request-id": request,
        "openai-version": "2020-10-01",
        "openai-processing-ms": "1",
        "x-ratelimit-limit-requests": str(left.requests_limit),
        "x-ratelimit-remaining-requests": str(left.requests),
        "x-ratelimit-reset-requests": reset,
        "x-ratelimit-limit-tokens": str(left.tokens_limit),
        "x-ratelimit-remaining-tokens": str(left.tokens),
        "x-ratelimit-reset-tokens": reset,
    }


def texts(content: object, param: str, kinds: tuple[str, ...]) -> Iterator[str]:
    """Yield the texts of a message: a string, or an array of parts of these kinds."""
    if isinstance(content, str):
        yield content
        return
    for part in listed(content):
        kind, text = mapping(part).get("type"), mapping(part).get("text")
        if kind not in kinds or not isinstance(text, str):
            known = ", ".join(f"'{known}'" for known in kinds)
            raise Wrong(
                "invalid",
                f"Invalid value: {kind!r}. Supported values are: {known}.",
                param=param,
                code="invalid_value",
            )
        yield text


def needed(body: Mapping[str, object], *names: str) -> None:
    """Refuse a request that lacks one of these."""
    for name in names:
        if name not in body:
            raise Wrong(
                "invalid",
                f"Missing required parameter: '{name}'.",
                param=name,
                code="missing_required_parameter",
            )
