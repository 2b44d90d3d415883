"""The status bar: is it getting better, what does it cost, what needs me?"""

from __future__ import annotations

from collections import Counter

from textual.content import Content

from workbench.display import text
from workbench.display.states import ACCENT, BAD, GOOD, MUTED, WARN
from workbench.display.tui.marks import FLAG
from workbench.display.tui.view import View
from workbench.model.lineage import name_of
from workbench.model.session import Session
from workbench.model.simulation import SIMULATION

SMALL = 60
"""Below this width the bar keeps to what matters most."""
_COUNTED = {
    "running": ("▶", "run", GOOD),
    "pausing": ("‖", "pausing", WARN),
    "paused": ("‖", "paused", WARN),
    "stopped": ("✔", "done", ACCENT),
    "lost": ("!", "interrupted", BAD),
}


def lines(view: View, width: int, now: float, height: int = 2) -> list[Content]:
    """Draw both lines of the bar. `now` is Unix time, for the active time of a live session.

    Where there is room for one line only, that one must shout when nothing is isolated.
    """
    session = view.session
    right = Content.assemble(" · ".join(_spend(session, width)), " ")
    alone = height < 2 and session.isolation is not None and session.isolation.tier == "none"
    name = text.one_line(session.facts.title or session.facts.task)
    left = Content.assemble(
        (" !! NO ISOLATION ", f"bold reverse {BAD}") if alone else "",
        (f" {name[: 28 if width >= SMALL else 10]} ", "bold"),
        *_counts(view),
        "  ",
        *_best(session, width),
    )
    state = Content.assemble(
        marked(view, width), (clock(view, now), MUTED), "  ", connection(view), " "
    )
    return [beside(left, right, width), beside(isolation(view), state, width)]


def beside(left: Content, right: Content, width: int) -> Content:
    """Put two contents at both ends of a line; the left one gives way."""
    room = max(0, width - right.cell_length - 1)
    return Content.assemble(left.truncate(room, ellipsis=True, pad=True), " ", right)


def _counts(view: View) -> list[tuple[str, str]]:
    lost = view.ended == "gone"
    counted = Counter(
        "lost" if lost and lineage.state in ("running", "pausing") else lineage.state
        for lineage in view.session.lineages.values()
    )
    shown: list[tuple[str, str]] = []
    for state, (glyph, word, style) in _COUNTED.items():
        if counted[state]:
            shown.append((f" {glyph} {counted[state]} {word}", style))
    return shown


def _best(session: Session, width: int) -> list[tuple[str, str]]:
    best = session.best_candidate
    if best is None:
        return [("best –", MUTED)]
    where = f" {name_of(best.lineage)}#{best.id}"
    parts = [("best ", MUTED), (text.score(session.facts, best.reward), "bold"), (where, MUTED)]
    if width >= 100:
        parts.append((against_baseline(session), MUTED))
    return parts


def against_baseline(session: Session) -> str:
    """Say how far the best lies from the baseline, e.g. `` (+184 % vs baseline)``."""
    best = session.best_candidate
    base = session.facts.baseline
    if base is None and session.initial is not None and session.initial.reward is not None:
        base = session.facts.direction.score(session.initial.reward)
    if best is None or best.reward is None or not base:
        return ""
    change = (session.facts.direction.score(best.reward) - base) / abs(base) * 100
    return f" ({text.signed(change)} % vs baseline)"


def _spend(session: Session, width: int) -> list[str]:
    parts = text.spend(session.spent, session.limits)
    if width < SMALL:
        return parts[-1:]
    if width >= 120:
        part = session.limits.fraction(session.spent, session.elapsed)
        filled = round(part * 10)
        parts.append("▓" * filled + "░" * (10 - filled) + f" {part:.0%}")
    return parts


def clock(view: View, now: float) -> str:
    """Say how long the session has been active, and its bound if it has one."""
    session = view.session
    elapsed = session.elapsed
    if view.attached and session.state in ("running", "pausing"):
        elapsed += max(0.0, min(now - session.updated_at, 3600.0))  # since the newest record
    top = session.limits.seconds
    bound = "" if top is None else f"/{text.clock(top)}"
    return f"active {text.clock(elapsed)}{bound}"


def marked(view: View, width: int) -> Content:
    """Name the marked candidates, or where there is little room say how many there are."""
    marks = view.marks
    if not len(marks):
        return Content("")
    if width < SMALL:
        return Content.styled(f"{FLAG} {len(marks)}  ", ACCENT)
    return Content.styled(" ".join(f"{FLAG}{n} #{one}" for n, one in marks) + "  ", ACCENT)


def connection(view: View) -> Content:
    """Say whether what is shown is live."""
    if view.ended == "gone":
        return Content.styled("✖ engine gone", BAD)
    if view.session.state == "finished":
        return Content.styled("✔ finished", ACCENT)
    if view.attached and view.session.replaying:
        return Content.styled("● replaying", ACCENT)
    if view.attached:
        return Content.styled("● live", GOOD)
    return Content.styled("○ file only" if view.ended else "○ tailing", WARN)


def isolation(view: View) -> Content:
    """Say how candidates are kept apart; shout when they are not."""
    run = view.session.isolation
    if run is None:
        return Content.styled(" isolation not probed yet", MUTED)
    told = text.one_line(run.isolation)
    if run.tier == "none":
        return Content.styled(f" !! NO ISOLATION: {told} ", f"bold reverse {BAD}")
    kept = view.session.facts.verification
    if kept == SIMULATION:
        return Content.styled(f" {told}", WARN)
    shared = Content.styled(" ! shared verifier", WARN) if kept == "shared" else Content("")
    return Content.assemble((f" {told}", MUTED), shared)
