"""Untrusted text: one printable line for messages, capped bytes for blobs."""

from __future__ import annotations

import os
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.verify.text import MAX_BLOB, cap, clean, first_line, last_line, size


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("\x1b[31;1mred\x1b[0m alert", "red alert"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bPq#0\x1b\\picture", "picture"),
        ("\x9b31mred", "red"),
        ("cut \x1b[", "cut"),
        ("over\rwrite\x08\x00 \t\n two", "over write two"),
        ("right\u202eleft\u2066\u200b", "right left"),
        ("lone \ud800 half", "lone half"),
        ("é ✓ 日本", "é ✓ 日本"),
    ],
)
def test_escapes_and_controls_go(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_messages_are_short() -> None:
    assert clean("x" * 301) == "x" * 299 + "…"
    assert clean("x" * 300) == "x" * 300


def test_paths_of_this_machine_are_shortened() -> None:
    home = os.path.expanduser("~")
    told = clean(f"{sys.prefix}/lib/json.py and {home}/secret")
    assert told == "<python>/lib/json.py and ~/secret"


@given(st.text())
def test_clean_is_total_printable_and_stable(text: str) -> None:
    told = clean(text)
    assert not [c for c in told if unicodedata.category(c)[0] == "C"]
    assert clean(told) == told


def test_lines_with_something_to_read() -> None:
    assert last_line(b"Traceback\nValueError: no\n\n \x1b[0m\n") == "ValueError: no"
    assert first_line(b"\n# Circles overlap\nmore") == "Circles overlap"
    assert first_line(b"") == last_line(b"\n\n") == ""


@given(st.binary(max_size=500), st.integers(min_value=100, max_value=400))
def test_a_cap_keeps_head_and_tail(data: bytes, limit: int) -> None:
    kept = cap(data, limit)
    assert len(kept) <= limit
    if len(data) <= limit:
        assert kept == data
    else:
        assert kept[:20] == data[:20]
        assert kept[-20:] == data[-20:]
        assert b"left out]" in kept


def test_the_cap_is_64_kib() -> None:
    assert len(cap(b"x" * (MAX_BLOB + 1))) <= MAX_BLOB == 65536


def test_sizes_are_written_as_people_do() -> None:
    assert [size(n) for n in (12, 2048, 512 << 20, 3 << 29)] == [
        "12 bytes",
        "2 KiB",
        "512 MiB",
        "1.5 GiB",
    ]
