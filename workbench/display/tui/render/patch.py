"""A patch in unified format, as `patch -p1` and `git apply` take it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from workbench.display.tui.render.diff_match import Change, changes
from workbench.display.tui.render.diff_rows import CONTEXT

_NO_END = "\n\\ No newline at end of file\n"


def patch(old: Mapping[str, str], new: Mapping[str, str], names: tuple[str, str]) -> str:
    """Return what turns the files `old` into `new`, byte for byte; `names` stand before paths."""
    parts: list[str] = []
    for path in sorted({*old, *new}):
        before, after = _lines(old.get(path, "")), _lines(new.get(path, ""))
        found = changes(before, after)
        if not found and (path in old) == (path in new):
            continue
        one, other = f"{names[0]}/{path}", f"{names[1]}/{path}"
        parts.append(f"diff --git {one} {other}\n")
        if (path in old) != (path in new):
            parts.append(f"{'new' if path in new else 'deleted'} file mode 100644\n")
        if not found:
            continue  # an empty file comes or goes
        parts.append(f"--- {_named(one) if path in old else '/dev/null'}\n")
        parts.append(f"+++ {_named(other) if path in new else '/dev/null'}\n")
        for hunk in _hunks(found):
            parts += _hunk(before, after, hunk)
    return "".join(parts)


def _named(path: str) -> str:
    """End a path that has spaces with a tab, or `patch` takes what is behind them for a date."""
    return f"{path}\t" if " " in path else path


def _lines(text: str) -> list[str]:
    """Split at newlines and nothing else; each line keeps its own."""
    lines = [f"{line}\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def _hunks(found: Sequence[Change]) -> Iterator[list[Change]]:
    """Join changes whose surroundings touch."""
    hunk: list[Change] = []
    for change in found:
        if hunk and change.a - hunk[-1].b > 2 * CONTEXT:
            yield hunk
            hunk = []
        hunk.append(change)
    if hunk:
        yield hunk


def _hunk(old: Sequence[str], new: Sequence[str], hunk: Sequence[Change]) -> Iterator[str]:
    above = min(CONTEXT, hunk[0].a)
    below = min(CONTEXT, len(old) - hunk[-1].b)
    start, stop = hunk[0].a - above, hunk[-1].b + below
    first, last = hunk[0].c - above, hunk[-1].d + below
    yield f"@@ -{_span(start, stop)} +{_span(first, last)} @@\n"
    at = start
    for a, b, c, d in hunk:
        yield from (_line(" ", line) for line in old[at:a])
        yield from (_line("-", line) for line in old[a:b])
        yield from (_line("+", line) for line in new[c:d])
        at = b
    yield from (_line(" ", line) for line in old[at:stop])


def _span(start: int, stop: int) -> str:
    """Say which lines, counted from 1; of none, the line before them."""
    count = stop - start
    return f"{start + 1 if count else start},{count}"


def _line(sign: str, line: str) -> str:
    return f"{sign}{line}" if line.endswith("\n") else f"{sign}{line}{_NO_END}"
