"""Budgets: sums, bounds, and shares that add up to what there is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.model.limits import Limits, Spend, split

amounts = st.none() | st.integers(0, 10**9)
money = st.none() | st.floats(0, 1e6)


@given(
    limits=st.builds(Limits, amounts, amounts, amounts, money, money),
    used=st.builds(
        Spend, st.integers(0, 2000), st.integers(0, 2000), st.integers(0, 10**9), st.floats(0, 100)
    ),
    parts=st.integers(1, 64),
)
def test_shares_add_up_to_exactly_what_is_left(limits: Limits, used: Spend, parts: int) -> None:
    shares = split(limits, parts, used)
    assert len(shares) == parts
    for name in ("evaluations", "proposals", "tokens"):
        total, each = getattr(limits, name), [getattr(share, name) for share in shares]
        if total is None:
            assert each == [None] * parts
        else:
            assert sum(each) == max(0, total - getattr(used, name))
            assert max(each) - min(each) <= 1
            assert each == sorted(each, reverse=True), "earlier parts take the remainder"
    if limits.usd is None:
        assert all(share.usd is None for share in shares)
    else:
        left = max(0.0, limits.usd - used.usd)
        assert sum(share.usd or 0.0 for share in shares) == pytest.approx(left, rel=1e-12, abs=1e-9)
    assert all(share.seconds is None for share in shares), "wall time is the session's own"


@pytest.mark.parametrize(
    ("limits", "spend", "seconds", "broken"),
    [
        (Limits(), Spend(10**9, 10**9, 10**9, 1e9), 1e9, None),
        (Limits(evaluations=5), Spend(evaluations=5), 0.0, None),
        (Limits(evaluations=5), Spend(evaluations=6), 0.0, "evaluations"),
        (Limits(proposals=5), Spend(proposals=6), 0.0, "proposals"),
        (Limits(tokens=5), Spend(tokens=6), 0.0, "tokens"),
        (Limits(usd=0.3), Spend(usd=0.1 + 0.2), 0.0, None),
        (Limits(usd=0.3), Spend(usd=0.31), 0.0, "usd"),
        (Limits(seconds=5.0), Spend(), 4.9, None),
        (Limits(seconds=5.0), Spend(), 5.0, "seconds"),
    ],
)
def test_the_first_broken_bound_is_named(
    limits: Limits, spend: Spend, seconds: float, broken: str | None
) -> None:
    assert limits.exceeded_by(spend, seconds) == broken


def test_the_tightest_bound_tells_how_far_along_a_session_is() -> None:
    limits = Limits(evaluations=100, usd=2.0)
    assert limits.fraction(Spend(evaluations=10, usd=1.0), 0.0) == 0.5
    assert limits.fraction(Spend(evaluations=300), 0.0) == 1.0
    assert Limits().fraction(Spend(evaluations=300), 9.0) == 0.0


def test_spends_add_field_by_field() -> None:
    assert Spend(1, 2, 3, 0.5, 1) + Spend(10, 20, 30, 0.25) == Spend(11, 22, 33, 0.75, 1)
