"""Properties of files: what goes in, what comes out, what stays behind."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable

from sandbox.api import MIB, Limits, Outcome
from sandbox.selfcheck.trial import SPEC, Trial, ended, expect, printed, python, told

LARGE = 8 * MIB
MANY = 500


def _noise(size: int) -> bytes:
    return hashlib.shake_128(b"sandbox check").digest(size)


async def large_files(trial: Trial) -> None:
    """Large files arrive and come back unchanged"""
    data = _noise(LARGE)
    execution = await trial.run(
        "data = open('large', 'rb').read(); open('back', 'wb').write(data[::-1])",
        files={"/app/large": data},
        collect=("/app/back", "/app/large"),
        limits=Limits(file_bytes=LARGE, disk_bytes=3 * LARGE),
    )
    printed(execution)
    expect(execution.collected["/app/back"].data == data[::-1], "what was written differs")
    expect(execution.collected["/app/large"].data == data, "what was given differs")


async def many_files(trial: Trial) -> None:
    """Many small files arrive and come back"""
    given = {f"/app/in/{at % 7}/{at}": str(at).encode() for at in range(MANY)}
    execution = await trial.run(
        "import os\n"
        "for folder, _, names in os.walk('in'):\n"
        "    for name in names:\n"
        "        to = 'out' + folder[2:]\n"
        "        os.makedirs(to, exist_ok=True)\n"
        "        open(f'{to}/{name}', 'w').write(open(f'{folder}/{name}').read() * 2)",
        files=given,
        collect=("/app/out/",),
    )
    printed(execution)
    found = {path: output.data for path, output in execution.collected.items()}
    wanted = {path.replace("/in/", "/out/", 1): data * 2 for path, data in given.items()}
    expect(found == wanted, f"{len(found)} came back of {MANY}, or others")


async def deep_directories(trial: Trial) -> None:
    """Directories nested deeper than any path may be long are survived and gone afterwards"""
    printed(
        await trial.run(
            "import os\n"
            "for _ in range(300):\n    os.mkdir('d' * 100)\n    os.chdir('d' * 100)\n"
            "open('bottom', 'w').close()"
        )
    )
    left = printed(await trial.run("import os; print(sorted(os.listdir('.')))"))
    expect(left == "['check.py']\n", f"the next run found {left.strip()}")


async def empty_next_run(trial: Trial) -> None:
    """Every run starts with empty directories, whatever the one before left, or locked"""
    look = (
        "import os, tempfile\n"
        "places = ['.', tempfile.gettempdir()]\n"
        "print([sorted(os.listdir(place)) for place in places])\n"
        "for place in places:\n"
        "    os.mkdir(f'{place}/left')\n"
        "    open(f'{place}/left/file', 'w').close()\n"
        "    os.chmod(f'{place}/left', 0)\n"
        "    os.symlink('/', f'{place}/link')\n"
    )
    for _ in range(2):
        found = printed(await trial.run(look))
        expect(found == "[['check.py'], []]\n", f"it held {found.strip()}")


async def permissions(trial: Trial) -> None:
    """Its own files are the program's; the lease's files are there and cannot be changed"""
    execution = await trial.run(
        "import sys\n"
        "open('mine', 'a').write('2')\n"
        "print(open('mine').read(), open(sys.argv[1]).read())\n"
        "try:\n    open(sys.argv[1], 'w')\nexcept OSError:\n    print('refused')",
        "/given/data.txt",
        files={"/app/mine": b"1"},
    )
    found = printed(execution)
    expect(found == "12 given\nrefused\n", f"printed {found!r}")


async def locked_output(trial: Trial) -> None:
    """An output is collected even when the program took every permission from it"""
    execution = await trial.run(
        "import os\nos.mkdir('a')\nopen('a/out', 'w').write('1')\n"
        "os.chmod('a/out', 0)\nos.chmod('a', 0)",
        collect=("/app/a/out",),
    )
    printed(execution)
    output = execution.collected["/app/a/out"]
    expect(output.data == b"1", f"not collected: {output.problem}")


async def no_link_followed(trial: Trial) -> None:
    """Links, pipes, directories and missing files are no outputs, and each is named"""
    execution = await trial.run(
        "import os\nos.symlink('check.py', 'link')\nos.symlink('.', 'folder')\n"
        "os.mkfifo('pipe')\nos.mkdir('directory')",
        collect=tuple(
            f"/app/{name}" for name in ("link", "folder/check.py", "pipe", "directory", "missing")
        ),
    )
    printed(execution)
    taken = [path for path, output in execution.collected.items() if output.data is not None]
    expect(not taken, f"taken were {', '.join(taken)}")
    expect(len(execution.collected) == 5, "not all of them are spoken of")
    silent = [path for path, output in execution.collected.items() if not output.problem]
    expect(not silent, f"no reason for {', '.join(silent)}")


async def two_leases(trial: Trial) -> None:
    """Two leases at once do not see each other's files"""
    async with await trial.backend.open(SPEC) as other:
        await other.run(python("open('theirs', 'w').write('1')"))
        found = printed(await trial.run("import os; print(sorted(os.listdir('.')))"))
    expect(found == "['check.py']\n", f"it held {found.strip()}")


async def files_that_do_not_fit(trial: Trial) -> None:
    """Files larger than the disk that a run may use end it as `disk`, and the lease goes on"""
    small = Limits(disk_bytes=MIB, file_bytes=MIB)
    execution = await trial.run("pass", files={"/app/large": bytes(2 * MIB)}, limits=small)
    ended(execution, Outcome.disk)
    after = await trial.run("print(1)")
    expect(after.stdout == b"1\n", f"the next run: {told(after)}")


PROPERTIES: tuple[Callable[[Trial], Awaitable[None]], ...] = (
    large_files,
    many_files,
    deep_directories,
    empty_next_run,
    permissions,
    locked_output,
    no_link_followed,
    two_leases,
    files_that_do_not_fit,
)
