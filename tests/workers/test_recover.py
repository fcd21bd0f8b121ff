# SPDX-License-Identifier: EUPL-1.2
"""Bringing every open case's workflow back from the log alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
    ListSearchAttributesResponse,
)
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError, RPCStatusCode

from domain.cases import Cases
from domain.commands import Command
from runtime.clock import Clock
from runtime.database import connect, eventsourcing_env
from tests.fixtures.servers import Database
from tests.workers.logged import logged
from tests.workers.temporal import refusing_client, running_temporal, settings_for
from tests.workflows.stage import ORGANISATION, SECRETARIAT, Stage, answer, working
from workers.embedded.temporal import EmbeddedTemporal
from workers.recover import open_cases, recover
from workers.temporal import (
    SEARCH_ATTRIBUTES,
    SearchAttributesError,
    TemporalLostError,
    connect_temporal,
    register_search_attributes,
)
from workflows.messages import STATUS, case_workflow_id

DENIED = RPCError("no permission", RPCStatusCode.PERMISSION_DENIED, b"")
PATIENCE_SECONDS = 10


@pytest.fixture
def cases(database: Database) -> Iterator[Cases]:
    """Give a log in a database of the test's own."""
    with Cases(organisation=ORGANISATION, clock=Clock.real(), env=eventsourcing_env(database.service_url)) as cases:
        yield cases


@pytest.fixture
def temporal(tmp_path: Path) -> EmbeddedTemporal:
    """Give a server that does not run yet and knows nothing, no search attributes either."""
    return EmbeddedTemporal(tmp_path, in_memory=True)


@pytest.fixture
async def fresh_temporal(temporal: EmbeddedTemporal) -> AsyncIterator[Client]:
    """Give a client of that server, which runs while the test does."""
    async with running_temporal(temporal):
        yield await connect_temporal(settings_for(temporal.address))


@dataclass
class Operator:
    """Temporal as its cloud shows it to us: search attributes are for its operator to register."""

    client: Client
    may_list: bool

    def as_client(self) -> Client:
        """What search attributes are registered through."""
        return cast("Client", self)

    @property
    def namespace(self) -> str:
        """The real client's."""
        return self.client.namespace

    @property
    def operator_service(self) -> Operator:
        """The two calls below."""
        return self

    async def add_search_attributes(self, _: AddSearchAttributesRequest, timeout: timedelta) -> None:  # noqa: ASYNC109 -- the library's name
        """Refuse."""
        raise DENIED

    async def list_search_attributes(
        self,
        request: ListSearchAttributesRequest,
        timeout: timedelta,  # noqa: ASYNC109 -- the library's name
    ) -> ListSearchAttributesResponse:
        """Ask the real server, or refuse."""
        if not self.may_list:
            raise DENIED
        return await self.client.operator_service.list_search_attributes(request, timeout=timeout)


def test_cases_that_ended_are_not_open(cases: Cases) -> None:
    """Running and suspended cases are open; completed and withdrawn ones are not."""
    running, suspended, completed, withdrawn = (_open(cases) for _ in range(4))
    cases.suspend(suspended, Command.by(SECRETARIAT), "ferie")
    _complete(cases, completed)
    cases.withdraw(withdrawn, Command.by(SECRETARIAT), "bortfaldet")

    assert open_cases(cases) == {running: 1, suspended: 2}


async def test_every_open_case_has_its_workflow_again(cases: Cases, fresh_temporal: Client) -> None:
    """On a Temporal that lost everything each open case runs, and the others do not."""
    first, second, completed = (_open(cases) for _ in range(3))
    _complete(cases, completed)

    recovered = await recover(cases, fresh_temporal)

    assert recovered == 2
    assert [await _is_there(fresh_temporal, case) for case in (first, second, completed)] == [True, True, False]


async def test_recovered_case_goes_on_where_it_was(cases: Cases, fresh_temporal: Client) -> None:
    """A case that waited for DASSOS when Temporal was lost completes by DASSOS' answer."""
    case_id = _open(cases)
    cases.advance(case_id)
    await recover(cases, fresh_temporal)

    async with working(fresh_temporal, cases, Clock.real()):
        stage = Stage(fresh_temporal, cases)
        await stage.answer(case_id, "dassos", "noted")
        await asyncio.wait_for(stage.handle(case_id).result(), 10)

    assert not cases.get(case_id).is_open


async def test_recovering_twice_does_no_harm(cases: Cases, fresh_temporal: Client) -> None:
    """A workflow that runs is left running."""
    case_id = _open(cases)
    await recover(cases, fresh_temporal)
    handle = fresh_temporal.get_workflow_handle(case_workflow_id(case_id))
    run_id = (await handle.describe()).run_id

    await recover(cases, fresh_temporal)

    assert (await handle.describe()).run_id == run_id


