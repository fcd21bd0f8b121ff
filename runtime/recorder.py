# SPDX-License-Identifier: EUPL-1.2
"""The event store's recorder, told to give up in seconds when the database is gone, silent or locked."""

from __future__ import annotations

import threading
import time
from functools import wraps
from typing import TYPE_CHECKING, Any

import psycopg
from eventsourcing.persistence import InterfaceError, OperationalError
from eventsourcing.postgres import PostgresApplicationRecorder

from runtime.database import AnsweringConnection, Row_co, SilentDatabaseError, connection_options

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventsourcing.postgres import PostgresDatastore

CALL_SECONDS = 4.0
"""How long a call may take in real seconds, all attempts together."""
LAST_ATTEMPT_AFTER = 1.5
PAUSE_SECONDS = 0.2
CONNECT_SECONDS = 2

# Trying again cannot help soon, and whoever waits for the turn to commit would wait the longer.
_FINAL = (SilentDatabaseError, psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled)

_call = threading.local()


class _StoreConnection(AnsweringConnection[Row_co]):
    """A connection of the log's pool, on which a call has only the rest of its time."""

    def time_left(self) -> float:
        """What is left of the call that runs in this thread; all of it outside a call (as the pool opens one)."""
        return max(getattr(_call, "ends", time.monotonic() + CALL_SECONDS) - time.monotonic(), 0.0)


def _promptly(method: Any) -> Any:
    """The library's method with its own ten attempts taken away, which take longer than a caller may wait for a 503."""
    plain: Callable[..., Any] = method.__wrapped__

    @wraps(plain)
    def call(self: PromptRecorder, *values: Any, **named: Any) -> Any:
        began = time.monotonic()
        _call.ends = began + CALL_SECONDS
        try:
            return self.attempt(lambda: plain(self, *values, **named), began + LAST_ATTEMPT_AFTER)
        finally:
            del _call.ends

    return call


class PromptRecorder(PostgresApplicationRecorder):
    """Reads and writes the log as the library does; each call raises after at most four seconds.

    A connection that fell silent is closed, and all idle ones with it: they are likely to lead nowhere either.
    """

    insert_events = _promptly(PostgresApplicationRecorder.insert_events)
    select_events = _promptly(PostgresApplicationRecorder.select_events)
    select_notifications = _promptly(PostgresApplicationRecorder.select_notifications)
    max_notification_id = _promptly(PostgresApplicationRecorder.max_notification_id)

    def __init__(self, datastore: PostgresDatastore, **options: Any) -> None:
        """Let the store's pool open connections that are given up when the server is silent."""
        pool = datastore.pool
        pool.connection_class = _StoreConnection
        given = dict(pool.kwargs) if isinstance(pool.kwargs, dict) else {}
        given["connect_timeout"] = CONNECT_SECONDS
        pool.kwargs = given | connection_options(given, CALL_SECONDS)
        # After an outage the next call begins a new connection, instead of waiting out a pause that has grown long.
        pool.reconnect_timeout = CONNECT_SECONDS
        super().__init__(datastore, **options)

    def attempt(self, work: Callable[[], Any], until: float) -> Any:
        """Try again until a moment of the monotonic clock, as long as it can help; raises what `work` raised last."""
        while True:
            try:
                return work()
            except (InterfaceError, OperationalError) as error:
                if isinstance(error.__cause__, SilentDatabaseError):
                    self.datastore.pool.drain()
                if isinstance(error.__cause__, _FINAL) or time.monotonic() + PAUSE_SECONDS > until:
                    raise
                time.sleep(PAUSE_SECONDS)
