"""The drill-in: one lineage, one candidate, everything about both."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Footer, TabbedContent, TabPane

from workbench.display.tui.render import hints
from workbench.display.tui.run import Run
from workbench.display.tui.screens.tabbed import TabbedScreen
from workbench.display.tui.widgets.candidates import CandidateTree
from workbench.display.tui.widgets.diffs import DiffPane
from workbench.display.tui.widgets.panes import Pane, ProposalPane, VerifierPane
from workbench.display.tui.widgets.rows import Rows
from workbench.display.tui.widgets.status import StatusBar
from workbench.engine.command import Reply, WithdrawHint
from workbench.model.hint import Hint

TABS = ("diff", "verifier", "proposal", "tree", "hints")


class LineageScreen(TabbedScreen):
    """Diff, verifier, proposal, tree and hints of the selected lineage."""

    HELP = (
        "The brackets step through the candidates, m marks one. b changes what the diff compares "
        "with: parent, baseline, best, initial, marked ones. Braces step through its gaps, enter "
        "opens one. 1 to 5 change the tab, / searches it, z gives it the whole screen."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="lineage.back"),
        Binding(
            "left_square_bracket", "step(-1)", "Step", id="candidate.previous", key_display="[ ]"
        ),
        Binding("right_square_bracket", "step(1)", "Next", id="candidate.next", show=False),
        Binding("b", "base", "Base", id="diff.base"),
        Binding("e", "edit_hint", "Edit", id="hint_queue.edit"),
        Binding("x", "withdraw_hint", "Withdraw", id="hint_queue.withdraw"),
        *(
            Binding(str(number), f"tab('{name}')", f"Tab {name}", id=f"tab.{name}", show=False)
            for number, name in enumerate(TABS, 1)
        ),
    ]

    def __init__(self, run: Run) -> None:
        """Show the lineage that `run` has selected."""
        super().__init__(run)
        self._hints: list[Hint] = []

    def compose(self) -> ComposeResult:
        """One tab each; those in the back are not drawn."""
        yield StatusBar(self.view)
        with TabbedContent(initial="tab-diff", id="tabs"):
            yield TabPane("1 Diff", DiffPane(self.run, id="diff"), id="tab-diff")
            yield TabPane("2 Verifier", VerifierPane(self.run, id="verifier"), id="tab-verifier")
            yield TabPane("3 Proposal", ProposalPane(self.run, id="proposal"), id="tab-proposal")
            yield TabPane("4 Tree", CandidateTree(self.view, id="tree"), id="tab-tree")
            queue = Rows(id="hints", empty="no hint to this lineage yet: press h")
            yield TabPane("5 Hints", queue, id="tab-hints")
        yield from self.chrome()
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Begin in the diff."""
        queue = self.query_one("#hints", Rows)
        queue.border_title, queue.border_subtitle = "Hints", "e edit · x withdraw"
        self.focus_main()

    def refresh_view(self) -> None:
        """Show what has changed in the tab in front."""
        super().refresh_view()
        for pane in self.query(Pane):
            pane.refresh_view()
        self.query_one(CandidateTree).refresh_view()
        self._refresh_hints()

    def _refresh_hints(self) -> None:
        session, number = self.view.session, self.view.lineage
        self._hints = [hint for hint in session.hints.values() if number in hint.lineages]
        self.query_one("#hints", Rows).show(
            self._hints, lambda hint, width: hints.draw(hint, number, session.facts)
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the keys of a tab only while it is in front."""
        if action in ("edit_hint", "withdraw_hint"):
            return self.tab == "hints" if self.query(TabbedContent) else False
        if action == "base":
            return self.tab == "diff" if self.query(TabbedContent) else False
        return super().check_action(action, parameters)

    def tab_changed(self) -> None:
        """Bring the new tab up to date and give it the keys; the footer shows which."""
        self.refresh_bindings()
        self.call_after_refresh(self.refresh_view)
        super().tab_changed()
        if self.maximized is not None:
            self.maximize(self.query_one(f"#{self.tab}"), container=False)

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Show the candidate under the cursor of the tree."""
        if isinstance(message.rows, CandidateTree):
            self.view.pick_candidate(message.rows.candidate_at(message.index))
            self.refresh_view()

    def on_rows_opened(self, message: Rows.Opened) -> None:
        """Enter in the tree opens the diff; in the queue it edits the hint."""
        if isinstance(message.rows, CandidateTree):
            self.view.pick_candidate(message.rows.candidate_at(message.index))
            self.action_tab("diff")
        elif message.rows.id == "hints":
            self.action_edit_hint()

    def action_step(self, offset: int) -> None:
        """Show the candidate born before or after this one."""
        self.view.step_candidate(offset)
        self.refresh_view()

    def action_base(self) -> None:
        """Compare with the next thing that there is."""
        self.next_base()

    def _hint(self) -> Hint | None:
        place = self.query_one("#hints", Rows).cursor
        return self._hints[place] if place < len(self._hints) else None

    def action_edit_hint(self) -> None:
        """Change the text of the hint under the cursor, if some lineage has yet to take it."""
        hint = self._hint()
        if hint is None:
            return
        if not hint.editable:
            self.say(Reply(False, f"hint {hint.id} is {hint.status}: its text is history"))
            return
        self.composer.open(self.view.lineage, hint.id, hint.text)

    def action_withdraw_hint(self) -> None:
        """Keep the hint under the cursor from any further move."""
        hint = self._hint()
        if hint is not None:
            self.command(WithdrawHint(hint.id))
