"""What every benchmark needs: its own places, the machine in one line, tables, the document."""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import datetime
import os
import platform
import resource
import statistics
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_PR_SET_CHILD_SUBREAPER = 36
DOCUMENT = ROOT / "docs" / "performance.md"
SANDBOX = ROOT / "docs" / "performance-sandbox.md"


@contextlib.contextmanager
def own_places() -> Iterator[Path]:
    """Give sessions, sockets and slot locks a directory of their own; yield it.

    So a run of the benchmark neither waits for other sessions' slots nor leaves anything behind.
    """
    with tempfile.TemporaryDirectory(prefix="wb") as short:  # sockets need short paths
        os.environ["XDG_RUNTIME_DIR"] = short
        os.environ["WORKBENCH_HOME"] = f"{short}/home"
        yield Path(short)


def workbench() -> str:
    """Return the command beside this interpreter."""
    return str(Path(sys.executable).parent / "workbench")


def load() -> float:
    """Return the load average of the last minute."""
    return os.getloadavg()[0]


def machine() -> str:
    """Describe this machine in one line, without naming it."""
    cores = len(os.sched_getaffinity(0))
    python = platform.python_version()
    return f"{cores} cores, {platform.system()}, Python {python}"


def stamp(command: str, loads: Iterable[float]) -> str:
    """Return the line that stands above every table: command, date, machine, load."""
    seen = list(loads)
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return (
        f"`{command}`, {today}, {machine()}, "
        f"load average {min(seen):.1f} to {max(seen):.1f} while it ran."
    )


def command(module: str, options: argparse.Namespace, names: Iterable[str]) -> str:
    """Return the command that measures the same again: those of `names` that were given a value."""
    words = [f"python -m benchmarks.{module}"]
    for name in names:
        value = getattr(options, name)
        if value is not None:
            values = value if isinstance(value, list) else [value]
            words.append(f"--{name} {' '.join(map(str, values))}")
    return " ".join(words)


def own_cpu() -> float:
    """Return the CPU seconds of this process, all threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def children_cpu() -> float:
    """Return the CPU seconds of every descendant that has ended and been waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent dies, as init would (Linux)."""
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER) failed")


def reap_orphans() -> None:
    """Wait for every child there is; call only while none is anybody else's to wait for."""
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def middle(values: Sequence[float]) -> str:
    """Return median and minimum as text: the two figures a loaded machine distorts least."""
    return f"{statistics.median(values):.3g} ({min(values):.3g})"


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table, columns aligned so that it reads well as plain text too."""
    cells = [list(heads), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(heads))]
    rule = ["-" * width for width in widths]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in [cells[0], rule, *cells[1:]]
    )


def publish(section: str, text: str, write: bool, path: Path = DOCUMENT) -> None:
    """Print `text`, and with `write` put it between the section's markers in the document."""
    print(text, flush=True)
    if not write:
        return
    begin, end = f"<!-- {section}: begin -->", f"<!-- {section}: end -->"
    document = path.read_text()
    if document.count(begin) != 1 or document.count(end) != 1:
        raise SystemExit(f"{path.name} needs the lines {begin} and {end}, once each")
    before, _, rest = document.partition(begin)
    after = rest.partition(end)[2]
    path.write_text(f"{before}{begin}\n{text.strip()}\n{end}{after}")
    print(f"written to docs/{path.name}", file=sys.stderr)
