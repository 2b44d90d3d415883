"""Every action in the command palette, read off the bindings, so that none is left out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from textual.app import App, SystemCommand
from textual.screen import Screen

from workbench.display.tui.screens.base import RunScreen

if TYPE_CHECKING:
    from textual.dom import DOMNode


def commands(app: App[Any], screen: Screen[object]) -> Iterable[SystemCommand]:
    """List the bound actions that work on `screen`, as ``noun: verb`` with their key."""
    seen: set[str] = set()
    for key, active in screen.active_bindings.items():
        binding = active.binding
        name = binding.id or ""
        noun, _, _ = name.partition(".")
        if not active.enabled or not noun or noun in _LISTS or binding.action in seen:
            continue
        seen.add(binding.action)
        title = f"{noun}: {binding.description.lower()}"
        shown = binding.key_display or app.get_key_display(binding)
        yield SystemCommand(title, f"Key {shown or key}", _runner(app, active.node, binding.action))
    if isinstance(screen, RunScreen):
        yield from screen.palette_commands()


_LISTS = frozenset({"list", "rows", "hint", "ask", "filter", "choice"})
"""Keys of lists and of the text area: they move about, they do nothing by name."""


class _Runner:
    """Runs an action where its binding stands."""

    def __init__(self, app: App[Any], node: DOMNode, action: str) -> None:
        self._app, self._node, self._action = app, node, action

    async def __call__(self) -> None:
        await self._app.run_action(self._action, self._node)


def _runner(app: App[Any], node: DOMNode, action: str) -> _Runner:
    return _Runner(app, node, action)
