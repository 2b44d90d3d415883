"""Anthropic's SDK, and bare HTTP, against the server that plays Anthropic."""

from __future__ import annotations

from typing import Any

import anthropic
import pytest
from dev_support import KEY, TEXT, answering, claude, events, posted, question

from workbench.dev import Answer, FakeModel, Script
from workbench.dev.answer import tokens

ASK: dict[str, Any] = {
    "model": "fake",
    "max_tokens": 1000,
    "messages": [{"role": "user", "content": "a question"}],
}


async def test_a_stream_has_every_event_in_order_and_by_name() -> None:
    async with (
        FakeModel(answering("12345678901234567890")) as server,
        posted(server, "/v1/messages", question("/v1/messages")) as response,
    ):
        assert response.headers["content-type"].startswith("text/event-stream")
        found = events(await response.read())
    assert [name for name, _ in found] == [
        "message_start",
        "ping",
        "content_block_start",
        "content_block_delta",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert all(name == value["type"] for name, value in found)


async def test_the_sdk_reads_text_usage_and_reason() -> None:
    async with FakeModel(answering()) as server, claude(server) as client:
        async with client.messages.stream(**ASK) as stream:
            said = [text async for text in stream.text_stream]
            message = await stream.get_final_message()
            assert stream.request_id == "req_" + "1".zfill(24)
        assert "".join(said) == TEXT
        assert len(said) > 3
        assert message.stop_reason == "end_turn"
        assert message.usage.input_tokens == tokens("a question")
        assert message.usage.output_tokens == tokens(TEXT)
        used = server.counts.usage["fake"]
        assert (used.input, used.output) == (tokens("a question"), tokens(TEXT))


async def test_without_a_stream_the_same_comes_at_once() -> None:
    async with FakeModel(answering()) as server, claude(server) as client:
        message = await client.messages.create(**ASK)
    assert message.content[0].text == TEXT  # type: ignore[union-attr]
    assert message.usage.output_tokens == tokens(TEXT)


@pytest.mark.parametrize("display", ["summarized", "omitted"])
async def test_thinking_comes_first_and_is_counted(display: str) -> None:
    script = Script(reply=lambda asked: Answer("the text", "a long, long thought of mine"))
    async with FakeModel(script) as server, claude(server) as client:
        thinking: Any = {"type": "adaptive", "display": display}
        async with client.messages.stream(**ASK, thinking=thinking) as stream:
            message = await stream.get_final_message()
    first, second = message.content
    assert (first.type, second.type) == ("thinking", "text")
    assert first.thinking == ("a long, long thought of mine" if display == "summarized" else "")
    assert first.signature
    details = message.usage.output_tokens_details
    assert details is not None
    assert details.thinking_tokens == tokens("a long, long thought of mine")
    assert message.usage.output_tokens == details.thinking_tokens + tokens("the text")


async def test_a_repeated_prefix_is_written_once_and_then_read() -> None:
    stable, changing = "stable " * 1000, ("one", "another")
    async with FakeModel(answering()) as server, claude(server) as client:
        found = []
        for text in changing:
            content: Any = [
                {"type": "text", "text": stable, "cache_control": {"type": "ephemeral"}},
                {"type": "text", "text": text},
            ]
            ask = ASK | {"messages": [{"role": "user", "content": content}]}
            found.append((await client.messages.create(**ask)).usage)
    first, second = found
    assert first.cache_read_input_tokens == 0
    assert first.cache_creation_input_tokens == second.cache_read_input_tokens
    assert second.cache_read_input_tokens == tokens(stable + "\n\n")
    assert second.cache_creation_input_tokens == 0
    for usage, text in zip(found, changing, strict=True):
        parts = (
            usage.input_tokens,
            usage.cache_read_input_tokens,
            usage.cache_creation_input_tokens,
        )
        assert sum(part or 0 for part in parts) == tokens(f"{stable}\n\n{text}")


@pytest.mark.parametrize(
    ("settings", "reason"),
    [({"max_tokens": 5}, "max_tokens"), ({}, "model_context_window_exceeded")],
)
async def test_a_reply_is_cut_at_its_allowance(settings: dict[str, Any], reason: str) -> None:
    async with (
        FakeModel(answering(context_tokens=8)) as server,
        claude(server) as client,
        client.messages.stream(**ASK | settings) as stream,
    ):
        message = await stream.get_final_message()
    assert message.stop_reason == reason
    assert message.usage.output_tokens == 5
    assert message.content[0].text == TEXT[:20]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"max_tokens": None}, "max_tokens"),
        ({"colour": "red"}, "colour: Extra inputs are not permitted"),
        ({"messages": []}, "at least one message"),
        ({"messages": [{"role": "assistant", "content": "so"}]}, "must end with a user message"),
        ({"messages": [{"role": "user", "content": ""}]}, "must be non-empty"),
        ({"thinking": {"type": "enabled", "budget_tokens": 10}}, "greater than or equal to 1024"),
        ({"thinking": {"type": "enabled", "budget_tokens": 2000}}, "`max_tokens` must be greater"),
        ({"output_config": {"effort": "minimal"}}, "output_config.effort"),
    ],
)
async def test_a_wrong_request_is_refused(change: dict[str, Any], says: str) -> None:
    async with (
        FakeModel(answering()) as server,
        posted(server, "/v1/messages", ASK | change) as response,
    ):
        assert response.status == 400
        error = await response.json()
        assert error["type"] == "error"
        assert error["error"]["type"] == "invalid_request_error"
        assert says in error["error"]["message"]
        assert error["request_id"] == response.headers["request-id"]
        assert server.counts.outcomes == {"refused": 1}


async def test_the_key_is_checked_in_either_header() -> None:
    async with FakeModel(answering(key=KEY)) as server:
        async with claude(server, "sk-wrong") as client:
            with pytest.raises(anthropic.AuthenticationError) as caught:
                await client.messages.create(**ASK)
            assert caught.value.type == "authentication_error"
            answer = await client.messages.create(**ASK, extra_headers={"X-Api-Key": KEY})
            assert answer.stop_reason == "end_turn"
        async with claude(server) as client:
            await client.messages.create(**ASK)
        assert server.counts.outcomes == {"refused": 1, "completed": 2}
        assert f"Bearer {KEY}" == server.calls[-1].headers["authorization"]


async def test_models_are_listed_and_others_do_not_exist() -> None:
    async with FakeModel(answering(models=("one", "two"))) as server, claude(server) as client:
        assert [model.id async for model in client.models.list()] == ["one", "two"]
        with pytest.raises(anthropic.NotFoundError, match="model: fake"):
            await client.messages.create(**ASK)
