# SPDX-License-Identifier: EUPL-1.2
"""The relay: reads the log in order and wakes the workflow of every case in which somebody has done something."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Self
from uuid import UUID

import psycopg
from temporalio.client import Client

from domain.cases import ENGINE, Cases
from organisations.load import load_organisation
from runtime.clock import Clock
from runtime.database import connect_async, eventsourcing_env
from runtime.settings import Settings
from workers.loop import run_alone
from workers.temporal import Waking, connect_temporal, wake

BATCH = 500
"""How many events are read at once; all of one case are one signal."""
IN_FLIGHT = 16
KEPT_OPENINGS = 4096

_READ = "SELECT position FROM office.relay"
_MOVE = """
    INSERT INTO office.relay (position) VALUES (%s)
    ON CONFLICT (one_row) DO UPDATE SET position = greatest(office.relay.position, excluded.position)
"""


async def run(settings: Settings) -> None:
    """Relay until SIGTERM or SIGINT; of several replicas one works and the others stand by."""
    known = settings.resolved()
    organisation = load_organisation(known.organisation)
    env = eventsourcing_env(known.database_url, pool_size=1)
    with Cases(organisation=organisation, clock=Clock.load(known.data), env=env) as cases:
        relay = Relay(cases, await connect_temporal(known, lazy=True))
        async with Place(known.database_url) as place:
            part = RelayPart(relay, place)
            await run_alone("relay", known.database_url, part.turn, part.detail)


class Relay:
    """Tells Temporal what has happened in the log."""

    def __init__(self, cases: Cases, client: Client) -> None:
        """Read the log of `cases` and wake workflows through `client`."""
        self._cases = cases
        self._client = client
        self._flights = asyncio.Semaphore(IN_FLIGHT)
        self._opening = lru_cache(maxsize=KEPT_OPENINGS)(self._read_opening)

    async def deliver(self, after: int) -> int:
        """Wake every case that the next batch of the log concerns; returns the position that is thereby done with.

        Raises what Temporal or the database raises; then some may have been woken, and all are to be woken again.
        """
        batch = await asyncio.to_thread(self._cases.read_log, after + 1, BATCH)
        newest = {
            logged.event.originator_id: logged.event.originator_version
            for logged in batch
            if logged.event.actor["role"] != ENGINE
        }
        done = await asyncio.gather(*(self._wake(*item) for item in newest.items()), return_exceptions=True)
        failure = next((result for result in done if isinstance(result, BaseException)), None)
        if failure is not None:
            raise failure
        return batch[-1].position if batch else after

    async def _wake(self, case_id: UUID, version: int) -> None:
        async with self._flights:
            title, route = await asyncio.to_thread(self._opening, case_id)
            await wake(self._client, Waking(case_id, version, title, route))

    def _read_opening(self, case_id: UUID) -> tuple[str, str]:
        """A case's title and its route's name, which never change."""
        opened = self._cases.get(case_id, version=1)
        return opened.title, opened.route.name.da


class Place:
    """How far the relay has come in the log, kept in the database; a connection that broke is opened again."""

    def __init__(self, url: str) -> None:
        """Keep the place in the database at `url`."""
        self._url = url
        self._connection: psycopg.AsyncConnection[tuple[Any, ...]] | None = None

    async def __aenter__(self) -> Self:
        """The place itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connection."""
        if self._connection is not None:
            await self._connection.close()

    async def read(self) -> int:
        """The newest position that is done with; 0 before the first."""
        row = await (await self._execute(_READ)).fetchone()
        return int(row[0]) if row else 0

    async def move(self, position: int) -> None:
        """Remember a position; the place never goes back."""
        await self._execute(_MOVE, position)

    async def _execute(self, query: str, *values: int) -> psycopg.AsyncCursor[tuple[Any, ...]]:
        if self._connection is None or self._connection.broken:
            self._connection = await connect_async(self._url)
        return await self._connection.execute(query.encode(), values)


class RelayPart:
    """The relay's turns: deliver a batch, then remember the place."""

    def __init__(self, relay: Relay, place: Place) -> None:
        """Take turns of `relay` from `place` on."""
        self._relay = relay
        self._place = place
        self._position = 0

    async def turn(self) -> bool:
        """Deliver the next batch; returns whether there was one."""
        before = await self._place.read()
        self._position = await self._relay.deliver(before)
        if self._position == before:
            return False
        await self._place.move(self._position)
        return True

    def detail(self) -> Mapping[str, Any]:
        """What the heartbeat tells."""
        return {"position": self._position}
