# SPDX-License-Identifier: EUPL-1.2
"""The roles of docker-compose.yml as plain processes, against a PostgreSQL and a Temporal that are not ours."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from tests.fixtures.servers import Database
from tests.system.services import SAGSGANG, Services, eventually, free_port

pytestmark = pytest.mark.timeout(240)


class Production(Services):
    """Two webs, two workers, two relays and two projectors; `environment` is what each of them gets."""

    def __init__(self, environment: dict[str, str], logs: Path) -> None:
        """Nothing runs yet."""
        self.ports = (free_port(), free_port())
        super().__init__(f"http://127.0.0.1:{self.ports[0]}", environment)
        self.logs = logs
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    @contextmanager
    def role(self, role: str, number: int, **more: str) -> Iterator[None]:
        """Run one role until the end of the block."""
        name = f"{role}-{number}"
        with (self.logs / f"{name}.log").open("wb") as log:
            process = subprocess.Popen([SAGSGANG, role], env={**self.environment, **more}, stdout=log, stderr=log)
        self.processes[name] = process
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) in {0, -signal.SIGKILL}, (self.logs / f"{name}.log").read_text(encoding="utf-8")

    def log_lines(self, name: str) -> list[str]:
        """What a role wrote."""
        return (self.logs / f"{name}.log").read_text(encoding="utf-8").splitlines()


@pytest.fixture
def production(database: Database, temporal_server: str, tmp_path: Path) -> Iterator[Production]:
    """Every role twice, on a database that was migrated by `sagsgang migrate` as its owner."""
    environment = {
        **os.environ,
        "SAGSGANG_DATABASE_URL": database.service_url,
        "SAGSGANG_TEMPORAL_ADDRESS": temporal_server,
        "SAGSGANG_SECRET_KEY": "a key of the test, longer than any guess would be",
        "SAGSGANG_DATA": str(tmp_path / "none"),
        "SAGSGANG_LOG_FORMAT": "json",
    }
    services = Production(environment, tmp_path)
    with closing(services.http):
        yield from _running(services, database)


def _running(services: Production, database: Database) -> Iterator[Production]:
    owner = {**services.environment, "SAGSGANG_MIGRATE_DATABASE_URL": database.owner_url}
    subprocess.run([SAGSGANG, "migrate"], env=owner, check=True, timeout=60, capture_output=True)
    with ExitStack() as stack:
        for number in (0, 1):
            for role in ("worker", "relay", "projector", "notifier"):
                stack.enter_context(services.role(role, number))
            stack.enter_context(services.role("web", number, SAGSGANG_PORT=str(services.ports[number])))
        eventually(services.ready, 60, "all parts ready")
        services.sign_in()
        yield services


def test_the_roles_run_a_case_and_survive_the_loss_of_one_of_each(production: Production) -> None:
    """One of the two relays, projectors, notifiers and workers is killed; the other takes over and the case ends."""
    case_id = production.open_case()
    councils = production.bring_to_councils(case_id)
    for role in ("relay", "projector", "worker", "notifier"):
        production.processes[f"{role}-0"].kill()

    for body in councils[:5]:
        production.webhook_until_taken(body, case_id, "noted")
    production.wait_for_step(case_id, "councils", "open", seconds=20)
    production.finish(case_id, seconds=30)

    assert production.case(case_id)["result"] == "supported"


def test_every_line_of_every_role_is_json(production: Production) -> None:
    """Our own lines, uvicorn's and Temporal's stand in one form, and name their role."""
    case_id = production.open_case()
    production.wait_for_step(case_id, "dassos")

    for name in production.processes:
        lines = [json.loads(line) for line in production.log_lines(name)]
        assert {line["role"] for line in lines} == {name.partition("-")[0]}
    served = [json.loads(line) for line in production.log_lines("web-0")]
    assert any(line["event"] == "request_served" and line["status"] == 201 for line in served)
