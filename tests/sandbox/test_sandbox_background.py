"""Started in the background by a shell, with signals ignored: programs know nothing of that."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

LOOK = """\
import asyncio, sandbox
async def main():
    found = sandbox.backend("bubblewrap")
    if not (await found.probe()).usable:
        return
    async with await found.open(sandbox.Spec()) as lease:
        for argv in (("sh", "-c", "cat /proc/self/status"),
                     ("python3", "-c", "print(open('/proc/self/status').read())")):
            said = (await lease.run(sandbox.Job(argv))).stdout.decode()
            print(next(x for x in said.splitlines() if x.startswith("SigIgn")))
asyncio.run(main())
"""


def test_no_signal_is_ignored_because_the_caller_ignores_it(tmp_path: Path) -> None:
    script = tmp_path / "look.py"
    script.write_text(LOOK)
    command = f"trap '' INT QUIT HUP TSTP USR1; exec {sys.executable} {script}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    told = (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTSTP, signal.SIGUSR1)
    for line in done.stdout.splitlines():
        ignored = int(line.split()[1], 16)
        assert [n for n in told if ignored >> (n - 1) & 1] == []