async def test_case_of_a_shortened_log_goes_on(cases: Cases, database: Database, fresh_temporal: Client) -> None:
    """The log was restored from a backup: the process forgets what it saw beyond, and takes the answer again."""
    case_id = cases.open(Command.by(SECRETARIAT), route="cu-afrapportering", title="Rammeaftale").case_id
    await recover(cases, fresh_temporal)
    async with working(fresh_temporal, cases, Clock.real()):
        stage = Stage(fresh_temporal, cases)
        await _until_waiting_for(cases, case_id, "dassos")
        kept = cases.get(case_id).version
        await stage.answer(case_id, "dassos", "approved")
        await _until_waiting_for(cases, case_id, "kd-net")
        _shorten(database, kept)

        await recover(cases, fresh_temporal)
        await stage.answer(case_id, "dassos", "approved")

        await _until_waiting_for(cases, case_id, "kd-net")


async def test_refused_case_does_not_keep_the_others_from_recovering(
    cases: Cases, fresh_temporal: Client, temporal: EmbeddedTemporal
) -> None:
    """It is told of in the log, and not counted."""
    first, refused, second = (_open(cases) for _ in range(3))
    client = await refusing_client(temporal.address, {case_workflow_id(refused)})

    with logged() as log:
        recovered = await recover(cases, client)

    assert recovered == 2
    assert [entry["case"] for entry in log.of("case_not_woken")] == [str(refused)]
    assert [await _is_there(fresh_temporal, case) for case in (first, refused, second)] == [True, False, True]


async def test_outage_midway_is_told_as_such(cases: Cases, fresh_temporal: Client, temporal: EmbeddedTemporal) -> None:
    """As the one error that the command line knows, however many cases it hit."""
    workflows = {case_workflow_id(_open(cases)) for _ in range(3)}
    client = await refusing_client(temporal.address, workflows, TemporalLostError("Temporal does not answer"))

    with pytest.raises(TemporalLostError):
        await recover(cases, client)


async def test_missing_search_attributes_are_named_with_how_to_create_them(fresh_temporal: Client) -> None:
    """Where Temporal does not let us register them, and its operator has registered some only."""
    await _register(fresh_temporal, STATUS)
    operator = Operator(fresh_temporal, may_list=True)

    with pytest.raises(SearchAttributesError) as refused:
        await register_search_attributes(operator.as_client())

    missing = "lacks the search attributes SagsgangRoute, SagsgangWaitingFor, SagsgangDue"
    command = (
        "search-attribute create --namespace default --name SagsgangRoute --type Keyword --name SagsgangWaitingFor"
    )
    assert missing in str(refused.value)
    assert command in str(refused.value)


async def test_search_attributes_that_the_operator_registered_are_fine(fresh_temporal: Client) -> None:
    """Although we may not register any."""
    await register_search_attributes(fresh_temporal)

    with logged() as log:
        await register_search_attributes(Operator(fresh_temporal, may_list=True).as_client())

    assert log.entries == []


async def test_search_attributes_that_nobody_lets_us_see_are_warned_of(fresh_temporal: Client) -> None:
    """They may well be there."""
    with logged() as log:
        await register_search_attributes(Operator(fresh_temporal, may_list=False).as_client())

    assert log.names() == ["search_attribute_not_registered"] * len(SEARCH_ATTRIBUTES)


async def test_search_attributes_are_registered_once_for_all(fresh_temporal: Client) -> None:
    """Registering what Temporal knows already is fine."""
    await register_search_attributes(fresh_temporal)

    await register_search_attributes(fresh_temporal)

    request = ListSearchAttributesRequest(namespace=fresh_temporal.namespace)
    known = await fresh_temporal.operator_service.list_search_attributes(request)
    assert {wanted.partition("=")[0] for wanted in SEARCH_ATTRIBUTES} <= known.custom_attributes.keys()


def test_search_attributes_are_named_as_the_development_server_takes_them() -> None:
    """Each is a name and one of Temporal's own types."""
    assert SEARCH_ATTRIBUTES == (
        "SagsgangStatus=Keyword",
        "SagsgangRoute=Keyword",
        "SagsgangWaitingFor=KeywordList",
        "SagsgangDue=Datetime",
    )


def _open(cases: Cases) -> UUID:
    return cases.open(Command.by(SECRETARIAT), route="orientering", title="Status på Ungementor").case_id


def _shorten(database: Database, version: int) -> None:
    """Take from the log what a backup of that time did not hold."""
    with connect(database.owner_url) as owner:
        owner.execute("DELETE FROM cases_events WHERE originator_version > %s", (version,))


async def _until_waiting_for(cases: Cases, case_id: UUID, body: str) -> None:
    """Wait until the process has brought a case so far."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while cases.get(case_id).waiting_for() != [body]:  # noqa: ASYNC110 -- nothing tells of it here
            await asyncio.sleep(0.05)


async def _register(client: Client, key: SearchAttributeKey[Any]) -> None:
    wanted = {key.name: IndexedValueType.ValueType(key.indexed_value_type)}
    request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=wanted)
    await client.operator_service.add_search_attributes(request)


def _complete(cases: Cases, case_id: UUID) -> None:
    cases.advance(case_id)
    answer(cases, case_id, "dassos", "noted")
    cases.advance(case_id)


async def _is_there(client: Client, case_id: UUID) -> bool:
    try:
        await client.get_workflow_handle(case_workflow_id(case_id)).describe()
    except RPCError:
        return False
    return True
