# SPDX-License-Identifier: EUPL-1.2
"""Answers a repeated POST with the first one's result, by its `Idempotency-Key`."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import psycopg
from fastapi import Request
from fastapi.responses import JSONResponse
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool

from domain.commands import Command
from web.access import Principal
from web.problems import FieldError, ProblemError, invalid

HEADER = "idempotency-key"
WAIT = "8s"
"""How long a repeat waits for the first, which may still be under way."""

_KEY = re.compile(r"[!-~]{1,200}", re.ASCII)


@dataclass(frozen=True)
class Answer:
    """A write's answer: status, JSON, and where the thing it made is found."""

    status: int
    content: dict[str, Any]
    location: str | None = None

    def response(self) -> JSONResponse:
        """The answer as it goes out."""
        return JSONResponse(self.content, self.status, {"Location": self.location} if self.location else None)


@dataclass(frozen=True)
class Attempt:
    """One POST of somebody: the key it carries, if any, and a digest of what it asks for."""

    principal: Principal
    key: str | None
    fingerprint: bytes

    @classmethod
    def of(cls, request: Request, principal: Principal, asked: Any) -> Attempt:
        """The attempt of a request that asks for `asked` (JSON); raises a 422 problem for a key that cannot be."""
        key = request.headers.get(HEADER)
        if key is not None and not _KEY.fullmatch(key):
            raise invalid([FieldError("Idempotency-Key", "is no key", "send 1 to 200 visible ASCII characters")])
        text = json.dumps([request.url.path, asked], sort_keys=True, default=str)
        return cls(principal, key, hashlib.sha256(text.encode()).digest())

    @property
    def command(self) -> Command:
        """The command, with an id that a repeat has too."""
        return Command.by(self.principal.actor, f"key:{self._digest}" if self.key else None)

    @property
    def case_id(self) -> UUID | None:
        """The id of a case that this attempt opens; the same one at a repeat."""
        return uuid5(NAMESPACE_URL, f"key:{self.principal.id}:{self.key}") if self.key else None

    @property
    def _digest(self) -> str:
        """Stands for caller and key in what every reader sees, and tells neither."""
        return hashlib.sha256(f"{self.principal.id}:{self.key}".encode()).hexdigest()[:32]


async def once(pool: AsyncConnectionPool[Any], attempt: Attempt, act: Callable[[], Awaitable[Answer]]) -> JSONResponse:
    """The answer of `act`, or of the attempt that had the same key before.

    The key's row is written in a transaction that lasts as long as `act`: a second request waits at it for the first,
    and a process that dies leaves no row, so that the repeat acts again and finds its command id in the case.
    Refusals are not remembered. Raises problems, refusals and database errors.
    """
    if attempt.key is None:
        return (await act()).response()
    async with pool.connection() as connection, connection.transaction():
        earlier = await _claim(connection, attempt)
        answer = earlier or await act()
        if earlier is None:
            await _keep(connection, attempt, answer)
    return answer.response()


async def _claim(connection: psycopg.AsyncConnection[Any], attempt: Attempt) -> Answer | None:
    """Take the key for this attempt, or return the answer that was given under it before."""
    who = (attempt.principal.id, attempt.key)
    try:
        await connection.execute("SELECT set_config('lock_timeout', %s, true)", (WAIT,))
        cursor = await connection.execute(
            """
            INSERT INTO office.idempotency_keys (who, key, fingerprint) VALUES (%s, %s, %s)
            ON CONFLICT (who, key) DO NOTHING
            """,
            (*who, attempt.fingerprint),
        )
    except psycopg.errors.LockNotAvailable:
        detail = "the first request with this key is still under way; send it again in a moment"
        raise ProblemError("in_progress", detail, headers={"Retry-After": "2"}) from None
    if cursor.rowcount == 1:
        return None
    return await _read(connection, attempt)


async def _read(connection: psycopg.AsyncConnection[Any], attempt: Attempt) -> Answer:
    cursor = await connection.execute(
        "SELECT fingerprint, status, response FROM office.idempotency_keys WHERE who = %s AND key = %s",
        (attempt.principal.id, attempt.key),
    )
    row = await cursor.fetchone()
    if row is None or bytes(row[0]) != attempt.fingerprint:
        detail = "another request was sent with this Idempotency-Key; send this one with a new key"
        raise ProblemError("key_reused", detail)
    return Answer(row[1], row[2]["content"], row[2]["location"])


async def _keep(connection: psycopg.AsyncConnection[Any], attempt: Attempt, answer: Answer) -> None:
    kept = Jsonb({"content": answer.content, "location": answer.location})
    await connection.execute(
        "UPDATE office.idempotency_keys SET status = %s, response = %s WHERE who = %s AND key = %s",
        (answer.status, kept, attempt.principal.id, attempt.key),
    )
