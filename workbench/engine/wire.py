"""Messages between an engine's socket and its viewers: one JSON object per line."""

from __future__ import annotations

import asyncio

import msgspec

from workbench.engine.command import AnyCommand, Reply
from workbench.engine.feed import Live
from workbench.model.event import Record

LINE_BYTES = 8 << 20
"""Longest line either side accepts."""


class Message(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is"):
    """Base of all messages."""


class Watch(Message, frozen=True, tag="watch"):
    """Viewer → engine: send me updates from now on."""


class Ask(Message, frozen=True, tag="ask"):
    """Viewer → engine: carry out a command and answer under this number."""

    id: int
    command: AnyCommand


class Hello(Message, frozen=True, tag="hello"):
    """Engine → viewer: updates follow; the journal stood at `seq` when they began."""

    seq: int


class Committed(Message, frozen=True, tag="committed"):
    """Engine → viewer: this record is durable."""

    record: Record


class Progress(Message, frozen=True, tag="progress"):
    """Engine → viewer: live progress."""

    live: Live


class Answer(Message, frozen=True, tag="answer"):
    """Engine → viewer: what became of a command."""

    id: int
    reply: Reply


class Bye(Message, frozen=True, tag="bye"):
    """Engine → viewer: nothing more will come from here."""


FromViewer = Watch | Ask
FromEngine = Hello | Committed | Progress | Answer | Bye

_encoder = msgspec.json.Encoder()
_from_viewer: msgspec.json.Decoder[FromViewer] = msgspec.json.Decoder(FromViewer)
_from_engine: msgspec.json.Decoder[FromEngine] = msgspec.json.Decoder(FromEngine)


def line(message: Message) -> bytes:
    """Return `message` as one line."""
    return _encoder.encode(message) + b"\n"


def viewer_message(data: bytes) -> FromViewer:
    """Read a viewer's line. Raises `msgspec.DecodeError` on anything else."""
    return _from_viewer.decode(data)


def engine_message(data: bytes) -> FromEngine:
    """Read an engine's line. Raises `msgspec.DecodeError` on anything else."""
    return _from_engine.decode(data)


async def read_line(reader: asyncio.StreamReader) -> bytes | None:
    """Return the next line, or None when the other side is gone."""
    try:
        data = await reader.readline()
    except (ConnectionError, ValueError):  # ValueError: the line is longer than the limit
        return None
    return data if data.endswith(b"\n") else None
