"""Score an SQL query by the virtual machine steps it takes in SQLite. Standard library only.

Usage: python3 -S verify.py [APP_DIR] [LOG_DIR]   (defaults: /app and /logs/verifier)

APP_DIR/query.sql holds up to three CREATE INDEX statements and one query. They are run on two
databases in memory that shop.py builds from fixed seeds; the rows must be those that shop.py finds
without SQL. The cost is the mean of the steps of all statements. SQLite compiles a statement to
instructions of a virtual machine (sqlite.org/opcode.html) and calls a progress handler every n of
them (sqlite.org/c3ref/progress_handler.html): n times the calls are the steps, up to n below them.
They are no time, but the same on every machine with the same version of SQLite.

One instruction may do a lot (a sort, a function of a long text), so texts are limited to 1000 bytes
and functions to aggregates, windows and arithmetic. An authorizer (sqlite.org/c3ref/set_authorizer)
refuses everything but reading the four tables and, before the query, indexes on them: no PRAGMA,
ATTACH, ANALYZE, other table or table-valued function. Steps, time and memory have limits.
"""

import re
import sqlite3
import time
from dataclasses import dataclass, field
from pathlib import Path

import shop
from answers import Refused, Scored, broken, main, read_bytes

OUTPUT = "query.sql"
MOST_BYTES = 16_384
MOST_INDEXES = 3
EVERY = 20  # steps between two calls of the progress handler
MOST_STEPS = 10_000_000  # per database
MOST_SECONDS = 4.0  # per database
LONGEST_TEXT = 1000
MOST_MEMORY = 256 << 20
FUNCTIONS = frozenset(
    {
        *(
            "abs",
            "avg",
            "coalesce",
            "count",
            "ifnull",
            "iif",
            "max",
            "min",
            "nullif",
            "sign",
            "sum",
        ),
        *("total", "likelihood", "likely", "unlikely", "row_number", "rank", "dense_rank"),
        *("first_value", "last_value", "lag", "lead", "ntile"),
    }
)
REFUSALS = {
    sqlite3.SQLITE_FUNCTION: "the function",
    sqlite3.SQLITE_READ: "reading",
    sqlite3.SQLITE_PRAGMA: "the pragma",
    sqlite3.SQLITE_SELECT: "a query before the last statement, for",
}
BEST_KNOWN = 41_830  # steps, with SQLite 3.40.1; task.toml names the source
SHOWN = 8  # lines of the query plan

_INDEX = re.compile(r"create\s+(?:unique\s+)?index\b", re.IGNORECASE)
_QUERY = re.compile(r"(?:select|with)\b", re.IGNORECASE)


@dataclass
class Run:
    """A database while it is measured: what is refused, and what was counted."""

    database: sqlite3.Connection
    indexing: bool = True
    calls: int = 0
    refused: list[str] = field(default_factory=list)
    stopped: str = ""
    deadline: float = 0.0

    def __post_init__(self) -> None:
        """Put the limits in place."""
        self.deadline = time.perf_counter() + MOST_SECONDS
        self.database.execute(f"PRAGMA hard_heap_limit = {MOST_MEMORY}")
        self.database.execute("PRAGMA temp_store = MEMORY")
        self.database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_TEXT)
        self.database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        self.database.setlimit(sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0)
        self.database.set_authorizer(self.allow)
        self.database.set_progress_handler(self.count, EVERY)

    def allow(self, action: int, first: str, second: str, *_: str) -> int:
        """Say whether a statement may do what it is about to be compiled to do."""
        counted = second == "" and not first.startswith("sqlite_")  # rows of a common table, say
        if action == sqlite3.SQLITE_READ and (first in shop.TABLES or counted):
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_FUNCTION and second.lower() in FUNCTIONS:
            return sqlite3.SQLITE_OK
        if self.indexing:
            if action == sqlite3.SQLITE_CREATE_INDEX and second in shop.TABLES:
                return sqlite3.SQLITE_OK
            if action == sqlite3.SQLITE_INSERT and first == "sqlite_master":
                return sqlite3.SQLITE_OK
            if action == sqlite3.SQLITE_REINDEX:
                return sqlite3.SQLITE_OK
        elif action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE):
            return sqlite3.SQLITE_OK
        name = second if action == sqlite3.SQLITE_FUNCTION else first
        words = REFUSALS.get(action, "more than to read, which concerns")
        self.refused.append(f"{words} {ascii(name)[:60]}")
        return sqlite3.SQLITE_DENY

    def count(self) -> int:
        """Count `EVERY` steps; anything but 0 interrupts the statement."""
        self.calls += 1
        if self.calls * EVERY > MOST_STEPS:
            self.stopped = f"took more than {MOST_STEPS:,} steps"
        elif self.calls % 1000 == 0 and time.perf_counter() > self.deadline:
            self.stopped = f"took longer than {MOST_SECONDS:g} seconds"
        return bool(self.stopped)

    def execute(self, statement: str, most: int) -> tuple[int, shop.Rows]:
        """Return the steps and up to `most` rows of a statement that is run to its end.

        Raises Refused where it is not allowed, wrong, or takes too long.
        """
        before = self.calls
        try:
            cursor = self.database.execute(statement)
            rows = cursor.fetchmany(most)
            if cursor.fetchone() is not None:
                rows.append(("one more",))
        except (sqlite3.Error, sqlite3.Warning, MemoryError, ValueError) as error:
            reason = (
                f"does what is not allowed: {self.refused[0]}" if self.refused else self.stopped
            )
            head = " ".join(statement.split())[:60]
            raise Refused(
                f"the statement {head!a} {reason or f'failed: {ascii(str(error))[:200]}'}"
            ) from None
        return (self.calls - before) * EVERY, rows


