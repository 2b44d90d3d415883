"""Reading a task directory: what is taken, what is skipped, what is refused by name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from workbench.formats import bundle
from workbench.formats.error import TaskError


def problems(directory: Path) -> str:
    with pytest.raises(TaskError) as caught:
        bundle.read(directory)
    return str(caught.value)


def test_files_come_back_sorted_by_posix_path(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "verify.py").write_bytes(b"\x00\xff")
    (tmp_path / "a.txt").write_bytes(b"")
    assert list(bundle.read(tmp_path).items()) == [("a.txt", b""), ("tests/verify.py", b"\x00\xff")]


def test_hidden_version_control_and_cache_files_stay_behind(tmp_path: Path) -> None:
    for name in (".git", "__pycache__", "node_modules"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_bytes(b"x")
    for name in (".env", "a.pyc", "notes~", "kept.py"):
        (tmp_path / name).write_bytes(b"x")
    assert list(bundle.read(tmp_path)) == ["kept.py"]


def test_a_link_inside_the_directory_is_read_as_the_file_it_names(tmp_path: Path) -> None:
    (tmp_path / "data.txt").write_bytes(b"data")
    (tmp_path / "link.txt").symlink_to("data.txt")
    assert bundle.read(tmp_path)["link.txt"] == b"data"


def test_every_unusable_file_is_named_at_once(tmp_path: Path) -> None:
    task, outside = tmp_path / "task", tmp_path / "secret.txt"
    task.mkdir()
    outside.write_bytes(b"secret")
    (task / "leak.txt").symlink_to(outside)
    (task / "sneaky.txt").symlink_to("../secret.txt")
    (task / "gone.txt").symlink_to("nowhere")
    (task / "loop.txt").symlink_to("loop.txt")
    (task / "folder").symlink_to(tmp_path)
    (task / "inner").mkdir()
    (task / "again").symlink_to("inner")
    (task / "bad\nname").write_bytes(b"")
    os.mkfifo(task / "pipe")
    lines = problems(task).splitlines()
    assert lines[0] == "task task: 8 problems"
    told = {line.strip().split(":")[0]: line for line in lines[1:]}
    for name in ("leak.txt", "sneaky.txt", "folder"):
        assert "leaves the task directory" in told[name]
        assert "replace the link by a copy" in told[name]
    assert "cannot be read (No such file or directory)" in told["gone.txt"]
    assert "link" in told["loop.txt"]
    assert "is no regular file" in told["again"]
    assert "is no regular file" in told["pipe"]
    assert "control character" in told["bad\\nname"]
    assert str(tmp_path) not in "\n".join(lines)


def test_an_undecodable_name_is_a_problem_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_bytes(b"")
    assert "undecodable byte; rename the file" in problems(tmp_path)


def test_an_unreadable_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "locked.txt").write_bytes(b"")

    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)  # a mode of 0 would not stop root
    assert "locked.txt: cannot be read (Permission denied); mend" in problems(tmp_path)


def test_sizes_are_capped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MAX_FILE_BYTES", 10)
    monkeypatch.setattr(bundle, "MAX_TOTAL_BYTES", 15)
    (tmp_path / "big").write_bytes(b"x" * 11)
    assert "big: is larger than" in problems(tmp_path)
    (tmp_path / "big").write_bytes(b"x" * 10)
    assert bundle.read(tmp_path) == {"big": b"x" * 10}
    (tmp_path / "more").write_bytes(b"x" * 6)
    assert "holds more than" in problems(tmp_path)


def test_depth_is_capped(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * (bundle.MAX_DEPTH + 1))
    deep.mkdir(parents=True)
    assert f"lies deeper than {bundle.MAX_DEPTH} levels" in problems(tmp_path)
