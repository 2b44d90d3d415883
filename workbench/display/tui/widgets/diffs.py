"""The pane that shows a diff: unified or side by side, folded, coloured, searched."""

from __future__ import annotations

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable
from typing import ClassVar

import msgspec
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.strip import Strip
from textual.style import Style

from workbench.display.states import MUTED
from workbench.display.tui.render import diff_find
from workbench.display.tui.render.diff import Diff
from workbench.display.tui.render.diff_draw import Extras, Hits, draw
from workbench.display.tui.render.diff_rows import Folds, Look, Row, Side, lay_out
from workbench.display.tui.render.find import told
from workbench.display.tui.render.syntax import Spans
from workbench.display.tui.run import Run
from workbench.display.tui.view import Pair
from workbench.display.tui.widgets.panes import Pane

SPLIT_SCREEN, SPLIT_PANE = 120, 80
"""Columns of the screen, and of the pane, from which two sides can be read."""
PATIENCE, GRACE = 0.15, 0.05
"""Seconds that the diff before stays while the next is made, and that a diff waits for its
colours: what takes longer is told, or follows."""

Colours = dict[tuple[int, Side], tuple[Spans, ...]]


class DiffPane(Pane):
    """What changed between two candidates; draws only what is visible."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "scroll_left", "Left", id="list.left", show=False),
        Binding("right", "scroll_right", "Right", id="list.right", show=False),
        Binding("enter", "toggle_stop", "Open or fold", id="diff.open", show=False),
        Binding("right_curly_bracket", "step_stop(1)", "Next gap", id="diff.next", show=False),
        Binding("left_curly_bracket", "step_stop(-1)", "Gap before", id="diff.before", show=False),
        Binding("w", "wrap", "Wrap", id="diff.wrap", show=False),
        Binding("vertical_line", "split", "Side by side", id="diff.split", show=False),
        Binding("y", "copy", "Copy", id="diff.copy", show=False),
    ]

    class Copied(Message):
        """A person wants a diff copied."""

        def __init__(self, pair: Pair) -> None:
            super().__init__()
            self.pair = pair

    def __init__(
        self, run: Run, pair: Callable[[], Pair] | None = None, *, id: str | None = None
    ) -> None:
        """Compare what `pair` returns, by default the candidate shown with its base."""
        super().__init__(run, id=id)
        self._pair = pair or run.view.pair
        self._folds = Folds()
        self._colours: Colours = {}
        self._found: list[diff_find.Place] = []
        self._hits: dict[diff_find.Line, Hits] = {}
        self._at = 0
        self._stop = -1
        self.laid_out = lay_out(Diff(), Look(), self._folds, 80)
        self.message = "no candidate yet"
        """What stands in place of rows."""

    @property
    def diff(self) -> Diff:
        """The diff shown."""
        return self.laid_out.diff

    def key(self) -> Hashable:
        """A diff depends on both candidates alone; its title on what the base is called."""
        shown, base, name = self._pair()
        return shown and shown.id, base and base.id, name

    def refresh_view(self) -> None:
        """Load what is to be compared; lay it out anew if a person reads differently now."""
        super().refresh_view()
        if self.is_on_screen and self.look != self.laid_out.look:
            self.lay_out_again()

    async def load(self) -> None:
        """Compare in a thread: long files would hold up the keys."""
        shown, base, name = self._pair()
        if shown is None:
            return
        if base is None or base is shown:
            self.border_title = Content(f"Diff #{shown.id} against {name}")
            why = f"has no {name} to compare with" if base is None else f"is the {name} itself"
            self.show_diff(Diff(), {}, f"#{shown.id} {why}")
            return
        against = f"{name} #{base.id}"
        task = asyncio.ensure_future(self._run.comparisons.diff(base, shown))
        await asyncio.wait({task}, timeout=PATIENCE)
        if not task.done():
            self.border_title = Content(f"Diff #{shown.id} against {against}")
            self.show_diff(Diff(), {}, "comparing…")
        diff = await task
        colours: Colours = {}
        painting = asyncio.ensure_future(self._paint(diff, colours))
        await asyncio.wait({painting}, timeout=GRACE)
        self.border_title = Content(f"Diff #{shown.id} against {against} {diff.change}")
        self.show_diff(diff, colours, f"#{shown.id} and {against} have the same files")
        await painting
        self.repaint()

    async def _paint(self, diff: Diff, colours: Colours) -> None:
        """Fetch the colours of a diff's texts, unless the screen has none."""
        if self.app.no_color:
            return
        for number, file in enumerate(diff.files):
            before, after = await self._run.comparisons.colours(file)
            colours[number, "old"], colours[number, "new"] = before, after

    def show_diff(self, diff: Diff, colours: Colours, empty: str) -> None:
        """Show a diff from its top; `empty` if nothing differs. Its gaps are closed."""
        self._colours, self.message = colours, empty
        self._folds.gaps.clear()
        self._stop = -1
        self.laid_out = lay_out(diff, self.look, self._folds, self.width)
        self._find_again()
        self._resized()
        self.scroll_to(0, 0, animate=False, immediate=True)

    @property
    def look(self) -> Look:
        """How a person wants it, as far as there is room."""
        look = self._run.view.look
        return look if self._splits() else msgspec.structs.replace(look, split=False)

    def _splits(self) -> bool:
        return self.screen.size.width >= SPLIT_SCREEN and self.width >= SPLIT_PANE

    def lay_out_again(self) -> None:
        """Lay the same diff out for what has changed; the row on top stays on top."""
        rows = self.laid_out.rows
        top = rows[min(self.scroll_offset.y, len(rows) - 1)] if rows else None
        stop = rows[self._stop] if 0 <= self._stop < len(rows) else None
        self.laid_out = lay_out(self.diff, self.look, self._folds, self.width)
        self._find_again()
        self._stop = -1 if stop is None else self.laid_out.place_of(stop)
        self._resized()
        if top is not None:
            self.scroll_to(y=self.laid_out.place_of(top), animate=False, immediate=True)

    def _resized(self) -> None:
        self.resize_lines(self.laid_out.scrolled_width)
        self.border_subtitle = Content(self.subtitle)

    @property
    def subtitle(self) -> str:
        """What stands in the border: where a search stands, else the keys."""
        if self.words:
            return f"{self.search_told} · n N · esc ends"
        look = self.laid_out.look
        keys = f"{{ }} gaps · w {'no ' * look.wrap}wrap · y copy"
        if look.split or self._splits():
            return f"{keys} · | {'unified' if look.split else 'side by side'}"
        if not self._run.view.look.split:
            return keys
        wide = self.screen.size.width >= SPLIT_SCREEN
        return f"{keys} · side by side {'if maximised' if wide else f'from {SPLIT_SCREEN} columns'}"

    @property
    def count(self) -> int:
        """Rows, or one line that says why there are none."""
        return len(self.laid_out.rows) or 1

    def line(self, index: int, width: int) -> Content:
        """Draw the line that stands in place of rows."""
        return Content.styled(f" {self.message}", MUTED)

    def row(self, index: int, scroll_x: int) -> Strip:
        """Draw one row: its texts scroll sideways, its line numbers stay."""
        if not self.laid_out.rows:
            return super().row(index, 0)
        extras = Extras(self._syntax, self._hits, self.stop if self.has_focus else -1)
        own = self.visual_style
        strips: list[Strip] = []
        for piece in draw(self.laid_out, index, extras, self._opened):
            style = own + Style.parse(piece.tint) if piece.tint else own
            start = scroll_x if piece.scrolls else 0
            strip = Strip(piece.content.render_segments(style))
            strips.append(strip.crop_extend(start, start + piece.width, style.rich_style))
        return Strip.join(strips).crop_extend(0, self.size.width, own.rich_style)

    def _syntax(self, file: int, side: Side) -> tuple[Spans, ...]:
        return self._colours.get((file, side), ())

    def _opened(self, row: Row) -> bool:
        """Whether a heading or a gap shows what it stands for."""
        if row.kind == "hidden":
            return False
        path = self.diff.files[row.file].path
        if row.kind == "file":
            return path not in self._folds.files
        return (path, row.old) in self._folds.gaps

    @property
    def stop(self) -> int:
        """The heading or gap that enter acts on: the one stepped to, else the first in view."""
        top, stops = self.scroll_offset.y, self.laid_out.stops
        end = top + self.visible_lines
        if top <= self._stop < end:
            return self._stop
        first = bisect_left(stops, top)
        return stops[first] if first < len(stops) and stops[first] < end else -1

    def action_step_stop(self, offset: int) -> None:
        """Go to the next heading or gap, or back to the one before."""
        stops, at = self.laid_out.stops, self.stop
        if not stops:
            return
        at = at if at >= 0 else self.scroll_offset.y
        place = bisect_right(stops, at) if offset > 0 else bisect_left(stops, at) - 1
        self._stop = stops[min(max(place, 0), len(stops) - 1)]
        self.reveal(self._stop)
        self.repaint()

    def action_toggle_stop(self) -> None:
        """Open or close the gap, fold or unfold the file."""
        if self.stop < 0:
            return
        self._stop = self.stop
        row = self.laid_out.rows[self._stop]
        path = self.diff.files[row.file].path
        if row.kind == "file":
            self._folds.files ^= {path}
        else:
            self._folds.gaps ^= {(path, row.old)}
        self.lay_out_again()

    def on_click(self, event: events.Click) -> None:
        """Open or close what is clicked."""
        place = event.y - self.gutter.top + self.scroll_offset.y
        if place in self.laid_out.stops:
            self._stop = place
            self.action_toggle_stop()

    def action_wrap(self) -> None:
        """Let long lines go on in the next row, or not."""
        view = self._run.view
        view.set_look(msgspec.structs.replace(view.look, wrap=not view.look.wrap))
        self.refresh_view()

    def action_split(self) -> None:
        """Show both sides next to each other, or one below the other."""
        view = self._run.view
        if not view.look.split and not self._splits():
            columns = self.screen.size.width
            told = f"side by side needs {SPLIT_SCREEN} columns; this screen has {columns}"
            if columns >= SPLIT_SCREEN:
                told = f"side by side needs a pane of {SPLIT_PANE} columns: z maximises it"
            self.notify(told, severity="warning", markup=False)
            return
        view.set_look(msgspec.structs.replace(view.look, split=not view.look.split))
        self.refresh_view()

    def action_copy(self) -> None:
        """Copy the diff as a patch."""
        self.post_message(self.Copied(self._pair()))

    def on_resize(self, event: events.Resize) -> None:
        """Lay out at the new width."""
        if self.width != self.laid_out.width or self.look != self.laid_out.look:
            self.lay_out_again()

    def _find_again(self) -> None:
        """Find the words of the search in other rows."""
        self._found = diff_find.places(self.laid_out, self.words) if self.words else []
        self._at = min(self._at, max(0, len(self._found) - 1))
        self._hits = diff_find.hits(self._found, self._at)

    def seek(self, words: str) -> None:
        """Find words in what is shown."""
        self._found = diff_find.places(self.laid_out, words)
        top = self.scroll_offset.y
        self._stand(next((n for n, found in enumerate(self._found) if found.row >= top), 0))

    def step_hit(self, offset: int) -> None:
        """Stand at another place."""
        if self._found:
            self._stand((self._at + offset) % len(self._found))

    def _stand(self, at: int) -> None:
        self._at = at
        self._hits = diff_find.hits(self._found, at)
        if self._found:
            self.reveal(self._found[at].row)
            self._reveal_sideways(self._found[at])
        self._resized()

    def _reveal_sideways(self, found: diff_find.Place) -> None:
        """Scroll sideways as far as it takes to have a place in view."""
        _, right = self.laid_out.sides
        left = self.scroll_offset.x
        if not self.laid_out.look.wrap and not left <= found.start < left + right - 8:
            self.scroll_to(x=max(0, found.start - right // 2), animate=False, immediate=True)

    @property
    def search_told(self) -> str:
        """Which place of how many."""
        return told(self.words, self._at, len(self._found))
