# SPDX-License-Identifier: EUPL-1.2
"""The notifier: reads the log in order, writes down who is to be told what, and has each message delivered."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Self

import psycopg
import structlog
from temporalio.client import Client

from domain.cases import Cases, Logged
from organisations.load import load_organisation
from outgoing.channels import list_channels, raise_alarms
from outgoing.deliveries import Delivery, News, note_handed_over, to_hand_over, write_down
from outgoing.kinds import concerns_somebody, told
from runtime.clock import Clock, real_now
from runtime.database import connect_async, eventsourcing_env
from runtime.settings import Settings
from workers.loop import run_alone
from workers.temporal import connect_temporal, deliver

BATCH = 500
"""How many events are read at once, and how many deliveries are handed over."""
ALARMS_EVERY = timedelta(minutes=1)

_BEGIN = """
    INSERT INTO office.notifier (position)
    SELECT coalesce(max(notification_id), 0) FROM public.cases_events
    ON CONFLICT DO NOTHING
"""
_READ = "SELECT position FROM office.notifier"
_MOVE = "UPDATE office.notifier SET position = greatest(position, %s)"

log = structlog.get_logger()

Connection = psycopg.AsyncConnection[Any]


async def run(settings: Settings) -> None:
    """Notify until SIGTERM or SIGINT; of several replicas one works and the others stand by."""
    known = settings.resolved()
    organisation = load_organisation(known.organisation)
    env = eventsourcing_env(known.database_url, pool_size=1, max_overflow=1)
    with Cases(organisation=organisation, clock=Clock.load(known.data), env=env) as cases:
        client = await connect_temporal(known, lazy=True)
        async with Notifier(known, cases, client) as notifier:
            await run_alone("notifier", known.database_url, notifier.turn, notifier.detail)


class Notifier:
    """The notifier's turns; a connection that broke is opened again."""

    def __init__(self, settings: Settings, cases: Cases, client: Client) -> None:
        """Read the log of `cases`, and have deliveries sent through `client`."""
        self._settings = settings
        self._cases = cases
        self._client = client
        self._connection: Connection | None = None
        self._position = 0
        self._alarms_at: datetime | None = None

    async def __aenter__(self) -> Self:
        """The notifier itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connection."""
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                await self._connection.close()

    async def turn(self) -> bool:
        """Write down the next batch's messages, then hand over what waits; returns whether there may be more."""
        connection = await self._connected()
        has_read = await self._read(connection)
        handed = await self._hand_over(connection)
        await self._look_for_alarms(connection)
        return has_read or handed == BATCH

    def detail(self) -> Mapping[str, Any]:
        """What the heartbeat tells."""
        return {"position": self._position}

    async def _read(self, connection: Connection) -> bool:
        """Write down what the next events ask for and move the place, in one transaction; whether there were any.

        Where no place is kept yet, what the log holds already is history that nobody is told of any more.
        """
        await connection.execute(_BEGIN)
        row = await (await connection.execute(_READ)).fetchone()
        self._position = row[0] if row else 0
        batch = await asyncio.to_thread(self._cases.read_log, self._position + 1, BATCH)
        if not batch:
            return False
        news = await asyncio.to_thread(self._news, batch)
        async with connection.transaction():
            await write_down(connection, news, await list_channels(connection) if news else ())
            await connection.execute(_MOVE, (batch[-1].position,))
        self._position = batch[-1].position
        return True

    def _news(self, batch: Sequence[Logged]) -> list[News]:
        """Who is to be told what of a batch, in its order."""
        found = []
        for event in (logged.event for logged in batch):
            if concerns_somebody(event):
                case = self._cases.get(event.originator_id, version=event.originator_version)
                facts = (event.originator_id, event.originator_version)
                found += [News(kind, body, *facts) for kind, body in told(event, case)]
        return found

    async def _hand_over(self, connection: Connection) -> int:
        """Start or wake the workflow of each delivery that the process engine does not know of; returns how many."""
        waiting = await to_hand_over(connection, BATCH)
        for delivery in waiting:
            await self._deliver(delivery)
            await note_handed_over(connection, delivery)
        return len(waiting)

    async def _deliver(self, delivery: Delivery) -> None:
        await deliver(self._client, delivery.id, list(self._settings.delivery_pauses), delivery.resends)

    async def _look_for_alarms(self, connection: Connection) -> None:
        now = real_now()
        if self._alarms_at is not None and now - self._alarms_at < ALARMS_EVERY:
            return
        self._alarms_at = now
        for channel in await raise_alarms(connection, timedelta(hours=self._settings.delivery_alarm_hours)):
            facts = {"channel": str(channel.id), "body": channel.body, "kind": channel.kind}
            log.error("channel_alarmed", **facts, failures=channel.failures, state=channel.state)

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.broken or self._connection.closed:
            self._connection = await connect_async(self._settings.database_url or "")
        return self._connection
