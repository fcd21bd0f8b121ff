# SPDX-License-Identifier: EUPL-1.2
"""A Temporal of one test's own, that can be killed and started again."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio.client import Client

from runtime.settings import ResolvedSettings
from workers.embedded.temporal import EmbeddedTemporal
from workers.launch import launched
from workers.temporal import connect_temporal


async def lazy_client(address: str) -> Client:
    """A client that connects when it is first needed, as the relay's does."""
    return await connect_temporal(settings_for(address), lazy=True)


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
