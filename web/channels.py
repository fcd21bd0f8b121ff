# SPDX-License-Identifier: EUPL-1.2
"""The API of the bodies' channels: where each wants its messages. E-mail addresses are for the secretariat alone."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import Field

from domain.errors import AbsentError
from outgoing.channels import (
    LONGEST_URL,
    add_channel,
    change_channel,
    enable_channel,
    find_channel,
    list_channels,
    remove_channel,
    rotate_secret,
)
from outgoing.deliveries import ask_to_confirm
from web import examples
from web.commands import KEY, Nothing
from web.describing import described, read
from web.guards import Writer, writing
from web.idempotency import Answer, Attempt, once
from web.reading import Given, Identifier, read_model
from web.services import now, services

router = APIRouter(tags=["channels"])

Kinds = Annotated[list[Identifier], Field(max_length=50)]


class NewChannel(Given):
    """A way to a body: `kind` is `email` or `webhook`; without `messages` it takes all kinds."""

    kind: Identifier
    address: Annotated[str, Field(max_length=LONGEST_URL)]
    messages: Kinds | None = None
    with_link: bool = False


class Choice(Given):
    """What is to go out by a channel."""

    messages: Kinds | None = None
    with_link: bool | None = None


def channel_id(id: str) -> UUID:  # noqa: A002 -- the name of the path's parameter
    """The channel's id in a path; raises `AbsentError` for what can be none."""
    try:
        return UUID(id)
    except ValueError:
        raise AbsentError("there is no such channel", "look the id up in the body's channels", "id") from None


ChannelId = Annotated[UUID, Depends(channel_id)]


@router.get(
    "/bodies/{id}/channels",
    summary="List a body's channels",
    dependencies=[Depends(writing)],
    **read(examples.CHANNELS, (401, 403, 404, 422, 503)),
)
async def list_them(request: Request, id: str) -> JSONResponse:  # noqa: A002 -- as in the path
    """Where a body wants its messages; for the secretariat alone, since an e-mail address is personal data."""
    shared = services(request)
    body = shared.organisation.body(id).id
    async with shared.pool.connection() as connection:
        return JSONResponse({"items": [channel.as_dict() for channel in await list_channels(connection, body)]})


@router.post(
    "/bodies/{id}/channels",
    summary="Add a channel to a body",
    **described(NewChannel, examples.NEW_CHANNEL, examples.CHANNEL, status=201, parameters=[KEY]),
)
async def add(request: Request, principal: Writer, id: str) -> JSONResponse:  # noqa: A002 -- as in the path
    """Add an e-mail address or an endpoint, which is used once it is confirmed.

    An address is asked by a letter whether it is right; an endpoint, which gets a secret, by an event of the kind
    `confirmation` that tells of no case: any 2xx answer confirms it.
    """
    asked, shared = await read_model(request, NewChannel), services(request)
    body = shared.organisation.body(id).id
    attempt = Attempt.of(request, principal, asked.model_dump(mode="json"))
    plain_http = shared.settings.webhook_targets == "any"

    async def act() -> Answer:
        async with shared.pool.connection() as connection, connection.transaction():
            channel = await add_channel(
                connection, body=body, **dict(asked), plain_http=plain_http, channel_id=attempt.case_id
            )
            await ask_to_confirm(connection, channel)
        return Answer(201, channel.as_dict(), f"/api/v1/bodies/{body}/channels")

    return await once(shared.keys, attempt, act)


@router.post(
    "/channels/{id}/change",
    summary="Choose what goes out by a channel",
    **described(
        Choice, {"messages": ["invitation", "reminder"], "with_link": True}, examples.CHANNEL, parameters=[KEY]
    ),
)
async def change(request: Request, principal: Writer, channel: ChannelId) -> JSONResponse:
    """Choose the kinds of messages, and whether letters carry a personal link; what is left out stays as it is."""
    asked = await read_model(request, Choice)
    return await _act(request, principal, asked, change_channel, channel, **dict(asked))


@router.post(
    "/channels/{id}/enable",
    summary="Use a disabled channel again",
    **described(Nothing, {}, examples.CHANNEL, parameters=[KEY]),
)
async def enable(request: Request, principal: Writer, channel: ChannelId) -> JSONResponse:
    """Use a channel again that was disabled because nothing got through; what was given up is sent when asked for."""
    return await _act(request, principal, await read_model(request, Nothing), enable_channel, channel)


@router.post(
    "/channels/{id}/remove",
    summary="Remove a channel",
    **described(Nothing, {}, examples.CHANNEL, parameters=[KEY]),
)
async def remove(request: Request, principal: Writer, channel: ChannelId) -> JSONResponse:
    """Forget a channel with its address and its secret; the deliveries stay, without the address."""
    return await _act(request, principal, await read_model(request, Nothing), remove_channel, channel)


@router.post(
    "/channels/{id}/rotate",
    summary="Give an endpoint a new secret",
    **described(Nothing, {}, examples.CHANNEL, parameters=[KEY]),
)
async def rotate(request: Request, principal: Writer, channel: ChannelId) -> JSONResponse:
    """Sign with a new secret from now on, and with the old one too for seven days."""
    return await _act(request, principal, await read_model(request, Nothing), rotate_secret, channel, now=now())


@router.get(
    "/channels/{id}/secret",
    summary="Show an endpoint's secret",
    dependencies=[Depends(writing)],
    **read(examples.CHANNEL_SECRET, (401, 403, 404, 422, 503)),
)
async def show_secret(request: Request, channel: ChannelId) -> JSONResponse:
    """The secret that the messages to an endpoint are signed with, for the body's IT; null for an e-mail address."""
    async with services(request).pool.connection() as connection:
        found = await find_channel(connection, channel)
    return JSONResponse({"id": str(found.id), "secret": found.secret})


async def _act(
    request: Request, principal: Writer, asked: Given, work: Any, channel: UUID, **facts: Any
) -> JSONResponse:
    """Do something to a channel, once for each key."""
    shared, attempt = services(request), Attempt.of(request, principal, asked.model_dump(mode="json"))

    async def act() -> Answer:
        async with shared.pool.connection() as connection:
            return Answer(200, (await work(connection, channel, **facts)).as_dict())

    return await once(shared.keys, attempt, act)
