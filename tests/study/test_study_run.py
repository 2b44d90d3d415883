"""Studies run by the real program: killed, gone on with, interrupted, failing in part."""

from __future__ import annotations

import asyncio
import hashlib
import json
import signal
import sqlite3
import threading
import time
from pathlib import Path

import pytest
from cli_program import Program
from study_support import SIMULATED, SPEC, begun, stories, write_spec

from workbench.cli import main
from workbench.display.study import outcome_line
from workbench.engine.launch import Launch
from workbench.store import holder
from workbench.study.error import StudyError
from workbench.study.grid import Cell
from workbench.study.place import Study, open_study
from workbench.study.running import Outcome, Planned, Running
from workbench.study.status import Watch


@pytest.fixture
def program() -> Program:
    return Program()


def print_of(study: Study) -> dict[str, tuple[int, str]]:
    """When each finished cell's file was written last, and what is in it."""
    found = {}
    for cell in study.grid:
        file = study.session(cell) / "session.db"
        if file.exists() and _finished(file):
            found[cell.id] = (
                file.stat().st_mtime_ns,
                hashlib.sha256(file.read_bytes()).hexdigest(),
            )
    return found


def _finished(file: Path) -> bool:
    db = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        return bool(db.execute("SELECT state FROM summary").fetchone()[0] == "finished")
    finally:
        db.close()


def test_killed_in_the_middle_and_run_again_it_is_as_if_nothing_had_happened(
    program: Program, tmp_path: Path
) -> None:
    file = write_spec(tmp_path, SPEC.replace("=8", "=6"))
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    program("study", "run", file, "--out", whole)
    with program.live("study", "run", file, "--out", cut, "--display=json") as live:
        for _ in range(3):
            live.until("finished")
        live.until("begun")
        live.process.kill()
        live.process.wait()
    assert holder(cut) is None
    study = open_study(cut)
    before = print_of(study)
    assert 3 <= len(before) < len(study.grid) == 8
    begun_before = set(stories(study))
    said = program("study", "resume", cut, "--display=json").lines
    again = {line["cell"] for line in said if line["kind"] in ("begun", "resumed")}
    assert again == {cell.id for cell in study.grid} - set(before)
    assert {x["cell"] for x in said if x["kind"] == "resumed"} == begun_before - set(before)
    assert said[-1] == {
        "kind": "ended",
        "finished": 8,
        "failed": 0,
        "unaffordable": 0,
        "left": 0,
        "cells": 8,
    }
    after = print_of(study)
    assert {name: after[name] for name in before} == before
    assert stories(study) == stories(open_study(whole))
    assert program("study", "run", file, "--out", cut, "--display=json").lines == said[-1:]


def test_ctrl_c_makes_a_checkpoint_and_status_tells_how_it_stands(
    program: Program, tmp_path: Path
) -> None:
    file = write_spec(tmp_path, SPEC.replace("=8", "=400"))
    out = tmp_path / "out"
    with program.live("study", "run", file, "--out", out, "--jobs", 1, "--display=json") as live:
        first = live.until("begun")
        told = program("study", "status", out, "--json").value
        assert told["runner"]["pid"] == live.process.pid
        assert told["cells"][0]["id"] == first["cell"]
        assert told["states"]["running"] == 1
        refused = program("study", "resume", out, code=1)
        assert f"process {live.process.pid}" in refused.err
        live.process.send_signal(signal.SIGINT)
        assert live.end().code == 130
    told = program("study", "status", out, "--json").value
    assert told["runner"] is None
    assert told["states"] == {
        "waiting": 7,
        "running": 0,
        "paused": 0,
        "interrupted": 1,
        "failed": 0,
        "finished": 0,
    }
    lines = program("study", "status", out).out.splitlines()
    assert lines[0] == "Hills: 8 cells: 7 waiting, 1 interrupted"
    assert f"nobody runs it; go on: workbench study resume {out}" in lines[1]
    assert lines[3].split() == [
        *("state", "task", "strategy", "proposer", "allocation", "lineages", "seed", "best", "done")
    ]
    assert lines[4].split()[:3] == ["interrupted", "hill", "independent"]
    assert len(lines) == 4 + 8


