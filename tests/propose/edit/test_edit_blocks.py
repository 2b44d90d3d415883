"""SEARCH/REPLACE blocks as they are asked for, and the ways in which models miss them."""

from __future__ import annotations

import pytest
from edit_support import ONE, SOLVE, TWO, block, refusal, slips, solved

from workbench.propose.edit import apply

WIDER = SOLVE.decode().replace("WIDTH = 0.5", "WIDTH = 0.7")
LOOP = "    for k in range(3):\n        total += k * scale\n"
TWICE = "    for k in range(3):\n        total += 2 * k * scale\n"
LOOPED = SOLVE.decode().replace(LOOP, TWICE)


def test_blocks_apply_in_order_each_to_the_result_of_the_one_before() -> None:
    reply = "NOTE: wider, more sides\n\n" + block("WIDTH = 0.5\n", "WIDTH = 0.6\nDEPTH = 1\n")
    reply += block("DEPTH = 1\n", "DEPTH = 2\n")
    reply += "\nAnd the other file:\n\n" + block("SIDES = 6\n", "SIDES = 8\n", "lib/shape.py")
    edit = apply(reply, TWO)
    assert edit.files == {
        "solve.py": SOLVE.replace(b"WIDTH = 0.5", b"WIDTH = 0.6\nDEPTH = 2"),
        "lib/shape.py": b"SIDES = 8\nTILT = 0.25\n",
    }
    assert edit.note == "wider, more sides"
    assert edit.tolerated == ()


@pytest.mark.parametrize(
    "name",
    [
        "solve.py",
        "`solve.py`",
        "### solve.py",
        "**solve.py**",
        "**File:** `solve.py`",
        "File: solve.py:",
        "./solve.py",
        "/app/solve.py",
        "# solve.py",
        "// solve.py",
        "In `solve.py`, make it wider:",
        "solve.py\n\nThe width is a little small.\n",
    ],
)
def test_file_is_named_in_the_ways_models_name_files(name: str) -> None:
    for fence in ("", "```python\n"):
        reply = f"{name}\n{fence}" + block("WIDTH = 0.5\n", "WIDTH = 0.7\n", "") + "```\n"
        assert apply(reply, TWO).files == {**TWO, "solve.py": WIDER.encode()}


def test_file_may_be_named_in_the_fence_or_in_the_marker() -> None:
    plain = block("WIDTH = 0.5\n", "WIDTH = 0.7\n", "")
    for reply in (
        f"```python solve.py\n{plain}```\n",
        f"```python:solve.py\n{plain}```\n",
        f"```python\n# solve.py\n{plain}```\n",
        plain.replace("SEARCH", "SEARCH solve.py"),
    ):
        assert apply(reply, TWO).files["solve.py"].decode() == WIDER


def test_block_without_a_name_is_for_the_file_named_last_or_the_only_one() -> None:
    plain = block("WIDTH = 0.5\n", "WIDTH = 0.7\n", "")
    assert solved(plain)[0] == WIDER
    after = block("import math\n", "import cmath\n") + "\nAlso wider:\n\n" + plain
    assert b"WIDTH = 0.7" in apply(after, TWO).files["solve.py"]
    said = refusal(plain, TWO)
    assert "names no file" in said
    assert "lib/shape.py, solve.py" in said


def test_name_that_is_no_editable_file_is_refused_with_those_that_are() -> None:
    for name in ("tests/verify.py", "../solve.py", "File: Makefile"):
        said = refusal(block("WIDTH = 0.5\n", "WIDTH = 0.7\n", name))
        assert "may not be changed or created; editable: solve.py" in said


def test_line_that_mentions_two_files_names_neither() -> None:
    reply = "Here solve.py and lib/shape.py fit together:\n" + block("a\n", "b\n", "")
    assert "mentions lib/shape.py, solve.py" in refusal(reply, TWO)


