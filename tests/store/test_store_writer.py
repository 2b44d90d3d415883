"""The writer: order, durability before the answer, cancellation, and failure."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from journals import TEXT, lineage, make, opening, verdict

from workbench.model import event as ev
from workbench.model.candidate import digest_of
from workbench.model.event import Record
from workbench.model.verdict import Outcome, Verdict
from workbench.store import JournalBroken, Reader, SessionLock, Store

FIRST = len(opening()) + 1


async def test_numbers_follow_the_order_of_calls(tmp_path: Path) -> None:
    directory = await make(tmp_path / "s")
    with SessionLock(directory) as lock:
        async with Store.open(lock) as store:
            one = store.submit(ev.Heartbeat(), ev.Heartbeat(), elapsed=1.0)
            two = store.submit(lineage(2), elapsed=2.0)
            assert [r.seq for r in await two] == [FIRST + 2]
            assert [r.seq for r in await one] == [FIRST, FIRST + 1]
            assert (await two)[0].event == lineage(2)
            assert (await two)[0].elapsed == 2.0


async def test_what_gathers_during_a_commit_is_committed_together(tmp_path: Path) -> None:
    directory = await make(tmp_path / "s")
    commits: list[list[int]] = []
    with SessionLock(directory) as lock:
        async with Store.open(lock, on_commit=lambda r: commits.append([x.seq for x in r])) as s:

            async def produce() -> None:
                for _ in range(20):
                    await s.submit(ev.Heartbeat(), elapsed=0.0)

            await asyncio.gather(*(produce() for _ in range(16)))
    told = [seq for commit in commits for seq in commit]
    assert told == list(range(FIRST, FIRST + 320))
    assert len(commits) <= 40, "16 waiting producers should share commits"


async def test_a_record_is_in_the_file_before_anybody_hears_of_it(tmp_path: Path) -> None:
    directory = await make(tmp_path / "s")
    seen: list[bool] = []
    with Reader(directory) as reader, SessionLock(directory) as lock:

        def check(records: list[Record]) -> None:
            seen.append(reader.records(records[0].seq - 1) == records)

        async with Store.open(lock, on_commit=check) as store:
            await store.submit(ev.Heartbeat(), elapsed=1.0)
            await store.submit(ev.Heartbeat(), elapsed=2.0)
    assert seen == [True, True]


async def test_cancelling_a_waiter_does_not_lose_the_write(tmp_path: Path) -> None:
    directory = await make(tmp_path / "s")
    with SessionLock(directory) as lock:
        async with Store.open(lock) as store:

            async def impatient() -> None:
                await store.submit(lineage(2), elapsed=0.0)

            task = asyncio.create_task(impatient())
            await asyncio.sleep(0)
            task.cancel()
            later = await store.submit(lineage(3), elapsed=0.0)
            assert task.cancelled()
            assert [r.event for r in store.records(FIRST - 1)] == [lineage(2), lineage(3)]
            assert later[0].seq == FIRST + 1


async def test_leaving_writes_what_is_queued_even_when_cancelled(tmp_path: Path) -> None:
    directory = await make(tmp_path / "s")

    async def run(begun: asyncio.Event) -> None:
        with SessionLock(directory) as lock:
            async with Store.open(lock) as store:
                store.submit(lineage(2), elapsed=0.0)
                begun.set()
                await asyncio.Event().wait()

    begun = asyncio.Event()
    task = asyncio.create_task(run(begun))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sorted(p.name for p in directory.iterdir()) == ["session.db", "session.lock"]
    with Reader(directory) as reader:
        assert reader.records()[-1].event == lineage(2)


def test_a_loop_torn_down_under_the_store_leaves_no_thread_and_a_sound_file(
    tmp_path: Path,
) -> None:
    directory = tmp_path / "s"
    threads = set(threading.enumerate())
    kept: list[asyncio.Task[None]] = []

    async def engine(saved: asyncio.Event) -> None:
        with SessionLock(directory) as lock:
            async with Store.open(lock) as store:
                await store.submit(lineage(2), elapsed=0.0)
                saved.set()
                while True:
                    await store.submit(ev.Heartbeat(), elapsed=0.0)

    async def main() -> None:
        await make(directory)
        saved = asyncio.Event()
        kept.append(asyncio.create_task(engine(saved)))
        await saved.wait()

    asyncio.run(main())  # cancels the engine and the writer at once
    for thread in set(threading.enumerate()) - threads:
        thread.join(10)
        assert not thread.is_alive()
    with Reader(directory) as reader:
        assert reader.records()[FIRST - 1].event == lineage(2)


@pytest.mark.parametrize(
    "event",
    [
        ev.VerdictReached(1, None, Verdict(Outcome.SCORED, "m", 1.0, 1.0, {"gap": float("nan")})),
        ev.HintQueued(1, "lone surrogate \ud800", (1,)),
    ],
)
async def test_what_would_not_read_back_is_refused_before_it_has_a_number(
    tmp_path: Path, event: ev.AnyEvent
) -> None:
    directory = await make(tmp_path / "s")
    with SessionLock(directory) as lock:
        async with Store.open(lock) as store:
            with pytest.raises(ValueError, match="cannot be journalled"):
                store.submit(ev.Heartbeat(), event, elapsed=0.0)
            with pytest.raises(ValueError, match="finite"):
                store.submit(ev.Heartbeat(), elapsed=float("inf"))
            assert [r.seq for r in await store.submit(lineage(2), elapsed=0.0)] == [FIRST]


async def test_the_announced_record_is_the_one_a_resume_will_read(tmp_path: Path) -> None:
    directory = await make(tmp_path / "s")
    failed = ev.ProposalFailed(1, 1, "unusable", "no edit", detail={"lines": (1, 2)})
    with SessionLock(directory) as lock:
        async with Store.open(lock) as store:
            announced = await store.submit(failed, elapsed=0.0)
            assert announced == store.records(FIRST - 1)


async def test_an_event_that_does_not_fit_never_becomes_durable(tmp_path: Path) -> None:
    directory = await make(tmp_path / "s")

    async def engine(lock: SessionLock) -> None:
        async with Store.open(lock) as store:
            await store.submit(lineage(2), elapsed=0.0)
            bad = store.submit(verdict(99, 1, 1.0), elapsed=0.0)
            with pytest.raises(JournalBroken) as told:
                await bad
            assert told.value.durable == FIRST
            with pytest.raises(JournalBroken):
                await store.submit(lineage(3), elapsed=0.0)

    with SessionLock(directory) as lock:
        with pytest.raises(JournalBroken, match="fault of the workbench"):
            await engine(lock)
        async with Store.open(lock) as store:  # the file is as sound as before
            assert store.records()[-1].event == lineage(2)
            await store.submit(lineage(3), elapsed=0.0)


async def test_a_fault_in_announcing_stops_the_store_but_not_what_is_saved(tmp_path: Path) -> None:
    directory = await make(tmp_path / "s")

    def burst(records: list[Record]) -> None:
        raise LookupError("no such feed")

    async def engine(lock: SessionLock) -> None:
        async with Store.open(lock, on_commit=burst) as store:
            assert [r.seq for r in await store.submit(lineage(2), elapsed=0.0)] == [FIRST]
            with pytest.raises(JournalBroken):
                await store.drain()

    with SessionLock(directory) as lock, pytest.raises(JournalBroken, match="no such feed"):
        await engine(lock)
    with Reader(directory) as reader:
        assert reader.records()[-1].seq == FIRST


async def test_planning_on_what_is_queued_comes_first_and_may_refuse_it(tmp_path: Path) -> None:
    directory = await make(tmp_path / "s")
    told: list[tuple[str, int]] = []

    def plan(records: list[Record]) -> None:
        if isinstance(records[0].event, ev.Heartbeat):
            raise LookupError("does not fit")
        told.append(("submit", records[0].seq))

    def announce(records: list[Record]) -> None:
        told.append(("commit", records[0].seq))

    with SessionLock(directory) as lock:
        async with Store.open(lock, on_submit=plan, on_commit=announce) as store:
            await store.submit(lineage(2), elapsed=0.0)
            with pytest.raises(LookupError):
                store.submit(ev.Heartbeat(), elapsed=0.0)
            await store.submit(lineage(3), elapsed=0.0)
            assert [r.event for r in store.records(FIRST - 1)] == [lineage(2), lineage(3)]
    assert told == [
        ("submit", FIRST),
        ("commit", FIRST),
        ("submit", FIRST + 1),
        ("commit", FIRST + 1),
    ]


async def test_blobs_come_with_their_event_and_are_stored_once(tmp_path: Path) -> None:
    directory = await make(tmp_path / "s")
    large = bytes(range(256)) * 2000
    with SessionLock(directory) as lock:
        async with Store.open(lock) as store:
            store.submit(lineage(2), blobs=[b"new", TEXT, large], elapsed=0.0)
            await store.submit(lineage(3), blobs=[b"new", large], elapsed=0.0)
            assert await store.blob(digest_of(b"new")) == b"new"
            assert await store.blob(digest_of(large)) == large
            with pytest.raises(KeyError):
                await store.blob(digest_of(b"never stored"))
    with Reader(directory) as reader:
        assert sorted(reader.digests()) == sorted(map(digest_of, [TEXT, b"new", large]))


async def test_opening_needs_the_lock_and_closing_is_final(tmp_path: Path) -> None:
    directory = await make(tmp_path / "s")
    lock = SessionLock(directory)
    with pytest.raises(RuntimeError, match="acquire the lock"):
        async with Store.open(lock):
            pass
    with lock:
        async with Store.open(lock) as store:
            pass
        with pytest.raises(RuntimeError, match="closed"):
            store.submit(lineage(2), elapsed=0.0)
