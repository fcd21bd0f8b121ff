# SPDX-License-Identifier: EUPL-1.2
"""The API's reads: the views, and how a case stood at an earlier moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, model_validator

from domain.case import Status
from domain.cases import Cases
from domain.dates import danish_date
from domain.errors import CaseNotFoundError
from domain.faults import did_you_mean
from domain.planning import Standing
from domain.route import Route
from projections.agendas import agendas
from projections.as_of import END_OF_TIME, case_as_of, parse_as_of, participation_as_of, timeline_as_of
from projections.consents import consents
from projections.documents import Document, as_read_on, body_document, case_document
from projections.own_part import bodies_asked, own_document, own_timeline
from projections.queries import LARGEST_PAGE
from web import examples
from web.commands import CaseId, case_not_found
from web.describing import read
from web.guards import Anybody, anybody, known
from web.problems import FieldError, ProblemError, invalid
from web.reading import MAX_ID, as_day, visible
from web.services import Services, services

WAIT_SECONDS = 10.0
LARGEST_POSITION = 2**63 - 1
ALL_BODIES = Depends(known)
"""What an operation depends on that tells of every body, and so is no council's."""

AsOf = Annotated[
    str | None, Query(description="An instant, or a date meaning the end of that Danish day; by recorded time.")
]

OnDay = Annotated[str | None, Query(description="A Danish date; today if left out.")]


class Filters(BaseModel):
    """Which cases to list."""

    status: Status | None = Field(None, description="Only cases of this status.")
    standing: Standing | None = Field(None, description="Only cases under way whose forecast says so.")
    route: str | None = Field(None, max_length=MAX_ID, description="Only cases of this route.")
    waiting_for: str | None = Field(None, max_length=MAX_ID, description="Only cases that wait for this body.")
    q: str | None = Field(None, max_length=MAX_ID, description="Words of title, reference or id.")
    overdue: bool | None = Field(None, description="Only cases that are, or are not, past a date.")
    cursor: str | None = Field(None, max_length=500, description="`next` of the page before.")
    limit: int = Field(50, ge=1, le=LARGEST_PAGE, description="The most cases of a page.")

    @model_validator(mode="before")
    @classmethod
    def _leave_out_empty(cls, given: Any) -> Any:
        """A form sends every field; one that nobody filled in is no filter."""
        return {name: value for name, value in given.items() if value != ""} if isinstance(given, dict) else given


async def caught_up(
    request: Request,
    at_least: Annotated[
        int | None,
        Query(
            ge=0, le=LARGEST_POSITION, description="Wait until the view has come to this `position`; 503 after 10 s."
        ),
    ] = None,
) -> None:
    """Wait until the views have come to `at_least`; raises a 503 problem after ten seconds."""
    if at_least is not None and not await services(request).views.wait_for(at_least, WAIT_SECONDS):
        detail = f"the view has not come to position {at_least}; ask again"
        raise ProblemError("view_behind", detail, headers={"Retry-After": "2"})


router = APIRouter(tags=["reads"], dependencies=[Depends(anybody), Depends(caught_up)])


@router.get("/cases", summary="List cases", **read(examples.CASES))
async def list_cases(request: Request, principal: Anybody, filters: Annotated[Filters, Query()]) -> JSONResponse:
    """One page of the cases, newest first; `next` is the cursor of the following page, null at the last.

    Each that is under way has a `forecast`: its plan of today in short, null for a moment after the case has changed.
    A council finds the cases that ask its body, each as `GET /cases/{id}` shows it to it.
    """
    shared = services(request)
    _check_filters(shared, filters)
    if principal.body is not None and (filters.standing is not None or filters.overdue is not None):
        what = "tells of the whole case, which is not a council's"
        raise invalid([FieldError("overdue" if filters.standing is None else "standing", what, "leave it out")])
    return JSONResponse(await find_cases(shared, principal.body, dict(filters)))


@router.get("/cases/{id}", summary="Show a case", **read(examples.CASE))
async def show_case(request: Request, principal: Anybody, case: CaseId, as_of: AsOf = None) -> JSONResponse:
    """A case with every step of its route and every body's answer, now or as it stood at an earlier moment.

    A council sees how far the steps are, the papers, and of answers, conditions, tasks and decisions its own body's; a
    case that does not ask it is 404.
    """
    return JSONResponse(await find_own_case(services(request), principal.body, case, as_of or None))


