"""The marked candidates next to each other, and the diff of two of them."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Footer

from workbench.display.states import MUTED
from workbench.display.tui.render import compare, compare_table
from workbench.display.tui.run import Run
from workbench.display.tui.screens.base import RunScreen
from workbench.display.tui.view import Pair
from workbench.display.tui.widgets.diffs import DiffPane
from workbench.display.tui.widgets.status import StatusBar
from workbench.display.tui.widgets.table import CompareTable
from workbench.engine.command import Reply
from workbench.model.ancestry import common_ancestor
from workbench.model.candidate import Candidate, CandidateId
from workbench.model.lineage import name_of

_ELSEWHERE = frozenset(
    {"pause", "hint", "stop", "boost", "fork", "judge", "pin", "edit", "copy_candidate", "mark"}
    | {"compare"}
)
"""Actions on the one candidate or lineage that other screens show."""


class CompareScreen(RunScreen):
    """Two to four marked candidates: ``a``, which the others are measured by, ``b``, the rest."""

    HELP = (
        "What differs stands first; differences are to a. 1 to 4 and the brackets choose b, x "
        "swaps a and b, d shows the diff from a to b, y copies it as a patch."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="compare.back"),
        Binding("d", "diff", "Diff", id="compare.diff"),
        Binding("x", "swap", "Swap", id="compare.swap"),
        Binding(
            "left_square_bracket", "step(-1)", "Other", id="compare.previous", key_display="[ ]"
        ),
        Binding("right_square_bracket", "step(1)", "Next", id="compare.next", show=False),
        *(
            Binding(str(n), f"choose({n})", f"Take ⚑{n}", id=f"compare.{n}", show=False)
            for n in range(1, 5)
        ),
    ]

    def __init__(self, run: Run) -> None:
        """Compare what `run` has marked: at least two."""
        super().__init__(run)
        self._marked: dict[int, CandidateId] = dict(self.view.marks)
        self._first, self._second, *_ = self._marked
        self._changed: dict[CandidateId, str] = {}
        self._ancestor = common_ancestor(self.view.session.candidates, self._marked.values())

    def compose(self) -> ComposeResult:
        """The table; the diff takes its place, or stands below it where there is room."""
        yield StatusBar(self.view)
        yield CompareTable(id="compare")
        yield DiffPane(self.run, self.pair, id="diff")
        yield from self.chrome()
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Begin with the table; count the lines that changed meanwhile."""
        self.query_one(DiffPane).display = False
        self.focus_main()
        self.run_worker(self._count_changes(), group="load")

    async def _count_changes(self) -> None:
        candidates = self.view.session.candidates
        if self._ancestor is None:
            return
        base = candidates[self._ancestor]
        for number in self._marked.values():
            diff = await self.run.comparisons.diff(base, candidates[number])
            self._changed[number] = diff.change
        self.refresh_view()

    def on_resize(self) -> None:
        """Show as many columns as there is room for."""
        if self.ready:
            self.call_after_refresh(self.refresh_view)

    @property
    def order(self) -> list[int]:
        """The marks as they stand: a, b, then the rest."""
        rest = [n for n in self._marked if n not in (self._first, self._second)]
        return [self._first, self._second, *rest]

    def candidate(self, mark: int) -> Candidate:
        """Return the candidate with a mark."""
        return self.view.session.candidates[self._marked[mark]]

    def pair(self) -> Pair:
        """Return a and b for the diff."""
        return Pair(self.candidate(self._second), self.candidate(self._first), f"⚑{self._first}")

    def told(self) -> Content:
        """Name a and b, and what else is compared."""
        names = [
            f"⚑{n} {name_of(self.candidate(n).lineage)} #{self.candidate(n).id}" for n in self.order
        ]
        more = f"  also {', '.join(names[2:])}" if names[2:] else ""
        return Content.assemble((f" a {names[0]} ⟷ b {names[1]}", "bold"), (more, MUTED))

    def focus_main(self) -> None:
        """The diff has the keys while it is shown, else the table."""
        diff = self.query_one(DiffPane)
        (diff if diff.display else self.query_one(CompareTable)).focus()

    def refresh_view(self) -> None:
        """Show what has changed."""
        super().refresh_view()
        self.query_one(StatusBar).repaint()
        table = self.query_one(CompareTable)
        count = compare_table.fitting(table.width, len(self._marked))
        columns = [
            compare.Column(f"⚑{n}", one := self.candidate(n), self._changed.get(one.id, "…"))
            for n in self.order[:count]
        ]
        ancestor = None
        if self._ancestor is not None:
            ancestor = self.view.session.candidates[self._ancestor]
        table.show(columns, compare.rows(self.view.session, columns, ancestor))
        left = len(self._marked) - count
        table.border_title = Content("Compare" + (f" · {left} more: [ ]" if left else ""))
        self.query_one(DiffPane).refresh_view()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out what acts on a candidate that is not shown here."""
        if action in _ELSEWHERE:
            return False
        return super().check_action(action, parameters)

    def action_back(self) -> None:
        """Step back: a pane to its size, the diff to the table, the table to the screen before."""
        if self.maximized is not None:
            self.minimize()
        elif self.query_one(DiffPane).display:
            self.action_diff()
        else:
            self.app.pop_screen()

    def action_diff(self) -> None:
        """Show the diff from a to b, or hide it."""
        diff = self.query_one(DiffPane)
        diff.display = not diff.display
        self.set_class(diff.display, "-diff")
        self.focus_main()
        self.call_after_refresh(self.refresh_view)

    def action_swap(self) -> None:
        """Measure by the other."""
        self._first, self._second = self._second, self._first
        self.refresh_view()

    def action_step(self, offset: int) -> None:
        """Take the next of the others as b."""
        others = [n for n in self._marked if n != self._first]
        place = (others.index(self._second) + offset) % len(others)
        self._second = others[place]
        self.refresh_view()

    def action_choose(self, mark: int) -> None:
        """Take a marked candidate as b; a itself changes places with b."""
        if mark not in self._marked:
            marked = " ".join(f"⚑{n}" for n in self._marked)
            self.say(Reply(False, f"nothing is marked ⚑{mark}; there is {marked}"))
        elif mark == self._first:
            self.action_swap()
        else:
            self._second = mark
            self.refresh_view()
