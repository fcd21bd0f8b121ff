# SPDX-License-Identifier: EUPL-1.2
"""Who may do what: bearer tokens, one-time sign-in links, webhook secrets, and the roles."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg
from psycopg_pool import AsyncConnectionPool

from domain.commands import Actor
from domain.errors import AbsentError, InvalidError
from domain.organisation import BodyKind, Organisation
from projections.documents import instant
from runtime.signatures import SECRET_PREFIX, decode_secret

SECRETARIAT, LEADERSHIP, COUNCIL, AUDITOR = "secretariat", "leadership", "council", "auditor"
ROLES = (SECRETARIAT, LEADERSHIP, COUNCIL, AUDITOR)
"""A council sees and answers what is its own body's; the others read everything, and only the secretariat writes."""
LINK, CALENDAR_LINK = "link", "calendar"
BEARERS = (LINK, CALENDAR_LINK)
"""What the access log calls whoever holds a personal link or a calendar's address: nobody knows which person it is."""
LINK_VALID = timedelta(minutes=15)
OLD_SECRET_VALID = timedelta(days=7)
"""How long a rotated webhook secret stays good, so that a council's IT can change it in its own time."""
SECRET_BYTES = 32
TOKEN_PREFIX = "sagsgang_"  # noqa: S105  (lets secret scanners know our tokens)

_SHOWN: LiteralString = "id, role, name, body, created_at, revoked_at"

_Connection = psycopg.Connection[tuple[Any, ...]]
_Pool = AsyncConnectionPool[Any]


@dataclass(frozen=True)
class Principal:
    """Somebody who is known: `id` is that of the `token`, `session` or `link`, and `how` says which of them it is."""

    id: str
    name: str
    role: str
    how: str
    body: str | None = None
    """The one body that a council's people act for; None in every other role."""
    subject: str | None = None
    """Whom the identity provider knows, as it calls them."""

    @classmethod
    def bearing(cls, role: str, link: UUID, body: str) -> Principal:
        """Whoever holds a body's link, by the link's id, which opens nothing; `role` is one of `BEARERS`."""
        return cls(f"{role}:{link}", f"{body} {link.hex[:6]}", role, "link", body)

    @property
    def shown(self) -> str | None:
        """The name of a person whom an identity provider vouches for; who came by a link has only a role."""
        return self.name if self.subject is not None else None

    @property
    def who(self) -> str:
        """Whom the access log names: for good where a provider or a token says so, else by name."""
        if self.subject is not None:
            return f"oidc:{self.subject}"
        return f"link:{self.name}" if self.how == "session" else self.id

    @property
    def writes(self) -> bool:
        """Whether the role may change anything."""
        return self.role == SECRETARIAT

    @property
    def oversees(self) -> bool:
        """Whether the role looks after the installation itself."""
        return self.role in {SECRETARIAT, AUDITOR}

    @property
    def actor(self) -> Actor:
        """The principal as events name it."""
        return Actor(self.name, self.role, self.how)


def check_role(role: str, body: str | None) -> None:
    """Raise `InvalidError` for a role that is none, a council without its body, and a body where no council acts."""
    if role not in ROLES:
        what = f"there is no role {role!r}"
        raise InvalidError(what, f"choose one of {', '.join(ROLES)}", "role")
    if role == COUNCIL and not body:
        raise InvalidError("the role council is for one body", "name the body that it is for", "body")
    if role != COUNCIL and body:
        what = f"the role {role} is for no single body"
        raise InvalidError(what, f"leave the body out, or choose the role {COUNCIL}", "body")


def check_body(organisation: Organisation, body: str) -> None:
    """Raise `UnknownBodyError`, and `InvalidError` for the secretariat, whose people have a role of their own."""
    if organisation.body(body).kind is BodyKind.SECRETARIAT:
        what = f"{body} is the secretariat"
        raise InvalidError(what, f"choose the role {SECRETARIAT} without a body", "body")


def create_token(connection: _Connection, role: str, name: str | None = None, body: str | None = None) -> str:
    """A new bearer token, of which only the SHA-256 is kept; raises `InvalidError` as `check_role` does."""
    check_role(role, body)
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token_id = uuid4()
    connection.execute(
        "INSERT INTO office.access_tokens (id, sha256, role, name, body) VALUES (%s, %s, %s, %s, %s)",
        (token_id, _sha256(token), role, name or f"{body or role} {token_id.hex[:6]}", body),
    )
    return token


def list_tokens(connection: _Connection) -> list[dict[str, Any]]:
    """Every token ever made, oldest first, without the token itself; instants are ISO 8601 in UTC."""
    rows = connection.execute(f"SELECT {_SHOWN} FROM office.access_tokens ORDER BY created_at, id").fetchall()  # noqa: S608
    return [_token_document(row) for row in rows]


