"""What reports say, and that nothing in them is ever read as markup."""

from __future__ import annotations

import csv
import io
import re
import sys
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from analysis_support import VERIFIER, Told, by_law, told

from workbench.analysis.report import html, markdown, svg
from workbench.analysis.report.axes import scales
from workbench.analysis.report.document import (
    Axis,
    Column,
    Document,
    Fact,
    Figure,
    Line,
    Paragraph,
    Rule,
    Section,
    Table,
)
from workbench.analysis.report.files import NoPictures, values_of_figure, values_of_table, write
from workbench.analysis.report.session import Origin, document
from workbench.analysis.report.values import chance, plus_minus, ranged, shown, stored
from workbench.analysis.whole import Ceiling, analyse, ceiling_of, is_simulated, same_task
from workbench.model import event as ev

EVIL = '<script>alert("1")</script>|`x`\x1b[31m'
NAN = float("nan")


def report(journal: Told, ceiling: Ceiling | None = None) -> Document:
    found = analyse(
        journal.session, texts=journal.texts.get, records=journal.records, ceiling=ceiling
    )
    return document(journal.session, found, Origin("hill-7k2", "workbench report hill-7k2"))


def hostile() -> Told:
    """A session in which everything that others wrote tries to be markup."""
    journal = Told(title=EVIL, score_name=EVIL, unit="<i>")
    journal.lineage(1, proposer=EVIL)
    journal.add(ev.HintQueued(1, EVIL, (1,)))
    journal.add(ev.HintTaken(1, 1, 1))
    for step in range(1, 8):
        journal.candidate(1, step, (1,), float(step), f"A = {step}\n")
    journal.candidate(1, 8, (1,), None, "B", message=EVIL)
    made = journal.records[-2].event
    assert isinstance(made, ev.ProposalMade)
    return journal


def test_nothing_is_read_as_markup() -> None:
    made = report(hostile())
    page = html.page(made)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "\x1b" not in page
    text = markdown.text(made)
    assert "<script" not in text.replace("\\<script", "")
    assert "\\|\\`x\\`" in text
    for figure in made.figures():
        for drawn in (svg.standalone(figure), svg.inline(figure)):
            tree = ElementTree.fromstring(drawn)
            assert not [x for x in tree.iter() if x.tag.rpartition("}")[2] in ("script", "i")]
    tags: list[str] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: tags.append(tag)  # type: ignore[method-assign]
    parser.feed(page)
    assert not {"script", "i", "img"} & set(tags)


def test_a_page_needs_nothing_but_itself() -> None:
    page = html.page(report(told({1: [1.0, 2.0]})))
    assert not re.search(r"https?:|@import|url\(|src=|<link(?! rel=\"icon\" href=\"data:,\")", page)
    assert "default-src &#x27;none&#x27;" in page


def test_every_figure_names_its_journal_and_verifier() -> None:
    made = report(told({1: [1.0, 2.0, 3.0], 2: [2.0]}))
    figures = list(made.figures())
    assert {x.name for x in figures} == {
        "best-so-far", "gap", "improvement-frequency", "improvement-magnitude",
    }  # fmt: skip
    for figure in figures:
        for drawn in (svg.standalone(figure), html.page(made), markdown.text(made)):
            assert "Journal hill-7k2, record 17" in drawn
            assert f"verifier {VERIFIER[:16]}" in drawn


def test_a_session_of_known_law_is_told_with_its_exponents() -> None:
    session = by_law(12, 120, 2.2, 1.0, 1.0, seed=3)
    found = analyse(session)
    made = document(session, found, Origin("x", "workbench report x"))
    (fits,) = (table for table in made.tables() if table.name == "fits")
    assert [row[:2] for row in fits.rows] == [
        ("frequency f(t)", "likelihood"),
        ("frequency f(t)", "log-log"),
        ("magnitude g(k)", "likelihood"),
        ("magnitude g(k)", "log-log"),
    ]
    for row in fits.rows:
        exponent, error = map(float, str(row[2]).split(" ± "))
        assert abs(exponent - 1.0) < 4 * error + 0.05
    assert "1/t, by chance" in html.page(made)
    assert "texts are not at hand" in markdown.text(made)


def test_refused_fits_are_told_with_the_reason() -> None:
    text = markdown.text(report(told({1: [1.0, 2.0]})))
    assert "not fitted: only 2 improvements: 8 are needed" in text


def test_the_tuning_ceiling_stands_beside_the_best() -> None:
    mine, other = told({1: [3.0]}), told({1: [1.0, 2.5], 2: [2.0]})
    assert same_task(mine.session, other.session)
    assert not same_task(mine.session, told({}, verifier_digest="0" * 64).session)
    ceiling = ceiling_of([("tuned-2", other.session)])
    assert ceiling == Ceiling(2.5, 3, "tuned-2")
    facts = {x.name: x for x in report(mine, ceiling).facts}
    assert facts["best"].value == "3"
    assert facts["tuning ceiling"].value == "2.5"
    assert "3 evaluations, tuned-2" in facts["tuning ceiling"].about
    told_of = {x.name: x for x in report(mine).facts}["tuning ceiling"]
    assert (told_of.value, "--tuning" in told_of.about) == ("–", True)
    model = Told()
    model.lineage(1, proposer="openai:x")
    model.step(1, 1, 1.0)
    assert ceiling_of([("x", model.session)]) is None


def test_a_simulation_says_so() -> None:
    journal = Told()
    journal.lineage(1, proposer="simulation:c=2.2")
    assert is_simulated(journal.session)
    assert "Simulation: no program was proposed or run." in html.page(report(journal))
    assert not is_simulated(told({1: [1.0]}).session)


