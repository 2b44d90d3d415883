"""What the analysis screen shows: the report of the session in front, computed beside the keys.

Needs numpy, so it is imported when somebody asks for an analysis.
"""

from __future__ import annotations

from pathlib import Path

from workbench.analysis.edits.texts import Texts
from workbench.analysis.report import session as report
from workbench.analysis.report.document import Block, Column, Document, Table
from workbench.analysis.report.session import Origin
from workbench.analysis.whole import Looks, analyse, ceiling_of
from workbench.model.session import Session

LOOKS = Looks(edits=150, cycling=400)
"""Candidates whose texts are read for the screen: each is a question to the engine's process."""


def computed(session: Session, path: str, texts: Texts | None) -> Document:
    """Return the report of a session that stands still, without texts where there are none."""
    ceiling = ceiling_of([("this session", session)])
    found = analyse(session, texts=texts, ceiling=ceiling, looks=LOOKS)
    return report.document(
        session, found, Origin(Path(path).name, f"workbench report {path}", session.state)
    )


def sections(document: Document) -> list[list[Block]]:
    """Return what each tab shows, in order; the first begins with the report's head."""
    found = [list(section.blocks) for section in document.sections]
    found[0].insert(0, _glance(document))
    return found


def _glance(document: Document) -> Table:
    """Return the figures of the report's head, the tuning ceiling beside the best."""
    columns = (Column("", False), Column(""), Column("", False))
    rows = tuple((fact.name, fact.value, fact.about) for fact in document.facts)
    return Table("glance", document.lead, columns, rows)
