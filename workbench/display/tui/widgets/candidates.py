"""The candidates of the selected lineage, to pick from."""

from __future__ import annotations

from textual.content import Content

from workbench.display.tui.render import tree
from workbench.display.tui.render.find import told
from workbench.display.tui.view import View
from workbench.display.tui.widgets.rows import Rows
from workbench.display.tui.widgets.search import Searchable


class CandidateTree(Rows, Searchable):
    """A tree of candidates that is laid out again only when it has grown.

    A search leaves those that it finds, without the lines of the tree.
    """

    def __init__(self, view: View, *, id: str | None = None) -> None:
        """Show the selected lineage of `view`."""
        super().__init__(id=id, empty="no candidate yet")
        self._view = view
        self._key: object = None
        self._drawn_nodes: list[tree.Node] = []
        self._places: dict[int, int] = {}

    def refresh_view(self) -> None:
        """Show what is new, the cursor on the candidate shown."""
        lineage, shown = self._view.selected, self._view.candidate
        if not self.is_on_screen or lineage is None or shown is None:
            return
        # What a search looks at may change without a new candidate: verdicts, marks, findings.
        changing = self._view.version if self.words else None
        key = (lineage.id, len(lineage.candidates), lineage.best, self.words, changing)
        if key != self._key:
            self._key = key
            nodes = tree.layout(lineage)
            if self.words:
                nodes = tree.matching(nodes, lineage, self._view.marks, self.words)
            self._drawn_nodes = nodes
            self._places = {node.candidate: place for place, node in enumerate(nodes)}
        facts, marks = self._view.session.facts, self._view.marks

        def draw(node: tree.Node, width: int) -> Content:
            candidate = lineage.candidates[node.candidate]
            pinned, marked = candidate.id in lineage.pinned, marks.of(candidate.id)
            return tree.draw(node, candidate, lineage.best, facts, pinned, marked)

        count = f"{len(lineage.candidates)}"
        if self.words:
            count = f"{len(self._drawn_nodes)} of {count}"
        keys = "★ best  ✖ failed  ▲ hinted  ⚑ marked"
        keys = f"/{self.words} · esc ends" if self.words else keys
        self.entitle(f"Candidates of {lineage.name}: {count}", keys)
        cursor = self._places.get(shown.id, 0 if self.words else None)
        self.show(self._drawn_nodes, draw, cursor=cursor)

    def candidate_at(self, index: int) -> int:
        """Return the candidate in a row."""
        return self._drawn_nodes[index].candidate

    def on_show(self) -> None:
        """Catch up after having been hidden."""
        self.refresh_view()

    def seek(self, words: str) -> None:
        """Leave the candidates whose number, note or status have all the words."""
        self.refresh_view()

    def step_hit(self, offset: int) -> None:
        """Go to the next of those that are left, from the last one on to the first."""
        if not self._drawn_nodes:
            return
        shown = self._view.candidate
        if shown is None or shown.id not in self._places:  # begin with the one at the cursor
            self.post_message(self.Moved(self, self.cursor))
        else:
            self.action_move_to((self.cursor + offset) % len(self._drawn_nodes))

    @property
    def search_told(self) -> str:
        """How many are left."""
        found = len(self._drawn_nodes)
        return told(self.words, min(self.cursor, found - 1), found)
