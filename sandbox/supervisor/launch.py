"""The two ways of starting a program, through bwrap or bare: `start` it, `finish` its ending."""

from __future__ import annotations

import fcntl
import os
import signal
from collections.abc import Iterable, Mapping, Sequence

from . import linux, seccomp
from .area import Area
from .execute import CANNOT, CANNOT_STATUS, execute, which
from .forked import Forked, Started
from .processes import tasks_of_user

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .job import Run

UID = "1000"
# In the same user namespace count bwrap itself, its first process, the supervisor and its original.
BWRAP_TASKS = 4
ZYGOTE_PYTHON = "/opt/python/bin/python3"
# The supervisor's code is shown beside the interpreter, and leaves no entry in the search path.
ZYGOTE_BOOT = (
    "import sys; sys.path[:] = [*filter(None, sys.path), '/opt/python/sandbox']; "
    "from supervisor import program, zygote; sys.path.pop(); program.run(*zygote.serve())"
)
_NAMED_SIGNALS = frozenset(map(int, signal.Signals))
_HIGH = 10  # above every descriptor that a program is given


class Broken(Exception):
    """The sandbox, not the program, failed; the text says how."""


class Bwrap:
    """Starts programs in bubblewrap's namespaces."""

    helpers = 2
    """Processes that run beside each program: bwrap itself and its first process."""

    def __init__(
        self, binary: str, tree: Sequence[str], area: Area, header: Mapping[str, Any]
    ) -> None:
        """`header` is the caller's opening message."""
        self.binary = binary
        self.filter = seccomp.program(unix=header["sealed"])
        network = ["--share-net"] if header["network"] else []
        walls = [
            "--unshare-all", *network, "--die-with-parent", "--new-session", "--cap-drop", "ALL",
            "--uid", UID, "--gid", UID, "--hostname", "sandbox",
            *tree, "--proc", "/proc", "--dev", "/dev",
        ]  # fmt: skip
        binds = [word for root in area.roots for word in ("--bind", area.folder(root), root)]
        inside = ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", header["workdir"]]
        for name, value in header["env"].items():
            inside += ["--setenv", name, value]
        self.arguments = [*walls, *binds, *inside]
        self.bare_arguments = [*walls, *inside]

    def start(self, argv: Sequence[str]) -> Started:
        """Hand bwrap its arguments through a file: they are no business of the program's."""
        status, status_end = _pipe()
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

    def zygote_command(
        self, ends: tuple[int, int], flags: tuple[str, ...]
    ) -> tuple[str, list[str]]:
        """Return path and arguments of a zygote with the sockets `ends`, behind the outer walls.

        It gets no system call filter: it makes the cells, and each program there puts one on.
        """
        command = [ZYGOTE_PYTHON, *flags, "-c", ZYGOTE_BOOT, *map(str, ends)]
        return self.binary, ["bwrap", *self.bare_arguments, "--", *command]

    def finish(self, run: Run, program: Forked) -> None:
        """Read the exit code that bwrap reported; without one the program never ran."""
        code = program.bwrap_status().get("exit-code")
        if code is None and run.ending.stopped:
            run.ending.signal = int(signal.SIGKILL)
            return
        if code is None:
            said = run.err.tail().decode(errors="replace").strip()
            if said.startswith("bwrap: execvp"):
                run.ending.exit_code = CANNOT_STATUS
                run.ending.notes.append(f"{CANNOT} it: {said.removeprefix('bwrap: execvp ')}")
                return
            ended = os.waitstatus_to_exitcode(program.status)
            raise Broken(
                f"bwrap did not start the program (status {ended}): {said or 'no message'}"
            )
        if code > 128 and code - 128 in _NAMED_SIGNALS:
            run.ending.signal = code - 128
            name = signal.Signals(code - 128).name
            run.ending.notes.append(f"status {code}, read as {name}")
        else:
            run.ending.exit_code = code


class Bare:
    """Starts programs as they are; paths of the sandbox are rewritten to where they really lie."""

    helpers = 0

    def __init__(self, area: Area, workdir: str, env: Mapping[str, str], moved: Mapping[str, str]):
        self.moved = dict(moved)
        self.moved.update({root: area.folder(root) for root in area.roots if root != "/dev/shm"})
        self.env = {name: self._rewrite(value) for name, value in env.items()}
        self.folder = self._rewrite(workdir)

    def start(self, argv: Sequence[str]) -> Started:
        """Look the program up in the environment's PATH, as a shell would."""
        words = [self._rewrite(word) for word in argv]
        return Started(
            path=which(words[0], self.env["PATH"], self.folder),
            argv=words,
            env=self.env,
            folder=self.folder,
            # The kernel counts all of the user's, of which the program is one more.
            extra_tasks=tasks_of_user(),
            new_session=True,
        )

    def finish(self, run: Run, program: Forked) -> None:
        """Read the wait status of the program itself."""
        read_status(run, program.status)

    def _rewrite(self, text: str) -> str:
        """Rewrite every path in a colon-separated list, so PYTHONPATH works too."""
        return ":".join(self._rewrite_one(part) for part in text.split(":"))

    def _rewrite_one(self, text: str) -> str:
        for path, real in self.moved.items():
            if text == path or text.startswith(path + "/"):
                return real + text[len(path) :]
        return text


def read_status(run: Run, status: int) -> None:
    """Note how a program ended by its wait status."""
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        run.ending.signal = -code
        return
    run.ending.exit_code = code
    if code == CANNOT_STATUS and run.ending.stderr_tail.startswith(CANNOT.encode()):
        run.ending.notes.append(run.ending.stderr_tail.decode(errors="replace").strip())


def fork_execute(
    path: str,
    argv: Sequence[str],
    inherited: Iterable[int],
    log: int,
    enter: Callable[[], None] | None,
) -> int:
    """Start a long-lived helper that dies with this process; return its pid.

    What it complains of goes to `log`; `enter` is called in it before anything else.
    """
    supervisor = os.getpid()
    pid = os.fork()
    if pid == 0:
        try:
            linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() == supervisor:
                if enter is not None:
                    enter()
                null = os.open("/dev/null", os.O_RDWR)
                for at, handle in enumerate((null, null, log)):
                    os.dup2(handle, at)
                for handle in inherited:
                    os.set_inheritable(handle, True)
                os.chdir("/")
                execute(argv, {}, path)
        finally:
            os._exit(CANNOT_STATUS)
    return pid


def _pipe() -> tuple[int, int]:
    """Return a pipe whose writing end no program's stream will overlay."""
    reader, writer = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    high = fcntl.fcntl(writer, fcntl.F_DUPFD_CLOEXEC, _HIGH)
    os.close(writer)
    return reader, high


def _sealed(data: bytes) -> int:
    """Return a memory file with `data`, at its start."""
    handle = os.memfd_create("sandbox", os.MFD_CLOEXEC)
    os.write(handle, data)
    os.lseek(handle, 0, os.SEEK_SET)
    high = fcntl.fcntl(handle, fcntl.F_DUPFD_CLOEXEC, _HIGH)
    os.close(handle)
    return high
