# SPDX-License-Identifier: EUPL-1.2
"""The pauses between attempts, by the clock of Temporal's time-skipping server, with the settings that ship."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from datetime import datetime

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from outgoing.activities import DeliveryActivities
from runtime.settings import Settings
from tests.outgoing.conftest import PostRoom
from tests.workflows.stage import BINARIES
from workers.worker import delivery_worker
from workflows.delivery_messages import DELIVERY_QUEUE, DELIVERY_WORKFLOW, DeliveryInput, delivery_workflow_id
from workflows.delivery_workflow import JITTER, DeliveryWorkflow

ATTEMPTED = EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
PAUSES = Settings.model_fields["delivery_pauses"].default


@pytest.fixture
async def skipping() -> AsyncIterator[WorkflowEnvironment]:
    """Give a server that skips time."""
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(BINARIES / "temporal-test-server"), data_converter=pydantic_data_converter
    ) as env:
        yield env


async def failed_in_vain(room: PostRoom, env: WorkflowEnvironment) -> WorkflowHistory:
    """The history of a delivery whose endpoint never takes it."""
    await room.hook("dassos")
    room.endpoint.status = 503
    room.open()
    await room.notifier.turn()
    (delivery,) = await room.deliveries()
    async with delivery_worker(env.client, DeliveryActivities(room.sender)):
        handle = await env.client.start_workflow(
            DELIVERY_WORKFLOW,
            DeliveryInput(delivery.id, [float(pause) for pause in PAUSES]),
            id=delivery_workflow_id(delivery.id),
            task_queue=DELIVERY_QUEUE,
        )
        await handle.result()
        return await handle.fetch_history()


async def test_the_ladder_lasts_for_days(room: PostRoom, skipping: WorkflowEnvironment) -> None:
    """At once, after 5 s, 5 min, 30 min, 2 h … up to a day, each lengthened by a tenth at most; then it is given up."""
    history = await failed_in_vain(room, skipping)
    moments: list[datetime] = [e.event_time.ToDatetime() for e in history.events if e.event_type == ATTEMPTED][:-1]
    pauses = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(moments)]

    assert len(moments) == len(PAUSES) == len(room.endpoint.messages) == 10
    for pause, wanted in zip(pauses, PAUSES[1:], strict=True):
        assert wanted <= pause <= wanted * (1 + JITTER) + 5
    assert [(d.state, d.attempts) for d in await room.deliveries()] == [("failed", 10)]


async def test_the_history_replays(room: PostRoom, skipping: WorkflowEnvironment) -> None:
    """A worker that was restarted goes on where the killed one was."""
    history = await failed_in_vain(room, skipping)
    replayer = Replayer(workflows=[DeliveryWorkflow], data_converter=pydantic_data_converter)

    assert (await replayer.replay_workflow(history)).replay_failure is None
