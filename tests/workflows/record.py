# SPDX-License-Identifier: EUPL-1.2
"""Records histories of real runs for the replay test: `python -m tests.workflows.record [name …]`.

Record what is new and leave the others: cases that older code has started are what the replay test is for.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from domain.answering import Reply
from domain.case import Case
from domain.cases import Cases
from domain.commands import Actor, Command
from domain.dates import danish_date
from runtime.clock import Clock, real_now
from runtime.database import SERVICE_ROLE, eventsourcing_env
from tests.workflows.stage import BINARIES, ORGANISATION, SECRETARIAT, Stage, locked_out, working
from workers.embedded.postgres import DATABASE, OWNER, EmbeddedPostgres
from workers.migrate import migrate
from workflows.messages import CHANGED, Changed, case_workflow_id

HISTORIES = Path(__file__).with_name("histories")
DAYS_A_SECOND = 20
LONG_HISTORY = 90
"""How many events the recording server takes for a long history, so that one case goes on in a second run."""

Play = Callable[[Stage, EmbeddedPostgres], Awaitable[UUID]]


async def completed(stage: Stage, _: EmbeddedPostgres) -> UUID:
    """One body notes an orientation."""
    case_id = (await stage.open()).case_id
    await _until(stage, case_id, _waits_for("dassos"))
    await stage.answer(case_id, "dassos", "noted")
    return case_id


async def whole(stage: Stage, _: EmbeddedPostgres) -> UUID:
    """A reply to a central announcement goes the whole way, the agency's questions included."""
    case_id = (await stage.open("cu-afrapportering")).case_id
    await stage.answer(case_id, "lemvig", "noted")
    for body in ("dassos", "kd-net", "kkr-midtjylland"):
        await _until(stage, case_id, _waits_for(body))
        await stage.answer(case_id, body, "approved")
    await _until(stage, case_id, _waits_for("secretariat"))
    await stage.answer(case_id, "viborg", "noted")
    await stage.do(lambda: stage.cases.submit(case_id, Command.by(SECRETARIAT)))
    await _until(stage, case_id, _waits_for("social-og-boligstyrelsen"))
    today = danish_date(stage.cases.clock())
    await _agency_says(stage, case_id, Reply("questions_asked", due=today))
    await _until(stage, case_id, _waits_for("secretariat"))
    await stage.do(lambda: stage.cases.submit(case_id, Command.by(SECRETARIAT), step="reply"))
    await _agency_says(stage, case_id, Reply("decided", decided_on=today, supports=True))
    return case_id


async def reminded(stage: Stage, _: EmbeddedPostgres) -> UUID:
    """DASSOS is silent: it is reminded, and its window passes."""
    case_id = (await stage.open("cu-afrapportering")).case_id
    await _until(stage, case_id, lambda case: case.current("dassos").overdue is not None)
    return await _withdrawn(stage, case_id)


async def suspended(stage: Stage, _: EmbeddedPostgres) -> UUID:
    """The case stands still for a while."""
    case_id = (await stage.open("cu-afrapportering")).case_id
    await _until(stage, case_id, _waits_for("dassos"))
    await stage.do(lambda: stage.cases.suspend(case_id, Command.by(SECRETARIAT), "ferie"))
    await stage.details(case_id)
    await stage.do(lambda: stage.cases.resume(case_id, Command.by(SECRETARIAT)))
    return await _withdrawn(stage, case_id)


async def returned(stage: Stage, _: EmbeddedPostgres) -> UUID:
    """DASSOS returns the matter once, then approves it."""
    case_id = (await stage.open("cu-afrapportering")).case_id
    for body, outcome in (("dassos", "returned"), ("secretariat", ""), ("dassos", "approved")):
        await _until(stage, case_id, _waits_for(body))
        if outcome:
            await stage.answer(case_id, body, outcome)
        else:
            await stage.do(lambda: stage.cases.resubmit(case_id, Command.by(SECRETARIAT)))
    await _until(stage, case_id, _waits_for("kd-net"))
    return await _withdrawn(stage, case_id)