@pytest.mark.parametrize(
    ("search", "replace", "slip", "result"),
    [
        ("WIDTH = 0.5\r\n", "WIDTH = 0.7\r\n", "line ends", WIDER),
        ("WIDTH = 0.5  \n", "WIDTH = 0.7\n", "trailing white space", WIDER),
        (
            "```python\nWIDTH = 0.5\n```\n",
            "```python\nWIDTH = 0.7\n```\n",
            "fences inside the block",
            WIDER,
        ),
        ("```\nWIDTH = 0.5\n", "WIDTH = 0.7\n```\n", "fences inside the block", WIDER),
        ("python\nWIDTH = 0.5\n", "python\nWIDTH = 0.7\n", "fences inside the block", WIDER),
        (
            "for k in range(3):\n    total += k * scale\n",
            "for k in range(3):\n    total += 2 * k * scale\n",
            "indentation",
            LOOPED,
        ),
        (
            "      for k in range(3):\n          total += k * scale\n",
            "      for k in range(3):\n          total += 2 * k * scale\n",
            "indentation",
            LOOPED,
        ),
        ("\n\n\nWIDTH = 0.5\n", "\n\n\nWIDTH = 0.7\n", "blank lines at its ends", WIDER),
        ("WIDTH = 0.5\n\n\n\n", "WIDTH = 0.7\n", "blank lines at its ends", WIDER),
    ],
)
def test_slip_is_forgiven_and_recorded(search: str, replace: str, slip: str, result: str) -> None:
    edit = apply(block(search, replace), ONE)
    assert edit.files["solve.py"].decode() == result
    assert edit.tolerated == (f"block 1 (solve.py): {slip}",)


def test_several_slips_at_once() -> None:
    search = "```python\n\nfor k in range(3):  \n    total += k * scale\n```\n"
    replace = "```python\n\nfor k in range(3):\n    total += 2 * k * scale\n```\n"
    text, forgiven = solved(block(search, replace))
    assert text == LOOPED
    assert forgiven == ("fences inside the block", "blank lines at its ends", "indentation")


def test_lines_put_in_have_the_line_ends_of_the_file() -> None:
    files = {"solve.py": b"a = 1\r\nb = 2\r\n"}
    text, forgiven = solved(block("a = 1\n", "a = 3\nc = 4\n"), files)
    assert text == "a = 3\r\nc = 4\r\nb = 2\r\n"
    assert forgiven == ("line ends",)


def test_indentation_is_the_file_s_also_where_replace_goes_further_out() -> None:
    search = "        for k in range(3):\n            total += k * scale\n        return total\n"
    replace = "        return scale\n\n\n    def deep():\n        return 1\n"
    text, forgiven = solved(block(search, replace))
    assert "    return scale\n\n\ndef deep():\n    return 1\n" in text
    assert forgiven == ("indentation",)
    said = refusal(block(search, "        return scale\nX = 1\n"))
    assert "REPLACE cannot be moved with it because of its line `X = 1`" in said


def test_tabs_and_spaces_are_told_apart_within_a_block() -> None:
    files = {"solve.py": b"if a:\n\tif b:\n\t\tgo()\n"}
    text, forgiven = solved(block("if b:\n\tgo()\n", "if c:\n\tgo()\n"), files)
    assert (text, forgiven) == ("if a:\n\tif c:\n\t\tgo()\n", ("indentation",))
    assert "SEARCH text is not in" in refusal(block("if b:\n    go()\n", "x\n"), files)


def test_search_that_stands_twice_is_never_resolved() -> None:
    said = refusal(block("    total = 0.0\n", "    total = 1.0\n"))
    assert "stands 2 times in solve.py, from lines 7, 14;" in said
    said = refusal(block("total = 0.0\n", "total = 1.0\n"))
    assert "stands 2 times in solve.py (indentation aside), from lines 7, 14;" in said
    said = refusal(block("\n    total = 0.0\n", "\n    total = 1.0\n"))
    assert "(blank lines at its ends aside)" in said
    assert "stands 3 times" in refusal(block("a\na\n", "b\n"), {"solve.py": b"a\n" * 4})


