from __future__ import annotations

import ast
import random
import re
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as profile
from hypothesis import strategies as st
from mutation_support import PROGRAM, Playground

from workbench.propose.mutation.constants import change, sparse_changes
from workbench.propose.mutation.memory import Memory
from workbench.propose.mutation.number import distance, moved, written
from workbench.propose.mutation.program import read_program
from workbench.propose.mutation.source import apply_edits, read_source
from workbench.propose.mutation.steer import Steer
from workbench.propose.mutation.structure import structural_edit
from workbench.propose.proposer import ProposalUnusable

BLOCK = b"# EVOLVE-BLOCK-START\n%s# EVOLVE-BLOCK-END\n"
SNIPPETS = [
    b"GAP = 0.05\n",
    "LÄNGE = -1.5  # Größe, in Fuß → m\n".encode(),
    "NAME = 'Ω²'; WEITE = 2.5\n".encode(),
    b"TABLE = {'a': 1, 'b': [2.0, - 3.5]}\n",
    b"MASK = 0xFF\nBIG = 1_000\nHALF = 1e-3\n",
    b"text = f'{3 * 4} and {GAP:.2f}'\n",
    b'DOC = """\n3 lines\n"""\n',
    b"def f(x):\n    y = x * 2.0  # tunable\n    if x < 3:\n        y -= 1\n    return y\n",
    "def g(ä, b=2):\n\t'''doc 7'''\n\tfor k in range(5):\n\t\tä = ä * k\n".encode()
    + "\treturn ä / (b\n\t\t+ 1)\n".encode(),
    b"class C:\n    size: int = 4\n    def m(self): return self.size + 1\n",
    b"x = max(1, 2) if GAP else min(3, 4)\n",
    b"\x0c\nAFTER = 9\n",
]


@st.composite
def programs(draw: st.DrawFn) -> tuple[bytes, bytes, bytes]:
    """A file as (before, editable, after): with markers, or with empty ends."""
    parts = [b"GAP = 0.3\n", *draw(st.lists(st.sampled_from(SNIPPETS), min_size=1, max_size=5))]
    inside = b"".join(parts)
    before = after = b""
    if draw(st.booleans()):
        before = b"import math\nOUTSIDE = 4.0\n# EVOLVE-BLOCK-START\n"
        after = b"# EVOLVE-BLOCK-END\nLAST = 5.0\nprint(OUTSIDE * 2, LAST)\n"
    if draw(st.booleans()):
        before = b"\xef\xbb\xbf" + before
    whole = before, inside, after
    if draw(st.booleans()):
        before, inside, after = (part.replace(b"\n", b"\r\n") for part in whole)
        return before, inside, after
    return whole


