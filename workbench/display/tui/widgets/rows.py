"""A list of rows with a cursor, drawn by a function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive

from workbench.display.states import MUTED
from workbench.display.tui.widgets.virtual import Virtual

T = TypeVar("T")


class Rows(Virtual):
    """Rows to pick from. The cursor is a mark as well as a background, never a colour alone."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", id="rows.up", show=False),
        Binding("down,j", "move(1)", "Down", id="rows.down", show=False),
        Binding("home,g", "move_to(0)", "First", id="rows.first", show=False),
        Binding("end,G", "move_last", "Last", id="rows.last", show=False),
        Binding("pageup,ctrl+u", "move_page(-1)", "Page up", id="rows.page_up", show=False),
        Binding("pagedown,ctrl+d", "move_page(1)", "Page down", id="rows.page_down", show=False),
        Binding("enter", "open", "Open", id="rows.open", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--cursor"}
    cursor: reactive[int] = reactive(0, repaint=False)

    class Moved(Message):
        """A person moved the cursor."""

        def __init__(self, rows: Rows, index: int) -> None:
            super().__init__()
            self.rows = rows
            self.index = index

        @property
        def control(self) -> Rows:
            """The list it happened in."""
            return self.rows

    class Opened(Moved):
        """A person pressed enter on a row, or clicked the row under the cursor."""

    def __init__(self, *, id: str | None = None, empty: str = "") -> None:
        """Start with no rows; `empty` is shown in their place."""
        super().__init__(id=id)
        self._items: Sequence[Any] = ()
        self._draw: Callable[[Any, int], Content] = lambda item, width: Content(str(item))
        self._heading: Callable[[int], Content] | None = None
        self._empty = empty

    def show(
        self,
        items: Sequence[T],
        draw: Callable[[T, int], Content],
        *,
        cursor: int | None = None,
        heading: Callable[[int], Content] | None = None,
    ) -> None:
        """Show `items`, each drawn by `draw(item, width)`; the cursor stays where it can.

        `heading` draws the line on top for a width.
        """
        self._items = items
        self._draw = draw
        self._heading = heading
        wanted = self.cursor if cursor is None else cursor
        wanted = max(0, min(wanted, len(items) - 1))
        moved = wanted != self.cursor
        self.set_reactive(Rows.cursor, wanted)
        self.resize_lines()
        if moved:
            self.call_after_refresh(self._reveal)

    @property
    def header(self) -> Content | None:
        """The headings, if the rows have any."""
        return None if self._heading is None else self._heading(self.width - 2).pad_left(2)

    @property
    def has_header(self) -> bool:
        """Whether there are headings."""
        return self._heading is not None

    @property
    def count(self) -> int:
        """Rows, or one line that says there are none."""
        return max(len(self._items), 1 if self._empty else 0)

    def line(self, index: int, width: int) -> Content:
        """Draw a row with the cursor's mark before it."""
        if not self._items:
            return Content.styled(f"  {self._empty}", MUTED).truncate(width, ellipsis=True)
        content = self._draw(self._items[index], width - 2).truncate(
            width - 2, ellipsis=True, pad=True
        )
        if index != self.cursor:
            return content.pad_left(2)
        marked = Content.assemble("▸ ", content)
        style = self.get_visual_style("rows--cursor", partial=True)
        return marked.stylize_before(style if self.has_focus else "bold")

    def watch_cursor(self) -> None:
        """Draw the row that was left and the one that is reached."""
        self.repaint()

    def _reveal(self) -> None:
        top = self.scroll_offset.y
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif self.cursor >= top + self.visible_lines:
            self.scroll_to(y=self.cursor - self.visible_lines + 1, animate=False)

    def action_move(self, offset: int) -> None:
        """Move the cursor by `offset` rows."""
        self.action_move_to(self.cursor + offset)

    def action_move_page(self, direction: int) -> None:
        """Move the cursor by one screenful."""
        self.action_move_to(self.cursor + direction * self.visible_lines)

    def action_move_to(self, index: int) -> None:
        """Move the cursor to row `index`, or as near as there is one."""
        index = max(0, min(index, len(self._items) - 1))
        if index != self.cursor:
            self.cursor = index
            self._reveal()
            self.post_message(self.Moved(self, index))

    def action_move_last(self) -> None:
        """Move the cursor to the last row."""
        self.action_move_to(len(self._items) - 1)

    def action_open(self) -> None:
        """Open the row under the cursor."""
        if self._items:
            self.post_message(self.Opened(self, self.cursor))

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the row clicked; a click on the cursor opens."""
        index = event.y - self.gutter.top + self.scroll_offset.y - self.has_header
        if not 0 <= index < len(self._items):
            return
        if index == self.cursor:
            self.action_open()
        else:
            self.action_move_to(index)

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self._reveal()
