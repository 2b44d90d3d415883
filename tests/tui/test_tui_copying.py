"""Copying by the terminal, and into a file what terminals would cut."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from tui_scripted import Journal
from tui_support import stage

from workbench.display.tui import copying


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path))
    return tmp_path


def session(new: str) -> Journal:
    journal = Journal()
    journal.open()
    journal.initial("a = 1\nb = 2\n")
    journal.lineage(1)
    journal.step(1, 1, 1, 2.0, new)
    return journal


async def test_y_copies_the_diff_as_a_patch_and_capital_y_the_files(home: Path) -> None:
    async with stage(session("a = 1\nb = [/bold] \x1b[31m7\n")) as one:
        await one.press("enter", "y")
        assert one.app.clipboard == (
            "diff --git candidate-1/kernel.py candidate-2/kernel.py\n"
            "--- candidate-1/kernel.py\n+++ candidate-2/kernel.py\n@@ -1,2 +1,2 @@\n"
            " a = 1\n-b = 2\n+b = [/bold] \x1b[31m7\n"
        )
        assert "copied the diff of #2 against parent #1" in one.notices()
        await one.press("Y")
        assert one.app.clipboard == "a = 1\nb = [/bold] \x1b[31m7\n"
        assert "copied #2 (kernel.py)" in one.notices()
        one.feed._blobs.clear()
        await one.press("y")
        assert "the diff cannot be copied: a text of it is not at hand" in one.notices()
    assert not (home / "cache").exists()


async def test_equal_files_give_no_patch() -> None:
    async with stage(session("a = 1\nb = 2\n")) as one:
        await one.press("enter", "y")
        assert "#2 and #1 have the same files: no diff to copy" in one.notices()
        assert one.app.clipboard == ""


async def test_the_palette_copies_where_the_session_is_and_what_opens_it() -> None:
    async with stage() as one:
        chosen = {c.title: c for c in one.app.get_system_commands(one.app.screen)}
        chosen["session: copy its path"].callback()
        await one.settle()
        assert one.app.clipboard == "/sessions/matmul tile"
        assert "copied the path of the session" in one.notices()
        chosen["session: copy its command"].callback()
        await one.settle()
        assert one.app.clipboard == "workbench attach '/sessions/matmul tile'"
        assert f"copied the command: {one.app.clipboard}" in one.notices()


async def test_long_texts_go_into_a_file_that_only_its_owner_reads(home: Path) -> None:
    new = "é = 1\n" * 10_001  # 70,007 bytes
    async with stage(session(new)) as one:
        await one.press("Y")
        path = home / "cache" / "copied" / "matmul-tile-candidate-2.txt"
        assert path.read_text("utf-8") == new
        assert one.app.clipboard == str(path)
        assert f"#2 (kernel.py) is too long to copy (68 KiB): written to {path}" in one.notices()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        await one.press("enter", "y")
        assert (
            (path.parent / "matmul-tile-1-to-2.patch")
            .read_text("utf-8")
            .endswith("@@ -1,2 +1,10001 @@\n-a = 1\n-b = 2\n" + "+é = 1\n" * 10_001)
        )


async def test_a_directory_that_cannot_be_written_is_named(home: Path) -> None:
    (home / "cache").write_text("in the way")
    async with stage(session("x" * 70_001)) as one:
        await one.press("Y")
        assert "is too long to copy (68 KiB), and cannot be written to" in one.notices()
        assert one.app.clipboard == ""


def test_old_copies_go_and_links_are_not_followed(home: Path) -> None:
    for number in range(copying.KEPT + 3):
        path = copying.keep(f"one {number}/../x.txt", "words")
        os.utime(path, (number, number))
    assert path.name == f"one-{number}-..-x.txt"
    assert len(list(path.parent.iterdir())) == copying.KEPT
    (path.parent / "link").symlink_to(home / "elsewhere")
    with pytest.raises(OSError, match="symbolic"):
        copying.keep("link", "words")
    assert not (home / "elsewhere").exists()
