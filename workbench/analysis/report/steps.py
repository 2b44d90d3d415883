"""The sections on single steps: edits by their kind, cycling, hints, failures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.analysis.dynamics.failures import Failure
from workbench.analysis.dynamics.hinted import HintEffect
from workbench.analysis.edits.cycling import Cycling
from workbench.analysis.edits.gains import Kinds
from workbench.analysis.report.document import Block, Column, Form, Paragraph, Section, Table, Value
from workbench.analysis.report.values import percent, ranged
from workbench.model.hint import EFFECT_STEPS
from workbench.model.session import Session

KINDS_NOTE = (
    "Told from the syntax tree, one kind for each edit. Pays: what the kind's new bests added, as "
    "a share of all that was added. The median is the difference to the parent's reward."
)
FAILURES_NOTE = "Figures in messages are shown as #, so that equal complaints count together."


def edits(kinds: Kinds | None, cycles: Sequence[Cycling]) -> Section:
    """Return the section on kinds of edits and on cycling."""
    if kinds is None:
        return Section("Edits", (Paragraph("The candidates' texts are not at hand."),))
    whole = sum(kind.gain for kind in kinds.each)
    rows: list[tuple[Value, ...]] = [
        (
            *(kind.name, kind.edits, kind.edits / max(1, kinds.looked), kind.feasible),
            *(kind.better, kind.bests, kind.gain),
            kind.gain / whole if whole else None,
            kind.median,
        )
        for kind in kinds.each
    ]
    columns = ("kind", "edits", "share", "feasible", "above parent", "new bests", "gain", "pays")
    some = "" if kinds.looked == kinds.made else f" {kinds.looked} of {kinds.made}, evenly spaced."
    table = Table(
        "edit-kinds",
        "Kinds of edits and what they gained",
        tuple(Column(name, name != "kind", _form(name)) for name in (*columns, "median")),
        tuple(rows),
        KINDS_NOTE + some,
    )
    return Section("Edits", (table, Paragraph(_cycling(cycles))) if cycles else (table,))


def _form(name: str) -> Form:
    shares, brief = ("share", "pays"), ("gain", "median")
    return "share" if name in shares else "brief" if name in brief else "plain"


def _cycling(cycles: Sequence[Cycling]) -> str:
    added = sum(cycle.added for cycle in cycles)
    returned = sum(cycle.returned for cycle in cycles)
    looked = sum(cycle.candidates for cycle in cycles)
    share = percent(returned / added) if added else "nothing"
    return (
        f"Cycling: of {added} lines added by {looked} candidates, {returned} ({share}) were lines "
        "that the same lineage had deleted before, byte for byte."
    )


def hints(session: Session, effect: HintEffect) -> Section:
    """Return the section on what hints were worth."""
    if not effect.each:
        return Section("Hints", (Paragraph("No hint was taken."),))
    rows: list[tuple[Value, ...]] = [
        (
            *(x.hint, x.lineage, x.step, x.gain, x.matched),
            x.gain - x.matched if np.isfinite(x.gain + x.matched) else None,
            x.stretches,
            session.hints[x.hint].text,
        )
        for x in effect.each
    ]
    columns = ("hint", "lineage", "step", "gain", "matched", "difference", "compared with")
    table = Table(
        "hints",
        f"Gain in the {EFFECT_STEPS} steps from each hint on",
        tuple(Column(name, name not in ("lineage", "text")) for name in (*columns, "text")),
        tuple(rows),
        "Matched: the mean of stretches as long that begin near the same step and carry no hint.",
    )
    said = f"Mean gain beyond the matched stretches: {ranged(*effect.difference)}."
    if effect.reason:
        said = f"No effect can be told: {effect.reason}."
    elif not effect.difference.known:
        said += " Too few hints for an interval."
    return Section("Hints", (table, Paragraph(said)))


def failures(infeasible: Sequence[Failure], fruitless: Sequence[Failure]) -> Section:
    """Return the section on what did not count."""
    blocks: list[Block] = []
    for name, title, found in (
        ("infeasible", "Candidates that do not count", infeasible),
        ("without-candidate", "Steps without a candidate", fruitless),
    ):
        if found:
            blocks.append(_failures(name, title, found))
    if not blocks:
        blocks.append(Paragraph("Every step gave a feasible candidate."))
    return Section("Failures", tuple(blocks))


def _failures(name: str, title: str, found: Sequence[Failure]) -> Table:
    columns = (
        Column("", False),
        Column("what was said", False),
        Column("times"),
        Column("share", form="share"),
    )
    return Table(
        name,
        title,
        (*columns, Column("for example")),
        tuple(
            (x.what, x.message, x.times, x.share, None if x.example is None else f"#{x.example}")
            for x in found
        ),
        FAILURES_NOTE,
    )
