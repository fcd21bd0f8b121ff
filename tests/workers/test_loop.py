# SPDX-License-Identifier: EUPL-1.2
"""The loop of a part that only one replica may do at a time."""

from __future__ import annotations

import asyncio
import os
import signal
import time

import pytest

from runtime.database import connect, connect_async
from runtime.parts import read_parts
from tests.fixtures.servers import Database
from workers import loop as looping
from workers.loop import Loop, run_alone, until

CHANNEL = "cases_events"


class Counting:
    """A part whose turns are counted, and that can be made to fail."""

    def __init__(self) -> None:
        """No turn yet."""
        self.turns = 0
        self.more = 0
        self.fails = 0
        self.taken = asyncio.Event()

    async def turn(self) -> bool:
        """One turn."""
        self.turns += 1
        self.taken.set()
        if self.fails:
            self.fails -= 1
            raise RuntimeError
        self.more -= 1
        return self.more > 0

    async def next(self) -> None:
        """Wait for a turn that begins after this call."""
        self.taken.clear()
        async with asyncio.timeout(10):
            await self.taken.wait()


class Running:
    """A loop that runs while the block does."""

    def __init__(self, database: Database, part: Counting) -> None:
        """Run `part` as the projector."""
        self.loop = Loop("projector", database.service_url, part.turn)
        self.stop = asyncio.Event()

    async def __aenter__(self) -> Loop:
        """Begin."""
        self.task = asyncio.create_task(self.loop.run(self.stop))
        return self.loop

    async def __aexit__(self, *_: object) -> None:
        """End cleanly."""
        self.stop.set()
        async with asyncio.timeout(5):
            await self.task


async def test_turns_follow_each_other_while_there_is_more(database: Database) -> None:
    """And then the part waits."""
    part = Counting()
    part.more = 5
    async with Running(database, part):
        while part.turns < 5:
            await part.next()
        turns = part.turns
        await asyncio.sleep(looping.HEARTBEAT_SECONDS / 4)

        assert part.turns == turns == 5


async def test_a_notification_wakes_the_part_at_once(database: Database) -> None:
    """Long before the heartbeat."""
    part = Counting()
    async with Running(database, part):
        await part.next()
        await asyncio.sleep(0.1)
        began = time.monotonic()
        _notify(database)
        await part.next()

        assert time.monotonic() - began < looping.HEARTBEAT_SECONDS / 2


async def test_a_lost_notification_costs_a_heartbeat(database: Database) -> None:
    """The part looks by itself."""
    part = Counting()
    async with Running(database, part):
        await part.next()
        await part.next()

        assert part.turns >= 2


async def test_only_one_replica_works_and_another_takes_over(database: Database) -> None:
    """The second stands by, unready, until the first has ended."""
    first, second = Counting(), Counting()
    async with Running(database, first) as one:
        await first.next()
        async with Running(database, second) as two:
            await asyncio.sleep(looping.STANDBY_SECONDS * 1.5)
            stood_by = (second.turns, one.ready, two.ready)
    async with Running(database, second):
        await second.next()

    assert stood_by == (0, True, False)


async def test_a_failed_turn_is_taken_again(database: Database) -> None:
    """After a pause, and the part is not ready meanwhile."""
    part = Counting()
    part.fails = 2
    async with Running(database, part) as loop:
        await part.next()
        await asyncio.sleep(0)
        unready = loop.ready
        while part.turns < 3:
            await part.next()
        await asyncio.sleep(0.1)

        assert (unready, loop.ready) == (False, True)


async def test_a_broken_connection_is_made_again(database: Database) -> None:
    """With the lock that fell with it."""
    part = Counting()
    async with Running(database, part):
        await part.next()
        with connect(database.owner_url) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
            )
        await part.next()
        await part.next()


async def test_a_part_that_stands_alone_is_ready_in_the_heartbeats(database: Database) -> None:
    """And forgotten when it has ended."""
    part = Counting()
    async with await connect_async(database.service_url) as connection:
        async with Running(database, part):
            await part.next()
            async with asyncio.timeout(5):
                while not [state for state in await read_parts(connection) if state.ready]:  # noqa: ASYNC110 -- rows set no event
                    await asyncio.sleep(0.02)

        assert await read_parts(connection) == []


async def test_sigterm_ends_the_part_cleanly(database: Database) -> None:
    """Within a moment, although it waits for news."""
    part = Counting()
    running = asyncio.create_task(run_alone("projector", database.service_url, part.turn))
    await part.next()
    os.kill(os.getpid(), signal.SIGTERM)

    async with asyncio.timeout(2):
        await running


async def test_a_turn_that_hangs_is_given_up_after_the_grace() -> None:
    """So that a process always ends in time."""
    stop = asyncio.Event()
    stop.set()

    async with asyncio.timeout(2):
        await until(stop, asyncio.sleep(60), grace=0.05)


async def test_what_a_work_raises_is_raised() -> None:
    """Nothing is hidden."""

    async def fail() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await until(asyncio.Event(), fail())


def _notify(database: Database) -> None:
    with connect(database.service_url) as connection:
        connection.execute("SELECT pg_notify(%s, '')", (CHANNEL,))
