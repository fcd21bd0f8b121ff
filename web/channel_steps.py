# SPDX-License-Identifier: EUPL-1.2
"""The page of a body's channels and its forms, whoever keeps them: shown, filled in, confirmed, done."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from domain.commands import Command
from domain.errors import AbsentError, RefusalError
from domain.names import Name
from outgoing.channels import find_channel, list_channels
from outgoing.kinds import KINDS
from web.action import Action, Form
from web.channel_actions import CHANNEL_ACTIONS
from web.fields import Values, tidy
from web.form_pages import FaultyError, Page, Sent, confirm, of_error, read_sent, show, understood
from web.idempotency import Answer, Attempt, once
from web.problems import ProblemError
from web.rendering import render
from web.services import Services, services
from web.sessions import Visitor

_ENDING = frozenset({"confirm", "enable", "remove"})
"""The actions after which a channel is none that they fit any more."""


@dataclass(frozen=True)
class Desk:
    """Whose channels are kept, by whom, and at which address; a guard has seen to it that the visitor may."""

    visitor: Visitor
    body: str
    here: str
    title: Name
    empty: Name
    """What is said where the body has no channel."""
    way: tuple[tuple[str, Name], ...]
    """The addresses and names of the pages above."""


async def show_channels(request: Request, desk: Desk, done: str) -> Response:
    """Where a body's messages go, which kinds, and how each address stands; `done` names what was just done."""
    form = await _form(services(request), desk, {})
    return render(
        request,
        "channels.html",
        desk=desk,
        name=form.name_of(desk.body),
        channels=form.channels,
        kinds=KINDS,
        actions={action.id: action for action in CHANNEL_ACTIONS.values() if action.fits(form)},
        done=CHANNEL_ACTIONS[done].done if done in CHANNEL_ACTIONS else None,
    )


async def show_form(request: Request, desk: Desk, action: str) -> Response:
    """A form about a body's channels; what the address says is filled in. Raises 404 for another body's channel."""
    form, chosen = await _form(services(request), desk, tidy(request.query_params)), _known(action)
    form = chosen.ready(form)
    return show(request, _page(desk, chosen), chosen.fields(form), form.values)


async def take_form(request: Request, desk: Desk, action: str) -> Response:
    """What a form says: shown with what would come of it, or, once confirmed, done. Raises problems."""
    sent, chosen = await read_sent(request, desk.visitor), _known(action)
    form = await _form(services(request), desk, sent.values)
    fields, page = chosen.fields(form), _page(desk, chosen)
    if sent.is_to_be_shown:
        return show(request, page, fields, sent.values)
    try:
        asked = _asked(form, chosen, sent)
        if not sent.is_confirmed:
            told = chosen.tell(form, asked) if chosen.tell else ()
            return confirm(request, page, fields, sent, told)
        attempt = Attempt(desk.visitor.principal, f"form:{sent.nonce}"[:200], _digest(page, sent))
        return await _act(request, form, chosen, attempt, asked, page=page)
    except (ProblemError, RefusalError) as error:
        return show(request, page, fields, sent.values, of_error(error))
    except FaultyError as faulty:
        return show(request, page, fields, sent.values, faulty)


async def _form(shared: Services, desk: Desk, values: Values) -> Form:
    """The form with the body's channels; raises `AbsentError` where it names one of another body."""
    async with shared.pool.connection() as connection:
        channels = await list_channels(connection)
    if any(one.body != desk.body and str(one.id) == values.get("channel") for one in channels):
        raise AbsentError("there is no such channel", "choose one of the body's own", "channel")
    return Form(shared, {}, values, body=desk.body, channels=[one for one in channels if one.body == desk.body])


def _known(action: str) -> Action:
    if action not in CHANNEL_ACTIONS:
        raise ProblemError("absent", "there is no such action")
    return CHANNEL_ACTIONS[action]


def _page(desk: Desk, action: Action) -> Page:
    return Page(action.name, action.about, f"{desk.here}/{action.id}", (*desk.way, (desk.here, desk.title)))


def _asked(form: Form, action: Action, sent: Sent) -> Any:
    """What was filled in; None where its end is reached already, as by the first half of a double click."""
    fields = action.fields(form)
    is_there = any(field.name == "channel" and field.kind == "fixed" for field in fields)
    if sent.is_confirmed and action.id in _ENDING and not is_there:
        return None
    return understood(action.model, fields, sent.values)


async def _act(request: Request, form: Form, action: Action, attempt: Attempt, asked: Any, *, page: Page) -> Response:
    """Do it, once for each confirmation, and show a secret that came of it."""
    shared, act, back = services(request), action.act, page.way[-1][0]
    if act is None or asked is None:
        return RedirectResponse(f"{back}?done={action.id}", 303)
    command = Command.by(attempt.principal.actor, attempt.key)

    async def answer() -> Answer:
        return Answer(200, await act(form, asked, command))

    made = json.loads(bytes((await once(shared.keys, attempt, answer)).body))
    # Read here, so that a secret does not stand among the answers kept for repeats.
    async with shared.pool.connection() as connection:
        secret = (await find_channel(connection, UUID(made["channel"]))).secret if "channel" in made else None
    if secret is None:
        return RedirectResponse(f"{back}?done={action.id}", 303)
    shown = {"label": Name("Hemmeligheden", "The secret"), "text": secret}
    return render(request, "made.html", page=page, done=action.done, made=shown, back=back)


def _digest(page: Page, sent: Sent) -> bytes:
    return hashlib.sha256(json.dumps([page.address, dict(sent.values)], sort_keys=True).encode()).digest()
