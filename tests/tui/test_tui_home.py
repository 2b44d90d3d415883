from __future__ import annotations

import time
from pathlib import Path

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
)
from workbench.display.tui import run_app
from workbench.display.tui.app import WorkbenchApp
from workbench.display.tui.screens.dashboard import Dashboard
from workbench.display.tui.screens.home import Home
from workbench.display.tui.screens.new_run import NewRun
from workbench.display.tui.screens.opening import Opening


def row(name: str, state: str, resumable: bool = False, problem: str = "") -> SessionRow:
    updated = time.time() - 7300
    return SessionRow(
        name, name, f"[b]{name}[/b]", state, 4, 121, "2.84×", "120 ev", updated, resumable,
        f"/s/{name}", problem, name=name,
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


async def test_what_a_row_is_and_what_enter_does_to_it_is_said() -> None:
    async with stage(opener=desk(*ROWS), home=True) as one:
        assert "⏎ attaches to its engine: workbench attach one" in one.text
        await one.press("down")
        assert "⏎ goes on with it: workbench resume two" in one.text
        await one.press("down")
        assert "⏎ shows it: workbench show three" in one.text
        await one.press("y")
        assert one.app.clipboard == "workbench show three"
        await one.press("down")
        assert "R saves what it still holds" in one.prose
        await one.press("tab")
        assert "26 circles in a square · geometry" in one.text
        assert "⏎ new session: workbench run circle-packing" in one.text


async def test_tasks_have_baseline_and_best_known_or_what_is_wrong_with_them() -> None:
    async with stage(opener=desk(), home=True, size=(140, 30)) as one:
        row = next(row for row in one.rows() if " circle-packing" in row)
        for words in ("2.1", "2.6358", "geometry", "26 circles in a square"):
            assert words in row
        assert "✖ ajar  task.toml: no [task]" in one.text
        assert "11 points in a [b]triangle[/b]" in one.text


async def test_v_views_without_an_engine() -> None:
    async with stage(opener=desk(*ROWS), home=True) as one:
        await one.press("down", "v")
        assert one.opener.opened == [("/s/two", "view")]


async def test_letters_narrow_both_lists() -> None:
    async with stage(opener=desk(*ROWS), home=True) as one:
        await one.press("slash", *"finished th")
        assert "[b]three[/b]" in one.text
        assert "[b]one[/b]" not in one.text
        await one.press("enter", "v")
        assert one.opener.opened == [("/s/three", "view")]
    async with stage(opener=desk(*ROWS), home=True) as one:
        await one.press("slash", *"triangle", "enter", "enter")
        assert isinstance(one.app.screen, NewRun)
        assert "heilbronn" in one.text
        await one.press("escape", "slash", "escape")
        assert "[b]one[/b]" in one.text


async def test_a_session_is_deleted_once_confirmed_and_never_one_that_runs() -> None:
    async with stage(opener=desk(*ROWS), home=True) as one:
        await one.press("D")
        assert "an engine holds it" in one.notices()
        await one.press("down", "D")
        assert "Delete two?" in one.text
        assert "/s/two goes with all" in one.text
        await one.press("enter")  # the first answer keeps it
        assert one.opener.deleted == []
        await one.press("D", "d")
        assert one.opener.deleted == ["/s/two"]
        assert "[b]two[/b]" not in one.text
        one.opener.refuses = "an engine holds [it]"
        await one.press("D", "d")
        assert "an engine holds [it]" in one.notices()


async def test_a_damaged_session_is_saved_as_another() -> None:
    async with stage(opener=desk(*ROWS), home=True) as one:
        await one.press("R")  # nothing is wrong with the first
        assert one.opener.recovered == []
        await one.press("G", "R")
        assert one.opener.recovered == ["/s/four"]
        assert "saved as /s/recovered; four is as it was" in one.notices()
        one.opener.refuses = "nothing can be [read]"
        await one.press("R")
        assert "nothing can be [read]" in one.notices()


async def test_a_new_session_is_begun_with_what_is_said() -> None:
    async with stage(opener=desk(), home=True) as one:
        await one.press("down", "enter")
        shown = one.text
        for name in ("task", "lineages", "strategy", "budget usd", "search", "heilbronn", "greedy"):
            assert name in shown
        assert "lineages: searches side by side · default 4" in one.text
        await one.press("8", "tab", "enter", "down", "enter", "down", *"12", "enter")
        await one.press(*"openai:a openai:b", "down", "space", "down", "enter")
        await one.app.workers.wait_for_complete(
            [w for w in one.app.workers if w.group == "preview"]
        )
        said = {
            "task": "heilbronn",
            "lineages": "8",
            "strategy": "islands",
            "budget.usd": "12",
            "model": "openai:a openai:b",
            "command-network": "on",
        }
        line = " ".join(f"--{name} {words}" for name, words in said.items())
        assert line in one.prose
        assert "isolation bubblewrap · [namespaces]" in one.prose
        await one.press("ctrl+r")
        assert one.opener.started == [said]
        assert isinstance(one.app.screen, Dashboard)


async def test_what_is_wrong_is_said_as_it_is_typed_and_nothing_starts() -> None:
    async with stage(opener=desk(), home=True) as one:
        await one.press("n", "x")
        assert "✖ lineages: 'x' is [no] number" in one.text
        assert "✖ lineages  " in one.text
        await one.press("ctrl+r")
        assert isinstance(one.app.screen, NewRun)
        await one.press("backspace", "4", "ctrl+r")  # as by default: nothing is said
        assert one.opener.started == [{"task": "circle-packing"}]


async def test_what_it_all_comes_to_may_be_wrong_too() -> None:
    async with stage(opener=desk(), home=True) as one:
        await one.press("n", "tab", "tab", "tab", *"anthropic:dear", "ctrl+r")
        assert "✖ anthropic:dear needs a [key]" in one.text
        assert one.opener.started == []
        await one.press("escape")
        assert isinstance(one.app.screen, Home)
        assert one.opener.started == []


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
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`run_app` itself, with the terminal replaced by a person who leaves at once."""

    async def leave_at_once(self: WorkbenchApp) -> Exit | None:
        async with self.run_test(size=(80, 24)) as pilot:
            await pilot.press("ctrl+q")
        return self.return_value

    monkeypatch.setenv("WORKBENCH_CONFIG", str(tmp_path / "config.toml"))
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
