# SPDX-License-Identifier: EUPL-1.2
"""The pages on which a case is opened: a route is chosen, the form filled in, and its whole way seen beforehand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from typing import Annotated
from uuid import NAMESPACE_URL, UUID, uuid5

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from domain import matters
from domain.cases import MAX_TITLE, Taken
from domain.commands import Command
from domain.drawing import asks_in_words
from domain.errors import InvalidError, RefusalError
from domain.names import Name
from domain.route import Route, Step
from projections.documents import Document
from projections.plans import planned
from web.acting import OVERVIEW, foretold
from web.action import Form
from web.attribute_fields import attribute_fields
from web.commands import Opening
from web.contents import Content, store_paper
from web.fields import Fault, Field, Values, maybe, tidy
from web.form_pages import FaultyError, Page, Sent, confirm, of_error, sent_of, show, understood
from web.forms import read_own_form
from web.guards import Clerk, check_own
from web.papers import FORM_FIELD, is_multipart, read_uploads
from web.plans import planned_with
from web.problems import ProblemError
from web.rendering import render
from web.services import Services, services
from web.sessions import CSRF_FIELD, Visitor
from web.standing import names_of

OPEN = Name("Åbn en sag", "Open a case")
OPENED = Name("Sagen er åbnet.", "The case is opened.")
MOST_PAPERS = 10
"""How many papers a case may be opened with."""
PAPERS = Field(
    FORM_FIELD,
    Name("Bilag", "Papers"),
    "files",
    required=False,
    hint=Name(
        f"Højst {MOST_PAPERS} filer à 25 MB, i alt 100 MB. De kan ikke slettes igen.",
        f"At most {MOST_PAPERS} files of 25 MB, 100 MB in all. They cannot be deleted again.",
    ),
)

router = APIRouter(include_in_schema=False)


def chosen_route(request: Request, route: str) -> Route:
    """The newest version of the route in a path; raises a problem for one that there is not."""
    found: Route | None = services(request).organisation.routes.get(route)
    if found is None:
        raise ProblemError("absent", "there is no such route; choose one on the page before")
    return found


ChosenRoute = Annotated[Route, Depends(chosen_route)]


@router.get("/open")
async def show_routes(request: Request, _visitor: Clerk) -> Response:
    """The routes along which a case can be opened, each with its steps and whom they ask."""
    shared = services(request)
    today = shared.today()
    routes = [(route, _steps(shared, route)) for route in shared.organisation.routes.values()]
    bodies = [body for _, steps in routes for _, _, asked in steps for body in asked]
    return render(
        request, "routes.html", routes=routes, names=names_of(shared, bodies, today), title=OPEN, way=OVERVIEW
    )


@router.get("/open/{route}")
async def show_form(request: Request, _visitor: Clerk, route: ChosenRoute) -> Response:
    """The form along a route; what the address says is filled in."""
    form = Form(services(request), {}, tidy(request.query_params))
    return show(request, _page(route), tuple(_fields(form, route)), form.values)


@router.post("/open/{route}")
async def take_form(request: Request, visitor: Clerk, route: ChosenRoute) -> Response:
    """What the form says: shown with the case's whole way, or, once confirmed, opened. Raises problems."""
    shared, page = services(request), _page(route)
    sent, papers, spoilt = await _read(request, visitor)
    fields = tuple(_fields(Form(shared, {}, sent.values), route))
    if sent.is_to_be_shown:
        return show(request, page, fields, sent.values)
    command = Command.by(visitor.principal.actor, f"form:{sent.nonce}")
    case = uuid5(NAMESPACE_URL, f"form:{visitor.principal.id}:{sent.nonce}")
    try:
        asked = understood(Opening, fields, sent.values)
        facts = dict(asked)
        if sent.is_confirmed and not spoilt:
            taken = await shared.run(partial(_open, shared, command, case, facts, papers))
            return RedirectResponse(f"/cases/{case}?done=open&at_least={taken.position}", 303)
        coming = await shared.run(
            lambda: foretold(shared, case, lambda cases: cases.open(command, **facts, case_id=case))
        )
    except (ProblemError, RefusalError) as error:
        return show(request, page, fields, sent.values, _at_attributes(of_error(error), route, sent.values))
    except FaultyError as faulty:
        return show(request, page, fields, sent.values, faulty)
    plan = await _plan(shared, asked)
    names = names_of(
        shared, [body for step in (plan or {"steps": []})["steps"] for body in step["bodies"]], shared.today()
    )
    status = 422 if spoilt else 200
    return confirm(
        request, page, fields, sent, coming, plan=plan, names=names, files=[PAPERS], faults=spoilt, status=status
    )


