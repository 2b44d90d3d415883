"""What is the same program, which lines come back, and how alike two programs are."""

from __future__ import annotations

import pytest

from workbench.model.likeness import likeness
from workbench.model.syntax import syntax_digest
from workbench.model.traits import Cycling, Traits, mark_of, traits_of

PYTHON = '''\
"""What it does."""
import math

RATE = 0.5  # per second


def area(r):
    """Of a circle."""
    return math.pi * r ** 2
'''


def same(one: str, other: str, path: str = "solve.py") -> bool:
    return syntax_digest({path: one.encode()}) == syntax_digest({path: other.encode()})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  # per second", ""),
        ('    """Of a circle."""\n', ""),
        ('"""What it does."""\n', '"""Something else."""\n\n\n'),
        ("math.pi * r ** 2", "(math.pi*(r**2))"),
        ("0.5", "0.50"),
        ("import math\n", "import math\r\n"),
        ("def area(r):", "def area(\n    r,\n):"),
    ],
)
def test_comments_layout_and_docstrings_make_no_other_python(old: str, new: str) -> None:
    assert old in PYTHON
    assert same(PYTHON, PYTHON.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0.5", "0.51"),
        ("0.5", "1"),
        ("RATE", "SPEED"),
        ("def area(r)", "def area(q)"),
        ("math.pi * r", "r * math.pi"),
        ("return math.pi * r ** 2", '"text"\n    return math.pi * r ** 2'),  # no docstring there
        ("return math", "yield math"),
        ("r ** 2", "None"),
    ],
)
def test_everything_else_does(old: str, new: str) -> None:
    assert old in PYTHON
    assert not same(PYTHON, PYTHON.replace(old, new))


def test_numbers_of_another_type_and_nothing_are_told_apart() -> None:
    texts = ["x = 1", "x = 1.0", "x = True", "x = None", "x = '1'", "x = b'1'", "x = ...", "x = 1j"]
    assert len({syntax_digest({"a.py": text.encode()}) for text in texts}) == len(texts)


def test_python_that_does_not_parse_counts_by_its_lines() -> None:
    assert same("def f(:\n  x\n", "def f(:  \n\n  x")
    assert not same("def f(:\n  x\n", "def f(:\n x\n")
    assert not same("x = '\0'", "x = ''")
    deep = "x = " + "(" * 5000 + ")" * 5000  # more than a parser's stack holds
    assert same(deep, deep + "\n")
    assert same("\ufeffx = 1\n", "x = 1\n")


@pytest.mark.parametrize(
    ("one", "other", "path", "equal"),
    [
        ("int a;\n  int  b;\n", "int a;\n\nint b; \n", "x.c", True),
        ("// why\nint a;\n", "int a;\n", "x.cpp", True),
        ("int a; // why\n", "int a;\n", "x.cpp", False),  # in doubt: different
        ('puts("a  b");', 'puts("a b");', "x.c", False),
        ('let s = r#"\n// a\n"#;', 'let s = r#"\n"#;', "x.rs", False),
        ("/*\n// a\n*/ b", "/*\n*/ b", "x.c", False),
        ("#define A\nB", "#define A B", "x.h", False),
        ("a:\n  b", "a:\n b", "x.yaml", False),
        ("a:\n  b  \n\n", "a:\n  b", "x.yaml", True),
        ("\tall:", "all:", "Makefile", False),
        ("// a\nb", "b", "x.js", False),
    ],
)
def test_other_languages_by_their_layout(one: str, other: str, path: str, equal: bool) -> None:
    assert same(one, other, path) is equal


def test_files_and_their_names_count() -> None:
    one = syntax_digest({"a.py": b"x = 1", "b.py": b"y = 2"})
    assert one == syntax_digest({"b.py": b"y=2", "a.py": b"x=1"})
    assert one != syntax_digest({"a.py": b"y = 2", "b.py": b"x = 1"})


def lines(*told: str) -> dict[str, bytes]:
    return {"solve.py": "".join(f"{line}\n" for line in told).encode()}


def test_added_and_removed_lines() -> None:
    found = traits_of(lines("a", "", "c", "c", "d"), [lines("a", "b", "c", "", "")])
    # New are one more c, and d; gone is b. Blank lines are none.
    assert (found.added, found.returned) == (2, 0)
    assert list(found.marks()) == [mark_of(b"b")]
    assert (found.characters, found.lines) == (9, 5)
    assert int(found.letters, 16) == sum(1 << ord(x) for x in "acd\n")


def test_a_line_that_moved_is_neither() -> None:
    found = traits_of(lines("b", "a"), [lines("a", "b")])
    assert (found.added, list(found.marks())) == (0, [])


def test_what_another_parent_has_is_not_added() -> None:
    found = traits_of(lines("a", "x", "new"), [lines("a", "b"), lines("a", "x", "y")])
    assert found.added == 1
    assert list(found.marks()) == [mark_of(b"b")]


def test_lines_that_come_back() -> None:
    removed = set(traits_of(lines("a", "new"), [lines("a", "b", "b")]).marks())
    back = traits_of(lines("a", "b"), [lines("a", "new")], removed)
    assert (back.added, back.returned, back.only_returns) == (1, 1, True)
    # "b " is another line, byte for byte; what was removed before is not told again.
    mixed = traits_of(lines("b", "b "), [lines("a", "b")], removed | {mark_of(b"a")})
    assert (mixed.added, mixed.returned, mixed.only_returns) == (1, 0, False)
    assert mixed.removed == ""
    assert not traits_of(lines("a"), [lines("a", "b")], removed).only_returns  # adds nothing


def test_the_share_that_came_back() -> None:
    cycling = Cycling()
    assert cycling.share is None
    for traits in (Traits(added=3, returned=1), Traits(added=1, returned=1), Traits()):
        cycling += traits
    assert (cycling.added, cycling.returned, cycling.proposals) == (4, 2, 1)
    assert cycling.share == 0.5


def test_how_alike_two_programs_are() -> None:
    # Runs of three: "a b c", "b c d" and "a b c", "b c e": 1 in common of 2 and 2.
    assert likeness({"x": b"a b c d"}, {"x": b"a  b\nc e"}) == pytest.approx(0.5)
    assert likeness({"x": b"a b c"}, {"y": b"a b c"}) == pytest.approx(1.0)
    assert likeness({"x": b"a b c"}, {"x": b"d e f"}) == 0.0
    assert (likeness({"x": b""}, {"x": b""}), likeness({"x": b""}, {"x": b"a b c"})) == (1.0, 0.0)
    # A number is one token: of n tokens, another value changes three runs.
    text = " ".join(f"w{n}" for n in range(200))
    assert likeness({"x": f"{text} 0.5 {text}".encode()}, {"x": f"{text} 0.7 {text}".encode()}) < 1
