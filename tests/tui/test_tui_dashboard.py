from __future__ import annotations

from tui_scripted import demo, live
from tui_support import stage

from workbench.display.tui.screens.dashboard import Dashboard
from workbench.display.tui.screens.lineage import LineageScreen
from workbench.display.tui.widgets.curve import CurveView
from workbench.display.tui.widgets.feed import EventFeed
from workbench.engine.command import Continue
from workbench.model import event as ev


async def test_dashboard_shows_a_live_session() -> None:
    async with stage(demo(steps=30)) as one:
        assert isinstance(one.app.screen, Dashboard)
        await one.push(live(1, "verifying", 31))
        assert "▶ verify" in one.text
        assert "best known 3.1 " in one.text
        assert "matmul-tile" in one.rows()[0]
        assert "● live" in one.rows()[1]


async def test_a_new_record_reaches_table_curve_and_events() -> None:
    journal = demo(steps=3)
    async with stage(journal) as one:
        before = len(journal.records)
        journal.step(2, 4, 1, 9.5, "better\n")
        await one.push(*journal.records[before:])
        assert "9.5× new best" in one.text
        assert "best 9.5× L2" in one.rows()[0]
        curve = one.app.screen.query_one(CurveView)
        assert curve.plot.curves.series[2].best[-1] == 9.5


async def test_arrows_select_and_enter_opens_the_lineage() -> None:
    async with stage() as one:
        await one.press("down", "j", "k")
        assert one.app.run_in_front is not None
        assert one.app.run_in_front.view.lineage == 2
        assert one.rows()[-2].startswith(" L2")
        await one.press("enter")
        assert isinstance(one.app.screen, LineageScreen)
        await one.press("escape")
        assert isinstance(one.app.screen, Dashboard)


async def test_c_x_and_y_change_the_axes() -> None:
    async with stage() as one:
        assert "by step · linear" in one.text
        await one.press("c", "x")
        assert "by log evaluations · linear" in one.text
        await one.press("c")
        assert "by log dollars" in one.text
        await one.press("c", "x", "y")
        assert "Gap to best known speed-up [×] by active time · log" in one.text
        await one.press("c", "y")
        assert "by step · log · higher is better" in one.text
        await one.press("y")
        assert "by step · linear" in one.text


async def test_curves_are_filtered_and_switched_one_by_one() -> None:
    async with stage(demo(steps=6, lineages=6)) as one:
        curve = one.app.screen.query_one(CurveView)
        await one.press("F")
        assert "only L1" in one.text
        await one.press("down")
        assert "only L2" in one.text
        await one.press("F")
        assert "4 of 6" in one.text
        best = sorted(one.feed.session.lineages.values(), key=lambda x: -(x.best_reward or 0))
        assert {series.number for series in curve.plot.shown} == {x.id for x in best[:4]}
        await one.press("tab", "f")
        assert one.app.focused is curve
        assert len(curve.plot.shown) == 6
        await one.press("2", "5", "9")
        assert {series.number for series in curve.plot.shown} == {1, 3, 4, 6}
        assert one.control.sent == []
        await one.press("2", "5")
        assert len(curve.plot.shown) == 6


async def test_a_hidden_curve_costs_nothing() -> None:
    journal = demo(steps=3)
    async with stage(journal) as one:
        curve = one.app.screen.query_one(CurveView)
        await one.pilot.resize_terminal(40, 10)
        await one.settle()
        repaints, touched = curve.plot.repaints, curve.plot.canvas.touched
        before = len(journal.records)
        journal.step(2, 4, 1, 9.5, "better\n")
        await one.push(*journal.records[before:])
        assert (curve.plot.repaints, curve.plot.canvas.touched) == (repaints, touched)
        await one.pilot.resize_terminal(80, 24)
        await one.settle()
        assert curve.plot.curves.series[2].best[-1] == 9.5


async def test_isolation_is_loud_when_there_is_none() -> None:
    journal = demo(steps=1)
    journal.open(tier="none")
    async with stage(journal) as one:
        assert "!! NO ISOLATION: plain processes" in one.rows()[1]
        await one.pilot.resize_terminal(40, 10)
        await one.settle()
        assert "!! NO ISOLATION" in one.rows()[0]


