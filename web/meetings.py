# SPDX-License-Identifier: EUPL-1.2
"""The API's meetings: the list with what was done to each, and the secretariat's changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema

from domain.commands import Command
from domain.dates import danish_date
from domain.matters import meetings_between
from domain.meeting_changes import LONGEST, Kept, Move, NewMeeting, find_meeting
from projections.as_of import parse_as_of
from projections.plans import meeting_document
from web import examples
from web.commands import KEY
from web.describing import described, read
from web.guards import Anybody, Writer
from web.idempotency import Answer, Attempt, once
from web.reading import MAX_ID, Day, Given, Identifier, Text, read_model
from web.reads import LARGEST_POSITION, AsOf
from web.services import services

SHOWN_DAYS = 366
"""How far ahead meetings are listed where `until` is not given."""


def as_time(value: Any) -> time:
    """Let only `HH:MM` be a time."""
    try:
        found = time.fromisoformat(value if isinstance(value, str) and len(value) == len("HH:MM") else "")
    except ValueError:
        raise ValueError("is no time as HH:MM") from None
    return found


Time = Annotated[time, BeforeValidator(as_time), WithJsonSchema({"type": "string", "pattern": "^[0-9]{2}:[0-9]{2}$"})]
"""A time on Danish clocks."""
Words = Annotated[str, Field(max_length=LONGEST)]


class Meetings(BaseModel):
    """Which meetings to list."""

    body: str | None = Field(None, max_length=MAX_ID, description="Only the meetings of this body.")
    first: Day | None = Field(None, alias="from", description="The first day; today if left out.")
    until: Day | None = Field(None, description="The last day; a year later if left out.")
    at_least: int | None = Field(
        None, ge=0, le=LARGEST_POSITION, description="`position` of a change: it is always there, without waiting."
    )


class Adding(Given):
    """A further meeting of a body; without an id it is named by its body and day."""

    body: Identifier
    date: Day
    time: Time | None = None
    place: Words | None = None
    papers_in_by: Day | None = None
    source: Words | None = None
    id: Identifier | None = None


class Moving(Given):
    """How a meeting is to stand, and why; what is left out stays, and the papers' date moves with the day."""

    date: Day
    reason: Text
    time: Time | None = None
    place: Words | None = None
    papers_in_by: Day | None = None


class Cancelling(Given):
    """Why a meeting does not take place."""

    reason: Text


router = APIRouter(tags=["meetings"])


@router.get(
    "/meetings",
    summary="List meetings",
    **read(examples.MEETINGS),
)
async def list_meetings(
    request: Request, principal: Anybody, asked: Annotated[Meetings, Query()], as_of: AsOf = None
) -> JSONResponse:
    """The meetings that are known, also cancelled ones, and those that a body's rhythm makes likely, in order.

    `state` says whether one stands as it was `planned` in the calendar files, is `likely`, or was `added`, `moved` or
    `cancelled`; `history` says when, by whom and why. With `as_of` as it was recorded up to then. A council finds its
    own body's, without the history.
    """
    shared = services(request)
    first = asked.first or shared.today()
    until = asked.until or first + timedelta(days=SHOWN_DAYS)
    diary = await shared.diary(parse_as_of(as_of) if as_of else None)
    found = meetings_between(diary.organisation, asked.body or principal.body, first, until)
    if principal.body is None:
        return JSONResponse({"items": [meeting_document(meeting, diary) for meeting in found]})
    own = [meeting_document(meeting, diary) for meeting in found if meeting.body == principal.body]
    return JSONResponse({"items": [{**meeting, "history": []} for meeting in own]})


@router.post(
    "/meetings",
    summary="Add a meeting",
    **described(Adding, examples.MEETING_ADDED, examples.MEETING_CHANGED, status=201, parameters=[KEY]),
)
async def add(request: Request, principal: Writer) -> JSONResponse:
    """Add a meeting beside those of the calendar files; every plan counts with it from now on.

    The answer is the meeting, with the change's `position` in the log of meetings, which is not that of the cases:
    meetings are read as they stand, and nothing need wait for them.
    """
    asked, meetings = await read_model(request, Adding), services(request).meetings
    new = NewMeeting(**facts_of(asked), body=asked.body, source=asked.source, id=asked.id)
    return await _change(request, principal, asked, partial(meetings.add, new=new), 201)


@router.post(
    "/meetings/{id}/move",
    summary="Move a meeting",
    **described(Moving, examples.MEETING_MOVED, examples.MEETING_CHANGED, parameters=[KEY]),
)
async def move(request: Request, principal: Writer, id: str) -> JSONResponse:  # noqa: A002 -- as in the path
    """Let a meeting take place on another day, at another time or elsewhere; it keeps its id.

    A meeting that is only assumed becomes certain, also by being moved to its own day.
    """
    asked, meetings = await read_model(request, Moving), services(request).meetings
    change = Move(**facts_of(asked), reason=asked.reason)
    return await _change(request, principal, asked, partial(meetings.move, meeting_id=id, move=change))


@router.post(
    "/meetings/{id}/cancel",
    summary="Cancel a meeting",
    **described(Cancelling, {"reason": "For få punkter"}, examples.MEETING_CHANGED, parameters=[KEY]),
)
async def cancel(request: Request, principal: Writer, id: str) -> JSONResponse:  # noqa: A002 -- as in the path
    """Let a meeting not take place; what was on it is planned for the next."""
    asked, meetings = await read_model(request, Cancelling), services(request).meetings
    return await _change(request, principal, asked, partial(meetings.cancel, meeting_id=id, reason=asked.reason))


def facts_of(asked: Adding | Moving) -> dict[str, Any]:
    """The facts that are given of a meeting, by the domain's names."""
    day: date = asked.date
    return {"day": day, "at": asked.time, "place": asked.place, "papers_in_by": asked.papers_in_by}


async def _change(
    request: Request, principal: Writer, asked: Given, act: Callable[[Command], Kept], status: int = 200
) -> JSONResponse:
    """Change a meeting, once for each key, and show it."""
    shared, attempt = services(request), Attempt.of(request, principal, asked.model_dump(mode="json"))

    def work() -> dict[str, Any]:
        kept = act(attempt.command)
        diary, (change,) = shared.meetings.diary(), kept.changes
        meeting = find_meeting(diary, change.meeting, danish_date(shared.clock()))
        return {**meeting_document(meeting, diary), "position": kept.position}

    async def answer() -> Answer:
        return Answer(status, await shared.run(work), "/api/v1/meetings" if status == 201 else None)  # noqa: PLR2004

    return await once(shared.keys, attempt, answer)
