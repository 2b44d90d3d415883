"""The sandbox's tests know how to run a script as an ordinary user."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "sandbox"))