@router.get(
    "/cases/{id}/participation",
    summary="Show who takes part in a scheme",
    dependencies=[ALL_BODIES],
    **read(examples.PARTICIPATION),
)
async def show_participation(request: Request, case: CaseId, on: OnDay = None, as_of: AsOf = None) -> JSONResponse:
    """The schemes that bodies join in a case, as they are on a Danish date by what was recorded up to a moment.

    A body's word holds from its `effective_on`; of those that hold, the one recorded last counts. 404 where the case's
    route has nothing to join.
    """
    shared = services(request)
    day, moment = _read_on(on) or shared.today(), parse_as_of(as_of) if as_of else END_OF_TIME
    found = await shared.run(partial(_past, shared, case, partial(participation_as_of, on=day), moment))
    return JSONResponse(_opened(found, as_of))


@router.get("/cases/{id}/timeline", summary="Show what happened to a case", **read(examples.TIMELINE))
async def show_timeline(request: Request, principal: Anybody, case: CaseId, as_of: AsOf = None) -> JSONResponse:
    """Every event of a case, oldest first, each with a sentence in Danish and English.

    A council sees what its own body said, and that the case was opened, came through its steps and was closed.
    """
    return JSONResponse({"items": await find_own_timeline(services(request), principal.body, case, as_of or None)})


@router.get(
    "/cases/{id}/consents",
    summary="Show who has consented to which version",
    dependencies=[ALL_BODIES],
    **read(examples.CONSENTS),
)
async def show_consents(request: Request, case: CaseId, as_of: AsOf = None) -> JSONResponse:
    """For every step in which bodies decide a row a body, and in it a cell a version of the papers.

    A cell is `answered` with the outcome given on that version, `stands` with an earlier one that stands for it,
    `asked_again`, `awaiting`, `silent`, `informed`, or null.
    """
    return JSONResponse(consents(await find_case(services(request), case, as_of or None)))


@router.get("/cases/{id}/papers", summary="List a case's papers", **read(examples.PAPERS))
async def list_papers(request: Request, principal: Anybody, case: CaseId) -> JSONResponse:
    """The versions of a case's papers, each with name, SHA-256 and size in bytes."""
    return JSONResponse({"items": (await find_own_case(services(request), principal.body, case))["papers"]})


@router.get("/bodies", summary="List the bodies", **read(examples.BODIES, (401, 422, 503)))
async def list_bodies(request: Request, principal: Anybody) -> JSONResponse:
    """Every body of the organisation in its order, with the number of cases that wait for it; a council: itself."""
    shared = services(request)
    waiting = await shared.views.bodies_waiting()
    organisation, today = shared.organisation, shared.today()
    items = [body_document(organisation, b, waiting.get(b.id, 0), today) for b in organisation.bodies.values()]
    return JSONResponse({"items": [item for item in items if principal.body in (None, item["id"])]})


@router.get("/bodies/{id}/inbox", summary="Show what waits for a body", **read(examples.INBOX))
async def show_inbox(request: Request, principal: Anybody, id: str) -> JSONResponse:  # noqa: A002 -- as in the path
    """The open steps that wait for a body's answer, the earliest due first, and its meetings with their items.

    `meetings` has the next one, and every other that something is on; where `held` is true the minutes are awaited. A
    council reads its own body's.
    """
    shared = services(request)
    if principal.body not in {None, id}:
        raise ProblemError("unknown_body", f"there is no body {visible(id)!r} for this caller; ask for its own")
    body = shared.organisation.body(id).id
    items, calendars = await shared.views.inbox(body), await shared.run(shared.meetings.calendars)
    return JSONResponse({"items": items, "meetings": agendas(calendars, body, items, shared.today())})


@router.get(
    "/overview", summary="Count the cases", dependencies=[ALL_BODIES], **read(examples.OVERVIEW, (401, 422, 503))
)
async def show_overview(request: Request) -> JSONResponse:
    """How many cases stand where, are overdue, and wait for whom."""
    shared = services(request)
    return JSONResponse(await shared.views.overview(shared.today()))


@router.get("/routes", summary="List the routes", **read(examples.ROUTES, (401, 422, 503)))
async def list_routes(request: Request) -> JSONResponse:
    """The newest version of every route: its steps, whom each asks, and what they may answer."""
    shared = services(request)
    return JSONResponse({"items": [_route_document(shared, route) for route in shared.organisation.routes.values()]})


async def find_cases(shared: Services, body: str | None, filters: dict[str, Any]) -> Document:
    """A page of cases; of those that ask a body, as it sees them, where one is given."""
    if body is not None and filters.get("waiting_for") not in {None, body}:
        return {"items": [], "next": None}
    page = await shared.views.cases(today=shared.today(), asked=body, **filters)
    return page if body is None else {**page, "items": [_own(shared, case, body) for case in page["items"]]}


