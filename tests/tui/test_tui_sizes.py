"""Every screen at every size, in every kind of theme, with and without colour."""

from __future__ import annotations

import pytest
from tui_scripted import demo, live
from tui_support import Stage, stage

SIZES = [(80, 24), (160, 45), (40, 10), (100, 30)]
THEMES = ["workbench-dark", "workbench-light", "ansi-dark"]


def fits(one: Stage, size: tuple[int, int]) -> None:
    strips = one.strips()
    assert len(strips) == size[1]
    for strip in strips:
        assert strip.cell_length <= size[0]
        # An unstyled segment would show the terminal's own background.
        assert all(segment.style is not None for segment in strip if segment.text)


@pytest.mark.parametrize("nocolor", [False, True], ids=["colour", "nocolor"])
@pytest.mark.parametrize("theme", THEMES)
async def test_nothing_breaks(theme: str, nocolor: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if nocolor:
        monkeypatch.setenv("NO_COLOR", "1")
    async with stage(demo(steps=8), theme=theme) as one:
        assert one.app.no_color is nocolor
        await one.push(live(1, "proposing", 9, "wide 漢字 and [markup]"))
        await one.press("y")
        await every_size(one)
        await one.press("enter")
        await every_size(one)


async def test_questions_fit_without_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with stage(demo(steps=2)) as one:
        await one.press("q")
        await every_size(one)


@pytest.mark.parametrize("tab", ["2", "3", "4", "5"])
async def test_every_tab_fits_without_colour(tab: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with stage(demo(steps=8)) as one:
        await one.push(live(1, "proposing", 9, "wide 漢字 and [markup]"))
        await one.press("enter", tab, "h", "a")
        await every_size(one)


async def every_size(one: Stage) -> None:
    for size in SIZES:
        await one.pilot.resize_terminal(*size)
        await one.settle()
        fits(one, size)


async def test_home_and_its_form_fit() -> None:
    async with stage(home=True) as one:
        await every_size(one)
        await one.press("n")
        await every_size(one)
