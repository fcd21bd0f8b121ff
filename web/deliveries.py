# SPDX-License-Identifier: EUPL-1.2
"""What was sent to whom, or not: the API's list, the page, and sending again."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel, Field
from starlette.responses import Response

from domain.errors import AbsentError, ConflictError
from domain.faults import did_you_mean
from outgoing.channels import Channel, list_channels
from outgoing.deliveries import LARGEST_PAGE, STATES, Delivery, find_delivery, list_deliveries, resend
from web import examples
from web.commands import KEY, Nothing
from web.describing import described, read
from web.forms import read_own_form
from web.guards import Anybody, Clerk, Guest, Writer
from web.idempotency import Answer, Attempt, once
from web.problems import FieldError, ProblemError, invalid
from web.reading import MAX_ID, read_model, visible
from web.rendering import render
from web.resending import hindrance, what_happens
from web.services import Services, services
from web.standing import in_order, name_of, names_of

PAGE = 200

router = APIRouter(tags=["deliveries"])
pages = APIRouter(include_in_schema=False)
Words = Annotated[str, Query(max_length=200)]


class Filters(BaseModel):
    """Which deliveries to list."""

    body: str | None = Field(None, max_length=MAX_ID, description="Only those to this body.")
    state: str | None = Field(None, max_length=MAX_ID, description=f"Only those that are {', '.join(STATES)}.")
    case: UUID | None = Field(None, description="Only those about this case.")
    limit: int = Field(100, ge=1, le=LARGEST_PAGE, description="The most deliveries to list.")


def delivery_id(id: str) -> UUID:  # noqa: A002 -- the name of the path's parameter
    """The delivery's id in a path; raises `AbsentError` for what can be none."""
    try:
        return UUID(id)
    except ValueError:
        raise AbsentError("there is no such delivery", "look the id up in the list of deliveries", "id") from None


DeliveryId = Annotated[UUID, Depends(delivery_id)]


@router.get(
    "/deliveries",
    summary="List deliveries",
    **read(examples.DELIVERIES, (401, 422, 503)),
)
async def list_them(request: Request, principal: Anybody, filters: Annotated[Filters, Query()]) -> JSONResponse:
    """What was, or is to be, sent to whom, the newest first: its state, how often it was tried, and the last error.

    A council finds what goes to its own body.
    """
    shared = services(request)
    _check_filters(shared, filters)
    if principal.body is not None and filters.body not in {None, principal.body}:
        return JSONResponse({"items": []})
    asked = {**dict(filters), "body": principal.body or filters.body}
    async with shared.pool.connection() as connection:
        found = await list_deliveries(connection, **asked)
    return JSONResponse({"items": [delivery.as_dict() for delivery in found]})


@router.post(
    "/deliveries/{id}/resend",
    summary="Send again",
    **described(Nothing, {}, examples.DELIVERIES, parameters=[KEY]),
)
async def send_again(request: Request, principal: Writer, delivery: DeliveryId) -> JSONResponse:
    """Send a delivery again, or one that waits for its next attempt now; the receiver sees the same message id.

    One that had no channel goes to those that its body has by now; 409 if it still has none.
    """
    shared = services(request)
    attempt = Attempt.of(request, principal, (await read_model(request, Nothing)).model_dump(mode="json"))

    async def act() -> Answer:
        return Answer(200, {"items": [found.as_dict() for found in await _resend(shared, delivery)]})

    return await once(shared.keys, attempt, act)


@pages.get("/deliveries")
async def show_deliveries(request: Request, _: Guest, state: Words = "", body: Words = "") -> Response:
    """The page of deliveries, with the channels that need somebody's eye."""
    shared = services(request)
    chosen = state if state in STATES else None
    async with shared.pool.connection() as connection:
        found = await list_deliveries(connection, state=chosen, body=body or None, limit=PAGE)
        channels = [channel for channel in await list_channels(connection) if _needs_an_eye(channel)]
    bodies = in_order(shared, list(shared.organisation.bodies))
    named = [*(d.body for d in found), *(c.body for c in channels), *bodies]
    return render(
        request,
        "deliveries.html",
        deliveries=[delivery.as_dict() for delivery in found],
        channels=channels,
        names=names_of(shared, named, shared.today()),
        chosen=chosen or "",
        body=body,
        bodies=bodies,
    )


@pages.get("/deliveries/{id}/resend")
async def confirm_sending_again(request: Request, _: Clerk, delivery: DeliveryId) -> Response:
    """Say what will happen before it does; raises `AbsentError`."""
    shared = services(request)
    async with shared.pool.connection() as connection:
        found = await find_delivery(connection, delivery)
        channels = await list_channels(connection, found.body)
    return render(
        request,
        "resend.html",
        delivery=found.as_dict(),
        name=name_of(shared, found.body, shared.today()),
        hindrance=hindrance(found, channels),
        coming=list(what_happens(found, channels)),
    )


@pages.post("/deliveries/{id}/resending")
async def send_again_from_page(request: Request, visitor: Clerk, delivery: DeliveryId) -> Response:
    """Send again and come back to the page."""
    await read_own_form(request, visitor)
    try:
        await _resend(services(request), delivery)
    except ConflictError as error:
        raise ProblemError("conflict", str(error)) from None
    return RedirectResponse("/deliveries", 303)


async def _resend(shared: Services, delivery: UUID) -> list[Delivery]:
    async with shared.pool.connection() as connection:
        return await resend(connection, delivery)


def _needs_an_eye(channel: Channel) -> bool:
    return channel.state == "disabled" or channel.alarmed_at is not None


def _check_filters(shared: Services, filters: Filters) -> None:
    """Raise a 422 problem for a body or state that there is not: the empty list would look like an answer."""
    asked = (("body", filters.body, shared.organisation.bodies), ("state", filters.state, STATES))
    errors = [
        FieldError(field, f"there is no {field} {visible(name)!r}", did_you_mean(name, those))
        for field, name, those in asked
        if name is not None and name not in those
    ]
    if errors:
        raise invalid(errors)
