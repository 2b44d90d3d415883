"""What the screens look at: the session as folded, what is live, and what a person has picked."""

from __future__ import annotations

from typing import Literal, NamedTuple

from workbench.display import text
from workbench.display.lines import EventLog, history, line_of, verdict_line
from workbench.display.tui.marks import Marks
from workbench.display.tui.render.diff_rows import Look
from workbench.engine.feed import Feed, Live, Update
from workbench.model import event as ev
from workbench.model.candidate import Candidate, CandidateId, LineageId
from workbench.model.lineage import Lineage
from workbench.model.session import Session

STREAM_LIMIT = 20_000
"""Characters of streamed model text kept per lineage."""

BASES = ("parent", "baseline", "best", "initial")
"""What a candidate may be compared with beside marked ones, in the order `b` cycles through."""


class Pair(NamedTuple):
    """Two candidates to compare."""

    shown: Candidate | None
    base: Candidate | None
    """What it is compared with; None if there is no such thing."""
    name: str
    """What the base is to a person: ``parent``, ``best``, ``⚑2`` …"""


class View:
    """One session on the screen. Changed by the drain and by keys, read by widgets.

    `version` grows with every change, so that a repaint can tell whether it is needed.
    """

    def __init__(self, feed: Feed) -> None:
        """Look at what `feed` has folded so far."""
        self.feed = feed
        self.session: Session = feed.session
        self.live: dict[LineageId, Live] = {}
        self.streams: dict[LineageId, str] = {}
        self.log = EventLog()
        self.version = 0
        self.ended: Literal["", "closed", "gone"] = ""
        """``closed`` after a clean end of the feed, ``gone`` when the engine vanished."""
        self.lineage: LineageId = next(iter(self.session.lineages), 1)
        self.base: str | CandidateId = BASES[0]
        """What candidates are compared with: one of `BASES`, or a marked candidate."""
        self.marks = Marks()
        self.look = Look()
        """How a person wants to read diffs."""
        self._picked: dict[LineageId, CandidateId] = {}
        self._bests: dict[LineageId | None, float | None] = {
            number: lineage.best_reward for number, lineage in self.session.lineages.items()
        }
        for line in history(self.session):
            self.log.add(line)

    @property
    def attached(self) -> bool:
        """Whether an engine stands behind what is shown."""
        return self.feed.live and not self.ended

    @property
    def selected(self) -> Lineage | None:
        """The lineage a person has picked; None before the first exists."""
        return self.session.lineages.get(self.lineage)

    @property
    def candidate(self) -> Candidate | None:
        """The candidate shown: the one picked, else the lineage's best, else its newest."""
        lineage = self.selected
        if lineage is None:
            return None
        picked = self._picked.get(lineage.id, lineage.best)
        if picked is None:
            return lineage.last or lineage.origin
        return lineage.candidates[picked]

    def note(self, update: Update) -> None:
        """Take one update in. Constant cost."""
        self.version += 1
        if isinstance(update, Live):
            self._note_live(update)
            return
        event = update.event
        if isinstance(event, ev.VerdictReached):
            before = self._bests.get(event.lineage)
            line = verdict_line(self.session, event.candidate, update.elapsed, before)
            reward = event.verdict.reward if event.verdict.feasible else None
            if reward is not None and (before is None or reward > before):
                self._bests[event.lineage] = reward
        else:
            line = line_of(self.session, update)
            if isinstance(event, ev.LineageCreated):
                self._bests[event.lineage] = self.session.candidates[event.origin].reward
        if line is not None:
            self.log.add(line)

    def _note_live(self, update: Live) -> None:
        earlier = self.live.get(update.lineage)
        begins = update.phase == "proposing" and (
            earlier is None or earlier.step != update.step or earlier.phase != "proposing"
        )
        stream = "" if begins else self.streams.get(update.lineage, "")
        if update.text or begins:
            self.streams[update.lineage] = (stream + update.text)[-STREAM_LIMIT:]
        self.live[update.lineage] = update

    def end(self, how: Literal["closed", "gone"]) -> None:
        """The feed gives nothing more."""
        if self.ended != "gone":
            self.ended = how
        self.live.clear()
        self.version += 1

    def pick_lineage(self, number: LineageId) -> None:
        """Show another lineage."""
        if number != self.lineage and number in self.session.lineages:
            self.lineage = number
            self.version += 1

    def pick_candidate(self, number: CandidateId) -> None:
        """Show this candidate of the selected lineage until another is picked."""
        lineage = self.selected
        if lineage is not None and number in lineage.candidates:
            self._picked[lineage.id] = number
            self.version += 1

    def step_candidate(self, offset: int) -> None:
        """Show the candidate born `offset` before or after the one shown."""
        lineage, shown = self.selected, self.candidate
        if lineage is None or shown is None:
            return
        order = list(lineage.candidates)
        place = min(len(order) - 1, max(0, order.index(shown.id) + offset))
        self.pick_candidate(order[place])

    def toggle_mark(self, candidate: CandidateId) -> bool:
        """Mark a candidate or take its mark away; False if all marks are in use."""
        done = self.marks.toggle(candidate)
        if self.base not in (*BASES, *(marked for _, marked in self.marks)):
            self.base = BASES[0]
        self.version += 1
        return done

    def set_look(self, look: Look) -> None:
        """Read diffs in another way."""
        self.look = look
        self.version += 1

    def cycle_base(self) -> bool:
        """Compare with the next thing that there is; False if there is no other."""
        shown = self.candidate
        order: list[str | CandidateId] = [*BASES, *(marked for _, marked in self.marks)]
        at = order.index(self.base)
        for base in (*order[at + 1 :], *order[:at]):
            found = self._base(base)
            if found is not None and found is not shown:
                self.base = base
                self.version += 1
                return True
        return False

    def pair(self) -> Pair:
        """Return the candidate shown with what it is compared with."""
        name = self.base if isinstance(self.base, str) else self.marks.of(self.base)
        return Pair(self.candidate, self._base(self.base), name)

    def _base(self, base: str | CandidateId) -> Candidate | None:
        lineage, shown = self.selected, self.candidate
        if lineage is None or shown is None:
            return None
        if base == "parent":
            return self.session.candidates.get(shown.parents[0]) if shown.parents else None
        if base == "baseline":
            return lineage.origin
        if base in ("best", "initial"):
            return lineage.best_candidate if base == "best" else self.session.initial
        return self.session.candidates.get(int(base))

    def waiting(self, lineage: Lineage, now: float) -> str:
        """Say what a lineage's next call to a model waits for, e.g. ``12 s: rate limit``."""
        live = self.live.get(lineage.id)
        if live is None or live.phase != "waiting":
            return ""
        why = text.one_line(live.why)
        return f"{text.wait(live.until - now)}: {why}" if live.until else why

    def in_flight(self, lineage: Lineage, now: float) -> tuple[str, str]:
        """Say what a lineage is busy with and how long already, e.g. ``("verifier", "3 s")``.

        Both are empty where nothing is known.
        """
        live = self.live.get(lineage.id)
        name = _BUSY.get(live.phase if live else "", "")
        if live is None or not name:
            return "", ""
        return name, f"{max(0.0, now - live.since):.0f} s" if live.since else ""


_BUSY = {
    "proposing": "proposal",
    "retrying": "proposal, retrying",
    "queued": "a slot",
    "verifying": "verifier",
    "confirming": "verifier, confirming",
}
