"""Sends a stream, at its pace, and breaks it where it is to break."""

from __future__ import annotations

import asyncio

from aiohttp import web

from workbench.dev.answer import Asked, Reply
from workbench.dev.dialect import Dialect, Frame, encode
from workbench.dev.injection import FaultKind, Injection
from workbench.dev.pace import Pace, Pacer

_IN_THE_MIDDLE = frozenset(
    [
        FaultKind.ERROR_EVENT,
        FaultKind.FAILED,
        FaultKind.ENDS_EARLY,
        FaultKind.CUT,
        FaultKind.GARBAGE,
        FaultKind.BROKEN_JSON,
        FaultKind.HANG_AFTER,
    ]
)
_GARBAGE = b"data: \xff\xfe\x00\xc3(\x80 no text\n\n"


async def stream(
    request: web.Request,
    headers: dict[str, str],
    dialect: Dialect,
    asked: Asked,
    reply: Reply,
    pace: Pace,
    injection: Injection | None,
) -> tuple[web.StreamResponse, bool]:
    """Send a reply; False beside the response means that a fault kept it from being whole."""
    kind = None if injection is None else injection.kind
    pacer = Pacer()
    await pacer.wait(pace.first)
    response = web.StreamResponse(headers={**headers, "cache-control": "no-cache"})
    response.content_type = "text/event-stream"
    response.charset = "utf-8"
    await response.prepare(request)
    seconds = injection.seconds if injection and kind is FaultKind.DRIP else pace.token
    middle = 0
    for sent, frame in enumerate(dialect.frames(asked, reply)):
        if injection is not None and kind in _IN_THE_MIDDLE and _due(frame, middle, injection):
            await _break(request, response, dialect, reply, injection.kind, frame, sent)
            return response, False
        middle += frame.place == "middle"
        await pacer.wait(seconds * frame.tokens)
        await _write(response, frame.data, halved=kind is FaultKind.DRIP)
    await response.write_eof()
    return response, True


def _due(frame: Frame, middle: int, injection: Injection) -> bool:
    """Whether the fault comes before this frame; a short reply breaks before its end."""
    return frame.place == "tail" or (frame.place == "middle" and middle >= injection.after)


async def _write(response: web.StreamResponse, data: bytes, halved: bool) -> None:
    """Write a frame; halved, as a network may deliver it: cut anywhere."""
    half = len(data) // 2 if halved else len(data)
    await response.write(data[:half])
    if halved:
        await asyncio.sleep(0)  # lets the first half leave alone
        await response.write(data[half:])


async def _break(
    request: web.Request,
    response: web.StreamResponse,
    dialect: Dialect,
    reply: Reply,
    kind: FaultKind,
    frame: Frame,
    sent: int,
) -> None:
    if kind is FaultKind.HANG_AFTER:
        await hang()
    if kind is FaultKind.CUT:
        cut(request)
        return
    if kind in (FaultKind.ERROR_EVENT, FaultKind.FAILED):
        await response.write(dialect.breaks(kind, reply, sent))
    elif kind is FaultKind.GARBAGE:
        name, _, _ = frame.data.partition(b"data: ")
        await response.write(name + _GARBAGE)
    elif kind is FaultKind.BROKEN_JSON:
        await response.write(frame.data[: len(frame.data) - len(frame.data) // 4] + b"\n\n")
    await response.write_eof()


async def at_once(
    request: web.Request,
    headers: dict[str, str],
    dialect: Dialect,
    asked: Asked,
    reply: Reply,
    pace: Pace,
    injection: Injection | None,
) -> tuple[web.StreamResponse, bool]:
    """Send a reply in one piece: every fault in its middle is a cut connection or a hang."""
    await Pacer().wait(pace.first + pace.token * reply.usage.output)
    if injection is not None and injection.kind is FaultKind.HANG_AFTER:
        await hang()
    if injection is not None and injection.kind in _IN_THE_MIDDLE:
        cut(request)
        return web.Response(), False
    body = encode(dialect.whole(asked, reply))
    return web.Response(body=body, headers=headers, content_type="application/json"), True


async def hang() -> None:
    """Wait until the client, or the server as a whole, has enough."""
    await asyncio.get_running_loop().create_future()


def cut(request: web.Request) -> None:
    """Close the connection in the middle of a response: what was written still arrives."""
    if request.transport is not None:
        request.transport.close()
