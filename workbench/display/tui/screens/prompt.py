"""One line to be written, with what is wrong with it as long as something is."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static


class Prompt(ModalScreen[str | None]):
    """Ask for a line; gives it, or None for esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", id="ask.cancel"),
    ]

    def __init__(
        self,
        question: str,
        problem: Callable[[str], str],
        *,
        value: str = "",
        detail: str = "",
    ) -> None:
        """Ask `question`, with `value` to begin from. `problem` says what is wrong with a line."""
        super().__init__()
        self._question, self._detail, self._value = question, detail, value
        self._problem = problem

    def compose(self) -> ComposeResult:
        """Lay the question over the line."""
        with Vertical(id="ask"):
            yield Static(Content.styled(self._question, "bold"), id="ask-question")
            if self._detail:
                yield Static(Content(self._detail), id="ask-detail")
            yield Input(self._value, id="ask-line", select_on_focus=False)
            yield Static(Content(""), id="ask-problem")

    def on_mount(self) -> None:
        """Begin to write at once."""
        self.query_one(Input).focus()

    def on_input_changed(self) -> None:
        """Say nothing while it is being written."""
        self.query_one("#ask-problem", Static).update(Content(""))

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Give the line, unless something is wrong with it."""
        wrong = self._problem(message.value)
        if wrong:
            self.query_one("#ask-problem", Static).update(Content.styled(wrong, "$text-error"))
        else:
            self.dismiss(message.value)

    def action_cancel(self) -> None:
        """Leave without a line."""
        self.dismiss(None)
