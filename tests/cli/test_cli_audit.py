"""`workbench audit`: a clean session is clean, and everything that was tampered with is named."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cli_program import Program

from workbench.store.schema import FILE_NAME

Checks = dict[str, dict[str, Any]]


def audited(program: Program, session: Path, code: int, *options: str) -> Checks:
    """Every check by its name; the command says by its code and in words whether all is clean."""
    told = program("audit", session.name, "--json", *options, code=code).value
    assert told["clean"] is (code == 0)
    return {check["name"]: check for check in told["checks"]}


def change(session: Path, kind: str, old: str, new: str) -> None:
    """Change the text of every event of one kind, as a forger would."""
    with closing(sqlite3.connect(session / FILE_NAME)) as db, db:
        found = db.execute("SELECT seq, body FROM event WHERE kind = ?", (kind,)).fetchall()
        changed = [(body.replace(old, new), seq) for seq, body in found if old in body]
        assert changed, f"nothing of {kind} says {old}"
        db.executemany("UPDATE event SET body = ? WHERE seq = ?", changed)


def best(program: Program, session: Path) -> dict[str, Any]:
    shown = program.show(session.name)
    number = shown["best"]["candidate"]
    found: dict[str, Any] = shown["candidates"][number - 1]
    return found


def test_a_sound_session_is_clean_and_its_bests_score_again(program: Program, ten: Path) -> None:
    checks = audited(program, ten, 0)
    assert {check["state"] for check in checks.values()} == {"ok"}
    number = best(program, ten)["id"]
    assert "2 times in fresh sandboxes" in checks[f"again #{number}"]["message"]
    said = program("audit", ten.name, "--repeats", 1)
    assert said.out.splitlines()[-1] == "clean"
    assert "1 times in fresh sandboxes" in said.out


def test_an_exported_file_is_audited_like_the_session_it_came_from(
    program: Program, ten: Path, tmp_path: Path
) -> None:
    program("export", ten.name, tmp_path / "kept.db")
    said = program("audit", tmp_path / "kept.db", "--repeats", 1)
    assert said.out.splitlines()[-1] == "clean"


def test_a_score_that_was_raised_is_found_by_verifying_again(program: Program, ten: Path) -> None:
    before = best(program, ten)
    score = json.dumps(before["score"])
    change(ten, "verdict_reached", f'"score":{score}', '"score":-1e-9')
    change(ten, "verdict_reached", f'"reward":{score}', '"reward":-1e-9')
    checks = audited(program, ten, 1)
    again = checks[f"again #{before['id']}"]
    assert again["state"] == "fail"
    assert "scores otherwise now" in again["message"]
    # Lists were not forged along, so they give it away as well.
    assert "do not follow from the journal" in checks["file"]["message"]


def test_content_that_was_changed_or_lost_is_named(program: Program, ten: Path) -> None:
    with closing(sqlite3.connect(ten / FILE_NAME)) as db, db:
        number = best(program, ten)["id"]
        body = db.execute(
            "SELECT body FROM event WHERE kind = 'proposal_made' AND body LIKE ?",
            (f'%"candidate":{number},%',),
        ).fetchone()[0]
        (digest,) = json.loads(body)["files"].values()
        db.execute("DELETE FROM blob WHERE digest = ?", (bytes.fromhex(digest),))
    checks = audited(program, ten, 1)
    assert checks["candidates"]["state"] == "fail"
    assert f"#{number}: the session lacks {digest[:12]}" in checks["candidates"]["details"]
    assert checks[f"again #{number}"]["state"] == "fail"


def test_content_that_does_not_match_its_digest_is_named(program: Program, ten: Path) -> None:
    with closing(sqlite3.connect(ten / FILE_NAME)) as db, db:
        db.execute("UPDATE blob SET data = x'00', codec = 'plain', size = 1, base = NULL")
    checks = audited(program, ten, 1)
    assert "do not match their digests" in checks["contents"]["message"]
    assert checks["task"]["state"] == checks["candidates"]["state"] == "fail"
    assert checks["again"]["state"] == "skip"


def test_a_candidate_under_a_false_digest_is_named(program: Program, ten: Path) -> None:
    digest = best(program, ten)["digest"]
    change(ten, "proposal_made", digest, "0" * 64)
    number = best(program, ten)["id"]
    details = audited(program, ten, 1)["candidates"]["details"]
    assert details == [f"#{number}: its files do not have its digest"]


def test_another_task_or_verifier_than_recorded_is_named(program: Program, ten: Path) -> None:
    digest = program.show(ten.name)["verifier_digest"]
    change(ten, "session_created", digest, "1" * 64)
    checks = audited(program, ten, 1)
    assert "its verifier does not have the digest" in checks["task"]["message"]
    change(ten, "session_created", program.show(ten.name)["task_digest"], "2" * 64)
    checks = audited(program, ten, 1)
    assert "its bundle does not have the digest" in checks["task"]["message"]
    assert checks["again"]["state"] == "skip"


def test_a_session_without_isolation_is_not_taken_for_granted(program: Program, ten: Path) -> None:
    change(ten, "verdict_reached", '"tier":"namespaces"', '"tier":"none"')
    assert audited(program, ten, 1)["isolation"]["state"] == "warn"


@pytest.mark.parametrize("name", ["nowhere", ""])
def test_what_is_no_session_is_refused(program: Program, name: str) -> None:
    assert "no session" in program("audit", name, code=2).err
