# SPDX-License-Identifier: EUPL-1.2
"""The running office as a fixture, on a real PostgreSQL."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr

from domain.cases import Cases
from organisations.load import load_organisation
from projections.forecasting import Forecaster
from projections.projector import Projector
from runtime.clock import Clock, real_now
from runtime.database import eventsourcing_env
from runtime.settings import DatabaseSettings, Settings
from tests.domain.desk import MIDTJYLLAND
from tests.fixtures.servers import Database
from tests.web.office import Office
from web.app import create_app

START = datetime(2025, 3, 18, 8, tzinfo=UTC)


def settings_for(url: str, data: Path, port: int | None = None, organisation: Path = MIDTJYLLAND) -> DatabaseSettings:
    """The settings of a web process on a database; it knows no Temporal."""
    key = SecretStr("only-for-tests-0123456789-0123456789")
    given = Settings(
        database_url=url, secret_key=key, data=data, port=port, public_url="http://test", organisation=organisation
    )
    return given.with_database()


@contextlib.asynccontextmanager
async def running_office(
    url: str, data: Path, clock: Callable[[], datetime] | None = None, organisation: Path = MIDTJYLLAND
) -> AsyncIterator[Office]:
    """An application on a migrated database, on 18 March 2025 by default, with a client that speaks to it."""
    settings, clock = settings_for(url, data, organisation=organisation), clock or Clock(real_now(), START)
    loaded = load_organisation(settings.organisation)
    cases = Cases(organisation=loaded, clock=clock, env=eventsourcing_env(url))
    app = create_app(settings, cases, loaded, clock)
    projector, forecaster = Projector(url, cases), Forecaster(url, cases)
    try:
        async with app.router.lifespan_context(app):
            transport = httpx2.ASGITransport(app=app)
            async with httpx2.AsyncClient(transport=transport, base_url="http://test", timeout=30) as client:
                yield Office(app, client, cases, projector, forecaster, url)
    finally:
        projector.close()
        forecaster.close()
        cases.close()


@pytest.fixture
async def office(database: Database, tmp_path: Path) -> AsyncIterator[Office]:
    """A running office on a database of the test's own."""
    async with running_office(database.service_url, tmp_path) as running:
        yield running
