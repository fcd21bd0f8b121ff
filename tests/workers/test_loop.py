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
from tests.workers.logged import logged
from workers import loop as looping
from workers.loop import BackOff, Loop, run_alone, until

CHANNEL = "cases_events"


class Counting:
    """A part whose turns are counted, and that can be made to fail."""

    def __init__(self, turns_in_a_row: int = 1, failing: frozenset[int] = frozenset()) -> None:
        """No turn yet; the turns of those numbers fail."""
        self.turns = 0
        self.taken = asyncio.Event()
        self._in_a_row = turns_in_a_row
        self._failing = failing

    async def turn(self) -> bool:
        """One turn."""
        self.turns += 1
        self.taken.set()
        if self.turns in self._failing:
            raise RuntimeError
        return self.turns < self._in_a_row

    async def next(self) -> None:
        """Wait for a turn that begins after this call."""
        self.taken.clear()
        async with asyncio.timeout(10):
            await self.taken.wait()

    async def reach(self, turns: int) -> None:
        """Wait until so many turns were taken."""
        while self.turns < turns:
            await self.next()


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
    """Without waiting for a heartbeat between them."""
    part = Counting(turns_in_a_row=5)
    async with Running(database, part):
        await part.next()
        began = time.monotonic()
        await part.reach(5)

        assert time.monotonic() - began < looping.HEARTBEAT_SECONDS / 2


async def test_a_notification_wakes_the_part_at_once(database: Database) -> None:
    """Long before the heartbeat."""
    part = Counting()
    async with Running(database, part):
        await part.next()
        began = time.monotonic()
        _notify(database)
        await part.next()

        assert time.monotonic() - began < looping.HEARTBEAT_SECONDS / 2


async def test_a_lost_notification_costs_a_heartbeat(database: Database) -> None:
    """Without news the part looks by itself, and no sooner."""
    part = Counting()
    async with Running(database, part):
        await part.next()
        began = time.monotonic()
        await part.next()

        assert 0.8 * looping.HEARTBEAT_SECONDS < time.monotonic() - began < 2 * looping.HEARTBEAT_SECONDS


async def test_only_one_replica_works_and_another_takes_over(database: Database) -> None:
    """The second stands by, unready, until the first has ended."""
    first, second = Counting(turns_in_a_row=2), Counting()
    with logged() as log:
        active, standing_by = Running(database, first), Running(database, second)
        async with active as one:
            await first.reach(2)
            async with standing_by as two:
                await log.wait_for("replica_stood_by")
                stood_by = (second.turns, one.ready, two.ready)
                active.stop.set()
                await second.next()

    assert stood_by == (0, True, False)


async def test_replica_that_stops_while_standing_by_was_never_active(database: Database) -> None:
    """Its log does not say that it was."""
    first, second = Counting(), Counting()
    with logged() as log:
        async with Running(database, first):
            await first.next()
            async with Running(database, second):
                await log.wait_for("replica_stood_by")

    assert log.names().count("replica_activated") == 1
    assert second.turns == 0


async def test_a_failed_turn_is_taken_again(database: Database) -> None:
    """After a pause, and the part is not ready meanwhile."""
    part, ready = Counting(turns_in_a_row=4, failing=frozenset({2})), []

    async def turn() -> bool:
        ready.append(running.loop.ready)
        return await part.turn()

    running = Running(database, part)
    running.loop = Loop("projector", database.service_url, turn)
    async with running:
        await part.reach(4)

    assert ready[:4] == [False, True, False, True]


async def test_pauses_grow_with_failures_in_a_row(database: Database) -> None:
    """And are short again after a turn that succeeded."""
    part = Counting(turns_in_a_row=4, failing=frozenset({1, 2, 4}))
    with logged() as log:
        async with Running(database, part):
            await part.reach(5)

    first = looping.FIRST_BACK_OFF_SECONDS
    assert [entry["retry_in"] for entry in log.of("turn_failed")] == [first, 2 * first, first]


def test_pauses_have_an_end() -> None:
    """However often something fails."""
    back_off = BackOff(first=1, longest=5)

    assert [back_off.take() for _ in range(5)] == [1, 2, 4, 5, 5]


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
