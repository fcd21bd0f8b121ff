# SPDX-License-Identifier: EUPL-1.2
"""Migrating a database: what is made, what the services may do with it, and what happens the second time."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from domain.cases import Actor, Cases, Command
from runtime.database import SERVICE_ROLE, connect, eventsourcing_env
from tests.domain.desk import midtjylland
from tests.fixtures.servers import Database
from workers import migrate as migrating
from workers.embedded.postgres import OWNER, EmbeddedPostgres
from workers.migrate import MigrationError, migrate

NAMES = ["0001_schemas", "0002_office", "log", "views"]


@pytest.fixture
def empty(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The owner's URL of an empty database."""
    name = f"empty_{uuid4().hex}"
    with connect(postgres.database_url(OWNER, "postgres")) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        yield postgres.database_url(OWNER, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def test_an_empty_database_gets_every_step(empty: str) -> None:
    """In order, by name."""
    assert migrate(empty) == NAMES


def test_a_second_run_does_nothing(empty: str) -> None:
    """Nothing is missing any more."""
    migrate(empty)

    assert migrate(empty) == []


def test_several_runs_at_once_do_each_step_once(empty: str) -> None:
    """One works and the others wait for it."""
    with ThreadPoolExecutor(4) as threads:
        applied = list(threads.map(migrate, [empty] * 4))

    assert sorted(applied, key=len) == [[], [], [], NAMES]


def test_an_edited_migration_is_refused(empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the file and how to mend it, and nothing is changed."""
    migrate(empty)
    folder = tmp_path / "migrations"
    shutil.copytree(migrating.MIGRATIONS, folder)
    with (folder / "0002_office.sql").open("a", encoding="utf-8") as file:
        file.write("DROP TABLE office.parts;\n")
    monkeypatch.setattr(migrating, "MIGRATIONS", folder)

    with pytest.raises(MigrationError, match=r"migrations/0002_office\.sql was edited .*; restore the file"):
        migrate(empty)


def test_a_failed_migration_leaves_nothing(empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step is done as a whole or not at all."""
    migrate(empty)
    (tmp_path / "0003_broken.sql").write_text("CREATE TABLE office.half (a int); SELECT 1/0", "utf-8")
    monkeypatch.setattr(migrating, "MIGRATIONS", tmp_path)

    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(empty)

    with connect(empty) as connection:
        assert connection.execute("SELECT to_regclass('office.half')").fetchone() == (None,)


def test_view_tables_of_an_older_shape_are_made_anew(database: Database) -> None:
    """Empty and at the log's beginning, so that the projector fills them again."""
    with connect(database.owner_url) as connection:
        connection.execute("UPDATE office.migrations SET sha256 = 'older' WHERE name = 'views'")
        connection.execute("UPDATE views.position SET position = 7")

        assert migrate(database.owner_url) == ["views"]
        assert connection.execute("SELECT position FROM views.position").fetchone() == (0,)


def test_the_service_can_append_to_the_log(database: Database) -> None:
    """Through the application, as every process does."""
    env = eventsourcing_env(database.service_url)
    with Cases(organisation=midtjylland(), clock=lambda: datetime.now(UTC), env=env) as cases:
        taken = cases.open(_command(), route="orientering", title="Orientering")

        assert cases.read_log(1, 10)[0].position == taken.position


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cases_events SET topic = 'x'",
        "DELETE FROM cases_events",
        "TRUNCATE cases_events",
        "DROP TABLE cases_events",
        "ALTER TABLE cases_events ADD COLUMN x int",
        "SELECT setval('cases_events_notification_id_seq', 1)",
        "UPDATE office.migrations SET sha256 = ''",
        "CREATE TABLE public.other (a int)",
    ],
)
def test_the_service_cannot_change_the_log(database: Database, statement: str) -> None:
    """What is written stays, whatever a service does."""
    with connect(database.service_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement.encode())


def test_the_service_may_work_with_the_own_tables(database: Database) -> None:
    """All of office but the migrations, and the views as their owner."""
    with connect(database.service_url) as connection:
        tables = connection.execute(
            """
            SELECT tablename, has_table_privilege(format('%I.%I', schemaname, tablename), 'INSERT, UPDATE, DELETE')
            FROM pg_tables WHERE schemaname = 'office' ORDER BY tablename
            """
        ).fetchall()

    assert {name for name, may in tables if may} == {
        "access_tokens",
        "idempotency_keys",
        "paper_contents",
        "parts",
        "relay",
        "signin_links",
        "webhook_secrets",
    }
    assert {name for name, may in tables if not may} == {"migrations"}


def test_an_owner_without_superpowers_can_migrate(postgres: EmbeddedPostgres, empty: str) -> None:
    """As managed databases give one: it may make roles and owns its database."""
    role, name = f"owner_{uuid4().hex}", psycopg.conninfo.conninfo_to_dict(empty)["dbname"]
    with connect(postgres.database_url(OWNER, "postgres")) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN CREATEROLE".encode())
        connection.execute(f"GRANT {SERVICE_ROLE} TO {role} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE".encode())
        connection.execute(f"ALTER DATABASE {name} OWNER TO {role}".encode())

        assert migrate(make_conninfo(empty, user=role), "et langt kodeord") == NAMES
        assert migrate(make_conninfo(empty, user=role), "et andet kodeord") == []
        kept = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", (SERVICE_ROLE,)).fetchone()
        connection.execute(f"ALTER DATABASE {name} OWNER TO {OWNER}".encode())

    assert kept is not None
    assert kept[0].startswith("SCRAM-SHA-256$")


def _command() -> Command:
    return Command.by(Actor("Mette", "secretariat", "test"))
