"""Patches do what they say: git applies them, and the files are the same byte for byte."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from workbench.display.tui.render.patch import patch

NAMES = ("candidate-1", "candidate-2")


def some_files(seed: int) -> tuple[dict[str, str], dict[str, str]]:
    """Two sets of files that differ in every way that files can."""
    rng = random.Random(seed)
    old = {f"f{n}": some_text(rng) for n in range(30)}
    new = {path: some_text(rng, words) for path, words in old.items()}
    new["f0"] = old["f0"]
    old |= {"crlf": "a\r\nb\r\n", "a b.txt": "x", "gone/deep": "x\n", "none": "", "full": "x\n"}
    old |= {"odd": "\x0cone\x85two\u2028\n\x1b[31mred\n"}
    new |= {"crlf": "a\r\nc\r\n", "a b.txt": "x\n", "new/deep": "1\n2", "empty": "", "full": ""}
    new |= {"odd": "\x0cone\x85two\u2028\n\x1b[32mgreen\n"}
    return old, new


def some_text(rng: random.Random, start: str = "") -> str:
    lines = start.split("\n") if start else [rng.choice("abc") for _ in range(40)]
    for _ in range(rng.randrange(6)):
        at = rng.randrange(len(lines) + 1)
        lines[at : at + rng.randrange(3)] = rng.choices("abc", k=rng.randrange(3))
    return "\n".join(lines)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@pytest.mark.parametrize("seed", range(3))
def test_git_applies_it(seed: int, tmp_path: Path) -> None:
    old, new = some_files(seed)
    for path, words in old.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(words.encode())
    words = patch(old, new, NAMES).encode()
    command = ["git", "apply", "--whitespace=nowarn", "-"]
    subprocess.run(command, input=words, cwd=tmp_path, check=True)
    found = {
        str(path.relative_to(tmp_path)): path.read_bytes().decode()
        for path in tmp_path.rglob("*")
        if path.is_file()
    }
    assert found == new


def test_equal_files_give_no_patch() -> None:
    assert patch({"a": "x"}, {"a": "x"}, NAMES) == ""


def test_hunks_have_three_lines_around_them() -> None:
    old = "".join(f"{n}\n" for n in range(30))
    words = patch({"f.py": old}, {"f.py": old.replace("9\n", "nine\n", 1)}, NAMES)
    assert words == (
        "diff --git candidate-1/f.py candidate-2/f.py\n"
        "--- candidate-1/f.py\n+++ candidate-2/f.py\n@@ -7,7 +7,7 @@\n"
        " 6\n 7\n 8\n-9\n+nine\n 10\n 11\n 12\n"
    )


def test_changes_share_a_hunk_while_what_is_around_them_touches() -> None:
    old = "".join(f"{n}\n" for n in range(30))
    for apart, hunks in ((6, 1), (7, 2)):
        new = old.replace("9\n", "nine\n", 1).replace(f"{10 + apart}\n", "other\n")
        assert patch({"f": old}, {"f": new}, NAMES).count("@@ -") == hunks


def test_new_files_and_paths_with_spaces_are_written_as_patch_reads_them() -> None:
    assert patch({}, {"a b": "1\n2"}, NAMES) == (
        "diff --git candidate-1/a b candidate-2/a b\nnew file mode 100644\n"
        "--- /dev/null\n+++ candidate-2/a b\t\n@@ -0,0 +1,2 @@\n+1\n+2\n"
        "\\ No newline at end of file\n"
    )
