# SPDX-License-Identifier: EUPL-1.2
"""Histories of real runs replay with today's workflow code, so that no running case breaks when it is deployed."""

from __future__ import annotations

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from tests.workflows.record import HISTORIES, PLAYS
from workflows.case_workflow import CaseWorkflow

RECORDED = {file.stem: file.read_text(encoding="utf-8") for file in sorted(HISTORIES.glob("*.json"))}


def test_every_kind_of_run_is_recorded() -> None:
    """Each of the recorder's cases has a history; without any, nothing would be replayed."""
    assert PLAYS.keys() <= {name.partition("-")[0] for name in RECORDED}


@pytest.mark.parametrize("name", RECORDED)
async def test_history_replays(name: str) -> None:
    """The workflow takes the same decisions as when the history was recorded."""
    history = WorkflowHistory.from_json("case:recorded", RECORDED[name])
    replayer = Replayer(workflows=[CaseWorkflow], data_converter=pydantic_data_converter)

    replayed = await replayer.replay_workflow(history)

    assert replayed.replay_failure is None
