# SPDX-License-Identifier: EUPL-1.2
"""The API's plans: of a case under way, of a route not opened yet, and of either with something changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from domain.errors import InvalidError
from domain.faults import quoted
from domain.matters import MOST_DAYS_LATER, Opening, WhatIf, matter_of_case, matter_of_opening, meetings_between
from projections.plans import meeting_document, planned
from web import examples
from web.commands import CaseId
from web.describing import read
from web.guards import known
from web.reading import MAX_ID, Day
from web.reads import caught_up
from web.services import services

MOST_CHANGES = 50
SHOWN_DAYS = 366
"""How far ahead meetings are listed where `until` is not given."""
Texts = Annotated[list[Annotated[str, Field(max_length=MAX_ID)]], Field(max_length=MOST_CHANGES)]


class Changes(BaseModel):
    """What is to be thought different; nothing of it is stored."""

    move: Texts = Field([], description="`MEETING=YYYY-MM-DD`: this meeting on another day.")
    cancel: Texts = Field([], description="The id of a meeting that does not take place.")
    drop: Texts = Field([], description="The id of a body that is not asked.")
    later: int = Field(0, ge=0, le=MOST_DAYS_LATER, description="Begun so many days later.")

    def as_what_if(self) -> WhatIf:
        """The changes; raises `InvalidError` for a move that is none."""
        moved = {meeting: _day(on) for meeting, on in _pairs(self.move, "move")}
        return WhatIf(moved, tuple(self.cancel), tuple(self.drop), self.later)


class Planned(Changes):
    """A case that might be opened."""

    route: str = Field(max_length=MAX_ID, description="The route's id.")
    deadline: Day = Field(description="The date by which it must be done.")
    start: Day | None = Field(None, description="The day on which it opens; today if left out.")
    set: Texts = Field([], description="`key=value`: an attribute that the route asks about.")
    concerned: Texts = Field([], description="The id of a body that is concerned.")


class Meetings(BaseModel):
    """Which meetings to list."""

    body: str | None = Field(None, max_length=MAX_ID, description="Only the meetings of this body.")
    first: Day | None = Field(None, alias="from", description="The first day; today if left out.")
    until: Day | None = Field(None, description="The last day; a year later if left out.")


router = APIRouter(tags=["plans"], dependencies=[Depends(known), Depends(caught_up)])


@router.get("/plan", summary="Plan a case before it is opened", **read(examples.PLAN, (401, 422, 503)))
async def plan_route(request: Request, asked: Annotated[Planned, Query()]) -> JSONResponse:
    """By when each body must have it, when it is expected to be done, and whether the deadline holds.

    That it does not hold is an answer as well. With something changed, `today` is the plan without the changes.
    """
    shared, what_if = services(request), asked.as_what_if()
    attributes = dict(_pairs(asked.set, "set"))
    opening = Opening(asked.route, asked.start or shared.today(), asked.deadline, attributes, asked.concerned)
    matter = matter_of_opening(shared.organisation, opening)
    history = await shared.views.history()
    return JSONResponse(await shared.run(partial(planned, shared.organisation, history, matter, what_if)))


@router.get("/cases/{id}/plan", summary="Plan what is left of a case", **read(examples.PLAN))
async def plan_case(request: Request, case: CaseId, changes: Annotated[Changes, Query()]) -> JSONResponse:
    """When each step that is left is expected, by when it must be done, and whether the deadline holds.

    With something changed, `today` is the plan without the changes.
    """
    shared, what_if = services(request), changes.as_what_if()
    found = await shared.run(lambda: shared.cases.get(case))
    history, matter = await shared.views.history(), matter_of_case(found, shared.today())
    return JSONResponse(await shared.run(partial(planned, shared.organisation, history, matter, what_if)))


@router.get("/meetings", summary="List meetings", **read(examples.MEETINGS))
async def list_meetings(request: Request, asked: Annotated[Meetings, Query()]) -> JSONResponse:
    """The meetings that are known, and beyond them those that a body's rhythm makes likely, in order."""
    shared = services(request)
    first = asked.first or shared.today()
    until = asked.until or first + timedelta(days=SHOWN_DAYS)
    found = meetings_between(shared.organisation, asked.body, first, until)
    return JSONResponse({"items": [meeting_document(meeting) for meeting in found]})


def _pairs(texts: Sequence[str], field: str) -> list[tuple[str, str]]:
    """The two sides of `key=value` texts; raises `InvalidError` for a text that is none."""
    found = []
    for text in texts:
        key, separator, value = text.rpartition("=") if field == "move" else text.partition("=")
        if not separator:
            what = f"{quoted(text)} has no equals sign"
            raise InvalidError(what, "write it as NAME=VALUE", field)
        found.append((key, value))
    return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        what = f"{quoted(text)} is no date"
        raise InvalidError(what, "write it as YYYY-MM-DD", "move") from None
