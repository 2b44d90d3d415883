from __future__ import annotations

import itertools

import pytest
from tui_scripted import Journal, demo

from workbench.display.tui.render import curve
from workbench.display.tui.render.canvas import Canvas
from workbench.display.tui.render.plot import Y_AXES, Plot, Setting, title
from workbench.display.tui.render.scale import Dollars, Linear, Log, Scale, Seconds, nice_step
from workbench.display.tui.render.series import X_AXES, axes
from workbench.model import event as ev
from workbench.model.lineage import Point
from workbench.model.session import Session
from workbench.model.verdict import Direction

SETTING = Setting(80, 20)


def drawn(session: Session, setting: Setting = SETTING) -> str:
    plot = Plot()
    plot.update(session, setting)
    rows = curve.rows(plot, session)
    assert len(rows) == setting.height
    assert all(row.cell_length <= setting.width for row in rows)
    return "\n".join(row.plain for row in rows)


def long_session(points: int) -> Session:
    session = Session(demo(steps=1, lineages=1).records)
    grow(session, 2, points)
    return session


def grow(session: Session, first: int, last: int) -> None:
    """Add finished steps without the cost of a journal."""
    for step in range(first, last + 1):
        best = 1.0 + step / 20_000
        session.lineages[1].curve.append(
            Point(step, float(step), 0.0, step, None, best - 0.001, best)
        )


def test_steps_between_ticks_are_round() -> None:
    assert [nice_step(span, 5) for span in (1, 10, 37, 0.02)] == pytest.approx([0.2, 2, 10, 0.005])


def test_ticks_lie_on_the_axis_and_share_their_decimals() -> None:
    assert [t.label for t in Linear(0.93, 3.1).ticks(5)] == ["1.0", "1.5", "2.0", "2.5", "3.0"]
    assert [t.label for t in Linear(-2, 2).ticks(4)] == ["−2", "−1", "0", "1", "2"]
    assert [t.label for t in Seconds(0, 300).ticks(5)] == [
        "0", "1 min", "2 min", "3 min", "4 min", "5 min",
    ]  # fmt: skip
    assert [t.label for t in Log(0.1, 100).ticks(4)] == ["0.1", "1", "10", "100"]


def test_an_empty_span_is_widened() -> None:
    assert 0 < Linear(2, 2).fraction(2) < 1
    assert 0 <= Log(0.5, 0.5).fraction(0.5) <= 1


def test_dots_join_and_the_higher_rank_takes_the_colour() -> None:
    canvas = Canvas(1, 1)
    canvas.dot(0, 0, pen=4, rank=1)
    canvas.dot(1, 3, pen=6, rank=0)
    canvas.dot(9, 9, pen=8, rank=2)  # off the grid
    assert canvas.cells(0) == [(chr(0x2800 | 0x01 | 0x80), 4)]
    assert canvas.cells(0, picked=6) == [(chr(0x2800 | 0x01 | 0x80), 6)], "the picked one is on top"
    assert canvas.cells(0, picked=2) == canvas.cells(0)


def test_another_selection_paints_no_dot_anew() -> None:
    plot, session = Plot(), Session(demo(steps=30).records)
    plot.update(session, SETTING._replace(selected=1))
    before = plot.canvas.touched
    plot.update(session, SETTING._replace(selected=2))
    assert plot.repaints == 1
    assert plot.canvas.touched - before <= len(session.lineages), "the newest columns, as ever"


def test_a_plot_shows_curves_rules_labels_and_marks() -> None:
    session = Session(demo(steps=30).records)
    shown = drawn(session, SETTING._replace(selected=1))
    assert "best known 3.1 " in shown
    assert "▸L1 1.1298" in shown
    assert "L4 2.7067" in shown
    assert "▲L2" in shown
    assert "4 ✖" in shown
    assert "└0" in shown
    assert "step" in shown
    assert any(0x2800 < ord(character) < 0x2900 for character in shown)


