"""Frontier-Eng's text files become a task; what of the repository comes along."""

from __future__ import annotations

from pathlib import Path

import pytest
from foreign_support import write

from workbench.formats import load
from workbench.formats.error import TaskError
from workbench.formats.foreign.tuning import Tuning

REPOSITORY = {
    "frontier_eval/conf/config.yaml": "task: x\n",
    "setup.py": "",
    "benchmarks/Yard/shared/lib.py": "FACTOR = 3\n",
    "benchmarks/Yard/README.md": "The yard.\n",
    "benchmarks/Yard/other/frontier_eval/initial_program.txt": "a.py\n",
    "benchmarks/Yard/other/frontier_eval/eval_command.txt": "true\n",
    "benchmarks/Yard/other/a.py": "other\n",
    "benchmarks/Away/tool/run.sh": "echo\n",
    "benchmarks/Away/tool/secret/inner.txt": "x\n",
    "benchmarks/Yard/crane/README.md": "Lift it.\n",
    "benchmarks/Yard/crane/docs/a.md": "A.\n",
    "benchmarks/Yard/crane/docs/b.md": "B.\n",
    "benchmarks/Yard/crane/scripts/init.py": "START = 1\n",
    "benchmarks/Yard/crane/unstaged.txt": "left out\n",
    "benchmarks/Yard/crane/frontier_eval/initial_program.txt": "# x0\n\nscripts/init.py\n",
    "benchmarks/Yard/crane/frontier_eval/candidate_destination.txt": "work/solution.py\n",
    "benchmarks/Yard/crane/frontier_eval/eval_command.txt": (
        "# every line goes to the shell\nbash {repo_root}/benchmarks/Away/tool/run.sh {candidate}\n"
    ),
    "benchmarks/Yard/crane/frontier_eval/eval_cwd.txt": "work\n",
    "benchmarks/Yard/crane/frontier_eval/agent_files.txt": "README.md\n# no\n\ndocs\nabsent.md\n",
    "benchmarks/Yard/crane/frontier_eval/copy_files.txt": "scripts\nREADME.md\nabsent.md\n",
    "benchmarks/Yard/crane/frontier_eval/constraints.txt": "Never drop it.\n",
}
FOLDER = "benchmarks/Yard/crane/frontier_eval"


def problems(directory: Path) -> str:
    with pytest.raises(TaskError) as caught:
        load.load(directory)
    return str(caught.value)


def test_a_task_is_named_by_its_place_in_the_repository(tmp_path: Path) -> None:
    root = write(tmp_path, REPOSITORY)
    found = load.load(f"{root}:Yard/crane").task
    assert (found.name, found.format) == ("Yard-crane", "frontier-eng")
    assert found.verification == "shared"
    assert (found.direction.value, found.score_name) == ("maximize", "combined_score")
    assert found.category == "Yard"
    assert load.load(root / "benchmarks" / "Yard" / "crane").task == found


def test_only_what_is_wanted_of_the_repository_comes_along(tmp_path: Path) -> None:
    bundle = load.load(f"{write(tmp_path, REPOSITORY)}:Yard/crane").task.bundle
    beside = {path for path in bundle if not path.startswith("benchmarks/Yard/crane/")}
    assert beside == {
        "benchmarks/Yard/shared/lib.py",
        "benchmarks/Yard/README.md",
        "benchmarks/Away/tool/run.sh",
    }


def test_the_copy_holds_what_is_listed_and_the_program_where_it_belongs(tmp_path: Path) -> None:
    task = load.load(f"{write(tmp_path, REPOSITORY)}:Yard/crane").task
    assert task.editable == ("work/solution.py",)
    assert dict(task.files) == {
        "README.md": b"Lift it.\n",
        "scripts/init.py": b"START = 1\n",
        "work/solution.py": b"START = 1\n",
    }
    assert task.initial["work/solution.py"] == b"START = 1\n"


def test_without_a_list_the_whole_directory_is_copied(tmp_path: Path) -> None:
    for text in ("", ".\n", "# nothing\n"):
        root = write(tmp_path, {**REPOSITORY, f"{FOLDER}/copy_files.txt": text})
        files = load.load(f"{root}:Yard/crane").task.files
        assert "unstaged.txt" in files
        assert "frontier_eval/eval_command.txt" in files


