"""Frames of the calls between a verifier and a candidate: exact both ways, total in what comes."""

from __future__ import annotations

import json
import math
import re
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.verify import calls
from workbench.verify.calls import Array, decode, encode

HEAD = struct.Struct(">IQ")


def split(frame: bytes) -> tuple[bytes, bytes]:
    text, raw = HEAD.unpack_from(frame)
    assert len(frame) == HEAD.size + text + raw
    return frame[HEAD.size : HEAD.size + text], frame[HEAD.size + text :]


def through(value: Any, numpy: bool = False, allow_nan: bool = True) -> Any:
    return decode(*split(encode({"v": value})), numpy, allow_nan)["v"]


def told(text: str, raw: bytes = b"") -> Any:
    return decode(text.encode(), raw, False, False)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(TEXTS.filter(lambda key: key != "$array"), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


def same(one: Any, other: Any) -> bool:
    """Equal in value and in every type."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


@given(PLAIN)
def test_plain_values_come_back_in_value_and_type(value: Any) -> None:
    assert same(through(value), value)


SHAPES = st.lists(st.integers(0, 4), max_size=4).map(tuple)


@given(st.sampled_from(sorted(calls.TYPES)), SHAPES, st.data())
def test_arrays_come_back_bit_by_bit(
    kind: str, shape: tuple[int, ...], data: st.DataObject
) -> None:
    size = math.prod(shape) * np.dtype(kind).itemsize
    content = data.draw(st.binary(min_size=size, max_size=size))
    if kind == "bool":
        content = bytes(byte & 1 for byte in content)
    array = np.frombuffer(content, kind).reshape(shape)
    here, plain = through([array, 1, {"b": array}], numpy=True), through([array])
    for found in (here[0], here[2]["b"], plain[0].numpy()):
        assert (found.dtype, found.shape, found.tobytes()) == (array.dtype, shape, content)
    assert list(plain[0].items()) == array.ravel().tolist() or not np.all(array == array)


def test_numpy_numbers_and_other_byte_orders_are_sent_as_what_they_mean() -> None:
    assert through([np.float64(1.5), np.int32(3), np.bool_(True), (1, 2)]) == [1.5, 3, True, [1, 2]]
    big = np.array([1, 256], dtype=">i4")
    assert through(big, numpy=True).tolist() == [1, 256]
    odd = np.arange(12.0).reshape(3, 4)[:, ::2].T
    assert through(odd, numpy=True).tolist() == odd.tolist()


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        math.inf,
        {1, 2},
        b"bytes",
        object(),
        1j,
        np.array([1j]),
        np.array(["text"]),
        np.array([object()]),
        "\ud800",
    ],
)
def test_what_is_no_data_is_not_sent(value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        encode({"v": value})


def test_loops_and_depths_are_not_sent() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(ValueError, match="Circular"):
        encode({"v": loop})


ARRAY = '{"v": {"$array": %s}}'
BAD = [
    ("", b"", "Expecting value"),
    ("1", b"", "no JSON object"),
    ("[]", b"", "no JSON object"),
    ('{"a": 1} {}', b"", "Extra data"),
    ('{"a": 1, "a": 2}', b"", "a key is there twice"),
    ('{"a": {"b": 1, "b": 1}}', b"", "a key is there twice"),
    ('{"a": NaN}', b"", "it holds NaN"),
    ('{"a": [-Infinity]}', b"", "it holds -Infinity"),
    ('{"a": 1e999}', b"", "beyond every finite one"),
    ('{"a": "\\ud800"}', b"", "surrogates not allowed"),
    ('{"a": ' + "[" * 32 + "]" * 32 + "}", b"", "nested more than 32"),
    ("[" * 100_000, b"", "nested more than 32"),
    ('{"a": ' + "9" * 5000 + "}", b"", "integer string conversion"),
    ("{}", b"x", "1 bytes are raw, 0 belong to arrays"),
    (ARRAY % '["float64", [1]]', b"1234567", "7 bytes are no float64 array"),
    (ARRAY % '["float64", [1]]', b"123456789", "9 bytes are raw, 8 belong"),
    (ARRAY % '["object", [1]]', b"12345678", "arrays hold bool"),
    (ARRAY % '["float64", [-1]]', b"", "is no shape"),
    (ARRAY % '["int8", [true]]', b"1", "is no shape"),
    (ARRAY % '["int8", [1.0]]', b"1", "is no shape"),
    (ARRAY % '["int8", [1, 1, 1, 1, 1, 1, 1, 1, 1]]', b"1", "is no shape"),
    (ARRAY % '["int8", [1000000000000, 0]]', b"", "is too large"),
    (ARRAY % '["int8", [4294967296, 4294967296]]', b"", "is too large"),
    (ARRAY % '["bool", [1]]', b"\x02", "neither 0 nor 1"),
    (ARRAY % '["float32", [1]]', struct.pack("<f", math.inf), "NaN or an infinity"),
    (ARRAY % '["float64", [1]]', struct.pack("<d", math.nan), "NaN or an infinity"),
    (ARRAY % "null", b"", "described wrongly"),
    (ARRAY % "[]", b"", "values to unpack"),
    (ARRAY % "[1, 2]", b"", "arrays hold bool"),
    (ARRAY % '["int8", 1]', b"1", "described wrongly"),
    ('{"v": {"$array": ["int8", [1]], "x": 1}}', b"1", "too many values"),
]


@pytest.mark.parametrize(("text", "raw", "reason"), BAD)
def test_bad_frames_are_refused_with_the_reason(text: str, raw: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        told(text, raw)


def test_what_stands_at_the_limits_is_taken() -> None:
    deep = "[" * 31 + "]" * 31
    assert told('{"a": ' + deep + "}") == {"a": json.loads(deep)}
    assert told(ARRAY % '["int8", []]', b"\x07")["v"].shape == ()
    assert told(ARRAY % '["int8", [0, 65536]]')["v"].data == b""
    assert through(Array("float64", [1], struct.pack("<d", math.nan))).kind == "float64"


PIECES = st.sampled_from(
    [*'{}[]",:0', '"$array"', '"float64"', "1e999", "NaN", "\\ud800", '{"a":', '"a"', "true"]
) | st.sampled_from(['{"v":{"$array":["int8",[2]]}}', "[1,1]", '["bool",[1]]'])


@given(
    st.one_of(st.binary(), st.lists(PIECES).map(lambda parts: "".join(parts).encode())),
    st.binary(max_size=9),
    st.booleans(),
    st.booleans(),
)
def test_reading_is_total(text: bytes, raw: bytes, numpy: bool, allow_nan: bool) -> None:
    try:
        found = decode(text, raw, numpy, allow_nan)
    except ValueError:
        return
    assert type(found) is dict
