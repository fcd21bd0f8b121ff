# SPDX-License-Identifier: EUPL-1.2
"""The log's recorder gives up in seconds when the database is gone."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from eventsourcing.persistence import OperationalError

from domain.cases import Cases, Command
from runtime.database import SERVICE_ROLE, eventsourcing_env
from tests.domain.desk import SECRETARIAT, midtjylland
from workers.embedded.postgres import OWNER, EmbeddedPostgres
from workers.migrate import migrate


def test_a_command_hears_within_ten_seconds_that_the_database_is_gone(tmp_path: Path) -> None:
    """The library alone would try for twelve seconds a call."""
    server = EmbeddedPostgres(tmp_path, durable=False)
    with server.running():
        migrate(server.database_url(OWNER))
        env = eventsourcing_env(server.database_url(SERVICE_ROLE))
        cases = Cases(organisation=midtjylland(), clock=lambda: datetime.now(UTC), env=env)
        taken = cases.open(Command.by(SECRETARIAT), route="orientering", title="Sag")

    began = time.monotonic()
    with cases, pytest.raises(OperationalError):
        cases.withdraw(taken.case_id, Command.by(SECRETARIAT), "fejl")

    assert time.monotonic() - began < 10
