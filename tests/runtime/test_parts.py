# SPDX-License-Identifier: EUPL-1.2
"""Parts say that they live, and anybody can ask which are ready."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from runtime.database import connect_async
from runtime.parts import beat, beating, instance_name, missing_parts, read_parts
from tests.fixtures.servers import Database


@pytest.fixture
async def connection(database: Database) -> AsyncIterator[psycopg.AsyncConnection[tuple[Any, ...]]]:
    """Connect as the services do."""
    async with await connect_async(database.service_url) as opened:
        yield opened


async def test_fresh_beat_makes_a_part_ready(connection: psycopg.AsyncConnection[tuple[Any, ...]]) -> None:
    """A ready beat counts at once, with its detail."""
    await beat(connection, "relay", "a", ready=True, detail={"behind": 3})
    (state,) = await read_parts(connection)

    assert (state.part, state.instance, state.ready, state.detail) == ("relay", "a", True, {"behind": 3})
    assert missing_parts([state]) == ["worker", "projector", "notifier"]


async def test_part_that_is_not_ready_says_so(connection: psycopg.AsyncConnection[tuple[Any, ...]]) -> None:
    """A later beat replaces an earlier one."""
    await beat(connection, "relay", "a", ready=True)
    await beat(connection, "relay", "a", ready=False)

    assert [state.ready for state in await read_parts(connection)] == [False]


async def test_old_beat_does_not_count(
    database: Database, connection: psycopg.AsyncConnection[tuple[Any, ...]]
) -> None:
    """A part that has been silent for more than ten seconds is not ready."""
    await beat(connection, "worker", "a", ready=True)
    async with await connect_async(database.owner_url) as owner:
        await owner.execute("UPDATE office.parts SET beat_at = now() - interval '11 seconds'")

    assert [state.ready for state in await read_parts(connection)] == [False]


async def test_running_part_beats_and_is_forgotten_at_its_end(
    database: Database, connection: psycopg.AsyncConnection[tuple[Any, ...]]
) -> None:
    """While the block runs the part is known, and becoming ready is told at once; afterwards it is gone."""
    now = {"ready": False}
    async with beating(database.service_url, "projector", lambda: (now["ready"], {})) as wake:
        await _until(connection, ready=False)
        now["ready"] = True
        wake.set()
        await _until(connection, ready=True)

    assert await read_parts(connection) == []


async def test_beating_survives_a_cut_connection(
    database: Database, connection: psycopg.AsyncConnection[tuple[Any, ...]]
) -> None:
    """When the database drops the connection, the part beats on with a new one."""
    async with beating(database.service_url, "relay", lambda: (True, {})) as wake:
        await _until(connection, ready=True)
        async with await connect_async(database.owner_url) as owner:
            await owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE usename = 'sagsgang_service' AND datname = current_database() AND pid <> %s",
                (connection.info.backend_pid,),
            )
        await connection.execute("DELETE FROM office.parts")
        wake.set()
        await _until(connection, ready=True)


async def _until(connection: psycopg.AsyncConnection[tuple[Any, ...]], *, ready: bool) -> None:
    """Wait until this process's beat says so."""
    async with asyncio.timeout(10):
        while (instance_name(), ready) not in {(each.instance, each.ready) for each in await read_parts(connection)}:  # noqa: ASYNC110
            await asyncio.sleep(0.02)  # the beat comes by another connection
