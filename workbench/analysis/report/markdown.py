"""A report as Markdown, figures as files beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.analysis.report.document import Block, Document, Figure, Table
from workbench.analysis.report.values import shown
from workbench.model.words import one_line

_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|!~$])")


def text(document: Document, pictures: str = "") -> str:
    """Return the whole text. `pictures` is the ending of the figures' files; empty: there are none,
    and each figure says so."""
    return "\n".join(_lines(document, pictures)) + "\n"


def escaped(words: str) -> str:
    """Return words that Markdown shows as they are, on one line."""
    return _SIGNS.sub(r"\\\1", one_line(words))


def _lines(document: Document, pictures: str) -> Iterator[str]:
    yield f"# {escaped(document.title)}"
    yield ""
    yield escaped(document.lead)
    yield ""
    for fact in document.facts:
        about = f" ({escaped(fact.about)})" if fact.about else ""
        yield f"- **{escaped(fact.name)}**: {escaped(fact.value)}{about}"
    for section in document.sections:
        yield ""
        yield f"## {escaped(section.title)}"
        for block in section.blocks:
            yield ""
            yield from _block(block, pictures)
    yield ""
    yield escaped(document.source)


def _block(block: Block, pictures: str) -> Iterator[str]:
    if isinstance(block, Table):
        yield from _table(block)
    elif isinstance(block, Figure):
        if pictures:
            yield f"![{escaped(block.title)}]({block.name}.{pictures})"
            yield ""
        said = [f"**{escaped(block.title)}.**", escaped(block.note), escaped(block.source)]
        yield " ".join(filter(None, said))
    else:
        yield escaped(block.text)


def _table(table: Table) -> Iterator[str]:
    yield f"### {escaped(table.title)}"
    yield ""
    yield "| " + " | ".join(escaped(column.name) for column in table.columns) + " |"
    yield "|" + "|".join("---:" if column.figures else "---" for column in table.columns) + "|"
    for row in table.rows:
        cells = zip(table.columns, row, strict=True)
        yield "| " + " | ".join(escaped(shown(value, x.form)) for x, value in cells) + " |"
    if table.note:
        yield ""
        yield escaped(table.note)
