"""Measured claims: each module prints figures that docs/performance.md quotes.

The tiny task and the process helpers are those of the engine's tests, so that both speak of the
same thing; their directory is put on the import path here.
"""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests" / "engine"))
