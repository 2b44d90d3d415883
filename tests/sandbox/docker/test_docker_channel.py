"""Two programs that talk across containers, which no descriptor can be passed into."""

from __future__ import annotations

import pytest

from sandbox import Job, Lease, Limits, Outcome, Spec, run_pair
from sandbox.bubblewrap import Bubblewrap
from sandbox.docker import Docker

pytestmark = pytest.mark.asyncio(loop_scope="module")

UPPER = """
import socket
with socket.socket(fileno=3) as end, end.makefile("rwb") as stream:
    for line in stream:
        stream.write(line.upper())
        stream.flush()
print("saw the end")
"""
ASK = """
import socket, threading
end = socket.socket(fileno=3)
stream = end.makefile("rwb")
for at in range(20):
    stream.write(b"question %d\\n" % at)
    stream.flush()
    assert stream.readline() == b"QUESTION %d\\n" % at
big = b"x" * 700_000 + b"\\n"
answers = []
reader = threading.Thread(target=lambda: answers.append(stream.readline()))
reader.start()
end.sendall(big)
reader.join()
print(answers[0] == big.upper())
"""


def job(code: str, **limits: float) -> Job:
    bounds = Limits(**limits)  # type: ignore[arg-type]
    return Job(("python3", "p.py"), files={"/app/p.py": code.encode()}, limits=bounds)


async def test_calls_and_more_than_a_socket_holds_pass_both_ways(lease: Lease, warm: Lease) -> None:
    for first, second in ((lease, warm), (warm, lease)):
        one, other = await run_pair((first, job(UPPER)), (second, job(ASK)))
        assert (other.stdout, other.stderr) == (b"True\n", b"")
        assert (one.outcome, one.stdout) == (Outcome.exited, b"saw the end\n")


async def test_a_container_talks_with_bubblewrap(warm: Lease) -> None:
    bubblewrap = Bubblewrap()
    capabilities = await bubblewrap.probe()
    if not capabilities.usable:
        pytest.skip(f"no bubblewrap here: {capabilities.problem}")
    async with await bubblewrap.open(Spec()) as beside:
        for pair in (
            ((warm, job(UPPER, wall_seconds=5)), (beside, job(ASK))),
            ((beside, job(UPPER, wall_seconds=5)), (warm, job(ASK))),
        ):
            one, other = await run_pair(*pair)
            assert other.stdout == b"True\n"
            assert one.stdout == b"saw the end\n"


async def test_what_was_written_just_before_the_end_arrives(lease: Lease, warm: Lease) -> None:
    last = "import os; os.write(3, b'z' * 100_000); os._exit(0)"
    count = (
        "import socket\n"
        "with socket.socket(fileno=3) as end:\n"
        "    total = 0\n"
        "    while piece := end.recv(65536): total += len(piece)\n"
        "print(total)"
    )
    _, other = await run_pair((lease, job(last)), (warm, job(count)))
    assert other.stdout == b"100000\n"


async def test_writing_to_a_program_that_has_ended_fails_in_the_end(
    lease: Lease, warm: Lease
) -> None:
    write = (
        "import socket\nend = socket.socket(fileno=3)\n"
        "try:\n    while True: end.sendall(bytes(65536))\n"
        "except OSError as error: print(type(error).__name__)"
    )
    one, _ = await run_pair((lease, job(write)), (warm, job("pass")))
    assert one.stdout in (b"BrokenPipeError\n", b"ConnectionResetError\n")


async def test_a_program_that_shuts_its_channel_does_not_spin_the_supervisor(warm: Lease) -> None:
    shut = (
        "import socket, time\nend = socket.socket(fileno=3)\n"
        "end.shutdown(socket.SHUT_RDWR)\ntime.sleep(0.3)\nprint('slept')"
    )
    async with await Docker().open(Spec()) as other:
        one, _ = await run_pair((warm, job(shut)), (other, job("import os; os.read(3, 1)")))
    assert one.stdout == b"slept\n"
    assert one.cpu_seconds < 0.2


async def test_silence_is_ended_by_the_time_limit(lease: Lease, warm: Lease) -> None:
    wait = "import os; os.read(3, 1)"
    one, other = await run_pair((lease, job(wait, wall_seconds=0.5)), (warm, job(wait)))
    assert one.outcome is Outcome.timeout
    assert other.outcome is Outcome.exited
