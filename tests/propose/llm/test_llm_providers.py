"""The real SDKs, each at a server that speaks its protocol."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from llm_support import PROMPT, PROVIDERS, TEXT, answering, ask, opened, silent

from workbench.dev import Answer, FakeModel, Pace, Script
from workbench.propose.llm.call import Options, Usage
from workbench.propose.llm.open import Accounts


@pytest.fixture(params=PROVIDERS)
def provider(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
async def server() -> AsyncIterator[FakeModel]:
    async with FakeModel(answering()) as found:
        yield found


def sent(server: FakeModel) -> Any:
    return json.loads(server.calls[-1].body)


async def test_an_answer_is_streamed_counted_and_named(provider: str, server: FakeModel) -> None:
    pieces: list[str] = []
    async with opened(provider, server) as model:
        found = await model.complete(PROMPT, Options(1000), pieces.append)
        again = await ask(model)
    assert found.text == "".join(pieces) == TEXT
    assert len(pieces) > 2
    assert (found.stop, found.model) == ("end", "fake")
    assert found.request
    first, second = (call.usage for call in server.calls)
    assert found.usage == first
    assert again.usage == second
    assert again.usage.cached > 1000  # the stable part, read from the cache the second time
    assert again.usage.input < 1000


async def test_reasoning_is_part_of_the_output(provider: str) -> None:
    script = Script(reply=lambda asked: Answer("four words of text", "a long thought " * 9))
    async with FakeModel(script) as server, opened(provider, server) as model:
        found = await ask(model, Options(1000, effort="low"))
        assert found.text == "four words of text"
        assert found.usage == server.calls[-1].usage
        assert 0 < found.usage.reasoning < found.usage.output


async def test_what_was_cut_at_its_allowance_says_so(provider: str, server: FakeModel) -> None:
    async with opened(provider, server) as model:
        found = await ask(model, Options(max_output_tokens=16))
    assert (found.stop, found.text) == ("length", TEXT[:64])


async def test_the_messages_request(server: FakeModel) -> None:
    async with opened("anthropic", server) as model:
        await ask(model, Options(3000, effort="high"))
    body = sent(server)
    assert body["stream"] is True
    assert body["max_tokens"] == 3000
    assert body["system"] == [{"type": "text", "text": PROMPT[0].text}]
    assert body["messages"] == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": PROMPT[1].text, "cache_control": {"type": "ephemeral"}},
                {"type": "text", "text": PROMPT[2].text},
            ],
        }
    ]
    assert body["thinking"] == {"type": "adaptive"}
    assert body["output_config"] == {"effort": "high"}


async def test_the_responses_request(server: FakeModel) -> None:
    async with opened("openai", server) as model:
        await ask(model, Options(3000, effort="high"))
        key = sent(server)["prompt_cache_key"]
        await model.complete((*PROMPT[:2], PROMPT[2]), Options(), silent)
    body = sent(server)
    assert body["store"] is False
    assert body["stream"] is True
    assert [message["role"] for message in body["input"]] == ["developer", "user", "user"]
    assert body["prompt_cache_key"] == key
    assert "reasoning" not in body
    assert json.loads(server.calls[0].body)["reasoning"] == {"effort": "high"}


async def test_the_chat_request(server: FakeModel) -> None:
    async with opened("openai-compatible", server) as model:
        await ask(model, Options(3000, effort="high"))
    body = sent(server)
    assert body["stream_options"] == {"include_usage": True}
    assert body["max_tokens"] == 3000
    assert body["reasoning_effort"] == "high"
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    assert body["messages"][1]["content"] == f"{PROMPT[1].text}\n\n{PROMPT[2].text}"


async def test_a_server_that_does_not_count_leaves_a_guess() -> None:
    async with (
        FakeModel(answering(usage=False)) as server,
        opened("openai-compatible", server) as model,
    ):
        found = await ask(model)
    assert found.text == TEXT
    assert not found.usage.known
    assert 1000 < found.usage.input < 4000
    assert 15 < found.usage.output < 40


async def test_cancelling_closes_the_connection(provider: str) -> None:
    script = answering("a word " * 1000, pace=Pace(token=0.05))
    async with FakeModel(script) as server, opened(provider, server) as model:
        begun = asyncio.Event()
        task = asyncio.create_task(model.complete(PROMPT, Options(5000), lambda text: begun.set()))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(5):
            await server.until(lambda counts: counts.outcomes.get("hung up") == 1)


async def test_many_streams_share_a_client_and_none_is_mixed_up(provider: str) -> None:
    script = Script(reply=lambda asked: f"reply to {asked.blocks[-1][-4:]}", pace=Pace(0.05))
    accounts = Accounts()
    async with (
        FakeModel(script) as server,
        opened(provider, server, accounts) as one,
        opened(provider, server, accounts, model="other") as other,
    ):
        assert one.limiter is other.limiter

        async def call(number: int) -> str:
            part = type(PROMPT[2])("user", "parent", f"{number:04}")
            model = one if number % 2 else other
            return (await model.complete((part,), Options(100), silent)).text

        found = await asyncio.gather(*map(call, range(32)))
        assert found == [f"reply to {number:04}" for number in range(32)]
        assert server.counts.outcomes == {"completed": 32}


async def test_the_account_closes_with_its_last_model(provider: str, server: FakeModel) -> None:
    accounts = Accounts()
    async with opened(provider, server, accounts) as one:
        async with opened(provider, server, accounts) as other:
            await ask(other)
            await other.aclose()  # and once more at the end of its context
        assert (await ask(one)).text == TEXT
    async with opened(provider, server, accounts) as third:
        assert (await ask(third)).text == TEXT
    async with asyncio.timeout(5):
        while server.open_sockets:  # noqa: ASYNC110 - it tells of calls, not of sockets
            await asyncio.sleep(0.001)  # between looks


async def test_what_a_listener_raises_passes_and_closes(provider: str, server: FakeModel) -> None:
    def fail(text: str) -> None:
        raise TimeoutError("of the listener")

    async with opened(provider, server) as model:
        with pytest.raises(TimeoutError, match="of the listener"):
            await model.complete(PROMPT, Options(1000), fail)
        assert (await ask(model)).text == TEXT


async def test_the_limiter_hears_the_headers(provider: str) -> None:
    script = answering(requests_per_minute=1)
    async with FakeModel(script) as server, opened(provider, server) as model:
        async with model.limiter.turn("a"):
            await ask(model)
        told: list[str] = []

        class Enough(Exception):
            pass

        def wait(why: str, seconds: float | None) -> None:
            told.append(why)
            raise Enough

        with pytest.raises(Enough):
            async with model.limiter.turn("a", 0, wait):
                pass
        assert told == [f"{model.provider}: the limit of requests is used up"]


def test_usage_counts_each_token_once() -> None:
    from workbench.propose.llm.openai_words import count_usage

    class Read:
        cached_tokens = 700
        cache_write_tokens = 200

    assert count_usage(1000, 50, Read(), None) == Usage(100, 700, 200, 50)
    assert count_usage(None, None, None, None) == Usage()
