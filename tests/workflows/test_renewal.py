# SPDX-License-Identifier: EUPL-1.2
"""A case's process with a long history goes on in a fresh run."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from temporalio.client import WorkflowContinuedAsNewError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from domain.cases import Cases
from domain.commands import Command
from runtime.clock import Clock
from tests.workflows.stage import BINARIES, ORGANISATION, SECRETARIAT, Stage, working
from workflows.messages import CHANGED, Changed, case_workflow_id

LONG = 20
"""How many events the server takes for a long history; else it is 4,096."""


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """Give a stage on a server that finds histories long very soon."""
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(BINARIES / "temporal"),
        dev_server_extra_args=["--dynamic-config-value", f"limit.historyCount.suggestContinueAsNew={LONG}"],
        dev_server_log_level="error",
        data_converter=pydantic_data_converter,
    ) as env:
        with Cases(organisation=ORGANISATION, clock=Clock.real()) as cases:
            async with working(env.client, cases, Clock.real()):
                yield Stage(env.client, cases)


async def test_process_with_a_long_history_goes_on_in_a_fresh_run(stage: Stage) -> None:
    """The new run is told only the case's id and version, and takes the case to its end."""
    case = await stage.open("cu-afrapportering")
    run_id = (await stage.handle(case.case_id).describe()).run_id
    first = stage.client.get_workflow_handle(case_workflow_id(case.case_id), run_id=run_id)
    for body in ("aarhus", "viborg", "skive", "randers"):
        await stage.answer(case.case_id, body, "noted")
        await stage.details(case.case_id)

    with pytest.raises(WorkflowContinuedAsNewError):
        await asyncio.wait_for(first.result(follow_runs=False), 10)
    await stage.do(lambda: stage.cases.withdraw(case.case_id, Command.by(SECRETARIAT), "bortfaldet"))
    await asyncio.wait_for(stage.handle(case.case_id).result(), 10)

    given = (await stage.history(case.case_id))[0].workflow_execution_started_event_attributes.input.payloads
    assert [{"case_id", "version"}] == [json.loads(payload.data).keys() for payload in given]


async def test_old_news_too_renew_a_long_history(stage: Stage) -> None:
    """Signals that the process has no use for lengthen its history all the same."""
    case = await stage.open("cu-afrapportering")
    await stage.details(case.case_id)
    run_id = (await stage.handle(case.case_id).describe()).run_id
    first = stage.client.get_workflow_handle(case_workflow_id(case.case_id), run_id=run_id)

    for _ in range(LONG // 4):
        await stage.handle(case.case_id).signal(CHANGED, Changed(case.version))
        await stage.details(case.case_id)

    with pytest.raises(WorkflowContinuedAsNewError):
        await asyncio.wait_for(first.result(follow_runs=False), 10)
