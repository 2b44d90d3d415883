"""The drawings of answers: short, without a plotting library of their own, and they run."""

import ast
import importlib.util
import shutil
from pathlib import Path
from unittest.mock import MagicMock

import pytest
from bundled import NAMES, TASKS, lacking, reference, run, verified_by

GALLERY = TASKS.parent / "docs" / "gallery"
DRAWN = sorted(GALLERY.glob("*.py"))


@pytest.mark.parametrize("path", DRAWN, ids=lambda path: path.stem)
def test_a_drawing_is_of_a_task_and_runs_on_its_reference(path: Path, tmp_path: Path) -> None:
    name, text = path.stem, path.read_text()
    assert name in NAMES
    if reason := lacking(name):
        pytest.skip(reason)
    assert len(text.splitlines()) <= 40
    tree = ast.parse(text)
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert not any("matplotlib" in ast.dump(node) for node in imported)
    app = tmp_path / "app"
    if name in verified_by("output"):
        run(name, app, solution=True)
    else:
        shutil.copytree(TASKS / name / "environment" / "app", app)
        for file, data in reference(name).items():
            (app / file).write_bytes(data)
    spec = importlib.util.spec_from_file_location("drawing", path)
    assert spec is not None
    assert spec.loader is not None
    drawing = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(drawing)
    axes = MagicMock()
    drawing.draw(app, axes)
    assert len(axes.mock_calls) >= 2
