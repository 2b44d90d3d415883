"""Which model is asked next."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from workbench.propose.llm.ensemble import Ensemble, relative_gain


def play(
    ensemble: Ensemble, gains: dict[str, float], costs: dict[str, float | None]
) -> Counter[str]:
    asked: Counter[str] = Counter()
    for step in range(400):
        model = ensemble.choose(random.Random(step))
        asked[model] += 1
        ensemble.learn(model, gains[model], costs[model])
    return asked


def test_weights_are_how_often() -> None:
    asked = play(Ensemble(("a", "b"), (3, 1)), {"a": 0, "b": 9}, {"a": 0.0, "b": 0.0})
    assert 270 < asked["a"] < 330


def test_each_is_asked_once_and_then_the_better_one_most_often() -> None:
    ensemble = Ensemble(("a", "b", "c"))
    assert [ensemble.choose(random.Random(0))] == ["a"]
    asked = play(ensemble, {"a": 0.0, "b": 0.3, "c": 0.1}, dict.fromkeys("abc", 0.01))
    assert asked["b"] > asked["c"] > asked["a"] > 0


def test_a_dear_model_must_gain_more() -> None:
    gains = {"cheap": 0.1, "dear": 0.15}
    assert play(Ensemble(tuple(gains)), gains, {"cheap": 0.01, "dear": 0.04})["cheap"] > 200
    assert play(Ensemble(tuple(gains)), gains, {"cheap": 0.01, "dear": 0.011})["dear"] > 200


def test_an_unknown_price_leaves_costs_out() -> None:
    gains = {"cheap": 0.1, "unknown": 0.15}
    assert play(Ensemble(tuple(gains)), gains, {"cheap": 0.01, "unknown": None})["unknown"] > 200


def test_what_was_learned_again_chooses_again() -> None:
    first, second = Ensemble(("a", "b")), Ensemble(("a", "b"))
    for step in range(50):
        chosen = first.choose(random.Random(step))
        assert second.choose(random.Random(step)) == chosen
        for one in (first, second):
            one.learn(chosen, 0.2 if chosen == "b" else 0.1, 0.01)
    first.learn("gone", 1.0, 1.0)
    assert first.scores() == second.scores()


@pytest.mark.parametrize("weights", [(1,), (0, 0), (-1, 2)])
def test_weights_that_fit_badly_are_refused(weights: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="one weight for each"):
        Ensemble(("a", "b"), weights)


def test_gain_is_relative_and_never_negative() -> None:
    assert relative_gain(3.0, 2.0) == pytest.approx(0.5)
    assert relative_gain(-2.0, -4.0) == pytest.approx(0.5)
    assert relative_gain(1.0, 2.0) == 0
    assert relative_gain(None, 2.0) == 0
    assert relative_gain(2.0, None) == 1
