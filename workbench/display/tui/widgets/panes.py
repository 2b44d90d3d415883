"""Panes that follow the candidate shown and fetch what they need by themselves."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Sequence
from itertools import accumulate

from textual import events
from textual.content import Content

from workbench.display.tui.render import proposal, verdict
from workbench.display.tui.render.find import CURRENT, HIT, Found, find, told
from workbench.display.tui.run import Run
from workbench.display.tui.widgets.search import Searchable
from workbench.model.candidate import Candidate


class Pane(Searchable):
    """Base: loads anew when its key changes, and only while it is on the screen."""

    def __init__(self, run: Run, *, id: str | None = None) -> None:
        """Follow the candidate that `run` shows."""
        super().__init__(id=id)
        self._run = run
        self._key: Hashable = None

    def key(self) -> Hashable:
        """Name what is to be shown; equal keys show the same."""
        raise NotImplementedError  # abstract: Textual's metaclass leaves no room for ABC's

    async def load(self) -> None:
        """Fetch and show it. Runs in a worker; a newer load cancels it."""
        raise NotImplementedError  # abstract: Textual's metaclass leaves no room for ABC's

    def refresh_view(self) -> None:
        """Load if there is something else to show."""
        if not self.is_on_screen:
            return
        key = self.key()
        if key != self._key:
            self._key = key
            self.run_worker(self.load(), group="load", exclusive=True)

    def on_show(self) -> None:
        """Load what was passed over while hidden."""
        self.refresh_view()


class TextPane(Pane):
    """Lines of text, wrapped at the pane's width."""

    def __init__(self, run: Run, *, id: str | None = None) -> None:
        """Begin empty."""
        super().__init__(run, id=id)
        self._source: Sequence[Content] = ()
        self._wraps: list[list[Content]] = []
        self._rows: list[Content] = []
        self._wrapped_at = 0
        self._found: list[Found] = []
        self._at = 0

    def show_text(self, lines: Sequence[Content], from_top: bool = True) -> None:
        """Show `lines`, each wrapped by itself."""
        self._source = lines
        self._found = find([line.plain for line in lines], self.words) if self.words else []
        self._at = min(self._at, max(0, len(self._found) - 1))
        self._wrap()
        if from_top:
            self.scroll_to(0, 0, animate=False)

    def _wrap(self) -> None:
        self._wrapped_at = self.width
        self._wraps = [self._wrap_line(line) for line in self._source]
        for place in {found.line for found in self._found}:
            self._wraps[place] = self._wrap_line(self._marked(place))
        self._lay_out()

    def _wrap_line(self, line: Content) -> list[Content]:
        return [line] if line.cell_length <= self.width else line.wrap(self.width)

    def _lay_out(self) -> None:
        self._rows = [row for rows in self._wraps for row in rows]
        self.resize_lines()
        self.border_subtitle = Content(self.subtitle)

    @property
    def subtitle(self) -> str:
        """What stands in the border: where a search stands."""
        return f"{self.search_told} · n N · esc ends" if self.words else ""

    def _marked(self, place: int) -> Content:
        """Return a line with everything marked that a search has found in it."""
        line = self._source[place]
        for number, found in enumerate(self._found):
            if found.line == place:
                style = CURRENT if number == self._at else HIT
                line = line.stylize(style, found.start, found.stop)
        return line

    def seek(self, words: str) -> None:
        """Find words in the lines as they were before they were wrapped."""
        stale = {found.line for found in self._found}
        first = self._line_at(self.scroll_offset.y)
        self._found = find([line.plain for line in self._source], words)
        self._at = next((n for n, found in enumerate(self._found) if found.line >= first), 0)
        self._mark(stale | {found.line for found in self._found})
        self._reveal()

    def step_hit(self, offset: int) -> None:
        """Stand at another place."""
        if self._found:
            stale = self._found[self._at].line
            self._at = (self._at + offset) % len(self._found)
            self._mark({stale, self._found[self._at].line})
            self._reveal()

    @property
    def search_told(self) -> str:
        """Which place of how many."""
        return told(self.words, self._at, len(self._found))

    def _mark(self, places: Iterable[int]) -> None:
        for place in places:
            self._wraps[place] = self._wrap_line(self._marked(place))
        self._lay_out()

    def _line_at(self, row: int) -> int:
        """Return the line that a row belongs to."""
        starts = list(accumulate(map(len, self._wraps), initial=0))
        return max(0, bisect_right(starts, row) - 1)

    def _reveal(self) -> None:
        """Bring the place where the search stands into view."""
        if not self._found:
            return
        line = self._found[self._at].line
        start = sum(map(len, self._wraps[:line]))
        parts = self._wraps[line]
        inside = (n for n, row in enumerate(parts) if any(x.style == CURRENT for x in row.spans))
        self.reveal(start + next(inside, 0))

    def on_resize(self, event: events.Resize) -> None:
        """Wrap again at the new width."""
        if self.width != self._wrapped_at:
            self._wrap()

    @property
    def count(self) -> int:
        """Wrapped lines."""
        return len(self._rows)

    def line(self, index: int, width: int) -> Content:
        """Draw one wrapped line."""
        return self._rows[index]


