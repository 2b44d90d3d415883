from __future__ import annotations

import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme
from tui_colours import MACHADO, contrast, distance, in_256

from workbench.content import tasks_dir, themes_dir
from workbench.display.tui.themes import palette, reading

GOOD = (themes_dir() / "workbench-dark.toml").read_text(encoding="utf-8")
OURS = ["workbench-cvd", "workbench-dark", "workbench-light", "workbench-mono"]


def bundled() -> dict[str, Theme]:
    good, problems = reading.load(themes_dir())
    assert problems == ""
    return {theme.name: theme for theme in good.values()}


def every(theme: Theme) -> dict[str, str]:
    """All colours of a theme, those that Textual derives included."""
    return {
        **palette.defaults(theme),
        **theme.to_color_system().generate(),
        **theme.variables,
    }


def test_the_bundled_themes_load() -> None:
    assert sorted(bundled()) == OURS


@pytest.mark.parametrize("name", OURS)
def test_text_and_curves_can_be_read(name: str) -> None:
    theme = bundled()[name]
    colors = every(theme)
    for back in (colors["background"], colors["surface"], colors["panel"]):
        assert contrast(colors["foreground"], back) >= 7
        assert contrast(colors["quiet"], back) >= 4
        for meaning in ("success", "warning", "error", "accent"):
            assert contrast(colors[f"text-{meaning}"], back) >= 4.5
    for number in range(1, 9):
        assert contrast(colors[f"series-{number}"], colors["background"]) >= 4.5
    for tint in ("diff-add", "diff-del"):
        assert contrast(colors["foreground"], colors[tint]) >= 7
        assert contrast(colors["foreground"], colors[f"{tint}-word"]) >= 4.5


HUED = [name for name in OURS if name != "workbench-mono"]
"""The fourth has no hues to keep apart: glyphs, words and dashes do all."""
LEAST = 12.0
"""CIE76; two is what practised eyes just see side by side, and these stand far apart."""


@pytest.mark.parametrize("eyes", ["", *MACHADO])
@pytest.mark.parametrize("name", HUED)
def test_good_bad_and_doubtful_differ_for_all_eyes(name: str, eyes: str) -> None:
    colors = every(bundled()[name])
    for prefix in ("", "text-"):
        for one, other in combinations(("success", "warning", "error"), 2):
            assert distance(colors[prefix + one], colors[prefix + other], eyes) >= LEAST


@pytest.mark.parametrize("eyes", ["", *MACHADO])
def test_curves_and_diffs_differ_for_colour_blind_eyes(eyes: str) -> None:
    colors = every(bundled()["workbench-cvd"])
    series = [colors[f"series-{number}"] for number in range(1, 9)]
    for one, other in combinations(series, 2):
        assert distance(one, other, eyes) >= 18
    assert distance(colors["diff-add"], colors["diff-del"], eyes) >= 50
    assert distance(colors["diff-add-word"], colors["diff-del-word"], eyes) >= 50


@pytest.mark.parametrize("name", OURS)
def test_tints_differ_in_256_colours(name: str) -> None:
    colors = bundled()[name].variables
    shown = [in_256(colors[f"diff-{tint}"]) for tint in ("add", "del", "add-word", "del-word")]
    assert len(set(shown)) == 4
    back = bundled()[name].background or ""
    assert in_256(back) not in shown


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
    with pytest.raises(reading.ThemeError) as caught:
        reading.parse(GOOD.replace(*change), "mine.toml")
    assert f"mine.toml: {told}" in str(caught.value)


def test_all_problems_of_all_files_come_in_one_message(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(GOOD.replace("#6cb6ff", "x").replace("#0f1318", "y"))
    (tmp_path / "b.toml").write_bytes(b"\xff")
    (tmp_path / "c.toml").write_text(GOOD)
    good, problems = reading.load(tmp_path)
    assert {file: theme.name for file, theme in good.items()} == {"c.toml": "workbench-dark"}
    assert problems.count("is not a colour") == 2
    assert "b.toml: cannot be read as UTF-8 text" in problems
    assert len(problems.splitlines()) == 3


@pytest.mark.parametrize("name", sorted(BUILTIN_THEMES))
def test_every_foreign_theme_gets_a_palette(name: str) -> None:
    colors = palette.defaults(BUILTIN_THEMES[name])
    assert len(colors) == 8 + 4 + 5 + 1
    for color in colors.values():
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
