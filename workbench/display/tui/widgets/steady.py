"""Widgets of lines that have only what differs sent to the terminal."""

from __future__ import annotations

from typing import Self

from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


class Steady(Widget):
    """Base: `repaint` instead of `refresh` wherever most lines are likely to stay as they are.

    A screen that is followed live changes ten times a second, and nearly all of it stays: sending
    the whole of it costs most of the CPU, and a slow line much patience.
    """

    _kept: dict[int, Strip] | None = None
    """What was handed out last for each line."""
    _fresh: dict[int, Strip] | None = None
    """What `repaint` has drawn and the screen has not asked for yet."""

    def draw_line(self, y: int) -> Strip:
        """Draw one line of the part that is seen, as wide as the widget's content."""
        raise NotImplementedError  # abstract: Textual's metaclass leaves no room for ABC's

    def repaint(self) -> None:
        """Draw every line in view again; have those parts painted that differ."""
        before = self._kept
        if before is None:
            self.refresh()
            return
        fresh = {}
        regions = []
        for y in range(self.size.height):
            strip = self.draw_line(y)
            if strip != before.get(y):
                fresh[y] = strip
                regions.append(_differing(before.get(y), strip, y))
        if regions:
            super().refresh(*regions)
        self._fresh = fresh

    def render_line(self, y: int) -> Strip:
        """Hand out one line: the one that `repaint` has drawn, or a new one."""
        strip = self._fresh.pop(y, None) if self._fresh else None
        if strip is None:
            strip = self.draw_line(y)
        if self._kept is None:
            self._kept = {}
        self._kept[y] = strip
        return strip

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        """Have everything drawn anew: a scroll or another style makes what was drawn stale."""
        self._fresh = None
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def entitle(self, title: str | Content, subtitle: str | Content = "") -> None:
        """Set the titles in the border; costs nothing if they are those that are there."""
        titles = Content(title) if isinstance(title, str) else title, str(subtitle)
        if titles != self._titles:
            self._titles = titles
            self.border_title = titles[0]
            self.border_subtitle = Content(titles[1])

    _titles: tuple[Content, str] | None = None


def _differing(old: Strip | None, new: Strip, y: int) -> Region:
    """Return the part of line `y` that has to be painted."""
    if old is None or old.cell_length != new.cell_length:
        return Region(0, y, new.cell_length, 1)
    before, after = list(old), list(new)
    left = right = 0
    while before and after and before[0] == after[0]:
        left += after[0].cell_length
        del before[0], after[0]
    while before and after and before[-1] == after[-1]:
        right += after[-1].cell_length
        del before[-1], after[-1]
    return Region(left, y, new.cell_length - left - right, 1)
