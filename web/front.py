# SPDX-License-Identifier: EUPL-1.2
"""Overblik, the front page: how many cases stand where, the list behind each number, and how long bodies take."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from domain.case import Status
from domain.dates import danish_date, start_of_day
from domain.errors import InvalidError
from domain.planning import Standing
from outgoing.channels import count_alarmed
from projections.as_of import cases_as_of, is_folded_again, parse_as_of
from projections.documents import Document, is_overdue, summary_read_on
from web import charts
from web.guards import visiting
from web.past import PastCases
from web.plans import planned_with
from web.rendering import render
from web.services import Services, services
from web.standing import case_due, names_of, next_meetings, outlook_of, track_of

PAGE = 50
MOST_FOLDED = 500
"""How many cases a moment of the past may have that ran then, or to which something has happened since.

They are folded from their events, of more the newest; all others stand as they stood.
"""

_MONTHS_A_QUARTER = 3
_DIGITS = 9
_FIRST, _LAST = date(1970, 1, 1), date(9000, 1, 1)
"""Between which days the pages look."""

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Filter:
    """What the address asks for; empty texts ask for nothing, and neither does what there is not."""

    q: str = ""
    status: str = ""
    standing: str = ""
    route: str = ""
    waiting_for: str = ""
    overdue: str = ""
    done_from: str = ""
    as_of: str = ""
    cursor: str = ""

    @property
    def moment(self) -> datetime | None:
        """The past instant that the page is turned back to, None for now."""
        try:
            moment = parse_as_of(self.as_of) if self.as_of else None
        except InvalidError:
            return None
        return moment and min(max(moment, start_of_day(_FIRST)), start_of_day(_LAST))

    @property
    def narrows(self) -> bool:
        """Whether some cases are left out."""
        return any((self.q, self.status, self.standing, self.route, self.waiting_for, self.overdue, self.done_from))

    def asked(self, shared: Services) -> dict[str, Any]:
        """The filters as the views take them."""
        return {
            "q": self.q or None,
            "status": self.status if self.status in set(Status) else None,
            "standing": Standing(self.standing) if self.standing in set(Standing) else None,
            "route": self.route if self.route in shared.organisation.routes else None,
            "waiting_for": self.waiting_for if self.waiting_for in shared.organisation.bodies else None,
            "overdue": True if self.overdue else None,
            "done_from": _day(self.done_from),
        }

    def address(self, page: str = "/", **changes: str) -> str:
        """The address of a page with this filter, some of it changed; another filter begins with the first page."""
        chosen = {**vars(replace(self, cursor="")), **changes}
        query = urlencode({key: value for key, value in chosen.items() if value})
        return f"{page}?{query}" if query else page

    def only(self, **wanted: str) -> str:
        """The address of the front page with no other filter than one, on the day that is looked at."""
        return Filter(as_of=self.as_of).address(**wanted)


@dataclass(frozen=True)
class Found:
    """The cases of a page, the address of the next, and whether some of the past were left out."""

    cases: list[Document]
    cursor: str | None = None
    more: bool = False


def filter_of(request: Request) -> Filter:
    """The filter in a request's address."""
    known = {field.name for field in fields(Filter)}
    given = {key: value[:500].strip() for key, value in request.query_params.items() if key in known}
    return Filter(**given)


Chosen = Annotated[Filter, Depends(filter_of)]


@router.get("/", dependencies=[Depends(visiting)])
async def show_front(request: Request, chosen: Chosen) -> Response:
    """The numbers, the cases, and the charts, now or as it all stood at an earlier moment."""
    shared = services(request)
    moment = chosen.moment or shared.clock()
    today = danish_date(moment)
    everything = await past_cases(shared, chosen.moment) if chosen.moment else None
    found, numbers, weeks, times, dues, diary = await asyncio.gather(
        find_cases(shared, chosen, everything),
        count_cases(shared, today, everything),
        charts.answers_by_week(shared, moment),
        charts.times_by_body(shared, moment),
        charts.dues_by_body(shared, moment),
        shared.diary(chosen.moment),
    )
    return render(
        request,
        "front.html",
        found=found,
        alarmed=0 if chosen.moment else await _alarmed(shared),
        rows=[_row(case, today) for case in found.cases],
        numbers=numbers,
        weeks=weeks,
        times=times,
        dues=dues,
        meetings=next_meetings(diary.organisation.calendars, _bodies(found.cases, shared), today),
        chosen=chosen,
        moment=chosen.moment,
        today=today,
        done_from=quarter(today).isoformat(),
        names=names_of(shared, _bodies(found.cases, shared), today),
        bodies=shared.organisation.bodies,
        routes=shared.organisation.routes,
        most_folded=MOST_FOLDED,
    )


