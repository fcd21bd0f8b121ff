# SPDX-License-Identifier: EUPL-1.2
"""Makes the database role, schemas and tables that the services need, as the database's owner."""

from __future__ import annotations

import asyncio
import hashlib
import re
from pathlib import Path
from typing import Any

import psycopg
import structlog
from eventsourcing.postgres import PostgresFactory
from eventsourcing.utils import Environment
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from domain.cases import Cases
from organisations.load import load_organisation
from projections.projector import LIVE, TABLES, create_tables, view_shape
from projections.rebuild import rebuild
from runtime.clock import Clock
from runtime.database import SERVICE_ROLE, connect, eventsourcing_env
from runtime.settings import Settings, SettingsError
from workers.temporal import connect_temporal, register_search_attributes

MIGRATIONS = Path(__file__).with_name("migrations")
LOG_TABLE, MEETINGS_TABLE = "public.cases_events", "public.meetings_events"
LOGS = {"log": ("cases", LOG_TABLE), "meetings_log": ("meetings", MEETINGS_TABLE)}
"""By the step that makes it: the application whose log it is, and the log's table."""
VIEWS_STEP = "views"
RIGHTS_STEP = "rights"
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
    GRANT SELECT, INSERT, MAINTAIN ON %1$s TO {SERVICE_ROLE};
    GRANT USAGE ON SEQUENCE %1$s_notification_id_seq TO {SERVICE_ROLE}
"""
# Whatever of owners and rights is not as it should be, as the statements that mend it: a restored backup lacks what
# belonged to a role that its server did not have.
_WRONG_RIGHTS = f"""
    SELECT statement FROM (
        SELECT 1, format('CREATE SCHEMA %I AUTHORIZATION {SERVICE_ROLE}', name)
        FROM unnest(ARRAY['views', 'views_next']) AS name WHERE to_regnamespace(name) IS NULL
        UNION ALL
        SELECT 2, format('ALTER SCHEMA %I OWNER TO {SERVICE_ROLE}', nspname)
        FROM pg_namespace WHERE nspname IN ('views', 'views_next') AND nspowner <> '{SERVICE_ROLE}'::regrole
        UNION ALL
        SELECT 3, format('ALTER TABLE %I.%I OWNER TO {SERVICE_ROLE}', schemaname, tablename)
        FROM pg_tables WHERE schemaname IN ('views', 'views_next') AND tableowner <> '{SERVICE_ROLE}'
        UNION ALL
        SELECT 4, 'GRANT USAGE ON SCHEMA office TO {SERVICE_ROLE}'
        WHERE NOT has_schema_privilege('{SERVICE_ROLE}', 'office', 'USAGE')
        UNION ALL
        SELECT 5, format('GRANT SELECT, INSERT, UPDATE, DELETE ON office.%I TO {SERVICE_ROLE}', tablename)
        FROM pg_tables CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS needed
        WHERE schemaname = 'office' AND tablename NOT IN ('migrations', 'access_log')
        GROUP BY tablename
        HAVING NOT bool_and(has_table_privilege('{SERVICE_ROLE}', format('office.%I', tablename), needed))
        UNION ALL
        SELECT 6, 'GRANT SELECT ON office.migrations TO {SERVICE_ROLE}'
        WHERE NOT has_table_privilege('{SERVICE_ROLE}', 'office.migrations', 'SELECT')
        UNION ALL
        SELECT 7, format('{_GRANT_LOG.strip()}', log) FROM unnest(ARRAY['{LOG_TABLE}', '{MEETINGS_TABLE}']) AS log
        WHERE NOT has_sequence_privilege('{SERVICE_ROLE}', log || '_notification_id_seq', 'USAGE') OR NOT (
            SELECT bool_and(has_table_privilege('{SERVICE_ROLE}', log, needed))
            FROM unnest(ARRAY['SELECT', 'INSERT', 'MAINTAIN']) AS needed
        )
        UNION ALL
        SELECT 7, 'REVOKE ALL ON office.access_log FROM {SERVICE_ROLE};
            GRANT SELECT, INSERT ON office.access_log TO {SERVICE_ROLE}'
        WHERE has_table_privilege('{SERVICE_ROLE}', 'office.access_log', 'UPDATE, DELETE, TRUNCATE')
           OR NOT has_table_privilege('{SERVICE_ROLE}', 'office.access_log', 'SELECT')
           OR NOT has_table_privilege('{SERVICE_ROLE}', 'office.access_log', 'INSERT')
        UNION ALL
        SELECT 8, 'GRANT EXECUTE ON FUNCTION office.forget_accesses(integer) TO {SERVICE_ROLE}'
        WHERE NOT has_function_privilege('{SERVICE_ROLE}', 'office.forget_accesses(integer)', 'EXECUTE')
    ) AS wrong (turn, statement) ORDER BY turn
