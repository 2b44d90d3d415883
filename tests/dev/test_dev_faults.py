"""Every fault, as the real SDKs see it."""

from __future__ import annotations

import asyncio
import collections
import json
from typing import Any

import aiohttp
import anthropic
import httpx2
import openai
import pytest
from dev_support import (
    PATHS,
    TEXT,
    always,
    answering,
    claude,
    events,
    gpt,
    posted,
    question,
)

from workbench.dev import FakeModel, FaultKind, Pace, SeededFaults
from workbench.dev.injection import INSTEAD, PASSING

MESSAGES, RESPONSES, CHAT = PATHS


async def ask(server: FakeModel, path: str) -> list[Any]:
    """Stream one reply through the SDK that belongs to the protocol."""
    if path == MESSAGES:
        async with claude(server) as client:
            message = question(path, stream=False)
            message.pop("stream")
            async with client.messages.stream(**message) as stream:
                return [event async for event in stream]
    async with gpt(server) as client:
        if path == RESPONSES:
            return [event async for event in await client.responses.create(**question(path))]
        return [chunk async for chunk in await client.chat.completions.create(**question(path))]


@pytest.mark.parametrize(
    ("kind", "ours", "theirs"),
    [
        (FaultKind.RATE_LIMIT, anthropic.RateLimitError, openai.RateLimitError),
        (FaultKind.SERVER_ERROR, anthropic.InternalServerError, openai.InternalServerError),
        (FaultKind.OVERLOADED, anthropic._exceptions.OverloadedError, openai.InternalServerError),
        (FaultKind.WRONG_KEY, anthropic.AuthenticationError, openai.AuthenticationError),
        (FaultKind.FORBIDDEN, anthropic.PermissionDeniedError, openai.PermissionDeniedError),
        (FaultKind.NO_CREDIT, anthropic._exceptions.PaymentRequiredError, openai.RateLimitError),
        (FaultKind.CONTEXT, anthropic.BadRequestError, openai.BadRequestError),
    ],
)
@pytest.mark.parametrize("path", PATHS)
async def test_a_status_comes_instead(
    path: str, kind: FaultKind, ours: type[Exception], theirs: type[Exception]
) -> None:
    async with FakeModel(always(kind)) as server:
        with pytest.raises(ours if path == MESSAGES else theirs):
            await ask(server, path)
        counts = server.counts
    assert counts.outcomes == {"faulty": 1}
    assert counts.faults == {kind.value: 1}
    assert counts.usage == {}


def test_every_fault_that_comes_instead_is_tried_above() -> None:
    marks = test_a_status_comes_instead.pytestmark  # type: ignore[attr-defined]
    tried = {row[0] for mark in marks for row in mark.args[1] if mark.args[0] != "path"}
    assert tried == INSTEAD


@pytest.mark.parametrize("retry_after", [None, 1.5])
@pytest.mark.parametrize("path", PATHS)
async def test_a_rate_limit_may_say_how_long_to_wait(path: str, retry_after: float | None) -> None:
    script = always(FaultKind.RATE_LIMIT, retry_after=retry_after)
    async with FakeModel(script) as server, posted(server, path, question(path)) as response:
        assert response.status == 429
        assert response.headers.get("retry-after") == (retry_after and "1.5")
        assert response.headers.get("retry-after-ms") == (retry_after and "1500")


async def test_overflow_is_told_by_words_and_by_code() -> None:
    async with FakeModel(answering(context_tokens=10)) as server:
        long = "far too long " * 10
        found = {}
        for path in PATHS:
            async with posted(server, path, question(path, long)) as response:
                assert response.status == 400
                found[path] = (await response.json())["error"]
    assert found[MESSAGES]["message"] == "prompt is too long: 33 tokens > 10 maximum"
    assert found[CHAT]["code"] == found[RESPONSES]["code"] == "context_length_exceeded"


