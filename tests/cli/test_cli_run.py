"""`run` to its end: the contract of the JSON display, the budget, and the commands that read."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from cli_program import COMMAND, SECONDS, Program, Said, write_hill
from engine_support import SOLVE, TASK_TOML, stored

from workbench.model.limits import Limits


def test_json_lines_end_with_finished_and_spend_exactly_the_budget(
    program: Program, finished: Said
) -> None:
    lines = finished.lines
    last = lines[-1]
    assert [line["kind"] for line in lines].count("verdict_reached") == 10
    assert last["kind"] == "finished"
    assert Path(last["session"]).is_dir()
    assert set(last["initial"]) == set(last["best"]) == {"candidate", "reward", "score", "feasible"}
    assert last["initial"] == {"candidate": 1, "reward": -5.0, "score": -5.0, "feasible": True}
    assert last["best"]["reward"] >= -5.0
    assert last["evaluations"] == last["spent"]["evaluations"] == 10
    seqs = [line["seq"] for line in lines[:-1]]
    assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))


def test_show_tells_the_same_as_the_run(program: Program, finished: Said) -> None:
    last = finished.lines[-1]
    shown = program.show(last["session"])
    assert shown["state"] == "finished"
    assert shown["best"] == last["best"]
    assert shown["spent"] == last["spent"]
    assert shown["hints"] == []
    assert [x["name"] for x in shown["lineages"]] == ["L1", "L2"]
    keys = {"id", "lineage", "step", "parents", "reward", "score", "feasible", "status"}
    assert all(keys <= set(x) for x in shown["candidates"])
    assert len(shown["candidates"]) == 10
    assert [x["id"] for x in shown["candidates"] if not x["parents"]] == [1]
    best = max(x["reward"] for x in shown["candidates"] if x["feasible"])
    assert shown["best"]["reward"] == best


def test_show_in_words_names_state_best_and_session(
    program: Program, finished: Said, ten: Path
) -> None:
    said = program("show", ten.name[:12]).out
    assert "finished" in said.splitlines()[0]
    assert str(ten) in said
    assert "10/10 ev" in said
    assert f"#{finished.lines[-1]['best']['candidate']} of L" in said


def test_a_budget_for_the_initial_files_alone_is_kept(program: Program, hill: Path) -> None:
    said = program("run", hill, "--display", "json", "--budget", "evaluations=1")
    assert said.lines[-1]["kind"] == "finished"
    assert said.lines[-1]["evaluations"] == 1
    assert said.lines[-1]["best"] == said.lines[-1]["initial"]


def test_plain_prints_a_head_a_line_per_event_and_the_result(program: Program, hill: Path) -> None:
    said = program("run", hill, "--lineages", 1, "--budget", "evaluations=3").out.splitlines()
    assert "maximize height" in said[0]
    assert "1 lineage, seed 0" in said[1]
    assert said[2].startswith("session ")
    assert sum("#" in line and "height" not in line for line in said[3:-2]) >= 2
    assert said[-2].startswith("finished: 3/3 ev")
    assert said[-1].startswith("best ")


def test_target_stops_the_search_at_once(program: Program, hill: Path) -> None:
    said = program("run", hill, "--display", "json", "--target", "-5", "--budget", "evaluations=50")
    assert said.lines[-1]["evaluations"] == 1
    stops = [x for x in said.lines if x["kind"] == "lineage_stopped"]
    assert {x["reason"] for x in stops} == {"target"}


def test_on_finish_runs_once_with_the_session_and_its_score(
    program: Program, hill: Path, tmp_path: Path
) -> None:
    told = tmp_path / "told"
    command = f'echo "$WORKBENCH_SESSION $WORKBENCH_BEST_SCORE" >> {told}; exit 3'
    said = program(
        "run", hill, "--display", "json", "--budget", "evaluations=2", "--on-finish", command
    )
    last = said.lines[-1]
    assert told.read_text() == f"{last['session']} {last['best']['score']}\n"
    assert "--on-finish exited with 3" in said.err


def test_resume_of_a_finished_session_takes_a_larger_budget(program: Program, ten: Path) -> None:
    for refused in (program("resume", ten, code=1), program("pause", ten, code=1)):
        assert f"workbench resume {ten.name} --budget evaluations=N" in refused.err
    small = program("resume", ten.name, "--budget", "evaluations=4", code=2)
    assert "10 are spent already" in small.err
    more = program("resume", ten.name, "--budget", "evaluations=14", "--display", "json")
    assert more.lines[-1]["kind"] == "finished"
    assert more.lines[-1]["evaluations"] == 14
    assert stored(ten).limits == Limits(evaluations=14, proposals=42)


def test_resume_keeps_the_limits_that_are_not_named(program: Program, hill: Path) -> None:
    said = program("run", hill, "--display", "json", "--budget", "evaluations=2,usd=1.5,wall=1h")
    session = said.lines[-1]["session"]
    program("resume", session, "--budget", "evaluations=3", "--display", "json")
    wanted = Limits(evaluations=3, proposals=9, usd=1.5, seconds=3600.0)
    assert stored(Path(session)).limits == wanted


def test_best_and_diff_give_candidates_back(
    program: Program, finished: Said, tmp_path: Path
) -> None:
    last = finished.lines[-1]
    session, best = last["session"], last["best"]["candidate"]
    program("best", session, "--out", tmp_path / "best")
    program("best", session, "--out", tmp_path / "first", "--candidate", "#1")
    assert best != 1
    first = (tmp_path / "first" / "solve.py").read_text()
    found = (tmp_path / "best" / "solve.py").read_text()
    assert first != found
    against = program("diff", session, "--against", "initial").out
    assert against.startswith(f"--- #1/solve.py\n+++ #{best}/solve.py\n")
    gone = {line[1:] for line in against.splitlines()[2:] if line.startswith("-")}
    come = {line[1:] for line in against.splitlines()[2:] if line.startswith("+")}
    assert gone == set(first.splitlines()) - set(found.splitlines())
    assert come == set(found.splitlines()) - set(first.splitlines())
    assert program("diff", session, best, "--against", "#1").out == against
    assert program("diff", session, best, "--against", "best").out == ""
    parent = program.show(session)["candidates"][best - 1]["parents"][0]
    assert program("diff", session, best).out.startswith(f"--- #{parent}/solve.py")


def test_an_exported_file_shows_the_same_and_does_not_run(
    program: Program, finished: Said, tmp_path: Path
) -> None:
    session, file = finished.lines[-1]["session"], tmp_path / "kept.db"
    program("export", session, file)
    assert "exists already" in program("export", session, file, code=1).err
    shown, original = program.show(file), program.show(session)
    assert {**shown, "session": ""} == {**original, "session": ""}
    assert program("diff", file).out == program("diff", session).out
    for command in ("resume", "attach"):
        assert "exported file" in program(command, file, code=1).err
    assert "exported file" in program("pause", file, code=1).err


def test_output_that_nobody_reads_is_no_error_of_ours(program: Program) -> None:
    with subprocess.Popen(
        [*COMMAND, "tasks"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(SECONDS) == 1


def test_verify_prints_the_verdict(program: Program, hill: Path) -> None:
    verdict = program("verify", hill, "--json").value
    assert verdict["ok"] is True
    assert verdict["fault"] == "none"
    assert (verdict["feasible"], verdict["reward"], verdict["score"]) == (True, -5.0, -5.0)
    assert program("verify", hill).out.startswith("Hill: height −5, feasible")


def test_verify_names_who_is_at_fault(program: Program, tmp_path: Path) -> None:
    broken = write_hill(tmp_path / "broken", **{"tests/verify.py": "print('no record')\n"})
    verdict = json.loads(program("verify", broken, "--json", code=1).out)
    assert (verdict["ok"], verdict["fault"], verdict["feasible"]) == (False, "verifier", False)
    assert "the verifier is at fault" in program("verify", broken, code=1).out


def test_process_is_loud_in_the_head_and_in_the_journal(program: Program, hill: Path) -> None:
    options = ("--sandbox", "process", "--budget", "evaluations=2")
    plain = program("run", hill, *options).out
    head = plain[: plain.index("engine opened")]
    assert "WARNING: --sandbox process isolates nothing" in head
    opened = next(
        x
        for x in program("run", hill, *options, "--display", "json").lines
        if x["kind"] == "engine_opened"
    )
    assert opened["tier"] == "none"
    assert "NO ISOLATION" in opened["isolation"]


def test_escape_sequences_of_a_task_never_reach_the_terminal(
    program: Program, tmp_path: Path
) -> None:
    bell = TASK_TOML.replace(
        'author_name = "tests"', 'title = "Hill \\u001b]0;owned\\u0007\\u001b[31m"'
    )
    shout = SOLVE + "import sys; sys.stderr.write('\\x1b[2J'); sys.exit('\\x1b[31mno')\n"
    task = write_hill(tmp_path / "rude", **{"task.toml": bell, "environment/app/solve.py": shout})
    run = program("run", task, "--lineages", 1, "--budget", "evaluations=3")
    session = next(x for x in run.out.splitlines() if x.startswith("session ")).split()[1]
    shown = program("show", session).out
    checked = program("verify", task, code=1).out
    listed = program("sessions").out
    for said in (run.out, shown, checked, listed):
        assert "\x1b" not in said
        assert "\x07" not in said
