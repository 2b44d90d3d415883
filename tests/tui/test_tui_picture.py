"""A picture of any screen, and where it went."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tui_support import stage

from workbench.display.tui import picture


@pytest.fixture
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("platformdirs.user_pictures_path", lambda: tmp_path / "pictures")
    (tmp_path / "pictures").mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "pictures"


async def test_ctrl_s_saves_what_is_seen_and_says_where(pictures: Path) -> None:
    async with stage() as one:
        await one.press("h", *"faster", "ctrl+s")  # while a hint is being written, too
        (saved,) = pictures.iterdir()
        assert f"saved {saved}" in one.notices()
        drawn = saved.read_text(encoding="utf-8")
        assert "".join(ElementTree.fromstring(drawn).itertext()).count("faster") == 1
        assert "@font-face" not in drawn  # nothing is fetched by whoever looks at it
        assert re.findall(r"url\((?!#)", drawn) == []
        await one.press("ctrl+s", "escape", "enter", "ctrl+s")
        assert len(list(pictures.iterdir())) == 3  # none in the place of another


async def test_without_a_folder_for_pictures_it_is_the_current_one(pictures: Path) -> None:
    pictures.rmdir()
    async with stage(home=True) as one:
        await one.press("ctrl+s")
        (saved,) = Path.cwd().iterdir()
        assert f"saved {saved}" in one.notices()


async def test_what_cannot_be_saved_is_said(
    pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture, "folder", lambda: pictures / "gone")
    async with stage() as one:
        await one.press("ctrl+s")
        assert "no picture was saved: No such file or directory" in one.notices()
