"""The derived tables: rows that follow from the journal, kept in step with it.

The rows are read off the same `Session` projection that everybody else folds, so lists and screens
cannot disagree. `Follower` says which rows a few more records change; `rebuild` writes them all.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from workbench.model import event as ev
from workbench.model.candidate import Candidate
from workbench.model.event import Record
from workbench.model.lineage import Lineage
from workbench.model.session import Session

Value = int | float | str | bytes | None
Row = tuple[Value, ...]

_json = msgspec.json.Encoder()


class Statement(NamedTuple):
    """One SQL statement and the rows to run it for."""

    sql: str
    rows: Sequence[Row]


def _replace(table: str, columns: int) -> str:
    return f"INSERT OR REPLACE INTO {table} VALUES ({', '.join('?' * columns)})"


CANDIDATE = _replace("candidate", 13)
LINEAGE = _replace("lineage", 13)
SUMMARY = _replace("summary", 19)

TABLES = {"candidate": CANDIDATE, "lineage": LINEAGE, "summary": SUMMARY}
"""The derived tables, each with the statement that writes a row."""


def _text(value: object) -> str:
    return _json.encode(value).decode()


def candidate_row(candidate: Candidate) -> Row:
    """Return the candidate's row, in the order of the table's columns."""
    verdict = candidate.verdict
    return (
        candidate.id,
        candidate.lineage,
        candidate.step,
        _text(candidate.parents),
        candidate.digest,
        candidate.operator,
        candidate.proposer,
        candidate.note,
        candidate.elapsed,
        *(
            (None, None, None, None)
            if verdict is None
            else (verdict.outcome.value, verdict.message, verdict.score, verdict.reward)
        ),
    )


def lineage_row(lineage: Lineage) -> Row:
    """Return the lineage's row, in the order of the table's columns."""
    made = lineage.created
    return (
        lineage.id,
        made.strategy,
        made.proposer,
        made.origin,
        made.forked_from,
        lineage.state,
        lineage.stopped,
        lineage.step,
        len(lineage.candidates) - 1,  # its origin is another's
        lineage.best,
        lineage.best_reward,
        _text(lineage.spent),
        _text(lineage.share),
    )


def summary_row(session: Session) -> Row:
    """Return the session's one row, in the order of the table's columns."""
    facts = session.facts
    best = session.best_candidate
    verdict = None if best is None else best.verdict
    return (
        1,
        session.seq,
        facts.task,
        facts.title,
        session.started_at,
        session.updated_at,
        session.elapsed,
        session.state,
        int(session.engine is not None),
        len(session.lineages),
        len(session.candidates),
        facts.direction.value,
        facts.score_name,
        facts.unit,
        session.best,
        None if verdict is None else verdict.score,
        None if verdict is None else verdict.reward,
        _text(session.spent),
        _text(session.limits),
    )


class Follower:
    """Folds new records and says which derived rows they change."""

    def __init__(self, session: Session) -> None:
        """Follow `session`, whose rows are in the file already. Nobody else may change it."""
        self.session = session
        self._lineages = {n: lineage_row(x) for n, x in session.lineages.items()}

    def follow(self, records: Iterable[Record]) -> list[Statement]:
        """Fold `records` and return what brings the tables up to date.

        Raises what `Session.apply` raises for events that do not fit the journal so far; the
        projection must then be thrown away.
        """
        touched: set[int] = set()
        for record in records:
            self.session.apply(record)
            if isinstance(record.event, ev.ProposalMade | ev.VerdictReached):
                touched.add(record.event.candidate)
        candidates = [candidate_row(self.session.candidates[n]) for n in sorted(touched)]
        # A pause or a new budget changes many lineages at once: comparing rows misses none.
        rows = {n: lineage_row(x) for n, x in self.session.lineages.items()}
        lineages = [row for n, row in rows.items() if self._lineages.get(n) != row]
        self._lineages = rows
        return [
            Statement(CANDIDATE, candidates),
            Statement(LINEAGE, lineages),
            Statement(SUMMARY, [summary_row(self.session)]),
        ]


def rows(session: Session) -> dict[str, list[Row]]:
    """Return what the derived tables must hold for this journal, by table, in order of id."""
    return {
        "candidate": [candidate_row(x) for _, x in sorted(session.candidates.items())],
        "lineage": [lineage_row(x) for _, x in sorted(session.lineages.items())],
        "summary": [summary_row(session)],
    }


def rebuild(db: sqlite3.Connection, session: Session) -> None:
    """Write the derived tables anew from the whole journal, inside the caller's transaction."""
    for table, content in rows(session).items():
        db.execute(f"DELETE FROM {table}")
        db.executemany(TABLES[table], content)
