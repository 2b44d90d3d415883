"""The form for a new session: every option with its meaning, and what would be done."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Footer, Input, Label, Select, Static

from workbench.display.opener import Field, Preview, SessionOpener
from workbench.display.states import ACCENT, MUTED
from workbench.display.tui.render import form

Said = dict[str, str]
PAUSE_SECONDS = 0.15
"""How long nothing is typed before the whole is looked at."""


class Choice(Select[str], inherit_bindings=False):
    """Opens with enter or space; the arrows go to other fields, as everywhere in the form."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "show_overlay", "Open", id="choice.open", show=False),
    ]


class NewRun(Screen[Said | None]):
    """Gives what a person says of a new session, or None if they go back."""

    HELP = (
        "Tab and enter go to the next field, ctrl+r begins the session. What is left empty is as "
        "by default. Below stands the command line that does the same."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="new.back"),
        Binding("ctrl+r", "begin", "Begin", id="new.begin", priority=True),
        Binding("down", "app.focus_next", "Next field", id="new.next", show=False),
        Binding("up", "app.focus_previous", "Previous field", id="new.previous", show=False),
    ]

    def __init__(self, opener: SessionOpener, task: str) -> None:
        """Ask for all that `opener` has fields for, with `task` already said."""
        super().__init__()
        self._opener = opener
        self._fields = {field.name: field for field in opener.fields()}
        self._said: Said = {"task": task} if task else {}
        self._wrong: dict[str, str] = {}
        self._found = Preview("")

    def compose(self) -> ComposeResult:
        """The fields, group by group, and what they come to."""
        yield Static(Content.styled(" new session", "bold"), id="title")
        with Container(id="new"):
            with VerticalScroll(id="fields", can_focus=False):
                yield from self._compose_fields()
            with VerticalScroll(id="outcome"):
                yield Static(id="form-about")
                yield Static(id="form-problem")
                yield Static(id="form-preview")
        yield Footer(compact=True)

    def _compose_fields(self) -> ComposeResult:
        group = ""
        for field in self._fields.values():
            if field.group != group:
                group = field.group
                yield Static(Content.styled(group, f"bold {ACCENT}"), classes="group")
            with Horizontal(classes="field"):
                yield Label(form.label(field, False), id=f"label-{_id(field.name)}")
                yield self._widget(field)
                meaning = Content.styled(field.meaning, MUTED)
                yield Label(meaning, classes="meaning")

    def _widget(self, field: Field) -> Widget:
        place = f"field-{_id(field.name)}"
        if field.choices:
            choices = [(Content(choice), choice) for choice in field.choices]
            value = field.default or field.choices[0]
            return Choice(choices, value=value, allow_blank=False, compact=True, id=place)
        known = SuggestFromList(field.known, case_sensitive=True) if field.known else None
        return Input(
            self._said.get(field.name, ""),
            placeholder=form.placeholder(field),
            suggester=known,
            compact=True,
            id=place,
        )

    def on_mount(self) -> None:
        """Begin at the task, or after it if it is said."""
        names = list(self._fields)
        first = names[1] if self._said and len(names) > 1 else names[0]
        self.query_one(f"#field-{_id(first)}").focus()
        self._look()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Say what the field means that has the keys."""
        for name in self._names(event.widget):
            self.query_one("#form-about", Static).update(form.about(self._fields[name]))

    def _names(self, widget: Widget) -> Iterator[str]:
        yield from (name for name in self._fields if widget.id == f"field-{_id(name)}")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Take in what is typed."""
        self._say(event.input, event.value.strip())

    def on_select_changed(self, event: Select.Changed) -> None:
        """Take in what is chosen."""
        self._say(event.select, str(event.value))

    def on_input_submitted(self) -> None:
        """Enter goes on to the next field: beginning has a key of its own."""
        self.app.action_focus_next()

    def _say(self, widget: Widget, words: str) -> None:
        for name in self._names(widget):
            field = self._fields[name]
            self._said.pop(name, None)
            self._wrong.pop(name, None)
            if words and (words != field.default or name == "task"):
                self._said[name] = words
                problem = self._opener.check(name, words)
                if problem:
                    self._wrong[name] = problem
            mark = self.query_one(f"#label-{_id(name)}", Label)
            mark.update(form.label(field, name in self._wrong))
        self._look()

    def _look(self) -> None:
        """Show what is wrong at once, and what it all comes to once the typing pauses."""
        self._tell("")
        self._preview_soon()

    @work(group="preview", exclusive=True)
    async def _preview_soon(self) -> None:
        await self._preview(PAUSE_SECONDS)

    async def _preview(self, pause: float) -> None:
        await asyncio.sleep(pause)
        if self._wrong:
            self.query_one("#form-preview", Static).update(Content(""))
            return
        self._found = await self._opener.preview(dict(self._said))
        self.query_one("#form-preview", Static).update(form.preview(self._found))
        self._tell(self._found.problem)

    def _tell(self, whole: str) -> None:
        told = self.query_one("#form-problem", Static)
        told.update(form.problems(self._wrong, whole))
        told.display = bool(self._wrong or whole)

    def action_back(self) -> None:
        """Give nothing."""
        self.dismiss(None)

    def action_begin(self) -> None:
        """Give what is said, unless something keeps the session from being begun."""
        self._begin()

    @work(group="preview", exclusive=True)
    async def _begin(self) -> None:
        await self._preview(0.0)
        if not self._wrong and not self._found.problem:
            self.dismiss(dict(self._said))


def _id(name: str) -> str:
    return name.replace(".", "_")
