# SPDX-License-Identifier: EUPL-1.2
"""Opens connections to PostgreSQL, and tells the event store how to open its own."""

from __future__ import annotations

import logging
import os
from typing import Any

import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo

CONNECT_TIMEOUT_SECONDS = 5
POOL_WAIT_SECONDS = 1
LOCK_TIMEOUT_SECONDS = 5
SERVICE_ROLE = "sagsgang_service"

_PASSED_BY_NAME = {"dbname", "host", "port", "user", "password"}


def connect(url: str) -> psycopg.Connection[tuple[Any, ...]]:
    """Open a connection in autocommit mode; gives up after five seconds (`psycopg.OperationalError`)."""
    return psycopg.connect(_bounded(url), autocommit=True)


async def connect_async(url: str) -> psycopg.AsyncConnection[tuple[Any, ...]]:
    """Open an asynchronous connection in autocommit mode; gives up after five seconds (`psycopg.OperationalError`)."""
    return await psycopg.AsyncConnection.connect(_bounded(url), autocommit=True)


def eventsourcing_env(database_url: str, *, pool_size: int = 2, max_overflow: int = 8) -> dict[str, str]:
    """Return the event store's settings for this database: short waits, and never making tables.

    Options of the URL beyond those five that the event store knows (TLS ones, say) go into libpq's own environment
    variables: dropped, they would leave the log's connections less protected than the URL asks for.
    """
    _restore_psycopg_loggers()
    options = conninfo_to_dict(database_url)
    _export_options({name: str(value) for name, value in options.items() if name not in _PASSED_BY_NAME})
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "APPLICATION_RECORDER_TOPIC": "runtime.recorder:PromptRecorder",
        "POSTGRES_DBNAME": str(options["dbname"]),
        "POSTGRES_HOST": str(options.get("host") or os.environ.get("PGHOST") or "localhost"),
        "POSTGRES_PORT": str(options.get("port") or os.environ.get("PGPORT") or "5432"),
        "POSTGRES_USER": str(options.get("user") or os.environ.get("PGUSER") or SERVICE_ROLE),
        "POSTGRES_PASSWORD": str(options.get("password") or os.environ.get("PGPASSWORD") or ""),
        "POSTGRES_SCHEMA": "public",
        "POSTGRES_CONNECT_TIMEOUT": str(POOL_WAIT_SECONDS),
        "POSTGRES_LOCK_TIMEOUT": str(LOCK_TIMEOUT_SECONDS),
        "POSTGRES_POOL_SIZE": str(pool_size),
        "POSTGRES_MAX_OVERFLOW": str(max_overflow),
        "CREATE_TABLE": "no",
    }


def _bounded(url: str) -> str:
    """Return the URL with our time-out, unless it names one."""
    if "connect_timeout" in conninfo_to_dict(url):
        return url
    return make_conninfo(url, connect_timeout=CONNECT_TIMEOUT_SECONDS)


def _export_options(options: dict[str, str]) -> None:
    """Set libpq's environment variable of each option."""
    variables = {known.keyword.decode(): known.envvar for known in pq.Conninfo.get_defaults()}
    for name, value in options.items():
        variable = variables.get(name)
        if variable:
            os.environ[variable.decode()] = value


def _restore_psycopg_loggers() -> None:
    """Import the event store's PostgreSQL module now and undo that it silences psycopg's warnings."""
    import eventsourcing.postgres  # noqa: F401, PLC0415  (slow; route commands never need it)

    for name in ("psycopg", "psycopg.pool"):
        logging.getLogger(name).setLevel(logging.WARNING)
