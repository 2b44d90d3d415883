from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from tui_scripted import Journal, demo, kernel, live
from tui_support import Stage, stage

from workbench.display.person import user_name
from workbench.display.tui.screens.confirm import Ask
from workbench.display.tui.screens.dashboard import Dashboard
from workbench.display.tui.screens.home import Home
from workbench.display.tui.screens.prompt import Prompt
from workbench.display.tui.widgets.composer import Composer
from workbench.engine.command import (
    Abort,
    AddHint,
    Boost,
    ChangeBudget,
    Continue,
    Fork,
    Inject,
    Judge,
    Pause,
    Pin,
    Reply,
    Shutdown,
    Stop,
)
from workbench.model import event as ev
from workbench.model.limits import Limits


def pausing() -> Journal:
    """Lineage 1 pauses while a paid proposal and, in lineage 2, a verification are in flight."""
    journal = demo(steps=2)
    journal.move(1, 3, usd=0.021)
    journal.move(2, 3)
    journal.propose(2, 3, (1,), "x\n")
    journal.add(ev.PauseRequested((1, 2), "me"))
    return journal


async def test_space_pauses_the_selected_lineage() -> None:
    async with stage() as one:
        await one.press("down", "space")
        assert one.control.sent == [Pause((2,))]
        assert "done" in one.notices()


async def test_pausing_says_what_it_waits_for_and_then_paused() -> None:
    journal = pausing()
    async with stage(journal) as one:
        await one.push(live(1, "verifying", 3))
        assert "‖ pausing…" in one.text
        assert "(waits for verifier)" in one.rows()[-2]
        await one.push(journal.add(ev.LineagePaused(1)))
        assert one.rows()[-2].startswith(" L1 ‖ paused")
        assert isinstance(one.app.screen, Dashboard)  # nothing covers the screen


async def test_a_second_space_asks_before_it_aborts_and_names_the_cost() -> None:
    async with stage(pausing()) as one:
        await one.press("space")
        assert isinstance(one.app.screen, Ask)
        assert "1 proposal in flight (up to $0.0210 stays charged)" in one.prose
        await one.press("escape")
        assert one.control.sent == []
        await one.press("space", "a")
        assert one.control.sent == [Abort((1,))]


async def test_pause_all_pauses_then_aborts_then_goes_on() -> None:
    async with stage() as one:
        await one.press("P")
        assert one.control.sent == [Pause(())]
    journal = pausing()
    journal.add(ev.PauseRequested((3, 4), "me"))
    journal.add(ev.LineagePaused(3))
    journal.add(ev.LineagePaused(4))
    async with stage(journal) as one:
        await one.press("P")
        assert "verification" in one.text
        await one.press("a")
        assert one.control.sent == [Abort(())]
    journal.add(ev.LineagePaused(1))
    journal.add(ev.LineagePaused(2))
    async with stage(journal) as one:
        await one.press("P")
        assert one.control.sent == [Continue(())]


async def test_stop_is_confirmed_and_says_what_is_kept() -> None:
    async with stage() as one:
        await one.press("X")
        assert "Stop L1?" in one.text
        assert "candidates and its best" in one.prose
        await one.press("s")
        assert one.control.sent == [Stop((1,))]


async def test_f_forks_the_candidate_shown() -> None:
    async with stage() as one:
        view = one.app.run_in_front.view  # type: ignore[union-attr]
        shown = view.candidate
        await one.press("f")
        assert shown is not None
        assert one.control.sent == [Fork(shown.id)]


async def test_a_hint_is_written_addressed_and_queued() -> None:
    async with stage() as one:
        one.control.reply = Reply(True, "hint 7 queued for L2")
        await one.press("h")
        assert "Hint to L1" in one.text
        await one.press("u", "s", "e", "ctrl+j", "space", "P", "tab")
        assert "Hint to L2" in one.text
        await one.press("ctrl+l")
        assert "Standing hint to L2" in one.text
        await one.press("enter")
        assert one.control.sent == [AddHint("use\n P", (2,), standing=True, author=user_name())]
        assert "hint 7 queued for L2" in one.notices()
        assert not one.app.screen.query_one(Composer).display
        await one.press("h")
        assert one.app.screen.query_one(Composer).area.text == ""


async def test_capital_h_addresses_all_and_tab_comes_round() -> None:
    async with stage() as one:
        await one.press("H")
        assert "Hint to all lineages" in one.text
        await one.press("a", "enter")
        assert one.control.sent == [AddHint("a", (), author=user_name())]
        await one.press("H", "tab")
        assert "Hint to L1" in one.text
        await one.press("tab", "tab", "tab", "tab")
        assert "Hint to all lineages" in one.text


