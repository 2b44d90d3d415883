"""Calls between a verifier and the candidate it judges, over one stream socket.

Python 3.10 and its library alone, one file: the workbench shows it to both, and a task that is also
to run elsewhere ships a copy as ``tests/calls.py``. A verifier drives a candidate so::

    with Candidate("solve.py", call_seconds=1.0) as candidate:
        answer = candidate.call("sort", [3, 1, 2])  # data of plain types, nothing else
        took = candidate.seconds  # measured on this side

In the workbench the candidate runs in a sandbox of its own, at the other end of descriptor 3;
elsewhere it is started as a subprocess, with this user's rights, and nothing is hidden from it.

The protocol, for candidates in any language
--------------------------------------------
Descriptor 3, or the one whose number is in WORKBENCH_CHANNEL, is a connected stream socket. Both
sides send frames::

    4 bytes  length of the text, unsigned, big-endian
    8 bytes  length of the raw part, unsigned, big-endian
    text     one JSON object, UTF-8, no key twice, no NaN or Infinity, at most 32 levels deep
    raw      the items of all arrays, little-endian, in the order in which the text names them

An array stands in the text as ``{"$array": ["float64", [2, 3]]}``: its type (a key of `TYPES`) and
its shape, items in row-major order; ``$array`` is no key of any other object.

1. The candidate, once it is ready: ``{"ready": 1}``.
2. The verifier: ``{"call": ID, "name": "sort", "args": [...]}``.
3. The candidate, once: ``{"call": ID, "result": ...}`` or ``{"call": ID, "error": [KIND, TEXT]}``.
   An ID is an integer below 2^48 that cannot be foreseen; the answer repeats it.
4. 2 and 3 again, until the verifier closes its end.

Whatever else comes, too late, too large or unasked, ends the conversation: `Fault` says how.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import socket
import struct
import sys
import time
import types
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

PROTOCOL, CHANNEL = 1, 3
TYPES = {
    "bool": "?", "int8": "b", "int16": "h", "int32": "i", "int64": "q", "uint8": "B",
    "uint16": "H", "uint32": "I", "uint64": "Q", "float32": "f", "float64": "d",
}  # fmt: skip
"""What arrays hold -> its letter in `struct`, standard sizes."""
MAX_TEXT, MAX_RAW = 8 << 20, 64 << 20  # bytes of a frame
MAX_DEPTH, MAX_DIMENSIONS = 32, 8
MAX_WORDS, TRACEBACKS = 500, 5  # passed on of an exception's message; printed by its side
TOTAL_SECONDS = 60.0  # for all answers together, where nobody says otherwise

_HEAD, _ARRAY = struct.Struct(">IQ"), "$array"
_PAST = (TimeoutError, BlockingIOError, ValueError)  # a deadline that comes, is now, or has been


class Raised(Exception):
    """The candidate's function raised, `kind` with `words` by its own account; it can go on."""

    def __init__(self, name: str, kind: str, words: str) -> None:
        super().__init__(f"{name} raised {kind}: {words}" if words else f"{name} raised {kind}")
        self.kind, self.words = kind, words


class Fault(Exception):
    """The conversation is over through the candidate; every further call raises the same.

    `word` is ``ended`` (it closed its end, or died), ``late`` (no answer in time) or ``broken``.
    """

    def __init__(self, word: str, message: str) -> None:
        super().__init__(message)
        self.word = word


