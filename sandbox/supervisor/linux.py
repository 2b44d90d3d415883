"""The few system calls that Python 3.11 does not offer."""

from __future__ import annotations

import ctypes
import os

CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
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
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38

_libc = ctypes.CDLL(None, use_errno=True)


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
