"""The verifier's side of a conversation with candidates that answer well, badly, late or never."""

from __future__ import annotations

import json
import re
import select
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from workbench.verify import calls
from workbench.verify.calls import MAX_RAW, MAX_TEXT, Candidate, Fault, Raised, encode

HEAD = struct.Struct(">IQ")
READY = encode({"ready": 1})


class Far:
    """The candidate's end of the channel, as a script has it."""

    def __init__(self, end: socket.socket) -> None:
        self.end = end

    def read(self) -> dict[str, Any]:
        """Take the next call."""
        text, raw = HEAD.unpack(self._take(HEAD.size))
        found: dict[str, Any] = json.loads(self._take(text))
        self._take(raw)
        return found

    def _take(self, count: int) -> bytes:
        taken = b""
        while len(taken) < count:
            part = self.end.recv(count - len(taken))
            if not part:
                raise EOFError
            taken += part
        return taken

    def send(self, *frames: bytes) -> None:
        self.end.sendall(b"".join(frames))

    def answer(self, result: object) -> bytes:
        return encode({"call": self.read()["call"], "result": result})

    def gone(self) -> None:
        """Wait until the verifier has closed its end."""
        while self.end.recv(1 << 16):
            pass


Script = Callable[[Far], None]


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the workbench is told of faults."""
    path = tmp_path / "candidate.json"
    monkeypatch.setenv("WORKBENCH_FAULT", str(path))
    return path


@pytest.fixture
def meet(monkeypatch: pytest.MonkeyPatch, report: Path) -> Callable[..., Any]:
    """Return a way to a candidate that a script plays in a thread."""

    @contextmanager
    def met(script: Script, **options: Any) -> Iterator[Candidate]:
        ours, theirs = socket.socketpair()

        def play() -> None:
            with theirs, suppress(EOFError, OSError):  # the verifier has gone
                script(Far(theirs))

        thread = threading.Thread(target=play)
        thread.start()
        monkeypatch.setenv("WORKBENCH_CHANNEL", str(ours.detach()))
        try:
            with Candidate(**options) as candidate:
                yield candidate
        finally:
            thread.join()

    return met


def honest(far: Far) -> None:
    far.send(READY)
    while True:
        call = far.read()
        far.send(encode({"call": call["call"], "result": [call["name"], call["args"]]}))


def test_calls_are_answered_and_timed(meet: Callable[..., Any], report: Path) -> None:
    with meet(honest) as candidate:
        before = candidate.total
        assert candidate.call("f", 1, "a", [2.5]) == ["f", [1, "a", [2.5]]]
        assert 0 < candidate.seconds == pytest.approx(candidate.total - before)
        assert candidate.call("g") == ["g", []]
    assert not report.exists()


def test_an_exception_is_an_answer_and_the_next_call_goes_well(
    meet: Callable[..., Any], report: Path
) -> None:
    def script(far: Far) -> None:
        far.send(READY)
        number = far.read()["call"]
        far.send(encode({"call": number, "error": ["ValueError", "x" * 9000]}))
        far.send(far.answer(7))
        far.gone()

    with meet(script) as candidate:
        with pytest.raises(Raised, match="f raised ValueError: xxx") as caught:
            candidate.call("f")
        assert (caught.value.kind, caught.value.words) == ("ValueError", "x" * 500)
        assert candidate.call("f") == 7
    assert not report.exists()  # the verifier knew what to do with it


def test_an_exception_that_the_verifier_lets_pass_is_reported(
    meet: Callable[..., Any], report: Path
) -> None:
    def script(far: Far) -> None:
        far.send(READY)
        far.send(encode({"call": far.read()["call"], "error": ["KeyError", ""]}))
        far.gone()

    with pytest.raises(Raised), meet(script) as candidate:
        candidate.call("f")
    assert json.loads(report.read_text()) == {"fault": "raised", "message": "f raised KeyError"}


def after_ready(*frames: bytes) -> Script:
    """Answer the first call with bytes that do not know it."""

    def script(far: Far) -> None:
        far.send(READY)
        far.read()
        far.send(*frames)
        far.gone()

    return script


def reply(make: Callable[[int], bytes]) -> Script:
    """Answer the first call with bytes that do."""

    def script(far: Far) -> None:
        far.send(READY)
        far.send(make(far.read()["call"]))
        far.gone()

    return script


def close_at_once(far: Far) -> None:
    """End before being ready."""


def close_in_a_call(far: Far) -> None:
    far.send(READY)
    far.read()


def close_in_an_answer(far: Far) -> None:
    far.send(READY)
    far.send(far.answer("x" * 100)[:40])


def hang(far: Far) -> None:
    far.send(READY)
    far.read()
    far.gone()


def never_ready(far: Far) -> None:
    far.gone()


def drip(far: Far) -> None:
    """Send a byte whenever the verifier might lose patience."""
    far.send(READY)
    frame = far.answer("x" * 10_000)
    pause = threading.Event()
    for byte in frame:
        far.send(bytes([byte]))
        pause.wait(0.005)


def deaf(far: Far) -> None:
    """Take nothing of a long call."""
    far.send(READY)
    gone = select.poll()
    gone.register(far.end, 0)  # the end of the other side is told all the same
    gone.poll()


def answer_before_asked(far: Far) -> None:
    far.send(READY, encode({"call": 1, "result": 1}))
    far.gone()


HEADS = [HEAD.pack(MAX_TEXT + 1, 0), HEAD.pack(0, MAX_RAW + 1), b"\xff" * HEAD.size]
FAULTS: list[tuple[Script, str, str]] = [
    (close_at_once, "ended", "getting ready: the candidate closed the channel"),
    (close_in_a_call, "ended", "f: the candidate closed the channel before its answer"),
    (close_in_an_answer, "ended", "f: the candidate closed the channel before its answer"),
    (never_ready, "late", "getting ready: the candidate gave no answer within"),
    (hang, "late", "f: the candidate gave no answer within"),
    (drip, "late", "f: the candidate gave no answer within"),
    (answer_before_asked, "broken", "the candidate sent an answer that nobody asked for"),
    *((after_ready(head), "broken", "f: the candidate sent too much") for head in HEADS),
    (after_ready(HEAD.pack(2, 0), b"{}"), "broken", "sent no answer to the call"),
    (after_ready(HEAD.pack(1, 0), b"{"), "broken", "answer is none: Expecting property name"),
    (after_ready(encode({"call": 1, "result": 1})), "broken", "sent no answer to the call"),
    (reply(lambda n: encode({"call": n})), "broken", "sent no answer"),
    (reply(lambda n: encode({"call": float(n), "result": 1})), "broken", "sent no answer"),
    (reply(lambda n: encode({"call": n, "result": 1, "x": 2})), "broken", "sent no answer"),
    (reply(lambda n: encode({"call": n, "result": 1, "error": ["a", "b"]})), "broken", "no answer"),
    (reply(lambda n: encode({"call": n, "error": "text"})), "broken", "sent no answer"),
    (reply(lambda n: encode({"call": n, "error": ["a", 1]})), "broken", "sent no answer"),
    (reply(lambda n: b"\x80\x04K\x01.".ljust(20)), "broken", "sent too much"),  # a pickle
]


@pytest.mark.parametrize(("script", "word", "message"), FAULTS)
def test_whatever_else_comes_ends_the_conversation_and_is_reported(
    meet: Callable[..., Any], report: Path, script: Script, word: str, message: str
) -> None:
    with (
        pytest.raises(Fault, match=re.escape(message)) as caught,
        meet(script, total_seconds=0.1 if word == "late" else 30.0) as candidate,
    ):
        candidate.call("f")
    assert caught.value.word == word
    assert json.loads(report.read_text()) == {"fault": word, "message": str(caught.value)}


def test_the_same_fault_meets_every_further_call(meet: Callable[..., Any]) -> None:
    with meet(close_in_a_call) as candidate:
        for _ in range(2):
            with pytest.raises(Fault, match="closed the channel before its answer"):
                candidate.call("f")


def test_a_call_that_is_not_taken_is_late(meet: Callable[..., Any]) -> None:
    late = pytest.raises(Fault, match=r"f: the candidate does not take what it is sent within")
    with meet(deaf, call_seconds=0.1) as candidate, late:
        candidate.call("f", "x" * (4 << 20))


def test_a_second_answer_is_noticed_before_the_next_call(meet: Callable[..., Any]) -> None:
    def script(far: Far) -> None:
        far.send(READY)
        frame = far.answer(1)
        far.send(frame, frame)
        far.gone()

    with meet(script) as candidate:
        assert candidate.call("f") == 1
        with pytest.raises(Fault, match="nobody asked for"):
            candidate.call("f")


def test_a_second_answer_to_the_last_call_is_noticed_at_the_end(
    meet: Callable[..., Any], report: Path
) -> None:
    def script(far: Far) -> None:
        far.send(READY)
        frame = far.answer(1)
        far.send(frame, frame)
        far.gone()

    with pytest.raises(Fault, match="nobody asked for"), meet(script) as candidate:
        assert candidate.call("f") == 1
    assert json.loads(report.read_text())["fault"] == "broken"


def test_all_calls_together_have_a_limit_that_the_task_sets(
    meet: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_CANDIDATE_SECONDS", "0.1")
    with meet(hang, total_seconds=60.0) as candidate:
        with pytest.raises(Fault, match=r"within 0\.\d+ s"):
            candidate.call("f", seconds=60.0)
        assert candidate.total < 30


def test_arrays_without_a_number_come_only_where_the_verifier_says_so(
    meet: Callable[..., Any],
) -> None:
    def script(far: Far) -> None:
        import numpy

        far.send(READY)
        while True:
            far.send(far.answer(numpy.array([1.0, numpy.nan])))

    with meet(script, numpy=True) as candidate:
        assert candidate.call("f", allow_nan=True).shape == (2,)
        with pytest.raises(Fault, match="NaN or an infinity"):
            candidate.call("f")


PROGRAM = """\
import os, sys
import numpy
from beside import two
print("said by the candidate")
count = 0
def double(x): return two * x
def counted():
    global count
    count += 1
    return count