@given(programs(), st.integers(0, 2**32), st.booleans())
@profile(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_edit_touches_its_span_inside_the_editable_region_only(
    parts: tuple[bytes, bytes, bytes], seed: int, structural: bool
) -> None:
    before, inside, after = parts
    data = before + inside + after
    files = {"other.py": b"OTHER = 1.0\n", "solve.py": data}
    program = read_program({"solve.py": data})
    assert program.sources[0].tree is not None
    rng = random.Random(seed)
    if structural:
        alteration = structural_edit(program, Steer(), rng)
        edits = [] if alteration is None else [alteration.edit]
    else:
        changes = sparse_changes(program.literals, Memory(), Steer(), rng, wide=seed % 2 == 0)
        edits = [made.edit for made in changes]
        assert edits
    changed = apply_edits(files, edits)
    assert changed["other.py"] == files["other.py"]
    text = changed["solve.py"]
    assert text.startswith(before)
    assert text.endswith(after)
    assert len(text) >= len(before) + len(after)
    if not structural:
        spans = [literal.span for literal in program.literals]
        between = [data[x:y] for (_, x), (y, _) in pairwise(spans)]
        at = 0
        for piece in between:
            at = text.index(piece, at) + len(piece)
        assert sum(len(edit.text) - len(program.sources[0].text(edit.span)) for edit in edits) == (
            len(text) - len(data)
        )
    if b"\r\n" in data:
        assert re.search(rb"(?<!\r)\n", text) is None, "line ends stay as they were"
    if not structural:
        compile(text, "solve.py", "exec")


@given(programs())
@profile(max_examples=60, deadline=None)
def test_every_literal_reads_back_as_its_value(parts: tuple[bytes, bytes, bytes]) -> None:
    data = b"".join(parts)
    program = read_program({"solve.py": data})
    keys = [literal.key for literal in program.literals]
    assert len(set(keys)) == len(keys)
    for literal in program.literals:
        text = data[literal.span.start : literal.span.end].decode()
        value = ast.literal_eval(text.replace("\t", " "))
        assert value == literal.value
        assert type(value) is type(literal.value)
        assert literal.line == read_source("solve.py", data).line_of(literal.span.start)


NUMBERS = st.one_of(
    st.integers(-1000, 1000),
    st.floats(-1e6, 1e6, allow_nan=False).filter(lambda value: value == 0 or abs(value) > 1e-9),
)


@given(NUMBERS, st.floats(-2, 2), st.sampled_from([None, 0.5, 1.0]))
@example(1, -0.3, None)
@example(-1, -0.3, None)
@example(0, 0.1, 1.0)
@example(0.1, 1e-13, None)
def test_moves_keep_kind_and_sign_and_read_back(
    value: int | float, step: float, scale: float | None
) -> None:
    if value == 0:
        scale = scale or 1.0
    after = moved(value, step, scale)
    assert type(after) is type(value)
    if scale is None:
        assert (after > 0) == (value > 0)
        assert after != 0
    if isinstance(value, int) and scale is not None:
        assert abs(after - value) >= 1
    text = written(after, value)
    assert type(value)(text) == pytest.approx(after, rel=1e-2)
    made = type(value)(text)
    if after != value and isinstance(value, float):
        assert made != value, "the step is not lost in rounding"
    assert ast.literal_eval(text) == made
    if made != value and (scale is not None or made * value > 0):
        assert (distance(value, made, scale) > 0) == (
            (made > value) == (value > 0 or scale is not None)
        )


@pytest.mark.parametrize(
    ("value", "before", "text"),
    [(0.0613, 0.05, "0.0613"), (3.0, 2.0, "3.0"), (123456.0, 1e5, "1.23e+05"), (4, 3, "4")],
)
def test_numbers_are_written_short(value: float, before: float, text: str) -> None:
    assert written(value, before) == text


def test_only_named_and_marked_numbers_are_tunable() -> None:
    program = read_program(
        {
            "solve.py": b"GAP = 0.05\nLOW, HIGH = 1, -2.5\nGRID = [[1, 2], (3.0,)]\n"
            b"RATES = {'a': 0.5}\n__all__ = [1]\nMASK = 0xFF\nON = True\nATE: int = 8\n"
            b"def f(n: L[6] = 3) -> L[7]:\n    x = 0.5  # tunable\n    return x * 2 + n[0]\n"
        }
    )
    assert [literal.name for literal in program.tunable] == [
        *("GAP", "LOW", "HIGH", "GRID[0][0]", "GRID[0][1]", "GRID[1][0]", "RATES['a']", "ATE", "x")
    ]
    assert [literal.value for literal in program.inner] == [1, 3, 2, 0]


def test_minus_sign_belongs_to_its_number() -> None:
    program = read_program({"solve.py": b"A = -0.5\nB = 3 - 2\nC = - 7\n"})
    assert [literal.value for literal in program.tunable] == [-0.5, 3, 2, -7]
    changed = apply_edits(program.files, [change(program.tunable[0], -0.25).edit])
    assert changed["solve.py"].startswith(b"A = -0.25\n")


async def test_integers_stay_integers_through_a_search() -> None:
    ground = Playground({"solve.py": PROGRAM})
    for index in range(120):
        made = await ground.step("refine" if index % 2 else "explore")
        text = ground.texts[made.id]["solve.py"]
        rings = re.search(rb"RINGS = (.*)", text)
        assert rings is None or re.fullmatch(rb"[1-9]\d*", rings[1])
        assert ast.parse(text)


async def test_notes_are_one_line_and_say_what_changed() -> None:
    ground = Playground({"solve.py": PROGRAM}, lambda files: 0.0)
    notes = [(await ground.step()).note for _ in range(150)]
    assert all("\n" not in note and 0 < len(note) < 200 for note in notes)
    assert any(re.fullmatch(r"WIDTH 0\.5→0\.\d+", note) for note in notes)
    assert any(re.fullmatch(r"RINGS 3→\d+", note) for note in notes)
    assert any(re.match(r"(delete|repeat|swap) line", note) for note in notes)
    assert any(re.match(r"swap . for .+ on line \d+", note) for note in notes)


async def test_program_without_tunable_numbers_is_still_changed() -> None:
    text = b"def f(a, b):\n    c = a * 2\n    return c + b\n"
    ground = Playground({"solve.py": text}, lambda files: 0.0)
    notes = {(await ground.step()).note for _ in range(12)}
    assert len(notes) == 12


async def test_markers_hold_for_every_kind_of_edit() -> None:
    head, tail = b"KEEP = 1.0\n", b"print(KEEP * 3)\n"
    text = head + BLOCK % PROGRAM + tail
    ground = Playground({"solve.py": text}, lambda files: 0.0)
    for _ in range(150):
        made = await ground.step()
        changed = ground.texts[made.id]["solve.py"]
        assert changed.startswith(head + b"# EVOLVE-BLOCK-START\n")
        assert changed.endswith(b"# EVOLVE-BLOCK-END\n" + tail)


async def test_broken_python_keeps_its_numbers_tunable() -> None:
    ground = Playground({"solve.py": b"GAP = 0.5\ndef f(:\n    '3'  # 4\n"}, lambda files: 0.0)
    made = await ground.step()
    assert ground.texts[made.id]["solve.py"].endswith(b"\ndef f(:\n    '3'  # 4\n")
    assert made.note.startswith("GAP 0.5→")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"solve.py": b"def f(:\n"}, r"solve\.py does not parse \(line 1"),
        ({"solve.py": b"\xff\xfe\x00"}, r"solve\.py is not UTF-8"),
        ({"solve.py": b""}, r"nothing to change in solve\.py"),
        ({"a.txt": b"no digits"}, r"needs a number or a statement"),
        ({"a.py": b"# EVOLVE-BLOCK-START\n# EVOLVE-BLOCK-END\nA = 1\n"}, "editable region"),
    ],
)
async def test_nothing_to_change_is_said_clearly(files: dict[str, bytes], message: str) -> None:
    ground = Playground(files, lambda files: 0.0)
    with pytest.raises(ProposalUnusable, match=message):
        await ground.propose()


