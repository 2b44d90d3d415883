"""Lets the tests of the model use the journals made for the tests of the store."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "store"))
