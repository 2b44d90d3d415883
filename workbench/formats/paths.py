"""Which relative paths may name a file of a task."""

from __future__ import annotations

MAX_PATH = 255
"""Longest path of a task's file, in bytes of UTF-8."""


def fault(path: str) -> str | None:
    """Say why `path` cannot name a file below a directory; None if it can.

    Allowed are relative posix paths in their shortest form, of printable characters.
    """
    if not path:
        return "is empty"
    if not path.isprintable() or "\\" in path:
        return "has a control character, a backslash or an undecodable byte"
    if len(path.encode()) > MAX_PATH:
        return f"is longer than {MAX_PATH} bytes"
    if path.startswith("/"):
        return "is absolute"
    parts = path.split("/")
    if ".." in parts:
        return "leaves its directory through '..'"
    if "." in parts or "" in parts:
        return "is not a plain file path ('.', '//' or a trailing '/')"
    return None