def test_minimised_scores_are_shown_as_they_are() -> None:
    journal = Journal(
        direction=Direction.MINIMIZE, baseline=10.0, best_known=None, unit="ms", score_name="time"
    )
    journal.open()
    journal.initial(reward=-10.0)
    journal.lineage(1)
    journal.step(1, 1, 1, -7.5, "a\n")
    session = Session(journal.records)
    assert title(session, SETTING) == "Best time [ms] by step · linear · lower is better"
    shown = drawn(session)
    assert "L1 7.5" in shown
    assert "baseline 10 " in shown
    rows = shown.split("\n")
    assert next(i for i, r in enumerate(rows) if "baseline" in r) < next(
        i for i, r in enumerate(rows) if "7.5" in r
    )


def test_the_gap_is_measured_to_the_best_seen_once_that_is_better() -> None:
    journal = demo(steps=2, best_known=1.01)
    journal.step(1, 3, 1, 2.0, "a\n")
    session = Session(journal.records)
    assert "best seen" in title(session, SETTING._replace(mode="gap"))
    drawn(session, SETTING._replace(mode="gap"))


def test_a_best_known_far_away_is_named_instead_of_flattening_the_curves() -> None:
    session = Session(demo(steps=3, best_known=100.0).records)
    plot = Plot()
    plot.update(session, SETTING)
    assert plot.frame.y.high < 3
    assert curve.off_axis(plot, session).startswith("best known 100 is off the axis")


@pytest.mark.parametrize("size", [(1, 1), (5, 2), (20, 3), (40, 9), (200, 50)])
@pytest.mark.parametrize("steps", [0, 1, 9])
def test_any_size_and_any_number_of_points(size: tuple[int, int], steps: int) -> None:
    session = Session(demo(steps=steps).records)
    for axis, mode, log_x in itertools.product(X_AXES, Y_AXES, (False, True)):
        plot = Plot()
        plot.update(session, Setting(*size, axis=axis, mode=mode, log_x=log_x))
        assert len(curve.rows(plot, session)) >= 1


def test_new_points_cost_what_is_new() -> None:
    session = long_session(10_000)
    plot = Plot()
    plot.update(session, Setting(80, 20))
    grow(session, 10_001, 10_001)
    plot.update(session, Setting(80, 20))  # the axes are widened once, with room to grow
    repaints, touched = plot.repaints, plot.canvas.touched
    grow(session, 10_002, 10_021)
    plot.update(session, Setting(80, 20))
    assert plot.repaints == repaints
    assert plot.canvas.touched - touched <= 20 + 20


def test_a_long_line_is_painted_by_columns_not_by_points() -> None:
    session = long_session(10_000)
    plot = Plot()
    plot.update(session, Setting(80, 20))
    width = plot.canvas.dots_wide
    # One dot per raw score, and for the line at most its columns plus its total rise.
    assert plot.canvas.touched <= 10_001 + 2 * width + plot.canvas.dots_high


def test_growing_step_by_step_widens_the_axes_seldom() -> None:
    session = long_session(10)
    plot = Plot()
    for step in range(11, 1001):
        grow(session, step, step)
        plot.update(session, Setting(80, 20))
    assert plot.repaints < 990 / 10


def test_a_fork_starts_in_time_where_its_origin_was_made() -> None:
    journal = demo(steps=4, lineages=1)
    origin = journal.candidate
    born = journal.elapsed
    journal.lineage(2, origin=origin, forked=1)
    session = Session(journal.records)
    plot = Plot()
    plot.update(session, SETTING._replace(axis="time"))
    assert 0 < plot.curves.series[2].xs[0] <= born


@pytest.mark.parametrize("scale", [Linear(-3, 8), Log(0.02, 50), Seconds(0, 90), Dollars(0, 2)])
def test_a_scale_leads_back_to_the_value(scale: Scale) -> None:
    for fraction in (0.0, 0.25, 1.0):
        assert scale.fraction(scale.value(fraction)) == pytest.approx(fraction)


def test_dollars_are_an_axis_where_some_are_known() -> None:
    session = Session(demo(steps=8).records)
    assert axes(session) == ("step", "evaluations", "usd", "time")
    assert axes(Session(Journal().records)) == ("step", "evaluations", "time")
    shown = drawn(session, SETTING._replace(axis="usd"))
    assert "$0.02" in shown
    assert title(session, SETTING._replace(axis="usd")).startswith("Best speed-up [×] by dollars")


