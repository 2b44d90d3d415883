"""Small questions: a text and two or three answers, each with its key."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static


class Answer(NamedTuple):
    """One way to answer: what it returns, the key that gives it, how it is named."""

    value: str
    key: str
    label: str


class Ask(ModalScreen[str]):
    """Ask a question; gives the value of the answer, or an empty text for none (esc)."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "answer('')", "Cancel", id="ask.cancel"),
        Binding("left", "app.focus_previous", "Previous", id="ask.previous", show=False),
        Binding("right", "app.focus_next", "Next", id="ask.next", show=False),
    ]

    def __init__(self, question: str, *answers: Answer, detail: str = "") -> None:
        """Ask `question`; the first answer is the one that enter gives."""
        super().__init__()
        self._question, self._detail, self._answers = question, detail, answers
        for answer in answers:
            self._bindings.bind(answer.key, f"answer('{answer.value}')", answer.label)

    def compose(self) -> ComposeResult:
        """Lay the question over its answers."""
        with Vertical(id="ask"):
            yield Static(Content.styled(self._question, "bold"), id="ask-question")
            if self._detail:
                yield Static(Content(self._detail), id="ask-detail")
            with Horizontal(id="ask-answers"):
                for answer in self._answers:
                    label = Content(f"[{answer.key}] {answer.label}")
                    yield Button(label, id=f"answer-{answer.value}", compact=True)
                yield Button(Content("[esc] cancel"), id="answer-", compact=True)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer by button."""
        self.dismiss((event.button.id or "").removeprefix("answer-"))

    def action_answer(self, value: str) -> None:
        """Answer by key."""
        self.dismiss(value)
