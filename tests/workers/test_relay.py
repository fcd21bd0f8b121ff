# SPDX-License-Identifier: EUPL-1.2
"""The relay from the log to Temporal."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from domain.cases import Cases
from domain.commands import Command
from runtime.clock import Clock
from runtime.database import connect, eventsourcing_env
from tests.fixtures.servers import Database
from tests.workers.logged import logged
from tests.workers.temporal import lazy_client, refusing_client, running_temporal
from tests.workflows.stage import ORGANISATION, SECRETARIAT, SkippingStage, answer, count, skipping_stage
from workers.embedded.temporal import EmbeddedTemporal
from workers.loop import FIRST_BACK_OFF_SECONDS, HEARTBEAT_SECONDS, Loop
from workers.relay import Place, Relay, RelayPart
from workers.temporal import TemporalLostError
from workflows.messages import case_id_of, case_workflow_id

SIGNALS = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
COUNCILS = ORGANISATION.group("councils").members_on(Clock.real()().date())

PATIENCE_SECONDS = 10


@dataclass
class Desk:
    """A log in the test's database, and where the relay has come to in it."""

    database: Database
    cases: Cases
    place: Place

    def open(self) -> str:
        """Open a case; returns its workflow's id."""
        taken = self.cases.open(Command.by(SECRETARIAT), route="orientering", title="Status på Ungementor")
        return case_workflow_id(taken.case_id)

    def part(self, client: Client) -> RelayPart:
        """A relay between the log and a Temporal."""
        return RelayPart(Relay(self.cases, client), self.place)


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    """Give a desk on a database of the test's own."""
    with Cases(organisation=ORGANISATION, clock=Clock.real(), env=eventsourcing_env(database.service_url)) as cases:
        async with Place(database.service_url) as place:
            yield Desk(database, cases, place)


@pytest.fixture
async def stage() -> AsyncIterator[SkippingStage]:
    """Give a stage on a time-skipping server of the test's own."""
    async with skipping_stage() as stage:
        yield stage


async def test_answers_that_arrive_together_are_one_signal(stage: SkippingStage) -> None:
    """Sixteen councils answer between two looks at the log: the case's workflow is signalled once."""
    case = await stage.open("cu-afrapportering")
    await stage.settle()
    before = count(await stage.history(case.case_id), SIGNALS)

    for council in COUNCILS[:16]:
        await asyncio.to_thread(answer, stage.cases, case.case_id, council, "noted")
    await stage.deliver()

    assert before + 1 == count(await stage.history(case.case_id), SIGNALS)


async def test_engines_own_events_are_passed_over(stage: SkippingStage) -> None:
    """What the workflow wrote itself is no news to it, but the relay's place moves over it."""
    case = await stage.open()
    await stage.settle()

    await stage.deliver()

    assert stage.position == stage.cases.recorder.max_notification_id()
    assert count(await stage.history(case.case_id), SIGNALS) == 1


async def test_title_and_route_are_shown_at_the_workflow(desk: Desk, temporal_server: str) -> None:
    """In Temporal's list a case is known by its title, and by its route's name beside it."""
    client = await lazy_client(temporal_server)
    workflow = desk.open()

    await desk.part(client).turn()

    described = await client.get_workflow_handle(workflow).describe()
    assert await described.static_summary() == "Status på Ungementor"
    assert await described.static_details() == "Orientering"


async def test_longest_title_is_shortened_for_temporal(desk: Desk, temporal_server: str) -> None:
    """A title of 300 letters of two bytes each is more than Temporal takes."""
    client = await lazy_client(temporal_server)
    taken = desk.cases.open(Command.by(SECRETARIAT), route="orientering", title="ø" * 300)

    await desk.part(client).turn()

    described = await client.get_workflow_handle(case_workflow_id(taken.case_id)).describe()
    assert await described.static_summary() == "ø" * 200


async def test_relay_goes_on_from_its_place(desk: Desk, temporal_server: str) -> None:
    """A relay that starts again delivers what is new, and nothing twice."""
    client = await lazy_client(temporal_server)
    first = desk.open()
    await desk.part(client).turn()
    second = desk.open()

    await desk.part(client).turn()

    signals = [await _signals(client, workflow) for workflow in (first, second)]
    assert signals == [1, 1]


async def test_place_never_goes_back(desk: Desk) -> None:
    """A replica that lost its turn in the midst of a batch cannot put back one that went ahead."""
    await desk.place.move(7)

    await desk.place.move(5)

    assert await desk.place.read() == 7


async def test_place_outlives_its_connection(desk: Desk) -> None:
    """After PostgreSQL has cut the connection the next but one look succeeds."""
    await desk.place.move(7)
    with connect(desk.database.owner_url) as owner:
        owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    with pytest.raises(psycopg.OperationalError):
        await desk.place.read()

    assert await desk.place.read() == 7


async def test_outage_of_temporal_delays_but_loses_nothing(desk: Desk, tmp_path: Path) -> None:
    """While Temporal is away the relay's place stays; when it is back the events are delivered."""
    temporal = EmbeddedTemporal(tmp_path)
    client = await lazy_client(temporal.address)
    async with running_temporal(temporal):
        first = desk.open()
        await desk.part(client).turn()
    before = await desk.place.read()
    second = desk.open()

    with pytest.raises(TemporalLostError):
        await desk.part(client).turn()
    assert before == await desk.place.read()

    async with running_temporal(temporal):
        await desk.part(client).turn()
        assert [await _signals(client, workflow) for workflow in (first, second)] == [1, 1]


