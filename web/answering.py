# SPDX-License-Identifier: EUPL-1.2
"""The pages behind links in letters: answering without a sign-in, and confirming an e-mail address.

Opening a page changes nothing, however often and by whomever: programs that scan mail open every link.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from domain.case import Paper
from domain.errors import AbsentError
from outgoing.channels import Channel, confirm_channel, find_channel
from outgoing.links import ANSWER_PATH, CONFIRM_PATH, AnswerLink
from web import answer_steps, content_policy
from web.access import LINK, Principal
from web.answer_form import Seat
from web.answer_steps import Desk, place_of
from web.forms import read_form
from web.guards import Confirmer, Holder, met
from web.papers import download
from web.problems import ProblemError
from web.rendering import render
from web.services import services
from web.standing import name_of

HEADERS = {content_policy.HEADER: content_policy.of_page(), "X-Robots-Tag": "noindex, nofollow, noarchive"}
"""No program runs on these pages, and no search engine keeps them."""

router = APIRouter(include_in_schema=False)


@router.get(f"{ANSWER_PATH}/{{token}}")
async def show_answer_page(request: Request, token: str, link: Holder) -> Response:
    """What is asked, the papers, the allowed answers, and what the body has answered."""
    return await answer_steps.show_answer(request, _desk(token, link))


@router.get(f"{ANSWER_PATH}/{{token}}/bilag/{{number}}")
async def download_paper(request: Request, link: Holder, number: Annotated[int, Path(ge=1, le=1_000_000)]) -> Response:
    """A version of the papers of the link's case, as a download."""
    shared = services(request)
    place = await place_of(shared, Seat.of_link(link))
    paper: Paper | None = next((p for p in place.case.papers if p.number == number), None)
    found = await download(shared.pool, paper.name, paper.sha256) if paper else None
    if found is None:
        raise ProblemError("absent", "the case has no such paper; go back to the page and choose one")
    found.headers["X-Robots-Tag"] = HEADERS["X-Robots-Tag"]
    return found


@router.post(f"{ANSWER_PATH}/{{token}}/gennemse")
async def look_through(request: Request, token: str, link: Holder) -> Response:
    """Show the answer once more before it is given; nothing is written."""
    return await answer_steps.look_through(request, _desk(token, link), await read_form(request))


@router.post(f"{ANSWER_PATH}/{{token}}")
async def give_answer(request: Request, token: str, link: Holder) -> Response:
    """Commit the answer that was seen through, then show the receipt; the same twice is one answer."""
    return await answer_steps.give_answer(request, _desk(token, link), await read_form(request))


@router.get(f"{CONFIRM_PATH}/{{token}}")
async def show_confirmation(request: Request, token: str, channel: Confirmer) -> Response:
    """A page with a button: a program that follows links must not confirm an address."""
    found = await _channel(request, channel)
    return _confirmation(request, token, found)


@router.post(f"{CONFIRM_PATH}/{{token}}")
async def confirm_address(request: Request, token: str, channel: Confirmer) -> Response:
    """Confirm the address, so that messages go there from now on."""
    await _channel(request, channel)
    async with services(request).pool.connection() as connection:
        return _confirmation(request, token, await confirm_channel(connection, channel))


def _desk(token: str, link: AnswerLink) -> Desk:
    here = f"{ANSWER_PATH}/{token}"
    return Desk(Seat.of_link(link), here, f"{here}/bilag", ANSWER_PATH, HEADERS)


async def _channel(request: Request, channel: UUID) -> Channel:
    try:
        async with services(request).pool.connection() as connection:
            found = await find_channel(connection, channel)
    except AbsentError:
        raise ProblemError("link_gone", "the address was removed; ask the secretariat to add it again") from None
    met(request, Principal.bearing(LINK, found.id, found.body), channel=found.id)
    return found


def _confirmation(request: Request, token: str, channel: Channel) -> Response:
    shared = services(request)
    body = name_of(shared, channel.body, shared.today())
    path, done = f"{CONFIRM_PATH}/{token}", channel.confirmed_at is not None
    return render(
        request, "confirm_address.html", 200, HEADERS, body=body, address=channel.address, here=path, done=done
    )
