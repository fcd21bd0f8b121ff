# SPDX-License-Identifier: EUPL-1.2
"""The steps in which a body answers on a page: filled in, seen through, given. Opening a page changes nothing."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from fastapi import Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from domain.answering import Message
from domain.cases import Taken
from domain.drawing import asks_in_words
from domain.errors import RefusalError
from domain.organisation import BodyKind, UnknownBodyError
from web.answer_form import (
    DELAYED,
    FIELDS,
    LINK,
    ON_CONDITION,
    FormError,
    Place,
    Seat,
    act_of,
    command_id,
    message_of,
    rehearse,
    reply_of,
    sealed,
)
from web.problems import ProblemError
from web.rendering import render
from web.services import Services, services
from web.standing import name_of

COOKIE = "sagsgang_svar"
COOKIE_SECONDS = 3600
THANKS = "tak"

log = structlog.get_logger()


@dataclass(frozen=True)
class Desk:
    """A seat with the page at which it is: its address, where its papers are, the cookie's reach, its headers."""

    seat: Seat
    here: str
    papers: str
    cookies: str
    headers: Mapping[str, str] = field(default_factory=dict)


async def show_answer(request: Request, desk: Desk) -> Response:
    """What is asked, the papers, the allowed answers, and what the body has answered."""
    place = await place_of(services(request), desk.seat)
    return _show(request, desk, place, thanks=THANKS in request.query_params)


async def look_through(request: Request, desk: Desk, form: Mapping[str, str]) -> Response:
    """Show the answer once more before it is given; nothing is written."""
    shared, filled = services(request), {name: form.get(name, "").strip() for name in FIELDS}
    place = await place_of(shared, desk.seat)
    if place.closed_because is not None:
        return _show(request, desk, place, status=409)
    nonce = secrets.token_urlsafe(12)
    chosen = next((choice for choice in place.choices if choice[0] == filled["outcome"]), None)
    seal = sealed(shared.settings.signing_key(), place, nonce, filled)
    try:
        message = message_of(place, reply_of(place, filled), nonce)
        effect = await shared.run(lambda: rehearse(place, message, shared.clock()))
    except FormError as error:
        return _show(request, desk, await place_of(shared, desk.seat), status=422, filled=filled, fault=error)
    except RefusalError:
        fault = FormError("state")
        return _show(request, desk, await place_of(shared, desk.seat), status=409, filled=filled, fault=fault)
    page = _page(request, "answer_review.html", desk, place, filled=filled, chosen=chosen, effect=effect, seal=seal)
    secure = shared.settings.public_url.startswith("https:")
    page.set_cookie(COOKIE, nonce, COOKIE_SECONDS, desk.cookies, secure=secure, httponly=True, samesite="strict")
    return page


async def give_answer(request: Request, desk: Desk, form: Mapping[str, str]) -> Response:
    """Commit the answer that was seen through, then show the receipt; the same twice is one answer."""
    shared = services(request)
    filled, nonce = {name: form.get(name, "") for name in FIELDS}, request.cookies.get(COOKIE, "")
    place = await place_of(shared, desk.seat)
    if not nonce or command_id(desk.seat, nonce) not in place.case.commands:
        expected = sealed(shared.settings.signing_key(), place, nonce, filled)
        if not nonce or not hmac.compare_digest(expected.encode(), form.get("seal", "").encode()):
            return _show(request, desk, place, status=403, filled=filled, fault=FormError("seal"))
        try:
            await _commit(shared, message_of(place, reply_of(place, filled), nonce), place)
        except (FormError, RefusalError) as error:
            fault = error if isinstance(error, FormError) else FormError("state")
            return _show(request, desk, await place_of(shared, desk.seat), status=409, filled=filled, fault=fault)
    return RedirectResponse(f"{desk.here}?{THANKS}=1", 303, dict(desk.headers))


async def place_of(shared: Services, seat: Seat) -> Place:
    """Where the seat's body stands now, by the log; raises a 410 problem where the case has no such place any more."""
    place: Place | None = await shared.run(lambda: Place.of(seat, shared.cases.get(seat.case_id)))
    if place is None:
        raise ProblemError("link_gone", "the case asks this body no longer; ask the secretariat")
    return place


async def _commit(shared: Services, message: Message, place: Place) -> None:
    """Give the answer; raises `FormError` and refusals."""
    method, case = getattr(shared.cases, act_of(message.reply)), place.seat.case_id

    def act() -> Taken:
        rehearse(place, message, shared.clock())
        taken: Taken = method(case, message.command, message.body, message.reply, message.source)
        return taken

    taken = await shared.run(act)
    shared.metrics.count_answer(message.source, taken.effect)
    told = {"case": str(case), "body": message.body, "effect": taken.effect, "position": taken.position}
    if message.source == LINK:
        log.info("link_answered", **told)
    else:
        log.info("person_answered", **told)


def _show(
    request: Request,
    desk: Desk,
    place: Place,
    *,
    status: int = 200,
    filled: dict[str, str] | None = None,
    fault: FormError | None = None,
    thanks: bool = False,
) -> Response:
    begun = place.begun | (filled or {})
    return _page(request, "answer.html", desk, place, status, filled=begun, fault=fault, thanks=thanks, delayed=DELAYED)


def _page(request: Request, template: str, desk: Desk, place: Place, status: int = 200, **values: Any) -> Response:
    shared, outcomes = services(request), place.outcomes
    return render(
        request,
        template,
        status,
        desk.headers,
        place=place,
        case=place.case,
        body=name_of(shared, desk.seat.body, shared.today()),
        ask=asks_in_words(place.step),
        asks_council=_is_council(shared, desk.seat.body),
        asks_conditions=ON_CONDITION in outcomes,
        asks_due="questions_asked" in outcomes,
        asks_support="decided" in outcomes,
        today=shared.today().isoformat(),
        here=desk.here,
        papers=desk.papers,
        **values,
    )


def _is_council(shared: Services, body: str) -> bool:
    """Whether a committee may have decided in the council's place."""
    try:
        return shared.organisation.body(body).kind == BodyKind.CITY_COUNCIL
    except UnknownBodyError:
        return False
