# SPDX-License-Identifier: EUPL-1.2
"""A stage for the process of cases: real domain, workflow, worker and relay on one of Temporal's own test servers."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from psycopg import sql
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import Client, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from domain.answering import Reply
from domain.case import Status
from domain.cases import Cases, Taken
from domain.commands import Actor, Command
from domain.dates import danish_date
from domain.meeting_changes import Meetings
from domain.organisation import Organisation
from organisations.load import load_organisation
from runtime.database import connect_async
from runtime.settings import ROOT
from workers.embedded.postgres import OWNER, EmbeddedPostgres
from workers.meeting_news import MeetingNews
from workers.relay import Relay
from workers.temporal import register_search_attributes
from workers.worker import activity_threads, case_worker
from workflows.activities import CaseActivities, WakeClock
from workflows.messages import case_workflow_id

ORGANISATION = load_organisation(ROOT / "organisations" / "midtjylland")
BINARIES = Path(sys.executable).parent
SECRETARIAT = Actor("secretariat", "secretariat", "test")

BEGUN = {EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED}
TASKS = {*BEGUN, EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED}
MOST_WAITS = 30
"""In so many seconds a task must be over."""

Result = TypeVar("Result")


class ServerClock:
    """The time-skipping server's own time, asked from the threads in which commands and activities run."""

    def __init__(self, env: WorkflowEnvironment) -> None:
        """Ask `env` through the running event loop."""
        self._env = env
        self._loop = asyncio.get_running_loop()

    def __call__(self) -> datetime:
        """The instant that the server's clock shows."""
        asked = asyncio.run_coroutine_threadsafe(self._env.get_current_time(), self._loop)
        return asked.result(10).astimezone(UTC)

    def real_seconds_until(self, instant: datetime) -> float:
        """Seconds of the server's time until an instant; 0 when it has passed."""
        return max(0.0, (instant - self()).total_seconds())


class Stage:
    """One running process engine and the log that it works on."""

    def __init__(self, client: Client, cases: Cases) -> None:
        """Play through `client`, with `cases` as the log."""
        self.client = client
        self.cases = cases
        self.relay = Relay(cases, client)
        self.position = 0

    async def do(self, command: Callable[[], Result]) -> Result:
        """Execute a command, and let the relay tell the process of it."""
        done = await asyncio.to_thread(command)
        await self.deliver()
        return done

    async def deliver(self) -> None:
        """Let the relay deliver all that the log holds."""
        while (reached := await self.relay.deliver(self.position)) != self.position:
            self.position = reached

    async def open(self, route: str = "orientering", **facts: Any) -> Taken:
        """Open a case along a route."""
        return await self.do(
            lambda: self.cases.open(Command.by(SECRETARIAT), route=route, title="Rammeaftale", **facts)
        )

    async def answer(self, case_id: UUID, body: str, outcome: str) -> Taken:
        """Let a body answer as decided today."""
        return await self.do(lambda: answer(self.cases, case_id, body, outcome))

    def handle(self, case_id: UUID) -> WorkflowHandle[Any, Any]:
        """The newest run of a case's workflow."""
        return self.client.get_workflow_handle(case_workflow_id(case_id))

    async def history(self, case_id: UUID) -> list[HistoryEvent]:
        """What Temporal has recorded of the newest run."""
        return list((await self.handle(case_id).fetch_history()).events)

    async def shown(self, case_id: UUID) -> dict[str, Any]:
        """The newest run's search attributes, as its history sets them."""
        values: dict[str, Any] = {}
        for event in await self.history(case_id):
            upsert = event.upsert_workflow_search_attributes_event_attributes
            values |= {k: json.loads(v.data or "null") for k, v in upsert.search_attributes.indexed_fields.items()}
        return values

    async def details(self, case_id: UUID) -> str:
        """The newest run's current details, as Temporal's own UI shows them."""
        query = "__temporal_workflow_metadata"
        metadata: WorkflowMetadata = await self.handle(case_id).query(query, result_type=WorkflowMetadata)
        return metadata.current_details