class Array:
    """Items of one type in a shape: made by hand, or what comes where numpy is not wanted."""

    def __init__(self, kind: str, shape: Sequence[int], data: bytes) -> None:
        """Hold `data`, little-endian and row-major. Raises ValueError where the three differ."""
        if _size(kind, shape) != len(data):
            raise ValueError(f"{len(data)} bytes are no {kind} array of shape {shape!r:.80}")
        if kind == "bool" and data.translate(None, b"\0\1"):
            raise ValueError("a bool of an array is neither 0 nor 1")
        self.kind = kind
        self.shape = tuple(shape)
        self.data = data

    def items(self) -> Iterator[Any]:
        """Return all items, row by row."""
        return (item for (item,) in struct.iter_unpack("<" + TYPES[self.kind], self.data))

    def numpy(self) -> Any:
        """Return a numpy array of its own memory; needs numpy."""
        import numpy

        found = numpy.frombuffer(self.data, numpy.dtype(self.kind).newbyteorder("<"))
        return found.reshape(self.shape).astype(self.kind)

    def finite(self) -> bool:
        """Whether no item is NaN or infinite."""
        numpy = sys.modules.get("numpy")
        if numpy is not None:
            return bool(numpy.isfinite(self.numpy()).all())
        return all(map(math.isfinite, self.items()))


def _size(kind: object, shape: Sequence[int]) -> int:
    """Return how many bytes such an array has. Raises ValueError if there is none such."""
    if not isinstance(kind, str) or kind not in TYPES:
        raise ValueError(f"arrays hold {', '.join(TYPES)}, not {kind!r:.40}")
    if len(shape) > MAX_DIMENSIONS or not all(type(n) is int and n >= 0 for n in shape):
        raise ValueError(f"{shape!r:.80} is no shape of an array")
    size = struct.calcsize("<" + TYPES[kind])
    if size * math.prod(n or 1 for n in shape) > MAX_RAW:
        raise ValueError(f"the shape {shape!r:.80} is too large")
    return size * math.prod(shape)


def encode(message: dict[str, Any]) -> bytes:
    """Return `message` as a frame. Raises TypeError or ValueError for what cannot be sent."""
    raw: list[bytes] = []

    def other(value: Any) -> Any:
        numpy = sys.modules.get("numpy")
        if numpy is not None and isinstance(value, numpy.generic):
            return value.item()
        if numpy is not None and isinstance(value, numpy.ndarray):
            ordered = value.astype(value.dtype.newbyteorder("<"))
            value = Array(value.dtype.name, value.shape, ordered.tobytes())
        if not isinstance(value, Array):
            raise TypeError(f"a {type(value).__name__} cannot be sent")
        raw.append(value.data)
        return {_ARRAY: [value.kind, value.shape]}

    text = json.dumps(message, allow_nan=False, ensure_ascii=False, default=other).encode()
    return b"".join([_HEAD.pack(len(text), sum(map(len, raw))), text, *raw])


def decode(text: bytes, raw: bytes, numpy: bool, allow_nan: bool) -> dict[str, Any]:
    """Return the object of a frame, its arrays as `Array` or numpy's. Raises ValueError alone."""
    at = 0

    def unique(pairs: list[tuple[str, Any]]) -> Any:
        nonlocal at
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a key is there twice")
        if _ARRAY not in found:
            return found
        [[kind, shape]] = found.values()
        begin, at = at, at + _size(kind, shape)
        array = Array(kind, shape, raw[begin:at])
        if not allow_nan and not array.finite():
            _refused("NaN or an infinity")
        return array.numpy() if numpy else array

    try:
        found = json.loads(text.decode(), object_pairs_hook=unique, parse_constant=_refused)
        _check(found, MAX_DEPTH)
        if b"\\u" in text:  # half of a pair of code units is no text
            json.dumps(found, ensure_ascii=False, default=repr).encode()
    except RecursionError:
        raise ValueError(f"it is nested more than {MAX_DEPTH} levels deep") from None
    except TypeError:  # from what should describe an array
        raise ValueError("an array is described wrongly") from None
    if at != len(raw):
        raise ValueError(f"{len(raw)} bytes are raw, {at} belong to arrays")
    if not isinstance(found, dict):
        raise ValueError("it is no JSON object")
    return found


def _refused(word: str) -> NoReturn:
    raise ValueError(f"it holds {word}")


def _check(value: Any, left: int) -> None:
    if isinstance(value, (dict, list)):
        if left == 0:
            raise RecursionError
        for item in value.values() if isinstance(value, dict) else value:
            _check(item, left - 1)
    elif isinstance(value, float) and not math.isfinite(value):
        _refused("a number beyond every finite one")


