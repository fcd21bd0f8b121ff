# SPDX-License-Identifier: EUPL-1.2
"""The forms about what one body has, whoever keeps it: filled in, told what will come of it, confirmed, done."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial

from fastapi import Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from domain.commands import Command
from domain.errors import RefusalError
from domain.names import Name
from projections.documents import Document
from web.action import Action, Form
from web.fields import Fault, Values, faults_of, tidy
from web.form_pages import FaultyError, Page, Sent, confirm, of_error, read_sent, show, understood
from web.idempotency import Answer, Attempt, once
from web.problems import ProblemError
from web.rendering import render
from web.services import Services, services
from web.sessions import Visitor


async def _nothing(_shared: Services, _made: Document) -> Document:
    return {}


@dataclass(frozen=True)
class Trade:
    """What can be done with one kind of a body's things."""

    actions: Mapping[str, Action]
    """By their ids."""
    form: Callable[[Services, str, Values], Awaitable[Form]]
    """Makes the form about a body from what is filled in; it may raise for what is another body's."""
    reveal: Callable[[Services, Document], Awaitable[Document]] = _nothing
    """What is shown once of that which an action made: `{label, text}`, or nothing."""

    def done(self, action: str) -> Name | None:
        """That an action was done; None for a name that is none."""
        return self.actions[action].done if action in self.actions else None


@dataclass(frozen=True)
class Desk:
    """Whose things are kept, by whom, and at which address; a guard has seen to it that the visitor may."""

    visitor: Visitor
    body: str
    here: str
    title: Name
    way: tuple[tuple[str, Name], ...]
    """The addresses and names of the pages above."""
    trade: Trade


async def show_form(request: Request, desk: Desk, action: str) -> Response:
    """A form about what the body has; what the address says is filled in, and what of that cannot be is said.

    Raises what the trade's form raises.
    """
    chosen = _known(desk, action)
    form = chosen.ready(await desk.trade.form(services(request), desk.body, tidy(request.query_params)))
    if not chosen.fits(form):
        return _unfit(request, desk, chosen)
    fields = chosen.fields(form)
    wrong = [fault for fault in faults_of(fields, form.values) if form.values.get(fault.field)]
    return show(request, _page(desk, chosen), fields, form.values, FaultyError(wrong) if wrong else None)


async def take_form(request: Request, desk: Desk, action: str) -> Response:
    """What a form says: shown with what would come of it, or, once confirmed, done. Raises problems.

    What was confirmed is not asked whether it fits: after the first half of a double click it does no more.
    """
    shared, sent, chosen = services(request), await read_sent(request, desk.visitor), _known(desk, action)
    form = await desk.trade.form(shared, desk.body, sent.values)
    if not sent.is_confirmed and not chosen.fits(form):
        return _unfit(request, desk, chosen)
    fields, page = chosen.fields(form), _page(desk, chosen)
    if sent.is_to_be_shown:
        return show(request, page, fields, sent.values)
    try:
        if sent.is_confirmed:
            return await _act(request, desk, chosen, form, sent)
        asked, tell = understood(chosen.model, fields, sent.values), chosen.tell
        told = await shared.run(partial(tell, await chosen.look_up(form), asked)) if tell else ()
        return confirm(request, page, fields, sent, told)
    except (ProblemError, RefusalError) as error:
        return show(request, page, fields, sent.values, of_error(error))
    except FaultyError as faulty:
        return show(request, page, fields, sent.values, faulty)


def _known(desk: Desk, action: str) -> Action:
    if action not in desk.trade.actions:
        raise ProblemError("absent", "there is no such action")
    return desk.trade.actions[action]


def _page(desk: Desk, action: Action) -> Page:
    return Page(action.name, action.about, f"{desk.here}/{action.id}", (*desk.way, (desk.here, desk.title)))


def _unfit(request: Request, desk: Desk, action: Action) -> Response:
    """The page of a form that does not fit, with why, and the way back."""
    fault = FaultyError([Fault("", action.unfit)], 409)
    return show(request, _page(desk, action), (), {}, fault, is_closed=True)


async def _act(request: Request, desk: Desk, action: Action, form: Form, sent: Sent) -> Response:
    """Do it, once for each confirmation, and show what came of it.

    What is sent is understood within, since after the first half of a double click it may fit no more.
    """
    shared, act, page = form.shared, action.act, _page(desk, action)
    if act is None:
        raise TypeError(action.id)
    attempt = Attempt(desk.visitor.principal, f"form:{sent.nonce}"[:200], _digest(page, sent))
    command = Command.by(attempt.principal.actor, attempt.key)

    async def answer() -> Answer:
        asked = understood(action.model, action.fields(form), sent.values)
        return Answer(200, await act(form, asked, command))

    made = json.loads(bytes((await once(shared.keys, attempt, answer)).body))
    # Read here, so that a secret does not stand among the answers kept for repeats.
    shown = await desk.trade.reveal(shared, made)
    if not shown:
        return RedirectResponse(f"{desk.here}?done={action.id}", 303)
    return render(request, "made.html", page=page, done=action.done, made=shown, back=desk.here)


def _digest(page: Page, sent: Sent) -> bytes:
    return hashlib.sha256(json.dumps([page.address, dict(sent.values)], sort_keys=True).encode()).digest()
