"""The real program in a real terminal: bytes on a pty, read back by a terminal emulator."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pyte
import pytest
from engine_support import BUNDLE

SECONDS = 40.0
"""Longest wait for something to appear; it takes one or two on a quiet machine."""


GREYS = {0, 7, 8, 15, 16, 59, 102, 145, 188, 231, *range(232, 256)}
"""Indices of a 256-colour palette that have no hue."""


def colours(raw: bytes) -> set[int]:
    """Every colour the program asked for: palette indices, and -1 for any hue in true colour."""
    found = {int(index) for index in re.findall(rb"[34]8;5;(\d+)", raw)}
    for red, green, blue in re.findall(rb"[34]8;2;(\d+);(\d+);(\d+)", raw):
        if not red == green == blue:
            found.add(-1)
    return found


class Terminal:
    """A program on a pty and the screen it draws."""

    def __init__(self, argv: list[str], size: tuple[int, int], env: dict[str, str]) -> None:
        columns, rows = size
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.child = pexpect.spawn(
            argv[0], argv[1:], dimensions=(rows, columns), env={**os.environ, **env}
        )

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    def until(self, wanted: Callable[[str], bool]) -> str:
        """Read on until the screen is as `wanted`."""
        deadline = time.monotonic() + SECONDS
        while not wanted(self.text):
            assert time.monotonic() < deadline, f"never seen; the screen is\n{self.text}"
            try:
                data = self.child.read_nonblocking(65536, timeout=1)
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                assert wanted(self.text), f"the program ended; the screen is\n{self.text}"
                break
            self.raw += data
            self._stream.feed(data)
        return self.text

    def resize(self, columns: int, rows: int) -> None:
        self.screen.resize(rows, columns)
        self.child.setwinsize(rows, columns)


def run_hill(tmp_path: Path, evaluations: int) -> list[str]:
    """The command line that searches the tiny task."""
    task = tmp_path / "hill"
    for name, data in BUNDLE.items():
        path = task / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    budget = f"evaluations={evaluations}"
    return [sys.executable, "-m", "workbench", "run", str(task), "--budget", budget]


@contextmanager
def terminal(argv: list[str], size: tuple[int, int], **env: str) -> Iterator[Terminal]:
    """Run a program on a pty; it is gone afterwards."""
    one = Terminal(argv, size, {"TERM": "xterm-256color", "LANG": "C.UTF-8", **env})
    try:
        yield one
    finally:
        one.child.close(force=True)


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("size", "env"),
    [
        ((80, 24), {"COLORTERM": "truecolor"}),
        ((160, 45), {}),
        ((80, 24), {"NO_COLOR": "1"}),
        ((80, 24), {"TERM": "screen-256color"}),
        ((100, 30), {"TEXTUAL_THEME": "textual-light"}),
    ],
    ids=["truecolor", "wide-256", "no-color", "screen", "light"],
)
def test_a_search_is_watched_detached_and_found_again(
    tmp_path: Path, size: tuple[int, int], env: dict[str, str]
) -> None:
    with terminal(run_hill(tmp_path, 4000), size, **env) as one:
        shown = one.until(lambda text: "new best" in text and "L4" in text)
        assert "Lineages" in shown
        assert "namespaces" in shown
        assert all(len(line) <= size[0] for line in one.screen.display)
        one.resize(40, 10)
        one.until(lambda text: "L1" in text.splitlines()[3] + text.splitlines()[2])
        one.resize(*size)
        one.until(lambda text: "Events" in text)
        one.child.send("q")
        one.until(lambda text: "detach" in text)
        one.child.send("d")
        farewell = one.until(lambda text: "workbench attach" in text or "workbench resume" in text)
        assert "runs on" in farewell
        if "NO_COLOR" in env:
            assert colours(one.raw) <= GREYS
        else:
            assert colours(one.raw) - GREYS
    again = [sys.executable, "-m", "workbench", "attach"]
    with terminal(again, size, **env) as one:
        one.until(lambda text: "Lineages" in text and "live" in text)
        one.child.send("q")
        one.until(lambda text: "stop" in text)
        one.child.send("s")
        one.until(lambda text: "Session:" in text)


@pytest.mark.timeout(120)
def test_it_runs_in_tmux_and_survives_a_lost_terminal(tmp_path: Path) -> None:
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    tmux = ["tmux", "-S", str(tmp_path / "t")]
    command = " ".join(run_hill(tmp_path, 300))
    subprocess.run(
        [*tmux, "new-session", "-d", "-x", "80", "-y", "24", command], check=True, env=os.environ
    )
    try:
        deadline = time.monotonic() + SECONDS
        text = ""
        while "new best" not in text:
            assert time.monotonic() < deadline, text
            capture = [*tmux, "capture-pane", "-p"]
            text = subprocess.run(capture, capture_output=True, text=True, check=True).stdout
        assert "L1" in text
        assert "│" in text
    finally:
        subprocess.run([*tmux, "kill-server"], check=True)
    follow = [sys.executable, "-m", "workbench", "attach", "--display", "json"]
    done = subprocess.run(follow, capture_output=True, text=True, check=True, timeout=100)
    assert '"kind": "finished"' in done.stdout.splitlines()[-1]
