"""Asking for a key by having it pressed."""

from __future__ import annotations

from collections.abc import Mapping

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from workbench.display.tui import keys
from workbench.display.tui.render import settings


class Press(ModalScreen[str | None]):
    """Gives the keys of a binding as the file has them, or None where escape leaves them."""

    def __init__(self, binding: str, given: Mapping[str, str], further: bool) -> None:
        """Ask for the key of `binding`, in the place of its keys or as a `further` one.

        `given` are all keys that the person has given so far.
        """
        super().__init__()
        self._binding, self._given = binding, given
        self._kept = keys.in_force(given)[binding] if further else ()

    def compose(self) -> ComposeResult:
        """Say whose key is asked for, and what it has now."""
        now = settings.shown(keys.in_force(self._given)[self._binding])
        action = keys.catalogue()[self._binding].action
        verb = "a further key" if self._kept else "the new key"
        with Vertical(id="press"):
            yield Static(Content.styled(f"{self._binding}: {action}", "bold"))
            yield Static(Content(f"Now {now}. Press {verb}; escape leaves it as it is."))
            yield Static(id="press-problem")

    def on_key(self, event: events.Key) -> None:
        """Take the key if the binding can have it, else say why not."""
        event.stop()
        event.prevent_default()
        if event.key == "escape":
            self.dismiss(None)
            return
        wanted = ",".join(dict.fromkeys((*self._kept, event.key)))
        wrong = keys.check({**self._given, self._binding: wanted}).get(self._binding)
        if wrong is None:
            self.dismiss(wanted)
            return
        told = Content.styled(f"✖ {settings.shown((event.key,))}: {wrong}", "$text-error")
        self.query_one("#press-problem", Static).update(told)
