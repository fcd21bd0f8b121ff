# SPDX-License-Identifier: EUPL-1.2
"""A case's process while the database is away, on a real PostgreSQL and a real Temporal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from domain.cases import Cases
from runtime.clock import Clock
from runtime.database import eventsourcing_env
from tests.fixtures.servers import Database
from tests.workflows.stage import ORGANISATION, Stage, count, locked_out, working
from workers.embedded.postgres import EmbeddedPostgres
from workers.temporal import Waking, wake

PATIENCE_SECONDS = 10


@pytest.fixture
async def stage(database: Database, temporal_server: str) -> AsyncIterator[Stage]:
    """Give a stage whose log is in the test's database."""
    client = await Client.connect(temporal_server, data_converter=pydantic_data_converter)
    with Cases(organisation=ORGANISATION, clock=Clock.real(), env=eventsourcing_env(database.service_url)) as cases:
        async with working(client, cases, Clock.real()):
            yield Stage(client, cases)


async def test_process_outlives_the_database(stage: Stage, database: Database, postgres: EmbeddedPostgres) -> None:
    """News that come while the database is away are advanced over when it is back, by one activity tried again."""
    case = await stage.open()
    await _until(stage, case.case_id, EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES)

    async with locked_out(postgres, database.name):
        await wake(stage.client, Waking(case.case_id, version=99, title="", route=""))
        await _until(stage, case.case_id, EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
    await _until(stage, case.case_id, EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED)

    history = await stage.history(case.case_id)
    assert count(history, EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED) == 1


async def _until(stage: Stage, case_id: UUID, kind: EventType.ValueType) -> None:
    """Wait until the process' history holds an event of a kind."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for event in stage.handle(case_id).fetch_history_events(wait_new_event=True):
            if event.event_type == kind:
                return
