"""Cut short by a signal, a lost reader or a kill, a session goes on where it was."""

from __future__ import annotations

import fcntl
import json
import shlex
import signal
import subprocess
from pathlib import Path

import pytest
from cli_program import COMMAND, SECONDS, Program, Said, write_hill
from engine_support import VERIFY

ENDLESS = ("--budget", "evaluations=1000000", "--lineages", 2)


def resume_command(said: Said) -> list[str]:
    """The command line that a message tells to type, as a shell would read it."""
    line = next(x for x in said.err.splitlines() if "Resume: " in x)
    program, *arguments = shlex.split(line.partition("Resume: ")[2])
    assert program == "workbench"
    return arguments


def test_interrupted_json_ends_with_a_checkpoint_and_the_command_that_goes_on(
    program: Program, hill: Path
) -> None:
    with program.live(
        "run", hill, "--display", "json", "--budget", "evaluations=24", "--lineages", 2
    ) as run:
        run.until("verdict_reached")
        run.process.send_signal(signal.SIGINT)
        last = run.until("interrupted")
        said = run.end()
    assert said.code == 130
    assert run.seen[-2]["kind"] == "engine_closed"
    assert program.show(last["session"])["state"] == "interrupted"
    more = program(*resume_command(said), "--display", "json").lines[-1]
    assert (more["kind"], more["session"]) == ("finished", last["session"])
    assert more["evaluations"] == 24


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_plain_tells_how_to_go_on(program: Program, hill: Path, number: int) -> None:
    with program.live("run", hill, *ENDLESS) as run:
        assert run.process.stdout is not None
        next(line for line in run.process.stdout if "#2" in line)
        run.process.send_signal(number)
        said = run.end()
    assert said.code == 130
    assert "interrupted: " in said.out
    row = program("sessions", "--json").value[0]
    assert row["state"] == "interrupted"
    assert resume_command(said) == ["resume", row["id"]]


def test_a_blank_in_a_path_is_quoted_for_the_shell(program: Program, ten: Path) -> None:
    moved = ten.parents[1] / "my sessions" / ten.name
    moved.parent.mkdir()
    ten.rename(moved)
    refused = program("hint", moved, "x", code=1).err
    command = shlex.split(refused.partition("larger budget: workbench ")[2])
    assert command[:2] == ["resume", str(moved)]


def test_a_reader_that_leaves_makes_a_checkpoint(program: Program, hill: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "run", str(hill), "--display", "json", "--budget", "evaluations=1000000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        err = process.stderr.read()
        assert process.wait(SECONDS) == 1
    assert "Traceback" not in err
    session = program("sessions", "--json").value[0]
    assert session["state"] == "interrupted"
    assert resume_command(Said(1, "", err)) == ["resume", session["id"]]


def test_a_reader_that_stalls_holds_up_neither_search_nor_checkpoint(
    program: Program, hill: Path
) -> None:
    with program.live("run", hill, "--display", "json", *ENDLESS) as run:
        assert run.process.stdout is not None
        fcntl.fcntl(run.process.stdout, fcntl.F_SETPIPE_SZ, 4096)  # full after a few lines
        assert json.loads(run.process.stdout.readline())["kind"] == "engine_opened"
        with program.live("attach", "--display", "json") as watch:
            watch.until("verdict_reached", lambda x: x["candidate"] > 30)
            run.process.send_signal(signal.SIGINT)
            last = watch.until("interrupted")
            assert watch.end().code == 0
        said = run.end()
    assert said.code == 130
    assert json.loads(said.out.splitlines()[-1]) == last


def test_killed_and_resumed_it_spends_its_budget_exactly(program: Program, hill: Path) -> None:
    with program.live("run", hill, "--display", "json", *ENDLESS) as run:
        run.until("verdict_reached", lambda x: x["candidate"] > 3)
        run.process.kill()
        run.process.wait()
    row = program("sessions", "--json").value[0]
    assert row["state"] == "interrupted (crashed)"
    before = program.show(row["id"])
    assert before["state"] == "interrupted"
    total = len(before["candidates"]) + 5
    last = program("resume", "--budget", f"evaluations={total}", "--display", "json").lines[-1]
    assert (last["kind"], last["evaluations"]) == ("finished", total)
    shown = program.show(row["id"])
    assert len(shown["candidates"]) == total
    assert all(x["status"] != "unverified" for x in shown["candidates"])


def test_signs_that_an_output_lacks_are_escaped(
    program: Program, hill: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    said = program("run", hill, "--budget", "evaluations=3")
    assert "\\u25b6 engine opened" in said.out
    assert said.out.isascii()


def test_a_verifier_at_fault_never_counts_as_a_score(program: Program, tmp_path: Path) -> None:
    silent = VERIFY.replace('pathlib.Path("/logs', '0 and pathlib.Path("/logs')
    task = write_hill(tmp_path / "silent", **{"tests/verify.py": silent})
    last = program("run", task, "--display", "json", "--budget", "evaluations=2").lines[-1]
    assert last["best"] is None
    assert last["initial"]["feasible"] is False
    refused = program("best", last["session"], "--out", tmp_path / "out", code=1)
    assert "no feasible candidate" in refused.err
    assert not (tmp_path / "out").exists()
