# SPDX-License-Identifier: EUPL-1.2
"""Puts the web application together from its parts."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from functools import partial
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from domain.cases import Cases
from domain.organisation import Organisation
from runtime.settings import DatabaseSettings
from web import (
    access_pages,
    acting,
    agency_loop,
    agendas,
    answering,
    body_page,
    calendars,
    case_file,
    case_page,
    channel_pages,
    channels,
    commands,
    deliveries,
    events,
    exports,
    files,
    front,
    links,
    meeting_pages,
    meetings,
    opening,
    operating,
    operations,
    own,
    pages,
    papers,
    plan_page,
    plans,
    problems,
    reads,
    settling,
    signing_in,
    webhooks,
)
from web.describing import COMPONENTS
from web.framing import API_PREFIX, Framing
from web.guards import OwnPagesError, SignInNeededError
from web.methods import Address, Methods
from web.noting import Noting
from web.parameters import known_parameters
from web.paths import sign_in_path
from web.problems import ProblemError
from web.services import Services

VERSION = "1"
_CASE_PAGE = re.compile(r"/cases/[0-9a-fA-F-]{32,36}", re.ASCII)
Room = tuple[str, APIRouter, list[Any]]
"""A router with its prefix and with what all its operations depend on."""
DESCRIPTION = """
Runs cases that many bodies must decide. An answer is accepted when its event is committed; every write answers with
`position`, the event's place in the log, and every read takes `at_least` to wait until the views have come that far.
Errors are problem details (RFC 9457); a query parameter that is unknown or stands twice is one. Every POST takes
`Idempotency-Key`, but for the webhooks: they are idempotent by their `webhook-id`, the same at every attempt.
"""


def create_app(
    settings: DatabaseSettings, cases: Cases, organisation: Organisation, clock: Callable[[], datetime]
) -> FastAPI:
    """The application; its lifespan holds the connections. Raises `SettingsError` without a signing key."""
    shared = Services.build(settings, cases, organisation, clock)
    app = FastAPI(
        title="Sagsgang",
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_lifespan,
        redirect_slashes=False,  # a 307 is not followed by senders of webhooks
    )
    app.state.services = shared
    problems.install(app)
    app.add_exception_handler(SignInNeededError, _show_sign_in)
    app.add_exception_handler(OwnPagesError, _show_own_pages)
    rooms = _rooms(app)
    for prefix, router, dependencies in rooms:
        app.include_router(router, prefix=prefix, dependencies=dependencies)
    files.install(app)
    app.openapi = partial(describe_api, app)  # type: ignore[method-assign]  # as FastAPI's own guide does
    app.add_middleware(partial(Methods, addresses=_addresses(rooms)))
    app.add_middleware(partial(Noting, accesses=shared.accesses))
    app.add_middleware(partial(Framing, metrics=shared.metrics, secure=settings.public_url.startswith("https:")))
    return app


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with app.state.services.running():
        yield


async def _show_sign_in(request: Request, _error: Exception) -> Response:
    return RedirectResponse(sign_in_path(request), 303)


async def _show_own_pages(request: Request, _error: Exception) -> Response:
    """A council's own page where there is one for what was asked; a colleague's link to a case leads there too."""
    path = request.url.path
    if request.method == "GET" and (path == "/" or _CASE_PAGE.fullmatch(path)):
        return RedirectResponse(f"{own.OWN_PATH}{path.rstrip('/')}", 303)
    return problems.respond(request, ProblemError("forbidden", "this page tells of other bodies; your own is at /own"))


def _rooms(app: FastAPI) -> list[Room]:
    """Every router with its prefix and with what all its operations depend on."""
    signed, outside = (webhooks.router,), (operations.router, answering.router, calendars.feeds, _description(app))
    browsing = (
        front.router,
        opening.router,
        case_page.router,
        plan_page.router,
        acting.router,
        body_page.router,
        channel_pages.router,
        meeting_pages.router,
        exports.router,
        pages.router,
        own.router,
        signing_in.router,
    )
    shown = (*browsing, deliveries.pages, access_pages.pages, operating.pages)
    written = (commands.router, agendas.router, settling.router, agency_loop.router, papers.router)
    office = (
        channels.router,
        deliveries.router,
        links.router,
        calendars.router,
        access_pages.router,
        operating.router,
    )
    api = (*written, reads.router, case_file.router, plans.router, meetings.router, events.router, *office)
    return [
        *((API_PREFIX, router, []) for router in signed),
        *((API_PREFIX, router, [Depends(known_parameters)]) for router in api),
        *(("", router, []) for router in (*outside, *shown)),
    ]


def _addresses(rooms: list[Room]) -> list[Address]:
    """Where every operation is, and its methods."""
    found: list[Address] = [(f"/{folder}/{{path:path}}", ("GET",)) for folder in ("static", "assets")]
    for prefix, router, _ in rooms:
        routes = [route for route in router.routes if isinstance(route, APIRoute)]
        found += [(prefix + route.path, route.methods or ()) for route in routes]
    return found


def _description(app: FastAPI) -> APIRouter:
    """The route of the API's own description."""
    router = APIRouter(dependencies=[operations.PUBLIC])

    @router.get("/openapi.json", include_in_schema=False)
    async def describe() -> dict[str, Any]:
        """The API's description in OpenAPI."""
        return describe_api(app)

    return router


def describe_api(app: FastAPI) -> dict[str, Any]:
    """The description of the whole API in OpenAPI, with the pages left out."""
    if app.openapi_schema is None:
        found = get_openapi(title=app.title, version=VERSION, description=DESCRIPTION, routes=app.routes)
        for kind, parts in COMPONENTS.items():
            found.setdefault("components", {}).setdefault(kind, {}).update(parts)
        app.openapi_schema = found
    return app.openapi_schema