def test_a_logarithmic_abscissa_gives_early_steps_more_room() -> None:
    session = Session(demo(steps=30).records)
    plot = Plot()
    plot.update(session, SETTING._replace(log_x=True))
    assert plot.frame.x.low == 1
    middle = plot.canvas.dots_wide // 2
    assert plot.place_of(10) > middle > plot.place_of(5)
    axis = next(
        row for row in drawn(session, SETTING._replace(log_x=True)).split("\n") if "└" in row
    )
    assert axis.strip("└─ step").split("─")[0] == "1"
    assert "by log step" in title(session, SETTING._replace(log_x=True))
    assert "10 s" in drawn(session, SETTING._replace(log_x=True, axis="time"))


def test_a_logarithmic_ordinate_is_for_scores_above_zero() -> None:
    session = Session(demo(steps=10, bound=90.0).records)
    plot = Plot()
    plot.update(session, SETTING._replace(mode="log"))
    assert plot.mode == "log"
    assert isinstance(plot.frame.y, Log)
    shown = drawn(session, SETTING._replace(mode="log"))
    assert "best known 3.1 " in shown
    assert curve.off_axis(plot, session) == "bound 90 is off the axis · "
    journal = Journal(baseline=-1.0)
    journal.open()
    journal.initial(reward=-1.0)
    journal.lineage(1)
    journal.step(1, 1, 1, 2.0, "a\n")
    session, plot = Session(journal.records), Plot()
    plot.update(session, SETTING._replace(mode="log"))
    assert plot.mode == "linear"
    assert "baseline −1 " in drawn(session, SETTING._replace(mode="log"))


def test_a_rule_at_the_bound_or_where_it_lies() -> None:
    near = Session(demo(steps=8, best_known=1.5, bound=1.5).records)
    assert "bound 1.5 · best known 1.5" in drawn(near)
    far = Session(demo(steps=3, best_known=100.0, bound=200.0).records)
    plot = Plot()
    plot.update(far, SETTING)
    assert curve.off_axis(plot, far) == "best known 100, bound 200 are off the axis · "


def test_stars_stand_where_the_session_s_best_rose() -> None:
    journal = Journal(best_known=None)
    journal.open()
    journal.initial()
    journal.lineage(1)
    journal.lineage(2)
    for step, (one, other) in enumerate([(1.5, 1.2), (1.4, 1.3), (1.6, 2.5), (1.7, 2.6)], 1):
        journal.step(1, step, 1, one, f"{step}a\n")
        journal.step(2, step, 1, other, f"{step}b\n")
    session = Session(journal.records)
    plot = Plot()
    plot.update(session, SETTING)
    rises = [(rise.lineage, rise.x, rise.reward) for rise in plot.curves.rises]
    assert rises == [(1, 1.0, 1.5), (1, 3.0, 1.6), (2, 3.0, 2.5), (2, 4.0, 2.6)]
    assert drawn(session).count("★") == 3  # two of them fall together
    assert drawn(session, SETTING._replace(shown=frozenset({1}))).count("★") == 2


def test_only_the_curves_that_are_wanted_are_drawn_and_measured() -> None:
    session = Session(demo(steps=30).records)
    plot = Plot()
    plot.update(session, SETTING)
    wide = plot.frame.y.high
    only = SETTING._replace(shown=frozenset({1}), selected=1)
    plot.update(session, only)
    assert plot.frame.y.high < wide
    shown = drawn(session, only)
    assert "L1" in shown
    assert "L4" not in shown
    assert "▲L2" not in shown
    assert title(session, only).endswith("· only L1")
    none = SETTING._replace(shown=frozenset())
    assert "L1" not in drawn(session, none)
    assert title(session, none).endswith("· none of 4")


def test_what_a_person_found_wrong_leaves_the_curve() -> None:
    journal = demo(steps=2, lineages=1)
    wrong = journal.step(1, 3, 1, 9.0, "a\n")
    session = Session(journal.records)
    plot = Plot()
    plot.update(session, SETTING)
    assert plot.curves.series[1].best[-1] == 9.0
    session.apply(journal.add(ev.CandidateJudged(wrong, "it cheats", "me")))
    plot.update(session, SETTING)
    assert plot.curves.series[1].best[-1] != 9.0
    assert plot.frame.y.high < 9
    assert all(rise.reward != 9.0 for rise in plot.curves.rises)