async def test_esc_keeps_a_draft_for_each_target() -> None:
    async with stage() as one:
        await one.press("h", "o", "n", "e", "escape", "down", "h", "t", "w", "o", "escape")
        assert one.control.sent == []
        await one.press("up", "h")
        assert one.app.screen.query_one(Composer).area.text == "one"
        await one.press("escape", "down", "h")
        assert one.app.screen.query_one(Composer).area.text == "two"


async def test_a_refused_or_empty_hint_is_not_lost() -> None:
    async with stage() as one:
        one.control.reply = Reply(False, "hints may be 4000 characters long")
        await one.press("h", "enter")
        assert one.control.sent == []
        await one.press("x", "enter")
        assert len(one.control.sent) == 1
        assert one.app.screen.query_one(Composer).area.text == "x"
        assert "4000 characters" in one.notices()


async def test_copy_candidate_goes_through_the_clipboard() -> None:
    async with stage(demo(steps=0)) as one:
        await one.press("Y")
        assert one.app.clipboard == kernel(0)
        assert "copied #1 (kernel.py)" in one.notices()


async def test_copying_what_is_lost_says_so() -> None:
    async with stage() as one:
        one.feed._blobs = {}
        await one.press("Y")
        assert "cannot be copied" in one.notices()


@contextlib.contextmanager
def nothing() -> Iterator[None]:
    yield


async def edit(one: Stage, monkeypatch: pytest.MonkeyPatch, editor: str) -> None:
    monkeypatch.setenv("VISUAL", editor)
    monkeypatch.setattr(one.app, "suspend", nothing)
    await one.press("o")


