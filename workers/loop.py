# SPDX-License-Identifier: EUPL-1.2
"""Runs a part that only one replica may do at a time: takes turns while there is work, else waits for news."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from typing import Any

import psycopg
import structlog
from eventsourcing.persistence import InterfaceError, OperationalError

from runtime.database import connect_async
from runtime.ending import LAST_RESORT
from runtime.listening import heard, listen
from runtime.parts import beating

Turn = Callable[[], Awaitable[bool]]
"""Does a bounded piece of work; returns whether there may be more at once. It must bear to be done again."""

LOG_CHANNEL, MEETINGS_CHANNEL = "cases_events", "meetings_events"
HEARTBEAT_SECONDS = 2.0
STANDBY_SECONDS = 1.0
GRACE_SECONDS = 3.0
FIRST_BACK_OFF_SECONDS = 0.25
LONGEST_BACK_OFF_SECONDS = 5.0
OUTAGES = (ConnectionError, psycopg.OperationalError, OperationalError, InterfaceError)
"""What passes by itself, so that the log needs no traceback."""

log = structlog.get_logger()


async def run_alone(
    part: str,
    url: str,
    turn: Turn,
    detail: Callable[[], Mapping[str, Any]] = dict,
    channels: Sequence[str] = (LOG_CHANNEL,),
) -> None:
    """Take turns until SIGTERM or SIGINT, beating as `part`; of several replicas one works and the others stand by.

    A turn that raises is logged and tried again after a pause of 0.25 to 5 seconds; nothing is skipped.
    """
    with stopping() as stop:
        await until(stop, Loop(part, url, turn, channels).run(stop, detail))


@contextlib.contextmanager
def stopping() -> Iterator[asyncio.Event]:
    """Give an event that SIGTERM and SIGINT set, for as long as the block runs."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def end() -> None:
        LAST_RESORT.begin()
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
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


class BackOff:
    """How long to pause after each of several failures in a row, in real seconds: twice as long each time."""

    def __init__(self, first: float = FIRST_BACK_OFF_SECONDS, longest: float = LONGEST_BACK_OFF_SECONDS) -> None:
        """Begin with `first`, and never pause longer than `longest`."""
        self._first = self._next = first
        self._longest = longest

    def take(self) -> float:
        """The pause after one more failure."""
        pause, self._next = self._next, min(self._next * 2, self._longest)
        return pause

    def reset(self) -> None:
        """Begin again: something has succeeded."""
        self._next = self._first


async def persevere(
    stop: asyncio.Event,
    work: Callable[[], Awaitable[None]],
    back_off: BackOff,
    failed: Callable[[Exception, float], None],
) -> None:
    """Do `work` until `stop`; what it raises is told to `failed`, with the pause after which it is done again."""
    while not stop.is_set():
        try:
            await work()
        except Exception as error:  # noqa: BLE001 -- whatever went wrong, the part must come back
            pause = back_off.take()
            failed(error, pause)
            await _first(stop, asyncio.sleep(pause))


class Loop:
    """The supervised loop of one part."""

    def __init__(self, part: str, url: str, turn: Turn, channels: Sequence[str] = (LOG_CHANNEL,)) -> None:
        """Take `turn`s when a channel of the database at `url` notifies, under the advisory lock of `part`."""
        self._part = part
        self._url = url
        self._turn = turn
        self._channels = channels
        self._back_off = BackOff()
        self.ready = False
        """Whether this replica is the one that works, and its last turn succeeded."""
        self._error: str | None = None

    async def run(self, stop: asyncio.Event, detail: Callable[[], Mapping[str, Any]] = dict) -> None:
        """Work until `stop` is set, telling everybody by heartbeats."""
        async with beating(self._url, self._part, lambda: (self.ready, self._told(detail()))) as beat_now:
            await persevere(stop, lambda: self._work(stop, beat_now), self._back_off, self._failed)

    async def _work(self, stop: asyncio.Event, beat_now: asyncio.Event) -> None:
        """Hold the lock and take turns until `stop`; the lock falls with its connection."""
        async with await connect_async(self._url) as connection:
            await self._become_alone(connection, stop)
            for channel in self._channels:
                await listen(connection, channel)
            while not stop.is_set():
                more = await self._turn()
                self._back_off.reset()
                self._error = None
                if not self.ready:
                    self.ready = True
                    beat_now.set()
                if not more:
                    await _first(stop, heard(connection, HEARTBEAT_SECONDS))

    async def _become_alone(self, connection: psycopg.AsyncConnection[tuple[Any, ...]], stop: asyncio.Event) -> None:
        """Have the connection hold the part's lock, after standing by for it, unless `stop` comes first."""
        if not await self._is_alone(connection):
            log.info("replica_stood_by", part=self._part)
            while not await self._is_alone(connection):
                await _first(stop, asyncio.sleep(STANDBY_SECONDS))
                if stop.is_set():
                    return
        log.info("replica_activated", part=self._part)

    async def _is_alone(self, connection: psycopg.AsyncConnection[tuple[Any, ...]]) -> bool:
        query = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
        row = await (await connection.execute(query, (f"sagsgang:{self._part}",))).fetchone()
        return bool(row and row[0])

    def _told(self, detail: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the heartbeat tells: the part's own details, and why its last turn failed if it did."""
        return detail if self._error is None else {**detail, "error": self._error}

    def _failed(self, error: Exception, pause: float) -> None:
        self.ready, self._error = False, str(error) or type(error).__name__
        is_outage = isinstance(error, OUTAGES)
        log.error("turn_failed", part=self._part, error=str(error), retry_in=pause, exc_info=not is_outage)


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