async def test_refused_case_does_not_hold_up_the_others(desk: Desk, temporal_server: str) -> None:
    """It is set aside and told of in the log, and the place moves over it."""
    refused, healthy = desk.open(), desk.open()
    client = await refusing_client(temporal_server, {refused})

    with logged() as log:
        await desk.part(client).turn()

    assert await desk.place.read() == desk.cases.recorder.max_notification_id()
    assert await _signals(client, healthy) == 1
    assert [f"case:{entry['case']}" for entry in log.of("case_not_woken")] == [refused]


async def test_case_that_cannot_be_read_does_not_hold_up_the_others(desk: Desk, temporal_server: str) -> None:
    """Its trouble is told with a traceback."""
    unreadable, healthy = desk.open(), desk.open()
    client = await refusing_client(temporal_server, {unreadable}, ValueError("a route that nobody can read"))

    with logged() as log:
        await desk.part(client).turn()

    assert await _signals(client, healthy) == 1
    assert [entry["exc_info"] for entry in log.of("case_not_woken")] == [True]


async def test_refused_case_is_woken_later(desk: Desk, temporal_server: str) -> None:
    """Without any news of it, by a later turn of the same relay."""
    workflow = desk.open()
    refused = {workflow}
    client = await refusing_client(temporal_server, refused)
    part = desk.part(client)
    with logged():
        await part.turn()
    refused.clear()

    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await _runs(client, workflow):
            await part.turn()
            await asyncio.sleep(FIRST_BACK_OFF_SECONDS / 4)

    assert await _signals(client, workflow) == 1


async def test_refused_case_is_tried_ever_more_rarely(desk: Desk, temporal_server: str) -> None:
    """Turns that follow each other at once do not all try it, not even at first."""
    client = await refusing_client(temporal_server, {desk.open()})
    part, began = desk.part(client), time.monotonic()

    with logged() as log:
        for _ in range(20):
            await part.turn()

    pauses = (time.monotonic() - began) / FIRST_BACK_OFF_SECONDS
    assert log.names().count("case_not_woken") <= 1 + pauses


@pytest.mark.parametrize("status", [RPCStatusCode.NOT_FOUND, RPCStatusCode.PERMISSION_DENIED])
async def test_what_concerns_every_case_keeps_the_place(
    desk: Desk, temporal_server: str, status: RPCStatusCode
) -> None:
    """A namespace that is gone, or a key that is no good any more, is no fault of a case."""
    client = await refusing_client(temporal_server, {desk.open()}, RPCError("no", status, b""))

    with pytest.raises(RPCError):
        await desk.part(client).turn()

    assert await desk.place.read() == 0


async def test_outage_in_the_midst_of_a_batch_floods_nobody(desk: Desk, temporal_server: str) -> None:
    """Who was told is not told again when the batch is taken again; news since then are delivered."""
    told, lost = desk.open(), desk.open()
    away = {lost}
    client = await refusing_client(temporal_server, away, TemporalLostError("Temporal does not answer"))
    part = desk.part(client)
    for _ in range(3):
        with pytest.raises(TemporalLostError):
            await part.turn()
    assert await desk.place.read() == 0

    away.clear()
    await asyncio.to_thread(desk.cases.withdraw, case_id_of(told), Command.by(SECRETARIAT), "bortfaldet")
    await part.turn()

    assert [await _signals(client, workflow) for workflow in (told, lost)] == [2, 1]


async def test_temporal_that_was_never_there_is_waited_for(desk: Desk, tmp_path: Path) -> None:
    """The relay starts before Temporal does."""
    client = await lazy_client(EmbeddedTemporal(tmp_path).address)
    desk.open()

    with pytest.raises(TemporalLostError):
        await desk.part(client).turn()


async def test_commit_wakes_the_relay(desk: Desk, temporal_server: str) -> None:
    """An opened case's workflow starts well before the relay's next heartbeat."""
    client = await lazy_client(temporal_server)
    part, delivered, stop = desk.part(client), asyncio.Event(), asyncio.Event()

    async def turn() -> bool:
        if moved := await part.turn():
            delivered.set()
        return moved

    loop = Loop("relay", desk.database.service_url, turn)
    running = asyncio.create_task(loop.run(stop))
    await _ready(loop)

    workflow = await asyncio.to_thread(desk.open)
    await asyncio.wait_for(delivered.wait(), HEARTBEAT_SECONDS / 4)

    assert await _signals(client, workflow) == 1
    stop.set()
    await running


async def test_one_of_two_replicas_is_active(desk: Desk, temporal_server: str) -> None:
    """The second relay stands by, and takes over when the first has stopped."""
    client = await lazy_client(temporal_server)
    loops = [Loop("relay", desk.database.service_url, desk.part(client).turn) for _ in range(2)]
    stops = [asyncio.Event(), asyncio.Event()]
    first = asyncio.create_task(loops[0].run(stops[0]))
    await _ready(loops[0])
    with logged() as log:
        second = asyncio.create_task(loops[1].run(stops[1]))
        await log.wait_for("replica_stood_by")
    assert [loop.ready for loop in loops] == [True, False]

    stops[0].set()
    await first

    await _ready(loops[1])
    stops[1].set()
    await second


async def _runs(client: Client, workflow: str) -> bool:
    """Whether Temporal knows a workflow."""
    try:
        await client.get_workflow_handle(workflow).describe()
    except RPCError:
        return False
    return True


async def _signals(client: Client, workflow: str) -> int:
    """How many signals a workflow has got."""
    return count(list((await client.get_workflow_handle(workflow).fetch_history()).events), SIGNALS)


async def _ready(loop: Loop) -> None:
    """Wait until a replica is the active one."""
    async with asyncio.timeout(10):
        while not loop.ready:  # noqa: ASYNC110 -- it tells everybody by its heartbeat, and sets no event for tests
            await asyncio.sleep(0.01)
