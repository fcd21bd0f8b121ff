# SPDX-License-Identifier: EUPL-1.2
"""Every role ends within five seconds of SIGTERM, also when its database has fallen silent."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
import pytest

from runtime.database import SERVICE_ROLE, connect
from runtime.parts import PARTS
from tests.fixtures.silence import silent
from tests.system.services import SAGSGANG, eventually, free_port
from workers.embedded.postgres import OWNER, EmbeddedPostgres
from workers.migrate import migrate

PROMISED_SECONDS = 5.0
ALLOWANCE = 1.5
"""Seconds that a busy machine may take beside what is promised."""


@pytest.mark.timeout(180)
def test_every_role_ends_in_time_although_the_database_is_silent(tmp_path: Path) -> None:
    """Its sockets are open and nobody answers, which is what hangs a process that waits for a last answer."""
    server, port = EmbeddedPostgres(tmp_path, durable=False), free_port()
    with server.running(), ExitStack() as stack:
        migrate(server.database_url(OWNER))
        url = server.database_url(SERVICE_ROLE)
        roles = {role: stack.enter_context(_running(role, url, port, tmp_path)) for role in (*PARTS, "web")}
        eventually(lambda: _beating(url) == set(PARTS), 60, "heartbeats")
        eventually(lambda: _is_served(port), 60, "web")
        with silent(server.cluster):
            for process in roles.values():
                process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            taken = {role: _seconds_to_end(process, began) for role, process in roles.items()}

    assert {role for role, seconds in taken.items() if seconds > PROMISED_SECONDS + ALLOWANCE} == set()


@pytest.mark.parametrize("role", [*PARTS, "web"])
def test_a_role_without_its_database_says_so_and_ends(role: str, tmp_path: Path) -> None:
    """With exit code 1 and no traceback, so that its supervisor starts it again."""
    with _running(role, "postgresql://sagsgang_service@127.0.0.1:1/sagsgang", free_port(), tmp_path) as process:
        assert process.wait(30) == 1

    told = (tmp_path / f"{role}.log").read_text("utf-8")
    assert '"event": "role_ended_without_database"' in told
    assert "Traceback" not in told


@contextmanager
def _running(role: str, url: str, port: int, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run one role by its command, without any Temporal."""
    environment = {
        **os.environ,
        "SAGSGANG_DATABASE_URL": url,
        "SAGSGANG_TEMPORAL_ADDRESS": "127.0.0.1:1",
        "SAGSGANG_SECRET_KEY": "x" * 40,
        "SAGSGANG_DATA": str(folder / "none"),
        "SAGSGANG_PORT": str(port),
    }
    with (folder / f"{role}.log").open("wb") as output:
        process = subprocess.Popen([SAGSGANG, role], env=environment, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def _beating(url: str) -> set[str]:
    with connect(url) as connection:
        return {row[0] for row in connection.execute("SELECT part FROM office.parts").fetchall()}


def _is_served(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).status_code == 200
    except httpx2.TransportError:
        return False


def _seconds_to_end(process: subprocess.Popen[bytes], began: float) -> float:
    process.wait(60)
    return time.monotonic() - began
