"""Lines of the event feed."""

from __future__ import annotations

from textual.content import Content

from workbench.display import states, text
from workbench.display.lines import Line
from workbench.display.states import MUTED
from workbench.model.lineage import name_of


def draw(line: Line) -> Content:
    """Draw one line: active time, lineage, glyph, text."""
    who = "" if line.lineage is None else name_of(line.lineage)
    times = f"{line.count} × " if line.count > 1 else ""
    return Content.assemble(
        (f"{text.clock(line.elapsed):>5} ", MUTED),
        (f"{who:<4}", states.series(line.lineage) if line.lineage else MUTED),
        (f"{line.glyph} ", line.style),
        (times, "bold"),
        (line.text, line.style),
    )
