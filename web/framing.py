# SPDX-License-Identifier: EUPL-1.2
"""What stands around every request: its id, its log context, its metrics, security headers, and the last catch."""

from __future__ import annotations

import asyncio
import time
from uuid import uuid4

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from web import content_policy
from web.metrics import Metrics
from web.problems import as_problem, respond
from web.reads import WAIT_SECONDS

SECURITY_HEADERS = {
    content_policy.HEADER: content_policy.closed(),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
HTTPS_HEADER = ("Strict-Transport-Security", "max-age=31536000")
SECONDS = 9.5
"""How long a caller waits for our answer before it hears that nothing is confirmed: the contract says 10 seconds."""
API_PREFIX = "/api/v1"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Framing:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, metrics: Metrics, *, secure: bool, seconds: float = SECONDS) -> None:
        """Frame `app`; `secure` tells browsers to keep to https, `seconds` is the longest time without an answer."""
        self._app = app
        self._metrics = metrics
        self._secure = secure
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; an error that nobody caught is a plain 500 problem, unless the answer has begun."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        patience = self._seconds + (WAIT_SECONDS if b"at_least=" in scope["query_string"] else 0)
        exchange = _Exchange(receive, send, patience, secure=self._secure)
        started = time.perf_counter()
        with bound_contextvars(request=exchange.id):
            await self._serve(scope, exchange)
        method = scope["method"] if scope["method"] in METHODS else "other"
        seconds = time.perf_counter() - started
        self._metrics.count_request(method, route_of(scope), exchange.status, seconds)

    async def _serve(self, scope: Scope, exchange: _Exchange) -> None:
        """Let the application answer; one that does not in time is left alone, and the caller hears that.

        A database that is silent holds even the cancelling of a query up, so the work is not waited for any more.
        """
        work = asyncio.ensure_future(self._app(scope, exchange.receive, exchange.send))
        try:
            await exchange.answered_or_overdue(work)
            if exchange.status or work.done():
                await work
            else:
                await self._explain(scope, exchange, TimeoutError())
        except Exception as error:
            if exchange.status:
                raise
            await self._explain(scope, exchange, error)
        finally:
            exchange.close()
            work.cancel()

    async def _explain(self, scope: Scope, exchange: _Exchange, error: Exception) -> None:
        request = Request(scope)
        await respond(request, as_problem(request, error))(scope, exchange.receive, exchange.send)


def route_of(scope: Scope) -> str:
    """The template of the route, so that ids in paths make no metrics of their own."""
    path = getattr(scope.get("route"), "path", None)
    if path is None:
        return "none"
    return API_PREFIX + path if scope["path"].startswith(API_PREFIX + "/") else str(path)


class _Exchange:
    """One request and its answer, with a clock that runs while the caller waits for us."""

    def __init__(self, receive: Receive, send: Send, patience: float, *, secure: bool) -> None:
        self.id = str(uuid4())
        self.status = 0
        self._receive, self._send = receive, send
        self._patience = patience
        self._secure = secure
        self._closed = False
        self._overdue: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._clock: asyncio.TimerHandle | None = None
        self._wind()

    async def receive(self) -> Message:
        """The next part of the request: as long as parts come, it is not we who are waited for."""
        message = await self._receive()
        self._wind()
        return message

    async def send(self, message: Message) -> None:
        """Send a part of the answer, unless the caller was told before that there will be none."""
        if self._closed:
            return
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._add_headers(MutableHeaders(scope=message))
        await self._send(message)

    async def answered_or_overdue(self, work: asyncio.Future[None]) -> None:
        """Wait until the work is done or the caller has waited long enough."""
        await asyncio.wait({work, self._overdue}, return_when=asyncio.FIRST_COMPLETED)

    def close(self) -> None:
        """Nothing more goes out."""
        self._closed = True
        self._overdue.cancel()
        if self._clock:
            self._clock.cancel()

    def _wind(self) -> None:
        if self._clock:
            self._clock.cancel()
        self._clock = asyncio.get_running_loop().call_later(self._patience, self._ring)

    def _ring(self) -> None:
        if not self._overdue.done():
            self._overdue.set_result(None)

    def _add_headers(self, headers: MutableHeaders) -> None:
        headers["X-Request-Id"] = self.id
        for name, value in (*SECURITY_HEADERS.items(), *((HTTPS_HEADER,) if self._secure else ())):
            headers.setdefault(name, value)
        headers.setdefault("Cache-Control", "no-store")
