"""The pictures of the screens are there, and none that nothing draws any more."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

DOCS = Path(__file__).parents[2] / "docs"


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_screens", DOCS / "make_screens.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_screens"] = module
    spec.loader.exec_module(module)
    return module


def test_every_screen_has_its_pictures_and_its_place() -> None:
    make_screens = _load()
    wanted = {f"{x.name}-{w}x{h}" for x in make_screens.SHOTS for w, h in make_screens.SIZES}
    assert {path.stem for path in (DOCS / "screens").glob("*.svg")} == wanted
    assert (DOCS / "screens.md").read_text() == make_screens.page(), "run docs/make_screens.py"


def test_no_picture_names_a_place_of_the_machine_or_fetches_anything() -> None:
    for path in [*(DOCS / "screens").glob("*.svg"), DOCS / "screenshot.svg"]:
        drawn = path.read_text()
        assert "/tmp" not in drawn, path.name
        assert "@font-face" not in drawn, path.name
