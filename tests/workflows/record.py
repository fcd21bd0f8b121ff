# SPDX-License-Identifier: EUPL-1.2
"""Records histories of real runs, which later workflow code must be able to replay: `python -m tests.workflows.record`.

Record only what is new, and leave the others: cases that were started by older code are what the replay test is for.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowContinuedAsNewError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from domain.cases import Actor, Cases, Command
from domain.dates import danish_date
from runtime.clock import Clock, real_now
from runtime.database import eventsourcing_env
from runtime.settings import ROOT
from tests.acceptance.cu_2025 import Entry, play, read_script
from tests.workflows.stage import BINARIES, ORGANISATION, SECRETARIAT, Stage, answer, locked_out, working
from workers.embedded.postgres import OWNER, EmbeddedPostgres
from workers.migrate import migrate

HISTORIES = Path(__file__).with_name("histories")
DAY_SECONDS = 0.25
"""How long a day takes in what is recorded with reminders."""
LONG_HISTORY = 20

Play = Callable[[Stage], Awaitable[UUID]]


async def completed(stage: Stage) -> UUID:
    """One body notes an orientation."""
    case = await stage.open()
    await _waiting_for(stage, case.case_id, "dassos")
    await stage.answer(case.case_id, "dassos", "noted")
    await stage.handle(case.case_id).result()
    return case.case_id


async def whole(stage: Stage) -> UUID:
    """The report of 2025 from its opening to the agency's decision, a day in a quarter of a second."""
    first = read_script().entries[0].day
    weeks = (danish_date(stage.cases.clock()) - first).days // 7
    script = read_script().moved(weeks)
