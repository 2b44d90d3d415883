"""The hint composer: a text area at the bottom that names its target and keeps its draft."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import TextArea

from workbench.display import text
from workbench.display.tui.view import View
from workbench.model.candidate import LineageId
from workbench.model.event import HintId
from workbench.model.lineage import name_of

ALL = 0
"""The target that stands for every lineage."""


class _Area(TextArea):
    """Takes the composer's keys before the text does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Queue", id="hint.queue", priority=True),
        Binding("ctrl+j", "newline", "Newline", id="hint.newline", priority=True),
        Binding("tab", "target", "Target", id="hint.target", priority=True),
        Binding("ctrl+l", "standing", "Standing", id="hint.standing", priority=True),
        Binding("escape", "leave", "Keep draft", id="hint.leave", priority=True),
    ]

    def action_newline(self) -> None:
        """Begin a new line."""
        self.insert("\n")

    def action_submit(self) -> None:
        """Queue what is written."""
        self.post_message(Composer.Key("submit"))

    def action_target(self) -> None:
        """Address the next target."""
        self.post_message(Composer.Key("target"))

    def action_standing(self) -> None:
        """Toggle whether the hint stays with every move."""
        self.post_message(Composer.Key("standing"))

    def action_leave(self) -> None:
        """Go back, keeping the draft."""
        self.post_message(Composer.Key("leave"))


class Composer(Vertical):
    """Writes one hint: new for a lineage or for all, or an earlier one that is not yet taken."""

    class Key(Message):
        """A key of the composer was pressed in its text area."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    class Queued(Message):
        """A person sent the hint off."""

        def __init__(
            self, words: str, target: LineageId, standing: bool, hint: HintId | None
        ) -> None:
            super().__init__()
            self.words = words
            self.target = target
            """A lineage, or `ALL`."""
            self.standing = standing
            self.hint = hint
            """The hint whose text this replaces; None for a new one."""

    class Left(Message):
        """A person went back; the draft is kept."""

    def __init__(self, view: View) -> None:
        """Write hints for the lineages of `view`."""
        super().__init__(id="composer")
        self._view = view
        self._drafts: dict[tuple[LineageId, HintId | None], str] = {}
        self.target: LineageId = ALL
        self.standing = False
        self.hint: HintId | None = None

    def compose(self) -> ComposeResult:
        """The text area is all there is; target and keys stand in the border."""
        yield _Area(id="hint-text", soft_wrap=True, show_line_numbers=False, compact=True)

    @property
    def area(self) -> TextArea:
        """The text area."""
        return self.query_one(_Area)

    def open(self, target: LineageId, hint: HintId | None = None, words: str = "") -> None:
        """Show the composer for a target, with its draft, or with an earlier hint's `words`."""
        self._keep()
        self.target, self.hint = target, hint
        if hint is not None:
            self._drafts.setdefault((target, hint), words)
        self._load()
        self.display = True
        self.screen.set_focus(self.area)  # at once: the next key is already the hint's

    def close(self) -> None:
        """Hide the composer; the draft stays."""
        self._keep()
        self.display = False

    def discard(self) -> None:
        """Forget the draft: it has been queued."""
        self.area.clear()
        self._drafts.pop((self.target, self.hint), None)
        self.standing = False

    def on_composer_key(self, message: Key) -> None:
        """Do what the key asks."""
        message.stop()
        if message.action == "leave":
            self.close()
            self.post_message(self.Left())
        elif message.action == "standing":
            self.standing = not self.standing
            self._describe()
        elif message.action == "target":
            self._next_target()
        elif self.area.text.strip():
            words = self.area.text.strip()
            self.post_message(self.Queued(words, self.target, self.standing, self.hint))

    def _next_target(self) -> None:
        if self.hint is not None:
            return  # an earlier hint keeps its lineages
        order = [*self._view.session.lineages, ALL]
        words = self.area.text
        self._drafts.pop((self.target, None), None)
        place = order.index(self.target) if self.target in order else -1
        self.target = order[(place + 1) % len(order)]
        self._drafts[(self.target, None)] = words or self._drafts.get((self.target, None), "")
        self._load()

    def _keep(self) -> None:
        self._drafts[(self.target, self.hint)] = self.area.text

    def _load(self) -> None:
        self.area.text = self._drafts.get((self.target, self.hint), "")
        self.area.move_cursor(self.area.document.end)
        self._describe()

    def _describe(self) -> None:
        names = name_of(self.target) if self.target else "all lineages"
        kind = "standing hint" if self.standing else "hint"
        title = f"{kind.capitalize()} to {names} · next move"
        if self.hint is not None:
            title = f"Edit hint {self.hint}"
        elif self.standing:
            title = f"Standing hint to {names} · every move until withdrawn"
        self.border_title = Content(text.one_line(title))
        keys = "⏎ queue  ^j newline  tab target  ^l standing  esc keep draft"
        self.border_subtitle = Content(keys)
