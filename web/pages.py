# SPDX-License-Identifier: EUPL-1.2
"""The pages around the cases: the sign-in, the choice of a language, and what a problem means."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from domain.names import Name
from web.access import is_link_good, use_link
from web.forms import read_form, read_own_form
from web.guards import SignedIn, public
from web.languages import LANGUAGES, keep_language
from web.paths import SIGN_IN_PATH, WANTED, own_path
from web.problems import TITLES, ProblemError
from web.rendering import render
from web.services import now, services
from web.sessions import Person

router = APIRouter(include_in_schema=False)
Words = Annotated[str, Query(max_length=200)]
Wanted = Annotated[str, Query(alias=WANTED, max_length=500)]
FAULTS = {
    "spoilt": (
        Name("Linket er brugt eller for gammelt", "The link is used or too old"),
        Name("Bed om et nyt.", "Ask for a new one."),
    ),
    "away": (
        Name("Login-tjenesten svarer ikke", "The sign-in service does not answer"),
        Name(
            "Prøv igen om lidt. Den, der allerede er logget ind, kan arbejde videre.",
            "Try again in a moment. Whoever has signed in already can go on working.",
        ),
    ),
    "failed": (
        Name("Du blev ikke logget ind", "You were not signed in"),
        Name("Prøv igen fra denne side.", "Try again from this page."),
    ),
    "no_role": (
        Name("Du har ikke adgang til Sagsgang", "You have no access to Sagsgang"),
        Name(
            "Du er kendt i din organisation, men har ingen rolle her. Bed jeres administrator om den, eller kontakt "
            "sekretariatet.",
            "Your organisation knows you, but you have no role here. Ask your administrator for it, or contact the "
            "secretariat.",
        ),
    ),
}
"""What may go wrong with a sign-in: the heading, and what to do."""


@router.get("/signin", dependencies=[Depends(public)])
async def show_signin(request: Request, code: Words = "", wanted: Wanted = "/") -> Response:
    """A page with a button: a program that follows links to look at them must not use the link up."""
    good = bool(code) and await is_link_good(services(request).pool, code, now())
    return show_sign_in(request, code=code if good else "", fault="spoilt" if code and not good else "", wanted=wanted)


@router.post("/signin", dependencies=[Depends(public)])
async def sign_in(request: Request) -> Response:
    """Use the link up and begin a session."""
    shared, form = services(request), await read_form(request)
    used = await use_link(shared.pool, form.get("code", ""), now())
    if used is None:
        return show_sign_in(request, 403, fault="spoilt")
    response = RedirectResponse("/", 303)
    request.state.principal = await shared.sessions.begin(response, Person(*used), now())
    return response


@router.post("/language", dependencies=[Depends(public)])
async def choose_language(request: Request) -> Response:
    """Show the pages in another language from now on, and go back to the page that was looked at."""
    form = await read_form(request)
    response = RedirectResponse(own_path(form.get("next", "/")), 303)
    if form.get("language") in LANGUAGES:
        keep_language(response, form["language"], secure=services(request).sessions.secure)
    return response


@router.post("/signout")
async def sign_out(request: Request, visitor: SignedIn) -> Response:
    """End the session, in this browser and wherever its cookie was copied to, and lead on to the provider's sign-out.

    A page leads there, since browsers let a form of ours be sent on to nobody else.
    """
    await read_own_form(request, visitor)
    shared = services(request)
    url = await shared.provider.signing_out_url(visitor.id_token) if visitor.principal.subject else None
    request.state.visitor = None
    response = (
        RedirectResponse("/signin", 303) if url is None else render(request, "signed_out.html", url=url, here="/signin")
    )
    await shared.sessions.end(response, visitor)
    return response


@router.get("/problems/{code}", dependencies=[Depends(public)])
async def explain_problem(request: Request, code: str) -> Response:
    """What a problem's type means: the address that `type` names."""
    if code not in TITLES:
        raise ProblemError("absent", "there is no such problem type")
    status, title = TITLES[code]
    return render(request, "problem.html", problem={"status": status, "title": title, "detail": f"/problems/{code}"})


def show_sign_in(
    request: Request, status: int = 200, *, code: str = "", fault: str = "", wanted: str = "/"
) -> Response:
    """The page with the ways to sign in that there are, and what went wrong where something did."""
    values: dict[str, Any] = {
        "code": code,
        "fault": FAULTS.get(fault),
        "with_provider": services(request).provider.is_set,
    }
    if request.url.path != SIGN_IN_PATH:  # what the provider's answer carries is good once, and for nothing else
        values["here"] = SIGN_IN_PATH
    return render(request, "signin.html", status, **values, wanted=own_path(wanted))
