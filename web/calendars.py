# SPDX-License-Identifier: EUPL-1.2
"""The calendars that programs subscribe to, and the links at which they are read: made, listed, withdrawn."""

from __future__ import annotations

import hashlib
import json
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from domain.errors import AbsentError
from domain.organisation import SECRETARIAT
from outgoing.calendar_links import (
    CALENDAR_PATH,
    calendar_url,
    list_calendar_links,
    make_calendar_link,
    withdraw_calendar_link,
)
from projections.feeds import MEDIA_TYPE, feed
from web import examples
from web.commands import KEY, Nothing
from web.describing import described, read
from web.guards import Subscriber, Writer, known
from web.idempotency import Answer, Attempt, once
from web.reading import Given, Identifier, read_model
from web.services import services

FRESH_SECONDS = 300
"""How long a program may show what it has read without asking again."""

router = APIRouter(tags=["calendars"])
feeds = APIRouter(tags=["calendars"])


class Wanted(Given):
    """Whose calendar a link opens; that of the body `secretariat` holds everything."""

    body: Identifier


def link_id(id: str) -> UUID:  # noqa: A002 -- the name of the path's parameter
    """The link's id in a path; raises `AbsentError` for what can be none."""
    try:
        return UUID(id)
    except ValueError:
        what = "there is no such calendar link"
        raise AbsentError(what, "look the id up in the list of calendar links", "id") from None


@feeds.get(
    f"{CALENDAR_PATH}/{{token}}.ics",
    summary="Subscribe to a calendar",
    **read(examples.CALENDAR, (404, 422, 429, 503), security=[], media_type="text/calendar"),
)
async def show_calendar(request: Request, link: Subscriber) -> Response:
    """A body's meetings, the last days for their papers, and by when it is to answer; the secretariat's holds all.

    The address alone opens it, and only it; 404 for one that is not known or was withdrawn. Times are Danish ones,
    dates whole days; a cancelled meeting stays as `CANCELLED`. `ETag` and `If-None-Match` spare a second reading.
    """
    shared, body = services(request), link.body
    diary = await shared.diary()
    dates = await shared.views.dates(None if body == SECRETARIAT else body)
    text: bytes = await shared.run(partial(feed, diary, body, dates, shared.today(), link.created_at))
    tag = f'"{hashlib.sha256(text).hexdigest()[:32]}"'
    headers = {
        "Cache-Control": f"private, max-age={FRESH_SECONDS}, must-revalidate",
        "ETag": tag,
        "X-Robots-Tag": "noindex, nofollow, noarchive",
    }
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(
        text, headers=headers | {"Content-Disposition": 'inline; filename="sagsgang.ics"'}, media_type=MEDIA_TYPE
    )


@router.get(
    "/calendar-links",
    summary="List calendar links",
    dependencies=[Depends(known)],
    **read(examples.CALENDAR_LINKS, (401, 422, 503)),
)
async def list_them(request: Request) -> JSONResponse:
    """Every link to a calendar and whose it is; what opens it is shown once, when it is made."""
    async with services(request).pool.connection() as connection:
        return JSONResponse({"items": [link.as_dict() for link in await list_calendar_links(connection)]})


@router.post(
    "/calendar-links",
    summary="Make a calendar link",
    **described(Wanted, {"body": "samsoe"}, examples.CALENDAR_LINK_MADE, status=201, parameters=[KEY]),
)
async def make(request: Request, principal: Writer) -> JSONResponse:
    """Make the address of a calendar for a body to subscribe to; give it to that body alone."""
    wanted, shared = await read_model(request, Wanted), services(request)
    attempt = Attempt.of(request, principal, wanted.model_dump(mode="json"))
    body, settings = shared.organisation.body(wanted.body).id, shared.settings

    async def act() -> Answer:
        async with shared.pool.connection() as connection:
            link = await make_calendar_link(
                connection, settings.signing_key(), body=body, made_by=principal.name, link_id=attempt.case_id
            )
        return Answer(201, link.as_dict(), "/api/v1/calendar-links")

    answered = await once(shared.keys, attempt, act)
    # Added here, so that what opens the calendar does not stand among the answers kept for repeats.
    content = json.loads(bytes(answered.body))
    content["url"] = calendar_url(settings.public_url, settings.signing_key(), UUID(content["id"]))
    return JSONResponse(content, answered.status_code, {"Location": answered.headers["location"]})


@router.post(
    "/calendar-links/{id}/withdraw",
    summary="Withdraw a calendar link",
    **described(Nothing, {}, examples.CALENDAR_LINK, parameters=[KEY]),
)
async def withdraw(request: Request, principal: Writer, link: Annotated[UUID, Depends(link_id)]) -> JSONResponse:
    """Let a calendar's address open nothing any more, at once."""
    shared = services(request)
    attempt = Attempt.of(request, principal, (await read_model(request, Nothing)).model_dump(mode="json"))

    async def act() -> Answer:
        async with shared.pool.connection() as connection:
            return Answer(200, (await withdraw_calendar_link(connection, link)).as_dict())

    return await once(shared.keys, attempt, act)
