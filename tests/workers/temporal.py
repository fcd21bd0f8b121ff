# SPDX-License-Identifier: EUPL-1.2
"""A Temporal of one test's own, that can be killed and started again."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any

from temporalio.client import Client, Interceptor, OutboundInterceptor, StartWorkflowInput, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from runtime.settings import ResolvedSettings
from workers.embedded.temporal import EmbeddedTemporal
from workers.launch import launched
from workers.temporal import connect_temporal

REFUSAL = RPCError("exceeded the limit of signals", RPCStatusCode.INVALID_ARGUMENT, b"")
"""What Temporal says of a workflow that has been signalled too often."""


async def lazy_client(address: str) -> Client:
    """A client that connects when it is first needed, as the relay's does."""
    return await connect_temporal(settings_for(address), lazy=True)


async def refusing_client(address: str, refused: Collection[str], error: Exception = REFUSAL) -> Client:
    """A client of a Temporal that refuses to start or signal some workflows, for as long as they are in `refused`."""
    config = (await lazy_client(address)).config()
    config["interceptors"] = [_Refusing(refused, error)]
    return Client(**config)


class _Refusing(Interceptor):
    def __init__(self, refused: Collection[str], error: Exception) -> None:
        self._refused = refused
        self._error = error

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002 -- the library's name
        return _RefusingStarts(next, self._refused, self._error)


class _RefusingStarts(OutboundInterceptor):
    def __init__(self, following: OutboundInterceptor, refused: Collection[str], error: Exception) -> None:
        super().__init__(following)
        self._refused = refused
        self._error = error

    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:  # noqa: A002 -- the same
        if input.id in self._refused:
            raise self._error
        return await super().start_workflow(input)


def settings_for(address: str, database_url: str = "dbname=unused") -> ResolvedSettings:
    """The settings of a process that uses this Temporal and this database."""
    return ResolvedSettings(database_url=database_url, temporal_address=address, public_url="http://unused")


@asynccontextmanager
async def running_temporal(temporal: EmbeddedTemporal) -> AsyncIterator[None]:
    """Run the server until the end of the block, where it is killed."""
    with (temporal.data / "temporal.log").open("ab") as output:
        command = launched(temporal.command())
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)  # noqa: ASYNC220 -- starting it blocks for no time
    try:
        await temporal.ready()
        yield
    finally:
        process.kill()
        process.wait(20)
