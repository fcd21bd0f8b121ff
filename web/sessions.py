# SPDX-License-Identifier: EUPL-1.2
"""The session of a browser: a signed cookie of twelve hours, good until its sign-out, and its writes' token."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from itsdangerous import BadSignature, Signer, URLSafeTimedSerializer
from psycopg.rows import class_row
from psycopg_pool import AsyncConnectionPool
from starlette.requests import Request
from starlette.responses import Response

from web.access import ROLES, Principal

COOKIE = "sagsgang_session"
LASTS = timedelta(hours=12)
CSRF_HEADER = "x-csrf-token"
CSRF_FIELD = "csrf"


@dataclass(frozen=True)
class Person:
    """Who begins a session: in which role, for which body, and who the identity provider says it is."""

    role: str
    body: str | None = None
    name: str | None = None
    subject: str | None = None
    id_token: str | None = field(default=None, repr=False)
    """What the provider wants to see when the person signs out there too."""


@dataclass(frozen=True)
class Visitor:
    """Somebody who has signed in with a browser, and the token that shows a write to come from our own pages."""

    principal: Principal
    session: str
    csrf: str
    id_token: str | None = field(default=None, repr=False)


_COLUMNS = ", ".join(field.name for field in fields(Person))
_BEGIN = f"INSERT INTO office.sessions (id, valid_until, {_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s)"  # noqa: S608
_FIND = f"SELECT {_COLUMNS} FROM office.sessions WHERE id = %s AND valid_until > now()"  # noqa: S608


class Sessions:
    """Makes and reads the cookies; `secure` keeps them to https."""

    def __init__(self, pool: AsyncConnectionPool[Any], key: str, *, secure: bool) -> None:
        """Sign with `key`, which every `web` process shares; which sessions have begun stands in the database."""
        self._pool = pool
        self.secure = secure
        self._cookies = URLSafeTimedSerializer(key, salt="session")
        self._csrf = Signer(key, salt="csrf", key_derivation="hmac")

    async def begin(self, response: Response, person: Person, now: datetime) -> Principal:
        """Give the browser a new session of a person, from the real instant `now` on; raises psycopg errors."""
        session = secrets.token_urlsafe(12)
        values = (session, now + LASTS, *(getattr(person, field.name) for field in fields(Person)))
        async with self._pool.connection() as connection:
            await connection.execute(_BEGIN.encode(), values)
        value, seconds = self._cookies.dumps([session]), int(LASTS.total_seconds())
        response.set_cookie(COOKIE, value, seconds, secure=self.secure, httponly=True, samesite="lax")
        return _principal(session, person)

    async def end(self, response: Response, visitor: Visitor) -> None:
        """Take the session from the browser, and from whoever may have copied its cookie; raises psycopg errors."""
        async with self._pool.connection() as connection:
            await connection.execute("DELETE FROM office.sessions WHERE id = %s", (visitor.session,))
        response.delete_cookie(COOKIE, secure=self.secure, httponly=True, samesite="lax")

    async def visitor(self, request: Request) -> Visitor | None:
        """Who has signed in with this browser, None if nobody has or the session is over; raises psycopg errors."""
        try:
            session, *_ = self._cookies.loads(request.cookies.get(COOKIE, ""), max_age=int(LASTS.total_seconds()))
        except (BadSignature, ValueError, TypeError):
            return None
        person = await self._person(session)
        if person is None or person.role not in ROLES:
            return None
        return Visitor(
            _principal(session, person), session, self._csrf.get_signature(session).decode(), person.id_token
        )

    async def _person(self, session: str) -> Person | None:
        """Whose session it is: a signed cookie alone would outlive its sign-out, and a role that was taken away."""
        async with self._pool.connection() as connection, connection.cursor(row_factory=class_row(Person)) as cursor:
            await cursor.execute(_FIND.encode(), (session,))
            found: Person | None = await cursor.fetchone()
            return found

    @staticmethod
    def is_own(visitor: Visitor, token: str) -> bool:
        """Whether a write carries the session's own token, as only our pages know it."""
        return hmac.compare_digest(visitor.csrf.encode(), token.encode("utf-8", "surrogateescape"))


def _principal(session: str, person: Person) -> Principal:
    name = person.name or f"{person.body or person.role} {session[:6]}"
    return Principal(f"session:{session}", name, person.role, "session", person.body, person.subject)
