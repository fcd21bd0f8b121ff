# SPDX-License-Identifier: EUPL-1.2
"""The API's writes of the agency loop: inquiries of named bodies, and the renewed treatment of a decided case."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import Field

from domain.cases import MAX_TITLE
from domain.inquiring import Inquiry
from domain.renewing import Renewal
from web import examples
from web.commands import KEY, CaseId, Reasoned, document_of, execute
from web.describing import described
from web.guards import Writer
from web.idempotency import Answer, Attempt, once
from web.reading import Day, Given, Identifier, Text, read_model
from web.services import services

MOST_BODIES = 500

router = APIRouter(tags=["commands"])


class Asked(Given):
    """A question to named bodies."""

    bodies: list[Identifier] = Field(max_length=MOST_BODIES)
    question: Text
    due: Day
    about: Identifier | None = None


class Renewed(Given):
    """Whom a renewed treatment asks again, and why."""

    concerned: list[Identifier] = Field(max_length=MOST_BODIES)
    reason: Text
    deadline: Day | None = None
    title: Annotated[str, Field(max_length=MAX_TITLE)] | None = None
    attributes: dict[str, Any] = Field(default_factory=dict)


@router.post(
    "/cases/{id}/inquiries",
    summary="Ask named bodies a question",
    **described(Asked, examples.INQUIRY, examples.TAKEN, parameters=[KEY]),
)
async def inquire(request: Request, principal: Writer, case: CaseId) -> JSONResponse:
    """Open a round of the step `inquiry` for exactly these bodies, with a due date of its own; one is open at a time.

    `about` names the secretariat's open step (say, `reply`) whose submission ends the inquiry.
    """
    asked, cases = await read_model(request, Asked), services(request).cases
    inquiry = Inquiry(**dict(asked))
    return await execute(request, principal, asked, lambda command: cases.inquire(case, command, inquiry))


@router.post(
    "/cases/{id}/inquiries/end",
    summary="End the open inquiry",
    **described(Reasoned, {"reason": "Svaret er fundet i papirerne"}, examples.TAKEN, parameters=[KEY]),
)
async def end_inquiry(request: Request, principal: Writer, case: CaseId) -> JSONResponse:
    """End the open inquiry with the answers that have come; what comes later is late."""
    asked, cases = await read_model(request, Reasoned), services(request).cases
    return await execute(request, principal, asked, lambda command: cases.end_inquiry(case, command, asked.reason))


@router.post(
    "/cases/{id}/renewals",
    summary="Treat a decided case anew",
    **described(Renewed, examples.RENEWAL, examples.CASE, status=201, parameters=[KEY]),
)
async def renew(request: Request, principal: Writer, case: CaseId) -> JSONResponse:
    """Open a linked case along the newest version of the same route, which asks only those concerned again.

    The steps that submit and receive stay; a step of which nobody is concerned is skipped. 409 for a case that is not
    decided yet, or withdrawn. The answer is the new case as it was opened.
    """
    asked, shared = await read_model(request, Renewed), services(request)
    attempt = Attempt.of(request, principal, asked.model_dump(mode="json"))
    renewal, command = Renewal(**dict(asked)), attempt.command

    async def act() -> Answer:
        document = await shared.run(lambda: document_of(shared, shared.cases.renew(case, command, renewal)))
        return Answer(201, document, f"/api/v1/cases/{document['id']}")

    return await once(shared.keys, attempt, act)
