# SPDX-License-Identifier: EUPL-1.2
"""Connections are opened as every process needs them."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from runtime.database import SilentDatabaseError, bounded, connect, connect_async, eventsourcing_env
from tests.fixtures.silence import silent
from workers.embedded.postgres import EmbeddedPostgres


def test_event_store_gets_every_part_of_the_url() -> None:
    """Host, port, user, password and database come from the URL; waits are short, and no tables are made."""
    found = eventsourcing_env("postgresql://u:p%40ss@db.example:6432/cases")

    assert [found[f"POSTGRES_{name}"] for name in ("HOST", "PORT", "USER", "PASSWORD", "DBNAME")] == [
        "db.example",
        "6432",
        "u",
        "p@ss",
        "cases",
    ]
    assert (found["POSTGRES_CONNECT_TIMEOUT"], found["CREATE_TABLE"]) == ("3", "no")


def test_event_store_keeps_the_urls_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the event store has no setting for reaches libpq by its own variables."""
    monkeypatch.setenv("PGSSLMODE", "prefer")
    monkeypatch.setenv("PGSSLROOTCERT", "none")
    eventsourcing_env("postgresql://u@h/d?sslmode=verify-full&sslrootcert=system")
    defaults = {option.keyword: option.val for option in psycopg.pq.Conninfo.get_defaults()}

    assert (defaults[b"sslmode"], defaults[b"sslrootcert"]) == (b"verify-full", b"system")


async def test_connections_commit_by_themselves(postgres: EmbeddedPostgres) -> None:
    """Both helpers give connections in autocommit mode."""
    with connect(postgres.database_url()) as blocking:
        assert blocking.autocommit
    async with await connect_async(postgres.database_url()) as connection:
        assert connection.autocommit


def test_database_that_does_not_answer_is_given_up_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that swallows packets costs seconds, not minutes."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr("runtime.database.CONNECT_TIMEOUT_SECONDS", 2)
        began = time.monotonic()
        with pytest.raises(psycopg.OperationalError):
            connect(f"postgresql://u@127.0.0.1:{silent.getsockname()[1]}/d")

    assert time.monotonic() - began < 5


async def test_a_server_that_falls_silent_is_given_up(tmp_path: Path) -> None:
    """Also behind a unix socket; the connection is then broken, for its owner to open another."""
    server = EmbeddedPostgres(tmp_path, durable=False)
    with server.running():
        blocking, connection = connect(server.database_url()), await connect_async(server.database_url())
        blocking.answer_seconds = connection.answer_seconds = 0.2  # type: ignore[attr-defined]
        with silent(server.cluster):
            with pytest.raises(SilentDatabaseError):
                blocking.execute("SELECT 1")
            with pytest.raises(SilentDatabaseError):
                await connection.execute("SELECT 1")

        assert (blocking.broken, connection.broken) == (True, True)


async def test_a_notification_may_be_waited_for_without_an_answer(postgres: EmbeddedPostgres) -> None:
    """Silence while listening is no fault."""
    async with await connect_async(postgres.database_url()) as connection:
        assert [news async for news in connection.notifies(timeout=0.1)] == []
        assert not connection.broken


def test_the_server_ends_what_a_hung_client_holds(postgres: EmbeddedPostgres) -> None:
    """Statements and idle transactions, but on a patient connection no statement."""
    with connect(postgres.database_url()) as one, connect(postgres.database_url(), patient=True) as patient:
        assert one.execute("SHOW statement_timeout").fetchone() == ("7200ms",)
        assert one.execute("SHOW idle_in_transaction_session_timeout").fetchone() == ("10s",)
        assert patient.execute("SHOW statement_timeout").fetchone() == ("0",)


def test_what_the_url_asks_for_wins() -> None:
    """Its own time-outs stay, and its options come after ours."""
    found = conninfo_to_dict(bounded("postgresql://u@h/d?keepalives_idle=60&options=-c%20statement_timeout%3D1s", 8))

    assert (found["keepalives_idle"], found["keepalives_count"]) == ("60", "3")
    assert str(found["options"]).endswith("-c statement_timeout=7200 -c statement_timeout=1s")
