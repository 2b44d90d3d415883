"""The gallery of docs/tasks.md says what the tasks say, and its pictures can be drawn."""

from __future__ import annotations

from pathlib import Path

import pytest
from documents import DOCS, maker

from workbench.formats.load import bundled

make_gallery = maker("make_gallery")
DRAWN = tuple(make_gallery.drawn())


def test_its_text_is_that_of_the_tasks() -> None:
    assert make_gallery.document(make_gallery.text()) == (DOCS / "tasks.md").read_text(), (
        "run docs/make_gallery.py --text"
    )


def test_every_task_is_in_the_table_of_what_tuning_reaches() -> None:
    table = (DOCS / "tasks.md").read_text().partition("<!-- suite: begin -->")[2]
    rows = table.partition("<!-- suite: end -->")[0]
    missing = [path.name for path in bundled() if f"| `{path.name}` " not in rows]
    assert missing == [], "run python -m benchmarks.suite --write"


def test_no_drawing_or_picture_is_of_a_task_that_is_gone() -> None:
    names = {path.name for path in bundled()}
    assert {path.stem for path in (DOCS / "gallery").glob("*.py")} <= names
    assert {path.stem for path in (DOCS / "pictures").glob("*.svg")} == set(DRAWN)


@pytest.mark.parametrize("name", DRAWN)
def test_a_drawing_is_short_and_draws_on_what_it_is_given(name: str) -> None:
    text = (DOCS / "gallery" / f"{name}.py").read_text()
    assert len(text.splitlines()) <= 40
    assert "matplotlib" not in text.replace("matplotlib axes", "")


@pytest.mark.parametrize("name", DRAWN)
def test_a_reference_is_drawn(name: str, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="pictures need the extra `plots`")
    target = tmp_path / "picture.svg"
    make_gallery.picture(name, target)
    assert target.stat().st_size < 400_000
    assert target.read_text().count("<path") > 5
