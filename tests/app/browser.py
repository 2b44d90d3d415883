"""A headless browser, driven over its own protocol."""

from __future__ import annotations

import asyncio
import base64
import itertools
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

NAMES = ("chromium", "chromium-browser", "google-chrome")
_QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--remote-debugging-port=0", "--enable-unsafe-swiftshader", "--window-size=1300,820",
)  # fmt: skip
SECONDS = 60.0


def browser() -> str | None:
    """Return a browser of this machine."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Page:
    """One tab."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._session = ""
        self.errors: list[str] = []

    async def _ask(self, method: str, **parameters: Any) -> Any:
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        await self._socket.send_json(message)
        async with asyncio.timeout(SECONDS):
            while True:
                answer = await self._socket.receive_json()
                if answer.get("method") == "Log.entryAdded":
                    self.errors.append(str(answer["params"]["entry"]["text"]))
                if answer.get("id") == number:
                    assert "error" not in answer, answer
                    return answer["result"]

    async def open(self, address: str) -> None:
        """Open an address in a new tab."""
        target = (await self._ask("Target.createTarget", url="about:blank"))["targetId"]
        attached = await self._ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        await self._ask("Log.enable")
        await self._ask("Page.enable")
        await self._ask("Page.navigate", url=address)

    async def value(self, expression: str) -> Any:
        """Evaluate an expression in the page."""
        found = await self._ask("Runtime.evaluate", expression=expression, returnByValue=True)
        return found["result"].get("value")  # none where it fails, as in a page that is not there

    async def until(self, expression: str) -> None:
        """Wait until an expression holds in the page, whichever page it then is."""
        async with asyncio.timeout(SECONDS):
            # No event crosses from one page to the next.
            while await self.value(expression) is not True:  # noqa: ASYNC110
                await asyncio.sleep(0.05)  # between looks at another process

    async def type(self, text: str) -> None:
        """Press the keys of a text, one after the other."""
        await self.value("document.querySelector('.xterm-helper-textarea').focus()")
        for sign in text:
            for kind in ("keyDown", "keyUp"):
                await self._ask("Input.dispatchKeyEvent", type=kind, text=sign, key=sign)

    async def picture(self) -> bytes:
        """Return the page as PNG."""
        shot = await self._ask("Page.captureScreenshot", format="png")
        return base64.b64decode(shot["data"])


@asynccontextmanager
async def page(program: str, profile: Path) -> AsyncIterator[Page]:
    """Run a browser with one page, for the length of a block."""
    process = await asyncio.create_subprocess_exec(
        program,
        *_QUIET,
        f"--user-data-dir={profile}",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stderr is not None
        async with asyncio.timeout(SECONDS):
            while b"DevTools listening on " not in (line := await process.stderr.readline()):
                assert line, "the browser ended"
        draining = asyncio.create_task(process.stderr.read())
        address = line.decode().partition("listening on ")[2].strip()
        async with aiohttp.ClientSession() as http, http.ws_connect(address, max_msg_size=0) as ws:
            yield Page(ws)
        draining.cancel()
    finally:
        process.kill()
        await process.wait()
