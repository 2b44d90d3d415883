"""Write the gallery of docs/tasks.md: what each bundled task is, and pictures of its reference.

Run from the checkout: ``.venv/bin/python docs/make_gallery.py``; pictures need the extra ``plots``.
``--text`` leaves the pictures as they are.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.display.text import with_unit
from workbench.formats.load import bundled, load
from workbench.model.task import Task

DOCS = Path(__file__).resolve().parent
DOCUMENT = DOCS / "tasks.md"
DRAWINGS = DOCS / "gallery"
PICTURES = DOCS / "pictures"
BEGIN, END = "<!-- gallery: begin -->", "<!-- gallery: end -->"
SIZE = (4.6, 3.4)
"""Of a picture, in inches."""
QUIET = {"svg.hashsalt": "gallery", "svg.fonttype": "none", "font.size": 8.0,
         "axes.titlesize": 8.0}  # fmt: skip
"""So that the same answer gives the same bytes."""


def text() -> str:
    """Return the gallery, one entry for each task, by category."""
    tasks = [load(path).task for path in bundled()]
    parts = []
    for category in sorted({task.category for task in tasks}):
        parts.append(f"### {category[:1].upper()}{category[1:]}")
        parts += [_entry(task) for task in tasks if task.category == category]
    return "\n\n".join(parts)


def _entry(task: Task) -> str:
    described = tomllib.loads(task.bundle["task.toml"].decode())["task"]["description"]
    picture = f"\n\n![{task.title}](pictures/{task.name}.svg)" if _drawing(task.name) else ""
    rows = [
        f"- `{task.verification}`, {task.direction.value} **{task.score_name}**: "
        f"baseline {_score(task, task.baseline)}, best known {_score(task, task.best_known)}"
        + (f", bound {_score(task, task.bound)}" if task.bound is not None else ""),
        f"- Source: {task.best_known_source}",
    ]
    if task.bound_source:
        rows.append(f"- Bound: {task.bound_source}")
    if task.python_packages:
        rows.append(f"- Needs {', '.join(task.python_packages)}")
    return f"#### `{task.name}`: {task.title}\n\n{described}{picture}\n\n" + "\n".join(rows)


def _score(task: Task, score: float | None) -> str:
    return "unknown" if score is None else with_unit(f"{score:.8g}", task.unit)


def document(gallery: str) -> str:
    """Return docs/tasks.md with `gallery` between its markers."""
    before, _, rest = DOCUMENT.read_text().partition(BEGIN)
    return f"{before}{BEGIN}\n{gallery}\n{END}{rest.partition(END)[2]}"


def drawn() -> Iterator[str]:
    """Yield the names of the tasks that have a drawing."""
    yield from (path.name for path in bundled() if _drawing(path.name))


def _drawing(name: str) -> Path | None:
    path = DRAWINGS / f"{name}.py"
    return path if path.is_file() else None


def answer(name: str, app: Path) -> None:
    """Leave in `app` what the reference solution of a task answers, or is."""
    directory = next(path for path in bundled() if path.name == name)
    task = load(directory).task
    shutil.copytree(directory / "environment" / "app", app, dirs_exist_ok=True)
    for path in task.editable:
        if (directory / "solution" / path).is_file():
            shutil.copyfile(directory / "solution" / path, app / path)
    if task.run:
        python = [sys.executable, *(word for word in task.run[1:] if word != "-S")]
        command = python if task.run[0] == "python3" else list(task.run)
        subprocess.run(command, cwd=app, check=True, capture_output=True)


def draw(name: str, app: Path, axes: Any) -> None:
    """Draw the answer in `app` on matplotlib's `axes`."""
    path = _drawing(name)
    assert path is not None
    spec = importlib.util.spec_from_file_location(f"drawing_{name.replace('-', '_')}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.draw(app, axes)


def picture(name: str, target: Path) -> None:
    """Draw a task's reference solution as SVG. Needs matplotlib."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(QUIET), tempfile.TemporaryDirectory() as folder:
        app = Path(folder)
        answer(name, app)
        figure = Figure(figsize=SIZE, layout="constrained")
        draw(name, app, figure.subplots())
        figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None})


def main() -> None:
    """Write text and pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--text", action="store_true", help="leave the pictures as they are")
    parser.add_argument("--task", nargs="+", help="draw these alone")
    options = parser.parse_args()
    DOCUMENT.write_text(document(text()))
    print(f"written: {DOCUMENT}")
    if options.text:
        return
    os.environ.setdefault("MPLBACKEND", "Agg")
    PICTURES.mkdir(exist_ok=True)
    for name in options.task or drawn():
        picture(name, PICTURES / f"{name}.svg")
        print(f"drawn: {name}")


if __name__ == "__main__":
    main()
