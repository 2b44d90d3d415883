"""The real program, and the tiny task of the tests of the engine."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / room) for room in ("engine", "cli", "tui")]

from engine_fixtures import _isolation, own_places  # noqa: E402

__all__ = ["_isolation", "own_places"]
