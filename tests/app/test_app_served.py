"""The screen in a browser: behind a key, for no page of another site, and with working keys."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from browser import browser, page
from engine_support import new_session

from workbench.engine.client import SessionFeed
from workbench.engine.spawn import spawn
from workbench.model import event as ev
from workbench.model.event import Record
from workbench.model.limits import Limits

pytest.importorskip("textual_serve", reason="the extra `serve` is not installed")
pytestmark = pytest.mark.timeout(180)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@asynccontextmanager
async def served(*arguments: str) -> AsyncIterator[str]:
    """Run `workbench serve` for the length of a block; yield the address that it prints."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "workbench", "serve", *arguments, "--port", str(free_port())),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        async with asyncio.timeout(60):
            line = (await process.stdout.readline()).decode()
        found = re.fullmatch(r"Open (http://127\.0\.0\.1:\d+/\?key=\S+)\n", line)
        assert found is not None, line + (await process.stderr.read()).decode()
        yield found.group(1)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        _, errors = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0
    assert b"Traceback" not in errors


async def test_nothing_is_served_without_the_key(root: Path) -> None:
    jar = aiohttp.CookieJar(unsafe=True)  # which takes cookies of addresses that are no names
    async with served() as address, aiohttp.ClientSession(cookie_jar=jar) as http:
        bare = address.partition("/?")[0]
        for path in ("/", "/?key=wrong", "/static/js/textual.js", "/ws", "/download/x"):
            async with http.get(bare + path) as answer:
                assert answer.status == 403, path
        async with http.get(address) as answer:
            assert answer.status == 200
            assert "textual-terminal" in await answer.text()
            assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        cookies = list(http.cookie_jar)
        assert [(x["httponly"], x["samesite"]) for x in cookies] == [(True, "Strict")]
        async with http.get(f"{bare}/static/js/textual.js") as answer:
            assert answer.status == 200
        foreign = {"Origin": "http://elsewhere.example"}
        async with http.get(f"{bare}/ws", headers=foreign) as answer:
            assert answer.status == 403
        async with http.ws_connect(f"{bare}/ws", origin=bare) as screen:
            async with asyncio.timeout(60):
                shown = b""
                while b"circle-packing" not in shown:  # the home screen lists the tasks
                    message = await screen.receive()
                    shown += message.data if isinstance(message.data, bytes) else b""


async def paused(feed: SessionFeed) -> None:
    """Follow the session until its lineage is paused."""
    async for update in feed.updates():
        if isinstance(update, Record) and isinstance(update.event, ev.LineagePaused):
            return


async def test_a_session_is_watched_and_steered_in_a_browser(root: Path, tmp_path: Path) -> None:
    program = browser()
    if program is None:
        pytest.skip("no Chromium here")
    directory = await new_session(root, lineages=1, limits=Limits(evaluations=100_000))
    await spawn(directory)
    feed = await SessionFeed.open(directory)
    async with served(str(directory)) as address, page(program, tmp_path / "profile") as tab:
        await tab.open(address)
        await tab.until("document.body.classList.contains('-first-byte')")
        async with asyncio.timeout(60):
            lineage = feed.session.lineages[1]
            following = asyncio.create_task(paused(feed))
            while lineage.wanted == "run":  # until the session is in front, nothing takes the key
                await tab.type(" ")
                await asyncio.wait([following], timeout=2)
            await following
        assert len(await tab.picture()) > 20_000  # an empty page takes 10 kB
        await tab.type("q")
        async with asyncio.timeout(60):  # until the question is there, the answer means nothing
            while not await tab.value("document.body.classList.contains('-closed')"):
                await tab.type("d")
        assert [told for told in tab.errors if "load" in told] == []
    assert feed.session.state == "paused"
    assert feed.live
    await feed.aclose()


async def test_a_port_that_is_taken_is_said_to_be(root: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "workbench", "serve", "--port", port),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        _, errors = await process.communicate()
    assert process.returncode == 1
    assert b"cannot be served on: Address already in use; choose --port" in errors
