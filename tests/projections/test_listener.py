# SPDX-License-Identifier: EUPL-1.2
"""Readers are told when the views have moved."""

from __future__ import annotations

import asyncio

from projections import listener as listening
from projections.listener import ViewListener
from projections.projector import Projector
from projections.queries import Views
from runtime.database import connect
from tests.fixtures.servers import Database
from tests.projections.stored import StoredDesk, project

_END_LISTENING = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE usename = 'sagsgang_service' AND query LIKE '%LEFT JOIN views%'
"""


async def test_a_reader_waits_until_the_view_is_there(desk: StoredDesk, projector: Projector, views: Views) -> None:
    """And wakes at once, by the notification."""
    position = desk.open().position
    waiting = asyncio.create_task(views.wait_for(position, 10))
    await asyncio.sleep(0)

    await asyncio.to_thread(project, projector)
    async with asyncio.timeout(listening.HEARTBEAT_SECONDS / 2):
        assert await waiting is True


async def test_a_reader_that_waits_too_long_is_told_so(desk: StoredDesk, views: Views) -> None:
    """A view that does not come is no error."""
    assert await views.wait_for(desk.open().position, 0.05) is False


async def test_what_is_there_already_is_not_waited_for(desk: StoredDesk, projector: Projector, views: Views) -> None:
    """Even with no time at all."""
    desk.open()
    position = project(projector)
    assert await views.wait_for(position, 5)

    assert await views.wait_for(position, 0) is True


async def test_every_reader_hears_of_a_change(desk: StoredDesk, projector: Projector, views: Views) -> None:
    """The case, the place of its newest event, and whom it asks."""
    first, second = views.changes(), views.changes()
    desk.open()
    position = await asyncio.to_thread(project, projector)

    async with asyncio.timeout(5):
        found = await anext(first)
        assert (found["case"], found["position"]) == (str(desk.id), position)
        assert {"dassos", "lemvig"} <= set(found["asked"])
        assert await anext(second) == found


async def test_changes_before_the_listener_began_are_no_news(
    database: Database, desk: StoredDesk, projector: Projector
) -> None:
    """A stream begins with what happens after it."""
    desk.open()
    project(projector)
    async with ViewListener(database.service_url) as late:
        changes = late.changes()
        assert await late.wait_for(1, 5)
        desk.answers("dassos", "approved")
        position = await asyncio.to_thread(project, projector)

        async with asyncio.timeout(5):
            assert (await anext(changes))["position"] == position


async def test_a_lost_notification_costs_a_heartbeat(database: Database, views: Views) -> None:
    """The views are looked at from time to time whatever is heard."""
    with connect(database.service_url) as connection:
        connection.execute("UPDATE views.position SET position = 7")

    assert await views.wait_for(7, 3 * listening.HEARTBEAT_SECONDS)


async def test_a_broken_connection_is_made_again(
    database: Database, desk: StoredDesk, projector: Projector, views: Views
) -> None:
    """And the changes of the meantime are told."""
    changes = views.changes()
    with connect(database.owner_url) as connection:
        connection.execute(_END_LISTENING)
    desk.open()
    position = await asyncio.to_thread(project, projector)

    assert await views.wait_for(position, 5)
    assert (await anext(changes))["case"] == str(desk.id)


async def test_a_reader_that_falls_behind_is_let_go(database: Database, desk: StoredDesk, projector: Projector) -> None:
    """Its stream ends, so that it begins anew."""
    async with ViewListener(database.service_url, longest_queue=1) as listener:
        assert await listener.wait_for(0, 5)
        slow = listener.changes()
        for _ in range(3):
            desk.open()
            assert await listener.wait_for(await asyncio.to_thread(project, projector), 5)

        async with asyncio.timeout(5):
            assert [change async for change in slow] == []


async def test_streams_end_with_the_listener(database: Database) -> None:
    """So that a process can stop."""
    async with ViewListener(database.service_url) as listener:
        changes = listener.changes()

    assert [change async for change in changes] == []
