"""The analysis screen: the figures of the report, drawn while the session goes on."""

from __future__ import annotations

import asyncio
import importlib
from types import ModuleType
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Footer, TabbedContent, TabPane

from workbench.display.text import count
from workbench.display.tui.run import Run
from workbench.display.tui.screens.tabbed import TabbedScreen
from workbench.display.tui.widgets.report import ReportPane
from workbench.display.tui.widgets.status import StatusBar
from workbench.model.session import Session
from workbench.model.still import still

if TYPE_CHECKING:
    from workbench.analysis.report.document import Document

_WORK = "workbench.display.tui.render.analysed"
TABS = ("progress", "dynamics", "depth", "outlook", "edits", "hints", "failures", "made")
"""The sections of a session's report, in their order."""
TITLES = ("Progress", "Laws", "Width", "Outlook", "Edits", "Hints", "Failures", "Made")


class AnalysisScreen(TabbedScreen):
    """Laws, width against depth, outlook, edits, failures: of the session as it stands."""

    HELP = (
        "The numbers of `workbench report`, as the session stood when they were computed; r "
        "computes them again. 1 to 8 change the tab."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="analysis.back"),
        Binding("r", "again", "Compute again", id="analysis.again"),
        *(
            Binding(str(number), f"tab('{name}')", f"Tab {name}", id=f"figures.{name}", show=False)
            for number, name in enumerate(TABS, 1)
        ),
    ]

    def __init__(self, run: Run) -> None:
        """Analyse the session of `run`."""
        super().__init__(run)
        self.shown: Document | None = None
        """What the panes show; None while the first figures are computed."""

    def compose(self) -> ComposeResult:
        """One tab for each section."""
        yield StatusBar(self.view)
        with TabbedContent(initial="tab-progress", id="tabs"):
            for number, (name, title) in enumerate(zip(TABS, TITLES, strict=True), 1):
                yield TabPane(f"{number} {title}", ReportPane(id=name), id=f"tab-{name}")
        yield from self.chrome()
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Compute at once."""
        self.focus_main()
        self.action_again()

    def action_analysis(self) -> None:
        """The same key that opens the screen."""
        self.action_again()

    def action_again(self) -> None:
        """Compute everything from the session as it stands now."""
        self.run_worker(self._compute(), group="load", exclusive=True)

    async def _compute(self) -> None:
        """Show what needs no texts first: reading them may take seconds."""
        session, path = still(self.view.session), self.run.attached.path
        self._say(session, "computing…")
        # What computes needs numpy, which nothing else on the screen does.
        work = await asyncio.to_thread(importlib.import_module, _WORK)
        self._show(work, await asyncio.to_thread(work.computed, session, path, None))
        self._say(session, "reading candidates…")
        loop = asyncio.get_running_loop()

        def texts(digest: str) -> str | None:
            if not self.is_attached:
                return None  # the screen was left: nobody reads what comes of this
            asked = asyncio.run_coroutine_threadsafe(self.run.attached.feed.blob(digest), loop)
            try:
                return asked.result().decode(errors="replace")
            except (KeyError, ConnectionError):
                return None  # lost, or the engine left: that edit is not told

        self._show(work, await asyncio.to_thread(work.computed, session, path, texts))
        self._say(session, "r computes again")

    def _show(self, work: ModuleType, document: Document) -> None:
        self.shown = document
        for name, blocks in zip(TABS, work.sections(document), strict=True):
            self.query_one(f"#{name}", ReportPane).show(blocks)

    def _say(self, session: Session, word: str) -> None:
        told = f"{count(len(session.candidates))} candidates, record {session.seq}"
        for pane in self.query(ReportPane):
            pane.border_title = told
            pane.say(word)
