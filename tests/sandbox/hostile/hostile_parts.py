"""What hostile programs are put together from: each part abuses one thing.

A part is Python statements and the outcomes that it may bring about when it is all there is;
`timeout` may always come, on a machine that is busy enough, and `sandbox_error` never may.
Numbers in braces are drawn by the generator.
"""

from __future__ import annotations

from typing import NamedTuple

from sandbox import Outcome


class Part(NamedTuple):
    """One abuse."""

    name: str
    source: str
    outcomes: frozenset[Outcome]


def part(name: str, outcomes: str, source: str) -> Part:
    """Return a part; `outcomes` are words."""
    found = {Outcome(word) for word in outcomes.split()}
    return Part(name, source.strip("\n"), frozenset({*found, Outcome.timeout}))


CPU = (
    part("spin", "timeout", "while True: pass"),
    part("spin in C", "timeout", "9 ** 9 ** {large}"),
    part("backtrack", "timeout", "import re\nre.match('(a+)+$', 'a' * 64 + 'b')"),
    part(
        "spin in threads",
        "timeout pids exited",
        "def spin():\n    while True: pass\n"
        "for _ in range({few}): threading.Thread(target=spin, daemon=True).start()\nspin()",
    ),
    part("spin in processes", "timeout pids", "for _ in range({few}): fork()\nwhile True: pass"),
)

MEMORY = (
    part("one large block", "exited oom signalled", "x = bytearray({large} << 30)"),
    part("grow", "exited oom", "kept = []\nwhile True: kept.append(bytearray(1 << 20))"),
    part("double", "exited oom", "x = 'x'\nwhile True: x += x"),
    part(
        "anonymous mapping",
        "exited oom",
        "m = mmap.mmap(-1, {many} << 20)\nfor at in range(0, len(m), 4096): m[at] = 1",
    ),
    part(
        "many processes",
        "exited oom pids signalled",
        "for _ in range({few}): fork()\nx = bytearray(b'x' * (48 << 20))\ntime.sleep(0.2)",
    ),
    part(
        "large stacks",
        "exited oom pids signalled",
        "threading.stack_size(32 << 20)\n"
        "for _ in range({many}):\n"
        "    threading.Thread(target=time.sleep, args=(9,), daemon=True).start()",
    ),
    part(
        "memory files",
        "exited oom disk signalled",
        "kept = []\n"
        "for _ in range({few} * 8):\n"
        "    kept.append(os.memfd_create('x'))\n    os.write(kept[-1], bytes(4 << 20))",
    ),
    part(
        "shared segments",
        "exited oom signalled",
        "libc.shmat.restype = ctypes.c_void_p\n"
        "for _ in range({few}):\n"
        "    at = libc.shmget(0, ctypes.c_size_t(4 << 20), 0o1600)\n"
        "    place = libc.shmat(at, None, 0)\n"
        "    if at >= 0 and place not in (None, 2 ** 64 - 1):\n"
        "        ctypes.memset(place, 1, 4 << 20)\n"
        "        libc.shmdt(ctypes.c_void_p(place))",
    ),
    part(
        "shared memory directory",
        "exited disk oom signalled",
        "for at in range(99): open(f'/dev/shm/{{at}}', 'wb').write(bytes(1 << 20))",
    ),
)

DISK = (
    part(
        "one large file",
        "exited disk",
        "with open('large', 'wb') as file:\n    while True: file.write(bytes(1 << 20))",
    ),
    part("a file of holes", "exited disk", "open('out', 'wb').truncate(1 << {large})"),
    part("preallocate", "exited disk", "os.posix_fallocate(os.open('out', 66), 0, {many} << 20)"),
    part("a million files", "exited disk", "for at in range(10 ** 6): open(str(at), 'w').close()"),
    part(
        "a million names of one file",
        "exited disk",
        "open('out', 'w').close()\nfor at in range(10 ** 6): os.link('out', f'link{{at}}')",
    ),
    part(
        "deep directories",
        "exited disk",
        "for _ in range({many}):\n    os.mkdir('d' * 99)\n    os.chdir('d' * 99)\n"
        "open('out', 'w').close()",
    ),
    part(
        "wide output directory",
        "exited disk",
        "os.makedirs('tree', exist_ok=True)\n"
        "for at in range({many}): open(f'tree/{{at}}', 'w').write('x')",
    ),
    part("pipe for output", "exited", "os.mkfifo('out')\nos.mkfifo('tree')"),
    part("device for output", "exited", "os.mknod('out', 0o20666, os.makedev(1, 5))"),
    part("link for output", "exited", "os.symlink('/etc/passwd', 'out')\nos.symlink('/', 'tree')"),
    part("link to itself", "exited", "os.symlink('out', 'out')\nos.symlink('.', 'tree')"),
    part(
        "bomb for output",
        "exited disk",
        "import zlib\nopen('out', 'wb').write(zlib.compress(bytes({few} << 20), 9))\n"
        "open('tree', 'wb').write(bytes({few} << 20))",
    ),
    part(
        "strange names",
        "exited disk",
        "os.makedirs(b'tree', exist_ok=True)\n"
        "for name in (b'\\xff\\xfe', b'a\\nb', b'\\x1b[31m', b'n' * 255, ' '.encode()):\n"
        "    open(b'tree/' + name, 'wb').write(b'x')",
    ),
    part(
        "attributes",
        "exited disk",
        "open('out', 'w').close()\n"
        "for at in range(999): os.setxattr('out', f'user.{{at}}', bytes(4096))",
    ),
    part(
        "deleted but open",
        "exited disk",
        "for at in range({few}):\n    file = os.open('gone', 66)\n"
        "    os.write(file, bytes(1 << 20))\n    os.unlink('gone')",
    ),
    part(
        "take the directories away",
        "exited disk signalled",
        "for place in ('/app', '/tmp', '/dev/shm', '/'):\n"
        "    for act in (os.rmdir, lambda p: os.rename(p, p + '2'), lambda p: os.chmod(p, 0)):\n"
        "        attempt(act, place)",
    ),
)
