# SPDX-License-Identifier: EUPL-1.2
"""The bodies' pages: what waits for each, what it has answered, and how long that took."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from domain.case import Case
from projections.agendas import AHEAD, agendas
from projections.documents import Document, body_document
from projections.meetings_in_words import certainty
from web import charts
from web.guards import visiting
from web.rendering import render
from web.services import services
from web.standing import due_of, names_of

MEETINGS = 4
"""How many of a body's next meetings its page shows, whether or not anything is on them."""
NEWEST = 50
"""How many of a body's answers its page shows."""
ANSWERS = tuple(kind.TOPIC for kind in (Case.AnswerRecorded, Case.AnswerCorrected, Case.DelayReported))

router = APIRouter(include_in_schema=False, dependencies=[Depends(visiting)])


@router.get("/bodies")
async def show_bodies(request: Request) -> Response:
    """Every body with what waits for it."""
    shared, now = services(request), services(request).clock()
    waiting, times = await asyncio.gather(shared.views.bodies_waiting(), charts.times_by_body(shared, now))
    today = shared.today()
    bodies = [
        body_document(shared.organisation, b, waiting.get(b.id, 0), today) for b in shared.organisation.bodies.values()
    ]
    return render(request, "bodies.html", bodies=bodies, times={each.body: each for each in times})


@router.get("/bodies/{id}")
async def show_body(request: Request, id: str) -> Response:  # noqa: A002 -- as in the path
    """One body; raises `UnknownBodyError`."""
    shared = services(request)
    body, today = shared.organisation.body(id), shared.today()
    inbox, calendars, history, times = await asyncio.gather(
        shared.views.inbox(id),
        shared.run(shared.meetings.calendars),
        shared.views.said_by(id, ANSWERS, NEWEST),
        charts.times_by_body(shared, shared.clock(), id),
    )
    meetings = agendas(calendars, id, inbox, today, MEETINGS)
    expected = await shared.views.expected_on([meeting["meeting"] for meeting in meetings])
    return render(
        request,
        "body.html",
        body=body_document(shared.organisation, body, len(inbox), today),
        waiting=[{**entry, "due": due_of(entry["due"], today)} for entry in inbox],
        meetings=[(meeting, _to_come(meeting["meeting"], expected, inbox)) for meeting in meetings],
        likely={one.id: certainty(one) for one in calendars.meetings(id, today, today + AHEAD) if one.assumed},
        history=history,
        times=times,
        names=names_of(shared, [id], today),
    )


def _to_come(meeting: str, expected: list[Document], inbox: list[Document]) -> list[Document]:
    """What is expected on a meeting beside what is on its agenda already."""
    placed = {(entry["case"], entry["step"]) for entry in inbox if entry["item"]}
    return [one for one in expected if one["meeting"] == meeting and (one["case"], one["step"]) not in placed]
