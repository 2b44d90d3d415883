from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from workbench.content import tasks_dir, themes_dir
from workbench.display.tui import themes

GOOD = (themes_dir() / "workbench-dark.toml").read_text(encoding="utf-8")
OURS = ["workbench-cvd", "workbench-dark", "workbench-light", "workbench-mono"]


def bundled() -> dict[str, Theme]:
    good, problems = themes.load(themes_dir())
    assert problems == ""
    return {theme.name: theme for theme in good}


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio."""

    def light(color: str) -> float:
        parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4
                 for c in Color.parse(color).normalized]  # fmt: skip
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_bundled_themes_load() -> None:
    assert sorted(bundled()) == OURS


@pytest.mark.parametrize("name", OURS)
def test_text_and_curves_can_be_read(name: str) -> None:
    theme = bundled()[name]
    back = theme.background or ""
    assert contrast(theme.foreground or "", back) >= 7
    for color in (theme.success, theme.warning, theme.error, themes.defaults(theme)["quiet"]):
        assert contrast(color or "", back) >= 4.5
    for number in range(1, 9):
        assert contrast(theme.variables[f"series-{number}"], back) >= 3
    for tint in ("diff-add", "diff-del"):
        assert contrast(theme.foreground or "", theme.variables[tint]) >= 7
        assert contrast(theme.foreground or "", theme.variables[f"{tint}-word"]) >= 4.5


def test_good_and_bad_differ_for_colour_blind_eyes() -> None:
    """Under deuteranopia red and green collapse; blue and orange keep apart in blue."""
    theme = bundled()["workbench-cvd"]
    good, bad = Color.parse(theme.success or ""), Color.parse(theme.error or "")
    assert abs(good.b - bad.b) >= 150


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("dark = true", 'dark = "yes"'), "dark must be true or false"),
        (('"#6cb6ff"', '"blurple"'), "colors.primary = 'blurple' is not a colour"),
        (('series-8 = "#d0d0d0"', ""), "series.series-8 is missing"),
        (("[series]", "[serie]"), "unknown key 'serie'"),
        (('name = "workbench-dark"', ""), "name must be a text"),
        (("[diff]", "[diff"), "not valid TOML"),
        (('surface = "', 'surfaces = "'), "colors.surfaces is not a known colour name"),
    ],
)
def test_a_broken_theme_names_file_key_and_mend(change: tuple[str, str], told: str) -> None:
    with pytest.raises(themes.ThemeError) as caught:
        themes.parse(GOOD.replace(*change), "mine.toml")
    assert f"mine.toml: {told}" in str(caught.value)


def test_all_problems_of_all_files_come_in_one_message(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(GOOD.replace("#6cb6ff", "x").replace("#0f1318", "y"))
    (tmp_path / "b.toml").write_bytes(b"\xff")
    (tmp_path / "c.toml").write_text(GOOD)
    good, problems = themes.load(tmp_path)
    assert [theme.name for theme in good] == ["workbench-dark"]
    assert problems.count("is not a colour") == 2
    assert "b.toml: cannot be read as UTF-8 text" in problems
    assert len(problems.splitlines()) == 3


@pytest.mark.parametrize("name", sorted(BUILTIN_THEMES))
def test_every_foreign_theme_gets_a_palette(name: str) -> None:
    palette = themes.defaults(BUILTIN_THEMES[name])
    assert len(palette) == 8 + 4 + 5 + 1
    for color in palette.values():
        Color.parse(color)


def test_content_is_found() -> None:
    assert (themes_dir() / "workbench-dark.toml").is_file()
    assert tasks_dir().is_dir()


def test_missing_content_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.content._PACKAGE", tmp_path / "workbench")
    with pytest.raises(FileNotFoundError, match="Install the workbench again"):
        themes_dir()
    packed = tmp_path / "workbench" / "_content" / "themes"
    packed.mkdir(parents=True)
    assert themes_dir() == packed


def test_importing_the_package_costs_no_textual() -> None:
    code = (
        "import sys, workbench.display.tui, workbench.display.opener, workbench.content\n"
        "from workbench.display.tui import Exit\n"
        "assert not {'textual', 'rich'} & set(sys.modules), 'loaded too early'\n"
        "from workbench.display.tui import run_app\n"
        "assert 'textual' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
