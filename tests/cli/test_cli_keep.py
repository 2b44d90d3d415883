"""Sessions carried elsewhere and sessions saved: export, import, recover."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from cli_program import Program

from workbench.store.schema import FILE_NAME


def resumable(told: str) -> str:
    """The session that a command says can be resumed."""
    return told.strip().splitlines()[-1].removeprefix("Resume: workbench resume ")


def test_an_exported_session_is_taken_in_and_goes_on(
    program: Program, ten: Path, tmp_path: Path
) -> None:
    file = tmp_path / "kept.db"
    program("export", ten.name, file)
    session = resumable(program("import", file).out)
    assert session != ten.name
    assert program.show(session)["candidates"] == program.show(ten.name)["candidates"]
    last = program("resume", session, "--budget", "evaluations=12", "--display", "json").lines[-1]
    assert last["kind"] == "finished"
    assert last["evaluations"] == 12
    assert program.show(ten.name)["spent"]["evaluations"] == 10


def test_what_a_damaged_session_holds_is_recovered_and_goes_on(program: Program, ten: Path) -> None:
    with closing(sqlite3.connect(ten / FILE_NAME)) as db, db:
        db.execute("UPDATE event SET body = '{' WHERE seq = 20")
    assert "workbench recover" in program("show", ten.name, code=1).err
    said = program("recover", ten.name).out
    assert said.startswith("19 records recovered")
    session = resumable(said)
    assert program.show(session)["events"] == 19
    last = program("resume", session, "--display", "json").lines[-1]
    assert last["kind"] == "finished"
    assert last["evaluations"] == 10
    program("show", ten.name, code=1)  # the damaged file is as it was


def test_nothing_is_made_of_nothing(program: Program, tmp_path: Path) -> None:
    junk = tmp_path / "junk.db"
    junk.write_bytes(b"no database" * 1000)
    for command in ("import", "recover"):
        assert "Traceback" not in program(command, junk, code=1).err