def test_exact_place_wins_over_one_that_needs_forgiving() -> None:
    files = {"solve.py": b"    go()\ngo()\n"}
    assert solved(block("go()\n", "stop()\n"), files) == ("    go()\nstop()\n", ())


def test_empty_search_is_for_an_empty_file() -> None:
    assert solved(block("", "a = 1\n"), {"solve.py": b""}) == ("a = 1\n", ())
    assert solved(block("", "a = 1\n"), {"solve.py": b" \n"}) == ("a = 1\n", ())
    assert "SEARCH is empty, which is for an empty file" in refusal(block("", "a = 1\n"))


def test_markers_of_uneven_length_or_place_are_forgiven_if_they_read_one_way() -> None:
    reply = "<<<<<< SEARCH\nWIDTH = 0.5\n========\nWIDTH = 0.7\n  >>>>>>>\n"
    assert solved(reply) == (WIDER, ("markers of different length or place",))


def test_fence_that_ends_before_its_block_is_no_text() -> None:
    early = "```python\n" + block("WIDTH = 0.5\n", "WIDTH = 0.7\n```\n", "")
    assert solved(early) == (WIDER, ("its fence ends inside it",))
    both = early + "```\n"  # the fence ends below: then the line is text
    assert solved(both) == (WIDER.replace("0.7\n", "0.7\n```\n"), ())


def test_longer_markers_carry_text_that_looks_like_markers() -> None:
    files = {"solve.py": b"Title\n=======\n>>>>>>> REPLACE\n"}
    reply = (
        "<<<<<<<<< SEARCH\nTitle\n=======\n>>>>>>> REPLACE\n=========\nNew\n===\n"
        ">>>>>>>>> REPLACE\n"
    )
    assert solved(reply, files) == ("New\n===\n", ())


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        ("<<<<<<< SEARCH\na\n=======\nb\n", "block 1: it has no >>>>>>> REPLACE line"),
        ("<<<<<<< SEARCH\na\n>>>>>>> REPLACE\n", "no ======= line between SEARCH and REPLACE"),
        ("<<<<<<< SEARCH\na\n=======\n=======\nb\n>>>>>>> REPLACE\n", "it has 2 ======= lines"),
        (
            "<<<<<<< SEARCH\na\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n",
            "line 3 of the reply begins another block",
        ),
        (block("WIDTH = 0.5\n", "WIDTH = 1\n") + "x\n>>>>>>> REPLACE\n", "no block is open there"),
        ("", "the reply is empty"),
        (" \n", "the reply is empty"),
        ("I would make it wider.", "the reply holds no edit"),
        (block("WIDTH = 0.5\n", "WIDTH = 0.5\n"), "the reply changes nothing"),
        (block("a\n", "b\n") * 501, "more than 500 blocks"),
        ("x" * ((4 << 20) + 1), "more than 4194304 characters"),
        (block("WIDTH = 0.5\n", "WIDTH = '\ud800'\n"), "half a surrogate pair"),
    ],
)
def test_reply_that_cannot_be_read_is_refused_with_the_reason(reply: str, why: str) -> None:
    assert why in refusal(reply)


def test_reply_cut_off_inside_a_block_says_so() -> None:
    whole = block("WIDTH = 0.5\n", "WIDTH = 0.7\n")
    said = refusal(whole + "<<<<<<< SEARCH\nimport ma", truncated=True)
    assert "block 2: the reply was cut off at its token limit" in said
    assert "before any edit" in refusal("Let me think about", truncated=True)
    edit = apply(whole + "\nWith this", ONE, truncated=True)
    assert slips(edit) == ("the reply was cut off after its last edit",)


def test_block_that_repeats_its_text_does_no_harm_to_the_others() -> None:
    same = block("    total = 0.0\n", "    total = 0.0\n")
    text, forgiven = solved(same + block("WIDTH = 0.5\n", "WIDTH = 0.7\n"))
    assert (text, forgiven) == (WIDER, ("it changes nothing",))


