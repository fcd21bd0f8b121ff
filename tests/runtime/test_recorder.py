# SPDX-License-Identifier: EUPL-1.2
"""The log's recorder gives up in seconds when the database is gone, silent or locked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from eventsourcing.persistence import OperationalError

from domain.cases import Cases, Taken
from domain.commands import Command
from runtime.database import SERVICE_ROLE, eventsourcing_env
from tests.domain.desk import SECRETARIAT, midtjylland
from tests.fixtures.servers import Database
from tests.fixtures.silence import silent
from workers.embedded.postgres import OWNER, EmbeddedPostgres
from workers.migrate import migrate

ALLOWANCE = 2.0
"""Seconds that a busy machine may take beside what is promised."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A migrated PostgreSQL of the test's own."""
    server = EmbeddedPostgres(tmp_path, durable=False)
    with server.running():
        migrate(server.database_url(OWNER))
        yield server


def test_a_command_hears_within_seconds_that_the_database_is_gone(tmp_path: Path) -> None:
    """The library alone would try for twelve seconds a call."""
    server = EmbeddedPostgres(tmp_path, durable=False)
    with server.running():
        migrate(server.database_url(OWNER))
        cases = _cases(server.database_url(SERVICE_ROLE))
        taken = _open(cases)

    with cases, pytest.raises(OperationalError), _within(4):
        _withdraw(cases, taken)


def test_a_command_hears_within_seconds_that_the_database_is_silent(server: EmbeddedPostgres, tmp_path: Path) -> None:
    """Also behind a unix socket, where no keepalive tells."""
    with _cases(server.database_url(SERVICE_ROLE)) as cases:
        taken = _open(cases)
        with silent(tmp_path), pytest.raises(OperationalError, match="did not answer in time"), _within(4):
            _withdraw(cases, taken)


def test_a_command_is_taken_when_the_database_answers_again(server: EmbeddedPostgres, tmp_path: Path) -> None:
    """The connections that fell silent are not used again."""
    with _cases(server.database_url(SERVICE_ROLE)) as cases:
        taken = _open(cases)
        with silent(tmp_path), pytest.raises(OperationalError):
            _withdraw(cases, taken)

        assert _withdraw(cases, taken).effect != "repeated"


def test_a_locked_log_is_given_up_at_once(database: Database) -> None:
    """VACUUM and ANALYZE by hand hold such a lock; trying again would only prolong the queue behind the commit."""
    with _cases(database.service_url) as cases:
        taken = _open(cases)
        with psycopg.connect(database.owner_url) as holder:
            holder.execute("LOCK TABLE cases_events IN SHARE UPDATE EXCLUSIVE MODE")
            with pytest.raises(OperationalError, match="lock timeout"), _within(2):
                _withdraw(cases, taken)


def test_the_server_ends_what_a_hung_process_holds(database: Database) -> None:
    """Its statements and its idle transactions, so that the log's lock is free again."""
    with _cases(database.service_url) as cases:
        datastore = cases.recorder.datastore  # type: ignore[attr-defined]
        with datastore.get_connection() as connection:
            found = {
                name: connection.execute(f"SHOW {name}").fetchone()[name]
                for name in ("statement_timeout", "idle_in_transaction_session_timeout")
            }

    assert found == {"statement_timeout": "3600ms", "idle_in_transaction_session_timeout": "5s"}


def _cases(url: str) -> Cases:
    return Cases(organisation=midtjylland(), clock=lambda: datetime.now(UTC), env=eventsourcing_env(url))


def _open(cases: Cases) -> Taken:
    return cases.open(Command.by(SECRETARIAT), route="orientering", title="Sag")


def _withdraw(cases: Cases, taken: Taken) -> Taken:
    return cases.withdraw(taken.case_id, Command.by(SECRETARIAT), "fejl")


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Hold what the block takes to the promise, with an allowance."""
    began = time.monotonic()
    try:
        yield
    finally:
        assert time.monotonic() - began < seconds + ALLOWANCE
