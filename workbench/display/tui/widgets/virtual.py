"""Lines drawn only where they are seen: the base of every list and text pane."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from workbench.display.tui.widgets.steady import Steady


class Virtual(ScrollView, Steady, can_focus=True):
    """A pane of single-cell-high lines. Subclasses say how many there are and draw one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "scroll_up", "Up", id="list.up", show=False),
        Binding("j", "scroll_down", "Down", id="list.down", show=False),
        Binding("g", "scroll_home", "First", id="list.first", show=False),
        Binding("G", "scroll_end", "Last", id="list.last", show=False),
        Binding("ctrl+u", "page_up", "Page up", id="list.page_up", show=False),
        Binding("ctrl+d", "page_down", "Page down", id="list.page_down", show=False),
    ]
    drawn = 0
    """Lines drawn so far, for proving that only what is visible is drawn."""

    @property
    def count(self) -> int:
        """How many lines there are."""
        raise NotImplementedError  # abstract: Textual's metaclass leaves no room for ABC's

    def line(self, index: int, width: int) -> Content:
        """Draw line `index` for a pane `width` cells wide."""
        raise NotImplementedError  # abstract: Textual's metaclass leaves no room for ABC's

    @property
    def width(self) -> int:
        """Cells a line may take."""
        return max(1, self.scrollable_content_region.width)

    @property
    def header(self) -> Content | None:
        """A line that stays on top; None for none."""
        return None

    @property
    def has_header(self) -> bool:
        """Whether there is one; asked for every line, so it draws none."""
        return False

    @property
    def visible_lines(self) -> int:
        """How many lines are in view."""
        return max(1, self.scrollable_content_region.height - self.has_header)

    def resize_lines(self, width: int = 0) -> None:
        """Say that the number of lines, or the width of the widest, has changed."""
        size = Size(width, self.count + self.has_header)
        if size != self.virtual_size:
            if self.styles.is_auto_height:
                self.virtual_size = size
            else:
                # Setting it lays out the whole screen; only the scrollbars have to know.
                self.set_reactive(Widget.virtual_size, size)
                self._scroll_update(size)
        self.repaint()

    def reveal(self, row: int) -> None:
        """Scroll, at once, as far as it takes to have `row` in view, with some rows around it."""
        top, room = self.scroll_offset.y, self.visible_lines
        if not top <= row < top + room:
            self.scroll_to(y=max(0, row - room // 3), animate=False, immediate=True)

    def action_scroll_home(self) -> None:
        """Show the first line, at once."""
        self.scroll_home(animate=False, immediate=True, x_axis=False)

    def action_scroll_end(self) -> None:
        """Show the last line, at once: lines that come in meanwhile must not undo it."""
        self.scroll_end(animate=False, immediate=True, x_axis=False)

    def draw_line(self, y: int) -> Strip:
        """Draw one line of the visible part."""
        if y == 0 and (header := self.header) is not None:
            return self._strip(header, 0)
        scroll_x, scroll_y = self.scroll_offset
        index = y + scroll_y - self.has_header
        if index >= self.count:
            return Strip.blank(self.size.width, self.rich_style)
        self.drawn += 1
        return self.row(index, scroll_x)

    def row(self, index: int, scroll_x: int) -> Strip:
        """Draw row `index`, scrolled sideways by `scroll_x` cells."""
        return self._strip(self.line(index, self.width), scroll_x)

    def _strip(self, content: Content, scroll_x: int) -> Strip:
        # Every segment carries the widget's own style: an unstyled one would show the terminal's
        # background and stop the NO_COLOR filter.
        style = self.visual_style
        strip = Strip(content.render_segments(style))
        return strip.crop_extend(scroll_x, scroll_x + self.size.width, style.rich_style)