def test_reasoning_before_the_answer_is_no_part_of_it() -> None:
    draft = block("WIDTH = 0.5\n", "WIDTH = 9\n")
    final = block("WIDTH = 0.5\n", "WIDTH = 0.7\n")
    assert solved(f"<think>\nMaybe\n{draft}No.\n</think>\n{final}") == (WIDER, ())
    assert solved(f"Maybe\n{draft}No.\n</think>\n{final}") == (WIDER, ())
    assert "no edit" in refusal(f"<think>\n{draft}")


def test_miss_says_the_first_line_that_differs_and_shows_the_file() -> None:
    said = refusal(block("def edge(scale):\n    total = 0.0\n    for i in range(4):\n", "x\n"))
    assert "block 1 (solve.py): its SEARCH text is not in solve.py" in said
    assert "line 3 of SEARCH is `for i in range(4):`" in said
    assert "line 15 of solve.py is `for k in range(4):`" in said
    assert "  15 |     for k in range(4):" in said


def test_miss_without_a_common_line_shows_the_most_similar() -> None:
    said = refusal(block("def area(scale, k):\n", "x\n"))
    assert "   6 | def area(scale):" in said
    assert "no line of solve.py comes near" in refusal(block("zzz\n", "x\n"))


def test_miss_tells_of_lines_left_out_and_of_what_is_already_there() -> None:
    said = refusal(block("import math\n# ... existing code ...\nWIDTH = 0.5\n", "x\n"))
    assert "stands for lines left out" in said
    assert "REPLACE text already is" in refusal(block("WIDTH = 0.4\n", "WIDTH = 0.5\n"))
    crooked = "for k in range(3):\n        total += k * scale\n"
    assert "indentation of its lines differs from line to line" in refusal(block(crooked, "x\n"))


def test_end_of_file_without_newline_stays_unless_the_reply_says_otherwise() -> None:
    files = {"solve.py": b"a = 1\nb = 2"}
    assert solved(block("b = 2\n", "b = 3\n"), files) == ("a = 1\nb = 3", ())
    sign = "\\ No newline at end of file\n"
    assert solved(block(f"b = 2\n{sign}", "b = 2\n"), files) == ("a = 1\nb = 2\n", ())
    said = refusal(block("a = 1\n", f"a = 1\n{sign}"), files)
    assert "can only stand at the end of the file" in said


def test_byte_order_mark_is_kept_aside() -> None:
    files = {"solve.py": b"\xef\xbb\xbfa = 1\n"}
    assert apply(block("a = 1\n", "a = 2\n"), files).files == {"solve.py": b"\xef\xbb\xbfa = 2\n"}


def test_file_that_is_no_utf_8_can_only_be_rewritten() -> None:
    files = {"solve.py": b"a = '\xff'\n"}
    assert "not UTF-8 text" in refusal(block("a\n", "b\n"), files)
    assert solved("solve.py\n```python\na = 1\n```\n", files) == ("a = 1\n", ())


@pytest.mark.parametrize(
    ("prose", "note"),
    [
        ("NOTE: Use a  finer grid. It pays.", "Use a finer grid. It pays."),
        ("Some talk first.\n**NOTE:** a finer grid", "a finer grid"),
        ("# Plan\nI widen it", "Plan"),
        ("I widen it. Then I stop.", "I widen it."),
        ("1. I widen it. Then I stop.", "I widen it."),
        ("<answer>\n`solve.py`\nI widen it", "I widen it"),
        ("---\n", "changes solve.py"),
        ("", "changes solve.py"),
        ("NOTE: " + "long " * 100, "long " * 59 + "long…"),
    ],
)
def test_note_is_the_note_line_or_the_first_sentence(prose: str, note: str) -> None:
    edit = apply(prose + "\n" + block("WIDTH = 0.5\n", "WIDTH = 0.7\n"), ONE)
    assert edit.note == note