@pytest.mark.parametrize("kind", [FaultKind.ERROR_EVENT, FaultKind.FAILED])
async def test_an_error_comes_after_200(kind: FaultKind) -> None:
    async with FakeModel(always(kind)) as server:
        with pytest.raises(anthropic.APIStatusError) as caught:
            await ask(server, MESSAGES)
        assert caught.value.status_code == 200
        overloaded = kind is FaultKind.ERROR_EVENT
        assert caught.value.type == ("overloaded_error" if overloaded else "api_error")
        with pytest.raises(openai.APIError, match="had an error"):
            await ask(server, CHAT)
        last = (await ask(server, RESPONSES))[-1]  # the SDK does not raise: it hands the event on
        assert last.type == ("error" if overloaded else "response.failed")
        if not overloaded:
            assert last.response.error.code == "rate_limit_exceeded"
        assert server.counts.outcomes == {"faulty": 3}


async def test_a_stream_ends_early_and_no_sdk_says_so() -> None:
    async with FakeModel(always(FaultKind.ENDS_EARLY)) as server:
        found = {path: await ask(server, path) for path in PATHS}
    assert not any(event.type == "message_stop" for event in found[MESSAGES])
    assert found[CHAT][-1].choices[0].finish_reason is None
    assert found[RESPONSES][-1].type == "response.output_text.delta"


async def test_a_cut_connection_breaks_each_sdk_in_its_own_way() -> None:
    async with FakeModel(always(FaultKind.CUT)) as server:
        with pytest.raises(httpx2.RemoteProtocolError):
            await ask(server, MESSAGES)
        for path in (CHAT, RESPONSES):
            with pytest.raises(openai.APIConnectionError):
                await ask(server, path)
        assert server.counts.outcomes == {"faulty": 3}


@pytest.mark.parametrize("path", PATHS)
async def test_garbage_is_no_text_and_broken_json_no_value(path: str) -> None:
    async with FakeModel(always(FaultKind.GARBAGE)) as server:
        with pytest.raises(UnicodeDecodeError):
            await ask(server, path)
    async with FakeModel(always(FaultKind.BROKEN_JSON)) as server:
        with pytest.raises(json.JSONDecodeError):
            await ask(server, path)


@pytest.mark.parametrize("path", PATHS)
async def test_a_slow_drip_arrives_whole(path: str) -> None:
    async with (
        FakeModel(always(FaultKind.DRIP, seconds=0.001)) as server,
        posted(server, path, question(path)) as response,
    ):
        found = events(await response.read())
        assert server.counts.outcomes == {"completed": 1}
    text = "".join(str(value) for _, value in found)
    assert "🙂" in text


@pytest.mark.parametrize("kind", [FaultKind.HANG_BEFORE, FaultKind.HANG_AFTER])
@pytest.mark.parametrize("path", PATHS)
async def test_a_hang_lasts_until_the_client_hangs_up(path: str, kind: FaultKind) -> None:
    async with FakeModel(always(kind)) as server:
        call = asyncio.create_task(ask(server, path))
        await server.until(lambda counts: counts.faults == {kind.value: 1})
        assert server.open_sockets == 1
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await server.until(lambda counts: counts.outcomes == {"hung up": 1})
        assert server.calls[0].fault == kind.value


async def test_closing_the_server_ends_a_hang() -> None:
    async with FakeModel(always(FaultKind.HANG_BEFORE)) as server:
        call = asyncio.create_task(ask(server, MESSAGES))
        await server.until(lambda counts: bool(counts.faults))
    with pytest.raises(anthropic.APIConnectionError):
        await call
    assert server.counts.outcomes == {"closed": 1}


async def test_a_client_that_leaves_a_slow_reply_is_noticed() -> None:
    script = answering(pace=Pace(token=0.05))
    async with FakeModel(script) as server, gpt(server) as client:
        stream = await client.chat.completions.create(**question(CHAT))
        async for _ in stream:
            break
        await stream.close()
        await server.until(lambda counts: counts.outcomes == {"hung up": 1})
        assert server.counts.usage == {}


