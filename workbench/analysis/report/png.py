"""Figures as PNG, drawn by matplotlib from the extra `plots`."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import numpy as np

from workbench.analysis.report.axes import scales, usable
from workbench.analysis.report.document import Figure, Line
from workbench.model.words import one_line

COLOURS = (
    *("#5b6775", "#0072b2", "#c25e00", "#00795a", "#a0527f"),
    *("#8a6d00", "#c23b22", "#5a55c8", "#3f4a57"),
)
"""Of series 0 to 8: those of the page by day."""
DPI = 160


def draw(figure: Figure, path: Path) -> Path:
    """Draw a figure into the file at `path`; return the path. Needs matplotlib."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Sheet

    sheet = Sheet(figsize=(8.0, 4.8), layout="constrained")
    FigureCanvasAgg(sheet)
    axes = sheet.add_subplot()
    x, y = scales(figure)
    axes.set_xscale("log" if x.log else "linear")
    axes.set_yscale("log" if y.log else "linear")
    for line in figure.lines:
        _line(axes, figure, line)
    for rule in figure.rules:
        if y.low <= rule.y <= y.high:
            axes.axhline(rule.y, color=COLOURS[0], linewidth=1, linestyle=":")
            axes.annotate(_plain(rule.name), (x.low, rule.y), fontsize=8, color=COLOURS[0])
    axes.set_xlim(x.low, x.high)
    axes.set_ylim(y.low, y.high)
    axes.set_xlabel(_plain(figure.x.label))
    axes.set_ylabel(_plain(figure.y.label))
    axes.set_title(_plain(figure.title), fontsize=11)
    axes.grid(alpha=0.3)
    named, labels = axes.get_legend_handles_labels()
    if labels:
        axes.legend(named, labels, fontsize=8, loc="best")
    source = "\n".join(textwrap.wrap(_plain(figure.source), 140))
    sheet.supxlabel(source, fontsize=6, color=COLOURS[0])
    sheet.savefig(path, dpi=DPI)
    return path


def _line(axes: Any, figure: Figure, line: Line) -> None:
    kept = np.flatnonzero(usable(line, figure))
    if not len(kept):
        return
    colour = COLOURS[(line.series - 1) % 8 + 1 if line.series else 0]
    xs, ys, name = line.x[kept], line.y[kept], _plain(line.name) or None
    if line.shape in ("dots", "marks"):
        faint, size = (0.4, 4) if line.shape == "dots" else (0.85, 9)
        axes.plot(xs, ys, ".", color=colour, alpha=faint, markersize=size)
    elif line.shape == "band" and line.upper is not None:
        axes.fill_between(xs, ys, line.upper[kept], color=colour, alpha=0.15, linewidth=0)
    elif line.shape == "steps":
        axes.step(xs, ys, where="post", color=colour, label=name)
    else:
        style = "--" if line.shape == "dashes" else "-"
        axes.plot(xs, ys, style, color=colour, label=name)


def _plain(words: str) -> str:
    """Return words that are shown as they are: a dollar sign would begin a formula."""
    return one_line(words).replace("$", r"\$")