def test_a_session_with_nothing_in_it_has_a_report() -> None:
    empty = Told(None)
    empty.lineage(1)
    made = report(empty)
    assert "nothing feasible yet" in html.page(made)
    for figure in made.figures():
        ElementTree.fromstring(svg.standalone(figure))


def chart(*lines: Line, log: bool = False, rules: tuple[Rule, ...] = ()) -> Figure:
    return Figure("c", "C", Axis("x", log), Axis("y", log), lines, "Journal j", rules)


def test_axes_leave_out_what_has_no_place_on_them() -> None:
    x, y = np.array([0.0, 1.0, 10.0, 100.0]), np.array([5.0, NAN, 2.0, 1.0])
    drawn = svg.standalone(chart(Line("a", x, y), log=True))
    assert drawn.count("L") >= 1
    assert "nan" not in drawn
    across, up = scales(chart(Line("a", x, y), log=True))
    assert (across.low, across.high, across.log) == (1.0, 100.0, True)
    assert up.low < 1.0 < 2.0 < up.high
    assert float(across.fraction(10.0)) == pytest.approx(0.5)


def test_a_rule_that_is_far_off_does_not_flatten_the_curves() -> None:
    line = Line("a", np.array([0.0, 1.0]), np.array([1.0, 2.0]))
    near, far = Rule("near", 3.0), Rule("far", 90.0)
    _, up = scales(chart(line, rules=(near, far)))
    assert 3.0 < up.high < 4.0
    drawn = svg.inline(chart(line, rules=(near, far)))
    assert ">near<" in drawn
    assert ">far<" not in drawn


def test_long_lines_are_thinned_and_keep_their_end() -> None:
    x = np.arange(50_000, dtype=np.float64)
    drawn = svg.inline(chart(Line("a", x, x, "steps"), Line("b", x, -x, "dots")))
    assert len(drawn) < 80_000
    assert f"{720 - 132:.1f}" in drawn


def test_names_at_the_ends_of_lines_do_not_lie_on_each_other() -> None:
    lines = [Line(f"L{n}", np.array([0.0, 1.0]), np.array([0.0, 1.0])) for n in range(20)]
    drawn = svg.inline(chart(*lines))
    heights = [float(y) for y in re.findall(r'class="end s\d" x="[\d.]+" y="([\d.]+)"', drawn)]
    assert len(heights) == 20
    assert min(b - a for a, b in pairwise(heights)) > 10
    assert max(heights) < 380


def test_values_for_people_and_for_spreadsheets() -> None:
    assert [shown(x) for x in (None, NAN, "", 3, 2.345678)] == ["–", "–", "", "3", "2.3457"]
    assert (shown(0.256, "share"), shown(123.456, "brief")) == ("25.6%", "123")
    assert [stored(x) for x in (None, NAN, 0.1, "=1+1", "-x")] == ["", "", "0.1", "'=1+1", "'-x"]
    assert plus_minus(-1.0, 0.04) == "−1.000 ± 0.040"
    assert ranged(1.0, NAN, NAN) == "1"
    assert ranged(1.0, 0.5, 2.0) == "1 [0.5, 2]"
    assert (chance(0.2), chance(1e-9), chance(NAN)) == ("0.200", "<0.001", "–")


def test_tables_and_figures_are_kept_with_every_digit() -> None:
    table = Table("t", "T", (Column("a", False), Column("b")), (("x,y", 1 / 3), ("=z", None)))
    assert list(csv.reader(io.StringIO(values_of_table(table)))) == [
        ["a", "b"],
        ["x,y", repr(1 / 3)],
        ["'=z", ""],
    ]
    band = Line("m", np.array([1.0]), np.array([2.0]), "band", 1, np.array([3.0]))
    rows = list(csv.DictReader(io.StringIO(values_of_figure(chart(band)))))
    assert rows == [{"series": "m", "x": "1.0", "y": "2.0", "upper": "3.0", "source": "Journal j"}]


def test_files_of_every_format_are_written(tmp_path: Path) -> None:
    line = Line("$a_b$", np.array([1.0, 2.0]), np.array([1.0, 2.0]), "steps", 1)
    band = Line("b", np.array([1.0, 2.0]), np.array([1.0, 2.0]), "band", 2, np.array([2.0, 3.0]))
    dots = Line("", np.array([1.0]), np.array([1.0]), "marks", 3)
    table = Table("t", "T", (Column("a"),), ((1.5,),), "a note")
    blocks = (chart(line, band, dots, rules=(Rule("r", 1.5),)), table, Paragraph("words"))
    made = Document("D", "lead", (Fact("f", "1"),), (Section("S", blocks),), "Journal j")
    formats = ["html", "md", "csv", "svg"]
    written = write(made, tmp_path / "out", formats)
    assert [x.name for x in written] == ["report.html", "report.md", "t.csv", "c.csv", "c.svg"]
    assert "![C](c.svg)" in (tmp_path / "out" / "report.md").read_text()
    pytest.importorskip("matplotlib", reason="PNG needs the extra `plots`")
    (picture,) = write(made, tmp_path / "out", ["png"])
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_without_matplotlib_only_png_is_refused_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = report(told({1: [1.0]}))
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(NoPictures, match=r"workbench\[plots\]"):
        write(made, tmp_path / "out", ["html", "png"])
    assert not (tmp_path / "out").exists()
    write(made, tmp_path / "out", ["html", "md", "csv", "svg"])
