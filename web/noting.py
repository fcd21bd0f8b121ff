# SPDX-License-Identifier: EUPL-1.2
"""Notes every request of somebody known for the access log: which route, about what, what was searched for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from projections.documents import instant
from runtime.clock import real_now
from web.access import Principal
from web.accesses import Access, AccessLog, clean
from web.framing import route_of
from web.oidc import CALLBACK_PATH

SEARCHES = frozenset(
    {
        *("q", "status", "standing", "route", "waiting_for", "overdue", "done_from", "as_of", "on", "show", "by"),
        *("body", "case", "state", "from", "until", "who", "role", "object"),
    }
)
"""The parameters that say what was looked for; no other is kept, since it may be a code or a token."""
SECRET_PARTS = frozenset({"token", "code"})
"""What stands in an address and opens something."""


class Noting:
    """ASGI middleware that notes each request of somebody known when its answer begins, refusals too."""

    def __init__(self, app: ASGIApp, *, accesses: AccessLog) -> None:
        """Note into `accesses` what is asked of `app`."""
        self._app = app
        self._accesses = accesses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def noting(message: Message) -> None:
            principal = scope.get("state", {}).get("principal")
            if message["type"] == "http.response.start" and principal is not None:
                self._accesses.note(access_of(scope, principal, message["status"]))
            await send(message)

        await self._app(scope, receive, noting if scope["type"] == "http" else send)


def access_of(scope: Scope, principal: Principal, status: int, at: datetime | None = None) -> Access:
    """The line of a request: no secret stands in it, and no personal number that somebody searched for."""
    route, named = route_of(scope), _named(scope)
    asked = parse_qsl(scope["query_string"].decode("latin-1"), max_num_fields=None)
    # A provider's answer has a `state` too, which is a secret and no search.
    sought = [f"{name}={value}" for name, value in asked if name in SEARCHES and value and route != CALLBACK_PATH]
    objects = [f"{name}={value}" for name, value in named.items() if name not in SECRET_PARTS]
    return Access(
        at=instant(at or real_now()) or "",
        who=clean(principal.who),
        name=clean(principal.name),
        role=principal.role,
        body=principal.body,
        how=principal.how,
        method=scope["method"],
        route=route,
        object=clean(" ".join(objects)),
        search=clean(" ".join(sought)),
        status=status,
    )


def _named(scope: Scope) -> Mapping[str, Any]:
    """What a request is about: what stands in its address, and what the link is about that it came by."""
    return {**scope.get("state", {}).get("about", {}), **scope.get("path_params", {})}
