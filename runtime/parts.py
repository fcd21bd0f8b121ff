# SPDX-License-Identifier: EUPL-1.2
"""Heartbeats: each running part says that it is ready, and anybody can ask which parts are."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import psycopg
import structlog
from psycopg.types.json import Jsonb

from runtime.database import connect_async

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    _Connection = psycopg.AsyncConnection[tuple[Any, ...]]

PARTS = ("worker", "relay", "projector", "notifier")
VERSION = version("sagsgang")
"""The program's, as it was installed."""
BEAT_SECONDS = 2.0
FRESH_SECONDS = 10.0
FORGET_SECONDS = 1.0

log = structlog.get_logger()

_BEAT = """
    INSERT INTO office.parts (part, instance, beat_at, ready, detail) VALUES (%s, %s, now(), %s, %s)
    ON CONFLICT (part, instance) DO UPDATE SET beat_at = now(), ready = excluded.ready, detail = excluded.detail
"""
_FORGET = "DELETE FROM office.parts WHERE part = %s AND (instance = %s OR beat_at < now() - interval '1 day')"
_READ = """
    SELECT part, instance, ready AND beat_at > now() - %s * interval '1 second',
           extract(epoch FROM now() - beat_at)::float8, detail
    FROM office.parts ORDER BY part, instance
"""


@dataclass(frozen=True)
class PartState:
    """What one running instance of a part last said; `age` is in real seconds."""

    part: str
    instance: str
    ready: bool
    age: float
    detail: dict[str, Any] = field(default_factory=dict)


def instance_name() -> str:
    """Return a name for this process that no other living process has: host and process id."""
    return f"{socket.gethostname()}:{os.getpid()}"


async def beat(
    connection: _Connection, part: str, instance: str, *, ready: bool, detail: Mapping[str, Any] | None = None
) -> None:
    """Write that this instance lives, and whether it is ready to work."""
    await connection.execute(_BEAT, (part, instance, ready, Jsonb(dict(detail or {}))))


async def read_parts(connection: _Connection) -> list[PartState]:
    """Return every instance that ever said something and was not forgotten; `ready` only with a fresh ready beat."""
    rows = await (await connection.execute(_READ, (FRESH_SECONDS,))).fetchall()
    return [PartState(*row) for row in rows]


def missing_parts(states: Sequence[PartState]) -> list[str]:
    """Return the parts of which no instance is ready."""
    ready = {state.part for state in states if state.ready}
    return [part for part in PARTS if part not in ready]


@contextlib.asynccontextmanager
async def beating(
    url: str, part: str, status: Callable[[], tuple[bool, Mapping[str, Any]]]
) -> AsyncIterator[asyncio.Event]:
    """Beat every two seconds while the block runs, through outages of the database; forget the instance at its end.

    `status` returns (ready, detail). Setting the yielded event beats at once, for a part that has become ready.
    """
    wake = asyncio.Event()
    task = asyncio.create_task(_beat_for_ever(url, part, status, wake))
    try:
        yield wake
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await _forget(url, part)


async def _beat_for_ever(
    url: str, part: str, status: Callable[[], tuple[bool, Mapping[str, Any]]], wake: asyncio.Event
) -> None:
    """Beat on one connection, and on a new one when it breaks."""
    while True:
        try:
            async with await connect_async(url) as connection:
                await _beat_on(connection, part, status, wake)
        except psycopg.Error as error:
            log.warning("heartbeat_failed", part=part, error=str(error))
            await asyncio.sleep(BEAT_SECONDS)


async def _beat_on(
    connection: _Connection, part: str, status: Callable[[], tuple[bool, Mapping[str, Any]]], wake: asyncio.Event
) -> None:
    """Beat until the connection breaks."""
    while True:
        ready, detail = status()
        told = {"version": VERSION, **detail}
        await beat(connection, part, instance_name(), ready=ready, detail=told)
        wake.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(wake.wait(), BEAT_SECONDS)


async def _forget(url: str, part: str) -> None:
    """Remove this instance's beat, and those of instances dead for a day; a database that is gone is no matter."""
    with contextlib.suppress(psycopg.Error, TimeoutError):
        async with asyncio.timeout(FORGET_SECONDS), await connect_async(url) as connection:
            await connection.execute(_FORGET, (part, instance_name()))
