"""The backend `docker`: programs in containers. Imported only where it is chosen."""

from __future__ import annotations

from sandbox.docker.backend import Docker
from sandbox.docker.leftovers import Removed, clean

__all__ = ["Docker", "Removed", "clean"]
