# SPDX-License-Identifier: EUPL-1.2
"""Runs a part that only one replica may do at a time: takes turns while there is work, else waits for news."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping
from typing import Any

import psycopg
import structlog
from eventsourcing.persistence import InterfaceError, OperationalError

from runtime.database import connect_async
from runtime.listening import heard, listen
from runtime.parts import beating

Turn = Callable[[], Awaitable[bool]]
"""Does a bounded piece of work; returns whether there may be more at once. It must bear to be done again."""

LOG_CHANNEL = "cases_events"
HEARTBEAT_SECONDS = 2.0
STANDBY_SECONDS = 1.0
GRACE_SECONDS = 3.0
FIRST_BACK_OFF_SECONDS = 0.25
LONGEST_BACK_OFF_SECONDS = 5.0
OUTAGES = (ConnectionError, psycopg.OperationalError, OperationalError, InterfaceError)
"""What passes by itself, so that the log needs no traceback."""

log = structlog.get_logger()


async def run_alone(
    part: str, url: str, turn: Turn, detail: Callable[[], Mapping[str, Any]] = dict, channel: str = LOG_CHANNEL
) -> None:
    """Take turns until SIGTERM or SIGINT, beating as `part`; of several replicas one works and the others stand by.

    A turn that raises is logged and tried again after a pause of 0.25 to 5 seconds; nothing is skipped.
    """
    with stopping() as stop:
        await until(stop, Loop(part, url, turn, channel).run(stop, detail))


@contextlib.contextmanager
def stopping() -> Iterator[asyncio.Event]:
    """Give an event that SIGTERM and SIGINT set, for as long as the block runs."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


async def until(stop: asyncio.Event, work: Coroutine[Any, Any, None], grace: float = GRACE_SECONDS) -> None:
    """Run `work`, which ends by itself after `stop`; `grace` real seconds after that it is cancelled."""
    task, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait({task}, timeout=grace)
    finally:
        stopped.cancel()
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


class Loop:
    """The supervised loop of one part."""

    def __init__(self, part: str, url: str, turn: Turn, channel: str = LOG_CHANNEL) -> None:
        """Take `turn`s when `channel` of the database at `url` notifies, under the advisory lock of `part`."""
        self._part = part
        self._url = url
        self._turn = turn
        self._channel = channel
        self._failures = 0
        self.ready = False
        """Whether this replica is the one that works, and its last turn succeeded."""

    async def run(self, stop: asyncio.Event, detail: Callable[[], Mapping[str, Any]] = dict) -> None:
        """Work until `stop` is set, telling everybody by heartbeats."""
        async with beating(self._url, self._part, lambda: (self.ready, detail())) as beat_now:
            while not stop.is_set():
                try:
                    await self._work(stop, beat_now)
                except Exception as error:  # noqa: BLE001 -- whatever went wrong, the part must come back
                    self.ready = False
                    await self._back_off(stop, error)

    async def _work(self, stop: asyncio.Event, beat_now: asyncio.Event) -> None:
        """Hold the lock and take turns until `stop`; the lock falls with its connection."""
        async with self._alone(stop) as connection:
            await listen(connection, self._channel)
            while not stop.is_set():
                more = await self._turn()
                self._failures = 0
                if not self.ready:
                    self.ready = True
                    beat_now.set()
                if not more:
                    await _first(stop, heard(connection, HEARTBEAT_SECONDS))

    @contextlib.asynccontextmanager
    async def _alone(self, stop: asyncio.Event) -> AsyncIterator[psycopg.AsyncConnection[tuple[Any, ...]]]:
        """Give a connection that holds the part's lock, after standing by for it."""
        async with await connect_async(self._url) as connection:
            if not await self._is_alone(connection):
                log.info("replica_stood_by", part=self._part)
                while not stop.is_set() and not await self._is_alone(connection):
                    await _first(stop, asyncio.sleep(STANDBY_SECONDS))
            log.info("replica_activated", part=self._part)
            yield connection

    async def _is_alone(self, connection: psycopg.AsyncConnection[tuple[Any, ...]]) -> bool:
        query = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
        row = await (await connection.execute(query, (f"sagsgang:{self._part}",))).fetchone()
        return bool(row and row[0])

    async def _back_off(self, stop: asyncio.Event, error: Exception) -> None:
        """Log the failure and pause, longer after each one in a row."""
        pause = min(FIRST_BACK_OFF_SECONDS * 2**self._failures, LONGEST_BACK_OFF_SECONDS)
        self._failures += 1
        is_outage = isinstance(error, OUTAGES)
        log.error("turn_failed", part=self._part, error=str(error), retry_in=pause, exc_info=not is_outage)
        await _first(stop, asyncio.sleep(pause))


async def _first(stop: asyncio.Event, waited_for: Coroutine[Any, Any, Any]) -> None:
    """Wait for `stop` or for the other, whichever comes first; raises what the other raises."""
    waiting, stopped = asyncio.create_task(waited_for), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({waiting, stopped}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.cancel()
        waiting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await waiting
