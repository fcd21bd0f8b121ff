# SPDX-License-Identifier: EUPL-1.2
"""The page of each body's channels for the secretariat; a body's own people have theirs in `web.own`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from domain.names import Name
from web import body_forms, channel_steps
from web.body_forms import Desk
from web.guards import Clerk
from web.services import services
from web.standing import name_of

BODIES = ("/bodies", Name("Organer", "Bodies"))
TITLE = Name("Beskeder til organet", "Messages to the body")
EMPTY = Name(
    "Organet har ingen adresse endnu og får ingen beskeder.", "The body has no address yet and gets no messages."
)

router = APIRouter(include_in_schema=False)
Words = Annotated[str, Query(max_length=200)]


def desk_of(request: Request, visitor: Clerk, body: str) -> Desk:
    """Where the secretariat keeps the channels of the body in a path; raises `UnknownBodyError`."""
    shared = services(request)
    body_id = shared.organisation.body(body).id
    address = f"/bodies/{body_id}"
    way = (BODIES, (address, name_of(shared, body_id, shared.today())))
    return Desk(visitor, body_id, f"{address}/channels", TITLE, way, channel_steps.CHANNELS)


ClerksDesk = Annotated[Desk, Depends(desk_of)]


@router.get("/bodies/{body}/channels")
async def show_channels(request: Request, desk: ClerksDesk, done: Words = "") -> Response:
    """Where a body's messages go, which kinds, and how each address stands."""
    return await channel_steps.show_channels(request, desk, EMPTY, done)


@router.get("/bodies/{body}/channels/{action}")
async def show_form(request: Request, desk: ClerksDesk, action: str) -> Response:
    """A form about a body's channels; what the address says is filled in."""
    return await body_forms.show_form(request, desk, action)


@router.post("/bodies/{body}/channels/{action}")
async def take_form(request: Request, desk: ClerksDesk, action: str) -> Response:
    """What a form says: shown with what would come of it, or, once confirmed, done. Raises problems."""
    return await body_forms.take_form(request, desk, action)
