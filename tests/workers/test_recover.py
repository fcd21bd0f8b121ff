# SPDX-License-Identifier: EUPL-1.2
"""Bringing every open case's workflow back from the log alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.service import RPCError

from domain.cases import Cases, Command
from runtime.clock import Clock
from runtime.database import eventsourcing_env
from tests.fixtures.servers import Database
from tests.workers.temporal import running_temporal, settings_for
from tests.workflows.stage import ORGANISATION, SECRETARIAT, Stage, answer, working
from workers.embedded.temporal import EmbeddedTemporal
from workers.recover import open_cases, recover
from workers.temporal import SEARCH_ATTRIBUTES, connect_temporal, register_search_attributes
from workflows.messages import case_workflow_id


@pytest.fixture
def cases(database: Database) -> Iterator[Cases]:
    """Give a log in a database of the test's own."""
    with Cases(organisation=ORGANISATION, clock=Clock.real(), env=eventsourcing_env(database.service_url)) as cases:
        yield cases


@pytest.fixture
async def fresh_temporal(tmp_path: Path) -> AsyncIterator[Client]:
    """Give a client of a server that knows nothing yet, no search attributes either."""
    temporal = EmbeddedTemporal(tmp_path, in_memory=True)
    async with running_temporal(temporal):
        yield await connect_temporal(settings_for(temporal.address))


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
