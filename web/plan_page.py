# SPDX-License-Identifier: EUPL-1.2
"""What would become of a case's plan if a meeting moved, a body were not asked or it began later; nothing is stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from domain.case import OPEN_STATUSES
from domain.errors import InvalidError
from domain.matters import MOST_DAYS_LATER, WhatIf, check_year
from domain.meetings import Meeting
from domain.names import Name
from domain.organisation import Organisation
from projections.documents import Document
from web.commands import CaseId
from web.fields import Fault, maybe
from web.form_pages import of_error
from web.guards import visiting
from web.plans import plan_of
from web.problems import FieldError, ProblemError, invalid
from web.reads import find_case
from web.rendering import render
from web.services import services
from web.standing import in_order, names_of, outlook_of

_BEYOND = timedelta(days=183)
"""How far beyond the end of a plan meetings are offered to be moved."""
FIELDS = {
    field.name: field
    for field in (
        maybe("move", Name("Flyt mødet", "Move the meeting"), "choice"),
        maybe("to", Name("Til den", "To"), "date"),
        maybe("cancel", Name("Aflys mødet", "Cancel the meeting"), "choice"),
        maybe("drop", Name("Spørg ikke", "Do not ask"), "choice"),
        maybe("later", Name("Gå først videre om (dage)", "Go on only in (days)"), "number"),
    )
}
"""The fields of the form, by their names."""

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
        """The changes; raises a problem with every text that cannot be, at its field."""
        if wrong := list(self._wrong()):
            raise invalid(wrong)
        moved = {self.move: date.fromisoformat(self.to)} if self.move else {}
        cancelled, dropped = ((text,) if text else () for text in (self.cancel, self.drop))
        return WhatIf(moved, cancelled, dropped, int(self.later or 0))

    def _wrong(self) -> Iterator[FieldError]:
        if self.move and not self.to:
            yield FieldError("to", "it is not said to which day the meeting moves", "give the new day")
        if self.to and not self.move:
            yield FieldError("move", "it is not said which meeting moves", "choose it, or leave the day empty")
        elif self.to:
            yield from _wrong_day(self.to)
        if self.cancel and self.cancel == self.move:
            yield FieldError("cancel", "a meeting that moves is not cancelled", "choose one of both")
        digits = self.later.isascii() and self.later.isdigit() and len(self.later) <= len(str(MOST_DAYS_LATER))
        if self.later and not (digits and int(self.later) <= MOST_DAYS_LATER):
            what = f"the number of days is none from 0 to {MOST_DAYS_LATER}"
            yield FieldError("later", what, "give such a number, or leave it empty")


@router.get("/cases/{id}/plan")
async def show_plan(request: Request, case: CaseId, thought: Annotated[Thought, Depends(Thought)]) -> Response:
    """Today's plan with the form, and beside it the plan as it would be; raises problems."""
    shared = services(request)
    document, today = await find_case(shared, case), shared.today()
    if document["status"] not in OPEN_STATUSES:
        raise ProblemError("conflict", "the case is over: nothing of it is still to be planned")
    faults, plan, organisation = list[Fault](), *await plan_of(shared, case)
    try:
        plan, _ = await plan_of(shared, case, thought.as_what_if())
    except (InvalidError, ProblemError) as error:
        faults = list(of_error(error).faults)
    now: Document = plan.get("today", plan)
    bodies = in_order(shared, list({body for step in now["steps"] for body in step["bodies"]}))
    return render(
        request,
        "plan.html",
        422 if faults else 200,
        case=document,
        plan=now,
        changed=plan if plan is not now else None,
        outlook=outlook_of(now),
        then=outlook_of(plan),
        compared=compared(now, plan),
        thought=thought,
        fields=FIELDS,
        errors={fault.field: fault for fault in reversed(faults) if fault.field in FIELDS},
        others=[fault for fault in faults if fault.field not in FIELDS],
        bodies=bodies,
        names=names_of(shared, bodies, today),
        meetings=_meetings(organisation, bodies, now),
        query="" if faults else thought.query,
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


def _wrong_day(text: str) -> Iterator[FieldError]:
    try:
        check_year(date.fromisoformat(text), "to")
    except InvalidError as refusal:
        yield FieldError("to", refusal.what, refusal.mend)
    except ValueError:
        yield FieldError("to", "the day cannot be read", "give it as YYYY-MM-DD")
