"""Every setting with its meaning and its present value, changed with the keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static

from workbench.display.config.model import Value
from workbench.display.tui.looks import Looks
from workbench.display.tui.render import settings
from workbench.display.tui.render.settings import Item
from workbench.display.tui.screens.press import Press
from workbench.display.tui.widgets.filter import FilterLine, matches
from workbench.display.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from workbench.display.tui.app import WorkbenchApp


class SettingsScreen(Screen[None]):
    """What is changed here is in force at once, and kept in the file it names."""

    HELP = (
        "Enter changes the setting under the cursor, or asks for the key of a binding; the arrows "
        "step through what it may be. What is set differently from its default has a sign."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="settings.back"),
        Binding("space,right", "step(1)", "Next value", id="settings.next", key_display="← →"),
        Binding("left", "step(-1)", "Previous value", id="settings.previous", show=False),
        Binding("a", "add", "Further key", id="settings.add"),
        Binding("d", "reset", "Default", id="settings.default"),
        Binding("slash", "filter", "Filter", id="settings.filter", key_display="/"),
    ]

    def __init__(self, looks: Looks) -> None:
        """Show and change the settings of `looks`."""
        super().__init__()
        self._looks = looks
        self._words = ""
        self._items: list[Item] = []

    def compose(self) -> ComposeResult:
        """The list, and what the setting under the cursor does."""
        path = self._looks.settings.path
        kept = "changes last until you leave" if path is None else f"kept in {path}"
        yield Static(Content.assemble((" settings", "bold"), f"  {kept}"), id="title")
        yield FilterLine(id="filter")
        yield Rows(id="settings", empty="no setting has these letters")
        yield Static(id="about")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Fill the list and give it the keys."""
        rows = self.query_one("#settings", Rows)
        rows.border_title, rows.border_subtitle = "Settings", "◆ not as by default"
        rows.focus()
        self._fill()

    def _fill(self) -> None:
        config = self._looks.settings.config
        whole = settings.items(config, sorted(self.app.available_themes))
        self._items = [x for x in whole if matches(self._words, x.key, x.value, x.meaning)]
        rows = self.query_one("#settings", Rows)
        rows.show(self._items, settings.draw, heading=settings.heading)
        self._describe()

    def _describe(self) -> None:
        item = self._item()
        about = Content("") if item is None else settings.about(item)
        self.query_one("#about", Static).update(about)

    def _item(self) -> Item | None:
        place = self.query_one("#settings", Rows).cursor
        return self._items[place] if place < len(self._items) else None

    def on_rows_moved(self) -> None:
        """Describe the setting under the cursor."""
        self._describe()

    def on_rows_opened(self) -> None:
        """Change the setting under the cursor, in the way that suits it."""
        item = self._item()
        if item is None:
            return
        if item.key == "theme":
            self.workbench.action_themes(self._fill)
        elif item.binding:
            self._ask(item.binding, further=False)
        else:
            self.action_step(1)

    def on_filter_line_narrowed(self, message: FilterLine.Narrowed) -> None:
        """Show what has the words."""
        self._words = message.words
        self._fill()

    def on_filter_line_left(self) -> None:
        """Back to the list."""
        self.query_one("#settings", Rows).focus()

    def action_filter(self) -> None:
        """Narrow the list."""
        self.query_one(FilterLine).open()

    def action_step(self, step: int) -> None:
        """Take the next or the previous value."""
        item = self._item()
        value = None if item is None else settings.neighbour(item, step)
        if item is not None and value is not None:
            self._change(item.key, value)

    def action_reset(self) -> None:
        """Give the setting under the cursor its default back."""
        item = self._item()
        if item is not None:
            self._change(item.key, None)

    def action_add(self) -> None:
        """Give the binding under the cursor a further key."""
        item = self._item()
        if item is not None and item.binding:
            self._ask(item.binding, further=True)

    def _ask(self, binding: str, further: bool) -> None:
        def pressed(keys: str | None) -> None:
            if keys is not None:
                self._change(f"keys.{binding}", keys)

        given = self._looks.settings.config.keys
        self.app.push_screen(Press(binding, given, further), pressed)

    def _change(self, key: str, value: Value | None) -> None:
        self.workbench.change_setting(key, value)
        self._fill()

    def action_back(self) -> None:
        """Back to where one came from."""
        self.app.pop_screen()

    @property
    def workbench(self) -> WorkbenchApp:
        """The application, by its own type."""
        from workbench.display.tui.app import WorkbenchApp

        assert isinstance(self.app, WorkbenchApp)
        return self.app
