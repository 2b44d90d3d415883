"""The queue of hints: where each stands and what came of it."""

from __future__ import annotations

from textual.content import Content

from workbench.display import text
from workbench.display.states import ACCENT, GOOD, MUTED, Mark
from workbench.model.candidate import LineageId
from workbench.model.event import SessionCreated
from workbench.model.hint import EFFECT_STEPS, Hint, Taken
from workbench.model.lineage import name_of

_MARKS = {
    "queued": Mark("●", "queued", ACCENT),
    "standing": Mark("◆", "standing", ACCENT),
    "taken": Mark("✔", "taken", GOOD),
    "withdrawn": Mark("■", "withdrawn", MUTED),
}


def draw(hint: Hint, lineage: LineageId, facts: SessionCreated) -> Content:
    """Draw a hint as `lineage` sees it: status, text, effect."""
    taken = hint.taken.get(lineage)
    status = hint.status
    if taken is not None and status == "queued":
        status = "taken"  # another lineage has yet to take it
    mark = _MARKS[status]
    told = mark.text
    if taken is not None:
        told = f"{told} at step {taken.step}" if status == "taken" else told
        told = f"{told} → {effect(taken, facts)}"
    names = " ".join(name_of(number) for number in hint.lineages)
    return Content.assemble(
        (f"{hint.id} ", MUTED),
        (told, mark.style),
        f"  «{text.one_line(hint.text)}»",
        (f"  {names}", MUTED),
    )


def effect(taken: Taken, facts: SessionCreated) -> str:
    """Say what the best score did in the steps that followed."""
    if not taken.steps:
        return "no step finished yet"
    span = f"{taken.steps} step{'s' * (taken.steps != 1)}"
    if taken.steps < EFFECT_STEPS:
        span = f"{taken.steps} of {EFFECT_STEPS} steps"
    if taken.gain is None:
        return f"effect unknown in {span}"
    if taken.before is None or taken.after is None or taken.gain == 0:
        return f"effect 0 in {span}"
    change = facts.direction.score(taken.after) - facts.direction.score(taken.before)
    return f"effect {text.signed(change)} in {span}"
