from __future__ import annotations

import math

import pytest

from workbench.display import text
from workbench.model.event import SessionCreated
from workbench.model.limits import Limits, Spend
from workbench.model.verdict import Direction


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]52;c;ZXZpbA==\x07x", "x"),
        ("\x1bPq#0;2\x1b\\six", "six"),
        ("\x9b2Jc1", "c1"),
        ("unended \x1b]0;never\nnext line", "unended \nnext line"),
        ("a\x00b\x07c\x08d\x7f", "abcd"),
        ("admin\u202eexe.txt\u2066", "adminexe.txt"),
        ("10 %\r20 %\r\ndone", "10 %\n20 %\ndone"),
        ("a\tb", "a   b"),
        ("[b]kept[/b] 漢", "[b]kept[/b] 漢"),
        ("\x1b", ""),
    ],
)
def test_untrusted_text_is_cleaned(dirty: str, clean: str) -> None:
    assert text.clean(dirty) == clean


def test_numbers_are_short_and_signed_typographically() -> None:
    assert [text.number(v) for v in (2.8412345, -0.5, 1e-7, 12345678.0, 40.0, math.inf)] == [
        "2.8412", "−0.5", "1e−7", "1.2346e7", "40", "inf",
    ]  # fmt: skip
    assert [text.signed(v) for v in (0.1, 0.0, -0.1)] == ["+0.1", "0", "−0.1"]


def test_scores_keep_their_own_sign_and_unit() -> None:
    facts = SessionCreated(1, "0", "t", "t", "", {}, "", Direction.MINIMIZE, 1, Limits(), unit="ms")
    assert text.score(facts, -3.5) == "3.5 ms"
    assert text.score(facts, None) == "–"
    assert text.with_unit("2", "×") == "2×"


def test_times() -> None:
    assert [text.duration(v) for v in (3.21, 187, 7387)] == ["3.2 s", "3:07", "2:03:07"]
    assert [text.clock(v) for v in (0, 67, 3667)] == ["00:00", "01:07", "1:01:07"]
    assert [text.age(v) for v in (5, 70, 7200, 200000)] == [
        "just now", "1 min ago", "2 h ago", "2 d ago",
    ]  # fmt: skip


def test_spending_names_bounds_and_doubt() -> None:
    spent = Spend(evaluations=12, proposals=20, usd=1.5, unknown=1)
    assert text.spend(spent, Limits(evaluations=40, usd=5.0)) == ["12/40 ev", "$1.50?/5.00"]
    assert text.spend(Spend(evaluations=3), Limits()) == ["3 ev"]
    assert text.spend(Spend(), Limits(proposals=9, tokens=100)) == ["0 ev", "0/9 prop", "0/100 tok"]


def test_what_may_still_be_spent() -> None:
    limits = Limits(evaluations=10, usd=2.0, seconds=100.0)
    told = text.remaining(limits, Spend(evaluations=4, usd=0.5), 40.0)
    assert told == "$1.50, 6 evaluations, 1:00 of active time"
    assert text.remaining(Limits(), Spend(), 0.0) == "without any bound"
