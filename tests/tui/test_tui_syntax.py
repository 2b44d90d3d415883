"""Colours of program text, by line."""

from __future__ import annotations

import pytest

from workbench.display.tui.render import syntax
from workbench.display.tui.render.syntax import highlight


def told(path: str, text: str) -> list[list[tuple[str, str]]]:
    """Return the coloured words of each line with what they are coloured as."""
    lines = text.split("\n")
    return [
        [(line[start:stop], style.split("-")[-1]) for start, stop, style in spans]
        for line, spans in zip(lines, highlight(path, lines), strict=True)
    ]


def test_words_are_coloured_by_what_they_are() -> None:
    found = told("src/kernel.py", "def go(x):  # why\n    return 'a' + 12 or None")
    assert found[0] == [("def", "keyword"), ("go", "name"), ("# why", "comment")]
    assert [pair for pair in found[1] if pair[0].strip("'")] == [
        ("return", "keyword"), ("a", "string"), ("12", "number"), ("or", "keyword"),
        ("None", "number"),
    ]  # fmt: skip


def test_a_string_over_several_lines_is_coloured_on_each() -> None:
    found = told("a.py", 'x = """one\n\ntwo"""\ny')
    assert [("".join(word for word, _ in line)) for line in found] == ['"""one', "", 'two"""', ""]


@pytest.mark.parametrize(
    ("path", "first", "coloured"),
    [
        ("run", "#!/usr/bin/env -S A=1 python3.11", True),
        ("run", "#!/bin/bash", True),
        ("page", "<!DOCTYPE html>", True),
        ("run", "#!/opt/bin/nobody-knows", False),
        ("run", "#!", False),
        ("notes", "just words", False),
        ("a.nobody-knows", "x", False),
    ],
)
def test_the_language_is_told_by_name_or_first_line(path: str, first: str, coloured: bool) -> None:
    assert bool(highlight(path, [first, "if true; then"])) is coloured


def test_long_texts_and_long_lines_stay_plain() -> None:
    assert highlight("a.py", ["x = 1"] * 100_000) == ()
    assert highlight("a.py", ["x = 1", "y = " + "1" * 3000]) == ()
    assert highlight("a.py", []) == ((),)


def test_what_takes_too_long_is_coloured_as_far_as_it_got(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syntax, "SECONDS", -1.0)
    assert len(highlight("a.py", ["x = 1"] * 9)) == 1
