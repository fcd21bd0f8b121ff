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
from web.access import AUDITOR, CALENDAR_LINK, COUNCIL, LINK, Principal, find_token
from web.problems import ProblemError
from web.services import now, services
from web.sessions import CSRF_HEADER, Sessions, Visitor

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class SignInNeededError(Exception):
    """A page was asked for by somebody who has not signed in."""


class OwnPagesError(Exception):
    """A page about every body was asked for by somebody who signed in for one."""


async def anybody(request: Request) -> Principal:
    """Whoever sends a good token or has a session, a council too; raises 401, or 403 for a write from elsewhere.

    An operation that depends on this must show a council what is its own body's, and nothing else.
    """
    authorization = request.headers.get("authorization")
    if authorization is not None:
        return met(request, await _of_token(request, authorization))
    visitor = await services(request).sessions.visitor(request)
    if visitor is None:
        raise _unauthorised("send Authorization: Bearer with a token, or sign in with a link")
    met(request, visitor.principal)
    if request.method not in SAFE_METHODS:
        check_own(visitor, request.headers.get(CSRF_HEADER, ""))
    return visitor.principal


async def known(principal: Annotated[Principal, Depends(anybody)]) -> Principal:
    """Whoever may see every body's things; raises 403 for a council, so that a new operation is closed to it."""
    if principal.role == COUNCIL:
        raise ProblemError("forbidden", "a council reads its own cases, inbox, meetings and deliveries alone")
    return principal


async def writing(principal: Annotated[Principal, Depends(known)]) -> Principal:
    """Somebody who may write; raises 403 for a role that only reads."""
    if not principal.writes:
        raise ProblemError("forbidden", f"the role {principal.role} only reads; ask the secretariat")
    return principal


async def overseeing(principal: Annotated[Principal, Depends(known)]) -> Principal:
    """Somebody who looks after the installation: the secretariat or an auditor; raises 403 for others."""
    if not principal.oversees:
        raise ProblemError("forbidden", f"the role {principal.role} does not see this; ask the secretariat")
    return principal


async def auditing(principal: Annotated[Principal, Depends(known)]) -> Principal:
    """Somebody who may look at what others have looked at; raises 403 for everybody but the auditor."""
    if principal.role != AUDITOR:
        raise ProblemError("forbidden", f"the role {principal.role} does not read the access log; ask the auditor")
    return principal


async def signed_in(request: Request) -> Visitor:
    """Somebody who has signed in with a browser, a council's people too; others are shown the way to sign in."""
    visitor = await services(request).sessions.visitor(request)
    if visitor is None:
        raise SignInNeededError
    request.state.visitor = visitor
    met(request, visitor.principal)
    return visitor


async def visiting(visitor: Annotated[Visitor, Depends(signed_in)]) -> Visitor:
    """Somebody who has signed in and may see every body's things; a council is shown the way to its own pages."""
    if visitor.principal.role == COUNCIL:
        raise OwnPagesError
    return visitor


async def sitting(visitor: Annotated[Visitor, Depends(signed_in)]) -> Visitor:
    """Somebody who has signed in for one body; raises 403 for everybody else."""
    if visitor.principal.body is None:
        raise ProblemError("forbidden", "these pages are for a council's own people; look at the case instead")
    return visitor


async def inspecting(visitor: Annotated[Visitor, Depends(visiting)]) -> Visitor:
    """Somebody who has signed in with a browser and may look at the access log; raises 403 for everybody else."""
    await auditing(visitor.principal)
    return visitor


async def acting(visitor: Annotated[Visitor, Depends(visiting)]) -> Visitor:
    """Somebody who has signed in with a browser and may write; raises 403 for a role that only reads."""
    await writing(visitor.principal)
    return visitor


async def looking_after(visitor: Annotated[Visitor, Depends(visiting)]) -> Visitor:
    """Somebody who has signed in with a browser and looks after the installation; raises 403 for others."""
    await overseeing(visitor.principal)
    return visitor


async def holding_link(request: Request, token: str) -> AnswerLink:
    """Whoever holds a good personal link, for what the link is about and nothing else; raises 404, 410 or 429."""
    shared = services(request)
    await check_link_rate(request)
    async with shared.pool.connection() as connection:
        link = await find_link(connection, shared.settings.signing_key(), token)
    if link is None:
        raise ProblemError("absent", "the link is not known; copy it whole from the letter")
    met(request, Principal.bearing(LINK, link.id, link.body), case=link.case_id, step=link.step)
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
    met(request, Principal.bearing(CALENDAR_LINK, link.id, link.body))
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


def met(request: Request, principal: Principal, **about: object) -> Principal:
    """Who it is, kept for the access log, which notes a refusal too; and what a link is `about`, if no address says."""
    request.state.principal, request.state.about = principal, about
    return principal


async def is_still_known(request: Request) -> bool:
    """Whether whoever began a stream is known still; a database that does not answer says nothing against them."""
    try:
        await anybody(request)
    except ProblemError:
        return False
    except psycopg.Error:
        return True
    return True


Anybody = Annotated[Principal, Depends(anybody)]
Reader = Annotated[Principal, Depends(known)]
Writer = Annotated[Principal, Depends(writing)]
SignedIn = Annotated[Visitor, Depends(signed_in)]
Guest = Annotated[Visitor, Depends(visiting)]
Seated = Annotated[Visitor, Depends(sitting)]
Inspector = Annotated[Visitor, Depends(inspecting)]
Holder = Annotated[AnswerLink, Depends(holding_link)]
Subscriber = Annotated[CalendarLink, Depends(holding_calendar)]
Confirmer = Annotated[UUID, Depends(holding_confirmation)]
Overseer = Annotated[Visitor, Depends(looking_after)]
Clerk = Annotated[Visitor, Depends(acting)]
_OVERSEEING = {auditing, inspecting, overseeing, looking_after}
_OF_PEOPLE = {anybody, known, writing, signed_in, visiting, acting, sitting, *_OVERSEEING}
GUARDS = frozenset({*_OF_PEOPLE, signed_webhook, public, holding_link, holding_calendar, holding_confirmation})


async def _of_token(request: Request, authorization: str) -> Principal:
    scheme, _, token = authorization.partition(" ")
    principal = await find_token(services(request).pool, token.strip()) if scheme.lower() == "bearer" else None
    if principal is None:
        raise _unauthorised("the token is not known; make one with `sagsgang token create`", ', error="invalid_token"')
    return principal


def _unauthorised(detail: str, reason: str = "") -> ProblemError:
    return ProblemError("unauthorised", detail, headers={"WWW-Authenticate": f'Bearer realm="sagsgang"{reason}'})