def begun(statement: str) -> str:
    """Return the statement from its first word on, without the comments before it."""
    while True:
        statement = statement.lstrip()
        if statement.startswith("--"):
            statement = statement.partition("\n")[2]
        elif statement.startswith("/*"):
            statement = statement.partition("*/")[2]
        else:
            return statement


def read_statements(path: Path) -> tuple[list[str], str]:
    """Return the statements that make indexes, and the query. Raises Refused."""
    try:
        text = read_bytes(path, MOST_BYTES).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(f"{path.name} is not UTF-8 (byte {error.start})") from None
    if "\0" in text:
        raise Refused(f"{path.name} holds a null character")
    found, start = [], 0
    for at, sign in enumerate(text):
        if sign == ";" and sqlite3.complete_statement(text[start : at + 1]):
            found.append(text[start : at + 1])
            start = at + 1
    found = [part for part in map(begun, (*found, text[start:])) if part not in ("", ";")]
    if not found:
        raise Refused(f"{path.name} holds no statement")
    *indexes, query = found
    wrong = [part for part in indexes if not _INDEX.match(part)]
    wrong += [] if _QUERY.match(query) else [query]
    if wrong:
        head = ascii(" ".join(wrong[0].split())[:60])
        raise Refused(
            f"{path.name} must be CREATE INDEX statements and then one query that begins with "
            f"SELECT or WITH; {head} is neither in its place"
        )
    if len(indexes) > MOST_INDEXES:
        raise Refused(f"{len(indexes)} indexes are made, more than {MOST_INDEXES}")
    return indexes, query


def differences(rows: shop.Rows, wanted: shop.Rows, which: int) -> list[tuple[float, str]]:
    """Return what is wrong with the rows for the database number `which`, worst first."""
    where = f"database {which}"
    if len(rows) != len(wanted):
        more = "more than " if len(rows) > len(wanted) else ""
        count = min(len(rows), len(wanted)) if more else len(rows)
        return [(abs(len(wanted) - len(rows)), f"{where}: {more}{count} rows, not {len(wanted)}")]
    found = []
    for at, (row, right) in enumerate(zip(rows, wanted, strict=True)):
        if len(row) != len(right):
            found.append((1.0, f"{where}, row {at}: {len(row)} columns, not {len(right)}"))
        elif list(map(type, row)) != list(map(type, right)) or row != right:
            columns = [k for k, (a, b) in enumerate(zip(row, right, strict=True)) if a != b]
            named = ", ".join(map(str, columns)) or "a type"
            found.append((1.0, f"{where}, row {at}: wrong in column {named}"))
    return found


def measure(seed: int, which: int, indexes: list[str], query: str) -> tuple[int, int, list, list]:
    """Return the steps of the indexes and of the query, what is wrong, and the query's plan."""
    tables = shop.make(seed)
    wanted = shop.answer(tables)
    run = Run(shop.build(tables))
    made = sum(run.execute(statement, 0)[0] for statement in indexes)
    run.indexing = False
    steps, rows = run.execute(query, len(wanted))
    plan = [str(row[3]) for row in run.execute(f"EXPLAIN QUERY PLAN {query}", 200)[1]]
    run.database.close()
    return made, steps, differences(rows, wanted, which), plan


def score(app: Path) -> Scored:
    """Return the record and the feedback for the output file in the directory `app`."""
    indexes, query = read_statements(app / OUTPUT)
    made, asked, wrong, plan = [], [], [], []
    for which, seed in enumerate(shop.SEEDS):
        index_steps, steps, faults, plan = measure(seed, which, indexes, query)
        made.append(index_steps)
        asked.append(steps)
        wrong += faults
    if wrong:
        return broken(wrong)
    index_steps, steps = (sum(counted) / len(shop.SEEDS) for counted in (made, asked))
    major, minor, patch = sqlite3.sqlite_version_info
    record = {
        "reward": index_steps + steps,
        "feasible": 1,
        "query_steps": steps,
        "index_steps": index_steps,
        "indexes": len(indexes),
        "sqlite_version": major * 10_000 + minor * 100 + patch,
    }
    return record, praise(record, plan)


def praise(record: dict[str, float], plan: list[str]) -> str:
    """Say what a right query costs and how SQLite carries it out."""
    cost, query, made = (record[key] for key in ("reward", "query_steps", "index_steps"))
    scans = sum("SCAN" in line for line in plan)
    again = sum("CORRELATED" in line for line in plan)
    lines = [
        f"{cost:,.0f} steps (smaller is better), {cost / BEST_KNOWN:.2f} times the best known.",
        f"The query takes {query:,.0f}, its indexes ({record['indexes']}) {made:,.0f}.",
        f"SQLite {sqlite3.sqlite_version}; other versions differ.",
        f"The plan has {len(plan)} lines, {scans} scans and {again} subqueries run once per row:",
    ]
    telling = [line for line in plan if re.match("SCAN|SEARCH|CORR|USE|MATER|CO-", line)]
    lines += [f"- {ascii(line)[1:-1][:90]}" for line in telling[:SHOWN]]
    lines += [f"- and {len(telling) - SHOWN} more"] if len(telling) > SHOWN else []
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(score)
