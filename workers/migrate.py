# SPDX-License-Identifier: EUPL-1.2
"""Makes the database role, schemas and tables that the services need, as the database's owner."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import Any

import psycopg
import structlog
from eventsourcing.postgres import PostgresFactory
from eventsourcing.utils import Environment
from psycopg import sql

from projections.projector import LIVE, SCHEMA_FILE, create_tables
from runtime.database import SERVICE_ROLE, connect, eventsourcing_env
from runtime.settings import Settings, SettingsError
from workers.temporal import connect_temporal, register_search_attributes

MIGRATIONS = Path(__file__).with_name("migrations")
LOG_TABLE = "public.cases_events"
VIEWS_STEP = "views"
OLDEST_SERVER = 170000

log = structlog.get_logger()

_Connection = psycopg.Connection[tuple[Any, ...]]

_MAKE_ROLE = f"""
    DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{SERVICE_ROLE}') THEN
            CREATE ROLE {SERVICE_ROLE} LOGIN;
        END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL; -- roles belong to the whole server: another database's migration has made it just now
    END $$
"""
# Who is no superuser can make schemas for the service only as its member; as such the owner can also run the services.
_ACT_AS_ROLE = f"""
    DO $$ BEGIN
        IF NOT (pg_has_role(current_user, '{SERVICE_ROLE}', 'SET') AND pg_has_role('{SERVICE_ROLE}', 'USAGE')) THEN
            GRANT {SERVICE_ROLE} TO CURRENT_USER WITH INHERIT TRUE, SET TRUE;
        END IF;
    END $$
"""
_MAKE_LEDGER = """
    CREATE SCHEMA IF NOT EXISTS office;
    CREATE TABLE IF NOT EXISTS office.migrations (
        name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
    )
"""
# Appending takes a table lock (MAINTAIN, PostgreSQL 17); without UPDATE, DELETE and TRUNCATE the log cannot be changed.
_GRANT_LOG = f"""
    GRANT SELECT, INSERT, MAINTAIN ON {LOG_TABLE} TO {SERVICE_ROLE};
    GRANT USAGE ON SEQUENCE {LOG_TABLE}_notification_id_seq TO {SERVICE_ROLE}
"""


class MigrationError(RuntimeError):
    """The database cannot be brought up to date: what is wrong and how to mend it."""


async def run(settings: Settings) -> None:
    """Migrate as the owner, and register in Temporal what cases are looked up by; raises `SettingsError`.

    Without a Temporal in the settings only the database is migrated.
    """
    owner_url = settings.migrate_database_url or settings.database_url
    if owner_url is None:
        what = "not set, so there is no database to migrate"
        raise SettingsError("SAGSGANG_MIGRATE_DATABASE_URL", what, "set it to the database's address as its owner")
    password = settings.service_password.get_secret_value() if settings.service_password else None
    await asyncio.to_thread(migrate, owner_url, password)
    if settings.temporal_address is not None:
        known = settings.model_copy(update={"database_url": owner_url}).resolved()
        await register_search_attributes(await connect_temporal(known))


def migrate(owner_url: str, service_password: str | None = None) -> list[str]:
    """Bring the database up to date and return the names of the steps that were missing; safe to repeat, and at once.

    Raises `MigrationError`, and `psycopg.Error` when the database cannot be reached or refuses.
    """
    with connect(owner_url) as connection:
        _check_version(connection)
        connection.execute("SELECT pg_advisory_lock(hashtextextended('sagsgang:migrate', 0))")
        _make_role(connection, service_password)
        connection.execute(_MAKE_LEDGER)
        applied = [path.stem for path in sorted(MIGRATIONS.glob("*.sql")) if _apply(connection, path)]
        applied += ["log"] if _make_log(connection, owner_url) else []
        applied += [VIEWS_STEP] if _make_views(connection) else []
    for name in applied:
        log.info("migration_applied", name=name)
    return applied


def _check_version(connection: _Connection) -> None:
    if connection.info.server_version < OLDEST_SERVER:
        found = connection.info.server_version // 10000
        raise MigrationError(f"the server is PostgreSQL {found}; use 17 or newer, which knows the right MAINTAIN")


def _make_role(connection: _Connection, password: str | None) -> None:
    """Make the services' role and let the owner act as it; a given password is set anew each time."""
    connection.execute(_MAKE_ROLE)
    connection.execute(_ACT_AS_ROLE)
    if password is not None:
        # Hashed here, so that the server's log of statements cannot show it.
        hashed = connection.pgconn.encrypt_password(password.encode(), SERVICE_ROLE.encode(), b"scram-sha-256").decode()
        role = sql.Identifier(SERVICE_ROLE)
        connection.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(hashed)))


def _apply(connection: _Connection, path: Path) -> bool:
    """Run a migration that was not run before; raises `MigrationError` if its file is another than the one that was."""
    text, name = path.read_bytes(), path.stem
    digest = hashlib.sha256(text).hexdigest()
    applied = _digest(connection, name)
    if applied is None:
        with connection.transaction():
            connection.execute(text)
            _write_digest(connection, name, digest)
    elif applied != digest:
        what = f"{path.parent.name}/{path.name} was edited after it was applied to this database"
        raise MigrationError(f"{what}; restore the file and put the change into a new one")
    return applied is None


def _make_log(connection: _Connection, owner_url: str) -> bool:
    """Let the event store make its table, and let the service append to it but change nothing."""
    is_made = connection.execute("SELECT to_regclass(%s) IS NOT NULL", (LOG_TABLE,)).fetchone() == (True,)
    if not is_made:
        environment = Environment("cases", eventsourcing_env(owner_url) | {"CREATE_TABLE": "yes"})
        with PostgresFactory(environment) as factory:
            factory.application_recorder()
    connection.execute(_GRANT_LOG)
    return not is_made


def _make_views(connection: _Connection) -> bool:
    """Make the view tables as the service, empty for the projector to fill, unless they have their newest shape."""
    digest = hashlib.sha256(SCHEMA_FILE.read_bytes()).hexdigest()
    if _digest(connection, VIEWS_STEP) == digest:
        return False
    with connection.transaction():
        connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(SERVICE_ROLE)))
        create_tables(connection, LIVE)
        connection.execute("RESET ROLE")
        _write_digest(connection, VIEWS_STEP, digest)
    return True


def _digest(connection: _Connection, name: str) -> str | None:
    row = connection.execute("SELECT sha256 FROM office.migrations WHERE name = %s", (name,)).fetchone()
    return row[0] if row else None


def _write_digest(connection: _Connection, name: str, digest: str) -> None:
    query = """
        INSERT INTO office.migrations (name, sha256) VALUES (%s, %s)
        ON CONFLICT (name) DO UPDATE SET sha256 = excluded.sha256, applied_at = now()
    """
    connection.execute(query, (name, digest))
