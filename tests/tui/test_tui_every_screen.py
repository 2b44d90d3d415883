"""Every screen in every theme, and in nothing but ASCII."""

from __future__ import annotations

from collections.abc import AsyncIterator

from textual.theme import BUILTIN_THEMES
from tui_scripted import RecordingControl, ScriptedFeed, ScriptedOpener, ScriptedSession, demo, live
from tui_support import Stage, stage

from workbench.display.config.settings import Settings
from workbench.display.opener import SessionRow
from workbench.display.tui.notify import Notice
from workbench.display.tui.screens.new_run import NewRun

ROWS = (
    SessionRow("one", "one", "Eins", "running", 4, 9, "2.84×", "9 ev", 0.0, False, "/s/one"),
    SessionRow("two", "two", "Zwei", "finished", 4, 9, "", "", 0.0, False, "/s/two", "broken · …"),
)

WAYS: dict[str, tuple[tuple[str, ...], str]] = {
    "dashboard": ((), "Dashboard"),
    "logarithmic curve": (("x", "y", "y"), "Dashboard"),
    "hint": (("h", "a"), "Dashboard"),
    "leaving": (("escape", "q"), "Ask"),
    "budget": (("escape", "dollar_sign"), "Prompt"),
    "help": (("escape", "question_mark"), "Dashboard"),
    "palette": (("question_mark", "ctrl+p"), "CommandPalette"),
    "diff": (("escape", "enter"), "LineageScreen"),
    "verifier": (("2",), "LineageScreen"),
    "proposal": (("3",), "LineageScreen"),
    "tree": (("4",), "LineageScreen"),
    "hints": (("5",), "LineageScreen"),
    "progress": (("A",), "AnalysisScreen"),
    "laws": (("2",), "AnalysisScreen"),
    "edits": (("5",), "AnalysisScreen"),
    "settings": (("comma",), "SettingsScreen"),
    "key": (("G", "enter"), "Press"),
    "filter": (("escape", "slash", "n"), "SettingsScreen"),
    "themes": (("escape", "escape", "ctrl+t"), "ThemeChooser"),
    "home": (("escape", "S"), "Home"),
    "tasks": (("tab",), "Home"),
    "form": (("enter", "x"), "NewRun"),
    "choice": (("down", "enter"), "NewRun"),
}
"""Name of what is seen then -> the keys that lead there from what was seen before, and the screen
that is in front."""


async def walk(one: Stage) -> AsyncIterator[str]:
    """Go through every screen, stopping at each."""
    for name, (keys, screen) in WAYS.items():
        await one.press(*keys)
        assert type(one.app.screen).__name__ == screen, name
        yield name


def opener() -> ScriptedOpener:
    session = ScriptedSession(ScriptedFeed(demo(steps=25, bound=4.0)), RecordingControl())
    return ScriptedOpener(ROWS, session)


async def test_ascii_is_all_that_is_shown_where_it_is_all_there_is() -> None:
    settings = Settings()
    settings.change("glyphs", "ascii")
    seen = []
    journal = demo(steps=25, bound=4.0)
    async with stage(journal, size=(160, 45), settings=settings, opener=opener()) as one:
        await one.push(live(1, "proposing", 26, "déjà vu 漢字 → ½"))
        one.app.tell([Notice("best", "New best", "2.84× by L1 · #9 …")])
        async for name in walk(one):
            beyond = {sign for sign in one.text if ord(sign) > 126}
            assert beyond == set(), name
            seen.append(name)
    assert seen == list(WAYS)


async def test_every_theme_of_textual_s_own_shows_every_screen() -> None:
    """All screens stand on one another, so that each theme is put in force but once."""
    async with stage(demo(steps=8), opener=opener()) as one:
        await one.press("enter", "comma", "G", "enter")
        one.app.push_screen(NewRun(one.opener, "heilbronn"))
        await one.settle()
        stack = list(one.app.screen_stack)
        kinds = "Home Dashboard LineageScreen SettingsScreen Press NewRun"
        assert [type(screen).__name__ for screen in stack[-6:]] == kinds.split()
        words: dict[str, list[str]] = {}
        for theme in sorted(BUILTIN_THEMES):
            one.app.theme = theme
            await one.pilot.pause()
            for screen in stack[-6:]:
                strips = screen._compositor.render_strips(one.app.size)
                name = type(screen).__name__
                shown = " ".join(strip.text for strip in strips).split()
                assert words.setdefault(name, shown) == shown, (name, theme)
                for segment in (segment for strip in strips for segment in strip):
                    assert segment.style is not None, (name, theme)
                    if segment.text.strip() and not one.app.current_theme.ansi:
                        assert segment.style.color is not None, (name, theme, segment.text)
        assert all(len(shown) > 10 for shown in words.values())
