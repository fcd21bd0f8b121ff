# SPDX-License-Identifier: EUPL-1.2
"""Builds all views anew from the logs, beside the live ones, and puts them in their place without a gap."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import psycopg
import structlog
from psycopg import sql

from projections.forecasting import Forecaster
from projections.projector import LIVE, TABLES, Projector, create_tables, notify, use_schema
from runtime.database import connect

if TYPE_CHECKING:
    from domain.cases import Cases

NEXT = "views_next"
SWAP_LOCK_SECONDS = 10

log = structlog.get_logger()

_Connection = psycopg.Connection[tuple[Any, ...]]


def rebuild(url: str, cases: Cases) -> int:
    """Rebuild every view from the log and return the place in the log that they came to.

    `url` is the service role's. Answers may arrive and readers read all the while; when another rebuild runs, this one
    begins after it. Raises `psycopg.errors.LockNotAvailable` when readers hold the live views for ten seconds.
    """
    with connect(url, patient=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtextextended('sagsgang:rebuild', 0))")
        create_tables(connection, NEXT)
        use_schema(connection, NEXT)
        projector = Projector(url, cases, NEXT)
        projector.catch_up(connection)
        with closing(Forecaster(url, cases, NEXT)) as forecaster:
            forecaster.catch_up(connection)
        position = _swap_in(connection, projector)
    log.info("views_rebuilt", position=position)
    return position


def _swap_in(connection: _Connection, projector: Projector) -> int:
    """Stop the live projector, take what is missing, and exchange the tables, all in one transaction.

    The forecasts of the cases that change on the way are the live forecaster's next work.
    """
    with connection.transaction():
        connection.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(f"{SWAP_LOCK_SECONDS}s"))
        # Readers go on under this lock; the projector, who writes its place, waits for the end of the transaction.
        connection.execute(sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(sql.Identifier(LIVE, TABLES[0])))
        position = projector.catch_up(connection)
        for table in TABLES:
            connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(LIVE, table)))
            move = sql.SQL("ALTER TABLE {} SET SCHEMA {}")
            connection.execute(move.format(sql.Identifier(NEXT, table), sql.Identifier(LIVE)))
        notify(connection, position, [])
    return position
