"""Find a program as a shell would, and become it."""

from __future__ import annotations

import os
import signal
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import NoReturn

CANNOT = "cannot execute"
"""Begins what is written to standard error when there is no such program."""
CANNOT_STATUS = 127
_OURS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE, signal.SIGXFSZ)


def which(name: str, path: str, folder: str) -> str:
    """Return the file that `name` means when `path` is searched from `folder`."""
    if "/" in name:
        return os.path.join(folder, name)
    for entry in path.split(":"):
        candidate = os.path.join(entry, name)
        if os.access(candidate, os.X_OK) and os.path.isfile(candidate):
            return candidate
    return os.path.join(folder, name)


def execute(argv: Sequence[str], env: Mapping[str, str], path: str = "") -> NoReturn:
    """Become the program `argv`, at `path` where that is known; a failure is told and ends it."""
    try:
        for number in _OURS:
            signal.signal(number, signal.SIG_DFL)  # ignoring them would be inherited
        os.execve(path or which(argv[0], env["PATH"], os.getcwd()), list(argv), env)
    except OSError as error:
        with suppress(OSError):
            os.write(2, f"{CANNOT} {argv[0]}: {error.strerror}\n".encode())
    finally:
        os._exit(CANNOT_STATUS)
