# SPDX-License-Identifier: EUPL-1.2
"""The API's plans: of a case under way, of a route not opened yet, and of either with something changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from domain.errors import InvalidError
from domain.faults import quoted
from domain.matters import MOST_DAYS_LATER, Opening, WhatIf, matter_of_case, matter_of_opening
from projections.plans import planned
from web import examples
from web.commands import CaseId
from web.describing import read
from web.guards import known
from web.reading import MAX_ID, Day
from web.reads import caught_up
from web.services import services

MOST_CHANGES = 50
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


router = APIRouter(tags=["plans"], dependencies=[Depends(known), Depends(caught_up)])


@router.get("/plan", summary="Plan a case before it is opened", **read(examples.PLAN, (401, 422, 503)))
async def plan_route(request: Request, asked: Annotated[Planned, Query()]) -> JSONResponse:
    """By when each body must have it, when it is expected to be done, and whether the deadline holds.

    That it does not hold is an answer as well. With something changed, `today` is the plan without the changes.
    """
    shared, what_if = services(request), asked.as_what_if()
    attributes = dict(_pairs(asked.set, "set"))
    opening = Opening(asked.route, asked.start or shared.today(), asked.deadline, attributes, asked.concerned)
    organisation = (await shared.diary()).organisation
    matter, history = matter_of_opening(organisation, opening), await shared.views.history()
    return JSONResponse(await shared.run(partial(planned, organisation, history, matter, what_if)))


@router.get("/cases/{id}/plan", summary="Plan what is left of a case", **read(examples.PLAN))
async def plan_case(request: Request, case: CaseId, changes: Annotated[Changes, Query()]) -> JSONResponse:
    """When each step that is left is expected, by when it must be done, and whether the deadline holds.

    With something changed, `today` is the plan without the changes.
    """
    shared, what_if = services(request), changes.as_what_if()
    found = await shared.run(lambda: shared.cases.get(case))
    organisation = (await shared.diary()).organisation
    history, matter = await shared.views.history(), matter_of_case(found, shared.today())
    return JSONResponse(await shared.run(partial(planned, organisation, history, matter, what_if)))


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
