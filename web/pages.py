# SPDX-License-Identifier: EUPL-1.2
"""The pages: the list of cases, one case, and the sign-in."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from domain.case import Status
from projections.consents import consents
from web.access import is_link_good, use_link
from web.commands import CaseId
from web.forms import names_of, read_form
from web.guards import Guest, check_own, public, visiting
from web.problems import TITLES, ProblemError
from web.reads import find_case, find_timeline
from web.rendering import render
from web.services import now, services
from web.sessions import CSRF_FIELD

PAGE = 50

router = APIRouter(include_in_schema=False)
Words = Annotated[str, Query(max_length=200)]


@router.get("/", dependencies=[Depends(visiting)])
async def show_cases(
    request: Request,
    status: Words = "",
    q: Words = "",
    cursor: Annotated[str, Query(max_length=500)] = "",
) -> Response:
    """The list of cases, newest first, a page at a time."""
    shared = services(request)
    chosen = status if status in set(Status) else None
    page = await shared.views.cases(today=shared.today(), status=chosen, q=q or None, cursor=cursor or None, limit=PAGE)
    following = urlencode({"status": status, "q": q, "cursor": page["next"]}) if page["next"] else None
    names = names_of(shared, [body for case in page["items"] for body in case["waiting_for"]])
    return render(
        request, "cases.html", cases=page["items"], following=following, names=names, chosen=chosen or "", q=q
    )


@router.get("/cases/{id}", dependencies=[Depends(visiting)])
async def show_case(request: Request, case: CaseId) -> Response:
    """One case: its steps with every body's answer, what happened, and its papers."""
    shared = services(request)
    document = await find_case(shared, case)
    timeline = await find_timeline(shared, case)
    rounds = [past for step in document["steps"] for past in (step, *step["earlier"])]
    bodies = [answer["body"] for past in rounds for answer in past["answers"]]
    added = [*document["conditions"], *document["tasks"], *document["decisions"]]
    named = [one["body"] for one in added]
    doing = [one["responsible"] for one in added if one.get("responsible") in shared.organisation.bodies]
    schemes = [step["participation"] for step in document["steps"] if "participation" in step]
    joining = [body for scheme in schemes for body in (*scheme["must_have"], *(c["body"] for c in scheme["changes"]))]
    names = names_of(shared, [*bodies, *document["waiting_for"], *named, *doing, *joining])
    matrix = consents(document)
    return render(request, "case.html", case=document, timeline=timeline[::-1], names=names, matrix=matrix)


@router.get("/signin", dependencies=[Depends(public)])
async def show_signin(request: Request, code: Words = "") -> Response:
    """A page with a button: a program that follows links to look at them must not use the link up."""
    good = bool(code) and await is_link_good(services(request).pool, code, now())
    return render(request, "signin.html", code=code if good else "", spoilt=bool(code) and not good)


@router.post("/signin", dependencies=[Depends(public)])
async def sign_in(request: Request) -> Response:
    """Use the link up and begin a session."""
    shared, form = services(request), await read_form(request)
    role = await use_link(shared.pool, form.get("code", ""), now())
    if role is None:
        return render(request, "signin.html", 403, code="", spoilt=True)
    response = RedirectResponse("/", 303)
    await shared.sessions.begin(response, role, now())
    return response


@router.post("/signout")
async def sign_out(request: Request, visitor: Guest) -> Response:
    """End the session, in this browser and wherever its cookie was copied to."""
    check_own(visitor, (await read_form(request)).get(CSRF_FIELD, ""))
    response = RedirectResponse("/signin", 303)
    await services(request).sessions.end(response, visitor)
    return response


@router.get("/problems/{code}", dependencies=[Depends(public)])
async def explain_problem(request: Request, code: str) -> Response:
    """What a problem's type means: the address that `type` names."""
    if code not in TITLES:
        raise ProblemError("absent", "there is no such problem type")
    status, title = TITLES[code]
    return render(request, "problem.html", problem={"status": status, "title": title, "detail": f"/problems/{code}"})