async def test_a_refusal_is_told_by_each_protocol_in_its_own_way() -> None:
    async with FakeModel(always(FaultKind.REFUSAL)) as server:
        message = (await ask(server, MESSAGES))[-1].message
        assert message.stop_reason == "refusal"
        assert message.stop_details.category == "general_harms"
        response = (await ask(server, RESPONSES))[-1].response
        assert response.status == "completed"
        assert response.output[0].content[0].type == "refusal"
        chunks = await ask(server, CHAT)
        assert "cannot help" in "".join(chunk.choices[0].delta.refusal or "" for chunk in chunks)
        assert server.counts.outcomes == {"completed": 3}


@pytest.mark.parametrize(
    ("kind", "message", "response", "chat"),
    [
        (FaultKind.LENGTH, "max_tokens", "max_output_tokens", "length"),
        (FaultKind.FILTERED, "refusal", "content_filter", "content_filter"),
    ],
)
async def test_a_reply_that_was_stopped_says_why(
    kind: FaultKind, message: str, response: str, chat: str
) -> None:
    async with FakeModel(always(kind)) as server:
        assert (await ask(server, MESSAGES))[-1].message.stop_reason == message
        last = (await ask(server, RESPONSES))[-1]
        assert last.type == "response.incomplete"
        assert last.response.incomplete_details.reason == response
        assert last.response.output_text == TEXT[: len(TEXT) // 2]
        assert (await ask(server, CHAT))[-1].choices[0].finish_reason == chat


async def test_one_call_too_many_at_once_is_refused() -> None:
    script = always(FaultKind.HANG_AFTER)
    script = answering(inject=script.inject, concurrent=1)
    async with FakeModel(script) as server:
        first = asyncio.create_task(ask(server, CHAT))
        await server.until(lambda counts: bool(counts.faults))
        with pytest.raises(openai.RateLimitError):
            await ask(server, CHAT)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)


async def test_a_minute_holds_so_many_requests_and_the_headers_say_how_many() -> None:
    async with FakeModel(answering(requests_per_minute=2)) as server:
        seen = []
        for path in (MESSAGES, CHAT, RESPONSES):
            async with posted(server, path, question(path)) as response:
                seen.append((response.status, response.headers))
    assert [status for status, _ in seen] == [200, 200, 429]
    assert seen[0][1]["anthropic-ratelimit-requests-remaining"] == "1"
    assert seen[1][1]["x-ratelimit-remaining-requests"] == "0"
    assert 0 < float(seen[2][1]["retry-after"]) <= 60


def drawn(mix: SeededFaults, count: int = 400) -> list[FaultKind | None]:
    found = [mix(b"body %d" % number) for number in range(count)]
    return [None if injection is None else injection.kind for injection in found]


def test_a_mix_is_seeded_and_hits_its_share() -> None:
    first, again, other = (drawn(SeededFaults(0.1, seed)) for seed in (1, 1, 2))
    assert first == again != other
    counted = collections.Counter(first)
    assert 20 <= 400 - counted[None] <= 60
    assert set(drawn(SeededFaults(1.0), 400)) == set(PASSING)


def test_the_same_body_draws_anew_each_time() -> None:
    mix = SeededFaults(0.5)
    assert {mix(b"the same") is None for _ in range(50)} == {True, False}


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_is_a_share(share: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        SeededFaults(share)


async def test_each_call_is_accounted_for_under_a_mix() -> None:
    """Eight clients, every kind of passing fault: nothing is left open, nothing counted twice."""
    script = answering(inject=SeededFaults(0.9, retry_after=None))
    async with FakeModel(script) as server:
        cut: list[int] = []

        async def client(number: int) -> int:
            completed = 0
            for step in range(5):
                body = question(CHAT, f"{number} {step}")
                try:
                    async with posted(server, CHAT, body) as response:
                        raw = await response.read()
                    completed += response.status == 200 and b"[DONE]" in raw
                except aiohttp.ClientPayloadError:
                    cut.append(number)
            return completed

        done = await asyncio.gather(*(client(number) for number in range(8)))
        counts = server.counts
    assert counts.calls == 40
    assert counts.faults[FaultKind.CUT.value] == len(cut)
    assert counts.outcomes["completed"] == sum(done)
    assert counts.outcomes["completed"] + counts.outcomes["faulty"] == 40
