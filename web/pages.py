# SPDX-License-Identifier: EUPL-1.2
"""The pages around the cases: the sign-in, the choice of a language, and what a problem means."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from web.access import is_link_good, use_link
from web.forms import read_form, read_own_form
from web.guards import SignedIn, public
from web.languages import LANGUAGES, keep_language
from web.problems import TITLES, ProblemError
from web.rendering import render
from web.services import now, services
from web.sessions import Person

_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*", re.ASCII)

router = APIRouter(include_in_schema=False)
Words = Annotated[str, Query(max_length=200)]


@router.get("/signin", dependencies=[Depends(public)])
async def show_signin(request: Request, code: Words = "") -> Response:
    """A page with a button: a program that follows links to look at them must not use the link up."""
    good = bool(code) and await is_link_good(services(request).pool, code, now())
    return render(request, "signin.html", code=code if good else "", spoilt=bool(code) and not good)


@router.post("/signin", dependencies=[Depends(public)])
async def sign_in(request: Request) -> Response:
    """Use the link up and begin a session."""
    shared, form = services(request), await read_form(request)
    used = await use_link(shared.pool, form.get("code", ""), now())
    if used is None:
        return render(request, "signin.html", 403, code="", spoilt=True)
    response = RedirectResponse("/", 303)
    request.state.principal = await shared.sessions.begin(response, Person(*used), now())
    return response


@router.post("/language", dependencies=[Depends(public)])
async def choose_language(request: Request) -> Response:
    """Show the pages in another language from now on, and go back to the page that was looked at."""
    form = await read_form(request)
    response = RedirectResponse(_own_path(form.get("next", "/")), 303)
    if form.get("language") in LANGUAGES:
        keep_language(response, form["language"], secure=services(request).sessions.secure)
    return response


@router.post("/signout")
async def sign_out(request: Request, visitor: SignedIn) -> Response:
    """End the session, in this browser and wherever its cookie was copied to."""
    await read_own_form(request, visitor)
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


def _own_path(path: str) -> str:
    """A path of ours, whatever a form says: nobody is sent elsewhere."""
    return path if _PATH.fullmatch(path) else "/"
