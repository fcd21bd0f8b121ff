# SPDX-License-Identifier: EUPL-1.2
"""The page of a body's meetings: past and coming ones with what was done to each, and the forms that change them."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from domain.matters import meetings_between
from domain.meeting_plan import MOVED, Change, Diary
from domain.meetings import Meeting
from domain.names import Name
from domain.organisation import SECRETARIAT
from outgoing.calendar_links import CalendarLink, calendar_url, list_calendar_links
from projections.documents import Document
from projections.meetings_in_words import certainty, difference
from projections.plans import meeting_document
from web import body_forms
from web.action import Form
from web.body_forms import Desk, Trade
from web.channel_pages import BODIES
from web.fields import Values
from web.guards import Clerk, visiting
from web.meeting_changes import MEETING_CHANGES
from web.rendering import render
from web.services import Services, services
from web.standing import name_of

TITLE = Name("Møder og kalender", "Meetings and calendar")
BEHIND, SHOWN = timedelta(days=92), timedelta(days=366)
"""How far back and ahead a body's meetings are shown."""

router = APIRouter(include_in_schema=False)
Words = Annotated[str, Query(max_length=200)]


@router.get("/bodies/{body}/meetings", dependencies=[Depends(visiting)])
async def show_meetings(request: Request, body: str, done: Words = "") -> Response:
    """A body's meetings, what was done to each, and the links to its calendar; raises `UnknownBodyError`."""
    shared = services(request)
    body_id, today = shared.organisation.body(body).id, shared.today()
    diary, links = await asyncio.gather(shared.diary(), _links(shared, body_id))
    found = meetings_between(diary.organisation, body_id, today - BEHIND, today + SHOWN)
    return render(
        request,
        "meetings.html",
        body=body_id,
        name=name_of(shared, body_id, today),
        way=_way(shared, body_id),
        title=TITLE,
        keep=_here(body_id),
        meets=body_id != SECRETARIAT,
        meetings=[_shown(one, diary) for one in found if one.day >= today or not one.uncertain_days],
        today=today.isoformat(),
        links=links,
        actions=MEETING_CHANGES,
        done=MEETINGS.done(done),
    )


def desk_of(request: Request, visitor: Clerk, body: str) -> Desk:
    """Where the secretariat keeps the meetings of the body in a path; raises `UnknownBodyError`."""
    shared = services(request)
    body_id = shared.organisation.body(body).id
    return Desk(visitor, body_id, _here(body_id), TITLE, _way(shared, body_id), MEETINGS)


ClerksDesk = Annotated[Desk, Depends(desk_of)]


@router.get("/bodies/{body}/meetings/{action}")
async def show_form(request: Request, desk: ClerksDesk, action: str) -> Response:
    """A form about a body's meetings; what the address says is filled in."""
    return await body_forms.show_form(request, desk, action)


@router.post("/bodies/{body}/meetings/{action}")
async def take_form(request: Request, desk: ClerksDesk, action: str) -> Response:
    """What a form says: shown with what would come of it, or, once confirmed, done. Raises problems."""
    return await body_forms.take_form(request, desk, action)


async def _form(shared: Services, body: str, values: Values) -> Form:
    """The form with the body's meetings and the addresses of its calendar."""
    calendars, links = await asyncio.gather(shared.run(shared.meetings.calendars), _links(shared, body))
    return Form(shared, {}, values, calendars=calendars, body=body, calendar_links=links)


def _shown(meeting: Meeting, diary: Diary) -> Document:
    """A meeting's document, with what each change of it made otherwise, and how sure it is where that is not said."""
    document, changes = meeting_document(meeting, diary), diary.changes_of(meeting.id)
    history = [
        {**told, "difference": _difference(change)} for told, change in zip(document["history"], changes, strict=True)
    ]
    is_assumed = document["assumed"] and document["state"] != "likely"
    return {**document, "history": history, "certainty": certainty(meeting) if is_assumed else None}


def _difference(change: Change) -> tuple[Name, Name] | None:
    return difference(change.was, change.now) if change.was and change.kind == MOVED else None


async def _links(shared: Services, body: str) -> list[CalendarLink]:
    """The links that open the body's calendar, oldest first."""
    async with shared.pool.connection() as connection:
        found = await list_calendar_links(connection)
    return [link for link in found if link.body == body and link.withdrawn_at is None]


async def _address(shared: Services, made: Document) -> Document:
    """The address of the calendar whose link was just made."""
    if "link" not in made:
        return {}
    url = calendar_url(shared.settings.public_url, shared.settings.signing_key(), UUID(made["link"]))
    return {"label": Name("Kalenderens adresse", "The calendar's address"), "text": url}


def _here(body: str) -> str:
    return f"/bodies/{body}/meetings"


def _way(shared: Services, body: str) -> tuple[tuple[str, Name], ...]:
    return (BODIES, (f"/bodies/{body}", name_of(shared, body, shared.today())))


MEETINGS = Trade(MEETING_CHANGES, _form, _address)