def _send(end: socket.socket, frame: bytes, deadline: float = math.inf) -> None:
    try:
        end.settimeout(min(1e8, deadline - time.perf_counter()))
        end.sendall(frame)
    except _PAST:
        raise Fault("late", "does not take what it is sent") from None
    except OSError:
        raise Fault("ended", "closed the channel") from None


def _receive(end: socket.socket, held: bytearray, deadline: float) -> tuple[bytes, bytes]:
    """Return a frame's two parts; what came with it and is not its own stays `held`."""
    text, raw = _HEAD.unpack(_exactly(end, held, _HEAD.size, deadline))
    if text > MAX_TEXT or raw > MAX_RAW:
        raise Fault("broken", f"sent too much: {text} bytes of text, {raw} of arrays")
    return _exactly(end, held, text, deadline), _exactly(end, held, raw, deadline)


def _exactly(end: socket.socket, held: bytearray, count: int, deadline: float) -> bytes:
    while len(held) < count:
        try:
            end.settimeout(min(1e8, deadline - time.perf_counter()))
            part = end.recv(min(max(count - len(held), 1 << 16), 1 << 20))
        except _PAST:
            raise Fault("late", "gave no answer") from None
        except OSError:
            part = b""
        if not part:
            raise Fault("ended", "closed the channel before its answer")
        held += part
    taken = bytes(held[:count])
    del held[:count]
    return taken


class Candidate:
    """The verifier's side: calls, one at a time, with their deadlines and their times."""

    def __init__(
        self,
        file: str = "solve.py",
        *,
        command: Sequence[str] = (),
        folder: str = "/app",
        call_seconds: float = math.inf,
        total_seconds: float = math.inf,
        numpy: bool = False,
    ) -> None:
        """Reach the candidate and wait until it is ready. Raises `Fault`.

        No call may take longer than `call_seconds`, nor all together, getting ready included,
        longer than `total_seconds` or what the task allows. With `numpy` arrays come as numpy's.
        Outside of the workbench `command`, or this file serving `file`, is started in `folder`.
        """
        self.seconds = self.total = 0.0
        """What the last call took, to the last byte of its answer, and what all waiting took."""
        allowed = float(os.environ.get("WORKBENCH_CANDIDATE_SECONDS", TOTAL_SECONDS))
        self._total_seconds = min(total_seconds, allowed)
        self._call_seconds = call_seconds
        self._numpy = numpy
        self._over: Fault | None = None
        self._held = bytearray()
        self._process: Any = None
        if (given := os.environ.get("WORKBENCH_CHANNEL")) is None:
            self._end = self._start([*command] or [sys.executable, __file__, "serve", file], folder)
        else:
            self._end = socket.socket(fileno=int(given))
        if self._exchange("getting ready", b"", math.inf, False) != {"ready": PROTOCOL}:
            self._give_up("broken", f"the candidate does not speak protocol {PROTOCOL}")

    def _start(self, command: list[str], folder: str) -> socket.socket:
        import subprocess  # here, as it is slow to load and the workbench never comes by

        ours, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=2,  # what it prints is no part of what this program prints
            pass_fds=[theirs.fileno()],
            env={**os.environ, "WORKBENCH_CHANNEL": str(theirs.fileno())},
            cwd=folder,
        )
        theirs.close()
        return ours

    def call(
        self, name: str, *args: Any, seconds: float = math.inf, allow_nan: bool = False
    ) -> Any:
        """Return what the candidate's function `name` gives for `args`.

        Raises `Raised` if it raised, `Fault` when the conversation is over. A verifier that lets
        either pass gives the candidate no score; one that catches it may say that it is not
        feasible. NaN and infinities come in arrays only, and only with `allow_nan`.
        """
        if self._over is not None:
            raise self._over
        number = int.from_bytes(os.urandom(6), "big")
        frame = encode({"call": number, "name": name, "args": args})
        self._refuse_unasked()
        reply = self._exchange(name, frame, min(seconds, self._call_seconds), allow_nan)
        answered = reply.pop("call", None)
        if answered == number and type(answered) is int and len(reply) == 1:
            if "result" in reply:
                return reply["result"]
            error = reply.get("error")
            if type(error) is list and list(map(type, error)) == [str, str]:
                raise Raised(name, error[0][:80], error[1][:MAX_WORDS])
        return self._give_up("broken", f"{name}: the candidate sent no answer to the call")

    def _exchange(self, name: str, frame: bytes, seconds: float, allow_nan: bool) -> dict[str, Any]:
        """Send `frame`, unless it is empty, and return what comes back in time."""
        seconds = min(seconds, self._total_seconds - self.total)
        begun = time.perf_counter()
        try:
            try:
                if frame:
                    _send(self._end, frame, begun + seconds)
                text, raw = _receive(self._end, self._held, begun + seconds)
            finally:
                self.seconds = time.perf_counter() - begun
                self.total += self.seconds
            return decode(text, raw, self._numpy, allow_nan)
        except Fault as fault:
            limit = f" within {max(0.0, seconds):.3g} s" if fault.word == "late" else ""
            return self._give_up(fault.word, f"{name}: the candidate {fault}{limit}")
        except ValueError as error:
            return self._give_up("broken", f"{name}: the candidate's answer is none: {error}")

    def _refuse_unasked(self) -> None:
        self._end.setblocking(False)
        try:
            unasked = self._held or self._end.recv(1, socket.MSG_PEEK)
        except OSError:  # nothing has come
            return
        if unasked:
            self._give_up("broken", "the candidate sent an answer that nobody asked for")

    def _give_up(self, word: str, message: str) -> NoReturn:
        self._over = Fault(word, message)
        self.close()
        _report(word, message)
        raise self._over

    def close(self) -> None:
        """End the conversation; a candidate that was started here is killed."""
        with contextlib.suppress(OSError):  # or the other end reads on while anybody has this one
            self._end.shutdown(socket.SHUT_RDWR)
        self._end.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Candidate:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Raised):
            _report("raised", str(error))
        elif error is None and self._over is None:
            self._refuse_unasked()
        self.close()


