# SPDX-License-Identifier: EUPL-1.2
"""What is to be sent to whom by which channel, and what came of it: one row each, never two for one thing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg.rows import class_row

from domain.errors import AbsentError, ConflictError
from domain.organisation import SECRETARIAT
from outgoing.channels import Channel, list_channels
from outgoing.kinds import CONFIRMATION, NOT_TO_MISS
from projections.documents import instant

WAITING, SENT, FAILED, NO_CHANNEL, NOT_CONFIGURED = "waiting", "sent", "failed", "no_channel", "not_configured"
NOT_NEEDED = "not_needed"
"""What it asks for has come, or is asked for no more, before it was sent."""
STATES = (WAITING, SENT, FAILED, NO_CHANNEL, NOT_CONFIGURED, NOT_NEEDED)
LARGEST_PAGE = 500
LONGEST_ERROR = 500

Connection = psycopg.AsyncConnection[Any]


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One message to one channel of a body; instants are real ones, in UTC."""

    id: UUID
    kind: str
    body: str
    case_id: UUID | None
    version: int | None
    channel: UUID | None
    channel_kind: str | None
    state: str
    attempts: int
    resends: int
    last_error: str | None
    created_at: datetime
    attempted_at: datetime | None
    sent_at: datetime | None
    handed_at: datetime | None

    def as_dict(self) -> dict[str, Any]:
        """The delivery as it is shown; it holds no address."""
        plain = ("kind", "body", "version", "channel_kind", "state", "attempts", "resends", "last_error")
        found = {"id": str(self.id), **{name: getattr(self, name) for name in plain}}
        found |= {"case": str(self.case_id) if self.case_id else None}
        found |= {"channel": str(self.channel) if self.channel else None}
        return found | {name: instant(getattr(self, name)) for name in ("created_at", "attempted_at", "sent_at")}


@dataclass(frozen=True)
class News:
    """That a body is to be told of an event, known by its case and version, as a kind of message."""

    kind: str
    body: str
    case_id: UUID | None
    version: int | None


_COLUMNS = ", ".join(field.name for field in fields(Delivery))
_INSERT = f"""
    INSERT INTO office.deliveries (id, kind, body, case_id, version, channel, channel_kind, state)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT DO NOTHING RETURNING {_COLUMNS}
"""  # noqa: S608 -- names of ours


async def write_down(connection: Connection, news: Iterable[News], channels: Sequence[Channel]) -> None:
    """Add what is missing of the deliveries that news ask for; what is there already stays as it is."""
    for one in news:
        takers = [channel for channel in channels if channel.body == one.body and channel.takes(one.kind)]
        for channel in takers:
            await _add(connection, one, channel)
        if not takers and one.kind in NOT_TO_MISS and one.body != SECRETARIAT:
            await _add(connection, one, None)


async def ask_to_confirm(connection: Connection, channel: Channel) -> None:
    """Have a new address asked whether it is right, once: by a letter, or by an event that its endpoint takes."""
    await _add(connection, News(CONFIRMATION, channel.body, None, None), channel)


async def list_deliveries(
    connection: Connection,
    *,
    body: str | None = None,
    state: str | None = None,
    case: UUID | None = None,
    limit: int = 100,
) -> list[Delivery]:
    """The newest deliveries first, of one body, in one state, of one case where asked for."""
    query = f"""
        SELECT {_COLUMNS} FROM office.deliveries
        WHERE (%(body)s::text IS NULL OR body = %(body)s) AND (%(state)s::text IS NULL OR state = %(state)s)
          AND (%(case)s::uuid IS NULL OR case_id = %(case)s)
        ORDER BY created_at DESC, id LIMIT %(limit)s
    """  # noqa: S608
    return await _all(connection, query, {"body": body, "state": state, "case": case, "limit": limit})


async def find_delivery(connection: Connection, delivery_id: UUID) -> Delivery:
    """One delivery; raises `AbsentError`."""
    found = await _all(connection, f"SELECT {_COLUMNS} FROM office.deliveries WHERE id = %s", (delivery_id,))  # noqa: S608
    if not found:
        raise AbsentError("there is no such delivery", "choose an id that `sagsgang delivery list` prints", "id")
    return found[0]