def test_a_failed_cell_is_told_apart_keeps_no_other_and_is_tried_again(
    program: Program,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = SPEC.replace("seeds = 2", "seeds = 1").replace('["hill", "steep"]', '["hill"]')
    text = text.replace("evaluations=8", "evaluations=3")
    text += 'proposers = ["mutation"]\nmodels = ["openai:gpt-4o-mini"]\n'
    file = write_spec(tmp_path, text)
    out = tmp_path / "out"
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert main(["study", "check", str(file), "--json"]) == 1
    checked = json.loads(capsys.readouterr().out)
    assert len(checked["problems"]) == 2
    assert "OPENAI_API_KEY" in checked["problems"][0]
    assert checked["usd"] is None
    said = program("study", "run", file, "--out", out, code=1)
    assert "2 of 4 cells finished, 2 failed" in said.out
    told = program("study", "status", out, "--json").value
    failed = [cell for cell in told["cells"] if cell["state"] == "failed"]
    assert {cell["labels"]["proposer"] for cell in failed} == {"openai:gpt-4o-mini"}
    assert all("OPENAI_API_KEY" in cell["message"] for cell in failed)
    again = program("study", "resume", out, "--display=json", code=1).lines
    assert [line["kind"] for line in again] == ["failed", "failed", "ended"]


def test_a_damaged_session_fails_its_own_cell_alone(program: Program, tmp_path: Path) -> None:
    study = begun(tmp_path, SPEC.replace("=8", "=3").replace("seeds = 2", "seeds = 1"))
    broken = study.session(study.grid[0])
    broken.mkdir(parents=True)
    (broken / "session.db").write_bytes(b"no database at all")
    said = program("study", "resume", study.directory, "--display=json", code=1).lines
    assert said[-1]["finished"] == 3
    assert [x["cell"] for x in said if x["kind"] == "failed"] == [study.grid[0].id]


def test_check_says_what_a_study_comes_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write_spec(tmp_path, SPEC.replace('"chain"]', '"beam"]'))
    assert main(["study", "check", str(file), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["cells"], said["evaluations"], said["usd"]) == (12, 96, 0.0)
    assert said["added"] == ["chain"]
    assert said["seconds"] > 0
    assert set(said["of_tasks"]) == {"hill", "steep"}
    assert main(["study", "check", str(file)]) == 0
    text = capsys.readouterr().out
    assert "12 cells = 2 tasks × 3 strategies × 2 seeds" in text
    assert "added to the strategies: chain" in text


def test_a_scaffolded_spec_is_a_new_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.toml"
    assert main(["study", "new", str(file)]) == 0
    capsys.readouterr()
    assert main(["study", "new"]) == 0
    assert capsys.readouterr().out == file.read_text()
    assert main(["study", "new", str(file)]) == 2
    assert "is there already" in capsys.readouterr().err


def test_a_wrong_spec_is_refused_before_anything_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = write_spec(tmp_path, SPEC + 'colour = "red"\n'), tmp_path / "out"
    assert main(["study", "run", str(file), "--out", str(out)]) == 2
    assert "[grid] colour: is unknown" in capsys.readouterr().err
    assert not out.exists()
    assert main(["study", "status", str(tmp_path)]) == 2
    assert "is no study" in capsys.readouterr().err


def test_a_detached_run_is_watched_from_elsewhere_and_ends_by_itself(
    program: Program, tmp_path: Path
) -> None:
    file, out = write_spec(tmp_path, SIMULATED), tmp_path / "out"
    said = program("study", "run", file, "--out", out, "--detach", "--display=json").value
    assert said["kind"] == "detached"
    watch = Watch(open_study(out))
    while watch.read().runner is not None:
        time.sleep(0.05)  # a lock that is let go tells nobody
    assert watch.read().finished == 12
    assert "12 of 12 cells finished" in (out / "run.log").read_text()


def test_no_more_is_begun_than_the_cap_on_dollars_allows(
    tmp_path: Path,
) -> None:
    text = SPEC.replace("=8", "=8,usd=0.4").replace('title = "Hills"', "usd_total = 1.0")
    text = text.replace("seeds = 2", 'seeds = 2\nmodels = ["openai:gpt-4o-mini"]')
    study = begun(tmp_path, text)
    under_way: list[int] = []
    running, more = 0, threading.Event()

    class Spending:
        """Every cell fails, having spent nothing, once another had its chance."""

        def begin(self, cell: Cell) -> Planned:
            nonlocal running
            running += 1
            under_way.append(running)
            more.wait(0.02)  # set by nobody: time for another cell to begin, if one may
            running -= 1
            raise StudyError("no")

        def again(self, cell: Cell) -> Launch:
            raise AssertionError(cell)

    outcome = asyncio.run(Running(study, Spending(), jobs=4).run())
    assert max(under_way) == 2
    assert outcome == Outcome(finished=0, failed=8, unaffordable=0, left=0)


def test_cells_that_might_pass_the_cap_are_left_and_told(tmp_path: Path) -> None:
    text = SPEC.replace("=8", "=8,usd=2").replace('title = "Hills"', "usd_total = 1.0")
    text = text.replace("seeds = 2", 'seeds = 2\nmodels = ["openai:gpt-4o-mini"]')
    study = begun(tmp_path, text)

    class Nothing:
        def begin(self, cell: Cell) -> Planned:
            raise AssertionError(cell)

        def again(self, cell: Cell) -> Launch:
            raise AssertionError(cell)

    outcome = asyncio.run(Running(study, Nothing(), jobs=4).run())
    assert outcome == Outcome(finished=0, failed=0, unaffordable=8, left=0)
    assert "8 not begun: together they might pass usd_total" in outcome_line(outcome, 8)
