"""The candidates of the selected lineage, to pick from."""

from __future__ import annotations

from textual.content import Content

from workbench.display.tui.render import tree
from workbench.display.tui.view import View
from workbench.display.tui.widgets.rows import Rows


class CandidateTree(Rows):
    """A tree of candidates that is laid out again only when it has grown."""

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
        key = (lineage.id, len(lineage.candidates), lineage.best)
        if key != self._key:
            self._key = key
            self._drawn_nodes = tree.layout(lineage)
            self._places = {node.candidate: place for place, node in enumerate(self._drawn_nodes)}
        facts = self._view.session.facts

        def draw(node: tree.Node, width: int) -> Content:
            candidate = lineage.candidates[node.candidate]
            pinned = candidate.id in lineage.pinned
            return tree.draw(node, candidate, lineage.best, facts, pinned)

        title = f"Candidates of {lineage.name}: {len(lineage.candidates)}"
        self.entitle(title, "★ best  ✖ failed  ▲ hinted")
        self.show(self._drawn_nodes, draw, cursor=self._places[shown.id])

    def candidate_at(self, index: int) -> int:
        """Return the candidate in a row."""
        return self._drawn_nodes[index].candidate

    def on_show(self) -> None:
        """Catch up after having been hidden."""
        self.refresh_view()
