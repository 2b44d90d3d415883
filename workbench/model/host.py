"""What text may tell of this machine: nothing. Its paths are shortened before anybody reads it."""

from __future__ import annotations

import os
import re
import sys


def without_host(data: bytes) -> bytes:
    """Return `data` with this machine's path of the interpreter, shown in tracebacks, shortened."""
    for prefix in PYTHONS:
        data = data.replace(os.fsencode(prefix), b"<python>")
    return data


def shortened(text: str) -> str:
    """Return `text` with the paths of the interpreter and of the home directory shortened.

    The home directory only where a path begins with it, as the text may be somebody's program.
    """
    for prefix in PYTHONS:
        text = text.replace(prefix, "<python>")
    return text if _AT_HOME is None else _AT_HOME.sub("~", text)


def _python_prefixes() -> tuple[str, ...]:
    """Return where this interpreter lies, longest first; ``/usr`` would tell nothing."""
    found = {sys.prefix, sys.base_prefix, sys.base_exec_prefix}
    found |= {os.path.realpath(prefix) for prefix in found}
    own = [prefix for prefix in found if len(prefix) > 1 and not f"{prefix}/".startswith("/usr/")]
    return tuple(sorted(own, key=len, reverse=True))


PYTHONS = _python_prefixes()
"""Where this interpreter lies, longest path first."""

HOME = os.path.expanduser("~")
"""The home directory of whoever runs this process."""

_AT_HOME = re.compile(rf"(?<![\w./~-]){re.escape(HOME)}(?![\w.-])") if len(HOME) > 1 else None