def test_a_proposer_sees_what_the_task_wants_shown(tmp_path: Path) -> None:
    said = load.load(f"{write(tmp_path, REPOSITORY)}:Yard/crane").task.instruction
    assert "Never drop it." in said
    assert "## README.md\n\nLift it." in said
    assert "- docs/a.md\n- docs/b.md" in said
    assert "absent.md" not in said
    assert "left out" not in said


def test_a_long_file_is_shown_without_its_middle(tmp_path: Path) -> None:
    long = f"begin{'x' * 90_000}end"
    root = write(tmp_path, {**REPOSITORY, "benchmarks/Yard/crane/README.md": long})
    said = load.load(f"{root}:Yard/crane").task.instruction
    assert "[30008 characters left out]" in said
    assert "begin" in said
    assert "end" in said


def test_a_task_outside_of_a_repository_is_its_own_root(tmp_path: Path) -> None:
    inner = {
        path.removeprefix("benchmarks/Yard/crane/"): text
        for path, text in REPOSITORY.items()
        if path.startswith("benchmarks/Yard/crane/")
    }
    task = load.load(write(tmp_path / "crane", inner)).task
    assert task.format == "frontier-eng"
    assert task.bundle.keys() == inner.keys()


def test_an_unknown_task_is_answered_with_those_there_are(tmp_path: Path) -> None:
    root = write(tmp_path, REPOSITORY)
    with pytest.raises(TaskError, match="has no task 'Yard/train'; there are Yard/crane, Yard/o"):
        load.load(f"{root}:Yard/train")
    with pytest.raises(TaskError, match=r"there are Yard/crane$"):
        load.load(f"{root}:crane")


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("initial_program.txt", "# nothing\n", "initial_program.txt: is missing or empty"),
        ("initial_program.txt", "gone.py\n", "names gone.py, which is not there"),
        ("initial_program.txt", "../x.py\n", "'../x.py' leaves its directory"),
        ("candidate_destination.txt", "/etc/passwd\n", "'/etc/passwd' is absolute"),
        ("eval_command.txt", " \n", "eval_command.txt: is missing or empty"),
        ("eval_command.txt", "run {venv} {{x}}\n", "has the placeholder {venv}"),
        ("eval_cwd.txt", "a/../..\n", "leaves its directory"),
        ("readonly_files.txt", "ok\n../../x\n", "'../../x' leaves its directory"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, file: str, text: str, said: str) -> None:
    root = write(tmp_path, {**REPOSITORY, f"{FOLDER}/{file}": text})
    assert said in problems(root / "benchmarks" / "Yard" / "crane")


def test_a_command_cannot_pull_in_what_lies_outside(tmp_path: Path) -> None:
    command = "cat {repo_root}/../outside.txt {repo_root}/benchmarks/Away/../../../outside.txt\n"
    root = write(tmp_path / "repo", {**REPOSITORY, f"{FOLDER}/eval_command.txt": command})
    write(tmp_path, {"outside.txt": "secret"})
    bundle = load.load(f"{root}:Yard/crane").task.bundle
    assert b"secret" not in b"".join(bundle.values())


def test_how_long_an_evaluation_may_take(tmp_path: Path) -> None:
    root = write(tmp_path, REPOSITORY)
    task = load.load(f"{root}:Yard/crane").task
    assert task.resources.candidate_seconds == 300
    assert b'"seconds": 295' in task.verifier["settings.json"]
    task = load.load(f"{root}:Yard/crane", Tuning(evaluate_timeout_sec=1200.0)).task
    assert task.resources.candidate_seconds == 1200
    assert b'"seconds": 1195' in task.verifier["settings.json"]


def test_what_a_person_adds_beside_the_task(tmp_path: Path) -> None:
    added = 'title = "Crane"\nbest_known = 9.5\nbest_known_source = "a book"\nmemory_mb = 512\n'
    place = "benchmarks/Yard/crane/workbench.toml"
    root = write(tmp_path, {**REPOSITORY, place: f"{added}[budget]\nevaluations = 7\n"})
    task = load.load(f"{root}:Yard/crane").task
    assert (task.title, task.best_known, task.best_known_source) == ("Crane", 9.5, "a book")
    assert (task.resources.memory_bytes, task.budget.evaluations) == (512 << 20, 7)
    root = write(tmp_path, {place: "colour = 1\n"})
    assert "unknown field `colour`" in problems(root / "benchmarks/Yard/crane")
