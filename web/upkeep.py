# SPDX-License-Identifier: EUPL-1.2
"""Clears away once a day what has had its time: keys, sessions, links, old accesses, uploads that came to nothing."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import psycopg
import structlog
from psycopg_pool import AsyncConnectionPool

from web.contents import forget_abandoned

EVERY_SECONDS = 24 * 60 * 60
KEYS_LAST = "30 days"
"""How long a repeat under an Idempotency-Key gets the first one's result."""

_OVER = (
    f"DELETE FROM office.idempotency_keys WHERE created_at < now() - interval '{KEYS_LAST}'",  # noqa: S608
    "DELETE FROM office.sessions WHERE valid_until < now()",
    "DELETE FROM office.signin_links WHERE valid_until < now()",
    "DELETE FROM office.troubles WHERE kind = 'advance_fails' AND last_at < now() - interval '1 day'",
)

log = structlog.get_logger()


async def clear_daily(pool: AsyncConnectionPool[Any], url: str, days: int, end: asyncio.Event) -> None:
    """Clear away now and then once a day until `end` is set; a database that is away is asked again a day later."""
    while not end.is_set():
        try:
            await clear(pool, url, days)
        except psycopg.Error as error:
            log.warning("clearing_failed", reason=type(error).__name__)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(end.wait(), EVERY_SECONDS)


async def clear(pool: AsyncConnectionPool[Any], url: str, days: int) -> None:
    """Clear away what has had its time, by real time, the access log after `days`; raises psycopg errors."""
    async with pool.connection() as connection:
        for statement in _OVER:
            await connection.execute(statement.encode())
        await connection.execute("SELECT office.forget_accesses(%s)", (days,))
    await asyncio.to_thread(forget_abandoned, url)
