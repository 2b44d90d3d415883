"""The few system calls that Python 3.11 does not offer."""

from __future__ import annotations

import ctypes
import os
import signal

CLONE_VM = 0x00000100
CLONE_NEWNS = 0x00020000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
MS_RDONLY = 1
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_REMOUNT = 32
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18
MNT_DETACH = 2
PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38

_FILTER = 2  # of PR_SET_SECCOMP
_INSTRUCTION_BYTES = 8
_STACK_BYTES = 64 << 10
_CAPABILITIES_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)
_python = ctypes.PyDLL(None, use_errno=True)
"""The same, called without letting go of the interpreter's lock."""
_OWN_CAPABILITIES = (ctypes.c_uint32 * 2)(_CAPABILITIES_3, 0)
_NO_CAPABILITIES = (ctypes.c_uint32 * 6)()


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def mount(source: str, target: str, kind: str = "", flags: int = 0, data: str = "") -> None:
    """Mount; raises OSError naming both ends."""
    _checked(
        _libc.mount(
            os.fsencode(source),
            os.fsencode(target),
            kind.encode() or None,
            ctypes.c_ulong(flags),
            data.encode() or None,
        ),
        f"mount {kind or source} on {target}",
    )


def umount(target: str) -> None:
    """Detach `target`, busy or not."""
    _checked(_libc.umount2(os.fsencode(target), MNT_DETACH), f"unmount {target}")


def unshare(flags: int, what: str) -> None:
    """Leave the namespaces in `flags`; `what` names them in the error."""
    _checked(_libc.unshare(flags), f"new {what} namespace")


def pivot_root(new_root: str) -> None:
    """Make `new_root` (a mount point) the root and drop the old one from this mount namespace."""
    os.chdir(new_root)
    # pivot_root(".", ".") stacks the old root under the new one; the detach then takes it off.
    _checked(_libc.pivot_root(b".", b"."), f"make {new_root} the root")
    umount(".")
    os.chdir("/")


def prctl(option: int, value: int) -> None:
    """Set one process attribute."""
    _checked(_libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0), f"prctl {option}")


def setns(handle: int, flags: int, what: str) -> None:
    """Enter the namespaces in `flags` of a pidfd's process, or of a namespace file."""
    _checked(_libc.setns(handle, flags), f"enter the {what} namespace")


def fork() -> int:
    """Fork without what Python does for the child, which touches a hundred pages of memory.

    Only for a process of one thread, where all of it is idle: no lock can be held by another. The
    `random` module is then not seeded anew. Returns as fork does; raises OSError.
    """
    pid = int(_python.fork())
    if pid < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"fork: {os.strerror(number)}")
    return pid


class Paused:
    """Starts processes that do nothing until they are killed; made once per process.

    Each shares the memory of this one, so nothing is copied, and runs the C library's `pause`.
    """

    def __init__(self) -> None:
        self._stack = ctypes.create_string_buffer(_STACK_BYTES)
        top = ctypes.addressof(self._stack) + _STACK_BYTES
        self._top = ctypes.c_void_p(top & ~15)
        self._pause = ctypes.cast(_libc.pause, ctypes.c_void_p)

    def start(self) -> int:
        """Start one in the namespaces that children of this process get; returns its pid.

        They may share the one stack: none ever returns from the call it is in. Raises OSError.
        """
        flags = ctypes.c_int(CLONE_VM | signal.SIGCHLD)
        pid = int(_libc.clone(self._pause, self._top, flags, None))
        if pid < 0:
            number = ctypes.get_errno()
            raise OSError(number, f"clone: {os.strerror(number)}")
        return pid


class Filter:
    """A system call filter that can be put on; made once, because it must outlive a fork."""

    def __init__(self, program: bytes) -> None:
        self._program = ctypes.create_string_buffer(program, len(program))
        # struct sock_fprog: a 16-bit count, padding to the pointer's size, a pointer.
        self._fprog = (ctypes.c_size_t * 2)(
            len(program) // _INSTRUCTION_BYTES, ctypes.addressof(self._program)
        )

    def put_on(self) -> None:
        """Filter this process and what it starts, for good."""
        address = ctypes.addressof(self._fprog)
        mode = ctypes.c_ulong(_FILTER)
        _checked(_libc.prctl(PR_SET_SECCOMP, mode, ctypes.c_ulong(address), 0, 0), "seccomp")


def bound_capabilities() -> None:
    """Let no program that is executed from here on gain a capability."""
    with open("/proc/sys/kernel/cap_last_cap", "rb") as file:
        last = int(file.read())
    for capability in range(last + 1):
        prctl(PR_CAPBSET_DROP, capability)


def drop_capabilities() -> None:
    """Give up every capability of this process, for good."""
    _checked(_libc.capset(_OWN_CAPABILITIES, _NO_CAPABILITIES), "drop capabilities")
