"""`workbench strategies`, and a strategy with options from the command line to the screen."""

from __future__ import annotations

from pathlib import Path

from cli_program import Program

from workbench.search.registry import strategies


def test_strategies_are_listed_with_their_options(program: Program) -> None:
    rows = program("strategies", "--json").value
    assert [row["name"] for row in rows] == list(strategies())
    islands = next(row for row in rows if row["name"] == "islands")
    assert "OpenEvolve" in islands["source"]
    found = {option["name"]: option for option in islands["options"]}
    assert found["islands"]["default"] == 5
    assert found["islands"]["values"] == "a whole number, 1 to 64"
    assert all(option["about"] for row in rows for option in row["options"])
    said = program("strategies").out
    assert "migration_every=50 (a whole number, 1 to 100000)" in said
    assert said.count("similarity=1.0") == 1  # what all have is told once
    assert "returning=reject" in said  # but for one that has another default


def test_options_reach_the_session_and_are_shown(program: Program, hill: Path) -> None:
    chosen = "beam:width=2,returning=reject"
    done = program(
        *("run", hill, "--strategy", chosen, "--lineages", 1, "--budget", "evaluations=6"),
        *("--display", "json"),
    )
    session = done.lines[-1]["session"]
    (lineage,) = program.show(session)["lineages"]
    assert lineage["strategy"] == "beam"
    assert lineage["strategy_options"] == {
        "width": 2, "children": 4, "returning": "reject", "similarity": 1.0
    }  # fmt: skip
    assert lineage["cycling"]["added_lines"] > 0
    said = program("show", session).out
    assert "beam:width=2,returning=reject, cycling " in said
