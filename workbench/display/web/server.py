"""Serve the terminal UI to browsers that know a key, and to no page of another site."""

from __future__ import annotations

import hmac
import logging
import secrets
import shlex
from collections.abc import Sequence
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from textual_serve.server import Server

COOKIE = "workbench-key"


class Pages(Server):
    """A server of `command`, one process of it for each tab.

    Whoever opens `address` gets a cookie; without it nothing is served. A page of another site
    cannot use it: the cookie is for this site alone, and so are the origins of sockets.
    """

    def __init__(self, command: Sequence[str], host: str, port: int, title: str) -> None:
        """Serve on `host` and `port`; nothing is opened before `serve`."""
        shown = f"[{host}]" if ":" in host else host
        super().__init__(
            shlex.join(command),
            host=host,
            port=port,
            title=title,
            public_url=f"http://{shown}:{port}",
            templates_path=Path(__file__).parent / "templates",
        )
        self._key = secrets.token_urlsafe(24)

    @property
    def address(self) -> str:
        """What a person opens."""
        return f"{self.public_url}/?key={self._key}"

    def serve(self, debug: bool = False) -> None:
        """Serve until ctrl+c; say where, once somebody can connect."""
        logging.basicConfig(level="WARNING", format="%(message)s")

        def announce(*_: object) -> None:
            print(f"Open {self.address}")
            print("Every tab is a view of its own; ctrl+c ends them, and no engine.", flush=True)

        web.run_app(
            self._make_app(), host=self.host, port=self.port, print=announce, access_log=None
        )

    async def on_startup(self, app: web.Application) -> None:
        """Say nothing yet."""

    async def _make_app(self) -> web.Application:
        app: web.Application = await super()._make_app()
        app.middlewares.append(self._guard)
        return app

    @property
    def _guard(self) -> Middleware:
        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            if self._is_key(request.query.get("key", "")) and request.path == "/":
                found = web.HTTPFound("/")
                found.set_cookie(COOKIE, self._key, httponly=True, samesite="Strict")
                raise found
            if not self._is_key(request.cookies.get(COOKIE, "")):
                raise web.HTTPForbidden(text="Open the address that `workbench serve` printed.\n")
            origin = request.headers.get("Origin")
            if origin is not None and origin != self.public_url:
                raise web.HTTPForbidden(text="This is not for pages of other sites.\n")
            response = await handler(request)
            if not response.prepared:
                response.headers["Content-Security-Policy"] = _POLICY
                response.headers["Referrer-Policy"] = "no-referrer"
            return response

        return guard

    def _is_key(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self._key.encode())


_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-eval'; "
    "img-src 'self' data:; frame-ancestors 'none'"
)
"""Nothing from elsewhere is loaded, and no page of another site shows it in a frame."""
