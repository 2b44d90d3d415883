"""What calls cost."""

from __future__ import annotations

import subprocess
import sys

import pytest

from workbench.propose.llm.call import Options, Part, Usage
from workbench.propose.llm.price import check_prices, price, prompt_size, worst_case

LOCAL = "openai-compatible:q@http://127.0.0.1:1"
MILLION = 1_000_000


def test_each_token_is_paid_once_at_the_price_of_its_kind() -> None:
    # Dollars per million, as the bundled list has them: 4 input, 0.2 cached, 5 written, 20 output.
    model = "anthropic:claude-opus-5-5"
    assert price(model, Usage(input=MILLION)) == pytest.approx(4.0)
    assert price(model, Usage(cached=MILLION)) == pytest.approx(0.2)
    assert price(model, Usage(cache_write=MILLION)) == pytest.approx(5.0)
    assert price(model, Usage(output=MILLION, reasoning=MILLION)) == pytest.approx(20.0)
    mixed = Usage(1000, 2000, 3000, 4000, 500)
    assert price(model, mixed) == pytest.approx((4000 + 400 + 15000 + 80000) / 1e6)


@pytest.mark.parametrize(
    "model", ["anthropic:no-such", "openai:no-such", LOCAL, "openai:whisper-1"]
)
def test_an_unknown_price_is_none_and_never_zero(model: str) -> None:
    assert price(model, Usage(input=5)) is None
    assert worst_case(model, 100, Options())[1] is None


def test_the_person_s_own_prices_come_first() -> None:
    own = {
        f"{LOCAL}/v1": {"input": 1.0, "output": 2.0, "cached": 0.5},
        "openai:o3": {"input": 0.0, "output": 0.0},
    }
    assert price(LOCAL, Usage(MILLION, MILLION, MILLION, MILLION), own) == 1 + 0.5 + 1 + 2
    assert price("openai:o3", Usage(input=7, output=7), own) == 0.0
    assert price("openai:gpt-5.5", Usage(input=MILLION), own) == price(
        "openai:gpt-5.5", Usage(input=MILLION)
    )


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        ({"input": 1.0}, "output is missing"),
        ({"input": 1.0, "output": 1.0, "reasoning": 1.0}, "unknown kind 'reasoning'"),
        ({"input": 1.0, "output": float("nan")}, "not nan"),
        ({"input": -1.0, "output": 1.0}, "not -1.0"),
    ],
)
def test_prices_that_cannot_be_meant_are_refused(kinds: dict[str, float], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        check_prices({"openai:x": kinds})


def test_the_worst_case_bounds_every_text() -> None:
    prompt = (Part("system", "a", "é🙂" * 100), Part("user", "b", "x"))
    size = prompt_size(prompt)
    assert size >= len(("é🙂" * 100 + "x").encode())
    tokens, dollars = worst_case("anthropic:claude-opus-5-5", size, Options(1000))
    assert tokens == size + 1000
    written = price("anthropic:claude-opus-5-5", Usage(cache_write=size, output=1000))
    assert dollars == written


def test_prices_come_without_network_and_without_a_thread() -> None:
    program = """
import socket, threading
def refuse(*a, **k): raise AssertionError("network")
socket.socket.connect = socket.getaddrinfo = refuse
from workbench.propose.llm.call import Usage
from workbench.propose.llm import price
import sys
assert "genai_prices" not in sys.modules
assert price.price("openai:gpt-5.5", Usage(input=10)) > 0
assert threading.active_count() == 1
assert not {"openai", "anthropic"} & set(sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
