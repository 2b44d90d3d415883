"""A running session steered, watched and listed from other processes, over its socket."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_program import Live, Program, Said

TOP = """\
EAST, NORTH = 2.0, 4.0
with open("out.json", "w") as out:
    out.write(f'{{"a": {EAST!r}, "b": {NORTH!r}}}')
"""
ENDLESS = ("--budget", "evaluations=1000000")


@pytest.fixture
def session(program: Program, hill: Path) -> str:
    """A detached session with more budget than it can ever spend here."""
    said = program("run", hill, "--detach", "--lineages", 2, *ENDLESS, "--display", "json")
    assert said.value["kind"] == "detached"
    found: str = said.value["session"]
    return found


def pause(program: Program, session: str, watch: Live) -> None:
    """Pause every lineage and wait until all have come to rest."""
    assert "will pause" in program("pause", session).out
    resting: set[int] = set()
    while resting != {1, 2}:
        resting.add(watch.until("lineage_paused")["lineage"])


def test_a_session_is_steered_from_other_processes(
    program: Program, session: str, tmp_path: Path
) -> None:
    with program.live("attach", session, "--display", "json") as watch:
        watch.until("verdict_reached")
        pause(program, session, watch)
        row = next(x for x in program("sessions", "--json").value)
        assert (row["state"], row["path"]) == ("paused", session)
        assert program.show(session)["state"] == "paused"
        assert "nothing to pause" in program("pause", session, code=1).err

        said = program("hint", session, "try A = 2", "--lineage", "L1", "--standing")
        assert "hint 1 queued for every move" in said.out
        assert watch.until("hint_queued")["text"] == "try A = 2"

        top = tmp_path / "solve.py"
        top.write_text(TOP)
        assert "is verified next" in program("inject", session, "L2", top, "--note", "top").out
        made = watch.until("proposal_made")
        assert (made["lineage"], made["proposer"], made["note"]) == (2, "person", "top")

        assert "goes on" in program("continue", session, "--lineage", "2").out
        verdict = watch.until("verdict_reached", lambda x: x["candidate"] == made["candidate"])
        assert verdict["verdict"]["reward"] == 0

        forked = program("fork", session, made["candidate"], "--strategy", "independent").out
        assert forked == f"L3 starts from #{made['candidate']}\n"
        assert watch.until("lineage_created")["strategy"] == "independent"

        said = program("judge", session, made["candidate"], "too good to be true").out
        assert f"#{made['candidate']} counts no more" in said
        assert watch.until("candidate_judged")["reason"] == "too good to be true"
        shown = program.show(session)["candidates"][made["candidate"] - 1]
        assert (shown["found_wrong"], shown["reward"], shown["score"]) == (
            "too good to be true", None, 0)  # fmt: skip
        assert "counts again" in program("judge", session, made["candidate"], "--take-back").out
        program("judge", session, made["candidate"], code=2)
        assert "is shown in every move of L1" in program(
            "pin", session, made["candidate"], "--lineage", "L1").out  # fmt: skip
        assert "no longer pinned" in program("pin", session, made["candidate"], "--unpin").out
        assert "half of what the others had left" in program("boost", session, "L1").out

        program("continue", session, "--lineage", "L1")
        assert watch.until("hint_taken")["lineage"] == 1
        program("stop", session, "--lineage", "L1")
        program("stop", session)
        last = watch.until("finished")
        assert watch.end().code == 0
    assert last["best"] == {
        "candidate": made["candidate"],
        "reward": 0,
        "score": 0,
        "feasible": True,
    }
    shown = program.show(session)
    assert shown["state"] == "finished"
    assert [x["stopped"] for x in shown["lineages"]] == ["person"] * 3
    assert shown["lineages"][2]["forked_from"] == 2
    assert shown["hints"][0]["taken"]["1"]["step"] >= 1


def test_plain_follows_a_running_session_to_its_end(program: Program, session: str) -> None:
    with program.live("attach", session, "--display", "plain") as watch:
        assert watch.process.stdout is not None
        head = [watch.process.stdout.readline() for _ in range(4)]
        assert head[2] == f"session {session}\n"
        program("stop", session)
        said = watch.end()
    assert said.code == 0
    lines = said.out.splitlines()
    assert any("stopped: person" in line for line in lines)
    assert lines[-2].startswith("finished: ")
    assert lines[-1].startswith("best ")


def test_a_running_session_is_listed_and_not_run_twice(program: Program, session: str) -> None:
    assert program("sessions", "--json").value[0]["state"] == "running"
    assert "running" in program("sessions").out
    assert program.show(session)["state"] == "running"
    name = Path(session).name
    for display in ("plain", "json"):
        refused = program("resume", name, "--display", display, code=1)
        assert f"Watch it: workbench attach {name}" in refused.err
    assert "Watch it" in program("resume", name, "--detach", code=1).err
    program("stop", session)


def test_without_a_name_attach_and_resume_take_the_likely_session(
    program: Program, session: str, hill: Path
) -> None:
    done = program("run", hill, "--budget", "evaluations=1", "--display", "json")
    with program.live("attach", "--display", "json") as watch:
        watch.until("verdict_reached")
        program("stop", session)
        assert watch.until("finished")["session"] == session
        watch.end()
    assert done.lines[-1]["session"] != session
    assert "no such session" in program("resume", "--display", "json", code=2).err


def test_attach_to_a_session_that_does_not_run_reads_it(program: Program, finished: Said) -> None:
    done = finished.lines[-1]
    assert json.loads(program("attach", done["session"], "--display", "json").out) == done
    assert "finished: 10/10 ev" in program("attach", done["session"], "--display", "plain").out


def test_two_sessions_run_at_once_and_apart(program: Program, session: str, hill: Path) -> None:
    other = program("run", hill, "--detach", "--lineages", 2, *ENDLESS, "--display", "json").value
    states = {x["path"]: x["state"] for x in program("sessions", "--json").value}
    assert states == {session: "running", other["session"]: "running"}
    with program.live("attach", session, "--display", "json") as watch:
        program("stop", other["session"])
        watch.until("verdict_reached")
        program("stop", session)
        last = watch.until("finished")
        watch.end()
    assert last["session"] == session
    assert last["best"]["feasible"]


def test_a_relative_home_and_a_relative_path_name_the_same_session(
    program: Program, hill: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_HOME", "near by")
    said = program("run", hill, "--detach", *ENDLESS, "--display", "json", cwd=tmp_path)
    directory = Path(said.value["session"])
    assert directory.parent == tmp_path / "near by" / "sessions"
    path = directory.relative_to(tmp_path)
    program("pause", path, cwd=tmp_path)
    with program.live("attach", directory, "--display", "json") as watch:
        program("stop", directory)
        watch.until("finished")
        watch.end()
    assert program.show(directory)["session"] == str(directory)