async def _read(request: Request, visitor: Visitor) -> tuple[Sent, list[Content], Sequence[Fault]]:
    """The form, with its papers where it is the confirmed one, and what is wrong with these; raises problems."""
    if not is_multipart(request):
        return sent_of(await read_own_form(request, visitor)), [], ()
    papers, given, problem = await read_uploads(request, MOST_PAPERS)
    check_own(visitor, given.pop(CSRF_FIELD, ""))
    return sent_of(given), papers, of_error(problem).faults if problem else ()


def _open(shared: Services, command: Command, case: UUID, facts: Document, papers: Sequence[Content]) -> Taken:
    """Open the case and add its papers; a repeat finds each done."""
    taken = shared.cases.open(command, **facts, case_id=case)
    for number, paper in enumerate(papers, 1):
        adding = Command(command.actor, f"{command.id}:{number}")
        taken = store_paper(shared.settings.database_url, shared.cases, case, adding, paper)
    return taken


def _fields(form: Form, route: Route) -> Iterator[Field]:
    yield Field("route", Name("Forløb", "Route"), "fixed", choices=((route.id, route.name),))
    yield Field("title", Name("Titel", "Title"), most=MAX_TITLE)
    yield Field("deadline", Name("Frist", "Deadline"), "date", required=False, hint=_bound(route))
    yield Field("reference", Name("Reference", "Reference"), required=False)
    yield from attribute_fields(route)
    asking = [step for step in route.steps if step.asks_concerned]
    if asking:
        names = " og ".join(f"»{s.name.da}«" for s in asking), " and ".join(f"“{s.name.en}”" for s in asking)
        hint = Name(
            f"De, som {names[0]} spørger. Uden valg spørges dem, der plejer at blive spurgt.",
            f"Those whom {names[1]} asks. Without a choice those are asked who usually are.",
        )
        label = Name("Berørte organer", "Bodies concerned")
        choices = form.body_choices(_can_be_concerned(form, asking))
        yield maybe("concerned", label, "checks", hint=hint, choices=choices)


def _bound(route: Route) -> Name | None:
    step = next((step for step in route.steps if step.id == route.binds), None)
    if step is None:
        return None
    return Name(f"Dagen, hvor »{step.name.da}« skal være nået.", f"The day by which “{step.name.en}” must be done.")


def _can_be_concerned(form: Form, asking: Sequence[Step]) -> list[str] | None:
    """The members of the groups that the steps name; where they name none, every body."""
    groups = [group for step in asking for group in (step.group, step.open_to) if group]
    members = [form.shared.organisation.group(group).members_on(form.shared.today()) for group in groups]
    return [body for found in members for body in found] or None


def _steps(shared: Services, route: Route) -> list[tuple[Step, Name, list[str]]]:
    """The steps of a route in order, each with what is asked and of whom today."""
    asked = shared.organisation.asked_by(route, shared.today(), ())
    return [(step, asks_in_words(step), asked[step.id]) for step in route.steps if not step.is_on_demand]


def _page(route: Route) -> Page:
    name = Name(f"{OPEN.da}: {route.name.da}", f"{OPEN.en}: {route.name.en}")
    about = Name(
        "En ny sag, der følger forløbet. Dens hele vej vises, før den bliver åbnet.",
        "A new case that follows the route. Its whole way is shown before it is opened.",
    )
    return Page(name, about, f"/open/{route.id}", (OVERVIEW, ("/open", OPEN)))


def _at_attributes(faulty: FaultyError, route: Route, values: Values) -> FaultyError:
    """The same faults, those of the attributes at the one that they speak of."""

    def placed(fault: Fault) -> Fault:
        given = [(name, values.get(f"attributes.{name}") or name) for name in route.attributes]
        named = next((name for name, value in given if value in fault.words.en), "")
        return Fault(f"attributes.{named}", fault.words) if fault.field == "attributes" else fault

    return FaultyError([placed(fault) for fault in faulty.faults], faulty.status)


async def _plan(shared: Services, asked: Opening) -> Document | None:
    """The plan of the case that is about to be opened, None where there can be none."""
    begun: date = shared.today()
    opening = matters.Opening(asked.route, begun, asked.deadline, asked.attributes, asked.concerned)
    organisation, history = await planned_with(shared)
    try:
        matter = matters.matter_of_opening(organisation, opening)
        found: Document = await shared.run(partial(planned, organisation, history, matter, matters.WhatIf()))
    except InvalidError:
        return None
    return found
