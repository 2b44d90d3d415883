"""The built-in reply: changes one number in the code that the prompt shows.

A simulation, and it says so. Which number and by how much follows from the prompt alone, so a
search that keeps what is better climbs a little, and a replay finds the same replies.
"""

from __future__ import annotations

import hashlib
import random
import re

import msgspec

from workbench.dev.answer import Answer, Asked

_SPREAD = 0.2
"""Standard deviation of a change, relative to the number."""
_PARENT = "# The parent"
_FENCE = re.compile(r"^(`{3,}|~{3,})[ \t]*([^`\n]*)$")
_PATH = re.compile(r"[\w/-][\w./-]{0,200}\.[A-Za-z]\w{0,5}\b")
_ASSIGNED = re.compile(
    r"^(?P<before>\s*(?:const |let |var )?[A-Za-z_]\w*(?:\s*:\s*\w+)?\s*=\s*)"
    r"(?P<number>-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)(?P<after>\s*;?\s*(?:(?:#|//).*)?)$"
)


class Shown(msgspec.Struct, frozen=True):
    """A file that a prompt shows."""

    heading: str
    """The last line before it that begins with a #."""
    path: str
    lines: tuple[str, ...]


class Change(msgspec.Struct, frozen=True):
    """A line to be changed, and what it becomes."""

    file: Shown
    at: int
    number: str
    instead: str
    line: str


def improve(asked: Asked) -> Answer:
    """Answer with a SEARCH/REPLACE of one line of the parent.

    That is the last file under a heading that names the parent, or the last file of all.
    """
    chance = random.Random(hashlib.sha256(asked.text.encode(errors="surrogatepass")).digest())
    shown = [file for file in files(asked.text) if _constants(file)]
    if not shown:
        return Answer(
            "NOTE: simulated: nothing to change\n\n"
            "This is a simulated model: it changes a number that is assigned to a name, "
            "and found none in a file that the prompt shows.\n",
            "I am a simulation. I look for a line that assigns a number, and there is none.",
        )
    parents = [file for file in shown if file.heading.startswith(_PARENT)]
    change = _choose((parents or shown)[-1], chance)
    name = change.line.split("=", 1)[0].split(":", 1)[0].strip()
    return Answer(
        f"NOTE: simulated: {name} from {change.number} to {change.instead}\n\n{_block(change)}",
        f"I am a simulation: I do not think. The prompt shows {change.file.path}; of its "
        f"{len(_constants(change.file))} constants I take {name} by the dice of the prompt's "
        f"digest, and try {change.instead} for {change.number}.",
    )


def files(text: str) -> list[Shown]:
    """Return the fenced files of a prompt, in order.

    A fence holds a file if its opening line names one, or the line before it.
    """
    found = []
    heading, above, opened, name, lines = "", "", "", "", list[str]()
    for line in text.split("\n"):
        rail = _FENCE.match(line)
        if opened:
            if rail and rail[1].startswith(opened) and not rail[2].strip():
                if name:
                    found.append(Shown(heading, name, tuple(lines)))
                above, opened = "", ""
            else:
                lines.append(line)
        elif rail:
            named = _PATH.findall(rail[2]) or _PATH.findall(above)
            opened, name, lines = rail[1], named[-1] if named else "", []
        elif line.strip():
            above = line
            heading = line if line.startswith("#") else heading
    return found


def _constants(file: Shown) -> list[int]:
    """Return the lines that assign a number to a name and occur once."""
    return [
        at
        for at, line in enumerate(file.lines)
        if _ASSIGNED.match(line) and file.lines.count(line) == 1
    ]


def _choose(file: Shown, chance: random.Random) -> Change:
    at = chance.choice(_constants(file))
    found = _ASSIGNED.match(file.lines[at])
    assert found is not None
    number = found["number"]
    instead = _moved(number, chance)
    line = f"{found['before']}{instead}{found['after']}"
    return Change(file, at, number, instead, line)


def _moved(number: str, chance: random.Random) -> str:
    """Return another number of the same kind, near it."""
    if number.lstrip("-").isdigit():
        value = int(number)
        return str(value + chance.choice((-1, 1)) * max(1, round(abs(value) * _SPREAD / 2)))
    value_ = float(number)
    step = chance.gauss(0, _SPREAD) * (abs(value_) or 1)
    moved = f"{value_ + step:.6g}"
    return moved if "." in moved or "e" in moved else f"{moved}.0"


def _block(change: Change) -> str:
    old = change.file.lines[change.at]
    return f"{change.file.path}\n<<<<<<< SEARCH\n{old}\n=======\n{change.line}\n>>>>>>> REPLACE\n"
