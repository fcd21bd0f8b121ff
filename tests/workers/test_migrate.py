# SPDX-License-Identifier: EUPL-1.2
"""Migrating a database: what is made, what the services may do with it, and what happens the second time."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from domain.cases import Cases
from domain.commands import Actor, Command
from domain.meeting_changes import Meetings, NewMeeting
from projections.projector import TABLES, Projector
from projections.rebuild import rebuild
from runtime.database import SERVICE_ROLE, connect, eventsourcing_env
from tests.domain.desk import midtjylland
from tests.fixtures.servers import Database
from tests.projections.stored import StoredDesk, all_rows, project
from workers import migrate as migrating
from workers.embedded.postgres import OWNER, EmbeddedPostgres
from workers.migrate import MigrationError, migrate

NAMES = [*(path.stem for path in sorted(migrating.MIGRATIONS.glob("*.sql"))), "log", "meetings_log", "views"]
LOSE_RIGHTS = (
    f"ALTER SCHEMA views OWNER TO {OWNER}",
    "DROP SCHEMA views_next",
    *(f"ALTER TABLE views.{table} OWNER TO {OWNER}" for table in TABLES),
    f"REVOKE ALL ON SCHEMA views, office FROM {SERVICE_ROLE}",
    f"REVOKE ALL ON ALL TABLES IN SCHEMA views, office, public FROM {SERVICE_ROLE}",
    f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {SERVICE_ROLE}",
)
"""What a restore leaves when the role is not there: everything belongs to whoever restored, nothing is granted."""


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


def test_view_tables_of_an_older_shape_are_folded_anew_beside_the_live_ones(database: Database) -> None:
    """A reader sees the case all the while, and then in the new shape."""
    desk = StoredDesk(database.service_url)
    with desk.cases, closing(Projector(database.service_url, desk.cases)) as projector:
        desk.open()
        desk.until("councils")
        project(projector)
        live = all_rows(database.service_url)
        with connect(database.service_url) as connection:
            connection.execute("ALTER TABLE views.cases DROP COLUMN search")
            connection.execute("COMMENT ON TABLE views.position IS 'older'")
        with reading(database.service_url) as seen:
            assert migrate(database.owner_url) == ["views"]

    assert set(seen) == {1}
    assert all_rows(database.service_url) == live


def test_view_tables_of_an_older_shape_are_made_empty_when_there_is_no_event(database: Database) -> None:
    """There is nothing to fold."""
    with connect(database.service_url) as connection:
        connection.execute("DROP TABLE views.inbox")
        connection.execute("COMMENT ON TABLE views.position IS 'older'")

        assert migrate(database.owner_url) == ["views"]
        assert connection.execute("SELECT count(*) FROM views.inbox").fetchone() == (0,)


def test_view_tables_that_are_lost_are_made_for_the_projector_to_fill(database: Database) -> None:
    """A backup need not hold them."""
    desk = StoredDesk(database.service_url)
    with desk.cases, closing(Projector(database.service_url, desk.cases)) as projector:
        desk.open()
        project(projector)
        live = all_rows(database.service_url)
        with connect(database.service_url) as connection:
            connection.execute("DROP TABLE views.position, views.cases, views.timeline, views.inbox")

        assert migrate(database.owner_url) == ["views"]
        projector.close()
        project(projector)

    assert all_rows(database.service_url) == live


def test_owners_and_rights_that_a_restore_lost_are_given_back(database: Database) -> None:
    """As after a restore on a server that did not have the role."""
    with connect(database.owner_url) as connection:
        for statement in LOSE_RIGHTS:
            connection.execute(statement.encode())

    assert migrate(database.owner_url) == ["rights"]
    assert migrate(database.owner_url) == []
    desk = StoredDesk(database.service_url)
    with desk.cases, closing(Projector(database.service_url, desk.cases)) as projector:
        desk.open()
        assert project(projector) > 0
        rebuild(database.service_url, desk.cases)
    with connect(database.service_url) as connection:
        connection.execute("DELETE FROM office.parts")


@pytest.mark.parametrize("table", ["office.parts", "public.cases_events", "public.meetings_events"])
def test_a_database_that_was_restored_in_part_is_refused(database: Database, table: str) -> None:
    """An empty table in place of a lost one would pass for the truth."""
    with connect(database.owner_url) as connection:
        connection.execute(f"DROP TABLE {table}".encode())

    with pytest.raises(MigrationError, match=rf"{table} is missing, .*; restore the whole backup"):
        migrate(database.owner_url)


def test_the_service_can_append_to_the_log(database: Database) -> None:
    """Through the application, as every process does."""
    env = eventsourcing_env(database.service_url)
    with Cases(organisation=midtjylland(), clock=lambda: datetime.now(UTC), env=env) as cases:
        taken = cases.open(_command(), route="orientering", title="Orientering")

        assert cases.read_log(1, 10)[0].position == taken.position


def test_the_service_can_append_to_the_meetings(database: Database) -> None:
    """Two processes see each other's changes, and decide in turn."""
    env, new = eventsourcing_env(database.service_url), NewMeeting(body="kd-net", day=date(2027, 1, 8))
    clock = lambda: datetime.now(UTC)  # noqa: E731 -- both are told the time alike
    with (
        Meetings(organisation=midtjylland(), clock=clock, env=env) as one,
        Meetings(organisation=midtjylland(), clock=clock, env=env) as other,
    ):
        one.add(_command(), new)
        other.cancel(_command(), "kd-net-2027-01-08", "Aflyst")

        assert one.diary() == other.diary()
        assert "kd-net-2027-01-08" in one.diary().organisation.calendars.cancelled


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cases_events SET topic = 'x'",
        "DELETE FROM cases_events",
        "TRUNCATE cases_events",
        "DROP TABLE cases_events",
        "ALTER TABLE cases_events ADD COLUMN x int",
        "SELECT setval('cases_events_notification_id_seq', 1)",
        "UPDATE meetings_events SET topic = 'x'",
        "DELETE FROM meetings_events",
        "TRUNCATE meetings_events",
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

    assert len([name for name, may in tables if may]) > 5
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


@contextmanager
def reading(url: str) -> Iterator[list[int]]:
    """Count the cases of the live views again and again, at least once, while the block runs."""
    done, begun, seen = threading.Event(), threading.Event(), list[int]()

    def read() -> None:
        with connect(url) as connection:
            while not done.is_set():
                row = connection.execute("SELECT count(*) FROM views.cases").fetchone()
                seen.append(row[0] if row else 0)
                begun.set()

    thread = threading.Thread(target=read)
    thread.start()
    begun.wait(10)
    try:
        yield seen
    finally:
        done.set()
        thread.join()
