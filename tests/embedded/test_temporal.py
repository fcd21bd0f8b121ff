# SPDX-License-Identifier: EUPL-1.2
"""The embedded Temporal is the real development server, and keeps its file and its ports."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client

from tests.embedded.test_supervisor import is_alive, until
from workers.embedded.temporal import EmbeddedTemporal, free_port
from workers.supervisor import Supervisor


@pytest.fixture
async def supervisor() -> AsyncIterator[Supervisor]:
    """Give a supervisor, and leave none of its processes behind."""
    made = Supervisor()
    yield made
    await made.stop()


async def start_something(address: str) -> None:
    """Start a workflow that nobody works on."""
    client = await Client.connect(address)
    await client.start_workflow("Waits", id="case:1", task_queue="none")


async def test_server_answers_when_ready_and_keeps_its_workflows(supervisor: Supervisor, tmp_path: Path) -> None:
    """Killed and brought back by the supervisor, the server has the same address and the same open workflows."""
    server = EmbeddedTemporal(tmp_path, ["CaseStatus=Keyword"])
    await supervisor.start(server.part())
    await start_something(server.address)
    first = supervisor.pids()["temporal"]
    os.kill(first, signal.SIGKILL)
    await until(lambda: supervisor.pids()["temporal"] != first)
    await asyncio.wait_for(server.ready(), 30)
    client = await Client.connect(server.address)
    described = await client.get_workflow_handle("case:1").describe()
    known = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace="default"))

    assert described.status is not None
    assert described.status.name == "RUNNING"
    assert known.custom_attributes["CaseStatus"] == IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
    assert (tmp_path / "temporal.db").stat().st_mode & 0o077 == 0


async def test_stopped_server_is_gone(supervisor: Supervisor, tmp_path: Path) -> None:
    """A stop ends the server within its time."""
    await supervisor.start(EmbeddedTemporal(tmp_path, in_memory=True).part())
    pid = supervisor.pids()["temporal"]
    await asyncio.wait_for(supervisor.stop(), 8)

    assert not is_alive(pid)


async def test_shared_server_serves_a_client(temporal_server: str) -> None:
    """The tests' own server has its namespace."""
    await start_something(temporal_server)


def test_ports_are_free_and_differ(tmp_path: Path) -> None:
    """Each server gets ports of its own, chosen once."""
    server = EmbeddedTemporal(tmp_path)

    assert len(set(server.ports)) == 4
    assert server.ports == server.ports
    assert free_port() > 0


def test_journal_of_a_deleted_database_is_removed(tmp_path: Path) -> None:
    """When somebody deletes the database file, its journal does not spoil the next one."""
    for ending in ("-wal", "-shm"):
        (tmp_path / f"temporal.db{ending}").touch()
    EmbeddedTemporal(tmp_path).prepare()

    assert list(tmp_path.iterdir()) == []
