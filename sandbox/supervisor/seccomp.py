"""A small system call filter: what namespaces leave open and a verifier's program never needs.

It refuses socket families that an empty network namespace does not contain (vsock reaches the
host of a virtual machine; with a network, or more of the machine shown, Unix sockets reach its
services), new namespaces and mounts (a tmpfs mounted in a nested namespace would
pass by the disk limit), and kernel interfaces that are mainly attack surface. Numbers are from the
kernel's tables for x86-64 and the generic table that arm64 uses.
"""

from __future__ import annotations

import errno
import os
import struct

_INSTRUCTION = struct.Struct("=HBBI")
_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_X32 = 0x40000000
_NEW_NAMESPACES = 0x7E020000  # CLONE_NEW{NS,CGROUP,UTS,IPC,USER,PID,NET}
_UNIX, _INET, _INET6 = 1, 2, 10

# name: (x86-64, arm64)
_REFUSED = {
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "unshare": (272, 97), "setns": (308, 268), "open_tree": (428, 428), "move_mount": (429, 429),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "ptrace": (101, 117), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "kcmp": (312, 272), "pidfd_getfd": (438, 438),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219), "bpf": (321, 280),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "quotactl": (179, 60),
    "kexec_load": (246, 104), "init_module": (175, 105), "finit_module": (313, 273),
    "syslog": (103, 116), "acct": (163, 89), "swapon": (167, 224), "fanotify_init": (300, 262),
}  # fmt: skip
_CLONE, _CLONE3, _SOCKET, _SOCKETPAIR = (56, 220), (435, 435), (41, 198), (53, 199)
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


def program(machine: str | None = None, unix: bool = True) -> bytes | None:
    """Return the filter for bwrap's --seccomp, or None where the numbers are not known.

    Without `unix` no Unix socket can be made that could be connected; pairs still can.
    """
    if (machine or os.uname().machine) not in _ARCHITECTURES:
        return None
    column, architecture = _ARCHITECTURES[machine or os.uname().machine]
    refuse, refuse_family, refuse_new = errno.EPERM, errno.EAFNOSUPPORT, errno.ENOSYS
    code: list[tuple[int, int, int, int]] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_EQUAL, 1, 0, architecture),  # another call table (32-bit, x32) is refused whole
        (_RETURN, 0, 0, _ERRNO | refuse_new),
        (_LOAD, 0, 0, _NUMBER),
        (_JUMP_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _ERRNO | refuse_new),
        (_JUMP_EQUAL, 0, 1, _CLONE3[column]),  # its flags cannot be read here; libc falls back
        (_RETURN, 0, 0, _ERRNO | refuse_new),
        (_JUMP_EQUAL, 0, 4, _CLONE[column]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_JUMP_ANY_BIT, 0, 1, _NEW_NAMESPACES),
        (_RETURN, 0, 0, _ERRNO | refuse),
        (_RETURN, 0, 0, _ALLOW),
    ]
    known = (_UNIX, _INET, _INET6)
    for call, families in (
        (_SOCKET[column], known if unix else known[1:]),
        (_SOCKETPAIR[column], known),
    ):
        code += [
            (_JUMP_EQUAL, 0, len(families) + 3, call),
            (_LOAD, 0, 0, _FIRST_ARGUMENT),
            *((_JUMP_EQUAL, len(families) - at, 0, f) for at, f in enumerate(families)),
            (_RETURN, 0, 0, _ERRNO | refuse_family),
            (_RETURN, 0, 0, _ALLOW),
        ]
    for numbers in _REFUSED.values():
        code += [(_JUMP_EQUAL, 0, 1, numbers[column]), (_RETURN, 0, 0, _ERRNO | refuse)]
    code.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(_INSTRUCTION.pack(*instruction) for instruction in code)