"""  # noqa: S608 -- constants of ours alone


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
    await asyncio.to_thread(migrate, owner_url, password, settings.organisation)
    if settings.temporal_address is not None:
        known = settings.model_copy(update={"database_url": owner_url}).resolved()
        await register_search_attributes(await connect_temporal(known))


def migrate(owner_url: str, service_password: str | None = None, organisation: Path | None = None) -> list[str]:
    """Bring the database up to date and return the names of the steps that were missing; safe to repeat, and at once.

    Cases in the log are folded into view tables of a new shape beside the live ones, by the names of `organisation`
    (default: the one that comes with the program). Raises `MigrationError`, `InvalidDataError` when the organisation
    cannot be read, and `psycopg.Error` when the database cannot be reached or refuses.
    """
    with connect(owner_url, patient=True) as connection:
        _check_version(connection)
        connection.execute("SELECT pg_advisory_lock(hashtextextended('sagsgang:migrate', 0))")
        _make_role(connection, service_password)
        connection.execute(_MAKE_LEDGER)
        applied = [path.stem for path in sorted(MIGRATIONS.glob("*.sql")) if _apply(connection, path)]
        applied += [step for step in LOGS if _make_log(connection, owner_url, step)]
        _check_whole(connection)
        applied += [RIGHTS_STEP] if _mend_rights(connection) else []
        applied += [VIEWS_STEP] if _make_views(connection, owner_url, organisation) else []
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


def _make_log(connection: _Connection, owner_url: str, step: str) -> bool:
    """Let the event store make a log's table, and let the service append to it but change nothing.

    Raises `MigrationError` when the table was there before: an empty one would pass for the log that is lost.
    """
    application, table = LOGS[step]
    is_made, was_made = _exists(connection, table), _digest(connection, step) is not None
    if was_made and not is_made:
        raise MigrationError(_half_restored([table]))
    if not is_made:
        environment = Environment(application, eventsourcing_env(owner_url) | {"CREATE_TABLE": "yes"})
        with PostgresFactory(environment) as factory:
            factory.application_recorder()
        connection.execute(_GRANT_LOG.replace("%1$s", table).encode())
    if not was_made:
        _write_digest(connection, step, "")
    return not is_made


def _check_whole(connection: _Connection) -> None:
    """Raise `MigrationError` when a table is missing that a migration made here."""
    text = "".join(path.read_text("utf-8") for path in sorted(MIGRATIONS.glob("*.sql")))
    missing = [table for table in re.findall(r"CREATE TABLE (office\.\w+)", text) if not _exists(connection, table)]
    if missing:
        raise MigrationError(_half_restored(missing))


def _half_restored(missing: list[str]) -> str:
    what = f"{', '.join(missing)} is missing, although it was made in this database before"
    return f"{what}; restore the whole backup into an empty database, then migrate again"


def _mend_rights(connection: _Connection) -> bool:
    """Give schemas and tables the owners and rights that they lack; returns whether any did."""
    wrong = connection.execute(_WRONG_RIGHTS.encode()).fetchall()
    with connection.transaction():
        for (statement,) in wrong:
            connection.execute(statement.encode())
    return bool(wrong)


def _make_views(connection: _Connection, owner_url: str, organisation: Path | None) -> bool:
    """Make the view tables as the service, unless they have their newest shape; returns whether they were made.

    Tables that are missing or for which there is no event are made empty, for the projector to fill. Others are
    read until those of the new shape are folded beside them and swapped in.
    """
    if _shape(connection) == view_shape() and all(_exists(connection, f"{LIVE}.{table}") for table in TABLES):
        return False
    has_events = connection.execute(f"SELECT EXISTS (SELECT FROM {LOG_TABLE})").fetchone() == (True,)  # noqa: S608
    if has_events and _exists(connection, f"{LIVE}.position"):
        _rebuild(owner_url, organisation)
    else:
        with connection.transaction():
            connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(SERVICE_ROLE)))
            create_tables(connection, LIVE)
    return True


def _rebuild(owner_url: str, organisation: Path | None) -> None:
    """Fold the log into new view tables, as the service, and swap them in."""
    options = conninfo_to_dict(owner_url).get("options") or ""
    service_url = make_conninfo(owner_url, options=f"{options} -c role={SERVICE_ROLE}".strip())
    names = load_organisation(organisation or Settings.model_fields["organisation"].default)
    with Cases(organisation=names, clock=Clock.real(), env=eventsourcing_env(owner_url, pool_size=1)) as cases:
        rebuild(service_url, cases)


def _shape(connection: _Connection) -> str | None:
    """The shape of the live views, None when it is not known."""
    row = connection.execute("SELECT obj_description(to_regclass(%s), 'pg_class')", (f"{LIVE}.position",)).fetchone()
    return row[0] if row else None


def _exists(connection: _Connection, table: str) -> bool:
    return connection.execute("SELECT to_regclass(%s) IS NOT NULL", (table,)).fetchone() == (True,)


def _digest(connection: _Connection, name: str) -> str | None:
    row = connection.execute("SELECT sha256 FROM office.migrations WHERE name = %s", (name,)).fetchone()
    return row[0] if row else None


def _write_digest(connection: _Connection, name: str, digest: str) -> None:
    query = """
        INSERT INTO office.migrations (name, sha256) VALUES (%s, %s)
        ON CONFLICT (name) DO UPDATE SET sha256 = excluded.sha256, applied_at = now()
    """
    connection.execute(query, (name, digest))
