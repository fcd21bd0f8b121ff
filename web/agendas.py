# SPDX-License-Identifier: EUPL-1.2
"""The API's writes about agendas: the meeting that an item goes on, and a written procedure between meetings."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from domain.placing import InWriting, Placing
from web import examples
from web.commands import KEY, CaseId, execute
from web.describing import described
from web.guards import Writer
from web.reading import Day, Given, Identifier, Text, read_model
from web.services import services

router = APIRouter(tags=["commands"])


class Item(Given):
    """The meeting of a body that a matter is to be on; a late one needs a reason."""

    body: Identifier
    meeting: Identifier
    step: Identifier | None = None
    reason: Text | None = None

    @property
    def wish(self) -> Placing:
        """The same for the cases."""
        return Placing(**dict(self))


class Window(Given):
    """The step that is to be settled in writing, and by when."""

    step: Identifier
    due: Day
    reason: Text

    @property
    def wish(self) -> InWriting:
        """The same for the cases."""
        return InWriting(**dict(self))


@router.post(
    "/cases/{id}/items",
    summary="Put a case on a meeting",
    **described(Item, examples.PLACING, examples.TAKEN, parameters=[KEY]),
)
async def place_item(request: Request, principal: Writer, case: CaseId) -> JSONResponse:
    """Put a case on another meeting of a body that it waits for.

    A meeting whose papers had to be in before today needs a `reason`; one that is past, cancelled or another body's
    is refused. The item stays there until the body postpones it, or the meeting is cancelled.
    """
    asked, cases = await read_model(request, Item), services(request).cases
    return await execute(request, principal, asked, lambda command: cases.place_item(case, command, asked.wish))


@router.post(
    "/cases/{id}/written-procedure",
    summary="Settle a step in writing between meetings",
    **described(Window, examples.IN_WRITING, examples.TAKEN, parameters=[KEY]),
)
async def settle_in_writing(request: Request, principal: Writer, case: CaseId) -> JSONResponse:
    """Turn a step that is open at a meeting into a written procedure until `due`, that day included.

    Its items are taken off their meetings. By an objection, or where not all are heard, it goes back to the next one.
    """
    asked, cases = await read_model(request, Window), services(request).cases
    return await execute(request, principal, asked, lambda command: cases.settle_in_writing(case, command, asked.wish))
