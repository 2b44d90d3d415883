"""The pictures of the screens are there, and none that nothing draws any more."""

from __future__ import annotations

from documents import DOCS, maker


def test_every_screen_has_its_pictures_and_its_place() -> None:
    make_screens = maker("make_screens")
    wanted = {f"{x.name}-{w}x{h}" for x in make_screens.SHOTS for w, h in make_screens.SIZES}
    assert {path.stem for path in (DOCS / "screens").glob("*.svg")} == wanted
    assert (DOCS / "screens.md").read_text() == make_screens.page(), "run docs/make_screens.py"


def test_no_picture_names_a_place_of_the_machine_or_fetches_anything() -> None:
    for path in [*(DOCS / "screens").glob("*.svg"), DOCS / "screenshot.svg"]:
        drawn = path.read_text()
        assert "/tmp" not in drawn, path.name
        assert "@font-face" not in drawn, path.name
