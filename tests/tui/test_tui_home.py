from __future__ import annotations

import time

import pytest
from msgspec.structs import replace
from tui_scripted import RecordingControl, ScriptedFeed, ScriptedOpener, ScriptedSession, demo
from tui_support import stage

from workbench.display.opener import (
    Exit,
    Glance,
    GlanceRow,
    OpenFailed,
    SessionRow,
    StartOptions,
)
from workbench.display.tui import run_app
from workbench.display.tui.app import WorkbenchApp
from workbench.display.tui.screens.dashboard import Dashboard
from workbench.display.tui.screens.home import Home
from workbench.display.tui.screens.opening import Opening


def row(name: str, state: str, resumable: bool = False, problem: str = "") -> SessionRow:
    updated = time.time() - 7300
    return SessionRow(
        name, name, f"[b]{name}[/b]", state, 4, 121, "2.84×", "120 ev", updated, resumable,
        f"/s/{name}", problem,
    )  # fmt: skip


def desk(*rows: SessionRow) -> ScriptedOpener:
    session = ScriptedSession(ScriptedFeed(demo(steps=2)), RecordingControl())
    return ScriptedOpener(rows, session)


ROWS = (
    row("one", "running"),
    row("two", "interrupted", resumable=True),
    row("three", "finished"),
    row("four", "finished", problem="not a session file: [empty]"),
)


async def test_sessions_and_tasks_are_listed() -> None:
    async with stage(opener=desk(*ROWS), home=True) as one:
        assert isinstance(one.app.screen, Home)
        for words in ("▶ running", "! interrupted", "✔ finished", "✖ broken", "2 h ago", "2.84×"):
            assert words in one.text
        for words in ("[b]one[/b]", "not a session file: [empty]", "26 circles in a square"):
            assert words in one.text


@pytest.mark.parametrize(
    ("place", "opened"),
    [(0, ("/s/one", "attach")), (1, ("/s/two", "resume")), (2, ("/s/three", "view"))],
)
async def test_enter_opens_a_session_by_its_state(place: int, opened: tuple[str, str]) -> None:
    async with stage(opener=desk(*ROWS), home=True) as one:
        await one.press(*["down"] * place, "enter")
        assert one.opener.opened == [opened]
        assert isinstance(one.app.screen, Dashboard)


async def test_a_broken_session_says_what_is_wrong() -> None:
    async with stage(opener=desk(*ROWS), home=True) as one:
        await one.press("G", "enter")
        assert one.opener.opened == []
        assert "not a session file: [empty]" in one.notices()


async def test_a_session_that_cannot_be_opened_says_why() -> None:
    async with stage(opener=ScriptedOpener(ROWS), home=True) as one:
        await one.press("enter")
        assert isinstance(one.app.screen, Home)
        assert "another engine holds [it]" in one.notices()


async def test_a_new_session_is_started_with_every_option() -> None:
    async with stage(opener=desk(), home=True) as one:
        await one.press("down", "enter")
        shown = one.text
        names = ("task", "strategy", "settings", "lineages", "seed", "evaluations")
        for name in (*names, "heilbronn", "greedy"):
            assert name in shown
        await one.press("tab", "tab", *"width=3", "tab", "end", "backspace", "8", "tab", "end")
        await one.press("1", "2", "tab", "5", "0", "0", "ctrl+s")
        options = StartOptions(8, 12, 500, "greedy:width=3")
        assert one.opener.started == [("/tasks/heilbronn", options)]
        assert isinstance(one.app.screen, Dashboard)


async def test_a_model_is_named_and_what_keeps_it_from_being_asked_is_told() -> None:
    async with stage(opener=desk(), home=True) as one:
        await one.press("n", *["tab"] * 6, *"anthropic:dear")
        await one.press("tab", *"high", "tab", *"1.5", "ctrl+s")
        assert "anthropic:dear needs a [key]" in one.text
        assert one.opener.started == []
        await one.press("shift+tab", "shift+tab", "end", *["backspace"] * 14)
        await one.press(*"openai:cheap, openai:b", "enter")
        [(_, options)] = one.opener.started
        assert (options.models, options.effort, options.usd) == (
            ("openai:cheap", "openai:b"),
            "high",
            1.5,
        )


