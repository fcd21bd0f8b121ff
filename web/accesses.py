# SPDX-License-Identifier: EUPL-1.2
"""The access log: what every signed-in person or token has read, searched and done, apart from the event log.

Requests put their line into a bounded queue and go on; the lines are written in batches. Nobody waits for the log, so a
database that is away costs no answer: lines wait for it, and beyond the queue's end they are lost and counted.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections import deque
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

import psycopg
import structlog
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from projections.documents import instant
from web.metrics import Metrics

LONGEST_QUEUE = 20_000
"""How many lines wait for the database at most: some minutes of a busy day."""
BATCH = 1000
PAUSE_SECONDS = 0.5
"""How long lines gather before they are written together, and how long a database that is away is left alone."""
LAST_SECONDS = 2.0
"""How long the last lines may take at the process's end."""
LONGEST_TEXT = 200

_PERSONAL_NUMBER = re.compile(r"\b\d{6}[- ]?\d{4}\b", re.ASCII)
_MASK = "******-****"

log = structlog.get_logger()


@dataclass(frozen=True)
class Access:
    """One line: who (subject, role, body) did what (the route's name) to what, and how it ended."""

    at: str
    who: str
    name: str
    role: str
    body: str | None
    how: str
    method: str
    route: str
    object: str
    search: str
    status: int


_COLUMNS = ", ".join(field.name for field in fields(Access))
_WRITE = f"""
    INSERT INTO office.access_log ({_COLUMNS})
    SELECT {_COLUMNS} FROM jsonb_to_recordset(%s::jsonb) AS line (
        at timestamptz, who text, name text, role text, body text, how text,
        method text, route text, object text, search text, status integer
    )
"""  # noqa: S608 -- names of ours
_READ = f"""
    SELECT id, {_COLUMNS} FROM office.access_log
    WHERE (%(before)s::bigint IS NULL OR id < %(before)s)
      AND (%(since)s::timestamptz IS NULL OR at >= %(since)s) AND (%(until)s::timestamptz IS NULL OR at < %(until)s)
      AND (%(role)s::text IS NULL OR role = %(role)s) AND (%(body)s::text IS NULL OR body = %(body)s)
      AND (%(who)s::text IS NULL OR strpos(lower(who || ' ' || name), lower(%(who)s)) > 0)
      AND (%(object)s::text IS NULL OR strpos(object, %(object)s) > 0)
    ORDER BY id DESC LIMIT %(limit)s
"""  # noqa: S608


class AccessLog:
    """The lines of one process on their way into the database."""

    def __init__(self, pool: AsyncConnectionPool[Any], metrics: Metrics, longest_queue: int = LONGEST_QUEUE) -> None:
        """Write through `pool`; lines beyond `longest_queue` that wait are lost, and counted in `metrics`."""
        self._pool = pool
        self._metrics = metrics
        self._longest_queue = longest_queue
        self._lines: deque[Access] = deque()
        self._there = asyncio.Event()
        self._writing = asyncio.Lock()

    def note(self, access: Access) -> None:
        """Put a line into the queue; never waits, and never fails a request."""
        if len(self._lines) >= self._longest_queue:
            self._metrics.count_lost_accesses(1)
            return
        self._lines.append(access)
        self._there.set()

    async def run(self) -> None:
        """Write what comes until cancelled, through outages of the database."""
        while True:
            await self._there.wait()
            await asyncio.sleep(PAUSE_SECONDS)
            self._there.clear()
            try:
                await self.flush()
            except (psycopg.Error, TimeoutError) as error:
                log.warning("access_log_waits", lines=len(self._lines), reason=type(error).__name__)
                self._there.set()

    async def end(self) -> None:
        """Write the last lines, as far as the database takes them in time; what is left is lost and said so."""
        with contextlib.suppress(psycopg.Error, TimeoutError):
            async with asyncio.timeout(LAST_SECONDS):
                await self.flush()
        if self._lines:
            self._metrics.count_lost_accesses(len(self._lines))
            log.error("access_log_lost", lines=len(self._lines))

    async def flush(self) -> None:
        """Write all that waits; raises psycopg errors, and then everything that was not written waits still."""
        async with self._writing:
            while self._lines:
                batch = [self._lines[number] for number in range(min(BATCH, len(self._lines)))]
                text = json.dumps([asdict(line) for line in batch])
                async with self._pool.connection() as connection:
                    await connection.execute(_WRITE.encode(), (text,))
                for _ in batch:
                    self._lines.popleft()


async def list_accesses(
    pool: AsyncConnectionPool[Any],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    who: str | None = None,
    role: str | None = None,
    body: str | None = None,
    object: str | None = None,  # noqa: A002 -- as the column
    before: int | None = None,
    limit: int = 100,
) -> list[dict[str, Any]]:
    """The newest lines first, of a person, role, body, about an object, between two instants, where asked for."""
    asked = {"since": since, "until": until, "who": who, "role": role, "body": body, "object": object}
    given = {name: clean(value) if isinstance(value, str) else value for name, value in asked.items()}
    async with pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_READ.encode(), {**given, "before": before, "limit": limit})
        return [{**row, "at": instant(row["at"])} for row in await cursor.fetchall()]


def clean(text: str) -> str:
    """A text that the database takes, of bounded length, with personal numbers masked."""
    plain = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return _PERSONAL_NUMBER.sub(_MASK, plain.encode("utf-8", "replace").decode())[:LONGEST_TEXT]
