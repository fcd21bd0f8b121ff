# SPDX-License-Identifier: EUPL-1.2
"""The API's plans: of a case under way, of a route not opened yet, and of either with something changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from domain.dates import danish_date
from domain.errors import InvalidError
from domain.estimating import History
from domain.faults import quoted
from domain.matters import MOST_DAYS_LATER, Opening, WhatIf, matter_of_case, matter_of_opening
from domain.organisation import Organisation
from projections.as_of import END_OF_TIME, case_at
from projections.documents import Document
from projections.plans import planned
from web import examples
from web.commands import CaseId
from web.describing import read
from web.guards import known
from web.reading import MAX_ID, Day
from web.reads import caught_up
from web.services import Services, services

MOST_CHANGES = 50
UNCHANGED = WhatIf()
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
    organisation, history = await planned_with(shared)
    matter = matter_of_opening(organisation, opening)
    return JSONResponse(await shared.run(partial(planned, organisation, history, matter, what_if)))


@router.get("/cases/{id}/plan", summary="Plan what is left of a case", **read(examples.PLAN))
async def plan_case(request: Request, case: CaseId, changes: Annotated[Changes, Query()]) -> JSONResponse:
    """When each step that is left is expected, by when it must be done, and whether the deadline holds.

    With something changed, `today` is the plan without the changes.
    """
    document, _ = await plan_of(services(request), case, changes.as_what_if())
    return JSONResponse(document)


async def plan_of(
    shared: Services, case: UUID, what_if: WhatIf = UNCHANGED, as_of: datetime | None = None
) -> tuple[Document, Organisation]:
    """The document of a case's plan, of now or of an instant, and the organisation with the meetings that it rests on.

    Raises `CaseNotFoundError`, also before it was opened, and `InvalidError` for a change that cannot be.
    """
    found = await shared.run(partial(case_at, shared.cases, case, as_of or END_OF_TIME))
    organisation, history = await planned_with(shared, as_of)
    matter = matter_of_case(found, danish_date(as_of) if as_of else shared.today())
    return await shared.run(partial(planned, organisation, history, matter, what_if)), organisation


async def planned_with(shared: Services, as_of: datetime | None = None) -> tuple[Organisation, History]:
    """The meetings and the bodies' past times that plans count with, now or as they stood at an instant."""
    organisation = (await shared.diary(as_of)).organisation
    return organisation, await shared.views.history(organisation, danish_date(as_of) if as_of else shared.today())


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
