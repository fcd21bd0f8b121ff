# SPDX-License-Identifier: EUPL-1.2
"""The session of a browser: a signed cookie of twelve hours, good until its sign-out, and its writes' token."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from itsdangerous import BadSignature, Signer, URLSafeTimedSerializer
from psycopg_pool import AsyncConnectionPool
from starlette.requests import Request
from starlette.responses import Response

from web.access import ROLES, Principal

COOKIE = "sagsgang_session"
LASTS = timedelta(hours=12)
CSRF_HEADER = "x-csrf-token"
CSRF_FIELD = "csrf"


@dataclass(frozen=True)
class Visitor:
    """Somebody who has signed in with a browser, and the token that shows a write to come from our own pages."""

    principal: Principal
    session: str
    csrf: str


class Sessions:
    """Makes and reads the cookies; `secure` keeps them to https."""

    def __init__(self, pool: AsyncConnectionPool[Any], key: str, *, secure: bool) -> None:
        """Sign with `key`, which every `web` process shares; which sessions have begun stands in the database."""
        self._pool = pool
        self.secure = secure
        self._cookies = URLSafeTimedSerializer(key, salt="session")
        self._csrf = Signer(key, salt="csrf", key_derivation="hmac")

    async def begin(self, response: Response, role: str, now: datetime) -> None:
        """Give the browser a new session in a role, from the real instant `now` on; raises psycopg errors."""
        session = secrets.token_urlsafe(12)
        query = "INSERT INTO office.sessions (id, role, valid_until) VALUES (%s, %s, %s)"
        async with self._pool.connection() as connection:
            await connection.execute(query, (session, role, now + LASTS))
        value, seconds = self._cookies.dumps([session, role]), int(LASTS.total_seconds())
        response.set_cookie(COOKIE, value, seconds, secure=self.secure, httponly=True, samesite="lax")

    async def end(self, response: Response, visitor: Visitor) -> None:
        """Take the session from the browser, and from whoever may have copied its cookie; raises psycopg errors."""
        async with self._pool.connection() as connection:
            await connection.execute("DELETE FROM office.sessions WHERE id = %s", (visitor.session,))
        response.delete_cookie(COOKIE, secure=self.secure, httponly=True, samesite="lax")

    async def visitor(self, request: Request) -> Visitor | None:
        """Who has signed in with this browser, None if nobody has or the session is over; raises psycopg errors."""
        try:
            session, role = self._cookies.loads(request.cookies.get(COOKIE, ""), max_age=int(LASTS.total_seconds()))
        except (BadSignature, ValueError, TypeError):
            return None
        if role not in ROLES or not await self._has_begun(session):
            return None
        principal = Principal(f"session:{session}", f"{role} {session[:6]}", role, "session")
        return Visitor(principal, session, self._csrf.get_signature(session).decode())

    async def _has_begun(self, session: str) -> bool:
        """Whether the database knows the session: a signed cookie alone would outlive its sign-out."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute("SELECT 1 FROM office.sessions WHERE id = %s", (session,))
            return await cursor.fetchone() is not None

    @staticmethod
    def is_own(visitor: Visitor, token: str) -> bool:
        """Whether a write carries the session's own token, as only our pages know it."""
        return hmac.compare_digest(visitor.csrf.encode(), token.encode("utf-8", "surrogateescape"))
