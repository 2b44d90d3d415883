"""What every screen of a session can do with its selected lineage and candidate."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer

from workbench.display import text
from workbench.display.person import user_name
from workbench.display.states import GOOD
from workbench.display.tui import copying, editor
from workbench.display.tui.marks import MOST
from workbench.display.tui.render import info
from workbench.display.tui.run import Run
from workbench.display.tui.screens import flows
from workbench.display.tui.widgets.composer import ALL, Composer
from workbench.display.tui.widgets.diffs import DiffPane
from workbench.display.tui.widgets.line import InfoLine
from workbench.display.tui.widgets.search import Searchable, SearchLine
from workbench.display.tui.widgets.status import StatusBar
from workbench.display.tui.widgets.steady import Steady
from workbench.engine.command import AddHint, AnyCommand, EditHint, Fork, Pin, Reply

if TYPE_CHECKING:
    from workbench.display.tui.app import WorkbenchApp


ANSWER_SECONDS = 4.0
"""How long what became of a command is shown."""


class RunScreen(Screen[None]):
    """Base of the screens of one session: steering keys, composer, info line, banner."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pause", "Pause", id="lineage.pause"),
        Binding("P", "pause_all", "Pause all", id="session.pause", show=False),
        Binding("h", "hint", "Hint", id="lineage.hint"),
        Binding("H", "hint_all", "Hint to all", id="session.hint", show=False),
        Binding("X", "stop", "Stop lineage", id="lineage.stop", show=False),
        Binding("B", "boost", "Boost lineage", id="lineage.boost", show=False),
        Binding("dollar_sign", "budget", "Change budget", id="session.budget", show=False),
        Binding("f", "fork", "Fork", id="candidate.fork", show=False),
        Binding("W", "judge", "Found wrong", id="candidate.judge", show=False),
        Binding("p", "pin", "Pin", id="candidate.pin", show=False),
        Binding("o", "edit", "Edit candidate", id="candidate.edit", show=False),
        Binding("Y", "copy_candidate", "Copy candidate", id="candidate.copy", show=False),
        Binding("A", "analysis", "Analysis", id="session.analysis", show=False),
        Binding("m", "mark", "Mark", id="candidate.mark", show=False),
        Binding("M", "compare", "Compare marked", id="candidate.compare", show=False),
        Binding("z", "zoom", "Maximise", id="pane.zoom", show=False),
        Binding("escape", "zoom_out", "Make small again", id="pane.small", show=False),
        Binding("S", "app.home", "Sessions", id="app.home", show=False),
        Binding("q", "quit_session", "Quit", id="session.quit"),
    ]

    ALLOW_IN_MAXIMIZED_VIEW = "StatusBar, SearchLine, Composer, InfoLine, Footer"
    ESCAPE_TO_MINIMIZE = False
    """Escape ends a search before it makes a pane small again."""

    def __init__(self, run: Run) -> None:
        """Show and steer `run`."""
        super().__init__()
        self.run = run
        self.view = run.view
        self.ready = False
        """Whether all its widgets are there to be brought up to date."""
        self.answer = ""
        """What became of a command just now; a person who gave it needs no more than a line."""
        self._answered: Timer | None = None

    def chrome(self) -> ComposeResult:
        """The parts that every screen of a session has at its bottom."""
        yield SearchLine()
        yield Composer(self.view)
        yield InfoLine(self._banner, id="banner")
        yield InfoLine(self._info, id="info")

    def _info(self) -> Content:
        if not self.answer:
            return self.told()
        answer = Content.assemble((" ✔ ", GOOD), text.one_line(self.answer), "  ")
        return Content.assemble(answer, self.told())

    def told(self) -> Content:
        """Say in one line what the screen is about: the selected lineage and its candidate."""
        return info.selected(self.view, time.time())

    def _banner(self) -> Content:
        return info.banner(self.view, self.run.resume_command) or Content("")

    def refresh_view(self) -> None:
        """Show what has changed. Called at most ten times a second, on the visible screen."""
        banner = self.query_one("#banner", InfoLine)
        banner.display = info.banner(self.view, self.run.resume_command) is not None
        for line in self.query(InfoLine):
            line.repaint()

    def refresh_clock(self) -> None:
        """Show that time goes by; called once a second where nothing else has changed."""
        for line in self.query(InfoLine):
            line.repaint()
        for bar in self.query(StatusBar):
            bar.repaint()

    @property
    def composer(self) -> Composer:
        """The hint composer."""
        return self.query_one(Composer)

    def on_mount(self) -> None:
        """Start with the composer out of the way."""
        self.composer.display = False
        self.ready = True
        self.call_after_refresh(self.refresh_view)

    def on_screen_resume(self) -> None:
        """Show what happened while another screen was in front."""
        if self.ready:
            self.refresh_view()

    def say(self, reply: Reply) -> None:
        """Show what became of a command: in the line at the bottom, but a refusal loudly."""
        if reply.ok:
            self.answer = reply.message
            if self._answered is not None:
                self._answered.stop()
            self._answered = self.set_timer(ANSWER_SECONDS, self._forget_answer)
        else:
            self.notify(reply.message, severity="error", markup=False)
        self.refresh_view()

    def _forget_answer(self) -> None:
        self.answer, self._answered = "", None
        self.query_one("#info", InfoLine).repaint()

    def command(self, command: AnyCommand) -> None:
        """Send a command without holding up the keys; show its reply."""

        async def send() -> None:
            self.say(await self.run.send(command))

        self.run_worker(send(), group="command")

    def action_pause(self) -> None:
        """Pause the selected lineage; abort while it pauses; let it go on again."""
        lineage = self.view.selected
        if lineage is not None:
            self.run_worker(flows.toggle(self, (lineage,)), group="flow", exclusive=True)

    def action_pause_all(self) -> None:
        """The same for every lineage that is not stopped."""
        lineages = tuple(x for x in self.view.session.lineages.values() if x.stopped is None)
        if lineages:
            self.run_worker(flows.toggle(self, lineages, every=True), group="flow", exclusive=True)

    def action_stop(self) -> None:
        """Stop the selected lineage, once confirmed."""
        lineage = self.view.selected
        if lineage is not None:
            self.run_worker(flows.stop(self, lineage), group="flow", exclusive=True)

    def action_fork(self) -> None:
        """Start a lineage from the candidate shown."""
        candidate = self.view.candidate
        if candidate is not None:
            self.command(Fork(candidate.id))

    def action_judge(self) -> None:
        """Find the candidate shown wrong, or take that back."""
        candidate = self.view.candidate
        if candidate is not None:
            self.run_worker(flows.judge(self, candidate), group="flow", exclusive=True)

    def action_pin(self) -> None:
        """Show the candidate shown in every move of the selected lineage, or no longer."""
        candidate, lineage = self.view.candidate, self.view.selected
        if candidate is not None and lineage is not None:
            pinned = candidate.id not in lineage.pinned
            self.command(Pin(candidate.id, (lineage.id,), pinned))

    def action_boost(self) -> None:
        """Give the selected lineage half of what the others have left, once confirmed."""
        lineage = self.view.selected
        if lineage is not None:
            self.run_worker(flows.boost(self, lineage), group="flow", exclusive=True)

    def action_budget(self) -> None:
        """Change the session's limits."""
        self.run_worker(flows.change_budget(self), group="flow", exclusive=True)

    def action_analysis(self) -> None:
        """Show what the session says as data: laws, width and depth, outlook, edits, failures."""
        self.run_worker(flows.analysis(self), group="open", exclusive=True)

    def action_hint(self) -> None:
        """Write a hint to the selected lineage."""
        self.composer.open(self.view.lineage)

    def action_hint_all(self) -> None:
        """Write a hint to every lineage."""
        self.composer.open(ALL)

    def on_composer_queued(self, message: Composer.Queued) -> None:
        """Send the hint off; the draft is dropped only when it is safe in the journal."""
        lineages = () if message.target == ALL else (message.target,)
        command: AnyCommand = AddHint(message.words, lineages, message.standing, user_name())
        if message.hint is not None:
            command = EditHint(message.hint, message.words)

        async def send() -> None:
            reply = await self.run.send(command)
            if reply.ok:
                self.composer.discard()
                self.composer.close()
                self.focus_main()
            self.say(reply)

        self.run_worker(send(), group="command")

    def on_composer_left(self) -> None:
        """Back to the screen."""
        self.focus_main()

    def focus_main(self) -> None:
        """Give the keys back to the screen's main list."""

    def action_edit(self) -> None:
        """Open the candidate in $EDITOR and inject what is saved."""
        self.run_worker(editor.edit_and_inject(self), group="edit", exclusive=True)

    def action_copy_candidate(self) -> None:
        """Copy the files of the candidate shown."""
        self.run_worker(copying.copy_candidate(self), group="command")

    def on_diff_pane_copied(self, message: DiffPane.Copied) -> None:
        """Copy a diff as a patch."""
        self.run_worker(copying.copy_diff(self, message.pair), group="command")

    def palette_commands(self) -> Iterable[SystemCommand]:
        """Actions that no key stands for."""
        yield SystemCommand(
            "session: copy its path",
            "Where its file is",
            lambda: self.run_worker(copying.copy_path(self), group="command"),
        )
        yield SystemCommand(
            "session: copy its command",
            "What opens it again: attach, resume or show",
            lambda: self.run_worker(copying.copy_command(self), group="command"),
        )

    def action_mark(self) -> None:
        """Mark the candidate shown, or take its mark away."""
        candidate = self.view.candidate
        if candidate is None:
            return
        if not self.view.toggle_mark(candidate.id):
            marked = " ".join(f"#{number}" for _, number in self.view.marks)
            told = f"{MOST} candidates are marked ({marked}): m on one of them takes its mark away"
            self.say(Reply(False, told))
            return
        sign = self.view.marks.of(candidate.id)
        told = f"#{candidate.id} is {sign}" if sign else f"#{candidate.id} is no longer marked"
        self.say(Reply(True, told))

    def next_base(self) -> None:
        """Compare the candidate shown with the next thing that there is."""
        if not self.view.cycle_base():
            self.say(Reply(False, "there is nothing else to compare with: mark a candidate with m"))
        self.refresh_view()

    def action_compare(self) -> None:
        """Compare the marked candidates with each other."""
        from workbench.display.tui.screens.compare import CompareScreen

        if len(self.view.marks) < 2:
            told = f"mark 2 to {MOST} candidates with m first; {len(self.view.marks)} marked so far"
            self.say(Reply(False, told))
            return
        self.app.push_screen(CompareScreen(self.run))

    def action_zoom(self) -> None:
        """Give the pane that has the keys the whole screen, or put it back."""
        if self.maximized is not None:
            self.minimize()
        elif isinstance(self.focused, Steady):
            self.maximize(self.focused, container=False)

    def action_zoom_out(self) -> None:
        """Put the pane back that has the whole screen."""
        self.minimize()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave escape alone while no pane has the whole screen."""
        return self.maximized is not None if action == "zoom_out" else True

    def on_searchable_asked(self, message: Searchable.Asked) -> None:
        """Let a person write what to search for."""
        self.query_one(SearchLine).open(message.pane)

    def action_quit_session(self) -> None:
        """Detach, or stop the engine, or just leave a session that is over."""
        self.run_worker(flows.leave(self), group="flow", exclusive=True)

    @property
    def workbench(self) -> WorkbenchApp:
        """The application, by its own type."""
        from workbench.display.tui.app import WorkbenchApp

        assert isinstance(self.app, WorkbenchApp)
        return self.app
