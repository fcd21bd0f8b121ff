# SPDX-License-Identifier: EUPL-1.2
"""Fixtures of the views' tests: a desk whose log stands in the test's own database, and a projector for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from psycopg_pool import AsyncConnectionPool

from projections.listener import ViewListener
from projections.projector import Projector
from projections.queries import Views
from tests.fixtures.servers import Database
from tests.projections.stored import StoredDesk


@pytest.fixture
def desk(database: Database) -> Iterator[StoredDesk]:
    """A desk on 18 March 2025, no case opened, its log in the database."""
    desk = StoredDesk(database.service_url)
    with desk.cases:
        yield desk


@pytest.fixture
def projector(database: Database, desk: StoredDesk) -> Iterator[Projector]:
    """A projector of the live views."""
    projector = Projector(database.service_url, desk.cases)
    yield projector
    projector.close()


@pytest.fixture
async def listener(database: Database) -> AsyncIterator[ViewListener]:
    """A listener that listens."""
    async with ViewListener(database.service_url) as listener:
        assert await listener.wait_for(0, 5)
        yield listener


@pytest.fixture
async def views(database: Database, listener: ViewListener) -> AsyncIterator[Views]:
    """The queries over the test's database."""
    async with AsyncConnectionPool[Any](database.service_url, min_size=1, max_size=4, open=False) as pool:
        yield Views(pool, listener)
