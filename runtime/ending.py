# SPDX-License-Identifier: EUPL-1.2
"""Ends a process that was told to end and does not, because something in it hangs."""

from __future__ import annotations

import os
import sys
import threading

import structlog

END_SECONDS = 4.7
"""How long a role may take to end in real seconds; five are promised."""

log = structlog.get_logger()


class LastResort:
    """Ends the process by force when its time is over; does nothing in a process that has more to do than one role."""

    def __init__(self) -> None:
        """Do nothing yet."""
        self._is_armed = False
        self._timer: threading.Timer | None = None

    def arm(self) -> None:
        """Say that this process is one role and no more, so that it may be ended as a whole."""
        self._is_armed = True

    def begin(self) -> None:
        """Begin to count: the process was told to end. Said twice, the first counts."""
        if self._is_armed and self._timer is None:
            self._timer = threading.Timer(END_SECONDS, _end_by_force)
            self._timer.daemon = True
            self._timer.start()


LAST_RESORT = LastResort()
"""This process's own."""


def _end_by_force() -> None:
    """End without waiting for threads and connections: everything that counts is in the database or will be redone."""
    log.error("process_ended_by_force", after=END_SECONDS)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(1)
