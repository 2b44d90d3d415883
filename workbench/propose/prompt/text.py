"""Text that nobody vouches for, on its way into a prompt: visible, short, and fenced.

Lengths are estimates: one token for every four bytes of UTF-8, which is four characters of English
or of a program. No tokenizer is asked, as every model has its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from workbench.model.host import shortened

BYTES_PER_TOKEN = 4

_HIDDEN = re.compile(
    # Controls except newline and tab; marks that hide, reorder or separate text without a trace;
    # the tag characters, in which whole sentences can hide; halves of surrogate pairs.
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
_TICKS = re.compile("`{33,}")
_RUN = re.compile("`+")
_KEY = re.compile(r"\bsk-[A-Za-z0-9_-]{16,}")
_MARKER = 48
"""Bytes set aside for the line that says what is left out."""


def tokens(text: str) -> int:
    """Estimate how many tokens `text` is."""
    return -(-_size(text) // BYTES_PER_TOKEN)


def visible(text: str) -> str:
    """Return `text` with everything to see and nothing to hide.

    Line ends become ``\\n``; other controls and invisible marks are written as escapes, keys of
    model providers and paths of this machine shortened, huge runs of backticks counted.
    """
    text = _HIDDEN.sub(_escape, text.replace("\r\n", "\n"))
    text = _TICKS.sub(lambda run: f"[{len(run[0])} backticks]", text)
    return _KEY.sub("<key>", shortened(text))


def one_line(text: str, limit: int = 120) -> str:
    """Return `text` as one visible line of at most `limit` characters, without backticks."""
    line = " ".join(visible(text[: 16 * limit]).replace("`", "'").split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def excerpt(text: str, limit: int, *, tail: bool = False) -> str:
    """Return `text`, visible, in at most `limit` tokens; what is longer loses its middle.

    It is cut between lines, and a line says how many are left out; a text of overlong lines is cut
    between characters. With `tail` the end alone is kept. However small `limit`, that line stays.
    """
    text = text.replace("\r\n", "\n")
    room = limit * BYTES_PER_TOKEN
    if len(text) <= room and _size(whole := visible(text)) <= room:
        return whole
    room = max(0, room - _MARKER)
    lines = text.split("\n")
    head, used = ([], 0) if tail else _taken(lines, room // 2)
    ending, _ = _taken(reversed(lines[len(head) :]), room - used)
    if not head and not ending:
        return _cut(text, room, tail)
    left = len(lines) - len(head) - len(ending)
    marker = f"[... {left} line{'s' * (left != 1)} left out ...]"
    return "\n".join([*head, marker, *reversed(ending)])


def fence(text: str, language: str = "") -> str:
    """Return `text` between two lines of backticks that it cannot contain."""
    longest = max((len(run) for run in _RUN.findall(text)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{language}\n{text}\n{ticks}"


def share(sizes: Iterable[int], total: int) -> list[int]:
    """Divide `total` among those who want `sizes`: nobody gets more than that, few get less."""
    wanted = list(sizes)
    given = [0] * len(wanted)
    left = total
    for done, index in enumerate(sorted(range(len(wanted)), key=wanted.__getitem__)):
        given[index] = min(wanted[index], left // (len(wanted) - done))
        left -= given[index]
    return given


def _taken(lines: Iterable[str], room: int) -> tuple[list[str], int]:
    """Return the first of `lines`, made visible, that fit into `room` bytes, and their size."""
    taken: list[str] = []
    used = 0
    for line in lines:
        if len(line) > room - used:
            break
        seen = visible(line)
        size = _size(seen) + 1
        if used + size > room:
            break
        taken.append(seen)
        used += size
    return taken, used


def _cut(text: str, room: int, tail: bool) -> str:
    head = b"" if tail else visible(text[:room]).encode()[: room // 2]
    ending = visible(text[-room:] if room else "").encode()
    ending = ending[max(0, len(ending) - room + len(head)) :]
    parts = [data.decode(errors="ignore") for data in (head, ending)]
    return f"{parts[0]}\n[... characters left out ...]\n{parts[1]}".strip("\n")


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _size(text: str) -> int:
    return len(text.encode(errors="replace"))
