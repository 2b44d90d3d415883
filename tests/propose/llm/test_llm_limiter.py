"""When calls may begin, by a clock that the test turns."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from workbench.propose.llm.bucket import read
from workbench.propose.llm.call import CallFailed, Kind
from workbench.propose.llm.limiter import FIRST, MOST, Limiter


class Handle:
    cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class FakeClock:
    def __init__(self) -> None:
        self.now = 100.0
        self.due: list[tuple[float, Callable[[], object], Handle]] = []

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, callback: Callable[[], object], /) -> Any:
        self.due.append((when, callback, Handle()))
        return self.due[-1][2]

    async def advance(self, seconds: float) -> None:
        self.now += seconds
        due = [entry for entry in self.due if entry[0] <= self.now]
        self.due = [entry for entry in self.due if entry[0] > self.now]
        for _, callback, handle in due:
            if not handle.cancelled:
                callback()
        await settle()


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


class Calls:
    """Calls under way, each ended by the test."""

    def __init__(self, clock: FakeClock) -> None:
        self.limiter = Limiter("openai", clock=clock)
        self.begun: list[str] = []
        self.ends: list[asyncio.Future[None]] = []
        self.waits: list[tuple[str, float | None]] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def _one(self, lineage: str, tokens: int) -> None:
        def wait(why: str, seconds: float | None) -> None:
            self.waits.append((why, seconds))

        async with self.limiter.turn(lineage, tokens, wait):
            self.begun.append(lineage)
            self.ends.append(asyncio.get_running_loop().create_future())
            await self.ends[-1]

    async def start(self, *lineages: str, tokens: int = 0) -> None:
        for lineage in lineages:
            self.tasks.append(asyncio.create_task(self._one(lineage, tokens)))
        await settle()

    async def end(self, number: int, error: Exception | None = None) -> None:
        if error is None:
            self.ends[number].set_result(None)
        else:
            self.ends[number].set_exception(error)
        await settle()

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


def limits(test: Callable[[FakeClock, Calls], Coroutine[Any, Any, None]]) -> Any:
    """Give a test a clock and calls, and end those that are left."""

    async def run() -> None:
        clock = FakeClock()
        calls = Calls(clock)
        try:
            await test(clock, calls)
        finally:
            await calls.close()
        assert calls.limiter.state().running == calls.limiter.state().waiting == 0

    run.__name__ = test.__name__
    return run


def refused(seconds: float | None = None, kind: Kind = Kind.RATE_LIMIT) -> CallFailed:
    return CallFailed(kind, "no", retry_seconds=seconds)


@limits
async def test_turns_go_round_the_lineages(clock: FakeClock, calls: Calls) -> None:
    await calls.start(*["a"] * FIRST)
    await calls.start("a", "a", "b", "c", "b")
    assert calls.begun == ["a"] * FIRST
    for number in range(5):
        await calls.end(number)
    assert calls.begun[FIRST:] == ["b", "c", "b", "a", "a"]
    assert calls.waits[0] == ("openai: 8 calls run, and no more may at once", None)
    assert ("", None) in calls.waits


@limits
async def test_retry_after_holds_everybody_and_is_told(clock: FakeClock, calls: Calls) -> None:
    await calls.start("a", "b")
    await calls.end(0, refused(20.0))
    await calls.start("c")
    assert calls.waits == [("openai: rate limit", 20.0)]
    state = calls.limiter.state()
    assert (state.running, state.waiting, state.why) == (1, 1, "openai: rate limit")
    assert state.seconds == 20.0
    await clock.advance(19.9)
    assert len(calls.begun) == 2
    await clock.advance(0.2)
    assert calls.begun == ["a", "b", "c"]
    assert calls.waits[-1] == ("", None)


@limits
async def test_one_round_of_refusals_halves_once(clock: FakeClock, calls: Calls) -> None:
    await calls.start(*"abcdefgh")
    for number in range(4):
        await calls.end(number, refused(0.0, Kind.OVERLOADED))
        await clock.advance(0.1)
    assert calls.limiter.state().at_once == FIRST // 2
    await calls.start("x")
    assert len(calls.begun) == 8  # four still run
    await calls.end(4)
    assert len(calls.begun) == 9
    await calls.end(8, refused(0.0))
    assert calls.limiter.state().at_once == FIRST // 4


@limits
async def test_successes_add_one_a_round_up_to_a_bound(clock: FakeClock, calls: Calls) -> None:
    for number in range(FIRST):
        await calls.start("a")
        await calls.end(number)
    assert calls.limiter.state().at_once in (FIRST, FIRST + 1)
    for number in range(FIRST, 3000):
        await calls.start("a")
        await calls.end(number)
    assert calls.limiter.state().at_once == MOST


@limits
async def test_refusals_without_advice_back_off_longer(clock: FakeClock, calls: Calls) -> None:
    waits = []
    for number in range(7):
        await calls.start("a")
        assert len(calls.begun) == number + 1
        await calls.end(number, refused())
        await calls.start("b")
        waits.append(calls.waits[-1][1])
        calls.tasks.pop().cancel()
        await settle()
        await clock.advance(waits[-1] or 0.0)
    assert waits == [1, 2, 4, 8, 16, 30, 30]


@limits
async def test_what_the_headers_leave_is_kept_to(clock: FakeClock, calls: Calls) -> None:
    headers = {
        "x-ratelimit-limit-tokens": "1000",
        "x-ratelimit-remaining-tokens": "200",
        "x-ratelimit-reset-tokens": "1m20s",  # ten a second
    }
    calls.limiter.hear(headers)
    await calls.start("a", tokens=150)
    await calls.start("b", tokens=150)
    assert calls.begun == ["a"]
    assert calls.waits == [("openai: the limit of tokens is used up", pytest.approx(10.0))]
    await clock.advance(10.01)
    assert calls.begun == ["a", "b"]
    await calls.start("c", tokens=5000)  # more than there ever is: a full bucket must do
    await clock.advance(99)
    assert len(calls.begun) == 2
    await clock.advance(2)
    assert calls.begun == ["a", "b", "c"]


@limits
async def test_no_requests_left_wait_for_one(clock: FakeClock, calls: Calls) -> None:
    calls.limiter.hear(
        {
            "anthropic-ratelimit-requests-limit": "60",
            "anthropic-ratelimit-requests-remaining": "0",
            "anthropic-ratelimit-requests-reset": "2026-11-01T10:01:00Z",
            "date": "Sun, 01 Nov 2026 10:00:00 GMT",
        }
    )
    await calls.start("a")
    assert calls.waits == [("openai: the limit of requests is used up", pytest.approx(1.0))]
    await clock.advance(1.01)
    assert calls.begun == ["a"]


@limits
async def test_who_gives_up_waiting_leaves_no_trace(clock: FakeClock, calls: Calls) -> None:
    await calls.start(*["a"] * FIRST, "b", "c")
    calls.tasks[FIRST].cancel()
    await settle()
    await calls.end(0)
    assert calls.begun[-1] == "c"


async def test_a_wait_that_is_not_wanted_ends_the_turn() -> None:
    clock = FakeClock()
    limiter = Limiter("openai", clock=clock)
    with pytest.raises(CallFailed):
        async with limiter.turn("a"):
            raise refused(60.0)

    def unwanted(why: str, seconds: float | None) -> None:
        raise KeyError(why)

    with pytest.raises(KeyError):
        async with limiter.turn("a", 0, unwanted):
            raise AssertionError("it began")
    assert limiter.state().waiting == 0


def requests(limit: str, reset: str) -> dict[str, str]:
    name = "x-ratelimit-{}-requests"
    return {name.format("limit"): limit, name.format("remaining"): "5", name.format("reset"): reset}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("12ms", 0.012), ("6m0s", 360.0), ("1h2m3.5s", 3723.5), ("7", 7.0)],
)
def test_resets_are_read_as_they_are_written(text: str, seconds: float) -> None:
    found = read(requests("10", text), 0.0, 0.0)["requests"]
    assert found.wait(6.0, 0.0) == pytest.approx(seconds / 5)


@pytest.mark.parametrize("text", ["", "soon", "-", "1x", "2026-13-01T00:00:00Z"])
def test_headers_that_say_nothing_are_passed_over(text: str) -> None:
    assert read(requests("10", text), 0.0, 0.0) == {}
    assert read(requests(text, "1"), 0.0, 0.0) == {}
