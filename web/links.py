# SPDX-License-Identifier: EUPL-1.2
"""The API of personal links: the secretariat makes one by hand, sees which there are, and withdraws one."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from domain.answering import Message, Reply, place_of
from domain.errors import AbsentError
from outgoing.links import list_links, make_link, withdraw_link
from outgoing.sending import answer_url
from web import examples
from web.answer_form import LINK
from web.commands import KEY, CaseId, Nothing
from web.describing import described, read
from web.guards import Writer, known
from web.idempotency import Answer, Attempt, once
from web.reading import Given, Identifier, read_model
from web.services import now, services

router = APIRouter(tags=["links"])


class Wanted(Given):
    """For whom a link is; without `step` it is for the body's open step, else for its next."""

    body: Identifier
    step: Identifier | None = None


def link_id(link: str) -> UUID:
    """The link's id in a path; raises `AbsentError` for what can be none."""
    try:
        return UUID(link)
    except ValueError:
        raise AbsentError("there is no such link", "look the id up in the case's links", "link") from None


@router.get(
    "/cases/{id}/links", summary="List a case's personal links", dependencies=[Depends(known)], **read(examples.LINKS)
)
async def list_them(request: Request, case: CaseId) -> JSONResponse:
    """Every link to the answer page, for whom, and until when; what opens it is shown once, when it is made."""
    shared = services(request)
    await shared.run(lambda: shared.cases.get(case, version=1))
    async with shared.pool.connection() as connection:
        return JSONResponse({"items": [link.as_dict() for link in await list_links(connection, case)]})


@router.post(
    "/cases/{id}/links",
    summary="Make a personal link",
    **described(Wanted, {"body": "samsoe", "step": "councils"}, examples.LINK_MADE, status=201, parameters=[KEY]),
)
async def make(request: Request, principal: Writer, case: CaseId) -> JSONResponse:
    """Make a link with which a body answers one round of one step, without a sign-in; give it to that body alone."""
    wanted, shared = await read_model(request, Wanted), services(request)
    attempt = Attempt.of(request, principal, wanted.model_dump(mode="json"))
    body, settings = shared.organisation.body(wanted.body).id, shared.settings

    async def act() -> Answer:
        message = Message(body, Reply(step=wanted.step), attempt.command, LINK)
        place = await shared.run(lambda: place_of(shared.cases.get(case), message))
        whose: dict[str, Any] = {"case_id": case, "body": body, "step": place.step, "round": place.number}
        until = now() + timedelta(days=settings.link_days)
        made: dict[str, Any] = {"made_by": principal.name, "valid_until": until, "link_id": attempt.case_id}
        async with shared.pool.connection() as connection:
            link = await make_link(connection, settings.signing_key(), **whose, **made)
        return Answer(201, link.as_dict(), f"/api/v1/cases/{case}/links")

    answered = await once(shared.keys, attempt, act)
    # Added here, so that what opens the page does not stand among the answers kept for repeats.
    content = json.loads(bytes(answered.body))
    content["url"] = answer_url(settings, UUID(content["id"]))
    return JSONResponse(content, answered.status_code, {"Location": answered.headers["location"]})


@router.post(
    "/cases/{id}/links/{link}/withdraw",
    summary="Withdraw a personal link",
    **described(Nothing, {}, examples.LINK, parameters=[KEY]),
)
async def withdraw(
    request: Request, principal: Writer, case: CaseId, link: Annotated[UUID, Depends(link_id)]
) -> JSONResponse:
    """Let a link open nothing any more, at once."""
    shared = services(request)
    attempt = Attempt.of(request, principal, (await read_model(request, Nothing)).model_dump(mode="json"))

    async def act() -> Answer:
        async with shared.pool.connection() as connection, connection.transaction():
            return Answer(200, (await withdraw_link(connection, link, case)).as_dict())

    return await once(shared.keys, attempt, act)
