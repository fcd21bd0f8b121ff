# SPDX-License-Identifier: EUPL-1.2
"""The pages behind links in letters: answering without a sign-in, and confirming an e-mail address.

Opening a page changes nothing, however often and by whomever: programs that scan mail open every link.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from domain.answering import Message
from domain.case import Paper
from domain.cases import Taken
from domain.drawing import asks_in_words
from domain.errors import AbsentError, RefusalError
from domain.organisation import BodyKind, UnknownBodyError
from outgoing.channels import Channel, confirm_channel, find_channel
from outgoing.links import ANSWER_PATH, CONFIRM_PATH, AnswerLink
from web.answer_form import (
    DELAYED,
    FIELDS,
    ON_CONDITION,
    SOURCE,
    FormError,
    Place,
    act_of,
    command_id,
    message_of,
    rehearse,
    reply_of,
    sealed,
)
from web.forms import read_form
from web.guards import Confirmer, Holder
from web.papers import download
from web.problems import ProblemError
from web.rendering import render
from web.services import Services, services
from web.standing import name_of

COOKIE = "sagsgang_svar"
COOKIE_SECONDS = 3600
THANKS = "tak"

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
"""No program runs on these pages, and no search engine keeps them."""

router = APIRouter(include_in_schema=False)
log = structlog.get_logger()


@router.get(f"{ANSWER_PATH}/{{token}}")
async def show_answer_page(request: Request, token: str, link: Holder) -> Response:
    """What is asked, the papers, the allowed answers, and what the body has answered."""
    place = await _place(services(request), link)
    return _show(request, token, place, thanks=THANKS in request.query_params)


@router.get(f"{ANSWER_PATH}/{{token}}/bilag/{{number}}")
async def download_paper(request: Request, link: Holder, number: Annotated[int, Path(ge=1, le=1_000_000)]) -> Response:
    """A version of the papers of the link's case, as a download."""
    shared = services(request)
    place = await _place(shared, link)
    paper: Paper | None = next((p for p in place.case.papers if p.number == number), None)
    found = await download(shared.pool, paper.name, paper.sha256) if paper else None
    if found is None:
        raise ProblemError("absent", "the case has no such paper; go back to the page and choose one")
    found.headers["X-Robots-Tag"] = HEADERS["X-Robots-Tag"]
    return found


@router.post(f"{ANSWER_PATH}/{{token}}/gennemse")
async def look_through(request: Request, token: str, link: Holder) -> Response:
    """Show the answer once more before it is given; nothing is written."""
    shared, filled = services(request), await _read_filled(request)
    place = await _place(shared, link)
    if place.closed_because is not None:
        return _show(request, token, place, status=409)
    nonce = secrets.token_urlsafe(12)
    chosen = next((choice for choice in place.choices if choice[0] == filled["outcome"]), None)
    seal = sealed(shared.settings.signing_key(), place, nonce, filled)
    try:
        message = message_of(place, reply_of(place, filled), nonce)
        effect = await shared.run(lambda: rehearse(place, message, shared.clock()))
    except FormError as error:
        return _show(request, token, await _place(shared, link), status=422, filled=filled, fault=error)
    except RefusalError:
        return _show(request, token, await _place(shared, link), status=409, filled=filled, fault=FormError("state"))
    page = _page(
        request, "answer_review.html", place, token=token, filled=filled, chosen=chosen, effect=effect, seal=seal
    )
    secure = shared.settings.public_url.startswith("https:")
    page.set_cookie(COOKIE, nonce, COOKIE_SECONDS, ANSWER_PATH, secure=secure, httponly=True, samesite="strict")
    return page


@router.post(f"{ANSWER_PATH}/{{token}}")
async def give_answer(request: Request, token: str, link: Holder) -> Response:
    """Commit the answer that was seen through, then show the receipt; the same twice is one answer."""
    shared, form = services(request), await read_form(request)
    filled, nonce = {name: form.get(name, "") for name in FIELDS}, request.cookies.get(COOKIE, "")
    place = await _place(shared, link)
    if not nonce or command_id(link, nonce) not in place.case.commands:
        expected = sealed(shared.settings.signing_key(), place, nonce, filled)
        if not nonce or not hmac.compare_digest(expected.encode(), form.get("seal", "").encode()):
            return _show(request, token, place, status=403, filled=filled, fault=FormError("seal"))
        try:
            await _commit(shared, message_of(place, reply_of(place, filled), nonce), place)
        except (FormError, RefusalError) as error:
            fault = error if isinstance(error, FormError) else FormError("state")
            return _show(request, token, await _place(shared, link), status=409, filled=filled, fault=fault)
    return RedirectResponse(f"{ANSWER_PATH}/{token}?{THANKS}=1", 303, HEADERS)


