# SPDX-License-Identifier: EUPL-1.2
"""Cases that do not move as they should, each with its reason, and those that somebody asks to have recovered."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from runtime.database import connect

if TYPE_CHECKING:
    from collections.abc import Iterable

    _Connection = psycopg.AsyncConnection[Any]

NOT_WOKEN, NO_WORKFLOW, WORKFLOW_FAILS, ADVANCE_FAILS = "not_woken", "no_workflow", "workflow_fails", "advance_fails"
KINDS = (NOT_WOKEN, NO_WORKFLOW, WORKFLOW_FAILS, ADVANCE_FAILS)
MOST = 200
"""How many troubles are kept of a kind that is looked for, and how many are shown."""
FRESH_SECONDS = 30
"""How long after its last failure an advance still counts as failing: it is tried again at most 13 seconds apart."""
LONGEST_REASON = 500

_IS_OVER = f"(troubles.kind = '{ADVANCE_FAILS}' AND troubles.last_at <= now() - interval '{FRESH_SECONDS} seconds')"
"""Nobody tells that an advance has succeeded after all: no more failures tell it."""
_NOTE = f"""
    INSERT INTO office.troubles (case_id, kind, reason) VALUES (%s, %s, left(%s, {LONGEST_REASON}))
    ON CONFLICT (case_id, kind) DO UPDATE SET reason = excluded.reason, last_at = now(),
        times = CASE WHEN {_IS_OVER} THEN 1 ELSE troubles.times + 1 END,
        since = CASE WHEN {_IS_OVER} THEN now() ELSE troubles.since END
"""  # noqa: S608 -- constants of ours
_READ = f"""
    SELECT kind, case_id AS "case", reason, since, last_at, times, asked_at
    FROM office.troubles LEFT JOIN office.recoveries USING (case_id)
    WHERE NOT {_IS_OVER} ORDER BY since, case_id LIMIT {MOST}
"""  # noqa: S608
_COUNT = f"SELECT kind, count(*) FROM office.troubles WHERE NOT {_IS_OVER} GROUP BY kind"  # noqa: S608
_ASK = """
    INSERT INTO office.recoveries (case_id, asked_by) VALUES (%s, %s)
    ON CONFLICT (case_id) DO NOTHING
"""


@dataclass(frozen=True)
class Trouble:
    """What keeps a case from moving; instants are real ones, in UTC."""

    kind: str
    case: UUID
    reason: str
    since: datetime
    last_at: datetime
    times: int
    asked_at: datetime | None
    """When somebody asked to have the case recovered, None when nobody has, or it was done since."""


async def note(connection: _Connection, kind: str, case_id: UUID, reason: str) -> None:
    """Write down a case's trouble, or that it has happened once more."""
    await connection.execute(_NOTE.encode(), (case_id, kind, reason))


def note_failed_advance(url: str, case_id: UUID, reason: str) -> None:
    """Write down that a case could not be moved along, from a thread; a database that is away is no trouble of it."""
    with contextlib.suppress(psycopg.Error), connect(url) as connection:
        connection.execute(_NOTE.encode(), (case_id, ADVANCE_FAILS, reason))


async def settle(connection: _Connection, case_id: UUID) -> None:
    """Forget a case's troubles, and that it was to be recovered: its workflow has just been woken."""
    await connection.execute("DELETE FROM office.troubles WHERE case_id = %s", (case_id,))
    await forget_recovery(connection, case_id)


async def forget_recovery(connection: _Connection, case_id: UUID) -> None:
    """Forget that a case was to be recovered."""
    await connection.execute("DELETE FROM office.recoveries WHERE case_id = %s", (case_id,))


async def keep_only(connection: _Connection, kind: str, found: Iterable[tuple[UUID, str]]) -> None:
    """Let the troubles of a kind be these and no others, as they were just found, each with its reason."""
    cases = dict(found)
    async with connection.transaction():
        query = "DELETE FROM office.troubles WHERE kind = %s AND NOT case_id = ANY(%s)"
        await connection.execute(query, (kind, list(cases)))
        for case_id, reason in cases.items():
            await note(connection, kind, case_id, reason)


async def read_troubles(connection: _Connection) -> list[Trouble]:
    """The troubles there are now, the oldest first."""
    async with connection.cursor(row_factory=class_row(Trouble)) as cursor:
        await cursor.execute(_READ.encode())
        return await cursor.fetchall()


async def count_troubles(connection: _Connection) -> dict[str, int]:
    """How many cases have which kind of trouble."""
    cursor = await connection.execute(_COUNT.encode())
    return dict.fromkeys(KINDS, 0) | dict(await cursor.fetchall())


async def ask_recovery(connection: _Connection, case_id: UUID, who: str) -> None:
    """Have the relay wake a case's workflow anew; asked twice before it is done, it is done once."""
    await connection.execute(_ASK, (case_id, who))


async def asked_recoveries(connection: _Connection) -> list[UUID]:
    """The cases whose recovery was asked for, the first asked first."""
    cursor = await connection.execute("SELECT case_id FROM office.recoveries ORDER BY asked_at, case_id")
    return [row[0] for row in await cursor.fetchall()]
