"""Every key has a name, a person can give it others, and none can lock anybody in."""

from __future__ import annotations

import pytest
from textual.binding import Binding
from tui_support import stage

from workbench.display.config.settings import Settings
from workbench.display.opener import Exit
from workbench.display.tui import keys
from workbench.display.tui.screens.dashboard import Dashboard
from workbench.engine.command import Pause


def given(**chosen: str) -> Settings:
    settings = Settings()
    settings.change("glyphs", "unicode")
    for name, words in chosen.items():
        settings.change(f"keys.{name.replace('__', '.')}", words)
    return settings


def test_every_binding_of_ours_has_an_id_and_says_what_it_does() -> None:
    found = list(keys.nodes())
    assert Dashboard in found
    bindings = [
        b for node in found for b in Binding.make_bindings(node.__dict__.get("BINDINGS", ()))
    ]
    assert len(bindings) > 60
    assert [b for b in bindings if not b.id or not b.description] == []
    assert {b.id for b in bindings} == set(keys.catalogue())


def test_no_key_is_one_that_terminals_swallow() -> None:
    for key in keys.catalogue().values():
        for name in key.keys:
            assert not name.startswith("alt+")
            assert name not in ("ctrl+i", "ctrl+m", "ctrl+h", "ctrl+left_square_bracket")
            assert name != "ctrl+enter"


def test_the_defaults_are_keys_that_a_person_could_have_given() -> None:
    for name, key in keys.catalogue().items():
        if name != "hint.newline":
            assert keys.check({name: ",".join(key.keys)}) == {}, name


@pytest.mark.parametrize(
    ("name", "words", "told"),
    [
        ("lineage.paus", "i", "did you mean lineage.pause?"),
        ("lineage.pause", "", "write at least one key"),
        ("lineage.pause", "i,,x", "the comma itself is `comma`"),
        ("lineage.pause", "ctrl+h", "the same for ctrl+h and backspace"),
        ("lineage.pause", "ctrl+j", "the same for ctrl+j and enter"),
        ("lineage.pause", "alt+3", "keep alt with a digit"),
        ("lineage.pause", "shift+p", "write the capital letter, P"),
        ("lineage.pause", "ctrl+P", "write it small: ctrl+p"),
        ("lineage.pause", "pause", "'pause' is no key; examples"),
        ("lineage.pause", "cmd+p", "'cmd+p' is no key; examples"),
        ("lineage.pause", "ctrl+q", "ctrl+q always leaves"),
        ("lineage.pause", "f", "f is the key of candidate.fork in the same place"),
        ("lineage.pause", "j", "j is the key of rows.down"),
        ("lineage.pause", "comma", "comma is the key of app.settings"),
        ("app.quit", "Q", "cannot be a sign that texts are of"),
        ("hint.queue", "space", "cannot be a sign that texts are of"),
    ],
)
def test_a_key_that_cannot_work_is_refused_with_the_mend(name: str, words: str, told: str) -> None:
    assert told in keys.check({name: words})[name]


@pytest.mark.parametrize(
    "words", ["i", "+", "?", "question_mark,f6", "ctrl+k", "f12", "ctrl+up", "%"]
)
def test_a_key_that_works_is_taken(words: str) -> None:
    if words.startswith(("?", "question")):
        assert keys.check({"app.help": words}) == {}
    else:
        assert keys.check({"lineage.pause": words}) == {}


def test_two_bindings_can_change_their_keys() -> None:
    assert keys.check({"lineage.hint": "f", "candidate.fork": "h"}) == {}


async def test_keys_of_a_persons_own_work_and_the_old_ones_no_longer() -> None:
    settings = given(lineage__pause="i,f5", lineage__hint="f", candidate__fork="h")
    async with stage(settings=settings) as one:
        await one.press("space")
        assert one.control.sent == []
        await one.press("i")
        assert one.control.sent == [Pause((1,))]
        await one.press("f5")
        assert one.control.sent == [Pause((1,)), Pause((1,))]
        await one.press("f")
        assert "Hint to L1" in one.text


async def test_quitting_cannot_be_lost() -> None:
    async with stage(settings=given(app__quit="f10")) as one:
        await one.press("h", "a", "ctrl+q")
    assert one.app.return_value is not None
    async with stage(settings=given(app__quit="f10"), home=True) as one:
        await one.press("f10")
    assert one.app.return_value == Exit()


async def test_ctrl_q_leaves_questions_and_lists_of_themes_too() -> None:
    for key in ("q", "ctrl+t"):
        async with stage() as one:
            await one.press(key, "ctrl+q")
        assert one.app.return_value is not None, key
