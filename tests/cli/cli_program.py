"""The real program as a subprocess: what it prints, how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine_support import BUNDLE

SECONDS = 60
"""Far more than any command here takes: a hang fails its own test."""
COMMAND = [sys.executable, "-m", "workbench"]

Json = dict[str, Any]


def write_hill(directory: Path, **files: str) -> Path:
    """Write the tiny task, with some files (by their path) replaced."""
    for path, data in {**BUNDLE, **{k: v.encode() for k, v in files.items()}}.items():
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return directory


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[Json]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def value(self) -> Any:
        """Standard output as one JSON value."""
        return json.loads(self.out)


class Live:
    """A command that runs and prints JSON lines."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.seen: list[Json] = []

    def until(self, kind: str, wanted: Callable[[Json], bool] = lambda line: True) -> Json:
        """Read on to the first line of that kind that is `wanted`."""
        assert self.process.stdout is not None
        for text in self.process.stdout:
            self.seen.append(json.loads(text))
            if self.seen[-1]["kind"] == kind and wanted(self.seen[-1]):
                return self.seen[-1]
        raise AssertionError(f"ended before {kind}: {self.seen[-3:]}")

    def end(self) -> Said:
        """Read what is left and wait for the end."""
        out, err = self.process.communicate(timeout=SECONDS)
        assert "Traceback" not in err, err
        return Said(self.process.returncode, out, err)


class Program:
    """Runs `workbench` with what the environment says."""

    def __call__(self, *arguments: object, code: int = 0, **options: Any) -> Said:
        """Run one command to its end; it must exit with `code`, and never with a traceback."""
        done = subprocess.run(
            [*COMMAND, *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            stdin=subprocess.DEVNULL,
            **options,
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert done.returncode == code, (done.returncode, done.stdout[-2000:], done.stderr)
        return Said(done.returncode, done.stdout, done.stderr)

    @contextmanager
    def live(self, *arguments: object) -> Iterator[Live]:
        """Start a command and leave it running; it is killed if the block leaves it so."""
        process = subprocess.Popen(
            [*COMMAND, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        with process:
            try:
                yield Live(process)
            finally:
                if process.poll() is None:
                    process.kill()

    def show(self, session: object) -> Json:
        """What `show --json` says."""
        found: Json = self("show", session, "--json").value
        return found
