"""Panes that follow the candidate shown and fetch what they need by themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content

from workbench.display.tui.render import proposal, verdict
from workbench.display.tui.render.diff import Diff, compare, draw, gutter_width
from workbench.display.tui.run import Run
from workbench.display.tui.widgets.virtual import Virtual
from workbench.model.candidate import Candidate


class Pane(Virtual):
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


class DiffPane(Pane):
    """A unified diff of the candidate shown against its base; draws only what is visible."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "scroll_left", "Left", id="list.left", show=False),
        Binding("right", "scroll_right", "Right", id="list.right", show=False),
    ]
    diff = Diff((), 0, 0, 0, 0)
    message = "no candidate yet"

    def key(self) -> Hashable:
        """A diff depends on both candidates alone."""
        shown, base = self._run.view.candidate, self._run.view.base_candidate()
        return self._run.view.base, shown and shown.id, base and base.id

    async def load(self) -> None:
        """Compare in a thread: long files would hold up the keys."""
        view = self._run.view
        shown, base = view.candidate, view.base_candidate()
        if shown is None:
            return
        new = await self._run.files(shown)
        against = "nothing" if base is None else f"{view.base} #{base.id}"
        if base is None:
            self.show_diff(Diff((), 0, 0, 0, 0), f"#{shown.id} has no {view.base} to compare with")
        else:
            diff = await asyncio.to_thread(compare, await self._run.files(base), new)
            self.show_diff(diff, f"#{shown.id} and {against} have the same files")
        change = f" +{self.diff.added} −{self.diff.removed}"
        self.border_title = Content(f"Diff #{shown.id} against {against}{change}")
        self.border_subtitle = Content("b other base")

    def show_diff(self, diff: Diff, empty: str) -> None:
        """Show a diff from its top; `empty` if nothing differs."""
        self.diff, self.message = diff, empty
        self.resize_lines(diff.longest + gutter_width(diff.last))
        self.scroll_to(0, 0, animate=False)

    @property
    def count(self) -> int:
        """Lines of the diff, or one that says why there is none."""
        return len(self.diff.lines) or 1

    def line(self, index: int, width: int) -> Content:
        """Draw one line."""
        if not self.diff.lines:
            return Content.styled(f" {self.message}", "$quiet")
        return draw(self.diff.lines[index], self.diff.last, max(width, self.virtual_size.width))


class TextPane(Pane):
    """Lines of text, wrapped at the pane's width."""

    _source: Sequence[Content] = ()
    _wrapped: Sequence[Content] = ()
    _wrapped_at = 0

    def show_text(self, lines: Sequence[Content], from_top: bool = True) -> None:
        """Show `lines`, each wrapped by itself."""
        self._source = lines
        self._wrap()
        if from_top:
            self.scroll_to(0, 0, animate=False)

    def _wrap(self) -> None:
        self._wrapped_at = width = self.width
        wrapped: list[Content] = []
        for line in self._source:
            if line.cell_length <= width:
                wrapped.append(line)
            else:
                wrapped += line.wrap(width)
        self._wrapped = wrapped
        self.resize_lines()

    def on_resize(self, event: events.Resize) -> None:
        """Wrap again at the new width."""
        if self.width != self._wrapped_at:
            self._wrap()

    @property
    def count(self) -> int:
        """Wrapped lines."""
        return len(self._wrapped)

    def line(self, index: int, width: int) -> Content:
        """Draw one wrapped line."""
        return self._wrapped[index]


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
