"""The settings screen: everything with its meaning, changed by keys, in force at once, kept."""

from __future__ import annotations

from pathlib import Path

from tui_support import Stage, stage

from workbench.display.config.model import SETTINGS
from workbench.display.config.settings import Settings
from workbench.display.tui import keys
from workbench.display.tui.screens.dashboard import Dashboard
from workbench.display.tui.screens.settings import SettingsScreen
from workbench.display.tui.widgets.filter import FilterLine
from workbench.display.tui.widgets.rows import Rows
from workbench.engine.command import Pause


def kept(tmp_path: Path, text: str = 'glyphs = "unicode"\n') -> Settings:
    path = tmp_path / "config.toml"
    path.write_text(text)
    return Settings(path)


async def go_to(one: Stage, key: str) -> None:
    """Put the cursor on a setting by narrowing the list to it."""
    await one.press("slash")
    one.app.screen.query_one(FilterLine).value = key
    await one.press("enter")
    assert key in one.rows()[4]


async def test_every_setting_is_there_with_value_and_meaning() -> None:
    async with stage(size=(160, 30)) as one:
        await one.press("comma")
        assert isinstance(one.app.screen, SettingsScreen)
        for setting in SETTINGS:
            row = next(row for row in one.rows() if f" {setting.key} " in row)
            assert setting.meaning[:60] in row
        listed = one.app.screen.query_one("#settings", Rows)
        assert listed.count == len(SETTINGS) + len(keys.catalogue())
        await one.press("G")
        assert f" keys.{list(keys.catalogue())[-1]} " in one.text
        await one.press("comma")  # once is enough
        await one.press("escape")
        assert isinstance(one.app.screen, Dashboard)


async def test_a_value_is_stepped_through_in_force_at_once_and_kept(tmp_path: Path) -> None:
    settings = kept(tmp_path, '# mine\nglyphs = "unicode" # for now\n')
    async with stage(settings=settings) as one:
        await one.press("comma", "down")
        assert "╭" in one.text
        assert "glyphs: signs and frames" in one.text
        await one.press("right")
        assert one.text.isascii()
        assert settings.path is not None
        assert settings.path.read_text() == '# mine\nglyphs = "ascii" # for now\n'
        await one.press("left")
        assert "╭" in one.text
        await one.press("d")
        assert settings.path.read_text() == "# mine\n"


async def test_switches_are_on_and_off(tmp_path: Path) -> None:
    settings = kept(tmp_path)
    async with stage(settings=settings) as one:
        await one.press("comma")
        await go_to(one, "notify.bell")
        assert "off" in one.rows()[4]
        await one.press("enter")
        assert "◆ on" in one.rows()[4]
        assert settings.config.notify.bell is True
        await one.press("space")
        assert settings.config.notify.bell is False


async def test_a_key_is_changed_by_pressing_it(tmp_path: Path) -> None:
    settings = kept(tmp_path)
    async with stage(settings=settings) as one:
        await one.press("comma")
        await go_to(one, "keys.lineage.pause")
        await one.press("enter")
        assert "lineage.pause: Pause" in one.text
        await one.press("f")
        assert "f is the key of candidate.fork" in one.prose
        await one.press("i")
        assert "◆ i" in one.rows()[4]
        await one.press("a", "f5")
        assert settings.config.keys == {"lineage.pause": "i,f5"}
        await one.press("enter", "escape")
        assert settings.config.keys == {"lineage.pause": "i,f5"}
        await one.press("escape", "f5")
        assert one.control.sent == [Pause((1,))]
        await one.press("comma")
        await go_to(one, "keys.lineage.pause")
        await one.press("d", "escape", "i", "space")
        assert one.control.sent == [Pause((1,)), Pause((1,))]


async def test_the_list_is_narrowed_and_whole_again() -> None:
    async with stage() as one:
        await one.press("comma", "slash", *"bell ring")
        assert one.app.screen.query_one("#settings", Rows).count == 1
        await one.press("escape")
        assert one.app.screen.query_one("#settings", Rows).count > 60
        await one.press("slash")
        one.app.screen.query_one(FilterLine).value = "nothing like it"
        await one.press("enter")
        assert "no setting has these letters" in one.text
        await one.press("enter", "right", "d", "a")  # nothing under the cursor, nothing happens


async def test_what_cannot_be_kept_is_said_and_is_in_force(tmp_path: Path) -> None:
    settings = kept(tmp_path)
    async with stage(settings=settings) as one:
        assert settings.path is not None
        settings.path.write_text("theme = ")
        await one.press("comma", "down", "right")
        assert "mend it first" in one.notices()
        assert one.text.isascii()


async def test_a_file_with_mistakes_is_told_at_the_start_and_the_rest_counts(
    tmp_path: Path,
) -> None:
    settings = kept(tmp_path, 'theme = "nrd"\nglyphs = "unicode"\nkeys.app.help = "f2"\nx = 1\n')
    async with stage(settings=settings, size=(120, 40)) as one:
        assert "theme = 'nrd'" in one.notices()
        assert "did you mean nord?" in one.notices()
        assert "x: there is no such setting" in one.notices()
        await one.press("f2")
        assert one.app.screen.query("HelpPanel")


async def test_what_stands_behind_another_screen_is_not_drawn() -> None:
    async with stage() as one:
        run = one.app.run_in_front
        assert run is not None
        painted: list[int] = []
        dashboard = one.app.screen
        assert isinstance(dashboard, Dashboard)
        dashboard.refresh_view = lambda: painted.append(1)  # type: ignore[method-assign]
        await one.press("comma")
        run.view.version += 1
        one.app.repaint_view()
        assert painted == []
        await one.press("escape")
        assert painted  # it catches up when it comes back