@router.get(f"{CONFIRM_PATH}/{{token}}")
async def show_confirmation(request: Request, token: str, channel: Confirmer) -> Response:
    """A page with a button: a program that follows links must not confirm an address."""
    found = await _channel(services(request), channel)
    return _confirmation(request, token, found)


@router.post(f"{CONFIRM_PATH}/{{token}}")
async def confirm_address(request: Request, token: str, channel: Confirmer) -> Response:
    """Confirm the address, so that messages go there from now on."""
    shared = services(request)
    await _channel(shared, channel)
    async with shared.pool.connection() as connection:
        return _confirmation(request, token, await confirm_channel(connection, channel))


async def _commit(shared: Services, message: Message, place: Place) -> None:
    """Give the answer; raises `FormError` and refusals."""
    method, case = getattr(shared.cases, act_of(message.reply)), place.link.case_id

    def act() -> Taken:
        rehearse(place, message, shared.clock())
        taken: Taken = method(case, message.command, message.body, message.reply, SOURCE)
        return taken

    taken = await shared.run(act)
    shared.metrics.count_answer(SOURCE, taken.effect)
    log.info("link_answered", case=str(case), body=message.body, effect=taken.effect, position=taken.position)


async def _place(shared: Services, link: AnswerLink) -> Place:
    """Where the link's body stands now, by the log; raises a 410 problem where the case has no such place any more."""
    place: Place | None = await shared.run(lambda: Place.of(link, shared.cases.get(link.case_id)))
    if place is None:
        raise ProblemError("link_gone", "the case asks this body no longer; ask the secretariat")
    return place


async def _read_filled(request: Request) -> dict[str, str]:
    form = await read_form(request)
    return {name: form.get(name, "").strip() for name in FIELDS}


def _show(
    request: Request,
    token: str,
    place: Place,
    *,
    status: int = 200,
    filled: dict[str, str] | None = None,
    fault: FormError | None = None,
    thanks: bool = False,
) -> Response:
    begun = place.begun | (filled or {})
    return _page(
        request, "answer.html", place, status, token=token, filled=begun, fault=fault, thanks=thanks, delayed=DELAYED
    )


def _page(request: Request, template: str, place: Place, status: int = 200, **values: Any) -> Response:
    shared = services(request)
    outcomes = place.outcomes
    return render(
        request,
        template,
        status,
        HEADERS,
        place=place,
        case=place.case,
        body=name_of(shared, place.link.body, shared.today()),
        ask=asks_in_words(place.step),
        asks_council=_is_council(shared, place.link.body),
        asks_conditions=ON_CONDITION in outcomes,
        asks_due="questions_asked" in outcomes,
        asks_support="decided" in outcomes,
        today=shared.today().isoformat(),
        here=f"{ANSWER_PATH}/{values['token']}",
        **values,
    )


def _is_council(shared: Services, body: str) -> bool:
    """Whether a committee may have decided in the council's place."""
    try:
        return shared.organisation.body(body).kind == BodyKind.CITY_COUNCIL
    except UnknownBodyError:
        return False


async def _channel(shared: Services, channel: UUID) -> Channel:
    try:
        async with shared.pool.connection() as connection:
            return await find_channel(connection, channel)
    except AbsentError:
        raise ProblemError("link_gone", "the address was removed; ask the secretariat to add it again") from None


def _confirmation(request: Request, token: str, channel: Channel) -> Response:
    shared = services(request)
    body = name_of(shared, channel.body, shared.today())
    path, done = f"{CONFIRM_PATH}/{token}", channel.confirmed_at is not None
    return render(
        request, "confirm_address.html", 200, HEADERS, body=body, address=channel.address, here=path, done=done
    )
