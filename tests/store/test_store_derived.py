"""The derived tables follow from the journal, whatever it says."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from journals import RandomJournal

from workbench.model.session import Session
from workbench.store import Reader, SessionLock, Store, create, derived

TABLES = list(derived.TABLES)


def _tables(directory: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(directory / "session.db")) as db:
        return {t: db.execute(f"SELECT * FROM {t} ORDER BY id").fetchall() for t in TABLES}


async def _write(directory: Path, seed: int) -> None:
    """Write a random journal in random portions, over two runs of the writer."""
    chance = random.Random(seed)
    events = list(RandomJournal(seed).events(400))
    await create(directory, events[:5])
    rest = events[5:]
    for end in (len(rest) // 2, len(rest)):
        with SessionLock(directory) as lock:
            async with Store.open(lock) as store:
                portion, rest = rest[:end], rest[end:]
                while portion:
                    some = chance.randint(1, 5)
                    done = store.submit(*portion[:some], elapsed=chance.random())
                    portion = portion[some:]
                    if chance.random() < 0.3:
                        await done


@pytest.mark.parametrize("seed", range(6))
async def test_dropped_and_rebuilt_tables_equal_those_kept_in_step(
    tmp_path: Path, seed: int
) -> None:
    directory = tmp_path / "s"
    await _write(directory, seed)
    kept = _tables(directory)
    assert len(kept["candidate"]) > 10
    with Reader(directory) as reader:
        session = Session(reader.records())
    with closing(sqlite3.connect(directory / "session.db", isolation_level=None)) as db:
        for table in TABLES:
            db.execute(f"DELETE FROM {table}")
        derived.rebuild(db, session)
    assert _tables(directory) == kept


async def test_opening_mends_tables_that_do_not_follow_from_the_journal(tmp_path: Path) -> None:
    directory = tmp_path / "s"
    await _write(directory, 3)
    kept = _tables(directory)
    with closing(sqlite3.connect(directory / "session.db", isolation_level=None)) as db:
        db.execute("UPDATE candidate SET reward = 99 WHERE id = 2")
        db.execute("DELETE FROM summary")
    with SessionLock(directory) as lock:
        async with Store.open(lock):
            pass
    assert _tables(directory) == kept


async def test_rows_say_what_the_session_says(tmp_path: Path) -> None:
    directory = tmp_path / "s"
    await _write(directory, 4)
    with Reader(directory) as reader:
        session = Session(reader.records())
        summary, lineages, candidates = reader.summary(), reader.lineages(), reader.candidates()
    assert (summary.state, summary.seq) == (session.state, session.seq)
    assert (summary.spent, summary.limits) == (session.spent, session.limits)
    assert summary.best_reward == max(x.reward for x in session.candidates.values() if x.feasible)
    assert summary.best_score == -summary.best_reward, "this task minimises"
    assert [(x.id, x.state, x.best_reward, x.spent) for x in lineages] == [
        (x.id, x.state, x.best_reward, x.spent) for x in session.lineages.values()
    ]
    assert [x.share for x in lineages] == [x.share for x in session.lineages.values()]
    for row in candidates:
        candidate = session.candidates[row.id]
        assert row.parents == candidate.parents
        assert row.outcome == (candidate.verdict and candidate.verdict.outcome)
        assert row.reward == (candidate.verdict and candidate.verdict.reward)
