# SPDX-License-Identifier: EUPL-1.2
"""What would become of a case's plan if a meeting moved, a body were not asked or it began later; nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from domain.case import OPEN_STATUSES
from domain.errors import InvalidError
from domain.matters import MOST_DAYS_LATER, WhatIf
from domain.meetings import Meeting
from domain.organisation import Organisation
from projections.documents import Document
from web.commands import CaseId
from web.guards import visiting
from web.plans import plan_of
from web.problems import FieldError, ProblemError
from web.reads import find_case
from web.rendering import render
from web.services import services
from web.standing import in_order, names_of, outlook_of

_BEYOND = timedelta(days=183)
"""How far beyond the end of a plan meetings are offered to be moved."""

router = APIRouter(include_in_schema=False, dependencies=[Depends(visiting)])
Words = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True)
class Thought:
    """What the form says is to be thought different; empty texts say nothing."""

    move: Words = ""
    to: Words = ""
    cancel: Words = ""
    drop: Words = ""
    later: Words = ""

    @property
    def query(self) -> str:
        """The same for the API's address, with its question mark; empty where nothing is different."""
        given = {"move": f"{self.move}={self.to}" if self.move else "", "cancel": self.cancel, "drop": self.drop}
        told = urlencode({name: text for name, text in {**given, "later": self.later}.items() if text})
        return f"?{told}" if told else ""

    def as_what_if(self) -> WhatIf:
        """The changes; raises `InvalidError` for a text that cannot be."""
        moved = {self.move: _day(self.to)} if self.move else {}
        later = int(self.later) if self.later.isascii() and self.later.isdigit() and len(self.later) <= _DIGITS else -1
        return WhatIf(
            moved,
            (self.cancel,) if self.cancel else (),
            (self.drop,) if self.drop else (),
            later if self.later else 0,
        )


_DIGITS = len(str(MOST_DAYS_LATER))


@router.get("/cases/{id}/plan")
async def show_plan(request: Request, case: CaseId, thought: Annotated[Thought, Depends(Thought)]) -> Response:
    """Today's plan with the form, and beside it the plan as it would be; raises problems."""
    shared = services(request)
    document, today = await find_case(shared, case), shared.today()
    if document["status"] not in OPEN_STATUSES:
        raise ProblemError("conflict", "the case is over: nothing of it is still to be planned")
    error, plan, organisation = None, *await plan_of(shared, case)
    try:
        plan, _ = await plan_of(shared, case, thought.as_what_if())
    except InvalidError as refusal:
        error = FieldError(refusal.field or "", refusal.what, refusal.mend)
    now: Document = plan.get("today", plan)
    bodies = in_order(shared, list({body for step in now["steps"] for body in step["bodies"]}))
    return render(
        request,
        "plan.html",
        200 if error is None else 422,
        case=document,
        plan=now,
        changed=plan if plan is not now else None,
        outlook=outlook_of(now),
        then=outlook_of(plan),
        compared=compared(now, plan),
        thought=thought,
        error=error,
        bodies=bodies,
        names=names_of(shared, bodies, today),
        meetings=_meetings(organisation, bodies, now),
        query=thought.query if error is None else "",
        most_days=MOST_DAYS_LATER,
    )


def compared(now: Document, then: Document) -> list[Document]:
    """The steps of today's plan in their order: when each is expected, when it would be, and how many days later."""
    would_be = {step["id"]: step for step in then["steps"]}
    rows = [{"name": s["name"], "now": s, "then": would_be.get(s["id"])} for s in now["steps"]]
    return [{**row, "days": _days(row["now"], row["then"])} for row in rows]


def _days(now: Document, then: Document | None) -> int | None:
    if then is None or now["expected"] is None or then["expected"] is None:
        return None
    return (date.fromisoformat(then["expected"]) - date.fromisoformat(now["expected"])).days


def _meetings(organisation: Organisation, bodies: list[str], plan: Document) -> list[Meeting]:
    """The meetings of a plan's bodies that could be moved, in the order of their days."""
    days = [day for day in (plan["start"], plan["expected_closed"], plan["deadline"]) if day]
    first, last = date.fromisoformat(plan["start"]), date.fromisoformat(max(days)) + _BEYOND
    found = [meeting for body in bodies for meeting in organisation.calendars.meetings(body, first, last)]
    return sorted(found, key=lambda meeting: (meeting.day, meeting.id))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        what = "it is not said to which day the meeting moves"
        raise InvalidError(what, "give the new day as YYYY-MM-DD", "to") from None
