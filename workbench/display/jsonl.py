"""The `json` front end: every committed event as one JSON object per line, then the ending."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, TextIO

import msgspec

from workbench.display import summary
from workbench.engine.feed import Feed, Live


async def follow(feed: Feed, path: Path, out: TextIO) -> None:
    """Print events as they become durable; the last line has kind `finished` or `interrupted`.

    Whoever reads slowly, or not at all, keeps nothing else in this process waiting. Raises
    `OSError` if nobody takes the output.
    """

    async def tell(value: dict[str, Any]) -> None:
        await asyncio.to_thread(print, json.dumps(value), file=out, flush=True)

    async for update in feed.updates():
        if isinstance(update, Live):
            continue
        body = msgspec.to_builtins(update.event)
        head = {
            "kind": body.pop("kind"),
            "seq": update.seq,
            "at": round(update.at, 3),
            "elapsed": round(update.elapsed, 3),
        }
        await tell({**head, **body})
    closed = feed.session.closed
    kind = "interrupted" if closed is None else closed.reason
    await tell(summary.ending(feed.session, path, kind))
