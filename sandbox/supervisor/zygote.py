"""The zygote: an interpreter with the packages loaded, from which Python programs are forked.

It is started once inside the outer walls, forks the porter while it is still small, and then loads
what programs will want. It never sees a secret: no verifier's data unless it is a verifier's own,
no earlier program's files, nothing of the caller's environment.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import socket
import sys

from . import linux, program, stage, wire
from .cell import FRESH, Porter, fork_in_cell, namespaces

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

COMMON = (
    "array", "bisect", "collections", "contextlib", "copy", "dataclasses", "enum", "functools",
    "heapq", "itertools", "json", "math", "operator", "os", "pathlib", "random", "re", "string",
    "struct", "sys", "time", "typing",
)  # fmt: skip
"""What most programs import; a few milliseconds that no run pays again."""
BESIDE = {"numpy": ("numpy.random", "numpy.linalg")}
"""Modules that a package loads late and most of its users want."""
_HIGH = 200


def serve() -> tuple[list[str], str, int]:
    """Fork programs until the supervisor is gone.

    Returns in each program, with what `program.run` wants: argv, path, modules of everybody.

    The two sockets' descriptors are the first two arguments of this process.
    """
    porter_end, end = (_high(int(word)) for word in sys.argv[1:3])
    request, _ = wire.receive(end)
    try:
        home = _own_namespaces((porter_end, end))
    except OSError as error:
        wire.send(end, {"refused": str(error)})
        os._exit(0)
    if os.fork() == 0:
        end.close()
        Porter(porter_end, home).serve()
    porter_end.close()
    problems = _load(request["modules"])
    program.compile_once(request["scripts"])
    before = program.forget_supervisor()
    gc.collect()
    gc.freeze()  # what is loaded here is never garbage: collections in programs stay small
    wire.send(end, {"ready": True, "problems": problems})
    order = _fork_programs(end, home)
    return order["argv"], order["path"], before


def _own_namespaces(ends: tuple[socket.socket, ...]) -> list[int]:
    """Go on in a user namespace and in namespaces that belong to it; return their handles.

    Only those can be left and come back to. The one that goes on is the first process of its
    process namespace; the original waits for its end.
    """
    stage.enter_user_namespace()
    linux.bound_capabilities()
    linux.unshare(FRESH, "own")
    pid = os.fork()
    if pid == 0:
        linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
        return namespaces()
    for end in ends:
        end.close()
    os.waitpid(pid, 0)
    os._exit(0)


def _fork_programs(end: socket.socket, home: list[int]) -> dict[str, Any]:
    try:
        while True:
            program.reseed()
            _, handles = wire.receive(end)
            order = fork_in_cell(end, home, handles)
            if order is not None:
                end.detach()  # closed on the way into the cell
                return order.request
    except wire.Ended:
        os._exit(0)


def _high(handle: int) -> socket.socket:
    """Return the socket `handle` under a number that no program's stream will want."""
    import fcntl

    moved = fcntl.fcntl(handle, fcntl.F_DUPFD_CLOEXEC, _HIGH)
    os.close(handle)
    return socket.socket(fileno=moved)


def _load(modules: list[str]) -> dict[str, str]:
    """Import what programs will want; return why some could not be."""
    problems: dict[str, Any] = {}
    late = [beside for module in modules for beside in BESIDE.get(module, ())]
    for name in (*COMMON, *modules, *late):
        try:
            importlib.import_module(name)
        except Exception as error:  # whatever a package raises: programs will meet it themselves
            problems[name] = f"{type(error).__name__}: {error}"
    return problems
