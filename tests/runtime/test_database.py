# SPDX-License-Identifier: EUPL-1.2
"""Connections are opened as every process needs them."""

from __future__ import annotations

import socket
import time

import psycopg
import pytest

from runtime.database import connect, connect_async, eventsourcing_env
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
    assert (found["POSTGRES_CONNECT_TIMEOUT"], found["CREATE_TABLE"]) == ("1", "no")


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
