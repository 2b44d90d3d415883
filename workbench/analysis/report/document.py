"""What a report says, before it has a format."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from workbench.analysis.scores.table import Array

Value = str | int | float | None
"""What a cell holds; None and NaN are shown as a dash."""

Shape = Literal["line", "steps", "dots", "marks", "dashes", "band"]
"""How points are joined: ``steps`` hold their value until the next, a ``band`` fills what lies
between the values and those of `Line.upper`; ``dots`` are many and faint, ``marks`` are few."""


Form = Literal["plain", "share", "brief"]
"""How numbers are shown: with five digits, as percentages, or with three digits."""


class Column(NamedTuple):
    """One column of a table."""

    name: str
    figures: bool = True
    """Whether it holds numbers, which stand flush right."""
    form: Form = "plain"


class Table(NamedTuple):
    """Rows of values."""

    name: str
    """Unique in its document; names its file."""
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    note: str = ""


class Axis(NamedTuple):
    """One axis of a chart."""

    label: str
    log: bool = False


class Line(NamedTuple):
    """One series of points."""

    name: str
    x: Array
    y: Array
    shape: Shape = "line"
    series: int = 0
    """Which of the eight series styles it has; 0 for what is no competitor of the others."""
    upper: Array | None = None


class Rule(NamedTuple):
    """A level that is known beforehand."""

    name: str
    y: float


class Figure(NamedTuple):
    """A chart, with where its numbers come from."""

    name: str
    title: str
    x: Axis
    y: Axis
    lines: tuple[Line, ...]
    source: str
    """The journal and the verifier's digest."""
    rules: tuple[Rule, ...] = ()
    note: str = ""


class Paragraph(NamedTuple):
    """A text."""

    text: str


Block = Table | Figure | Paragraph


class Section(NamedTuple):
    """A part with a heading."""

    title: str
    blocks: tuple[Block, ...]


class Fact(NamedTuple):
    """One figure of the head: a name, a value as people read it, and a word on it."""

    name: str
    value: str
    about: str = ""


class Document(NamedTuple):
    """A whole report."""

    title: str
    lead: str
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
    source: str
    """What all of it was made from."""

    def tables(self) -> Iterator[Table]:
        """Yield every table."""
        for section in self.sections:
            yield from (block for block in section.blocks if isinstance(block, Table))

    def figures(self) -> Iterator[Figure]:
        """Yield every figure."""
        for section in self.sections:
            yield from (block for block in section.blocks if isinstance(block, Figure))
