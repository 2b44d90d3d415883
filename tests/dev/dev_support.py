"""Requests as the SDKs and a bare HTTP client send them to a `FakeModel`."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import anthropic
import openai

from workbench.dev import FakeModel, FaultKind, Injection, Script

KEY = "sk-planted-0123456789-key"
TEXT = "NOTE: a test\n\nöne thing — and 🙂 another, long enough for several pieces of a stream."
PATHS = ("/v1/messages", "/v1/responses", "/v1/chat/completions")
VERSION = {"anthropic-version": "2026-10-21"}


def answering(text: str = TEXT, **settings: Any) -> Script:
    """A script that always says the same."""
    return Script(reply=lambda asked: text, **settings)


def always(kind: FaultKind, **settings: Any) -> Script:
    """A script under which that fault comes with every call."""
    return answering(inject=lambda body: Injection(kind, **settings))


@asynccontextmanager
async def claude(server: FakeModel, key: str = KEY) -> AsyncIterator[anthropic.AsyncAnthropic]:
    client = anthropic.AsyncAnthropic(api_key=key, base_url=server.url, max_retries=0)
    try:
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def gpt(server: FakeModel, key: str = KEY) -> AsyncIterator[openai.AsyncOpenAI]:
    client = openai.AsyncOpenAI(api_key=key, base_url=f"{server.url}/v1", max_retries=0)
    try:
        yield client
    finally:
        await client.close()


def question(path: str, text: str = "a question", stream: bool = True) -> dict[str, Any]:
    """The smallest request of each protocol."""
    if path == "/v1/responses":
        return {"model": "fake", "input": text, "stream": stream}
    body = {"model": "fake", "messages": [{"role": "user", "content": text}], "stream": stream}
    return body | ({"max_tokens": 1000} if path == "/v1/messages" else {})


@asynccontextmanager
async def posted(
    server: FakeModel, path: str, body: Any, key: str = KEY
) -> AsyncIterator[aiohttp.ClientResponse]:
    headers = {**VERSION, "authorization": f"Bearer {key}"}
    async with (
        aiohttp.ClientSession(server.url) as session,
        session.post(path, json=body, headers=headers) as response,
    ):
        yield response


def events(raw: bytes) -> list[tuple[str | None, Any]]:
    """The server-sent events of a whole body, with their names."""
    found = []
    for block in raw.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines())
        if "data" in fields:
            value = fields["data"] if fields["data"] == "[DONE]" else json.loads(fields["data"])
            found.append((fields.get("event"), value))
    return found
