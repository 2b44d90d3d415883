"""A person's own themes: read with ours, followed as they change, chosen with a preview."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tui_support import Stage, stage

from workbench.content import themes_dir
from workbench.display.config.settings import Settings
from workbench.display.tui.screens.themes import ThemeChooser
from workbench.display.tui.themes.library import Library

OURS = (themes_dir() / "workbench-dark.toml").read_text(encoding="utf-8")


def mine(name: str = "mine", back: str = "#010203") -> str:
    return OURS.replace('"workbench-dark"', f'"{name}"').replace("#0f1318", back)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "themes").mkdir()
    return tmp_path / "themes"


def settings(folder: Path, theme: str = "mine") -> Settings:
    path = folder.parent / "config.toml"
    path.write_text(f'theme = "{theme}"\nglyphs = "unicode"\n')
    return Settings(path)


def write(path: Path, text: str) -> None:
    """Change a file so that its time says so, however coarse the file system's clock is."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text)
    os.utime(path, ns=(before + 10**9, before + 10**9))


async def background(one: Stage) -> str:
    await one.settle()
    return one.app.screen.styles.background.hex.lower()


async def test_a_theme_of_ones_own_is_in_force_from_the_start(folder: Path) -> None:
    write(folder / "a.toml", mine())
    async with stage(settings=settings(folder)) as one:
        assert one.app.theme == "mine"
        assert await background(one) == "#010203"


async def test_a_theme_is_followed_as_it_changes(folder: Path) -> None:
    write(folder / "a.toml", mine())
    async with stage(settings=settings(folder)) as one:
        write(folder / "a.toml", mine(back="#0a0b0c"))
        one.app.follow_themes()
        assert await background(one) == "#0a0b0c"
        write(folder / "a.toml", mine(back="blurple"))
        one.app.follow_themes()
        assert await background(one) == "#0a0b0c"  # the last that could be used
        assert "a.toml: colors.background = 'blurple' is not a colour" in one.notices()
        write(folder / "b.toml", mine("other"))
        write(folder / "a.toml", mine(back="#000001"))
        one.app.follow_themes()
        assert await background(one) == "#000001"
        assert "other" in one.app.available_themes
        (folder / "a.toml").unlink()
        one.app.follow_themes()
        await one.settle()
        assert one.app.theme == "workbench-dark"
        assert "the theme mine is gone: workbench-dark takes its place" in one.notices()


async def test_the_files_are_looked_at_by_themselves(folder: Path) -> None:
    async with stage(settings=settings(folder, "nord")) as one:
        write(folder / "new.toml", mine("fresh"))
        while "fresh" not in one.app.available_themes:  # within a second
            await one.pilot.pause(0.05)


async def test_nothing_is_read_while_nothing_changes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder / "a.toml", mine())
    async with stage(settings=settings(folder)) as one:
        library = one.app.looks.themes

        def never(self: Library) -> str:
            raise AssertionError("read though nothing changed")

        monkeypatch.setattr(Library, "_read", never)
        assert library.poll() is None


async def test_a_theme_of_ones_own_comes_before_ours_and_ours_comes_back(folder: Path) -> None:
    write(folder / "a.toml", mine("workbench-dark"))
    write(folder / "b.toml", mine("nord"))
    async with stage(settings=settings(folder, "workbench-dark")) as one:
        assert await background(one) == "#010203"
        (folder / "a.toml").unlink()
        (folder / "b.toml").unlink()
        one.app.follow_themes()
        assert await background(one) == "#0f1318"
        assert (one.app.available_themes["nord"].background or "").upper() == "#2E3440"
        assert one.app.looks.themes.origin("nord") == "textual"


async def test_all_problems_of_all_files_are_one_message(folder: Path) -> None:
    write(folder / "a.toml", mine("twin"))
    write(folder / "b.toml", mine("twin"))
    write(folder / "c.toml", mine(back="#12"))
    write(folder / "d.toml", mine() + "\n[variables]\nblock-cursor-text-style = 'loud'\n")
    async with stage(settings=settings(folder, "nord")) as one:
        told = one.notices()
        assert "b.toml: name = 'twin' is the theme of a.toml; choose another" in told
        assert "c.toml: colors.background = '#12' is not a colour; write it as #rrggbb" in told
        assert "d.toml: variables.block-cursor-text-style = 'loud' is no style" in told
        assert len(told.splitlines()) == 3


async def test_themes_are_chosen_with_a_preview(folder: Path) -> None:
    write(folder / "a.toml", mine("mine"))
    chosen = settings(folder, "workbench-dark")
    async with stage(settings=chosen) as one:
        await one.press("ctrl+t")
        assert isinstance(one.app.screen, ThemeChooser)
        assert "own" in one.text
        await one.press("home")
        assert one.app.theme == "mine"
        await one.press("escape")
        assert one.app.theme == "workbench-dark"
        await one.press("ctrl+t", "home", "enter")
        assert one.app.theme == "mine"
        assert chosen.path is not None
        assert 'theme = "mine"' in chosen.path.read_text()


async def test_the_settings_screen_chooses_themes_the_same_way(folder: Path) -> None:
    chosen = settings(folder, "workbench-dark")
    async with stage(settings=chosen) as one:
        await one.press("comma", "enter", "down", "enter")
        assert one.app.theme == chosen.config.theme != "workbench-dark"
        assert chosen.config.theme in one.rows()[3]
        await one.press("right")
        assert one.app.theme == chosen.config.theme


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("scrollbar = 'thick'", "scrollbar = 'thick' is not a colour"),
        ("scrollbar = '#123456 200%'", "is not a colour"),
        ("scrollbar = 'ansi_red'", "is not a colour"),
        ("scrollbar = 3", "is not a colour"),
        ("link-style = 'bold loud'", "is no style; write some of bold"),
        ("series-dashes = 'off'", 'can only be "on"'),
    ],
)
async def test_variables_that_would_break_a_style_sheet_are_refused(
    folder: Path, line: str, told: str
) -> None:
    write(folder / "a.toml", mine() + f"\n[variables]\n{line}\n")
    async with stage(settings=settings(folder, "nord")) as one:
        assert told in one.notices()


async def test_variables_that_style_sheets_know_are_taken(folder: Path) -> None:
    more = "scrollbar = '#123456 50%'\nlink-style = 'bold italic'\nseries-dashes = 'on'\n"
    write(folder / "a.toml", mine() + f"\n[variables]\n{more}")
    async with stage(settings=settings(folder)) as one:
        assert one.notices() == ""
        assert one.app.theme == "mine"
