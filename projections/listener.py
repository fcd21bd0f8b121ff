# SPDX-License-Identifier: EUPL-1.2
"""Tells, within one process, when the views have moved and which cases changed."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Self, TypedDict
from weakref import WeakSet

import psycopg
import structlog

from runtime.database import connect_async
from runtime.listening import heard, listen

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from types import TracebackType

VIEWS_CHANNEL = "sagsgang_views"
HEARTBEAT_SECONDS = 2.0
RETRY_SECONDS = 0.5
LONGEST_QUEUE = 10_000
"""How many changes a reader may lag behind before its stream ends."""

log = structlog.get_logger()

# One statement, so that the position and the changed cases are of one moment.
_NEWS = """
    SELECT place.position, cases.id, cases.position, cases.asked
    FROM views.position AS place LEFT JOIN views.cases ON cases.position > %s
    ORDER BY cases.position
"""
_FORECASTS = """
    SELECT told, cases.id, cases.position, cases.asked FROM views.forecasts JOIN views.cases ON cases.id = case_id
    WHERE told > %s ORDER BY told
"""
_TOLD = "SELECT coalesce(max(told), 0) FROM views.forecasts"


class Change(TypedDict):
    """A case that changed, or whose forecast did, the place in the log of its newest event, and the bodies it asks."""

    what: str
    """`change` or `forecast`."""
    case: str
    position: int
    asked: list[str]


class ViewListener:
    """Listens on one connection for all readers of a process: `async with ViewListener(url) as listener`.

    Through an outage of the database it tries again, and then tells what changed meanwhile.
    """

    def __init__(self, url: str, longest_queue: int = LONGEST_QUEUE) -> None:
        """Listen at the database of `url` once entered; a reader may lag `longest_queue` changes behind."""
        self._url = url
        self._longest_queue = longest_queue
        self._position: int | None = None
        self._told: int | None = None
        self._moved = asyncio.Event()
        self._queues: WeakSet[asyncio.Queue[Change | None]] = WeakSet()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin to listen; does not wait for the database."""
        self._task = asyncio.create_task(self._listen_for_ever())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening and end every stream of changes."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        for queue in list(self._queues):
            _end(queue)

    async def wait_for(self, position: int, timeout: float) -> bool:  # noqa: ASYNC109 -- the answer is not an error
        """Whether the views came to `position` within `timeout` real seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while self._position is None or self._position < position:
                    await self._moved.wait()
        return self._position is not None and self._position >= position

    def changes(self) -> AsyncGenerator[Change]:
        """Every change from this call on; the stream ends when its reader falls too far behind, or at the end."""
        queue: asyncio.Queue[Change | None] = asyncio.Queue(self._longest_queue)
        self._queues.add(queue)
        return _stream(queue)

    async def _listen_for_ever(self) -> None:
        while True:
            try:
                async with await connect_async(self._url) as connection:
                    await listen(connection, VIEWS_CHANNEL)
                    while True:
                        await self._read_news(connection)
                        await heard(connection, HEARTBEAT_SECONDS)
            except psycopg.Error as error:
                log.warning("view_listener_failed", error=str(error), retry_in=RETRY_SECONDS)
                await asyncio.sleep(RETRY_SECONDS)

    async def _read_news(self, connection: psycopg.AsyncConnection[tuple[Any, ...]]) -> None:
        """Ask where the views are; the first time there are no news, since nobody has seen older ones."""
        since = self._position
        beyond_all = 2**63 - 1
        cursor = await connection.execute(_NEWS, (beyond_all if since is None else since,))
        rows = await cursor.fetchall()
        if rows and rows[0][0] != since:
            self._position = rows[0][0]
            self._moved.set()
            self._moved.clear()
            self._tell_all("change", rows)
        await self._read_forecasts(connection)

    async def _read_forecasts(self, connection: psycopg.AsyncConnection[tuple[Any, ...]]) -> None:
        """Ask which cases are forecast otherwise since the last time; the first time none are.

        Where the transactions are counted anew, on another server, all are.
        """
        since = self._told
        [(self._told,)] = await (await connection.execute(_TOLD)).fetchall()
        if since not in {None, self._told}:
            cursor = await connection.execute(_FORECASTS, (since if since < self._told else 0,))
            self._tell_all("forecast", await cursor.fetchall())

    def _tell_all(self, what: str, rows: Sequence[tuple[Any, ...]]) -> None:
        for _, case_id, position, asked in rows:
            if case_id is not None:
                self._tell({"what": what, "case": str(case_id), "position": position, "asked": asked})

    def _tell(self, change: Change) -> None:
        for queue in list(self._queues):
            try:
                queue.put_nowait(change)
            except asyncio.QueueFull:
                self._queues.discard(queue)
                _end(queue)


def _end(queue: asyncio.Queue[Change | None]) -> None:
    """Let the stream end after what stands in its queue, or at once if that is full."""
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(None)


async def _stream(queue: asyncio.Queue[Change | None]) -> AsyncGenerator[Change]:
    while (change := await queue.get()) is not None:
        yield change
