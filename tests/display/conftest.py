"""Lets the tests of the line displays use the journals made for the tests of the terminal UI."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tui"))