class VerifierPane(TextPane):
    """The verdict on the candidate shown, with the texts that belong to it."""

    def key(self) -> Hashable:
        """The candidate, whether its verdict is in, and whether it is the best."""
        shown, lineage = self._run.view.candidate, self._run.view.selected
        if shown is None or lineage is None:
            return None
        return shown.id, shown.verdict is not None, shown.judgement, lineage.best == shown.id

    async def load(self) -> None:
        """Show the verdict at once, then what it left behind."""
        view = self._run.view
        shown, lineage = view.candidate, view.selected
        if shown is None or lineage is None:
            return
        self.border_title = Content(f"Verifier #{shown.id}")
        lines = verdict.lines(shown, view.session.facts, lineage.best)
        self.show_text(lines)
        found = await self._outputs(shown)
        self.show_text([*lines, *verdict.output_lines(found)])

    async def _outputs(self, candidate: Candidate) -> verdict.Outputs:
        said = candidate.verdict
        if said is None:
            return verdict.Outputs()
        texts = [
            None if digest is None else await self._run.text(digest)
            for digest in (said.feedback, said.stdout, said.stderr)
        ]
        return verdict.Outputs(*texts)


class ProposalPane(TextPane):
    """How the candidate shown came to be, and what the proposer says right now."""

    _told: tuple[Content, ...] = ()

    def key(self) -> Hashable:
        """The candidate alone: the act that made it never changes."""
        shown = self._run.view.candidate
        return None if shown is None else shown.id

    async def load(self) -> None:
        """Show the act at once, then what was sent and received."""
        shown = self._run.view.candidate
        if shown is None:
            return
        self.border_title = Content(f"Proposal #{shown.id}")
        self._told = tuple(proposal.lines(shown))
        self._show(from_top=True)
        prompt = tuple([await self._run.text(digest) for digest in shown.prompt])
        reply = None if shown.reply is None else await self._run.text(shown.reply)
        exchange = proposal.Exchange(prompt, reply)
        self._told = (*self._told, *proposal.exchange_lines(exchange))
        self._show(from_top=True)

    def refresh_view(self) -> None:
        """Follow the stream as well, while a proposal is being made."""
        super().refresh_view()
        if self.is_on_screen and self._stream() != self._streamed:
            self._show(from_top=False)

    _streamed: tuple[int, str, str] | None = None

    def _stream(self) -> tuple[int, str, str] | None:
        view = self._run.view
        live = view.live.get(view.lineage)
        if live is None or live.phase not in ("proposing", "waiting", "retrying"):
            return None
        return live.step, view.streams.get(view.lineage, ""), live.why

    def _show(self, from_top: bool) -> None:
        self._streamed = stream = self._stream()
        above = () if stream is None else proposal.stream_lines(*stream)
        self.show_text([*above, *self._told], from_top)
