"""A report as one HTML page that needs nothing but itself: no script, no font, no network."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from workbench.analysis.report.document import Block, Document, Figure, Section, Table
from workbench.analysis.report.style import CHART, PAGE, PALETTE
from workbench.analysis.report.svg import inline
from workbench.analysis.report.values import shown
from workbench.model.words import clean, one_line

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""Nothing may be loaded, whatever a text should say."""


def page(document: Document) -> str:
    """Return the whole page."""
    return "".join(_page(document))


def _page(document: Document) -> Iterator[str]:
    title = _text(document.title)
    yield (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{html.escape(POLICY)}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">'
        f"<title>{title}</title><style>{PALETTE}{PAGE}{CHART}</style></head>\n<body>"
    )
    yield f'<header><h1>{title}</h1><p class="lead">{_text(document.lead)}</p><dl class="facts">'
    for fact in document.facts:
        about = f"<small>{_text(fact.about)}</small>" if fact.about else ""
        yield f"<div><dt>{_text(fact.name)}</dt><dd>{_text(fact.value)}{about}</dd></div>"
    yield "</dl><nav>"
    for section in document.sections:
        yield f'<a href="#{slug(section.title)}">{_text(section.title)}</a>'
    yield "</nav></header>\n<main>"
    for section in document.sections:
        yield from _section(section)
    yield f"</main>\n<footer>{_text(document.source)}</footer></body></html>\n"


def slug(title: str) -> str:
    """Return a title as the name of a place in the page."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def _section(section: Section) -> Iterator[str]:
    yield f'<section><h2 id="{slug(section.title)}">{_text(section.title)}</h2>'
    for block in section.blocks:
        yield from _block(block)
    yield "</section>\n"


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Table):
        yield from _table(block)
    elif isinstance(block, Figure):
        yield f"<figure>{inline(block)}<figcaption><b>{_text(block.title)}.</b> "
        yield f"{_text(block.note)} <br>{_text(block.source)}</figcaption></figure>"
    else:
        yield f"<p>{html.escape(clean(block.text))}</p>"


def _table(table: Table) -> Iterator[str]:
    yield f'<h3>{_text(table.title)}</h3><div class="scroll"><table><thead><tr>'
    for column in table.columns:
        yield f"<th{_flush(column.figures)}>{_text(column.name)}</th>"
    yield "</tr></thead><tbody>"
    for row in table.rows:
        yield "<tr>"
        for column, value in zip(table.columns, row, strict=True):
            yield f"<td{_flush(column.figures)}>{html.escape(shown(value, column.form))}</td>"
        yield "</tr>"
    yield "</tbody></table></div>"
    if table.note:
        yield f'<p class="note">{_text(table.note)}</p>'


def _flush(figures: bool) -> str:
    return ' class="n"' if figures else ""


def _text(words: str) -> str:
    return html.escape(one_line(words), quote=True)
