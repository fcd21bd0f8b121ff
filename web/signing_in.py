# SPDX-License-Identifier: EUPL-1.2
"""The way to the identity provider and back: two addresses around the sign-in that web/oidc.py checks."""

from __future__ import annotations

from dataclasses import astuple
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.responses import Response

from web.guards import check_link_rate, public
from web.oidc import CALLBACK_PATH, FLOW_SECONDS, Flow, NoRoleError, ProviderAwayError, SignInFailedError
from web.pages import Wanted, show_sign_in
from web.paths import own_path
from web.problems import ProblemError
from web.services import Services, now, services

COOKIE = "sagsgang_signin"
COOKIE_PATH = "/signin"

router = APIRouter(include_in_schema=False, dependencies=[Depends(public)])
Given = Annotated[str, Query(max_length=4000)]
log = structlog.get_logger()


@router.get("/signin/oidc")
async def go_to_provider(request: Request, wanted: Wanted = "/") -> Response:
    """Lead the browser to the provider, with a cookie that only its own return fits."""
    shared, flow = services(request), Flow.new(own_path(wanted))
    _check_set(shared)
    await check_link_rate(request)
    try:
        url = await shared.provider.signing_in_url(flow)
    except ProviderAwayError:
        return _away(request)
    response = RedirectResponse(url, 303)
    secure = shared.sessions.secure
    value = _cookies(shared).dumps(astuple(flow))
    response.set_cookie(COOKIE, value, FLOW_SECONDS, COOKIE_PATH, secure=secure, httponly=True, samesite="lax")
    return response


@router.get(CALLBACK_PATH)
async def come_from_provider(
    request: Request, state: Given = "", code: Given = "", iss: Given | None = None
) -> Response:
    """Begin a session for whom the provider vouches, and lead on to the page that was wanted."""
    shared, flow = services(request), _flow(request)
    _check_set(shared)
    answer = {"state": state, "code": code} | ({} if iss is None else {"iss": iss})
    if flow is None:
        return _failed(request, "no sign-in is under way in this browser")
    try:
        person = await shared.provider.person(flow, answer)
    except ProviderAwayError:
        return _away(request)
    except SignInFailedError as error:
        return _failed(request, str(error))
    except NoRoleError as error:
        return _failed(request, str(error), "no_role")
    response = RedirectResponse(flow.next, 303)
    request.state.principal = await shared.sessions.begin(response, person, now())
    log.info("signed_in", role=person.role, body=person.body)
    return _ended(shared, response)


def _failed(request: Request, reason: str, fault: str = "failed") -> Response:
    log.warning("sign_in_refused", reason=reason)
    return _ended(services(request), show_sign_in(request, 403, fault=fault))


def _away(request: Request) -> Response:
    log.warning("provider_away")
    return show_sign_in(request, 503, fault="away")


def _check_set(shared: Services) -> None:
    """Raise a 404 problem where there is no provider."""
    if not shared.provider.is_set:
        raise ProblemError("absent", "no identity provider is set; sign in with a link from the secretariat")


def _flow(request: Request) -> Flow | None:
    """The sign-in that is under way in this browser."""
    try:
        return Flow(*_cookies(services(request)).loads(request.cookies.get(COOKIE, ""), max_age=FLOW_SECONDS))
    except (BadSignature, ValueError, TypeError):
        return None


def _ended(shared: Services, response: Response) -> Response:
    """The answer without the cookie: one flow is one sign-in."""
    response.delete_cookie(COOKIE, COOKIE_PATH, secure=shared.sessions.secure, httponly=True, samesite="lax")
    return response


def _cookies(shared: Services) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(shared.settings.signing_key(), salt="signin")
