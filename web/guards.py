# SPDX-License-Identifier: EUPL-1.2
"""Lets in who is known and may: every operation depends on one of these, or is public on purpose."""

from __future__ import annotations

import math
from typing import Annotated
from uuid import UUID

import psycopg
from fastapi import Depends, Request

from outgoing.calendar_links import CalendarLink, find_calendar_link
from outgoing.links import CONFIRM, AnswerLink, find_link, unseal
from web.access import Principal, find_token
from web.problems import ProblemError
from web.services import now, services
from web.sessions import CSRF_HEADER, Sessions, Visitor

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class SignInNeededError(Exception):
    """A page was asked for by somebody who has not signed in."""


async def known(request: Request) -> Principal:
    """Whoever sends a good token or has a session; raises 401, or 403 for a session's write from elsewhere."""
    authorization = request.headers.get("authorization")
    if authorization is not None:
        return await _of_token(request, authorization)
    visitor = await services(request).sessions.visitor(request)
    if visitor is None:
        raise _unauthorised("send Authorization: Bearer with a token, or sign in with a link")
    if request.method not in SAFE_METHODS:
        check_own(visitor, request.headers.get(CSRF_HEADER, ""))
    return visitor.principal


async def writing(principal: Annotated[Principal, Depends(known)]) -> Principal:
    """Somebody who may write; raises 403 for a role that only reads."""
    if not principal.writes:
        raise ProblemError("forbidden", f"the role {principal.role} only reads; ask the secretariat")
    return principal


async def visiting(request: Request) -> Visitor:
    """Somebody who has signed in with a browser; everybody else is shown the way to sign in."""
    visitor = await services(request).sessions.visitor(request)
    if visitor is None:
        raise SignInNeededError
    request.state.visitor = visitor
    return visitor


async def acting(visitor: Annotated[Visitor, Depends(visiting)]) -> Visitor:
    """Somebody who has signed in with a browser and may write; raises 403 for a role that only reads."""
    await writing(visitor.principal)
    return visitor


async def holding_link(request: Request, token: str) -> AnswerLink:
    """Whoever holds a good personal link, for what the link is about and nothing else; raises 404, 410 or 429."""
    shared = services(request)
    await check_link_rate(request)
    async with shared.pool.connection() as connection:
        link = await find_link(connection, shared.settings.signing_key(), token)
    if link is None:
        raise ProblemError("absent", "the link is not known; copy it whole from the letter")
    if not link.is_good(now()):
        raise ProblemError("link_gone", "the link has expired or was withdrawn; ask the secretariat for a new one")
    return link


async def check_link_rate(request: Request) -> None:
    """Raise a 429 problem for an address that opens more links than people do."""
    wait = services(request).links.seconds_to_wait(request.client.host if request.client else "")
    if wait:
        detail = "too many requests from this address; try again in a moment"
        raise ProblemError("too_many_requests", detail, headers={"Retry-After": str(math.ceil(wait))})


async def holding_calendar(request: Request, token: str) -> CalendarLink:
    """Whoever has a calendar's address, for that calendar and nothing else; raises 404 or 429."""
    shared = services(request)
    await check_link_rate(request)
    async with shared.pool.connection() as connection:
        link = await find_calendar_link(connection, shared.settings.signing_key(), token)
    if link is None or link.body not in shared.organisation.bodies:
        raise ProblemError("absent", "the calendar is not known; ask the secretariat for its address")
    return link


async def holding_confirmation(request: Request, token: str) -> UUID:
    """Whoever holds the link that confirms a channel's address; gives the channel's id. Raises 404 or 429."""
    await check_link_rate(request)
    channel = unseal(services(request).settings.signing_key(), CONFIRM, token)
    if channel is None:
        raise ProblemError("absent", "the link is not known; copy it whole from the letter")
    return channel


async def signed_webhook() -> None:
    """Marks the operation that checks a signature by itself."""


async def public() -> None:
    """Marks an operation that anybody may call, since it tells nothing of any case."""


def check_own(visitor: Visitor, token: str) -> None:
    """Raise 403 unless a session's write carries its token: another site's page can send the cookie, not the token."""
    if not Sessions.is_own(visitor, token):
        raise ProblemError("forbidden", f"the write does not come from our own page; send its token as {CSRF_HEADER}")


async def is_still_known(request: Request) -> bool:
    """Whether whoever began a stream is known still; a database that does not answer says nothing against them."""
    try:
        await known(request)
    except ProblemError:
        return False
    except psycopg.Error:
        return True
    return True


Reader = Annotated[Principal, Depends(known)]
Writer = Annotated[Principal, Depends(writing)]
Guest = Annotated[Visitor, Depends(visiting)]
Holder = Annotated[AnswerLink, Depends(holding_link)]
Subscriber = Annotated[CalendarLink, Depends(holding_calendar)]
Confirmer = Annotated[UUID, Depends(holding_confirmation)]
Clerk = Annotated[Visitor, Depends(acting)]
_OF_PEOPLE = {known, writing, visiting, acting, signed_webhook, public}
GUARDS = frozenset({*_OF_PEOPLE, holding_link, holding_calendar, holding_confirmation})


async def _of_token(request: Request, authorization: str) -> Principal:
    scheme, _, token = authorization.partition(" ")
    principal = await find_token(services(request).pool, token.strip()) if scheme.lower() == "bearer" else None
    if principal is None:
        raise _unauthorised("the token is not known; make one with `sagsgang token create`", ', error="invalid_token"')
    return principal


def _unauthorised(detail: str, reason: str = "") -> ProblemError:
    return ProblemError("unauthorised", detail, headers={"WWW-Authenticate": f'Bearer realm="sagsgang"{reason}'})
