# SPDX-License-Identifier: EUPL-1.2
"""The projector as a running part."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from projections.listener import ViewListener
from runtime.settings import Settings
from tests.fixtures.servers import Database
from tests.projections.stored import StoredDesk, all_rows
from workers.projector import run


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    """The settings of a process that works on the test's database."""
    return Settings(database_url=database.service_url, temporal_address="127.0.0.1:1", data=tmp_path)


async def test_it_follows_the_log_and_ends_at_sigterm(database: Database, settings: Settings) -> None:
    """An event is in the views a moment after it is committed."""
    running = asyncio.create_task(run(settings))
    desk = StoredDesk(database.service_url)
    async with ViewListener(database.service_url) as listener:
        with desk.cases:
            first = (await asyncio.to_thread(desk.open)).position
            assert await listener.wait_for(first, 10)
            second = (await asyncio.to_thread(desk.commands, "withdraw", "ikke mere")).position
            assert await listener.wait_for(second, 1)

    os.kill(os.getpid(), signal.SIGTERM)
    async with asyncio.timeout(5):
        await running

    assert [row[2] for row in all_rows(database.service_url)["cases"]] == ["withdrawn"]