def shape(a): return [type(a).__name__, list(a.shape), a * 2]
def stop(): sys.exit(3)
def odd(): return {1, 2}
def mark(text): raise ValueError(text)
"""


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A candidate's directory, outside of the workbench."""
    monkeypatch.delenv("WORKBENCH_CHANNEL", raising=False)
    (tmp_path / "solve.py").write_text(PROGRAM)
    (tmp_path / "beside.py").write_text("two = 2\n")
    return tmp_path


def test_outside_of_the_workbench_the_candidate_is_a_subprocess(
    served: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    import numpy

    with Candidate("solve.py", folder=str(served), numpy=True) as candidate:
        assert candidate.call("double", [1, "a"]) == [1, "a", 1, "a"]
        assert [candidate.call("counted") for _ in range(3)] == [1, 2, 3]
        name, shape, doubled = candidate.call("shape", numpy.ones((2, 3)))
        assert (name, shape, doubled.tolist()) == ("ndarray", [2, 3], [[2.0] * 3] * 2)
        for call, kind in (
            (("stop",), "SystemExit"),
            (("odd",), "TypeError"),
            (("missing",), "AttributeError"),
            (("double",), "TypeError"),
            (("mark", "y" * 9000), "ValueError"),
        ):
            with pytest.raises(Raised) as caught:
                candidate.call(*call)
            assert caught.value.kind == kind
        process = candidate._process
    assert process is not None
    assert process.returncode is not None
    assert "said by the candidate" not in capfd.readouterr().out


def test_a_candidate_that_cannot_start_is_told(
    served: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (served / "solve.py").write_text("import nothing_of_that_name")
    with pytest.raises(Fault, match="getting ready: the candidate closed the channel"):
        Candidate("solve.py", folder=str(served))
    assert "ModuleNotFoundError" in capfd.readouterr().err


def test_a_command_of_its_own_speaks_through_the_descriptor_it_is_told(served: Path) -> None:
    program = (
        "import os, struct; n = int(os.environ['WORKBENCH_CHANNEL'])\n"
        "os.write(n, struct.pack('>IQ', 12, 0) + b'{\"ready\": 1}')\n"
        "h = os.read(n, 12); import json; call = json.loads(os.read(n, 65536))\n"
        "t = json.dumps({'call': call['call'], 'result': call['args']}).encode()\n"
        "os.write(n, struct.pack('>IQ', len(t), 0) + t); os.read(n, 1)\n"
    )
    command = [sys.executable, "-S", "-c", program]
    with Candidate(command=command, folder=str(served)) as candidate:
        assert candidate.call("anything", 1, [2]) == [1, [2]]


def test_what_comes_after_the_deadline_is_late_however_much_of_it_is_there() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"x" * 100)
        with pytest.raises(Fault, match="gave no answer") as caught:
            calls._exactly(ours, bytearray(), 100, time.perf_counter() - 1)
        assert caught.value.word == "late"
        with pytest.raises(Fault, match="does not take what it is sent"):
            calls._send(ours, b"x", time.perf_counter() - 1)