def revoke_token(connection: _Connection, token_id: UUID) -> dict[str, Any]:
    """Let a token be good no longer, and return what `list_tokens` says of it; raises `AbsentError`."""
    query = f"UPDATE office.access_tokens SET revoked_at = coalesce(revoked_at, now()) WHERE id = %s RETURNING {_SHOWN}"  # noqa: S608
    row = connection.execute(query, (token_id,)).fetchone()
    if row is None:
        what = f"there is no token {token_id}"
        raise AbsentError(what, "choose an id that `sagsgang token list` prints", "id")
    return _token_document(row)


async def find_token(pool: _Pool, token: str) -> Principal | None:
    """The principal of a bearer token, None if there is no such token."""
    query = "SELECT id, name, role, body FROM office.access_tokens WHERE sha256 = %s AND revoked_at IS NULL"
    row = await _one(pool, query, _sha256(token))
    return Principal(f"token:{row[0]}", row[1], row[2], "token", row[3]) if row else None


def create_signin_link(
    connection: _Connection, role: str, base_url: str, now: datetime, body: str | None = None
) -> str:
    """The address of a new sign-in link, good once within 15 minutes of the real instant `now`."""
    check_role(role, body)
    code = secrets.token_urlsafe(32)
    connection.execute("DELETE FROM office.signin_links WHERE valid_until < %s", (now,))
    connection.execute(
        "INSERT INTO office.signin_links (sha256, role, valid_until, body) VALUES (%s, %s, %s, %s)",
        (_sha256(code), role, now + LINK_VALID, body),
    )
    return f"{base_url.rstrip('/')}/signin?code={code}"


async def is_link_good(pool: _Pool, code: str, now: datetime) -> bool:
    """Whether a sign-in link is still good, without using it up."""
    query = "SELECT 1 FROM office.signin_links WHERE sha256 = %s AND valid_until >= %s AND used_at IS NULL"
    return await _one(pool, query, _sha256(code), now) is not None


async def use_link(pool: _Pool, code: str, now: datetime) -> tuple[str, str | None] | None:
    """Use a sign-in link up and return its role with a council's body, None if it is not good (any more)."""
    query = """
        UPDATE office.signin_links SET used_at = %s
        WHERE sha256 = %s AND valid_until >= %s AND used_at IS NULL RETURNING role, body
    """
    row = await _one(pool, query, now, _sha256(code), now)
    return (row[0], row[1]) if row else None


def webhook_secret(connection: _Connection, body: str, now: datetime, *, rotate: bool = False) -> Mapping[str, Any]:
    """A body's webhook secret as `{body, secret, previous_valid_until}`, made at the first call.

    Rotated, the old one stays good for seven days from the real instant `now`. Raises psycopg errors.
    """
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('webhook_secret ' || %s, 0))", (body,))
        current = connection.execute(
            "SELECT secret FROM office.webhook_secrets WHERE body = %s AND valid_until IS NULL", (body,)
        ).fetchone()
        if current is None or rotate:
            _replace_secret(connection, body, now)
        return _secret_of(connection, body, now)


async def valid_secrets(pool: _Pool, body: str, now: datetime) -> list[bytes]:
    """The keys of the secrets that a body may sign with at the real instant `now`."""
    query = "SELECT secret FROM office.webhook_secrets WHERE body = %s AND coalesce(valid_until > %s, true)"
    async with pool.connection() as connection:
        rows = await (await connection.execute(query, (body, now))).fetchall()
    return [decode_secret(row[0]) for row in rows]


def _replace_secret(connection: _Connection, body: str, now: datetime) -> None:
    connection.execute("DELETE FROM office.webhook_secrets WHERE body = %s AND valid_until <= %s", (body, now))
    connection.execute(
        "UPDATE office.webhook_secrets SET valid_until = %s WHERE body = %s AND valid_until IS NULL",
        (now + OLD_SECRET_VALID, body),
    )
    secret = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    connection.execute("INSERT INTO office.webhook_secrets (body, secret) VALUES (%s, %s)", (body, secret))


def _secret_of(connection: _Connection, body: str, now: datetime) -> Mapping[str, Any]:
    query = """
        SELECT max(secret) FILTER (WHERE valid_until IS NULL), max(valid_until) FILTER (WHERE valid_until > %s)
        FROM office.webhook_secrets WHERE body = %s
    """
    row = connection.execute(query, (now, body)).fetchone() or (None, None)
    return {"body": body, "secret": row[0], "previous_valid_until": row[1].isoformat() if row[1] else None}


def _token_document(row: tuple[Any, ...]) -> dict[str, Any]:
    token_id, role, name, body, created_at, revoked_at = row
    times = {"created_at": instant(created_at), "revoked_at": instant(revoked_at)}
    return {"id": str(token_id), "role": role, "name": name, "body": body, **times}


def _sha256(secret: str) -> bytes:
    """What is kept of a token or link; they are long and random, so that a plain digest cannot be turned back."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()


async def _one(pool: _Pool, query: str, *arguments: Any) -> tuple[Any, ...] | None:
    async with pool.connection() as connection:
        row: tuple[Any, ...] | None = await (await connection.execute(query, arguments)).fetchone()
    return row
