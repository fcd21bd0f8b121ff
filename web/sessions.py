# SPDX-License-Identifier: EUPL-1.2
"""The session of a browser: a signed cookie of twelve hours, and the token that its writes must carry."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from itsdangerous import BadSignature, Signer, URLSafeTimedSerializer
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
    csrf: str


class Sessions:
    """Makes and reads the cookies; `secure` keeps them to https."""

    def __init__(self, key: str, *, secure: bool) -> None:
        """Sign with `key`, which every `web` process shares."""
        self._secure = secure
        self._cookies = URLSafeTimedSerializer(key, salt="session")
        self._csrf = Signer(key, salt="csrf", key_derivation="hmac")

    def begin(self, response: Response, role: str) -> None:
        """Give the browser a new session in a role."""
        value = self._cookies.dumps([secrets.token_urlsafe(12), role])
        seconds = int(LASTS.total_seconds())
        response.set_cookie(COOKIE, value, seconds, secure=self._secure, httponly=True, samesite="lax")

    def end(self, response: Response) -> None:
        """Take the session from the browser."""
        response.delete_cookie(COOKIE, secure=self._secure, httponly=True, samesite="lax")

    def visitor(self, request: Request) -> Visitor | None:
        """Who has signed in with this browser, None if nobody has or the session is over."""
        try:
            session, role = self._cookies.loads(request.cookies.get(COOKIE, ""), max_age=int(LASTS.total_seconds()))
        except (BadSignature, ValueError, TypeError):
            return None
        if role not in ROLES:
            return None
        principal = Principal(f"session:{session}", f"{role} {session[:6]}", role, "session")
        return Visitor(principal, self._csrf.get_signature(session).decode())

    @staticmethod
    def is_own(visitor: Visitor, token: str) -> bool:
        """Whether a write carries the session's own token, as only our pages know it."""
        return hmac.compare_digest(visitor.csrf.encode(), token.encode("utf-8", "surrogateescape"))
