"""Texts of the form for a new session: what a field means, what would be done."""

from __future__ import annotations

from collections.abc import Mapping

from textual.content import Content

from workbench.display import text
from workbench.display.opener import Field, Preview
from workbench.display.states import ACCENT, BAD, MUTED

_WORD = 13


def label(field: Field, wrong: bool) -> Content:
    """Name a field; a sign stands before one that is wrong."""
    name = field.name.replace(".", " ")
    return Content.styled(f"✖ {name}", BAD) if wrong else Content(f"  {name}")


def about(field: Field) -> Content:
    """Say what a field means, and what holds where nothing is said."""
    parts = [(f"{field.name}: ", "bold"), (text.one_line(field.meaning), "")]
    if field.default and "default" not in field.meaning:
        parts.append((f" · default {field.default}", MUTED))
    return Content.assemble(*parts)


def placeholder(field: Field) -> str:
    """Say in an empty field what holds."""
    return field.default or "–"


def problems(wrong: Mapping[str, str], whole: str) -> Content:
    """Say what keeps the session from being begun: single fields first, then what they make."""
    told = [f"✖ {name}: {text.one_line(why)}" for name, why in wrong.items()]
    if not told and whole:
        told = [f"✖ {text.one_line(whole)}"]
    return Content.styled("\n".join(told), BAD)


def preview(found: Preview) -> Content:
    """Draw the command line that does the same, and what will be executed."""
    parts: list[tuple[str, str]] = [("$ ", MUTED), (text.one_line(found.command), f"bold {ACCENT}")]
    for word, told in found.told:
        parts += [(f"\n{word:<{_WORD}}", MUTED), (text.one_line(told), "")]
    return Content.assemble(*parts)
