"""The shared libraries that programs of this machine need, found by asking its own loader."""

from __future__ import annotations

import os
import re
import struct
import subprocess
from collections.abc import Iterable

_LINE = re.compile(r"\s*(\S+) => (/.+) \(0x[0-9a-f]+\)")
_INTERPRETER = 3  # PT_INTERP


class NotElf(Exception):
    """The file is no 64-bit ELF program of this machine with a loader."""


def loader(program: str) -> str:
    """Return the path of the dynamic loader that `program` names; raises NotElf.

    Source: System V ABI, chapters 4 and 5 (ELF header, program header), 64-bit, native order.
    """
    with open(program, "rb") as file:
        head = file.read(64)
        if head[:5] != b"\x7fELF\x02" or len(head) < 64:
            raise NotElf(f"{program} is no 64-bit ELF file")
        offset = struct.unpack_from("=Q", head, 32)[0]
        size, count = struct.unpack_from("=HH", head, 54)
        file.seek(offset)
        table = file.read(size * count)
        for at in range(0, size * count, size):
            kind, _, start, _, _, length = struct.unpack_from("=IIQQQQ", table, at)
            if kind == _INTERPRETER:
                file.seek(start)
                return file.read(length).rstrip(b"\0").decode()
    raise NotElf(f"{program} is linked statically")


def is_elf(path: str) -> bool:
    """Whether `path` begins like an ELF file."""
    try:
        with open(path, "rb") as file:
            return file.read(4) == b"\x7fELF"
    except OSError:
        return False


def libraries(with_loader: str, files: Iterable[str]) -> dict[str, str]:
    """Return name -> path of every library that `files` load, directly or through others.

    What is not found on this machine is left out: an extension module that lacks its library would
    not load here either.
    """
    found: dict[str, str] = {}
    for file in files:
        said = subprocess.run(
            [with_loader, "--list", file],
            capture_output=True, text=True, timeout=30, check=False, env={},
        ).stdout  # fmt: skip
        for line in said.splitlines():
            if (match := _LINE.fullmatch(line)) is not None:
                found.setdefault(match[1], os.path.realpath(match[2]))
    return found
