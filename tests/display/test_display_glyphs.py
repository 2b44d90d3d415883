"""One table for every sign beyond ASCII."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from workbench.display import glyphs

ROOM = Path(glyphs.__file__).parent


def signs_of(source: str) -> set[str]:
    """Signs beyond ASCII in the texts of a program, its docstrings aside."""
    tree = ast.parse(source)
    said = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said
    ]
    return {sign for text in texts for sign in text if ord(sign) > 126}


def test_every_sign_that_a_screen_shows_stands_in_the_table() -> None:
    shown: set[str] = set()
    for path in ROOM.rglob("*.py"):
        if path.name != "glyphs.py":
            shown |= signs_of(path.read_text(encoding="utf-8"))
    printed = {sign for sign in shown if sign.isprintable()}  # text.py names what it strips
    assert {"★", "…", "▁"} <= printed
    assert printed - set(glyphs.TABLE) == set()


def test_the_table_holds_one_ascii_sign_for_each() -> None:
    for sign, plain in glyphs.TABLE.items():
        assert not sign.isascii()
        assert len(sign) == len(plain) == 1
        assert " " < plain < "\x7f"


def test_states_stay_apart() -> None:
    marks = "▶‖✔✖★■●○◌↻▲◆"
    assert len({glyphs.spelled(mark) for mark in marks}) == len(marks)
    bars = "".join(map(glyphs.spelled, "▁▂▃▄▅▆▇█"))
    assert len(set(bars)) == 8


@pytest.mark.parametrize(
    ("dots", "stroke"),
    [(0x00, " "), (0x09, '"'), (0x12, "-"), (0xC0, "_"), (0x47, "|"), (0x40, "."), (0x08, "'"),
     (0x24, "-"), (0x60, "/"), (0x84, "\\"), (0xFF, "#"), (0x05, ":")],
)  # fmt: skip
def test_curves_are_drawn_with_strokes(dots: int, stroke: str) -> None:
    assert glyphs.spelled(chr(0x2800 + dots)) == stroke


def test_all_of_braille_is_drawn() -> None:
    drawn = "".join(glyphs.spelled(chr(0x2800 + dots)) for dots in range(256))
    assert len(drawn) == 256
    assert drawn.isascii()


@pytest.mark.parametrize(
    ("sign", "cells", "plain"),
    [("a", 1, "a"), ("é", 1, "e"), ("漢", 2, "??"), ("ﬁ", 1, "f"), ("\u0301", 0, ""), ("½", 1, "1"),
     ("Я", 1, "?"), ("Ａ", 2, "A ")],
)  # fmt: skip
def test_what_others_wrote_stays_as_wide_as_it_was(sign: str, cells: int, plain: str) -> None:
    assert glyphs.spelled(sign, cells) == plain


@pytest.mark.parametrize(
    ("choice", "encoding", "terminal", "wanted"),
    [
        ("auto", "UTF-8", "xterm-256color", False),
        ("auto", "utf8", "xterm", False),
        ("auto", "ANSI_X3.4-1968", "xterm", True),
        ("auto", "ISO-8859-1", "xterm", True),
        ("auto", "UTF-8", "linux", True),
        ("unicode", "ANSI_X3.4-1968", "linux", False),
        ("ascii", "UTF-8", "xterm", True),
    ],
)
def test_ascii_is_taken_where_there_is_nothing_else(
    choice: str, encoding: str, terminal: str, wanted: bool
) -> None:
    assert glyphs.ascii_only(choice, encoding, terminal) is wanted
