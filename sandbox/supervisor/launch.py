"""The two ways of starting a program, through bwrap or bare: `start` it, `finish` its ending."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping, Sequence

from . import seccomp
from .area import Area
from .job import Run, Started
from .processes import tasks_of_user

UID = "1000"
# In the same user namespace count bwrap itself, its first process, the supervisor and its original.
BWRAP_TASKS = 4


class Broken(Exception):
    """The sandbox, not the program, failed; the text says how."""


class Bwrap:
    """Starts programs in bubblewrap's namespaces."""

    def __init__(
        self, binary: str, tree: Sequence[str], area: Area, workdir: str, env: Mapping[str, str]
    ) -> None:
        self.binary = binary
        self.filter = seccomp.program()
        arguments = [
            "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL",
            "--uid", UID, "--gid", UID, "--hostname", "sandbox",
            *tree, "--proc", "/proc", "--dev", "/dev",
        ]  # fmt: skip
        for root in area.roots:
            arguments += ["--bind", area.folder(root), root]
        arguments += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", workdir]
        for name, value in env.items():
            arguments += ["--setenv", name, value]
        self.arguments = arguments

    def start(self, argv: Sequence[str]) -> Started:
        """Hand bwrap its arguments through a file: they are no business of the program's."""
        status, status_end = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        words = [*self.arguments, "--json-status-fd", str(status_end)]
        inherited = [status_end]
        if self.filter is not None:
            inherited.append(_sealed(self.filter))
            words += ["--seccomp", str(inherited[-1])]
        inherited.append(_sealed(b"".join(os.fsencode(word) + b"\0" for word in words)))
        return Started(
            path=self.binary,
            argv=["bwrap", "--args", str(inherited[-1]), "--", *argv],
            env={},
            folder="/",
            inherited=tuple(inherited),
            status=status,
            extra_tasks=BWRAP_TASKS,
        )

    def finish(self, run: Run) -> None:
        """Read the exit code that bwrap reported; without one the program never ran."""
        code = run.bwrap_status().get("exit-code")
        if code is None and run.ending.stopped:
            run.ending.signal = int(signal.SIGKILL)
            return
        if code is None:
            said = run.err.tail().decode(errors="replace").strip()
            if said.startswith("bwrap: execvp"):
                run.ending.exit_code = 127
                run.ending.notes.append(f"cannot execute it: {said.removeprefix('bwrap: execvp ')}")
                return
            ended = os.waitstatus_to_exitcode(run.status)
            raise Broken(
                f"bwrap did not start the program (status {ended}): {said or 'no message'}"
            )
        if code > 128 and code - 128 in signal.valid_signals():
            run.ending.signal = code - 128
            name = signal.Signals(code - 128).name
            run.ending.notes.append(f"status {code}, read as {name}")
        else:
            run.ending.exit_code = code


class Bare:
    """Starts programs as they are; paths of the sandbox are rewritten to where they really lie."""

    def __init__(self, area: Area, workdir: str, env: Mapping[str, str], moved: Mapping[str, str]):
        self.moved = dict(moved)
        self.moved.update({root: area.folder(root) for root in area.roots if root != "/dev/shm"})
        self.env = {name: self._rewrite(value) for name, value in env.items()}
        self.folder = self._rewrite(workdir)

    def start(self, argv: Sequence[str]) -> Started:
        """Look the program up in the environment's PATH, as a shell would."""
        words = [self._rewrite(word) for word in argv]
        return Started(
            path=_which(words[0], self.env["PATH"], self.folder),
            argv=words,
            env=self.env,
            folder=self.folder,
            # The kernel counts all of the user's, of which the program is one more.
            extra_tasks=tasks_of_user(),
            new_session=True,
        )

    def finish(self, run: Run) -> None:
        """Read the wait status of the program itself."""
        code = os.waitstatus_to_exitcode(run.status)
        if code < 0:
            run.ending.signal = -code
        else:
            run.ending.exit_code = code
            if code == 127 and run.ending.stderr_tail.startswith(b"cannot execute"):
                run.ending.notes.append(run.ending.stderr_tail.decode(errors="replace").strip())

    def _rewrite(self, text: str) -> str:
        """Rewrite every path in a colon-separated list, so PYTHONPATH works too."""
        return ":".join(self._rewrite_one(part) for part in text.split(":"))

    def _rewrite_one(self, text: str) -> str:
        for path, real in self.moved.items():
            if text == path or text.startswith(path + "/"):
                return real + text[len(path) :]
        return text


def _which(name: str, path: str, folder: str) -> str:
    if "/" in name:
        return os.path.join(folder, name)
    for entry in path.split(":"):
        candidate = os.path.join(entry, name)
        if os.access(candidate, os.X_OK) and os.path.isfile(candidate):
            return candidate
    return os.path.join(folder, name)


def _sealed(data: bytes) -> int:
    """Return a memory file with `data`, at its start."""
    handle = os.memfd_create("sandbox", os.MFD_CLOEXEC)
    os.write(handle, data)
    os.lseek(handle, 0, os.SEEK_SET)
    return handle
