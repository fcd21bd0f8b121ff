# SPDX-License-Identifier: EUPL-1.2
"""Opens connections to PostgreSQL, and tells the event store how to open its own."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo

if TYPE_CHECKING:
    from psycopg.abc import PQGen

CONNECT_TIMEOUT_SECONDS = 5
ANSWER_SECONDS = 8.0
"""How long a statement of a service may take before its connection is taken for dead."""
CHECK_SECONDS = 2.0
POOL_WAIT_SECONDS = 3
"""How long a pool waits for a connection, also for its first: a busy machine takes more than a second for it.

It is less than a process' quick attempt to go on has (`workflows.case_workflow.QUICK_TIMEOUT`).
"""
LOCK_TIMEOUT_SECONDS = 2
IDLE_IN_TRANSACTION_SECONDS = 10
SERVICE_ROLE = "sagsgang_service"

Row_co = TypeVar("Row_co", covariant=True)
Result = TypeVar("Result")

_PASSED_BY_NAME = {"dbname", "host", "port", "user", "password"}
_WAIT_INTERVAL = 0.1
_KEEPALIVES = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}
_TCP_USER_TIMEOUT_MILLISECONDS = 8000


class SilentDatabaseError(psycopg.OperationalError):
    """The database did not answer in time, and the connection was given up; the statement may have taken effect."""

    def __init__(self) -> None:
        """One sentence for the log."""
        super().__init__("the database did not answer in time; the connection was given up")


class AnsweringConnection(psycopg.Connection[Row_co]):
    """A connection that raises `SilentDatabaseError` when the server is silent, also behind a unix socket."""

    answer_seconds: float | None = ANSWER_SECONDS
    """How long one answer may take in real seconds; None waits for ever."""

    def wait(self, gen: PQGen[Result], interval: float = _WAIT_INTERVAL, timeout: float | None = None) -> Result:
        """Wait for an answer as psycopg does, but not for ever."""
        bound = self.time_left() if timeout is None else timeout
        try:
            return super().wait(gen, interval, bound)
        except psycopg.errors._WaitTimeout:  # noqa: SLF001 -- it is what `wait` is documented to raise
            if timeout is not None:
                raise
        self.pgconn.finish()
        raise SilentDatabaseError

    def time_left(self) -> float | None:
        """How long the answer that is about to be waited for may take in real seconds."""
        return self.answer_seconds


class AnsweringAsyncConnection(psycopg.AsyncConnection[Row_co]):
    """An asynchronous connection that raises `SilentDatabaseError` when the server is silent for eight seconds."""

    answer_seconds: float = ANSWER_SECONDS
    """How long one answer may take in real seconds."""

    async def wait(
        self,
        gen: PQGen[Result],
        interval: float = _WAIT_INTERVAL,
        timeout: float | None = None,  # noqa: ASYNC109 -- psycopg's own parameter
    ) -> Result:
        """Wait for an answer as psycopg does, but not for ever."""
        try:
            return await super().wait(gen, interval, self.answer_seconds if timeout is None else timeout)
        except psycopg.errors._WaitTimeout:  # noqa: SLF001 -- it is what `wait` is documented to raise
            if timeout is not None:
                raise
        self.pgconn.finish()
        raise SilentDatabaseError


async def check_answers(connection: AnsweringAsyncConnection[Any]) -> None:
    """Raise `psycopg.OperationalError` unless the server answers on this autocommit connection within two seconds."""
    connection.answer_seconds = CHECK_SECONDS
    await connection.execute("")
    connection.answer_seconds = ANSWER_SECONDS


def connect(url: str, *, patient: bool = False) -> psycopg.Connection[tuple[Any, ...]]:
    """Open a connection in autocommit mode; gives up after five seconds (`psycopg.OperationalError`).

    A statement that takes eight seconds raises `psycopg.OperationalError`, on a `patient` connection none does.
    """
    bound = None if patient else ANSWER_SECONDS
    connection: AnsweringConnection[tuple[Any, ...]] = AnsweringConnection.connect(bounded(url, bound), autocommit=True)
    connection.answer_seconds = bound
    return connection


async def connect_async(url: str) -> psycopg.AsyncConnection[tuple[Any, ...]]:
    """Open an asynchronous connection in autocommit mode; waits as `connect` does."""
    return await AnsweringAsyncConnection.connect(bounded(url, ANSWER_SECONDS), autocommit=True)


def bounded(url: str, answer_seconds: float | None) -> str:
    """Return the URL with our time-outs for client and server; what the URL itself asks for wins."""
    return make_conninfo(url, **connection_options(conninfo_to_dict(url), answer_seconds))


def connection_options(given: dict[str, Any], answer_seconds: float | None) -> dict[str, Any]:
    """Return libpq's options by which neither side waits long for one that is gone, but for those already `given`.

    The server ends the statements and transactions of a client that hangs, so that they hold no lock for long.
    """
    wanted = {"connect_timeout": CONNECT_TIMEOUT_SECONDS, "tcp_user_timeout": _TCP_USER_TIMEOUT_MILLISECONDS}
    options = {name: value for name, value in (wanted | _KEEPALIVES).items() if name not in given}
    return options | {"options": f"{_server_options(answer_seconds)} {given.get('options') or ''}".strip()}


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


def _server_options(answer_seconds: float | None) -> str:
    """The server's side: a little earlier than the client gives up, so that the client hears why."""
    settings = {f"tcp_{name}": value for name, value in _KEEPALIVES.items()}
    settings["idle_in_transaction_session_timeout"] = IDLE_IN_TRANSACTION_SECONDS * 1000
    if answer_seconds is not None:
        settings["statement_timeout"] = int(answer_seconds * 900)
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


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
