"""Whole files in fenced blocks, and files that say which of their text may change."""

from __future__ import annotations

import pytest
from edit_support import EVOLVE, ONE, SOLVE, TWO, block, refusal, solved

from workbench.propose.edit import apply

NEW = "import math\n\nprint(math.pi)\n"
WHOLE = f"```python\n{NEW}```\n"
OLD = EVOLVE["solve.py"].decode()


@pytest.mark.parametrize(
    "reply",
    [
        WHOLE,
        f"NOTE: shorter\n{WHOLE}",
        f"solve.py\n{WHOLE}Done.\n",
        f"Here is the new `solve.py`:\n\n{WHOLE}",
        f"~~~~\n{NEW}~~~~\n",
        f"```python solve.py\n{NEW}```",
        f"Before:\n```python\nWIDTH = 0.5\n```\n**solve.py**\n{WHOLE}Run:\n```bash\nmake\n```\n",
    ],
)
def test_one_fenced_block_is_the_file(reply: str) -> None:
    assert solved(reply) == (NEW, ())


@pytest.mark.parametrize(
    ("reply", "slip"),
    [
        (f"```\npython\n{NEW}```\n", "language tag"),
        (f"```python\n# solve.py\n{NEW}```\n", "file name as its first line"),
        ("- solve.py\n  ```\n  import math\n\n  print(math.pi)\n  ```\n", "indentation"),
        (WHOLE.replace("\n", "\r\n"), "line ends"),
    ],
)
def test_slip_around_a_whole_file_is_forgiven_and_recorded(reply: str, slip: str) -> None:
    assert solved(reply) == (NEW, (slip,))


def test_first_line_that_names_another_file_is_text() -> None:
    reply = "solve.py\n```python\n# lib/shape.py\nx = 1\n```\n"
    assert apply(reply, TWO).files["solve.py"] == b"# lib/shape.py\nx = 1\n"
    unnamed = reply.removeprefix("solve.py\n")
    assert apply(unnamed, TWO).files == {"solve.py": SOLVE, "lib/shape.py": b"x = 1\n"}


def test_files_of_several_files_are_told_by_their_names() -> None:
    reply = f"solve.py\n{WHOLE}\nand lib/shape.py:\n```\nSIDES = 7\n```\n"
    assert apply(reply, TWO).files["lib/shape.py"] == TWO["lib/shape.py"]  # only in passing
    reply = reply.replace("and lib", "lib")
    assert apply(reply, TWO).files == {"solve.py": NEW.encode(), "lib/shape.py": b"SIDES = 7\n"}


def test_whole_file_beside_blocks_for_another() -> None:
    reply = block("SIDES = 6\n", "SIDES = 7\n", "lib/shape.py")
    both = apply(f"{reply}\nsolve.py\n{WHOLE}", TWO).files
    assert both == {"solve.py": NEW.encode(), "lib/shape.py": b"SIDES = 7\nTILT = 0.25\n"}
    alone = apply(f"It was like this:\n{WHOLE}\n{reply}", TWO).files
    assert alone["solve.py"] == SOLVE
    assert "or an example" in refusal(f"{reply}\nThen solve.py is\n{WHOLE}", TWO)
    assert "send one or the other" in refusal(f"{reply}\nlib/shape.py\n{WHOLE}", TWO)


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (f"One way:\n{WHOLE}Another:\n{WHOLE}", "which of them is a file is in doubt"),
        (f"In solve.py\n{WHOLE}\nnow:\n{WHOLE}", "which of them is a file is in doubt"),
        (f"solve.py\n{WHOLE}\nsolve.py\n{WHOLE}", "several whole files solve.py"),
        (f"other.py\n{WHOLE}", "is for other.py, which may not be changed"),
        ("```python\nimport math\n", "its fenced block is never closed"),
        ("```python\n\n```\n", "it is empty"),
        ("```python\nimport math\n# ... rest of the code ...\n```\n", "stands for code left out"),
        ("```bash\npython solve.py\n```\n", "is marked bash, so it is not solve.py"),
        ("```diff\n-a\n+b\n```\n", "is a unified diff"),
        ("```\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n```\n", "is a unified diff"),
        ('solve.py\n```py\nx = """\n```python\n"""\n```\n', "a fence opens inside"),
        ('solve.py\n```py\n"""\n```\nx\n```\n"""\n```\n', "where that file ends is in doubt"),
        (f"```python\n{SOLVE.decode()}```\n", "the reply changes nothing"),
        ("```python\nx = '\udfff'\n```\n", "half a surrogate pair"),
    ],
)
def test_whole_file_in_doubt_is_refused_with_the_reason(reply: str, why: str) -> None:
    assert why in refusal(reply)


