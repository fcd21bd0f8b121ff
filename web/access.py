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
from projections.documents import instant
from runtime.signatures import SECRET_PREFIX, decode_secret

SECRETARIAT, LEADERSHIP, AUDITOR = "secretariat", "leadership", "auditor"
ROLES = (SECRETARIAT, LEADERSHIP, AUDITOR)
"""Every role reads everything; only the secretariat writes."""
LINK_VALID = timedelta(minutes=15)
OLD_SECRET_VALID = timedelta(days=7)
"""How long a rotated webhook secret stays good, so that a council's IT can change it in its own time."""
SECRET_BYTES = 32
TOKEN_PREFIX = "sagsgang_"  # noqa: S105  (lets secret scanners know our tokens)

_SHOWN: LiteralString = "id, role, name, created_at, revoked_at"

_Connection = psycopg.Connection[tuple[Any, ...]]
_Pool = AsyncConnectionPool[Any]


@dataclass(frozen=True)
class Principal:
    """Somebody who is known: `id` is the token's or the session's, `how` is `token` or `session`."""

    id: str
    name: str
    role: str
    how: str

    @property
    def writes(self) -> bool:
        """Whether the role may change anything."""
        return self.role == SECRETARIAT

    @property
    def actor(self) -> Actor:
        """The principal as events name it."""
        return Actor(self.name, self.role, self.how)


def create_token(connection: _Connection, role: str, name: str | None = None) -> str:
    """A new bearer token, of which only the SHA-256 is kept; raises `InvalidError` for an unknown role."""
    _check_role(role)
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token_id = uuid4()
    connection.execute(
        "INSERT INTO office.access_tokens (id, sha256, role, name) VALUES (%s, %s, %s, %s)",
        (token_id, _sha256(token), role, name or f"{role} {token_id.hex[:6]}"),
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
    query = "SELECT id, name, role FROM office.access_tokens WHERE sha256 = %s AND revoked_at IS NULL"
    row = await _one(pool, query, _sha256(token))
    return Principal(f"token:{row[0]}", row[1], row[2], "token") if row else None


def create_signin_link(connection: _Connection, role: str, base_url: str, now: datetime) -> str:
    """The address of a new sign-in link, good once within 15 minutes of the real instant `now`."""
    _check_role(role)
    code = secrets.token_urlsafe(32)
    connection.execute("DELETE FROM office.signin_links WHERE valid_until < %s", (now,))
    connection.execute(
        "INSERT INTO office.signin_links (sha256, role, valid_until) VALUES (%s, %s, %s)",
        (_sha256(code), role, now + LINK_VALID),
    )
    return f"{base_url.rstrip('/')}/signin?code={code}"


async def is_link_good(pool: _Pool, code: str, now: datetime) -> bool:
    """Whether a sign-in link is still good, without using it up."""
    query = "SELECT 1 FROM office.signin_links WHERE sha256 = %s AND valid_until >= %s AND used_at IS NULL"
    return await _one(pool, query, _sha256(code), now) is not None


async def use_link(pool: _Pool, code: str, now: datetime) -> str | None:
    """Use a sign-in link up and return its role, None if it is not good (any more)."""
    query = """
        UPDATE office.signin_links SET used_at = %s
        WHERE sha256 = %s AND valid_until >= %s AND used_at IS NULL RETURNING role
    """
    row = await _one(pool, query, now, _sha256(code), now)
    return str(row[0]) if row else None


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
    token_id, role, name, created_at, revoked_at = row
    times = {"created_at": instant(created_at), "revoked_at": instant(revoked_at)}
    return {"id": str(token_id), "role": role, "name": name, **times}


def _check_role(role: str) -> None:
    if role not in ROLES:
        what = f"there is no role {role!r}"
        raise InvalidError(what, f"choose one of {', '.join(ROLES)}", "role")


def _sha256(secret: str) -> bytes:
    """What is kept of a token or link; they are long and random, so that a plain digest cannot be turned back."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()


async def _one(pool: _Pool, query: str, *arguments: Any) -> tuple[Any, ...] | None:
    async with pool.connection() as connection:
        row: tuple[Any, ...] | None = await (await connection.execute(query, arguments)).fetchone()
    return row
