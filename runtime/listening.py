# SPDX-License-Identifier: EUPL-1.2
"""Waits for PostgreSQL's notifications, with a time limit, because a notification can be lost."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql


async def listen(connection: psycopg.AsyncConnection[tuple[Any, ...]], channel: str) -> None:
    """Begin to hear the channel on an autocommit connection that nothing else uses."""
    await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))


async def heard(connection: psycopg.AsyncConnection[tuple[Any, ...]], seconds: float) -> bool:
    """Wait until a notification arrives or `seconds` (real) have passed; returns which of the two.

    Raises `psycopg.Error` when the connection ends. Look at the data after either: notifications that arrive together
    count as one, and a lost one costs `seconds`.
    """
    arrived = False
    async for _ in connection.notifies(timeout=seconds, stop_after=1):
        arrived = True
    return arrived
