"""OpenAI's SDK, and bare HTTP, against the server that plays OpenAI and what is compatible."""

from __future__ import annotations

import inspect
from typing import Any

import openai
import pytest
from anthropic.resources.messages import AsyncMessages
from dev_support import KEY, TEXT, answering, events, gpt, posted, question
from openai.resources.responses import AsyncResponses

from workbench.dev import Answer, FakeModel, Script, messages, responses
from workbench.dev.answer import tokens

CHAT: dict[str, Any] = {"model": "fake", "messages": [{"role": "user", "content": "a question"}]}
COUNTED: dict[str, Any] = {"stream": True, "stream_options": {"include_usage": True}}


async def test_a_chat_streams_its_text_its_reason_and_its_usage() -> None:
    async with FakeModel(answering()) as server, gpt(server) as client:
        chunks = [chunk async for chunk in await client.chat.completions.create(**CHAT, **COUNTED)]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks[:-1]) == TEXT
    assert [chunk.choices[0].finish_reason for chunk in chunks[-3:-1]] == [None, "stop"]
    assert chunks[-1].choices == []
    usage = chunks[-1].usage
    assert usage is not None
    assert (usage.prompt_tokens, usage.completion_tokens) == (tokens("a question"), tokens(TEXT))
    assert all(chunk.usage is None for chunk in chunks[:-1])


@pytest.mark.parametrize(
    ("script", "asked"),
    [(answering(), {"stream": True}), (answering(usage=False), COUNTED)],
    ids=["not asked for", "a server that never counts"],
)
async def test_a_chat_may_end_without_usage(script: Script, asked: dict[str, Any]) -> None:
    async with FakeModel(script) as server, gpt(server) as client:
        chunks = [chunk async for chunk in await client.chat.completions.create(**CHAT, **asked)]
        assert server.counts.usage["fake"].output == tokens(TEXT)
    assert all(chunk.usage is None for chunk in chunks)
    assert chunks[-1].choices[0].finish_reason == "stop"


async def test_a_chat_ends_with_done() -> None:
    path = "/v1/chat/completions"
    async with (
        FakeModel(answering()) as server,
        posted(server, path, question(path)) as response,
    ):
        found = events(await response.read())
    assert found[-1] == (None, "[DONE]")
    assert {name for name, _ in found} == {None}


async def test_a_chat_thinks_as_local_servers_do() -> None:
    script = Script(reply=lambda asked: Answer("the text", "a thought of mine"))
    async with FakeModel(script) as server, gpt(server) as client:
        stream = await client.chat.completions.create(**CHAT, **COUNTED, reasoning_effort="low")
        chunks = [chunk async for chunk in stream]
    deltas = [chunk.choices[0].delta for chunk in chunks[:-1]]
    thought = "".join(getattr(delta, "reasoning_content", "") for delta in deltas)
    assert thought == "a thought of mine"
    usage = chunks[-1].usage
    assert usage is not None
    assert usage.completion_tokens_details is not None
    assert usage.completion_tokens_details.reasoning_tokens == tokens(thought)


async def test_responses_stream_every_event_in_order() -> None:
    script = Script(reply=lambda asked: Answer(TEXT, "a thought"))
    async with FakeModel(script) as server, gpt(server) as client:
        stream = await client.responses.create(
            model="fake",
            input="a question",
            instructions="be brief",
            reasoning={"effort": "high", "summary": "auto"},
            store=False,
            stream=True,
        )
        found = [event async for event in stream]
    kinds = [event.type.removeprefix("response.") for event in found]
    assert list(dict.fromkeys(kinds)) == [
        "created",
        "in_progress",
        "output_item.added",
        "reasoning_summary_part.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
        "output_item.done",
        "content_part.added",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "completed",
    ]
    assert [event.sequence_number for event in found] == list(range(len(found)))
    last = found[-1]
    assert last.type == "response.completed"
    assert last.response.output_text == TEXT
    usage = last.response.usage
    assert usage is not None
    assert usage.input_tokens == tokens("be brief\n\na question")
    assert usage.output_tokens_details.reasoning_tokens == tokens("a thought")
    assert usage.output_tokens == tokens("a thought") + tokens(TEXT)


async def test_the_sdk_gathers_a_response_by_itself() -> None:
    async with FakeModel(answering()) as server, gpt(server) as client:
        async with client.responses.stream(model="fake", input="a question") as stream:
            whole = await stream.get_final_response()
        at_once = await client.responses.create(model="fake", input="a question")
    assert whole.output_text == at_once.output_text == TEXT
    assert at_once.status == "completed"


async def test_a_repeated_prefix_counts_as_cached_within_the_input() -> None:
    prompts = ["stable " * 1000 + end for end in ("one", "another")]
    async with FakeModel(answering()) as server, gpt(server) as client:
        found = [
            (await client.responses.create(model="fake", input=prompt)).usage for prompt in prompts
        ]
    first, second = found
    assert first is not None
    assert second is not None
    assert first.input_tokens_details.cached_tokens == 0
    assert first.input_tokens_details.cache_write_tokens == 13 * 128
    assert second.input_tokens_details.cached_tokens == 13 * 128
    assert second.input_tokens_details.cache_write_tokens == 0
    assert second.input_tokens == tokens(prompts[1])


async def test_a_short_allowance_leaves_a_response_incomplete() -> None:
    async with FakeModel(answering()) as server, gpt(server) as client:
        found = await client.responses.create(model="fake", input="so", max_output_tokens=16)
        chat = await client.chat.completions.create(**CHAT, max_completion_tokens=16)
    assert found.status == "incomplete"
    assert found.incomplete_details is not None
    assert found.incomplete_details.reason == "max_output_tokens"
    assert found.output_text == TEXT[:64]
    assert chat.choices[0].finish_reason == "length"


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"colour": "red"}, "unknown_parameter", "colour"),
        ({"max_output_tokens": 5}, "integer_below_min_value", "max_output_tokens"),
        ({"reasoning": {"effort": "huge"}}, "invalid_value", "reasoning.effort"),
        ({"input": [{"role": "user", "content": [{"type": "text"}]}]}, "invalid_value", "input"),
    ],
)
async def test_a_wrong_request_is_refused(change: dict[str, Any], code: str, param: str) -> None:
    async with FakeModel(answering()) as server, gpt(server) as client:
        with pytest.raises(openai.BadRequestError) as caught:
            await client.post("/responses", body=question("/v1/responses") | change, cast_to=object)
    assert (caught.value.code, caught.value.param) == (code, param)


async def test_a_wrong_key_and_an_unknown_model_are_refused() -> None:
    async with FakeModel(answering(key=KEY, models=("one",))) as server:
        async with gpt(server, "sk-wrong-key-9876") as client:
            with pytest.raises(openai.AuthenticationError) as caught:
                await client.chat.completions.create(**CHAT)
            assert caught.value.code == "invalid_api_key"
            assert "9876" in str(caught.value)  # as OpenAI does: clients must hide it
        async with gpt(server) as client:
            assert [model.id async for model in client.models.list()] == ["one"]
            with pytest.raises(openai.NotFoundError) as missing:
                await client.chat.completions.create(**CHAT)
            assert missing.value.code == "model_not_found"


def test_every_parameter_of_the_sdks_is_known() -> None:
    transport = {"self", "extra_headers", "extra_query", "extra_body", "timeout", "betas"}
    for method, known in (
        (AsyncResponses.create, responses.FIELDS),
        (AsyncMessages.create, messages.FIELDS | {"workspace_id"}),
    ):
        assert set(inspect.signature(method).parameters) - transport <= known
