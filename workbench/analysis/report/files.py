"""A report written into a directory, in the formats that were asked for."""

from __future__ import annotations

import csv
import importlib.util
import io
from collections.abc import Collection
from pathlib import Path

from workbench.analysis.report import html, markdown, svg
from workbench.analysis.report.document import Document, Figure, Table
from workbench.analysis.report.values import stored

FORMATS = ("html", "md", "csv", "svg", "png")
PAGE, TEXT = "report.html", "report.md"


class NoPictures(Exception):
    """PNG was asked for and what draws it is not installed; the message says what to do."""


def write(document: Document, directory: Path, formats: Collection[str]) -> list[Path]:
    """Write the report in each of `formats`; return the files, the page first.

    Files of the same names are replaced. Raises `NoPictures` before anything is written, and
    `OSError`.
    """
    if "png" in formats and importlib.util.find_spec("matplotlib") is None:
        raise NoPictures(
            "PNG needs matplotlib, which is not installed; install the extra: pip install "
            "'workbench[plots]', or leave png out of --format"
        )
    directory.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []

    def put(name: str, content: str) -> None:
        path = directory / name
        path.write_text(content, encoding="utf-8")
        written.append(path)

    if "html" in formats:
        put(PAGE, html.page(document))
    if "md" in formats:
        put(TEXT, markdown.text(document, next((x for x in ("svg", "png") if x in formats), "")))
    if "csv" in formats:
        for table in document.tables():
            put(f"{table.name}.csv", values_of_table(table))
        for figure in document.figures():
            put(f"{figure.name}.csv", values_of_figure(figure))
    if "svg" in formats:
        for figure in document.figures():
            put(f"{figure.name}.svg", svg.standalone(figure))
    if "png" in formats:
        from workbench.analysis.report import png

        written += [png.draw(x, directory / f"{x.name}.png") for x in document.figures()]
    return written


def values_of_table(table: Table) -> str:
    """Return a table as comma-separated values."""
    rows = [[column.name for column in table.columns]]
    return _csv(rows + [[stored(value) for value in row] for row in table.rows])


def values_of_figure(figure: Figure) -> str:
    """Return a figure's points as comma-separated values, its source in every row."""
    rows = [["series", "x", "y", "upper", "source"]]
    for line in figure.lines:
        uppers = [None] * len(line.x) if line.upper is None else list(map(float, line.upper))
        for x, y, upper in zip(line.x, line.y, uppers, strict=True):
            cells = (line.name, float(x), float(y), upper, figure.source)
            rows.append([stored(value) for value in cells])
    return _csv(rows)


def _csv(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
