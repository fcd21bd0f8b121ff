# SPDX-License-Identifier: EUPL-1.2
"""Calendar links: the unguessable addresses at which calendar programs read a body's dates, or the secretariat's.

As with personal links the token is the row's id with a signature, so that a repeated command gives the same address,
while the database holds nothing that opens it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg.rows import class_row

from domain.errors import AbsentError
from outgoing.links import seal, unseal
from projections.documents import instant

CALENDAR = "calendar"
CALENDAR_PATH = "/calendar"

Connection = psycopg.AsyncConnection[Any]


@dataclass(frozen=True, kw_only=True)
class CalendarLink:
    """A link to the calendar of a body; that of the secretariat holds everything. Instants are real ones, in UTC."""

    id: UUID
    body: str
    made_by: str
    created_at: datetime
    withdrawn_at: datetime | None

    def as_dict(self) -> dict[str, Any]:
        """The link as the secretariat sees it, without what opens it."""
        found: dict[str, Any] = {"id": str(self.id), "body": self.body, "made_by": self.made_by}
        return found | {name: instant(getattr(self, name)) for name in ("created_at", "withdrawn_at")}


_COLUMNS = ", ".join(field.name for field in fields(CalendarLink))


def calendar_url(base_url: str, key: str, link_id: UUID) -> str:
    """The address that a calendar program subscribes to."""
    return f"{base_url.rstrip('/')}{CALENDAR_PATH}/{seal(key, CALENDAR, link_id)}.ics"


async def make_calendar_link(
    connection: Connection, key: str, *, body: str, made_by: str, link_id: UUID | None = None
) -> CalendarLink:
    """A new link; the same id twice is one link."""
    link_id = link_id or uuid4()
    query = f"""
        INSERT INTO office.calendar_links (id, sha256, body, made_by) VALUES (%s, %s, %s, %s)
        ON CONFLICT (id) DO UPDATE SET id = excluded.id RETURNING {_COLUMNS}
    """  # noqa: S608 -- names of ours
    (link,) = await _all(connection, query, (link_id, _digest(seal(key, CALENDAR, link_id)), body, made_by))
    return link


async def find_calendar_link(connection: Connection, key: str, token: str) -> CalendarLink | None:
    """The link of a token; None for one that is none of ours, or that was withdrawn."""
    link_id = unseal(key, CALENDAR, token)
    if link_id is None:
        return None
    query = f"SELECT {_COLUMNS} FROM office.calendar_links WHERE id = %s AND sha256 = %s AND withdrawn_at IS NULL"  # noqa: S608
    found = await _all(connection, query, (link_id, _digest(token)))
    return found[0] if found else None


async def list_calendar_links(connection: Connection) -> list[CalendarLink]:
    """Every link, oldest first."""
    return await _all(connection, f"SELECT {_COLUMNS} FROM office.calendar_links ORDER BY created_at, id", ())  # noqa: S608


async def withdraw_calendar_link(connection: Connection, link_id: UUID) -> CalendarLink:
    """Let a link open nothing any more, at once; raises `AbsentError`."""
    query = f"""
        UPDATE office.calendar_links SET withdrawn_at = coalesce(withdrawn_at, now())
        WHERE id = %s RETURNING {_COLUMNS}
    """  # noqa: S608
    found = await _all(connection, query, (link_id,))
    if not found:
        raise AbsentError("there is no such calendar link", "choose an id that `sagsgang calendar list` prints", "id")
    return found[0]


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


async def _all(connection: Connection, query: str, values: tuple[Any, ...]) -> list[CalendarLink]:
    async with connection.cursor(row_factory=class_row(CalendarLink)) as cursor:
        await cursor.execute(query.encode(), values)
        return await cursor.fetchall()
