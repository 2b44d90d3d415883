"""A line in which a person says what a list is narrowed to."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input


class FilterLine(Input):
    """Hidden until opened. What is typed narrows at once; enter keeps it, escape ends it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "End filter", id="filter.end"),
        Binding("down", "keep", "To the list", id="filter.keep", show=False),
    ]
    DEFAULT_CSS = "FilterLine { display: none; }"

    class Narrowed(Message):
        """The words to look for have changed."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    class Left(Message):
        """A person went back to the list."""

    def __init__(self, *, id: str | None = None) -> None:
        """Begin hidden and empty."""
        super().__init__(id=id, placeholder="filter: some letters of it", compact=True)

    def open(self) -> None:
        """Show the line and give it the keys."""
        self.display = True
        self.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow as it is typed."""
        event.stop()
        self.post_message(self.Narrowed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep what is typed."""
        event.stop()
        self.action_keep()

    def action_keep(self) -> None:
        """Back to the list, narrowed as it is; an empty line goes."""
        self.display = bool(self.value.strip())
        self.post_message(self.Left())

    def action_leave(self) -> None:
        """Show the whole list again."""
        self.value = ""
        self.action_keep()


def matches(words: str, *texts: str) -> bool:
    """Whether each of the words is found somewhere in the texts, whatever its case."""
    whole = " ".join(texts).casefold()
    return all(word in whole for word in words.casefold().split())