async def test_wide_screens_add_candidates_diff_and_verifier() -> None:
    async with stage(size=(160, 45)) as one:
        shown = one.text
        assert "Candidates of L1" in shown
        assert "against parent" in shown
        assert "Verifier #" in shown
    async with stage(size=(100, 30)) as one:
        assert "Candidates of" not in one.text


async def test_b_changes_the_base_of_the_wide_diff() -> None:
    async with stage(size=(160, 45)) as one:
        await one.press("b")
        assert "against baseline #1" in one.text


async def test_tiny_screens_keep_the_table_and_one_status_line() -> None:
    async with stage(size=(40, 10)) as one:
        shown = one.text
        assert "L1" in shown
        assert "state" in shown
        assert "Events" not in shown


async def test_scrolled_back_events_count_what_is_unread() -> None:
    journal = demo(steps=12)
    async with stage(journal) as one:
        events = one.app.screen.query_one(EventFeed)
        assert events.following
        events.focus()
        await one.press("g")
        assert not events.following
        before = len(journal.records)
        journal.step(1, 13, 1, 9.0, "a\n")
        await one.push(*journal.records[before:])
        assert "1 unread" in one.text
        await one.press("G")
        assert "unread" not in one.text


async def test_repeats_are_folded_into_one_line() -> None:
    journal = demo(steps=1, lineages=1)
    async with stage(journal) as one:
        before = len(journal.records)
        for step in range(2, 7):
            journal.step(1, step, 1, None, f"{step}\n")
        await one.push(*journal.records[before:])
        assert "5 × #7 timeout: ran past 10 s" in one.text


async def test_a_vanished_engine_leaves_a_banner_and_the_view() -> None:
    async with stage() as one:
        one.feed.break_off()
        await one.feed.delivered()
        await one.settle()
        assert "engine gone: resume with  workbench resume '/sessions/matmul tile'" in one.text
        assert "✖ engine gone" in one.rows()[1]
        assert "! 4 interrupted" in one.rows()[0]
        assert "L4 ! interrupted" in one.text


async def test_a_feed_that_ends_without_a_checkpoint_has_lost_its_engine() -> None:
    async with stage() as one:
        one.feed.live = False  # the socket fell silent, then nobody held the file any more
        one.feed.close()
        await one.feed.delivered()
        await one.settle()
        assert "engine gone: resume with" in one.text


async def test_a_command_to_a_vanished_engine_says_how_to_resume() -> None:
    async with stage() as one:
        one.control.gone = True
        await one.press("f")
        assert "✖ engine gone" in one.rows()[1]
        assert "the engine is gone: resume with" in one.notices()


async def test_a_clean_end_is_no_alarm() -> None:
    journal = demo(steps=2)
    async with stage(journal) as one:
        closed = journal.add(ev.EngineClosed("finished", "budget spent"))
        one.feed.push(closed)
        one.feed.close()
        await one.feed.delivered()
        await one.settle()
        assert "✔ finished" in one.rows()[1]
        assert "engine gone" not in one.text


async def test_a_viewer_without_control_refuses_in_words() -> None:
    async with stage(live=False, control=False) as one:
        assert "○ tailing" in one.rows()[1]
        await one.press("f")
        assert "view only" in one.notices()
        assert one.control.sent == []


async def test_a_paused_session_goes_on_with_space() -> None:
    journal = demo(steps=2)
    journal.add(ev.PauseRequested((1,), "me"))
    journal.add(ev.LineagePaused(1))
    async with stage(journal) as one:
        assert "‖ paused" in one.text
        await one.press("space")
        assert one.control.sent == [Continue((1,))]


async def test_a_curve_on_the_whole_screen_is_switched_by_digits() -> None:
    async with stage(demo(steps=6)) as one:
        curve = one.app.screen.query_one(CurveView)
        await one.press("tab", "z", "2", "x")
        assert curve.size.height > 15
        assert {series.number for series in curve.plot.shown} == {1, 3, 4}
        assert "3 of 4" in one.text
        assert "by log step" in one.text
        await one.press("2", "escape")
        assert curve.size.height < 15
        assert len(curve.plot.shown) == 4
