# SPDX-License-Identifier: EUPL-1.2
"""The pages of a council's own people: what waits for their body, its cases, answering, and where it is told."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from domain.case import Case
from domain.matters import meetings_between
from domain.names import Name
from outgoing.deliveries import list_deliveries
from projections.documents import Document
from web import answer_steps, body_forms, channel_steps
from web.answer_form import Seat
from web.answer_steps import Desk
from web.commands import CaseId, case_not_found
from web.forms import read_own_form
from web.guards import Seated, sitting
from web.reads import caught_up, find_cases, find_own_case, find_own_timeline
from web.rendering import render
from web.services import Services, services
from web.sessions import Visitor
from web.standing import deadline_of, due_of, name_of, track_of

OWN_PATH = "/own"
PAGE = 50
MEETINGS, DELIVERIES = 3, 20
"""How many of its next meetings and newest messages a body's page shows."""
AHEAD = timedelta(days=366)
"""How far ahead its meetings are looked for."""
UNANSWERABLE = frozenset({"submit", "revise"})
"""What only the secretariat does."""
CHANNELS_PATH = f"{OWN_PATH}/channels"
CHANNELS = Name("Beskeder til jer", "Messages to you")
NO_CHANNELS = Name("I har ingen adresse endnu og får ingen beskeder.", "You have no address yet and get no messages.")

router = APIRouter(include_in_schema=False, prefix=OWN_PATH, dependencies=[Depends(sitting)])
Words = Annotated[str, Query(max_length=200)]


def channels_of(request: Request, visitor: Seated) -> body_forms.Desk:
    """Where the visitor keeps the own body's channels: no address names another body."""
    shared, body = services(request), _body(visitor)
    way = ((OWN_PATH, name_of(shared, body, shared.today())),)
    return body_forms.Desk(visitor, body, CHANNELS_PATH, CHANNELS, way, channel_steps.CHANNELS)


OwnChannels = Annotated[body_forms.Desk, Depends(channels_of)]


@router.get("", dependencies=[Depends(caught_up)])
async def show_own(request: Request, visitor: Seated, q: Words = "", cursor: Words = "") -> Response:
    """What waits for the body, its next meetings, its cases, and what was sent to it."""
    shared, body, today = services(request), _body(visitor), services(request).today()
    filters = {"q": q or None, "cursor": cursor or None, "limit": PAGE}
    inbox, page, meetings, deliveries = await asyncio.gather(
        shared.views.inbox(body),
        find_cases(shared, body, filters),
        _meetings(shared, body),
        _deliveries(shared, body),
    )
    return render(
        request,
        "own.html",
        body=name_of(shared, body, today),
        waiting=[{**entry, "due": due_of(entry["due"], today)} for entry in inbox],
        rows=[{**case, "track": track_of(case)} for case in page["items"]],
        cursor=page["next"],
        q=q,
        meetings=meetings,
        deliveries=deliveries,
        unanswerable=UNANSWERABLE,
    )


@router.get("/cases/{id}", dependencies=[Depends(caught_up)])
async def show_own_case(request: Request, visitor: Seated, case: CaseId) -> Response:
    """A case that asks the body, as the body sees it; 404 for any other."""
    shared, body, today = services(request), _body(visitor), services(request).today()
    document = await find_own_case(shared, body, case)
    timeline = await find_own_timeline(shared, body, case)
    return render(
        request,
        "own_case.html",
        actions=[],
        case=document,
        deadline=deadline_of(shared, document, today),
        body=name_of(shared, body, today),
        timeline=timeline[::-1],
        today=today,
        due_of=due_of,
        unanswerable=UNANSWERABLE,
    )


@router.get("/cases/{id}/answer/{step}")
async def show_answer_page(request: Request, visitor: Seated, case: CaseId, step: str) -> Response:
    """What the body is asked in a step, the papers, the allowed answers, and what the body has answered."""
    return await answer_steps.show_answer(request, await _desk(request, visitor, case, step))


@router.post("/cases/{id}/answer/{step}/gennemse")
async def look_through(request: Request, visitor: Seated, case: CaseId, step: str) -> Response:
    """Show the answer once more before it is given; nothing is written."""
    form = await read_own_form(request, visitor)
    return await answer_steps.look_through(request, await _desk(request, visitor, case, step), form)


@router.post("/cases/{id}/answer/{step}")
async def give_answer(request: Request, visitor: Seated, case: CaseId, step: str) -> Response:
    """Commit the answer that was seen through, then show the receipt; the same twice is one answer."""
    form = await read_own_form(request, visitor)
    return await answer_steps.give_answer(request, await _desk(request, visitor, case, step), form)


@router.get("/channels")
async def show_channels(request: Request, desk: OwnChannels, done: Words = "") -> Response:
    """Where the body's messages go, which kinds, and how each address stands."""
    return await channel_steps.show_channels(request, desk, NO_CHANNELS, done)


@router.get("/channels/{action}")
async def show_channel_form(request: Request, desk: OwnChannels, action: str) -> Response:
    """A form about the body's channels; raises 404 for another body's channel."""
    return await body_forms.show_form(request, desk, action)


@router.post("/channels/{action}")
async def take_channel_form(request: Request, desk: OwnChannels, action: str) -> Response:
    """What a form says: shown with what would come of it, or, once confirmed, done. Raises problems."""
    return await body_forms.take_form(request, desk, action)


async def _desk(request: Request, visitor: Visitor, case: UUID, step: str) -> Desk:
    """Where the visitor answers for the body; raises as for no case where the step does not ask it."""
    shared, body = services(request), _body(visitor)
    await find_own_case(shared, body, case)
    found: Case = await shared.run(lambda: shared.cases.get(case))
    seat = Seat.of_person(found, body, step, visitor.principal.actor)
    if seat is None or found.route.step(step).ask in UNANSWERABLE:
        raise case_not_found()
    here = f"{OWN_PATH}/cases/{case}/answer/{step}"
    return Desk(seat, here, f"/api/v1/cases/{case}/papers", OWN_PATH)


async def _meetings(shared: Services, body: str) -> list[Any]:
    diary, today = await shared.diary(), shared.today()
    found = meetings_between(diary.organisation, body, today, today + AHEAD)
    return [meeting for meeting in found if not meeting.uncertain_days][:MEETINGS]


async def _deliveries(shared: Services, body: str) -> list[Document]:
    async with shared.pool.connection() as connection:
        return [one.as_dict() for one in await list_deliveries(connection, body=body, limit=DELIVERIES)]


def _body(visitor: Visitor) -> str:
    """The body that the visitor acts for, which the guard has seen to."""
    return visitor.principal.body or ""
