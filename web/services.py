# SPDX-License-Identifier: EUPL-1.2
"""What one `web` process works with, from its start to its end, and how a request reaches it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import psycopg
from fastapi import Request
from psycopg_pool import AsyncConnectionPool

from domain.cases import Cases
from domain.dates import danish_date
from domain.meeting_changes import Meetings
from domain.meeting_plan import Diary
from domain.organisation import Organisation
from projections.listener import ViewListener
from projections.queries import Views
from runtime.clock import real_now
from runtime.database import AnsweringAsyncConnection, check_answers, eventsourcing_env
from runtime.settings import DatabaseSettings
from web.accesses import AccessLog
from web.bounds import MessageRate, Threads
from web.metrics import Metrics
from web.oidc import Provider
from web.past import PastMoments
from web.sessions import Sessions
from web.upkeep import clear_daily

COMMANDS_AT_ONCE = 32
"""Threads for commands; most of them wait for one commit that takes all of them along (domain/committing.py)."""
TYPESETTERS = 2
"""PDF files that are set at a time, each on a core of its own; a page never waits behind them."""
EVENT_STORE_OVERFLOW = 14
"""Connections of the event store beyond its first two: what is read beside a commit waits shortly for one."""
MEETINGS_OVERFLOW = 2
"""Connections of the meetings' log beyond its first."""
POOL_SIZE = 16
KEYS_POOL_SIZE = 8
"""Connections for posts under an Idempotency-Key: each holds one while its command runs, and reads must not wait."""
LINK_PAGES_A_MINUTE = 120
"""How many pages behind personal links one address may open; a town hall has one address for all."""
POOL_WAIT_SECONDS = 3.0
STATEMENT_MILLISECONDS = 9000

Pool = AsyncConnectionPool[Any]


@dataclass
class Services:
    """Everything that requests share; made once by `create_app`."""

    settings: DatabaseSettings
    cases: Cases
    meetings: Meetings
    organisation: Organisation
    clock: Callable[[], datetime]
    pool: Pool
    keys: Pool
    views: Views
    listener: ViewListener
    sessions: Sessions
    rate: MessageRate
    senders: MessageRate
    links: MessageRate
    metrics: Metrics
    accesses: AccessLog
    provider: Provider
    threads: Threads = field(default_factory=lambda: Threads(COMMANDS_AT_ONCE))
    typesetters: Threads = field(default_factory=lambda: Threads(TYPESETTERS))
    past: PastMoments = field(default_factory=PastMoments)
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the process is about to end: streams end at once."""

    @classmethod
    def build(
        cls, settings: DatabaseSettings, cases: Cases, organisation: Organisation, clock: Callable[[], datetime]
    ) -> Services:
        """The services, not yet connected. Raises `SettingsError` without a signing key."""
        url, a_minute = settings.database_url, settings.webhooks_per_minute
        pool, listener, metrics = _pool(url, POOL_SIZE), ViewListener(url), Metrics()
        env = eventsourcing_env(url, pool_size=1, max_overflow=MEETINGS_OVERFLOW)
        meetings = Meetings(organisation=organisation, clock=clock, env=env)
        cases.calendars = meetings.calendars  # so that a rehearsal tells what the worker will do
        return cls(
            settings,
            cases,
            meetings,
            organisation,
            clock,
            pool,
            keys=_pool(url, KEYS_POOL_SIZE),
            views=Views(pool, listener),
            listener=listener,
            sessions=Sessions(pool, settings.signing_key(), secure=settings.public_url.startswith("https:")),
            rate=MessageRate(a_minute, real_now),
            # All bodies may send through one address, as they do behind a proxy that does not tell us theirs.
            senders=MessageRate(a_minute * max(len(organisation.bodies), 1), real_now),
            links=MessageRate(LINK_PAGES_A_MINUTE, real_now),
            metrics=metrics,
            accesses=AccessLog(pool, metrics),
            provider=Provider(settings, organisation),
        )

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Hold the connections open; a database that is away is waited for by the requests, not here."""
        for pool in (self.pool, self.keys):
            await pool.open()
        url, days = self.settings.database_url, self.settings.access_log_days
        clearing = asyncio.create_task(clear_daily(self.pool, url, days, self.closing))
        noting = asyncio.create_task(self.accesses.run())
        try:
            async with self.listener:
                yield
        finally:
            self.closing.set()
            for task in (clearing, noting):
                task.cancel()
            await asyncio.gather(noting, return_exceptions=True)
            await self.accesses.end()
            for pool in (self.pool, self.keys):
                await pool.close(timeout=1)
            self.meetings.close()

    def today(self) -> date:
        """The Danish date that the clock shows."""
        return danish_date(self.clock())

    async def diary(self, as_of: datetime | None = None) -> Diary:
        """The organisation with its meetings as they stand, or as they stood at an instant by what was recorded."""
        found: Diary = await self.run(lambda: self.meetings.diary(as_of))
        return found

    async def run(self, function: Callable[[], Any]) -> Any:
        """What a blocking function of the event store returns; raises TimeoutError after nine seconds."""
        return await self.threads.run(function)

    async def set_in_type(self, function: Callable[[], bytes]) -> bytes:
        """The file that a function sets; raises TimeoutError after nine seconds, waiting for a place included."""
        return await self.typesetters.run(function)


def services(request: Request) -> Services:
    """The services of the application that a request came to."""
    found: Services = request.app.state.services
    return found


def now() -> datetime:
    """The real instant: signatures, sessions and links live in real time, whatever the injected clock shows."""
    return real_now()


def _pool(url: str, size: int) -> Pool:
    options = {
        "autocommit": True,
        "connect_timeout": 3,
        "tcp_user_timeout": 10_000,
        "options": f"-c statement_timeout={STATEMENT_MILLISECONDS}",
    }

    async def check(connection: AnsweringAsyncConnection[Any]) -> None:
        try:
            await check_answers(connection)
        except psycopg.OperationalError:  # dead or silent: the others lead nowhere either
            await pool.drain()
            raise

    # A short reconnection: after an outage the next request begins a new one instead of waiting out a long pause.
    pool = AsyncConnectionPool(
        url,
        connection_class=AnsweringAsyncConnection[Any],
        kwargs=options,
        min_size=2,
        max_size=size,
        timeout=POOL_WAIT_SECONDS,
        reconnect_timeout=POOL_WAIT_SECONDS,
        check=check,
        open=False,
    )
    return pool