def test_whole_file_cut_off_says_so() -> None:
    said = refusal("solve.py\n```python\nimport", truncated=True)
    assert "cut off at its token limit inside it" in said


def test_longer_fence_carries_a_file_that_holds_fences() -> None:
    text = '"""\n```python\nx\n```\n"""\n'
    assert solved(f"solve.py\n````python\n{text}````\n") == (text, ())


def test_whole_file_keeps_the_habits_of_the_old_one() -> None:
    windows = {"solve.py": b"a = 1\r\nb = 2\r\n"}
    assert solved("```\na = 2\nb = 2\n```\n", windows) == ("a = 2\r\nb = 2\r\n", ("line ends",))
    assert solved("```\na = 2\n```\n", {"solve.py": b"a = 1"}) == ("a = 2", ())
    assert refusal("```\na = 1\n```\n", {"solve.py": b"a = 1"}) == "the reply changes nothing"
    elided = {"solve.py": b"# ... existing code ...\na = 1\n"}
    assert solved("```\n# ... existing code ...\na = 2\n```\n", elided)[1] == ()


def test_file_too_large_is_refused() -> None:
    reply = "```python\n" + "𝄞" * (5 << 19) + "\n```\n"
    assert "solve.py would be larger than 8 MiB" in refusal(reply)


def test_space_at_the_ends_of_fixed_lines_and_of_the_file_is_kept_as_it_was() -> None:
    files = {
        "solve.py": EVOLVE["solve.py"].replace(b"import math\n", b"import math \r\n") + b"\n\n"
    }
    whole = OLD.replace("0.5", "0.7").rstrip()
    expected = files["solve.py"].decode().replace("0.5", "0.7")
    assert solved(f"```python\n{whole}\n```\n", files)[0] == expected


def test_text_between_the_markers_may_change() -> None:
    text, forgiven = solved(block("WIDTH = 0.5\nDEPTH = 2\n", "WIDTH = 0.7\n"), EVOLVE)
    assert (text, forgiven) == (OLD.replace("WIDTH = 0.5\nDEPTH = 2", "WIDTH = 0.7"), ())
    around = OLD[OLD.index("import") :]
    assert solved(block(around, around.replace("0.5", "0.7")), EVOLVE)[0].count("0.7") == 1
    whole = OLD.replace("0.5", "0.7")
    assert solved(f"```python\n{whole}```\n", EVOLVE) == (whole, ())
    spaced = whole.replace("import math", "import math  ")
    assert solved(f"```python\n{spaced}```\n", EVOLVE)[0] == whole


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("import math\n", "import cmath\n", "`import math` became `import cmath`"),
        ("print(math.pi * WIDTH)\n", "", "it takes out `print(math.pi * WIDTH)`"),
        ("import math\n", "import os\nimport math\n", "`import math` became `import os`"),
        (
            "print(math.pi * WIDTH)\n",
            "print(math.pi * WIDTH)\nprint()\n",
            "it puts in `print()`",
        ),
        ("# EVOLVE-BLOCK-START\n", "", "adds or removes EVOLVE-BLOCK markers"),
        ("# EVOLVE-BLOCK-END\n", "", "adds or removes EVOLVE-BLOCK markers"),
        ("# EVOLVE-BLOCK-END\n", "# end\n", "adds or removes EVOLVE-BLOCK markers"),
        (
            "DEPTH = 2\n",
            "# EVOLVE-BLOCK-END\nDEPTH = 2\n# EVOLVE-BLOCK-START\n",
            "adds or removes EVOLVE-BLOCK markers",
        ),
    ],
)
def test_everything_else_may_not_change(old: str, new: str, why: str) -> None:
    said = refusal(block("WIDTH = 0.5\n", "WIDTH = 1\n") + block(old, new), EVOLVE)
    assert said.startswith("block 2 (solve.py): ")
    assert why in said
    said = refusal(f"```python\n{OLD.replace(old, new)}```\n", EVOLVE)
    assert why in said


def test_markers_may_not_be_brought_in() -> None:
    said = refusal(block("WIDTH = 0.5\n", "# EVOLVE-BLOCK-START\nWIDTH = 1\n"), ONE)
    assert "adds EVOLVE-BLOCK markers, which the file does not have" in said


def test_block_that_is_never_closed_reaches_to_the_end() -> None:
    files = {"solve.py": b"// EVOLVE-BLOCK-START\nint a;\n"}
    assert solved(block("int a;\n", "int b;\n"), files) == (
        "// EVOLVE-BLOCK-START\nint b;\n",
        (),
    )
