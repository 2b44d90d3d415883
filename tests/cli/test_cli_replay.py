"""`workbench replay`: a session again, from another terminal or after the recorded one is gone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from cli_program import Program, write_hill

LUCK = (
    "import json, os, pathlib\n"
    "record = {'reward': os.urandom(4)[0], 'feasible': 1}\n"
    "pathlib.Path('/logs/verifier/reward.json').write_text(json.dumps(record))\n"
)


def test_all_of_it_again_and_the_same(program: Program, ten: Path, tmp_path: Path) -> None:
    exported = tmp_path / "ten.db"
    program("export", ten, exported)
    shutil.rmtree(ten)
    said = program("replay", exported, "--display", "plain")
    assert "replays ten, all of it; its costs are those of the recording" in said.out
    assert "candidates: all as recorded" in said.out
    assert [row["title"] for row in json.loads(program("sessions", "--json").out)] == [
        "Hill (replay)"
    ]


def test_up_to_a_step_and_on_from_there(program: Program, ten: Path) -> None:
    said = program("replay", ten, "--from", 2, "--budget", "evaluations=12", "--display", "json")
    last = said.lines[-1]
    assert (last["kind"], last["evaluations"]) == ("finished", 12)
    shown = program.show(last["session"])
    assert shown["replay"]["session"] == ten.name
    assert (shown["replay"]["until"], shown["replay"]["differing"]) == (2, 0)


def test_differences_are_an_answer_of_their_own(program: Program, tmp_path: Path) -> None:
    task = write_hill(tmp_path / "luck", **{"tests/verify.py": LUCK})
    first = program("run", task, "--display", "json", "--budget", "evaluations=6").lines[-1]
    said = program("replay", first["session"], "--display", "plain", code=1)
    assert "another verdict than recorded" in said.out
    assert "steps differ from the recording" in said.err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--model", "openai-compatible:x@http://127.0.0.1:9/v1"), "say --from STEP"),
        (("--budget", "evaluations=3"), "--budget is for what comes after"),
        (("--from", "0"), "0 is not a positive number"),
    ],
)
def test_mistakes(program: Program, ten: Path, arguments: tuple[str, ...], why: str) -> None:
    assert why in program("replay", ten, *arguments, code=2).err


def test_a_recording_answers_another_search(program: Program, ten: Path, hill: Path) -> None:
    asked = ("run", hill, "--display", "json", "--lineages", 2, "--budget", "evaluations=5")
    said = program(*asked, "--proposer", "replay", "--recording", ten)
    assert said.lines[-1]["evaluations"] == 5
    for part in (("--proposer", "replay"), ("--recording", ten)):
        assert "belong together" in program(*asked, *part, code=2).err
    nothing = program(*asked, "--proposer", "replay", "--recording", "nowhere", code=2)
    assert "nowhere" in nothing.err
