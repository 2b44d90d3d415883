"""Searching a pane: a line to write into, and what every pane that can be searched has."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from workbench.display.states import MUTED
from workbench.display.tui.widgets.virtual import Virtual


class Searchable(Virtual):
    """Base of panes that can be searched. Subclasses find, step, and say where they stand."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", id="search.open", key_display="/"),
        Binding("n", "next_hit(1)", "Next hit", id="search.next", key_display="n N"),
        Binding("N", "next_hit(-1)", "Previous hit", id="search.previous", show=False),
        Binding("escape", "end_search", "End search", id="search.end", show=False),
    ]
    words = ""
    """What is searched for; empty for nothing."""

    class Asked(Message):
        """A person wants to search a pane."""

        def __init__(self, pane: Searchable) -> None:
            super().__init__()
            self.pane = pane

    def seek(self, words: str) -> None:
        """Search for `words`, or for nothing; show the first place from here on."""
        raise NotImplementedError  # abstract: Textual's metaclass leaves no room for ABC's

    def step_hit(self, offset: int) -> None:
        """Go to the next place (or back), from the last one on to the first."""
        raise NotImplementedError  # abstract: Textual's metaclass leaves no room for ABC's

    @property
    def search_told(self) -> str:
        """Where the search stands, in words."""
        raise NotImplementedError  # abstract: Textual's metaclass leaves no room for ABC's

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keep the keys of a search to themselves while there is one; else they are others'."""
        if action in ("next_hit", "end_search"):
            return bool(self.words)
        return True

    def begin_search(self, words: str) -> None:
        """Search for `words`; the keys of a search follow it."""
        began = bool(words) != bool(self.words)
        self.words = words
        self.seek(words)
        if began:
            self.refresh_bindings()

    def action_search(self) -> None:
        """Ask for the words."""
        self.post_message(self.Asked(self))

    def action_next_hit(self, offset: int) -> None:
        """Go on to another place."""
        self.step_hit(offset)

    def action_end_search(self) -> None:
        """Forget the search."""
        self.begin_search("")


class SearchLine(Horizontal):
    """One line at the bottom: what is written into it is searched for at once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "End search", id="search.leave"),
        Binding("enter", "keep", "Go on in the pane", id="search.keep", priority=True),
    ]

    def __init__(self) -> None:
        """Begin out of sight."""
        super().__init__(id="search")
        self._pane: Searchable | None = None
        self.display = False

    def compose(self) -> ComposeResult:
        """A sign, the line, and where the search stands."""
        yield Static(Content(" /"), id="search-sign")
        yield Input(compact=True, id="search-words")
        yield Static(id="search-told")

    def open(self, pane: Searchable) -> None:
        """Search `pane`; what it searched for last is there, and a letter replaces it."""
        self._pane = pane
        self.display = True
        field = self.query_one(Input)
        with field.prevent(Input.Changed):
            field.value = pane.words
        self._tell()
        self.screen.set_focus(field)  # at once: the next key is already a letter

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search for what is written so far."""
        event.stop()
        if self._pane is not None and self.display:
            self._pane.begin_search(event.value)
            self._tell()

    def _tell(self) -> None:
        pane = self._pane
        words = pane.search_told if pane is not None and pane.words else ""
        self.query_one("#search-told", Static).update(Content.styled(f"{words} ", MUTED))

    def action_keep(self) -> None:
        """Back to the pane; n and N go on from there."""
        self._close()

    def action_leave(self) -> None:
        """Back to the pane without a search."""
        if self._pane is not None:
            self._pane.begin_search("")
        self._close()

    def on_descendant_blur(self) -> None:
        """Whoever goes elsewhere is done writing."""
        self.display = False

    def _close(self) -> None:
        pane, self._pane = self._pane, None
        self.display = False
        if pane is not None:
            self.screen.set_focus(pane)
