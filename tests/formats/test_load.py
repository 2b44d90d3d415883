"""Finding tasks by directory and by bundled name."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench import content
from workbench.formats import harbor, load
from workbench.formats.error import TaskError


@pytest.fixture
def tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two bundled tasks, and a directory that is none."""
    for name in ("alpha", "beta"):
        task = tmp_path / "tasks" / name
        (task / "environment" / "app").mkdir(parents=True)
        (task / "tests").mkdir()
        (task / "environment" / "app" / "solve.py").write_text("")
        (task / "tests" / "verify.py").write_text("")
        (task / "instruction.md").write_text("Do it.")
        (task / "task.toml").write_text(
            '[metadata.workbench]\neditable = ["solve.py"]\nrun = ["python3", "solve.py"]\n'
            'outputs = ["out.json"]\ndirection = "maximize"\ncolour = "red"\n'
        )
    (tmp_path / "tasks" / "notes").mkdir()
    monkeypatch.setattr(content, "tasks_dir", lambda: tmp_path / "tasks")
    return tmp_path / "tasks"


def test_bundled_lists_task_directories_by_name(tasks: Path) -> None:
    assert load.bundled() == [tasks / "alpha", tasks / "beta"]


def test_no_bundled_tasks_is_an_empty_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "tasks_dir", lambda: tmp_path / "absent")
    assert load.bundled() == []


def test_a_name_and_its_directory_load_the_same(tasks: Path) -> None:
    by_name, by_path = load.load("alpha"), load.load(tasks / "alpha")
    assert by_name == by_path
    assert by_name.task.name == "alpha"
    assert by_name.warnings == ("task.toml: [metadata.workbench] colour: unknown key, ignored",)


def test_the_current_directory_has_a_name(tasks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tasks / "beta")
    assert load.load(".").task.name == "beta"


def test_a_directory_wins_over_a_bundled_name(tasks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tasks / "notes" / "alpha").mkdir()
    monkeypatch.chdir(tasks / "notes")
    with pytest.raises(TaskError, match=r"task alpha: 1 problem\n  task\.toml: is missing"):
        load.load("alpha")


def test_an_unknown_name_lists_the_known_ones(tasks: Path) -> None:
    with pytest.raises(TaskError, match=r"gamma: is neither .* bundled tasks: alpha, beta"):
        load.load("gamma")


def test_a_file_is_not_a_task(tasks: Path) -> None:
    with pytest.raises(TaskError, match="is a file; name a task directory"):
        load.load(tasks / "alpha" / "task.toml")


def test_bundled_tasks_round_trip_through_their_bundle() -> None:
    directories = load.bundled()
    if not directories:
        pytest.skip("no bundled task here")
    for directory in directories:
        loaded = load.load(directory.name)
        again, warnings = harbor.parse(loaded.task.bundle, directory.name)
        assert (again, tuple(warnings)) == (loaded.task, loaded.warnings)
        assert loaded.warnings == ()
        assert loaded.task.name == directory.name
