from __future__ import annotations

from engine_fixtures import _isolation, gated, own_places, root

__all__ = ["_isolation", "gated", "own_places", "root"]
