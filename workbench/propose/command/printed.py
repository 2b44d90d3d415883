"""What a command printed: kept without the values it was given, capped, and its last line."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sandbox import Execution
from workbench.model.host import without_host
from workbench.propose.prompt.text import one_line

MOST_OUT, MOST_ERR = 48 << 10, 16 << 10
"""Bytes that are kept of either stream."""
SECRET_BYTES = 6
"""Shorter values of variables are none: they stand in every text by chance."""
_NOTE = 300
_ESCAPE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours, movements
    r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?"  # titles, links
    r"|\x1b[ -/]*[0-~]?"
)


class Printed:
    """The two streams of one run. `given` are the values of variables that nobody may keep."""

    def __init__(self, execution: Execution, given: Mapping[str, str]) -> None:
        self._secrets = {
            name: value.encode(errors="surrogateescape")
            for name, value in given.items()
            if len(value.encode(errors="surrogateescape")) >= SECRET_BYTES
        }
        self._out = self._without_secrets(execution.stdout)
        self._err = self._without_secrets(execution.stderr)

    def holds_secret(self, data: bytes) -> str | None:
        """Return the name of a variable whose value stands in `data`."""
        return next((name for name, value in self._secrets.items() if value in data), None)

    def hidden(self, text: str) -> str:
        """Return `text` without the values."""
        return self._without_secrets(text.encode(errors="replace")).decode(errors="replace")

    def _without_secrets(self, data: bytes) -> bytes:
        # Longest first: one value may be part of another.
        for name, value in sorted(self._secrets.items(), key=lambda pair: -len(pair[1])):
            data = data.replace(value, f"<{name}>".encode())
        return without_host(data)

    @property
    def reply(self) -> bytes:
        """What is recorded: standard output, and standard error where there is any."""
        out = _capped(self._out, MOST_OUT)
        if not self._err.strip():
            return out
        between = b"" if not out or out.endswith(b"\n") else b"\n"
        return b"%s%s[standard error]\n%s" % (out, between, _capped(self._err, MOST_ERR))

    @property
    def note(self) -> str:
        """The last line that it printed, as one visible line; empty if it printed none."""
        return _last_line(self._out)

    @property
    def complaint(self) -> str:
        """The last line of its standard error, likewise."""
        return _last_line(self._err)


def _last_line(data: bytes) -> str:
    text = _ESCAPE.sub("", data[-MOST_OUT:].decode(errors="replace"))
    lines = (one_line(line, _NOTE) for line in reversed(re.split(r"[\r\n]+", text)))
    return next((line for line in lines if line), "")


def _capped(data: bytes, most: int) -> bytes:
    """Return head and tail of what is longer, and a line between that says how much is missing."""
    if len(data) <= most:
        return data
    half = most // 2
    return b"%s\n[%d bytes left out]\n%s" % (data[:half], len(data) - 2 * half, data[-half:])
