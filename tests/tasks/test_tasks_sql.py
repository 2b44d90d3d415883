"""The SQL task: right rows only, steps as SQLite counts them, nothing but reading."""

import sqlite3
import sys
from pathlib import Path

import pytest
from bundled import TASKS, Scored, figures_differ, initial, judge, reference
from test_tasks_rejections import rejected

TASK = "sql-query"
sys.path.insert(0, str(TASKS / TASK / "tests"))
import shop  # noqa: E402  (the task's own module)

sys.path.pop(0)

BASE = initial(TASK)["query.sql"].decode()
GOOD = reference(TASK)["query.sql"].decode()


def put(text: str, folder: Path) -> Scored:
    return judge(TASK, text.encode(), folder)


def stepped(database: sqlite3.Connection, statement: str) -> tuple[int, list[tuple[object, ...]]]:
    """Return the steps by a handler that is called at every one, and the rows."""
    calls = 0

    def count() -> int:
        nonlocal calls
        calls += 1
        return 0

    database.set_progress_handler(count, 1)
    rows = database.execute(statement).fetchall()
    database.set_progress_handler(None, 0)
    return calls, rows


@pytest.mark.parametrize("text", [BASE, GOOD])
def test_rows_and_steps_counted_one_by_one(text: str, tmp_path: Path) -> None:
    steps = []
    for seed in shop.SEEDS:
        tables = shop.make(seed)
        database, counted = shop.build(tables), 0
        for statement in text.split(";")[:-1]:
            more, rows = stepped(database, statement)
            counted += more
        assert rows == shop.answer(tables)
        assert len(rows) == 20
        steps.append(counted)
    scored = put(text, tmp_path)
    exact = sum(steps) / len(steps)
    assert scored.reward["feasible"] == 1
    assert exact - 40 <= scored.reward["reward"] <= exact
    assert f"SQLite {sqlite3.sqlite_version}" in scored.feedback


def test_the_figures_are_those_of_the_version_they_were_made_with(tmp_path: Path) -> None:
    if reason := figures_differ(TASK):
        pytest.skip(reason)
    assert put(GOOD, tmp_path).reward["reward"] == 41830
    assert put(BASE, tmp_path).reward["reward"] == 3055210


def test_an_index_is_charged_what_making_it_takes(tmp_path: Path) -> None:
    index = "CREATE INDEX useless ON lines (quantity);"
    plain, indexed = put(GOOD, tmp_path), put(f"{index}\n{GOOD}", tmp_path)
    counted, _ = stepped(shop.build(shop.make(shop.SEEDS[0])), index)
    assert indexed.reward["indexes"] == plain.reward["indexes"] + 1
    charged = indexed.reward["index_steps"] - plain.reward["index_steps"]
    assert charged == pytest.approx(counted, abs=40)
    assert charged > 8 * 3600
    assert indexed.reward["query_steps"] == plain.reward["query_steps"]
    total = indexed.reward["index_steps"] + indexed.reward["query_steps"]
    assert indexed.reward["reward"] == total
    without = GOOD.rstrip().removesuffix(";")
    assert put(without, tmp_path).reward == plain.reward


def test_the_databases_differ_and_have_ties_to_settle(tmp_path: Path) -> None:
    first, second = (shop.answer(shop.make(seed)) for seed in shop.SEEDS)
    assert first != second
    for rows in (first, second):
        assert any(row[4] == 0 for row in rows)  # no earlier revenue: 0, not NULL
        assert len({row[6] for row in rows}) > 3


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("LIMIT 20", "LIMIT 19", "database 0: 19 rows, not 20 (by 1)"),
        ("LIMIT 20", "LIMIT 25", "database 1: more than 20 rows, not 20"),
        ("day >= 365", "day >= 400", "wrong in column"),
        ("ORDER BY l.revenue DESC", "ORDER BY l.revenue", "row 9: wrong in column 0, 1, 2"),
        ("coalesce(sum", "total(sum", "more than one"),
        ("count(DISTINCT CASE", "count(CASE", "wrong in column 3"),
        ("SELECT 1 + count(*)", "SELECT 1.0 + count(*)", "wrong in column a type"),
        ("SELECT l.customer, l.name", "SELECT l.name", "6 columns, not 7"),
        ("l.customer, l.name", "l.customer, NULL", "wrong in column 1"),
    ],
)
def test_wrong_rows_are_infeasible(old: str, new: str, reason: str, tmp_path: Path) -> None:
    assert old in GOOD
    if reason == "more than one":
        old, new = "), 0) AS earlier", ") - 1, -1) AS earlier"
        reason = "wrong in column 4"
    rejected(put(GOOD.replace(old, new), tmp_path), reason)


