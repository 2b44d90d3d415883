"""An engine that waits little after a failed call: ``quick_host.py SESSION``."""

from __future__ import annotations

import sys

from workbench.engine import host
from workbench.propose.llm import attempts

if __name__ == "__main__":
    attempts.FIRST_WAIT = 0.02
    sys.exit(host.main())
