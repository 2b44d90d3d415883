"""Files and replies for the tests of edits."""

from __future__ import annotations

import pytest

from workbench.propose.edit import Edit, Unapplicable, apply

SOLVE = b"""\
import math

WIDTH = 0.5


def area(scale):
    total = 0.0
    for k in range(3):
        total += k * scale
    return total


def edge(scale):
    total = 0.0
    for k in range(4):
        total -= k
    return total
"""
ONE = {"solve.py": SOLVE}
TWO = {"solve.py": SOLVE, "lib/shape.py": b"SIDES = 6\nTILT = 0.25\n"}
EVOLVE = {
    "solve.py": b"""\
import math
# EVOLVE-BLOCK-START
WIDTH = 0.5
DEPTH = 2
# EVOLVE-BLOCK-END
print(math.pi * WIDTH)
"""
}


def block(search: str, replace: str, name: str = "solve.py") -> str:
    """Return one block as it is asked for; both texts end with a newline or are empty."""
    head = f"{name}\n" if name else ""
    return f"{head}<<<<<<< SEARCH\n{search}=======\n{replace}>>>>>>> REPLACE\n"


def solved(reply: str, files: dict[str, bytes] = ONE) -> tuple[str, tuple[str, ...]]:
    """Return the new text of ``solve.py``, and what was tolerated without its place."""
    edit = apply(reply, files)
    return edit.files["solve.py"].decode(), slips(edit)


def slips(edit: Edit) -> tuple[str, ...]:
    """Return what was tolerated without its place."""
    return tuple(slip.rsplit(": ", 1)[-1] for slip in edit.tolerated)


def refusal(reply: str, files: dict[str, bytes] = ONE, *, truncated: bool = False) -> str:
    """Return why `reply` is refused."""
    with pytest.raises(Unapplicable) as caught:
        apply(reply, files, truncated=truncated)
    assert str(caught.value) == caught.value.message
    return caught.value.message
