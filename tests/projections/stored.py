# SPDX-License-Identifier: EUPL-1.2
"""A desk whose log stands in PostgreSQL, and the rows of its views."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from domain.cases import Cases
from projections.forecasting import Forecaster
from projections.projector import FOLDED, Projector
from runtime.database import connect, eventsourcing_env
from tests.domain.desk import Desk, midtjylland


class StoredDesk(Desk):
    """A desk on the log of a real database."""

    def __init__(self, url: str, day: str = "2025-03-18") -> None:
        """Begin at 10 in the morning, Danish time, of `day`, with the log in the database at `url`."""
        super().__init__(day)
        self.cases.close()
        self.cases = Cases(organisation=midtjylland(), clock=lambda: self.now, env=eventsourcing_env(url))


def project(projector: Projector) -> int:
    """Take turns until the views are where the log is; returns the place they came to."""
    while projector.turn():
        pass
    assert projector.position is not None
    return projector.position


def forecast(forecaster: Forecaster) -> None:
    """Take turns until every case under way is planned."""
    while forecaster.turn():
        pass


def all_rows(url: str, tables: Sequence[str] = FOLDED) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the view tables that the log alone fills, or of others."""
    with connect(url) as connection:
        return {
            table: sorted(connection.execute(f"SELECT * FROM views.{table}").fetchall(), key=repr)  # noqa: S608
            for table in tables
        }
