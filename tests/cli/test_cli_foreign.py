"""Task directories of other tools from the command line: verified, searched, resumed elsewhere."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from cli_program import Program

HEIGHT = "# EVOLVE-BLOCK-START\nHEIGHT = 4.0\n# EVOLVE-BLOCK-END\n"
READ = "import runpy\n\n\ndef height(path):\n    return runpy.run_path(path)['HEIGHT']\n"
DIRECTORIES = {
    "openevolve": {
        "evaluator.py": "from height import height\n\n\ndef evaluate(program_path):\n"
        "    return {'combined_score': height(program_path)}\n",
        "initial_program.py": HEIGHT,
        "height.py": READ,
        "config.yaml": "max_iterations: 3\n",
    },
    "shinka": {
        "evaluate.py": "import json, sys\nfrom height import height\n\n"
        "program, results = sys.argv[2], sys.argv[4]\n"
        "json.dump({'combined_score': height(program)}, open(results + '/metrics.json', 'w'))\n"
        "json.dump({'correct': True}, open(results + '/correct.json', 'w'))\n",
        "initial.py": HEIGHT,
        "height.py": READ,
    },
    "frontier-eng": {
        "frontier_eval/eval_command.txt": "{python} run.py {candidate}\n",
        "frontier_eval/initial_program.txt": "init.py\n",
        "init.py": HEIGHT,
        "height.py": READ,
        "run.py": "import json, sys\nfrom height import height\n\nfound = height(sys.argv[1])\n"
        "json.dump({'combined_score': found, 'valid': found < 100}, open('metrics.json', 'w'))\n",
    },
}


def write(directory: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return directory


@pytest.mark.parametrize("form", sorted(DIRECTORIES))
def test_a_search_goes_on_where_the_directory_is_gone(
    program: Program, tmp_path: Path, form: str
) -> None:
    directory = write(tmp_path / "crane", DIRECTORIES[form])
    options = ("--budget", "evaluations=3", "--seed", 1, "--display", "json")
    first = program("run", directory, "--lineages", 1, *options).lines
    assert first[-1]["evaluations"] == 3
    session = Path(first[-1]["session"]).name
    shutil.rmtree(directory)
    last = program("resume", session, "--budget", "evaluations=6", "--display", "json").lines[-1]
    assert (last["kind"], last["evaluations"]) == ("finished", 6)
    shown = program.show(session)
    assert shown["verification"] == "shared"
    assert shown["best"]["score"] >= 4.0


def test_a_repository_s_task_is_verified_with_a_candidate_of_one_s_own(
    program: Program, tmp_path: Path
) -> None:
    write(tmp_path / "frontier_eval", {"conf.yaml": ""})
    write(tmp_path / "benchmarks" / "Yard" / "crane", DIRECTORIES["frontier-eng"])
    name = f"{tmp_path}:Yard/crane"
    assert program("verify", name, "--json").value["score"] == 4.0
    (tmp_path / "mine.py").write_text("HEIGHT = 7\n")
    mine = program("verify", name, "--candidate", tmp_path / "mine.py", "--json").value
    assert (mine["outcome"], mine["score"]) == ("scored", 7.0)
    (tmp_path / "mine.py").write_text("HEIGHT = 700\n")
    mine = program("verify", name, "--candidate", tmp_path / "mine.py", "--json", code=1).value
    assert (mine["outcome"], mine["score"]) == ("infeasible", 700.0)
    (tmp_path / "mine.py").write_text("HEIGHT = tall\n")
    mine = program("verify", name, "--candidate", tmp_path / "mine.py", "--json", code=1).value
    assert mine["outcome"] == "failed"
    assert "name 'tall' is not defined" in mine["message"]


def test_an_unknown_task_of_a_repository_is_answered_with_the_known_ones(
    program: Program, tmp_path: Path
) -> None:
    write(tmp_path / "frontier_eval", {"conf.yaml": ""})
    write(tmp_path / "benchmarks" / "Yard" / "crane", DIRECTORIES["frontier-eng"])
    said = program("verify", f"{tmp_path}:Yard/train", code=2)
    assert "there are Yard/crane" in said.err + said.out


def test_a_python_of_one_s_own_is_named_again_on_resume(program: Program, tmp_path: Path) -> None:
    if sys.prefix == sys.base_prefix or sys.prefix.startswith("/tmp/"):
        pytest.skip("the tests run in no virtual environment, or in one below /tmp")
    files = {**DIRECTORIES["openevolve"], "height.py": f"import msgspec, absent_here\n{READ}"}
    files["absent_here.py"] = ""
    directory = write(tmp_path / "crane", files)
    options = ("--budget", "evaluations=2", "--lineages", 1, "--display", "json")
    own = ("--python", sys.prefix)
    assert program("verify", directory, *own, "--json").value["score"] == 4.0
    first = program("run", directory, *own, *options).lines
    assert first[-1]["evaluations"] == 2
    session = Path(first[-1]["session"]).name
    assert "of your own" in program.show(session)["isolation"]
    more = ("--budget", "evaluations=3", "--display", "json")
    said = program("resume", session, *more, code=1)
    assert "say which: --python PATH" in said.err
    assert program("resume", session, *more, *own).lines[-1]["evaluations"] == 3
    assert "is no Python" in program("verify", directory, "--python", "/nowhere", code=2).err