async def _alarmed(shared: Services) -> int:
    """How many of the bodies' channels nothing gets through."""
    async with shared.pool.connection() as connection:
        return await count_alarmed(connection)


async def find_cases(
    shared: Services, chosen: Filter, everything: PastCases | None = None, *, limit: int = PAGE
) -> Found:
    """A page of the cases that a filter lets through, of the views or of all as they stood at a past moment."""
    asked = chosen.asked(shared)
    if everything is not None and chosen.moment:
        today = danish_date(chosen.moment)
        start, found = _place(chosen.cursor), [case for case in everything.cases if is_asked(case, asked, today)]
        following = str(start + limit) if start + limit < len(found) else None
        return Found(found[start : start + limit], following, everything.more)
    page = await shared.views.summaries(today=shared.today(), **asked, cursor=chosen.cursor or None, limit=limit)
    return Found(page["items"], page["next"])


async def past_cases(shared: Services, moment: datetime) -> PastCases:
    """Every case as it stood at a past moment, with its forecast of then."""

    async def look_up() -> PastCases:
        opened, planned = await asyncio.gather(shared.views.opened_before(moment), planned_with(shared, moment))
        beyond = {row["id"] for row in [row for row in opened if is_folded_again(row)][MOST_FOLDED:]}
        shown, today = [row for row in opened if row["id"] not in beyond], danish_date(moment)
        past = await shared.run(partial(cases_as_of, shared.cases, shown, moment, *planned))
        return PastCases([summary_read_on(case, today) for case in past], more=bool(beyond))

    return await shared.past.cases(moment, shared.clock(), look_up)


async def count_cases(shared: Services, today: date, everything: PastCases | None = None) -> Document:
    """How many cases run, are at risk, late, past a date, suspended, and were done in the quarter so far."""
    since = quarter(today)
    if everything is None:
        return await shared.views.counts(today, since)
    asked: dict[str, dict[str, Any]] = {
        "running": {"status": "running"},
        "at_risk": {"standing": Standing.AT_RISK},
        "late": {"standing": Standing.LATE},
        "overdue": {"overdue": True},
        "suspended": {"status": "suspended"},
        "done": {"done_from": since},
    }
    return {name: sum(is_asked(c, filters, today) for c in everything.cases) for name, filters in asked.items()}


def is_asked(case: Document, asked: dict[str, Any], today: date) -> bool:
    """Whether a case's document is one that the filters ask for, as the views' own query would find it."""
    text = "\n".join((case["title"], case["reference"] or "", case["id"])).casefold()
    done = case["closed_at"] and case["status"] != Status.WITHDRAWN
    tests: dict[str, Callable[[Any], bool]] = {
        "q": lambda wanted: all(word in text for word in wanted.casefold().split()),
        "status": lambda wanted: case["status"] == wanted,
        "standing": lambda wanted: bool(case["forecast"]) and case["forecast"]["standing"] == wanted,
        "route": lambda wanted: case["route"]["id"] == wanted,
        "waiting_for": lambda wanted: wanted in case["waiting_for"],
        "overdue": lambda wanted: is_overdue(case, today) == wanted,
        "done_from": lambda wanted: bool(done) and danish_date(datetime.fromisoformat(case["closed_at"])) >= wanted,
    }
    return all(tests[name](wanted) for name, wanted in asked.items() if wanted is not None)


def quarter(day: date) -> date:
    """The first day of a date's quarter."""
    return day.replace(month=(day.month - 1) // _MONTHS_A_QUARTER * _MONTHS_A_QUARTER + 1, day=1)


def _row(case: Document, today: date) -> Document:
    return {**case, "track": track_of(case), "due": case_due(case, today), "outlook": outlook_of(case["forecast"])}


def _bodies(cases: list[Document], shared: Services) -> list[str]:
    return [*shared.organisation.bodies, *(body for case in cases for body in case["waiting_for"])]


def _place(cursor: str) -> int:
    """How many cases of the past stand before those of a page; 0 for what is no such place."""
    return int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) <= _DIGITS else 0


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if _FIRST <= day <= _LAST else None
