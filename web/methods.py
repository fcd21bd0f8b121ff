# SPDX-License-Identifier: EUPL-1.2
"""Answers HEAD wherever GET is, OPTIONS everywhere, and tells every method of an address in `Allow`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Address = tuple[str, Iterable[str]]
"""A path's template and the methods of one operation there."""


class Methods:
    """ASGI middleware inside the framing and around the routes."""

    def __init__(self, app: ASGIApp, addresses: Sequence[Address]) -> None:
        """Stand around `app`, whose operations are at `addresses`."""
        self._app = app
        self._addresses = [(compile_path(path)[0], frozenset(methods)) for path, methods in addresses]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request by its method."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["method"] == "HEAD":
            await self._answer_head(scope, receive, send)
        elif scope["method"] == "OPTIONS" and (allowed := self._allowed(scope["path"])):
            await Response(status_code=204, headers={"Allow": allowed})(scope, receive, send)
        else:
            await self._app(scope, receive, self._telling(scope, send))

    async def _answer_head(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as for GET, but end after the headers: a stream would go on for ever."""
        inner, answered, telling = {**scope, "method": "GET"}, asyncio.Event(), self._telling(scope, send)

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.start":
                await telling(message)
                await send({"type": "http.response.body", "body": b""})
                answered.set()

        work = asyncio.ensure_future(self._app(inner, receive, send_head))
        waiting = asyncio.ensure_future(answered.wait())
        try:
            await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if not answered.is_set():
                await work
        finally:
            work.cancel()
            waiting.cancel()
            scope["route"] = inner.get("route")

    def _telling(self, scope: Scope, send: Send) -> Send:
        """A `send` that completes `Allow` where a method is refused: a route alone knows only its own methods."""

        async def send_all(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 405:  # noqa: PLR2004 -- HTTP's number
                MutableHeaders(scope=message)["Allow"] = self._allowed(scope["path"])
            await send(message)

        return send_all

    def _allowed(self, path: str) -> str:
        """The methods of a path, for `Allow`; empty where nothing is."""
        found = {method for regex, methods in self._addresses if regex.match(path) for method in methods}
        return ", ".join(sorted(found | {"OPTIONS"} | ({"HEAD"} if "GET" in found else set()))) if found else ""
