# SPDX-License-Identifier: EUPL-1.2
"""The relay: reads the log in order and wakes the workflow of every case in which somebody has done something."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Self
from uuid import UUID

import psycopg
from temporalio.client import Client

from domain.cases import Cases, Logged
from domain.commands import ENGINE
from organisations.load import load_organisation
from runtime.clock import Clock
from runtime.database import connect_async, eventsourcing_env
from runtime.settings import Settings
from workers.loop import BackOff, run_alone
from workers.temporal import connect_temporal
from workers.waking import Waker, each

BATCH = 500
"""How many events are read at once; all of one case are one signal."""
LONGEST_PAUSE_SECONDS = 60.0
"""How long a case that could not be woken waits at most before it is tried again."""

_READ = "SELECT position FROM office.relay"
_MOVE = """
    INSERT INTO office.relay (position) VALUES (%s)
    ON CONFLICT (one_row) DO UPDATE SET position = greatest(office.relay.position, excluded.position)
"""


async def run(settings: Settings) -> None:
    """Relay until SIGTERM or SIGINT; of several replicas one works and the others stand by."""
    known = settings.resolved()
    organisation = load_organisation(known.organisation)
    env = eventsourcing_env(known.database_url, pool_size=1, max_overflow=3)
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
        self._waker = Waker(cases, client)
        self._after = 0
        self._told: dict[UUID, int] = {}
        self._refused: dict[UUID, Refused] = {}

    async def deliver(self, after: int) -> int:
        """Wake every case that the next batch of the log concerns; returns the position that is thereby done with.

        A case that cannot be woken is set aside and tried again by later calls, as long as this process lives.
        Raises what concerns all; then some may have been woken, and only the others are by a call from the same place.
        """
        if after != self._after:
            self._after, self._told = after, {}
        batch = await asyncio.to_thread(self._cases.read_log, after + 1, BATCH)
        await each(self._due_again() | self._untold(batch), self._wake)
        return batch[-1].position if batch else after

    def _untold(self, batch: Sequence[Logged]) -> dict[UUID, int]:
        """The newest version of each case in a batch that its workflow was not told of yet."""
        newest = {
            logged.event.originator_id: logged.event.originator_version
            for logged in batch
            if logged.event.actor["role"] != ENGINE
        }
        return {case_id: version for case_id, version in newest.items() if version > self._told.get(case_id, 0)}

    def _due_again(self) -> dict[UUID, int]:
        """The cases set aside whose pause is over."""
        now = _seconds()
        return {case_id: case.version for case_id, case in self._refused.items() if case.try_at <= now}

    async def _wake(self, case_id: UUID, version: int) -> None:
        if await self._waker.wake(case_id, version):
            self._refused.pop(case_id, None)
        else:
            self._refused.setdefault(case_id, Refused()).put_off(version)
        self._told[case_id] = version


class Refused:
    """A case that could not be woken, up to which version, and when (by the event loop's clock) it is tried again."""

    def __init__(self) -> None:
        """Begin with a short pause."""
        self._back_off = BackOff(longest=LONGEST_PAUSE_SECONDS)
        self.version = 0
        self.try_at = 0.0

    def put_off(self, version: int) -> None:
        """Try again after a pause, longer each time."""
        self.version = version
        self.try_at = _seconds() + self._back_off.take()


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


def _seconds() -> float:
    """Real seconds that only ever go forward."""
    return asyncio.get_running_loop().time()
