"""Simulated searches from the command line: the table, one session, and its mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.cli import main


@pytest.fixture(autouse=True)
def _apart(places: Path) -> None:
    """Sessions of these tests are their own."""


def run(capsys: pytest.CaptureFixture[str], command: str) -> tuple[int, str, str]:
    try:
        code = main(command.split())
    except SystemExit as end:
        code = int(end.code or 0)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_the_table_compares_allocators_at_the_same_width(
    capsys: pytest.CaptureFixture[str],
) -> None:
    command = "simulate --width 8 --width 4 --depth 4 --allocator uniform --allocator halving"
    code, out, _ = run(capsys, f"{command} --seeds 5")
    assert code == 0
    lines = out.splitlines()
    assert lines[0].startswith("Simulation of searches: c=2.2")
    assert lines[2] == "more: seed by seed, than uniform at the same strategy, width and depth"
    assert [line.split()[:3] for line in lines[4:]] == [
        ["chain", "uniform", "8x4"],
        ["chain", "halving", "8x4"],
        ["chain", "uniform", "4x4"],
        ["chain", "halving", "4x4"],
    ]
    assert (lines[4].count("["), lines[5].count("[")) == (1, 2)


def test_scripts_get_every_seed_s_best(capsys: pytest.CaptureFixture[str]) -> None:
    command = "simulate --width 1 --depth 3 --strategy chain --strategy independent --json"
    law = "--proposer simulation:c=1e6,luck=0,failure=0 --seeds 3 --seed 7"
    code, out, _ = run(capsys, f"{command} {law}")
    assert code == 0
    told = json.loads(out)
    assert told["simulation"] is True
    assert told["seeds"] == [7, 9]
    assert told["law"]["c"] == 1e6
    chain, independent = told["rows"]
    assert chain["bests"] == pytest.approx([1 + 1 / 2 + 1 / 3] * 3)  # improves at every step
    assert independent["bests"] == [1.0] * 3
    assert independent["more"]["mean"] == pytest.approx(-5 / 6)
    assert chain["more"] is None


def test_width_is_paid_back_in_time(capsys: pytest.CaptureFixture[str]) -> None:
    command = "simulate --width 1 --width 4 --seeds 2 --proposer simulation:latency=2 --json"
    _, out, _ = run(capsys, command)
    one, four = json.loads(out)["rows"]
    assert one["seconds"] == pytest.approx(256 * 2)
    assert four["seconds"] == pytest.approx(64 * 2)  # four side by side


def test_a_simulated_session_runs_and_is_shown_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    command = "run simulation --display plain --lineages 2 --budget evaluations=9"
    code, out, err = run(capsys, f"{command} --allocator thompson:at_once=1")
    assert code == 0, err
    assert "lineages share the budget: thompson:at_once=1" in out
    assert "finished: simulation, 9/9 ev" in out
    _, out, _ = run(capsys, "sessions")
    name = out.split()[0]
    assert "-simulation-" in name
    _, out, _ = run(capsys, f"show {name}")
    assert "simulation: no program is run" in out
    assert "allocator thompson:at_once=1, 8 turns given" in out
    assert "of the steps, turn 8: drew" in out


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("run circle-packing --proposer simulation", "go together"),
        ("run simulation --proposer mutation", "go together"),
        ("run simulation --proposer simulation:c=x", "simulation: c=x is no number"),
        ("run simulation --proposer simulation:d=1", "no option 'd'; its options: c, failure"),
        ("run simulation --proposer simulation:failure=2", "failure is a share"),
        ("run simulation --allocator best", "choose one of exp3, halving, thompson, ucb, uniform"),
        ("run simulation --allocator ucb:batch=0", "batch is 1 or more"),
        ("tasks check simulation", "no verifier to check"),
        ("simulate --proposer mutation", "only `simulation`"),
        ("simulate --strategy none", "unknown strategy"),
    ],
)
def test_a_mistake_is_told(capsys: pytest.CaptureFixture[str], command: str, said: str) -> None:
    code, _, err = run(capsys, command)
    assert code == 2
    assert said in err
    assert "Traceback" not in err


def test_no_model_takes_a_simulation_over(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    run(capsys, "run simulation --display plain --lineages 1 --budget evaluations=4")
    _, out, _ = run(capsys, "sessions")
    name = out.split()[0]
    more = "--model openai:some --display plain --budget evaluations=9"
    for command in (f"resume {name} {more}", f"replay {name} --from 2 {more}"):
        code, _, err = run(capsys, command)
        assert code == 1, command
        assert "this session is a simulation" in err