async def find_own_case(shared: Services, body: str | None, case: UUID, as_of: str | None = None) -> Document:
    """A case's document, as a body sees it where one is given; raises as `find_case`, also where it is not asked."""
    if body is None:
        return await find_case(shared, case, as_of)
    try:
        document = await find_case(shared, case, as_of)
    except (CaseNotFoundError, ProblemError):
        raise case_not_found() from None
    if body not in bodies_asked(document):
        raise case_not_found()
    day = danish_date(parse_as_of(as_of)) if as_of is not None else shared.today()
    return as_read_on(own_document(document, body), day)


async def find_own_timeline(shared: Services, body: str | None, case: UUID, as_of: str | None = None) -> list[Document]:
    """A case's timeline, as a body sees it where one is given; raises as `find_own_case`."""
    if body is None:
        return await find_timeline(shared, case, as_of)
    await find_own_case(shared, body, case, as_of)
    return own_timeline(await find_timeline(shared, case, as_of), body)


async def find_case(shared: Services, case: UUID, as_of: str | None = None) -> Document:
    """A case's document with `overdue`; raises `CaseNotFoundError` and, before it was opened, a 404 problem."""
    if as_of is not None:
        moment = parse_as_of(as_of)
        document = await shared.run(partial(_past, shared, case, case_as_of, moment))
        return as_read_on(_opened(document, as_of), danish_date(moment))
    document = await shared.views.case(case, shared.today())
    if document is None:  # just opened, and the views have not come that far
        document = await shared.run(lambda: _newest(shared, case))
        return as_read_on(document, shared.today())
    return document


async def find_timeline(shared: Services, case: UUID, as_of: str | None = None) -> list[Document]:
    """A case's timeline, oldest first; raises as `find_case`."""
    if as_of is None and (entries := await shared.views.timeline(case)):
        return entries
    moment = parse_as_of(as_of) if as_of is not None else END_OF_TIME
    found: list[Document] = _opened(await shared.run(partial(_past, shared, case, timeline_as_of, moment)), as_of)
    return found


def _own(shared: Services, document: Document, body: str) -> Document:
    return as_read_on(own_document(document, body), shared.today())


def _read_on(text: str | None) -> date | None:
    """The date that `on` means, None where it is empty; raises a 422 problem."""
    try:
        return as_day(text) if text else None
    except ValueError as error:
        raise invalid([FieldError("on", str(error), "write a date as 2022-07-01")]) from None


def _check_filters(shared: Services, filters: Filters) -> None:
    """Raise a 422 problem for a route or body that there is not: the empty list would look like an answer."""
    asked = (
        ("route", "route", filters.route, shared.organisation.routes),
        ("waiting_for", "body", filters.waiting_for, shared.organisation.bodies),
    )
    errors = [
        FieldError(field, f"there is no {kind} {visible(name)!r}", did_you_mean(name, known))
        for field, kind, name, known in asked
        if name is not None and name not in known
    ]
    if errors:
        raise invalid(errors)


def _past(shared: Services, case: UUID, fold: Callable[[Cases, UUID, datetime], Any], moment: datetime) -> Any:
    """What a fold of the case's events gives up to a moment; raises `CaseNotFoundError`."""
    shared.cases.get(case)
    return fold(shared.cases, case, moment)


def _newest(shared: Services, case: UUID) -> Document:
    found = shared.cases.get(case)
    return case_document(found, shared.cases.position(case, found.version), shared.cases.working_days)


def _opened(found: Any, as_of: str | None) -> Any:
    if found is None:
        raise ProblemError("case_not_found", f"the case was not opened yet on {as_of}; ask for a later moment")
    return found


def _route_document(shared: Services, route: Route) -> Document:
    steps = [
        {
            "id": step.id,
            "name": vars(step.name),
            "ask": step.ask,
            "outcomes": list(step.outcomes_in(None, step.ask)),
            "also_asks": {ask: list(step.outcomes_in(None, ask)) for ask in step.also_asks},
            "decided_by": list(step.decided_by),
            "mode": step.mode,
            "bodies": _asked(shared, step.group, step.bodies),
            "after": list(step.after),
            "due": step.due,
        }
        for step in route.steps
    ]
    versions = list(shared.organisation.versions_of(route.id))
    about = {"id": route.id, "version": route.version, "versions": versions, "name": vars(route.name)}
    return {**about, "binds": route.binds, "steps": steps}


def _asked(shared: Services, group: str | None, bodies: tuple[str, ...]) -> list[str]:
    return list(shared.organisation.group(group).members_on(shared.today()) if group else bodies)