class Bookmark:
    """A place in a log, kept in memory."""

    def __init__(self) -> None:
        """Begin before the first event."""
        self._position = 0

    async def read(self) -> int:
        """The newest position that is done with."""
        return self._position

    async def move(self, position: int) -> None:
        """Remember a position."""
        self._position = position


class SkippingStage(Stage):
    """A stage on the server that skips time, the log being kept in memory."""

    def __init__(self, env: WorkflowEnvironment, cases: Cases) -> None:
        """Play on `env`, with `cases` as the log, and a log of their meetings beside it."""
        super().__init__(env.client, cases)
        self.env = env
        self.meetings = Meetings(organisation=cases.organisation, clock=cases.clock)
        cases.calendars = self.meetings.calendars
        self.news = MeetingNews(self.meetings, self.waiting, self.relay.wake_anew, Bookmark())
        self.opened: list[UUID] = []

    async def open(self, route: str = "orientering", **facts: Any) -> Taken:
        """Open a case along a route, to be waited for when the process settles."""
        taken = await super().open(route, **facts)
        self.opened.append(taken.case_id)
        return taken

    async def change(self, method: str, *values: Any) -> None:
        """Change a meeting, and let the relay tell the cases that wait for its body."""
        await asyncio.to_thread(getattr(self.meetings, method), Command.by(SECRETARIAT), *values)
        await self.news.turn()
        await self.settle()

    async def waiting(self, bodies: Collection[str]) -> Mapping[UUID, int]:
        """The opened cases that run and wait for one of the bodies."""
        found = [await asyncio.to_thread(self.cases.get, case_id) for case_id in self.opened]
        running = (case for case in found if case.status == Status.RUNNING)
        return {case.id: case.version for case in running if set(bodies).intersection(case.waiting_for())}

    async def until(self, instant: datetime) -> None:
        """Skip to an instant, with everything on the way happening at its time."""
        left = instant - await self.env.get_current_time()
        if left > timedelta():
            await self.env.sleep(left)

    async def settle(self) -> None:
        """Let the process take every step that is due, however long its tasks take a busy machine."""
        await self.env.sleep(timedelta(seconds=1))
        for case_id in self.opened:
            for _ in range(MOST_WAITS):
                if not await self._is_at_work(case_id):
                    break
                await self.env.sleep(timedelta(seconds=1))

    async def _is_at_work(self, case_id: UUID) -> bool:
        """Whether a case's newest run has a task that is scheduled or begun and not completed."""
        kinds = [event.event_type for event in await self.history(case_id)]
        tasks = [kind for kind in kinds if kind in TASKS]
        return bool(tasks) and tasks[-1] in BEGUN


def answer(cases: Cases, case_id: UUID, body: str, outcome: str) -> Taken:
    """Let a body answer as decided today."""
    reply = Reply(outcome, decided_on=danish_date(cases.clock()))
    return cases.answer(case_id, Command.by(Actor(body, "council", "test")), body, reply, "webhook")


def count(history: list[HistoryEvent], kind: EventType.ValueType) -> int:
    """How many events of a kind a history holds."""
    return sum(event.event_type == kind for event in history)


@asynccontextmanager
async def skipping_stage(organisation: Organisation = ORGANISATION) -> AsyncIterator[SkippingStage]:
    """Give a stage on a time-skipping server of its own."""
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(BINARIES / "temporal-test-server"), data_converter=pydantic_data_converter
    ) as env:
        clock = ServerClock(env)
        with Cases(organisation=organisation, clock=clock) as cases:
            async with working(env.client, cases, clock):
                yield SkippingStage(env, cases)


@asynccontextmanager
async def working(client: Client, cases: Cases, clock: WakeClock) -> AsyncIterator[None]:
    """Have a worker run cases while the block lasts."""
    await register_search_attributes(client)
    with activity_threads() as threads:
        async with case_worker(client, CaseActivities(cases, clock), threads):
            yield


@asynccontextmanager
async def locked_out(postgres: EmbeddedPostgres, database: str) -> AsyncIterator[None]:
    """Keep everybody out of a database for as long as the block lasts."""
    name = sql.Identifier(database)
    async with await connect_async(postgres.database_url(OWNER, "postgres")) as admin:
        await admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (database,))
        yield
        await admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))