def _report(word: str, message: str) -> None:
    """Tell the workbench, where there is one, that the candidate is why there may be no score."""
    if (path := os.environ.get("WORKBENCH_FAULT")) is not None:
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"fault": word, "message": message}, file)


def serve(path: str) -> None:
    """Answer calls of the functions in the Python file `path` until the verifier has gone."""
    try:
        end = socket.socket(fileno=int(os.environ.get("WORKBENCH_CHANNEL", CHANNEL)))
    except OSError:
        sys.exit(f"descriptor {CHANNEL} is no channel: a verifier starts this, not a person")
    end.set_inheritable(False)
    sys.path[0] = os.path.dirname(os.path.abspath(path))
    module = sys.modules["candidate"] = types.ModuleType("candidate")
    module.__file__ = os.path.abspath(path)
    with open(path, "rb") as file:
        exec(compile(file.read(), module.__file__, "exec"), module.__dict__)
    frame = encode({"ready": PROTOCOL})
    tracebacks, held = TRACEBACKS, bytearray()
    while True:
        try:
            _send(end, frame)
            text, raw = _receive(end, held, math.inf)
        except Fault:  # the verifier has gone
            return
        numpy = bool(raw) and any(os.path.isdir(f"{place}/numpy") for place in sys.path)
        request = decode(text, raw, numpy, True)
        number = request["call"]
        try:
            result = getattr(module, request["name"])(*request["args"])
            frame = encode({"call": number, "result": result})
        except BaseException as error:  # whatever a function raises is its answer, SystemExit too
            if tracebacks > 0:
                tracebacks -= 1
                sys.__excepthook__(type(error), error, error.__traceback__)
            words = str(error)[:MAX_WORDS].encode(errors="replace").decode()
            frame = encode({"call": number, "error": [type(error).__name__, words]})


if __name__ == "__main__":
    serve(sys.argv[2]) if sys.argv[1:2] == ["serve"] else sys.exit("usage: calls.py serve FILE")
