"""Read a task directory into memory: ``relative path -> content``, regular files only."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from workbench.formats import paths
from workbench.formats.error import Report, TaskError

MAX_FILE_BYTES = 8 << 20
MAX_TOTAL_BYTES = 64 << 20
MAX_FILES = 2000
MAX_DEPTH = 16
"""Directories inside directories."""

SKIPPED_NAMES = frozenset({"__pycache__", "node_modules"})
SKIPPED_ENDINGS = (".pyc", ".pyo", "~")


def read(directory: Path, parts: Sequence[str] = ("",)) -> dict[str, bytes]:
    """Return the files below `directory`, or below these `parts` of it, in order of their paths.

    Hidden, version-control and cache files are skipped. Raises `TaskError` with every file that
    cannot travel with a session: unreadable, too large, no regular file, or a link that leaves
    the directory.
    """
    report = Report(str(directory))
    bundle: dict[str, bytes] = {}
    total = 0
    root = directory.resolve()
    for path, name in _walk(root, [root / part for part in parts], report):
        if name in bundle:
            continue
        data = _content(path, name, root, report)
        if data is None:
            continue
        total += len(data)
        if total > MAX_TOTAL_BYTES or len(bundle) >= MAX_FILES:
            report.problem(
                "",
                f"holds more than {MAX_FILES} files or {MAX_TOTAL_BYTES >> 20} MiB",
                "keep generated data and results outside the task directory",
            )
            break
        bundle[name] = data
    if report.problems:
        raise TaskError(report.problems, directory.name)
    return dict(sorted(bundle.items()))


def skipped(name: str) -> bool:
    """Whether a file or directory of this name is left out of every bundle."""
    return name.startswith(".") or name in SKIPPED_NAMES or name.endswith(SKIPPED_ENDINGS)


def _walk(root: Path, tops: list[Path], report: Report) -> Iterator[tuple[Path, str]]:
    """Yield every entry below `tops` that is no directory, with its path relative to `root`."""
    waiting = tops
    while waiting:
        directory = waiting.pop()
        if directory.is_file():
            yield directory, directory.relative_to(root).as_posix()
            continue
        try:
            entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
        except OSError as error:
            _unreadable(report, directory.relative_to(root).as_posix(), error)
            continue
        for entry in entries:
            if skipped(entry.name):
                continue
            path = directory / entry.name
            name = path.relative_to(root).as_posix()
            wrong = paths.fault(name)
            if wrong is not None:
                report.problem("", f"its name {wrong}", "rename the file", ascii(name)[1:-1])
            elif not entry.is_dir(follow_symlinks=False):
                yield path, name
            elif name.count("/") < MAX_DEPTH:
                waiting.append(path)
            else:
                report.problem("", f"lies deeper than {MAX_DEPTH} levels", "flatten it", name)


def _content(path: Path, name: str, root: Path, report: Report) -> bytes | None:
    """Return a regular file's content, or None after reporting why there is none."""
    try:
        target = path.resolve(strict=True)
        if not target.is_relative_to(root):
            wrong, mend = "is a link that leaves the task directory", "replace the link by a copy"
            report.problem("", wrong, mend, name)
            return None
        data = _read_regular(target)
    except OSError as error:
        _unreadable(report, name, error)
        return None
    except RuntimeError:  # resolve() of Python 3.11 and 3.12 says so of a loop of links
        report.problem("", "is a link that leads back to itself", "remove the link", name)
        return None
    if data is None:
        mend = "keep only regular files in a task; replace a linked directory by a copy"
        report.problem("", "is no regular file", mend, name)
    elif len(data) > MAX_FILE_BYTES:
        wrong = f"is larger than {MAX_FILE_BYTES >> 20} MiB"
        report.problem("", wrong, "shrink or split the file", name)
    else:
        return data
    return None


def _read_regular(target: Path) -> bytes | None:
    """Return at most one byte more than the cap; None if `target` is no regular file."""
    # NONBLOCK, so that a FIFO cannot hold us; NOFOLLOW, as links are already resolved.
    handle = os.open(target, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return None
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(MAX_FILE_BYTES + 1)
    finally:
        os.close(handle)


def _unreadable(report: Report, name: str, error: OSError) -> None:
    reason = error.strerror or type(error).__name__
    report.problem("", f"cannot be read ({reason})", "mend its permissions or remove it", name)
