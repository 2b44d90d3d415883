"""Untrusted text on its way to a person: one clean line for messages, capped blobs for the rest."""

from __future__ import annotations

import re
import unicodedata

from workbench.model.host import HOME, PYTHONS

MAX_MESSAGE = 300
"""Longest message, in characters."""

MAX_BLOB = 64 << 10
"""Most that is kept of a text a program left, in bytes."""

_ESCAPE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor movement
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC, DCS …
    r"|\x1b[ -/]*[0-~]?"
)


def clean(text: str, limit: int = MAX_MESSAGE) -> str:
    """Return `text` as one printable line of at most `limit` characters.

    Escape sequences go, control and invisible format characters become blanks, paths of this
    machine that a sandbox may show (the interpreter's, the home directory) are shortened.
    """
    text = _ESCAPE.sub("", text[: 64 * limit])
    text = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    text = " ".join(text.split())
    for prefix in PYTHONS:
        text = text.replace(prefix, "<python>")
    if len(HOME) > 1:
        text = text.replace(HOME, "~")
    return text if len(text) <= limit else text[: limit - 1] + "…"


def last_line(data: bytes) -> str:
    """Return the last line of `data` that has something to read, cleaned; empty if none has."""
    tail = data[-MAX_BLOB:].decode(errors="replace")
    return next((line for raw in reversed(tail.splitlines()) if (line := clean(raw))), "")


def first_line(data: bytes) -> str:
    """Return the first line of `data` that has something to read, without Markdown's ``#``."""
    head = data[:MAX_BLOB].decode(errors="replace")
    lines = (clean(raw).lstrip("# ") for raw in head.splitlines())
    return next((line for line in lines if line), "")


def cap(data: bytes, limit: int = MAX_BLOB) -> bytes:
    """Return `data`, or its head and tail with a line between that says how much is left out."""
    if len(data) <= limit:
        return data
    marker = f"\n[{len(data) - limit} bytes or a little more left out]\n".encode()
    keep = limit - len(marker)
    return data[: keep - keep // 2] + marker + data[len(data) - keep // 2 :]


def size(count: int) -> str:
    """Return a number of bytes as people write it, e.g. ``512 MiB``."""
    for unit, step in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if count >= step:
            return f"{count / step:.4g} {unit}"
    return f"{count} bytes"