async def test_an_edited_candidate_is_injected(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage(demo(steps=0)) as one:
        await edit(one, monkeypatch, "sed -i s/total/sum/")
        saved = "\n".join(line.replace("total", "sum", 1) for line in kernel(0).split("\n"))
        note = "edited by hand from #1"
        assert one.control.sent == [Inject(1, 1, {"kernel.py": saved}, note)]


@pytest.mark.parametrize(
    ("editor", "told"),
    [
        ("true", "nothing changed, nothing injected"),
        ("false", "false ended with status 1; nothing was injected"),
        ("/no/such/editor", "set $EDITOR to an editor that does"),
    ],
)
async def test_an_edit_that_gives_nothing_says_why(
    monkeypatch: pytest.MonkeyPatch, editor: str, told: str
) -> None:
    async with stage(demo(steps=0)) as one:
        await edit(one, monkeypatch, editor)
        assert one.control.sent == []
        assert told in one.notices()


async def test_editing_where_the_terminal_cannot_be_handed_over() -> None:
    async with stage(demo(steps=0)) as one:  # the headless driver cannot suspend
        await one.press("o")
        assert "cannot be handed to an editor" in one.notices()


async def test_q_offers_to_detach_and_names_what_may_still_be_spent() -> None:
    async with stage() as one:
        await one.press("q")
        assert "may still spend $4.52" in one.prose
        await one.press("d")
    farewell = one.app.return_value
    assert farewell is not None
    assert farewell.running
    assert farewell.resume == "workbench attach '/sessions/matmul tile'"
    assert "The engine runs on and may still spend $4.52, 351 evaluations." in farewell.lines()
    assert one.control.sent == []


async def test_q_can_stop_the_engine() -> None:
    async with stage() as one:
        one.control.reply = Reply(True, "checkpoint made")
        await one.press("q", "s")
    assert one.control.sent == [Shutdown()]
    farewell = one.app.return_value
    assert farewell is not None
    assert not farewell.running
    assert farewell.lines()[0] == "checkpoint made"
    assert farewell.resume == "workbench resume '/sessions/matmul tile'"


async def test_q_leaves_a_finished_session_without_a_question() -> None:
    journal = demo(steps=1)
    journal.add(ev.EngineClosed("finished"))
    async with stage(journal, live=False, control=False) as one:
        await one.press("q")
    assert one.app.return_value is not None
    assert not one.app.return_value.running
    assert one.app.return_value.resume == "workbench show '/sessions/matmul tile'"


async def test_ctrl_c_quits_on_the_second_press_only() -> None:
    async with stage() as one:
        await one.press("ctrl+c")
        assert "press ctrl+c again" in one.notices()
        assert one.app.return_value is None
        await one.press("ctrl+c")
    assert one.app.return_value is not None
    assert one.app.return_value.running


async def test_ctrl_c_works_from_the_composer_too() -> None:
    async with stage() as one:
        await one.press("h", "ctrl+c", "ctrl+c")
    assert one.app.return_value is not None


async def test_s_goes_back_to_the_sessions_and_lets_go() -> None:
    async with stage() as one:
        await one.press("S")
        assert isinstance(one.app.screen, Home)
        assert one.app.run_in_front is None
        assert one.opener.session is not None
        assert one.opener.session.closed


async def test_question_mark_shows_and_hides_the_keys() -> None:
    async with stage(size=(160, 45)) as one:
        await one.press("question_mark")
        assert "Select a lineage with the arrow keys" in one.prose
        await one.press("question_mark")
        assert not one.app.screen.query("HelpPanel")


async def test_the_palette_offers_every_action() -> None:
    async with stage() as one:
        titles = {c.title for c in one.app.get_system_commands(one.app.screen)}
    assert {
        "lineage: pause",
        "session: pause all",
        "lineage: hint",
        "session: hint to all",
        "lineage: stop lineage",
        "candidate: fork",
        "candidate: edit candidate",
        "candidate: copy candidate",
        "curve: x-axis",
        "curve: y-axis",
        "session: quit",
        "app: sessions",
    } <= titles


async def test_a_palette_command_does_what_its_key_does() -> None:
    async with stage() as one:
        chosen = {c.title: c for c in one.app.get_system_commands(one.app.screen)}
        await chosen["lineage: pause"].callback()
        await one.settle()
        assert one.control.sent == [Pause((1,))]


async def test_every_binding_has_an_id() -> None:
    async with stage() as one:
        await one.press("enter")
        for screen in one.app.screen_stack[1:]:
            for cls in type(screen).__mro__:
                if cls.__module__.startswith("workbench"):
                    assert all(binding.id for binding in cls.__dict__.get("BINDINGS", []))


async def test_a_candidate_is_found_wrong_with_a_reason_and_counts_again() -> None:
    journal = demo(steps=3)
    async with stage(journal) as one:
        shown = one.app.run_in_front.view.candidate if one.app.run_in_front else None
        assert shown is not None
        await one.press("W")
        assert isinstance(one.app.screen, Prompt)
        assert f"Why is #{shown.id} wrong?" in one.text
        await one.press("enter")
        assert "say why" in one.prose
        await one.press(*"it cheats", "enter")
        assert one.control.sent == [Judge(shown.id, "it cheats", user_name())]
        await one.push(journal.add(ev.CandidateJudged(shown.id, "it cheats", "ada")))
        one.app.run_in_front.view.pick_candidate(shown.id)
        await one.press("enter", "2")
        assert "✖ found wrong by ada: it cheats" in one.prose
        await one.press("W")
        assert isinstance(one.app.screen, Ask)
        await one.press("a")
        assert one.control.sent[-1] == Judge(shown.id, "", user_name())


async def test_p_pins_the_candidate_shown_and_unpins_it() -> None:
    journal = demo(steps=3)
    async with stage(journal) as one:
        assert one.app.run_in_front is not None
        shown = one.app.run_in_front.view.candidate
        assert shown is not None
        await one.press("p")
        assert one.control.sent == [Pin(shown.id, (1,), True)]
        await one.push(journal.add(ev.CandidatePinned(shown.id, (1,))))
        await one.press("p")
        assert one.control.sent[-1] == Pin(shown.id, (1,), False)
        await one.press("enter", "4")
        assert "◆ pinned" in one.text


async def test_a_boost_is_confirmed() -> None:
    async with stage() as one:
        await one.press("down", "B")
        assert isinstance(one.app.screen, Ask)
        assert "Boost L2?" in one.text
        await one.press("b")
        assert one.control.sent == [Boost(2)]


async def test_the_budget_is_changed_from_what_it_is() -> None:
    async with stage() as one:
        await one.press("dollar_sign")
        assert isinstance(one.app.screen, Prompt)
        assert "evaluations=400,usd=5" in one.text
        await one.press("ctrl+u", *"evaluations=1", "enter")
        assert "are spent already" in one.prose
        await one.press("ctrl+u", *"evaluations=nine", "enter")
        assert "not a positive number" in one.prose
        await one.press("ctrl+u", *"evaluations=900,wall=2h", "enter")
        assert one.control.sent == [
            ChangeBudget(Limits(evaluations=900, proposals=2700, usd=5.0, seconds=7200.0))
        ]
        await one.press("dollar_sign", "escape")
        assert len(one.control.sent) == 1
