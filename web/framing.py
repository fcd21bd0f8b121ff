# SPDX-License-Identifier: EUPL-1.2
"""What stands around every request: its id, its log context, its metrics, security headers, and the last catch."""

from __future__ import annotations

import time
from uuid import uuid4

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from web.metrics import Metrics
from web.problems import as_problem, respond

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
HTTPS_HEADER = ("Strict-Transport-Security", "max-age=31536000")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Framing:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, metrics: Metrics, *, secure: bool) -> None:
        """Frame `app`; `secure` tells browsers to keep to https."""
        self._app = app
        self._metrics = metrics
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; an error that nobody caught is a plain 500 problem, unless the answer has begun."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(send, secure=self._secure)
        started = time.perf_counter()
        with bound_contextvars(request=exchange.id):
            try:
                await self._app(scope, receive, exchange.send)
            except Exception as error:
                problem = as_problem(error)
                if exchange.status:
                    raise
                await respond(Request(scope), problem)(scope, receive, exchange.send)
        method = scope["method"] if scope["method"] in METHODS else "other"
        seconds = time.perf_counter() - started
        self._metrics.count_request(method, _route_of(scope), exchange.status, seconds)


class _Exchange:
    """One request's answer as it goes out."""

    def __init__(self, send: Send, *, secure: bool) -> None:
        self.id = str(uuid4())
        self.status = 0
        self._send = send
        self._secure = secure

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self.id
            for name, value in (*SECURITY_HEADERS.items(), *((HTTPS_HEADER,) if self._secure else ())):
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
        await self._send(message)


def _route_of(scope: Scope) -> str:
    """The template of the route, so that ids in paths make no metrics of their own."""
    return getattr(scope.get("route"), "path", "none")