def results(data: bytes, draws: int = 300) -> dict[bytes, str]:
    """Every program that structural edits of `data` lead to, with its note."""
    program = read_program({"solve.py": data})
    found = {}
    for seed in range(draws):
        made = structural_edit(program, Steer(), random.Random(seed))
        if made is not None:
            found[apply_edits(program.files, [made.edit])["solve.py"]] = made.note
    return found


@pytest.mark.parametrize(
    ("before", "after", "note"),
    [
        (b"a = []\r\na.append(1)", b"a = []\r\na.append(1)\r\na.append(1)", "repeat line 2"),
        (b"f(1)\r\ng(2)", b"g(2)\r\nf(1)", "swap line 1 with line 2"),
        (b"if a:\n\tf()  # why\nelse:\n\tg()\n", b"if a:\n\tpass\nelse:\n\tg()\n", "delete line 2"),
        (b"def f(a):\n    a()\n    a(1)\n", b"def f(a):\n    a(1)\n", "delete line 2"),
        (b"@d\ndef f(): pass\nf()\n", b"@d\ndef f(): pass\nf()\nf()\n", "repeat line 3"),
        (b"if (a) < (b): f()\n", b"if (a) <= (b): f()\n", "swap < for <= on line 1"),
        (b"f(1 # -\n  + 2)\n", b"f(1 # -\n  - 2)\n", "swap + for - on line 2"),
        ("f('ä', x.sin(y))\n".encode(), "f('ä', x.cos(y))\n".encode(), "cos for sin on line 1"),
        (b"if a and b: f()\n", b"if a or b: f()\n", "swap and for or on line 1"),
        (b"def f(k, n): return k\n", b"def f(k, n): return n\n", "n for k on line 1"),
        (
            b"def f(): return a - b\n",
            b"def f(): return ((b) - (a))\n",
            "turn round a - b on line 1",
        ),
    ],
)
def test_structural_edits_change_exactly_this(before: bytes, after: bytes, note: str) -> None:
    assert results(before).get(after) == note


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (b"import os\nN = 3\ndef f():\n    return N\n", rb"import os\nN = 3\ndef f"),
        (b"def f():\n    '''Words.'''\n    g()\n", rb"'''Words\.'''"),
        (b"def f():\n    total = 0\n    for k in r:\n        total += k\n", rb"total = 0\n"),
        (b"def f(a, b):\n    g()\n    return f'{1 + 2} {a < b}'\n", rb"f'\{1 \+ 2\} \{a < b\}'"),
    ],
)
def test_structural_edits_leave_what_would_surely_break(text: bytes, kept: bytes) -> None:
    found = results(text)
    assert found
    assert all(re.search(kept, changed) for changed in found)


def test_byte_order_mark_and_non_ascii_do_not_shift_edits() -> None:
    data = b"\xef\xbb\xbf" + "GAP = 0.5; Ä = 'ä'; WEITE = 2.5\r\n".encode()
    program = read_program({"solve.py": data})
    assert [literal.value for literal in program.tunable] == [0.5, 2.5]
    changed = apply_edits(program.files, [change(one, 7.0).edit for one in program.tunable])
    assert changed["solve.py"] == b"\xef\xbb\xbf" + "GAP = 7.0; Ä = 'ä'; WEITE = 7.0\r\n".encode()


async def test_result_that_python_refuses_is_drawn_again() -> None:
    """Keys of a mapping pattern must differ: 2 may become anything but 1 and 3."""
    text = b"def f(d):\n    match d:\n        case {1: a, 2: b, 3: c}:\n            return a\n"
    ground = Playground({"solve.py": text}, lambda files: 0.0)
    for _ in range(25):
        made = await ground.step("refine", "change the numbers")
        assert made.detail["by"] == "inner"
        compile(ground.texts[made.id]["solve.py"], "solve.py", "exec")
