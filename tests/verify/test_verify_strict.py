"""The strict parser of reward.json: what it takes, and that it refuses the rest by name."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workbench.verify import strict
from workbench.verify.strict import BadRecord, Measurement


@pytest.mark.parametrize(
    ("data", "score", "feasible", "metrics"),
    [
        (b'{"reward": 1}', 1.0, True, {}),
        (b' {"reward": -2.5e-3, "feasible": 1}\n', -0.0025, True, {}),
        (b'{"reward": 3, "feasible": 0, "gap": 4}', 3.0, False, {"gap": 4.0}),
        (b'{"reward": 3, "feasible": 0.0}', 3.0, False, {}),
        (b'{"reward": 1, "p 95/ms:a.b-c": 2}', 1.0, True, {"p 95/ms:a.b-c": 2.0}),
        (b'{"reward": 9007199254740993}', 9007199254740992.0, True, {}),
    ],
)
def test_good_records(data: bytes, score: float, feasible: bool, metrics: dict[str, float]) -> None:
    assert strict.parse(data) == Measurement(score, feasible, metrics)


def test_minus_zero_becomes_zero() -> None:
    found = strict.parse(b'{"reward": -0.0, "m": -0}')
    assert math.copysign(1, found.score) == math.copysign(1, found.metrics["m"]) == 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"reward: 1", "is not JSON"),
        (b'{"reward": 1', "is not JSON"),
        (b'{"reward": 1} {"reward": 2}', "second object"),
        (b'{"reward": 1} 2', "is not JSON"),
        (b"\xef\xbb\xbf{}", "is not JSON"),
        (b'{"reward": "\xff"}', "is not UTF-8 (byte 12)"),
        (b"1", "is not a JSON object"),
        (b"null", "is not a JSON object"),
        (b"[1]", "is not a JSON object"),
        (b"[]", "is not a JSON object"),
        (b"NaN", "holds NaN"),
        (b"{}", 'has no key "reward"'),
        (b'{"Reward": 1}', 'has no key "reward"'),
        (b'{"reward": NaN}', "holds NaN"),
        (b'{"reward": Infinity}', "holds Infinity"),
        (b'{"reward": 1, "m": -Infinity}', "holds -Infinity"),
        (b'{"reward": 1e400}', '"reward" is beyond every finite number'),
        (b'{"reward": -1e400}', '"reward" is beyond every finite number'),
        (b'{"reward": 1' + b"0" * 400 + b"}", '"reward" is beyond every finite number'),
        (b'{"reward": ' + b"9" * 60_000 + b"}", '"reward" is beyond every finite number'),
        (b'{"reward": true}', '"reward" is not a number'),
        (b'{"reward": null}', '"reward" is not a number'),
        (b'{"reward": "1"}', '"reward" is not a number'),
        (b'{"reward": [1]}', "nested"),
        (b'{"reward": {"a": 1}}', "nested"),
        (b"[" * 60_000, "nested"),
        (b'{"a":' * 10_000, "nested"),
        (b'{"reward": 1, "reward": 2}', 'has the key "reward" twice'),
        (b'{"reward": 1, "m": 2, "\\u006d": 2}', 'has the key "m" twice'),
        (b'{"reward": 1, "feasible": true}', '"feasible" is not a number'),
        (b'{"reward": 1, "feasible": 2}', '"feasible" is 2, not 0 or 1'),
        (b'{"reward": 1, "feasible": 0.5}', '"feasible" is 0.5, not 0 or 1'),
        (b'{"reward": 1, "": 2}', "unusable name"),
        (b'{"reward": 1, "9": 2}', 'unusable name "9"'),
        (b'{"reward": 1, "a\\u001b[31mb": 2}', 'unusable name "ab"'),
        (b'{"reward": 1, "\\ud800": 2}', "unusable name"),
        (b'{"reward": 1, "' + b"x" * 65 + b'": 2}', "unusable name"),
        (b" " * (strict.MAX_BYTES + 1), "is larger than 64 KiB"),
    ],
)
def test_bad_records_are_refused_by_name(data: bytes, reason: str) -> None:
    with pytest.raises(BadRecord) as caught:
        strict.parse(data)
    assert reason in str(caught.value)


def test_metrics_are_counted() -> None:
    many = {f"m{number}": number for number in range(strict.MAX_METRICS)}
    assert len(strict.parse(json.dumps({"reward": 1} | many).encode()).metrics) == 64
    with pytest.raises(BadRecord, match="has 65 metrics, more than 64"):
        strict.parse(json.dumps({"reward": 1, "one_more": 1} | many).encode())


PIECES = st.sampled_from(
    [*'{}[]",: \\\x00\u202e1', '"reward"', '"feasible"', '"m"', "NaN", "Infinity", "-0.0", "1e400"]
) | st.sampled_from(["true", "null", "\\ud800", "9" * 5000, '{"reward": 1, "m": '])


@given(st.one_of(st.binary(), st.lists(PIECES).map(lambda parts: "".join(parts).encode())))
@example(b'"' * 40_000)
@example(b'\\"' * 30_000)
@example(b'{"' + b'":1,"'.join(b"%d" % n for n in range(9_000)) + b'":1}')
def test_parsing_is_total(data: bytes) -> None:
    reason = ""
    try:
        found = strict.parse(data)
    except BadRecord as refused:
        reason = str(refused)
    if reason:
        assert reason.isprintable()
    else:
        numbers = [found.score, *found.metrics.values()]
        assert all(type(number) is float and math.isfinite(number) for number in numbers)


FINITE = st.floats(allow_nan=False, allow_infinity=False)
NAMES = st.text("azAZ09_.:/ -", max_size=63).map(lambda rest: "m" + rest)


@given(FINITE, st.sampled_from([None, 0, 1]), st.dictionaries(NAMES, FINITE, max_size=64))
def test_what_an_honest_verifier_writes_comes_back(
    score: float, feasible: int | None, metrics: dict[str, float]
) -> None:
    record: dict[str, float] = {"reward": score, **metrics}
    if feasible is not None:
        record["feasible"] = feasible
    assert strict.parse(json.dumps(record).encode()) == Measurement(score, feasible != 0, metrics)
