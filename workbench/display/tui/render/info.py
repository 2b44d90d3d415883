"""One line about what is selected, and the banner that says what needs a person."""

from __future__ import annotations

from textual.content import Content

from workbench.display import states, text
from workbench.display.states import ACCENT, BAD, MUTED, WARN
from workbench.display.tui.view import View
from workbench.propose.command.setup import COMMAND
from workbench.propose.setup import asks_models


def selected(view: View, now: float) -> Content:
    """Say where the selected lineage stands and which candidate is shown."""
    lineage = view.selected
    if lineage is None:
        return Content.styled(" no lineage yet", MUTED)
    mark = states.of_lineage(lineage, view.live.get(lineage.id), view.ended == "gone")
    parts: list[Content] = [
        Content.styled(f" {lineage.name}", f"bold {states.series(lineage.id)}"),
        Content.styled(f" {mark.text}", mark.style),
    ]
    busy, seconds = view.in_flight(lineage, now)
    waiting = view.waiting(lineage, now)
    if waiting and lineage.state == "running":
        parts.append(Content.styled(f" {waiting}", WARN))
    if lineage.state == "pausing" and busy:
        parts.append(Content.styled(f" (waits for {busy} {seconds}".rstrip() + ")", WARN))
    elif seconds and lineage.state == "running":
        parts.append(Content.styled(f" {seconds}", MUTED))
    created = lineage.created
    if asks_models(created.proposer) or created.proposer == COMMAND:
        named = text.models(created.proposer, created.options)
        parts.append(Content.styled(f" · {named}", MUTED))
    if turn := text.turn(lineage):
        parts.append(Content.styled(f" · {turn}", MUTED))
    if lineage.cycling.share:
        parts.append(Content.styled(f" · cycling {lineage.cycling.share:.0%}", MUTED))
    why = lineage.pause_reason or lineage.stop_detail
    if why:
        parts.append(Content.styled(f" ({text.one_line(why)})", WARN))
    candidate = view.candidate
    if candidate is not None:
        told = states.of_candidate(candidate, lineage.best)
        shown = text.score(view.session.facts, candidate.reward)
        parts.append(Content(f" · #{candidate.id} "))
        if sign := view.marks.of(candidate.id):
            parts.append(Content.styled(f"{sign} ", f"bold {ACCENT}"))
        parts.append(Content.styled(told.text, told.style))
        parts.append(Content(f" {shown}" if candidate.reward is not None else ""))
        if candidate.note:
            parts.append(Content.styled(f" · {text.one_line(candidate.note)}", MUTED))
    return Content("").join(parts)


def banner(view: View, resume: str) -> Content | None:
    """Say what needs a person: a vanished engine, or that nothing can be steered from here."""
    if view.ended == "gone":
        return Content.styled(f" ✖ engine gone: resume with  {resume} ", f"bold {BAD}")
    return None
