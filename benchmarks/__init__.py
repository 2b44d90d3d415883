"""Measured claims: each module prints figures that docs/performance.md quotes.

The tiny task, the process helpers and the lineages made by hand are those of the tests, so that
both speak of the same thing; their directories are put on the import path here.
"""

import sys
from pathlib import Path

_TESTS = Path(__file__).resolve().parent.parent / "tests"
sys.path += [str(_TESTS / "engine"), str(_TESTS / "search")]
