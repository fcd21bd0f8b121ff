# SPDX-License-Identifier: EUPL-1.2
"""The relay: reads the log in order and wakes the workflow of every case in which somebody has done something.

What the secretariat does to a meeting is news to every case that waits for its body.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, Self
from uuid import UUID

import psycopg
from psycopg import sql
from temporalio.client import Client

from domain.cases import Cases, Logged
from domain.commands import ENGINE
from domain.meeting_changes import Meetings
from organisations.load import load_organisation
from runtime.clock import Clock
from runtime.database import connect_async, eventsourcing_env
from runtime.settings import Settings
from workers.loop import LOG_CHANNEL, MEETINGS_CHANNEL, BackOff, run_alone
from workers.meeting_news import MeetingNews, WaitingInViews
from workers.overseeing import Overseer
from workers.temporal import connect_temporal
from workers.waking import Waker, each

BATCH = 500
"""How many events are read at once; all of one case are one signal."""
LONGEST_PAUSE_SECONDS = 60.0
"""How long a case that could not be woken waits at most before it is tried again."""

CASES_PLACE, MEETINGS_PLACE = "relay", "relay_meetings"
"""The tables in which the places in the two logs are kept."""

_READ = sql.SQL("SELECT position FROM office.{}")
_MOVE = sql.SQL("""
    INSERT INTO office.{0} (position) VALUES (%s)
    ON CONFLICT (one_row) DO UPDATE SET position = greatest(office.{0}.position, excluded.position)
""")


async def run(settings: Settings) -> None:
    """Relay until SIGTERM or SIGINT; of several replicas one works and the others stand by."""
    known = settings.resolved()
    organisation = load_organisation(known.organisation)
    url, clock = known.database_url, Clock.load(known.data)
    env = eventsourcing_env(url, pool_size=1, max_overflow=3)
    with (
        Cases(organisation=organisation, clock=clock, env=env) as cases,
        Meetings(
            organisation=organisation, clock=clock, env=eventsourcing_env(url, pool_size=1, max_overflow=1)
        ) as meetings,
    ):
        client = await connect_temporal(known, lazy=True)
        overseer = Overseer(url, cases, client)
        relay = Relay(cases, client, overseer.note)
        async with Place(url) as place, Place(url, MEETINGS_PLACE) as meetings_place:
            news = MeetingNews(meetings, WaitingInViews(url, cases), relay.wake_anew, meetings_place)
            part = RelayPart(relay, place, news, overseer)
            await run_alone("relay", url, part.turn, part.detail, (LOG_CHANNEL, MEETINGS_CHANNEL))
            await overseer.end()


async def _note_nothing(_case_id: UUID, _refusal: str | None) -> None:
    """Keep no record of cases that could not be woken."""


class Relay:
    """Tells Temporal what has happened in the log."""

    def __init__(
        self, cases: Cases, client: Client, note: Callable[[UUID, str | None], Awaitable[None]] = _note_nothing
    ) -> None:
        """Read the log of `cases` and wake workflows through `client`; `note` hears of cases that could not be woken.

        It is told why not, and None once such a case was woken after all.
        """
        self._cases = cases
        self._waker = Waker(cases, client)
        self._note = note
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

    async def wake_anew(self, versions: Mapping[UUID, int]) -> None:
        """Have the workflows of cases look at the log whatever they have seen of it; raises as `deliver` does."""
        await each(versions, partial(self._wake, anew=True))

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

    async def _wake(self, case_id: UUID, version: int, *, anew: bool = False) -> None:
        refusal = await self._waker.wake(case_id, version, anew=anew or case_id in self._refused)
        if refusal is not None:
            self._refused.setdefault(case_id, Refused()).put_off(version)
            await self._note(case_id, refusal)
        elif self._refused.pop(case_id, None):
            await self._note(case_id, None)
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

    def __init__(self, url: str, table: str = CASES_PLACE) -> None:
        """Keep the place in a table of the database at `url`."""
        self._url = url
        self._table = sql.Identifier(table)
        self._connection: psycopg.AsyncConnection[tuple[Any, ...]] | None = None

    async def __aenter__(self) -> Self:
        """The place itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connection."""
        if self._connection is not None:
            await self._connection.close()

    async def connected(self) -> psycopg.AsyncConnection[tuple[Any, ...]]:
        """The connection, opened anew where there is none that works."""
        if self._connection is None or self._connection.broken:
            self._connection = await connect_async(self._url)
        return self._connection

    async def read(self) -> int:
        """The newest position that is done with; 0 before the first."""
        row = await (await self._execute(_READ)).fetchone()
        return int(row[0]) if row else 0

    async def move(self, position: int) -> None:
        """Remember a position; the place never goes back."""
        await self._execute(_MOVE, position)

    async def _execute(self, query: sql.SQL, *values: int) -> psycopg.AsyncCursor[tuple[Any, ...]]:
        return await (await self.connected()).execute(query.format(self._table), values)


class RelayPart:
    """The relay's turns: deliver a batch, remember the place, tell of changed meetings, look after what runs."""

    def __init__(
        self, relay: Relay, place: Place, news: MeetingNews | None = None, overseer: Overseer | None = None
    ) -> None:
        """Take turns of `relay` from `place` on, and of `news` and `overseer`."""
        self._relay = relay
        self._place = place
        self._news = news
        self._overseer = overseer
        self._position = 0

    async def turn(self) -> bool:
        """Deliver the next batch, and tell of changed meetings; returns whether there was either."""
        delivered = await self._delivered()
        told = await self._news.turn() if self._news else False
        if self._overseer is not None:
            await self._overseer.turn(await self._place.connected(), self._position)
        return delivered or told

    async def _delivered(self) -> bool:
        before = await self._place.read()
        self._position = await self._relay.deliver(before)
        if self._position == before:
            return False
        await self._place.move(self._position)
        return True

    def detail(self) -> Mapping[str, Any]:
        """What the heartbeat tells."""
        return {"position": self._position, **(self._overseer.detail() if self._overseer else {})}


def _seconds() -> float:
    """Real seconds that only ever go forward."""
    return asyncio.get_running_loop().time()
