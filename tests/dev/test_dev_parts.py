"""Counting, cutting, caching and limiting, apart from any protocol."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.dev import Answer, Asked
from workbench.dev.answer import fit, pieces, tokens
from workbench.dev.cache import PrefixCache
from workbench.dev.limits import Limits
from workbench.propose.llm.call import Usage


def asked(*blocks: str, allowed: int = 1000, **settings: object) -> Asked:
    return Asked("fake", blocks, allowed, stream=True, **settings)  # type: ignore[arg-type]


@given(st.text(), st.text(), st.integers(0, 20), st.integers(1, 30), st.booleans())
def test_no_reply_is_longer_than_allowed(
    text: str, thought: str, allowed: int, context: int, reasoning: bool
) -> None:
    question = asked("what", allowed=allowed, reasoning=reasoning)
    context += tokens("what")
    found = fit(question, Answer(text, thought), context)
    used = tokens(found.text) + tokens(found.reasoning)
    assert used <= min(allowed, context - tokens("what"))
    assert text.startswith(found.text)
    whole = found.text == text and found.reasoning == (thought if reasoning else "")
    assert (found.stop == "end") == whole


@given(st.text())
def test_pieces_join_to_the_text_and_to_its_tokens(text: str) -> None:
    found = list(pieces(text))
    assert "".join(found) == text
    assert sum(map(tokens, found)) == tokens(text)


@given(st.lists(st.sampled_from(["a" * 700, "b" * 3000, "c"]), min_size=1, max_size=5), st.data())
def test_every_token_of_a_prompt_is_counted_once(blocks: list[str], data: st.DataObject) -> None:
    marks = data.draw(st.none() | st.lists(st.integers(1, len(blocks)), max_size=4).map(tuple))
    cache = PrefixCache(128)
    question = asked(*blocks, breakpoints=marks)
    first, second = cache.read(question), cache.read(question)
    assert first.total == second.total == tokens(question.text)
    assert first.cached == second.cache_write == 0
    assert second.cached == first.cache_write
    assert first.input == second.input


def test_the_longest_known_prefix_is_read_and_the_rest_written() -> None:
    cache = PrefixCache(100)
    cache.read(asked("s" * 998, "first", breakpoints=(1,)))
    found = cache.read(asked("s" * 998, "t" * 998, "last", breakpoints=(1, 2)))
    assert found == Usage(input=1, cached=250, cache_write=250)
    other = Asked("another", ("s" * 998, "first"), 10, stream=True, breakpoints=(1,))
    assert cache.read(other).cached == 0


def test_a_short_prefix_is_not_kept() -> None:
    cache = PrefixCache(1024)
    question = asked("short", breakpoints=(1,))
    assert [cache.read(question).cached for _ in range(2)] == [0, 0]


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(("requests", "tokens_"), [(2, 1000), (1000, 20)])
def test_a_minute_is_used_up_and_comes_back(requests: int, tokens_: int) -> None:
    clock = Clock()
    limits = Limits(requests, tokens_, clock)
    for _ in range(2):
        assert limits.admit()
        limits.use(10)
    assert not limits.admit()
    left = limits.left()
    assert 0 in (left.requests, left.tokens)
    assert left.reset_seconds == 60
    clock.now += 59.9
    assert not limits.admit()
    clock.now += 0.2
    assert limits.admit()
    assert limits.left().requests == requests - 1
