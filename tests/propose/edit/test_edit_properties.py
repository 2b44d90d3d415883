"""What holds for every reply and every change."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping

import pytest
from edit_support import EVOLVE, SOLVE, TWO, block, refusal
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from workbench.propose.edit import Edit, Unapplicable, apply, diff_reply
from workbench.propose.edit.evolve import divide
from workbench.propose.edit.match import occurrences
from workbench.propose.edit.text import NO_NEWLINE, join, split

FAST = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
PIECES = [
    "<<<<<<< SEARCH",
    "<<<<<<<<< SEARCH",
    "  <<<<<< search solve.py",
    "=======",
    "=========",
    ">>>>>>> REPLACE",
    ">>>>>>>>> REPLACE",
    ">>>>>",
    "```",
    "```python",
    "````diff",
    "~~~ lib/shape.py",
    "solve.py",
    "**lib/shape.py**",
    "File: other.py",
    "<think>",
    "</think>",
    "NOTE: a note",
    NO_NEWLINE,
    "# EVOLVE-BLOCK-START",
    "# EVOLVE-BLOCK-END",
    "# ... rest of the code ...",
    "python",
    "",
    "\r",
    "\ufeff",
    *SOLVE.decode().split("\n"),
    *EVOLVE["solve.py"].decode().split("\n"),
    "SIDES = 6",
    "TILT = 0.25",
]
LINES = st.one_of(st.sampled_from(PIECES), st.text(alphabet=st.characters(), max_size=12))
REPLIES = st.one_of(
    st.text(alphabet=st.characters(), max_size=200),
    st.lists(LINES, max_size=30).map("\n".join),
)
CODE = st.lists(
    st.sampled_from(["a", "b", "    a", "\ta", "", "  ", "a\r", "=======", "```", "# x"]),
    max_size=12,
)


@st.composite
def edits(draw: st.DrawFn) -> str:
    """A reply whose blocks look right, with lines of the file or others inside."""
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        old = draw(st.sampled_from([SOLVE, EVOLVE["solve.py"], TWO["lib/shape.py"]]))
        lines = old.decode().split("\n")
        start = draw(st.integers(0, len(lines) - 1))
        search = lines[start : start + draw(st.integers(0, 5))]
        replace = draw(st.lists(LINES, max_size=4))
        if draw(st.booleans()):
            search = [line.strip() for line in search]
        name = draw(st.sampled_from(["solve.py", "lib/shape.py", ""]))
        parts.append(block(join(search), join(replace), name))
    return "\n".join(parts)


def outcome(reply: str, files: Mapping[str, bytes], truncated: bool = False) -> Edit | None:
    try:
        return apply(reply, files, truncated=truncated)
    except Unapplicable:
        return None


@given(st.one_of(REPLIES, edits()), st.booleans())
@FAST
@example(block("", "", ""), False)
@example("```\n<<<<<<< SEARCH", True)
def test_apply_gives_an_edit_of_the_known_files_or_a_reason(reply: str, truncated: bool) -> None:
    files = {**TWO, "raw.bin": b"\xff\xfe", "empty.txt": b""}
    before = dict(files)
    edit = outcome(reply, files, truncated)
    assert files == before
    if edit is not None:
        assert edit.files.keys() == files.keys()
        assert edit.files != files
        assert edit.note
        assert "\n" not in edit.note
        for path in files:
            if edit.files[path] != files[path] and path != "solve.py":
                assert path in reply  # nothing but a name brings a change to one of several files


@given(st.one_of(REPLIES, edits()))
@FAST
@example(block("WIDTH = 0.5\n", "WIDTH = 1\n") + block("DEPTH = 2\n", "# EVOLVE-BLOCK-START\n"))
def test_nothing_outside_the_markers_changes(reply: str) -> None:
    edit = outcome(reply, EVOLVE)
    if edit is not None:
        old, new = EVOLVE["solve.py"], edit.files["solve.py"]
        start = old.index(b"WIDTH")
        assert new.startswith(old[:start])
        assert new.endswith(old[old.index(b"# EVOLVE-BLOCK-END") :])
        assert new.count(b"EVOLVE-BLOCK-") == 2


@given(CODE, CODE, CODE)
@FAST
def test_two_places_that_look_alike_are_never_resolved(
    head: list[str], twin: list[str], tail: list[str]
) -> None:
    assume(any(line.strip() for line in twin))
    core = [*twin, "    last"]
    lines = [*head, *core, "between", *core, *tail]
    search = join(core)
    reply = search.join(["<<<<<<<<<< SEARCH\n", "==========\nnew\n>>>>>>>>>> REPLACE\n"])
    assert "stands 2 times" in refusal(reply, {"solve.py": join(lines).encode()})


@given(
    st.dictionaries(
        st.sampled_from(["solve.py", "lib/shape.py", "notes.md"]),
        st.tuples(CODE, CODE, st.booleans(), st.booleans()),
        min_size=1,
    ),
    st.sampled_from(["", "\ufeff"]),
)
@FAST
@example({"solve.py": ([], ["a"], True, True)}, "")
@example({"solve.py": (["a"] * 9, ["a"] * 8, True, True)}, "")
@example({"solve.py": (["a", "b"], ["a", "b"], True, False)}, "")
@example({"solve.py": (["a"], [], True, False)}, "\ufeff")
def test_change_written_as_a_reply_makes_that_change(
    files: dict[str, tuple[list[str], list[str], bool, bool]], mark: str
) -> None:
    old, new = {}, {}
    for path, (before, after, old_ended, new_ended) in files.items():
        old[path] = ("\n".join(before) + "\n" * old_ended).encode()
        new[path] = (mark + "\n".join(after) + "\n" * new_ended).encode()
    reply = diff_reply(old, new)
    if old == new:
        assert reply == ""
    else:
        edit = apply(reply, old)
        assert edit.files == new
        assert edit.tolerated == ()


@given(st.text(), st.text())
@FAST
def test_any_text_can_become_any_other(before: str, after: str) -> None:
    old, new = {"solve.py": before.encode()}, {"solve.py": after.encode()}
    assume(before != after)
    assert apply(diff_reply(old, new), old).files == new


@given(st.lists(st.sampled_from(["WIDTH = 1", "", "    x()", "DEPTH = 2"]), max_size=6))
@FAST
def test_change_between_the_markers_can_be_written(lines: list[str]) -> None:
    head, _, tail = EVOLVE["solve.py"].partition(b"WIDTH = 0.5\nDEPTH = 2\n")
    new = {"solve.py": head + join(lines).encode() + tail}
    assert apply(diff_reply(EVOLVE, new), EVOLVE).files == new


def test_change_that_no_reply_may_make_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="text outside EVOLVE-BLOCK-START"):
        diff_reply(EVOLVE, {"solve.py": EVOLVE["solve.py"].replace(b"import", b"import os,")})
    with pytest.raises(ValueError, match="not UTF-8"):
        diff_reply({"a.py": b"a"}, {"a.py": b"\xff"})
    with pytest.raises(ValueError, match="neither adds nor removes"):
        diff_reply({"a.py": b"a"}, {"b.py": b"a"})
    with pytest.raises(ValueError, match="can only stand at the end"):
        diff_reply({"a.py": b"a"}, {"a.py": f"{NO_NEWLINE}\nb\n".encode()})
    with pytest.raises(ValueError, match="no reply may make"):
        diff_reply({"<<<<<<< SEARCH": b"a"}, {"<<<<<<< SEARCH": b"b"})


@given(st.text())
def test_every_text_is_its_lines(text: str) -> None:
    assume(NO_NEWLINE not in text)
    assert join(split(text)) == text


@given(st.text(alphabet="ab", max_size=5), st.text(alphabet="ab", max_size=40))
def test_occurrences_are_those_of_a_plain_search(needle: str, hay: str) -> None:
    plain = [at for at in range(len(hay)) if needle and hay.startswith(needle, at)]
    assert occurrences(needle, hay) == plain


@given(st.lists(st.sampled_from(["x", "START", "END"]), max_size=8), st.sampled_from("\n\r"))
def test_free_text_is_what_stands_between_the_markers(kinds: list[str], newline: str) -> None:
    lines = [kind if kind == "x" else f"# EVOLVE-BLOCK-{kind}" for kind in kinds]
    data = newline.join(lines).encode()
    found = divide(data)
    if not any(kind != "x" for kind in kinds):
        assert found is None
        return
    assert found is not None
    pieces = [*(x for pair in zip(found.fixed, found.free, strict=False) for x in pair)]
    assert b"".join([*pieces, found.fixed[-1]]) == data
    assert not re.search(b"EVOLVE", b"".join(found.free))
    assert len(found.free) == kinds.count("START")


HOSTILE = {
    "fences that never close": "```a\n" * 100_000,
    "fences before a block": "```a\n" * 100_000 + block("a\n", "b\n"),
    "a search that almost fits": block("a\n" * 25_000 + "b\n", "c\n"),
    "an indented search that almost fits": block("  a\n" * 25_000 + "  b\n", "c\n"),
    "one long line": "<" * 1_000_000 + "\n" + "`" * 1_000_000 + "\n" + "#* " * 300_000,
    "words without end": "solve.py " * 100_000 + "\n```\nx\n```\n",
    "markers of all lengths": "".join("<" * n + " SEARCH\n" for n in range(5, 1500)),
    "dividers": "<<<<<<< SEARCH\n" + "=======\n" * 100_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_replies_take_linear_time(name: str) -> None:
    files = {"solve.py": b"a\n" * 50_000}
    start = time.process_time()
    outcome(HOSTILE[name], files)
    assert time.process_time() - start < 10  # what is not linear takes minutes
