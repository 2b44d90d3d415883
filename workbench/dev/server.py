"""`FakeModel`: one server on loopback for all three protocols."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from aiohttp import web

from workbench.dev import listing
from workbench.dev.answering import Answering
from workbench.dev.chat import Chat
from workbench.dev.dialect import Dialect
from workbench.dev.messages import VERSION, Messages
from workbench.dev.record import Call, Counts, Record
from workbench.dev.responses import Responses
from workbench.dev.script import Script

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_LARGEST = 64 * 1024 * 1024
"""Bytes of a request."""


class FakeModel:
    """A model that is none, at `url` while its context is open.

    `/v1/messages` speaks as Anthropic, `/v1/responses` and `/v1/chat/completions` as OpenAI,
    `/v1/models` as the one whose headers it sees.
    """

    def __init__(self, script: Script | None = None, *, port: int = 0) -> None:
        """`port` 0 takes a free one."""
        self.script = Script() if script is None else script
        self.url = ""
        """Without a path; empty until the context is open."""
        self._port = port
        self._record = Record(self.script.keep)
        self._answering = Answering(self.script, self._record)
        self._runner: web.AppRunner | None = None
        self._handlers: set[asyncio.Task[object]] = set()
        self._closing = False

    async def __aenter__(self) -> Self:
        """Listen. Raises `OSError` when the port is taken."""
        self._closing = False
        application = web.Application(client_max_size=_LARGEST)
        routes: dict[str, Dialect] = {
            "/v1/messages": Messages(),
            "/v1/responses": Responses(),
            "/v1/chat/completions": Chat(self.script.usage),
        }
        for path, dialect in routes.items():
            application.router.add_post(path, self._route(dialect))
        application.router.add_get("/v1/models", self._models)
        self._runner = web.AppRunner(
            application, access_log=None, handler_cancellation=True, shutdown_timeout=1.0
        )
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        except OSError:
            await self._runner.cleanup()
            raise
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close; calls that are open are cut."""
        self._closing = True
        for handler in self._handlers:
            handler.cancel()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def calls(self) -> list[Call]:
        """The latest calls, oldest first, as many as the script keeps."""
        return list(self._record.calls)

    @property
    def counts(self) -> Counts:
        """Sums over all calls so far."""
        return self._record.counts()

    @property
    def open_sockets(self) -> int:
        """Connections of clients, idle ones included."""
        server = None if self._runner is None else self._runner.server
        return 0 if server is None else len(server.connections)

    async def until(self, holds: Callable[[Counts], bool]) -> Counts:
        """Wait until the counts are such that `holds`: a client has hung up, say."""
        return await self._record.until(holds)

    def _route(self, dialect: Dialect) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            headers = {name.lower(): value for name, value in request.headers.items()}
            call = self._record.begin(request.path, headers, await request.read())
            task = asyncio.current_task()
            assert task is not None
            self._handlers.add(task)
            try:
                return await self._answering.answer(dialect, request, call)
            except asyncio.CancelledError:
                self._record.end(call, "closed" if self._closing else "hung up")
                raise
            except ConnectionError:
                self._record.end(call, "hung up")
                return web.Response()  # for nobody
            finally:
                self._handlers.discard(task)
                self._record.end(call, "closed")

        return handle

    async def _models(self, request: web.Request) -> web.Response:
        names = self.script.models or ("fake",)
        found = listing.anthropic(names) if VERSION in request.headers else listing.openai(names)
        return web.json_response(found)
