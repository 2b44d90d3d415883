"""The terminal UI: a Textual application over a `Feed` and a `Control`, and nothing else.

Importing this package costs no Textual; the application is loaded when `run_app` is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.display.opener import Exit

if TYPE_CHECKING:
    from workbench.display.tui.app import run_app

__all__ = ["Exit", "run_app"]


def __getattr__(name: str) -> object:
    """Load the application on first use."""
    if name == "run_app":
        from workbench.display.tui.app import run_app

        return run_app
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
