"""Run a Python file in this process as `python3 FILE` would, to the exit status."""

from __future__ import annotations

import _thread
import atexit
import builtins
import gc
import itertools
import os
import random
import sys
import threading
import types
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

FLAGS = ("-S", "-B", "-u", "-s", "-E", "-P")
"""Interpreter flags that a warm interpreter can have been started with."""
_FLUSH_FAILED = 120
_FIRST_OWN = 3
"""Descriptors are given out lowest first: whoever has one open has this one, or had a channel."""
_kept: list[types.ModuleType] = []
_compiled: dict[str, types.CodeType] = {}


def split(argv: list[str]) -> tuple[tuple[str, ...], list[str]] | None:
    """Return the flags, and the script with its arguments, of a command that can be forked.

    None for everything else. `-c CODE` counts as a script.
    """
    if not argv or argv[0] not in ("python", "python3"):
        return None
    at = 1
    while at < len(argv) and argv[at] in FLAGS:
        at += 1
    rest = argv[at:]
    if not rest or (rest[0].startswith("-") and (rest[0] != "-c" or len(rest) < 2)):
        return None
    return tuple(argv[1:at]), rest


def forget_supervisor() -> int:
    """Take the supervisor's modules out of the way; return how many others stay."""
    ours = [name for name in sys.modules if name.partition(".")[0] == __package__]
    _kept.extend(sys.modules.pop(name) for name in ours)
    return len(sys.modules)


def compile_once(paths: list[str]) -> None:
    """Compile scripts that no program can change; those that cannot be are left to their runs."""
    for path in paths:
        with suppress(OSError, SyntaxError, ValueError, RecursionError, MemoryError):
            _compiled[path] = compile(_read(path), path, "exec", dont_inherit=True)


def reseed() -> None:
    """Change what the next program draws at random.

    Done before the fork: the program would pay for touching the generators' memory.
    """
    random.seed()
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed(int.from_bytes(os.urandom(4), "big"))


def run(rest: list[str], path: str, before: int) -> NoReturn:
    """Run the script `rest[0]` as `__main__` and end the process as the interpreter would.

    `path` is where the script lies; `before` modules were loaded for everybody. What is alive at
    the end is not finalised one by one: only what the program itself made, so that its open files
    are flushed.
    """
    main = types.ModuleType("__main__")
    main.__dict__["__builtins__"] = builtins
    sys.modules["__main__"] = main
    status = 1
    try:
        code = _prepare(rest, path, main)
        exec(code, main.__dict__)
        status = 0
    except SystemExit as error:
        status = _status(error)
    except BaseException as error:  # what ends a program: told as the interpreter tells it
        _tell(error)
    _finish(main, before, status)


def _prepare(rest: list[str], path: str, main: types.ModuleType) -> types.CodeType:
    """Set what a program finds about itself, and compile it."""
    if rest[0] == "-c":
        sys.argv = ["-c", *rest[2:]]
        _put_first("")
        return compile(rest[1], "<string>", "exec", dont_inherit=True)
    sys.argv = rest
    _put_first(path.rpartition("/")[0] or "/")
    main.__dict__.update(__file__=path, __cached__=None)
    if path in _compiled:
        return _compiled[path]
    try:
        source = _read(path)
    except OSError as error:
        told = f"can't open file {path!r}: [Errno {error.errno}] {error.strerror}"
        print(f"{sys.executable}: {told}", file=sys.stderr)
        raise SystemExit(2) from None
    return compile(source, path, "exec", dont_inherit=True)


def _read(path: str) -> bytes:
    handle = os.open(path, os.O_RDONLY)
    try:
        pieces = []
        while piece := os.read(handle, 1 << 20):
            pieces.append(piece)
        return b"".join(pieces)
    finally:
        os.close(handle)


def _put_first(folder: str) -> None:
    if not sys.flags.safe_path:
        sys.path.insert(0, folder)


def _status(error: SystemExit) -> int:
    if error.code is None:
        return 0
    if isinstance(error.code, int):
        return error.code & 0xFF
    with suppress(OSError, ValueError, AttributeError):
        print(error.code, file=sys.stderr)
    return 1


def _tell(error: BaseException) -> None:
    """Print the traceback without this file's own frames."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    # The hook is the program's to replace, and to break.
    with suppress(BaseException):
        sys.excepthook(type(error), error.with_traceback(trace), trace)


def _open_files() -> bool:
    """Whether the program has left any descriptor open beside the standard ones."""
    try:
        os.fstat(_FIRST_OWN)
    except OSError:
        return False
    return True


def _finish(main: types.ModuleType, before: int, status: int) -> NoReturn:
    """Do what the interpreter does at its end, as far as a program can tell."""
    with suppress(BaseException):
        if _thread._count() or "concurrent.futures.thread" in sys.modules:
            threading._shutdown()  # type: ignore[attr-defined]
    with suppress(BaseException):
        atexit._run_exitfuncs()
    with suppress(BaseException):
        # The last ones are the program's. To look at all would touch every name's memory.
        own = max(0, len(sys.modules) - before)
        for name in list(itertools.islice(reversed(sys.modules), own)):
            vars(sys.modules[name]).clear()
        vars(main).clear()
        if _open_files():
            gc.collect()  # flushes those that only a cycle still holds
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except BaseException:  # the program may have put anything there
            status = status or _FLUSH_FAILED
    os._exit(status)