async def postponed(stage: Stage, postgres: EmbeddedPostgres) -> UUID:
    """The database is away when an answer is to be advanced over."""
    case_id = (await stage.open()).case_id
    await _until(stage, case_id, _waits_for("dassos"))
    await asyncio.to_thread(lambda: stage.cases.withdraw(case_id, Command.by(SECRETARIAT), "bortfaldet"))
    handle = stage.handle(case_id)
    async with locked_out(postgres, DATABASE):
        await handle.signal(CHANGED, Changed(version=99))
        async for event in handle.fetch_history_events(wait_new_event=True):
            if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                break
    return case_id


async def renewed(stage: Stage, _: EmbeddedPostgres) -> UUID:
    """So many councils answer, one by one and early, that the case goes on in a second run."""
    case_id = (await stage.open("cu-afrapportering")).case_id
    for body in ORGANISATION.group("councils").members_on(danish_date(stage.cases.clock())):
        await stage.answer(case_id, body, "noted")
        await stage.details(case_id)
    return await _withdrawn(stage, case_id)


PLAYS: dict[str, Play] = {
    play.__name__: play for play in (completed, whole, reminded, suspended, returned, postponed, renewed)
}


async def record(names: list[str]) -> None:
    """Play each case on real servers and keep the histories of its runs."""
    async with _stage() as (stage, postgres):
        for name in names:
            case_id = await PLAYS[name](stage, postgres)
            await asyncio.wait_for(stage.handle(case_id).result(), 30)
            runs = [run async for run in stage.client.list_workflows(f"WorkflowId = '{case_workflow_id(case_id)}'")]
            for number, run in enumerate(sorted(runs, key=lambda run: run.start_time), start=1):
                handle = stage.client.get_workflow_handle(run.id, run_id=run.run_id)
                await _keep(handle, f"{name}-{number}" if len(runs) > 1 else name)


@asynccontextmanager
async def _stage() -> AsyncIterator[tuple[Stage, EmbeddedPostgres]]:
    """Give a stage on real servers, with a clock that runs fast."""
    clock = Clock(real_now(), real_now(), DAYS_A_SECOND * 86400)
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder), durable=False).running() as postgres:
        migrate(postgres.database_url(OWNER))
        env = eventsourcing_env(postgres.database_url(SERVICE_ROLE))
        with Cases(organisation=ORGANISATION, clock=clock, env=env) as cases:
            async with await _temporal() as server, working(server.client, cases, clock):
                yield Stage(server.client, cases), postgres


async def _temporal() -> WorkflowEnvironment:
    limit = f"limit.historyCount.suggestContinueAsNew={LONG_HISTORY}"
    return await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(BINARIES / "temporal"),
        dev_server_extra_args=["--dynamic-config-value", limit],
        dev_server_log_level="error",
        data_converter=pydantic_data_converter,
        identity="recorder",
    )


async def _until(stage: Stage, case_id: UUID, holds: Callable[[Case], bool]) -> None:
    """Wait until the process has brought the case so far."""
    async with asyncio.timeout(30):
        while not holds(await asyncio.to_thread(stage.cases.get, case_id)):  # noqa: ASYNC110 -- nothing tells of it here
            await asyncio.sleep(0.02)


def _waits_for(body: str) -> Callable[[Case], bool]:
    return lambda case: body in case.waiting_for()


async def _withdrawn(stage: Stage, case_id: UUID) -> UUID:
    await stage.do(lambda: stage.cases.withdraw(case_id, Command.by(SECRETARIAT), "bortfaldet"))
    return case_id


async def _agency_says(stage: Stage, case_id: UUID, reply: Reply) -> None:
    body = "social-og-boligstyrelsen"
    command = Command.by(Actor(body, "council", "test"))
    await stage.do(lambda: stage.cases.answer(case_id, command, body, reply, "webhook"))


async def _keep(handle: WorkflowHandle[Any, Any], name: str) -> None:
    """Write a history without what belongs to the machine that recorded it."""
    history = json.loads((await handle.fetch_history()).to_json())
    _anonymise(history)
    HISTORIES.mkdir(exist_ok=True)
    file = HISTORIES / f"{name}.json"
    file.write_text(json.dumps(history, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _anonymise(node: Any) -> None:
    """Take out failures' texts, which name files and sockets."""
    if isinstance(node, dict) and "stackTrace" in node:
        node |= {"stackTrace": "", "message": "left out"}
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        _anonymise(inner)


if __name__ == "__main__":
    asyncio.run(record(sys.argv[1:] or list(PLAYS)))