REFUSED = {
    "nothing": ("-- only a comment\n", "holds no statement"),
    "two queries": ("SELECT 1; SELECT 2", "'SELECT 1;' is neither in its place"),
    "no query": ("CREATE INDEX a ON orders (day)", "is neither in its place"),
    "query first": (f"{GOOD} CREATE INDEX a ON orders (day);", "is neither in its place"),
    "pragma": (f"PRAGMA automatic_index = 0; {GOOD}", "'PRAGMA automatic_index = 0;' is neither"),
    "analyze": (f"ANALYZE; {GOOD}", "'ANALYZE;' is neither in its place"),
    "attach": ("ATTACH 'x.db' AS x", "is neither in its place"),
    "temporary table": (f"CREATE TEMP TABLE t AS SELECT 1; {GOOD}", "is neither in its place"),
    "trigger": (
        f"CREATE TRIGGER t AFTER INSERT ON lines BEGIN SELECT 1; END; {GOOD}",
        "is neither in its place",
    ),
    "explain": ("EXPLAIN SELECT 1", "is neither in its place"),
    "hidden in a comment": ("/* SELECT */ DELETE FROM orders", "is neither in its place"),
    "delete after with": (
        "WITH a AS (SELECT 1) DELETE FROM orders",
        "does what is not allowed: more than to read, which concerns 'orders'",
    ),
    "insert after with": ("WITH a AS (SELECT 1) INSERT INTO lines SELECT 1, 1, 1", "more than to"),
    "values": ("VALUES (1)", "is neither in its place"),
    "four indexes": (
        "".join(f"CREATE INDEX i{k} ON orders (day, {k});" for k in range(4)) + GOOD,
        "indexes are made, more than 3",
    ),
    "index on the schema": (f"CREATE INDEX a ON sqlite_master (name); {GOOD}", "failed: "),
    "index with a function": (
        f"CREATE INDEX a ON orders (hex(status)); {GOOD}",
        "does what is not allowed: the function 'hex'",
    ),
    "unique where it is not": (f"CREATE UNIQUE INDEX a ON orders (day); {GOOD}", "UNIQUE"),
    "the schema": ("SELECT name FROM sqlite_master", "not allowed: reading 'sqlite_master'"),
    "table function": ("SELECT * FROM json_each('[1]')", "does what is not allowed: "),
    "rows of a table function": ("SELECT count(*) FROM json_each('[1]')", "what is not allowed: "),
    "pragma function": ("SELECT * FROM pragma_table_info('orders')", "what is not allowed: "),
    "load_extension": ("SELECT load_extension('x')", "not allowed: the function 'load_extension'"),
    "random": ("SELECT random()", "not allowed: the function 'random'"),
    "big text": ("SELECT zeroblob(1000000000)", "not allowed: the function 'zeroblob'"),
    "growing text": (
        "WITH RECURSIVE g (t) AS (SELECT 'abcdef' UNION ALL SELECT t || t FROM g) SELECT t FROM g",
        "failed: 'string or blob too big'",
    ),
    "endless": (
        "WITH RECURSIVE g (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g) SELECT max(n) FROM g",
        "took more than 10,000,000 steps",
    ),
    "unknown column": ("SELECT absent FROM orders", "failed: 'no such column: absent'"),
    "parameter": ("SELECT ?", "failed: "),
    "half a statement": ("SELECT (", "failed: 'incomplete input'"),
    "null character": ("SELECT 1\0", "holds a null character"),
    "too long": (f"-- {'x' * 20_000}\nSELECT 1", "is larger than 16384 bytes"),
    "text that is none": ("SELECT CAST(x'ff' AS TEXT)", "failed: "),
    "deep": ("SELECT " + "(" * 3000 + "1" + ")" * 3000, "failed: "),
    "constant": ("SELECT 1, 'a', 1, 1, 1, 1, 1", "database 0: 1 rows, not 20"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_allowed_is_refused_with_the_reason(case: str, tmp_path: Path) -> None:
    text, reason = REFUSED[case]
    scored = put(text, tmp_path)
    rejected(scored, reason)
    assert len(scored.feedback) < 600


def test_a_sort_of_millions_of_rows_ends_well(tmp_path: Path) -> None:
    """Memory runs out before the steps do, or the steps before the memory: never the verifier."""
    text = (
        "WITH RECURSIVE g (n, t) AS (SELECT 1, '" + "y" * 900 + "' UNION ALL SELECT n + 1, t || '' "
        "FROM g LIMIT 800000) SELECT n, t FROM g ORDER BY t, n DESC"
    )
    rejected(put(text, tmp_path), "Not scored")


def test_a_query_that_changes_its_plan_for_an_index_is_right_too(tmp_path: Path) -> None:
    slow = put(BASE, tmp_path)
    indexes = (
        "CREATE INDEX a ON orders (customer); -- one; with a semicolon in its comment\n"
        "/* and; another */ CREATE UNIQUE INDEX b ON lines (order_id, product, rowid, quantity);"
    )
    rejected(put(indexes + BASE, tmp_path), "failed: ")  # rowid cannot be indexed
    quick = put(indexes.replace("UNIQUE ", "").replace(" rowid,", "") + BASE, tmp_path)
    assert quick.reward["indexes"] == 2
    assert quick.reward["reward"] < slow.reward["reward"] / 10
