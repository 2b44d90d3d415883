"""Outputs are data: what is not a regular file within the caps is refused with its reason."""

from __future__ import annotations

import pytest
from sandbox_helpers import RunPython

pytestmark = pytest.mark.asyncio(loop_scope="module")


MIB = 1 << 20


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        ("pass", "missing"),
        ("os.symlink('/etc/passwd', 'out')", "a symbolic link, not a regular file"),
        ("open('real', 'w').close(); os.symlink('real', 'out')", "a symbolic link"),
        ("os.mkfifo('out')", "a FIFO"),
        ("os.mkdir('out')", "a directory"),
        ("import socket; socket.socket(socket.AF_UNIX).bind('out')", "a socket"),
        ("os.truncate(os.open('out', os.O_CREAT | os.O_RDWR), 1 << 20)", "more than the limit"),
    ],
)
async def test_an_output_that_is_not_a_small_regular_file_is_refused(
    python: RunPython, make: str, problem: str
) -> None:
    execution = await python(f"import os\n{make}", collect=("/app/out",), disk_bytes=500_000)
    assert execution.exit_code == 0
    output = execution.collected["/app/out"]
    assert output.data is None
    assert problem in (output.problem or "")


async def test_no_link_is_followed_on_the_way(python: RunPython) -> None:
    execution = await python(
        "import os; os.symlink('/etc', 'folder'); os.mkdir('b'); os.symlink('..', 'b/up')",
        files={"/app/x": b"1"},
        collect=("/app/folder/passwd", "/app/b/up/x", "/app/x", "/app/x/below", "/app/folder/"),
    )
    assert execution.collected.pop("/app/x").data == b"1"  # type: ignore[attr-defined]
    assert {output.data for output in execution.collected.values()} == {None}
    assert len(execution.collected) == 4


async def test_a_tree_is_collected_without_its_special_files(python: RunPython) -> None:
    execution = await python(
        "import os\nos.makedirs('out/deep')\nopen('out/a', 'w').write('1')\n"
        "open('out/deep/b', 'w').write('2')\nos.mkfifo('out/pipe')\n"
        "os.symlink('/etc/passwd', 'out/link')\nos.symlink('/etc', 'out/folder')",
        collect=("/app/out/",),
    )
    taken = {path: output.data for path, output in execution.collected.items()}
    assert taken == {
        "/app/out/a": b"1", "/app/out/deep/b": b"2",
        "/app/out/pipe": None, "/app/out/link": None, "/app/out/folder": None,
    }  # fmt: skip


async def test_a_writable_root_itself_can_be_collected(python: RunPython) -> None:
    execution = await python("open('/tmp/x', 'w').write('1')", collect=("/tmp/", "/app/"))
    assert {path: output.data for path, output in execution.collected.items()} == {"/tmp/x": b"1"}


async def test_depth_and_count_are_capped(python: RunPython) -> None:
    execution = await python(
        "import os\nos.makedirs('deep/' + '/'.join('d' * 20))\nos.mkdir('many')\n"
        "for at in range(1500): open(f'many/{at}', 'w').close()",
        collect=("/app/deep/", "/app/many/"),
    )
    assert "nested more than" in (execution.collected["/app/deep/"].problem or "")
    assert len(execution.collected) < 2100
    assert sum(output.data is not None for output in execution.collected.values()) == 1000
    assert "more than 1000" in (execution.collected["/app/many/"].problem or "")


async def test_what_the_program_locked_is_still_read(python: RunPython) -> None:
    execution = await python(
        "import os\nos.makedirs('a/b')\nopen('a/b/x', 'w').write('1')\n"
        "os.chmod('a/b/x', 0)\nos.chmod('a/b', 0)\nos.chmod('a', 0)",
        collect=("/app/a/b/x",),
    )
    assert execution.collected["/app/a/b/x"].data == b"1"


async def test_all_outputs_together_stay_within_the_disk_limit(python: RunPython) -> None:
    execution = await python(
        "import os\nfor at in range(8): os.truncate(os.open(f'{at}', os.O_CREAT|os.O_RDWR), 1<<20)",
        collect=("/app/",),
        disk_bytes=3 * MIB,
    )
    taken = [output for output in execution.collected.values() if output.data is not None]
    assert len(taken) == 3
    assert any("all collected files" in (o.problem or "") for o in execution.collected.values())


async def test_outputs_of_a_killed_run_are_collected_too(python: RunPython) -> None:
    execution = await python(
        "import time\nopen('x', 'w').write('1')\ntime.sleep(60)",
        collect=("/app/x",),
        wall_seconds=0.3,
    )
    assert execution.collected["/app/x"].data == b"1"


async def test_names_that_are_not_text_do_not_break_the_reply(python: RunPython) -> None:
    execution = await python(
        "import os\nos.mkdir('out')\nopen(b'out/\\xff\\n', 'w').close()", collect=("/app/out/",)
    )
    assert [output.data for output in execution.collected.values()] == [b""]


async def test_large_outputs_arrive_whole(python: RunPython) -> None:
    execution = await python(
        "open('x', 'wb').write(bytes(range(256)) * 40_000)", collect=("/app/x",)
    )
    assert execution.collected["/app/x"].data == bytes(range(256)) * 40_000
