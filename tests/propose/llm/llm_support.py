"""Models of all three protocols, asked at a `FakeModel`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from workbench.dev import FakeModel, FaultKind, Injection, Script
from workbench.propose.llm.call import CallFailed, Completion, Options, Part
from workbench.propose.llm.open import Accounts, open_model
from workbench.propose.llm.streamed import StreamedModel

KEY = "sk-planted-0123456789abcdef-key"
TEXT = "an answer — öne and 🙂 two, long enough that it comes in several pieces of a stream"
PROVIDERS = ("anthropic", "openai", "openai-compatible")
PROMPT = (
    Part("system", "role", "You improve programs.", stable=True),
    Part("user", "task", "A task. " * 900, stable=True),
    Part("user", "parent", "print(1)"),
)


def silent(text: str) -> None:
    """Listen to nothing."""


def environment(server: FakeModel) -> dict[str, str]:
    return {
        "ANTHROPIC_API_KEY": KEY,
        "OPENAI_API_KEY": KEY,
        "WORKBENCH_MODEL_KEY": KEY,
        "ANTHROPIC_BASE_URL": server.url,
        "OPENAI_BASE_URL": f"{server.url}/v1",
    }


def named(provider: str, server: FakeModel, model: str = "fake") -> str:
    at = f"@{server.url}" if provider == "openai-compatible" else ""
    return f"{provider}:{model}{at}"


@asynccontextmanager
async def opened(
    provider: str,
    server: FakeModel,
    accounts: Accounts | None = None,
    changed: Mapping[str, str] | None = None,
    model: str = "fake",
) -> AsyncIterator[StreamedModel]:
    found = await open_model(
        named(provider, server, model), {**environment(server), **(changed or {})}, accounts
    )
    try:
        yield found
    finally:
        await found.aclose()


def answering(text: str = TEXT, **settings: object) -> Script:
    return Script(reply=lambda asked: text, **settings)  # type: ignore[arg-type]


def always(kind: FaultKind, **settings: object) -> Script:
    injection = Injection(kind, **settings)  # type: ignore[arg-type]
    return answering(inject=lambda body: injection)


async def ask(model: StreamedModel, options: Options | None = None) -> Completion:
    return await model.complete(PROMPT, options or Options(1000), silent)


async def failure(model: StreamedModel, options: Options | None = None) -> CallFailed:
    """The failure that a call must end in."""
    try:
        found = await ask(model, options)
    except CallFailed as error:
        return error
    raise AssertionError(f"the call was answered: {found}")
