# SPDX-License-Identifier: EUPL-1.2
"""The worker as a part of the installation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import cast

import pytest

from domain.cases import Cases
from domain.commands import Command
from outgoing.activities import DeliveryActivities
from outgoing.sending import Sender
from runtime.clock import Clock
from runtime.database import connect_async, eventsourcing_env
from runtime.parts import read_parts
from tests.fixtures.servers import Database
from tests.workers.logged import logged
from tests.workers.temporal import running_temporal, settings_for
from tests.workflows.stage import ORGANISATION, SECRETARIAT, Stage
from workers.embedded.temporal import EmbeddedTemporal
from workers.temporal import SEARCH_ATTRIBUTES, connect_temporal
from workers.worker import WorkerPart
from workflows.activities import CaseActivities

STOP_SECONDS = 5


@pytest.fixture
def temporal(tmp_path: Path) -> EmbeddedTemporal:
    """Give a Temporal that does not run yet."""
    return EmbeddedTemporal(tmp_path, SEARCH_ATTRIBUTES)


@pytest.fixture
async def cases(database: Database, temporal: EmbeddedTemporal) -> AsyncIterator[Cases]:
    """Give a log, with a worker for it that was started before its Temporal."""
    env = eventsourcing_env(database.service_url)
    with Cases(organisation=ORGANISATION, clock=Clock.real(), env=env) as cases:
        settings = settings_for(temporal.address, database.service_url)
        part = WorkerPart(settings, CaseActivities(cases, Clock.real()), DeliveryActivities(Sender(settings, cases)))
        stop = asyncio.Event()
        working = asyncio.create_task(part.run(stop))
        yield cases
        stop.set()
        await asyncio.wait_for(working, STOP_SECONDS)


async def test_worker_waits_for_temporal(cases: Cases, database: Database, temporal: EmbeddedTemporal) -> None:
    """A worker that starts first says that it is not ready, and becomes so by itself when Temporal is there."""
    await _until(database, lambda ready: ready == [False])

    async with running_temporal(temporal):
        await _until(database, lambda ready: ready == [True])


async def test_worker_outlives_temporal(cases: Cases, database: Database, temporal: EmbeddedTemporal) -> None:
    """After Temporal was killed and started again the same worker takes cases on."""
    async with running_temporal(temporal):
        await _until(database, lambda ready: ready == [True])
    await _until(database, lambda ready: ready == [False])

    async with running_temporal(temporal):
        await _until(database, lambda ready: ready == [True])
        stage = Stage(await connect_temporal(settings_for(temporal.address)), cases)
        case = await stage.open()
        await stage.do(lambda: cases.withdraw(case.case_id, Command.by(SECRETARIAT), "bortfaldet"))
        await asyncio.wait_for(stage.handle(case.case_id).result(), 10)


async def test_unexpected_failure_keeps_its_traceback(database: Database, temporal_server: str) -> None:
    """So that somebody can find the fault."""
    faulty, stop = cast("CaseActivities", object()), asyncio.Event()
    with logged() as log:
        part = WorkerPart(
            settings_for(temporal_server, database.service_url), faulty, cast("DeliveryActivities", object())
        )
        working = asyncio.create_task(part.run(stop))
        await log.wait_for("worker_failed")
        stop.set()
        await asyncio.wait_for(working, STOP_SECONDS)

    assert log.of("worker_failed")[0]["exc_info"] is True


@pytest.mark.usefixtures("cases")
async def test_outage_has_no_traceback() -> None:
    """It passes by itself."""
    with logged() as log:
        await log.wait_for("worker_failed")

    assert log.of("worker_failed")[0]["exc_info"] is False


async def _until(database: Database, seen: Callable[[list[bool]], bool]) -> None:
    """Wait until the worker's heartbeats say so."""
    async with asyncio.timeout(20), await connect_async(database.service_url) as connection:
        while not seen([state.ready for state in await read_parts(connection)]):  # noqa: ASYNC110 -- heartbeats are rows
            await asyncio.sleep(0.05)
