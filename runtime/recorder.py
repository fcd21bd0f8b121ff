# SPDX-License-Identifier: EUPL-1.2
"""The event store's recorder, told to give up in seconds when the database is gone."""

from __future__ import annotations

from typing import Any

from eventsourcing.persistence import InterfaceError, OperationalError
from eventsourcing.postgres import PostgresApplicationRecorder
from eventsourcing.utils import retry

ATTEMPTS = 3


def _promptly(method: Any) -> Any:
    """The library's method with fewer attempts than its ten, which take longer than a caller may wait for a 503."""
    return retry((InterfaceError, OperationalError), max_attempts=ATTEMPTS, wait=0.2)(method.__wrapped__)


class PromptRecorder(PostgresApplicationRecorder):
    """Reads and writes the log as the library does; each call raises after three attempts, at most four seconds."""

    insert_events = _promptly(PostgresApplicationRecorder.insert_events)
    select_events = _promptly(PostgresApplicationRecorder.select_events)
    select_notifications = _promptly(PostgresApplicationRecorder.select_notifications)
    max_notification_id = _promptly(PostgresApplicationRecorder.max_notification_id)
