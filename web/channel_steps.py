# SPDX-License-Identifier: EUPL-1.2
"""The page of a body's channels, whoever keeps them, and what its forms are made from."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from domain.errors import AbsentError
from domain.names import Name
from outgoing.channels import find_channel, list_channels
from outgoing.kinds import KINDS
from projections.documents import Document
from web.action import Form
from web.body_forms import Desk, Trade
from web.channel_actions import CHANNEL_ACTIONS
from web.fields import Values
from web.rendering import render
from web.services import Services, services


async def show_channels(request: Request, desk: Desk, empty: Name, done: str) -> Response:
    """Where a body's messages go, which kinds, and how each address stands; `done` names what was just done.

    `empty` is said where the body has no channel.
    """
    form = await _form(services(request), desk.body, {})
    return render(
        request,
        "channels.html",
        desk=desk,
        name=form.name_of(desk.body),
        channels=form.channels,
        empty=empty,
        kinds=KINDS,
        actions={action.id: action for action in CHANNEL_ACTIONS.values() if action.fits(form)},
        done=desk.trade.done(done),
    )


async def _form(shared: Services, body: str, values: Values) -> Form:
    """The form with the body's channels; raises `AbsentError` where it names one of another body."""
    async with shared.pool.connection() as connection:
        channels = await list_channels(connection)
    if any(one.body != body and str(one.id) == values.get("channel") for one in channels):
        raise AbsentError("there is no such channel", "choose one of the body's own", "channel")
    return Form(shared, {}, values, body=body, channels=[one for one in channels if one.body == body])


async def _secret(shared: Services, made: Document) -> Document:
    """The secret of the channel that an action named."""
    if "channel" not in made:
        return {}
    async with shared.pool.connection() as connection:
        secret = (await find_channel(connection, UUID(made["channel"]))).secret
    return {"label": Name("Hemmeligheden", "The secret"), "text": secret} if secret else {}


CHANNELS = Trade(CHANNEL_ACTIONS, _form, _secret)