async def resend(connection: Connection, delivery_id: UUID) -> list[Delivery]:
    """Have a delivery sent, again or now; one that had no channel goes to those that the body has by now.

    The receiver sees the same message id. Raises `AbsentError`, and `ConflictError` where there still is no channel.
    """
    async with connection.transaction():
        delivery = await find_delivery(connection, delivery_id)
        if delivery.channel is None:
            return await _find_channels(connection, delivery)
        query = f"""
            UPDATE office.deliveries SET state = 'waiting', resends = resends + 1, handed_at = NULL
            WHERE id = %s RETURNING {_COLUMNS}
        """  # noqa: S608
        return await _all(connection, query, (delivery_id,))


async def to_hand_over(connection: Connection, limit: int) -> list[Delivery]:
    """The oldest deliveries that wait and that the process engine has not been told of."""
    query = f"""
        SELECT {_COLUMNS} FROM office.deliveries WHERE state = 'waiting' AND handed_at IS NULL
        ORDER BY created_at, id LIMIT %s
    """  # noqa: S608
    return await _all(connection, query, (limit,))


async def note_handed_over(connection: Connection, delivery: Delivery) -> None:
    """Remember that the process engine knows of a delivery, unless it was asked for again meanwhile."""
    query = "UPDATE office.deliveries SET handed_at = now() WHERE id = %s AND resends = %s"
    await connection.execute(query, (delivery.id, delivery.resends))


async def hand_over_again(connection: Connection) -> int:
    """Have the process engine told anew of all that waits, for when it has lost its own; returns of how many."""
    cursor = await connection.execute("UPDATE office.deliveries SET handed_at = NULL WHERE state = 'waiting'")
    return cursor.rowcount


async def note_attempt(connection: Connection, delivery_id: UUID, state: str, error: str | None) -> None:
    """Remember what came of an attempt; a delivery that is sent stays so."""
    query = """
        UPDATE office.deliveries SET attempts = attempts + 1, attempted_at = now(), last_error = %(error)s,
            state = %(state)s, sent_at = CASE WHEN %(state)s = 'sent' THEN now() ELSE sent_at END
        WHERE id = %(id)s AND state = 'waiting'
    """
    shortened = error and error[:LONGEST_ERROR]
    await connection.execute(query, {"id": delivery_id, "state": state, "error": shortened})


async def end_needless(connection: Connection, delivery_id: UUID, why: str) -> None:
    """End a delivery that need not be sent any more, without an attempt."""
    query = "UPDATE office.deliveries SET state = 'not_needed', last_error = %s WHERE id = %s AND state = 'waiting'"
    await connection.execute(query, (why, delivery_id))


async def give_up(connection: Connection, delivery_id: UUID) -> None:
    """End a delivery that has been tried as often as the ladder has rungs."""
    await connection.execute(
        "UPDATE office.deliveries SET state = 'failed' WHERE id = %s AND state = 'waiting'", (delivery_id,)
    )


async def count_states(connection: Connection) -> dict[str, int]:
    """How many deliveries are in which state."""
    cursor = await connection.execute("SELECT state, count(*) FROM office.deliveries GROUP BY state")
    return dict.fromkeys(STATES, 0) | dict(await cursor.fetchall())


async def _find_channels(connection: Connection, delivery: Delivery) -> list[Delivery]:
    """Put deliveries to the body's present channels in the place of one that had none."""
    channels = [c for c in await list_channels(connection, delivery.body) if c.takes(delivery.kind)]
    if not channels:
        what = f"the body {delivery.body!r} has no channel that takes this kind of message"
        raise ConflictError(what, "add one with `sagsgang channel add`, and have its address confirmed", "id")
    news = News(delivery.kind, delivery.body, delivery.case_id, delivery.version)
    added = [row for channel in channels for row in await _add(connection, news, channel)]
    await connection.execute("DELETE FROM office.deliveries WHERE id = %s", (delivery.id,))
    return added


async def _add(connection: Connection, news: News, channel: Channel | None) -> list[Delivery]:
    """Add one delivery unless it is there; returns it if it was added."""
    way = (channel.id, channel.kind, WAITING) if channel else (None, None, NO_CHANNEL)
    values = (uuid4(), news.kind, news.body, news.case_id, news.version, *way)
    return await _all(connection, _INSERT, values)


async def _all(connection: Connection, query: str, values: Any) -> list[Delivery]:
    async with connection.cursor(row_factory=class_row(Delivery)) as cursor:
        await cursor.execute(query.encode(), values)
        return await cursor.fetchall()