async def test_wrong_numbers_are_named_and_nothing_starts() -> None:
    async with stage(opener=desk(), home=True) as one:
        await one.press("n", *["tab"] * 3, "end", "backspace", "0", "ctrl+s")
        assert "lineages must be a whole number, 1 to 64" in one.text
        assert one.opener.started == []
        await one.press("escape")
        assert isinstance(one.app.screen, Home)


async def test_no_session_yet_leads_to_the_tasks() -> None:
    async with stage(opener=desk(), home=True) as one:
        assert "no session yet" in one.text
        assert one.app.focused is not None
        assert one.app.focused.id == "tasks"


async def test_r_reads_the_list_again_and_q_leaves() -> None:
    async with stage(opener=desk(ROWS[0]), home=True) as one:
        one.opener.rows.append(ROWS[1])
        await one.press("r")
        assert "! interrupted" in one.text
        await one.press("q")
    assert one.app.return_value == Exit()
    assert Exit().lines() == []


async def test_run_app_opens_what_was_asked_for_and_closes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`run_app` itself, with the terminal replaced by a person who leaves at once."""

    async def leave_at_once(self: WorkbenchApp) -> Exit | None:
        async with self.run_test(size=(80, 24)) as pilot:
            await pilot.press("ctrl+q")
        return self.return_value

    monkeypatch.setattr(WorkbenchApp, "run_async", leave_at_once)
    opener = desk(*ROWS)
    farewell = await run_app(opener, "two")
    assert opener.opened == [("/s/two", "resume")]
    assert farewell.path == "/sessions/matmul tile"
    assert opener.session is not None
    assert opener.session.closed
    await run_app(opener, "/elsewhere/x")
    assert opener.opened[-1] == ("/elsewhere/x", "attach")
    with pytest.raises(OpenFailed):
        await run_app(ScriptedOpener(), "/gone")


LONG = Glance(
    "26 [b]circles",
    "2.61",
    "9,000 ev",
    80_000,
    (GlanceRow(1, "running", 4500, "2.61", "4,500 ev"),),
)


async def test_a_long_session_shows_what_its_tables_tell_while_its_journal_is_read() -> None:
    opener = desk(*ROWS)
    opener.seen = LONG
    opener.gate.clear()
    async with stage(opener=opener, home=True) as one:
        await one.pilot.press("enter")
        await one.until(lambda: isinstance(one.app.screen, Opening))
        for words in ("26 [b]circles", "best 2.61", "▶ running", "4500", "80,000 records"):
            assert words in one.text
        opener.gate.set()
        await one.settle()
        assert isinstance(one.app.screen, Dashboard)
        assert [type(x) for x in one.app.screen_stack[1:]] == [Home, Dashboard]


async def test_the_wait_for_a_long_session_can_be_left() -> None:
    opener = desk(*ROWS)
    opener.seen = LONG
    opener.gate.clear()
    async with stage(opener=opener, home=True) as one:
        await one.pilot.press("enter")
        await one.until(lambda: isinstance(one.app.screen, Opening))
        await one.press("escape")
        assert isinstance(one.app.screen, Home)
        opener.gate.set()
        await one.settle()
        assert isinstance(one.app.screen, Home)
        assert opener.opened == []


async def test_a_short_session_is_opened_without_a_word() -> None:
    opener = desk(*ROWS)
    opener.seen = replace(LONG, records=200)
    opener.gate.clear()
    async with stage(opener=opener, home=True) as one:
        await one.pilot.press("enter")
        await one.pilot.pause()
        assert isinstance(one.app.screen, Home)
        opener.gate.set()
        await one.settle()
        assert isinstance(one.app.screen, Dashboard)
