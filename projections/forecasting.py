# SPDX-License-Identifier: EUPL-1.2
"""Keeps a forecast of every case under way: planned anew when the case, its bodies' meetings or the day change."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID

import psycopg
import structlog
from psycopg import sql

from domain.case import OPEN_STATUSES
from domain.dates import danish_date
from domain.matters import matter_of_case
from domain.meeting_changes import Meetings
from domain.planning import Planner
from projections.past_times import PAST_TIMES, asked_for, history_of
from projections.plans import forecast_document
from projections.projector import LIVE, notify, use_schema
from projections.rows import Row, as_json
from runtime.database import connect

if TYPE_CHECKING:
    from domain.case import Case
    from domain.cases import Cases
    from domain.organisation import Organisation

BATCH = 10
"""How many cases one turn plans: some 20 milliseconds, for which an event that has just come waits."""
QUEUE = 1000
"""How many cases are looked up at a time as those to be planned."""

log = structlog.get_logger()

Remembered = Callable[[UUID, int], "Case | None"]
_Connection = psycopg.Connection[tuple[Any, ...]]
_Facts = tuple[int, dict[str, int], date]
"""What forecasts rest on beside their cases: the place of the views, those of meetings by body, and the Danish day."""

# Those of which something has just happened come first: somebody looks at them.
_STALE = """
    SELECT cases.id FROM cases LEFT JOIN forecasts ON case_id = cases.id
    WHERE status = ANY(%(open)s) AND (
        case_id IS NULL OR forecasts.position <> cases.position OR planned_on IS DISTINCT FROM %(today)s
        OR EXISTS (
            SELECT FROM unnest(%(bodies)s::text[], %(places)s::bigint[]) AS changed (body, place)
            WHERE place > forecasts.meetings AND body = ANY(forecasts.bodies)
        )
    )
    ORDER BY cases.position DESC LIMIT %(rows)s
"""
_CASES = """
    SELECT id, position, (document ->> 'version')::int FROM cases WHERE id = ANY(%s) AND status = ANY(%s)
"""
_OVER = """
    DELETE FROM forecasts WHERE NOT EXISTS (SELECT FROM cases WHERE cases.id = case_id AND status = ANY(%s))
"""
# They may rest on calendar files changed since, and come from another server, whose transactions had come further.
_BEGIN = "UPDATE forecasts SET planned_on = NULL, told = least(told, pg_current_xact_id()::text::bigint)"
_WRITE = """
    INSERT INTO forecasts (case_id, position, meetings, planned_on, standing, bodies, expected_on, forecast)
    SELECT case_id, position, meetings, planned_on, standing, bodies, expected_on, forecast
    FROM json_populate_recordset(NULL::forecasts, %s)
    ON CONFLICT (case_id) DO UPDATE SET
        position = excluded.position, meetings = excluded.meetings, planned_on = excluded.planned_on,
        standing = excluded.standing, bodies = excluded.bodies, expected_on = excluded.expected_on,
        forecast = excluded.forecast,
        told = CASE
            WHEN forecasts.forecast - 'planned_on' IS DISTINCT FROM excluded.forecast - 'planned_on' THEN excluded.told
            ELSE forecasts.told
        END
"""


@dataclass(frozen=True)
class _Desk:
    """What the cases of one day are planned with."""

    facts: _Facts
    organisation: Organisation
    planner: Planner

    @property
    def today(self) -> date:
        return self.facts[2]


class Forecaster:
    """Brings the forecasts of one schema up to the views there, the meetings and the day; not for several threads."""

    def __init__(self, url: str, cases: Cases, schema: str = LIVE, remembered: Remembered | None = None) -> None:
        """Plan the cases of the views in `schema` of the database at `url` (as the service role), by their clock.

        A case that `remembered` knows need not be read from the log.
        """
        self._url, self._cases, self._schema = url, cases, schema
        self._remembered = remembered or (lambda _id, _version: None)
        self._meetings = Meetings(organisation=cases.organisation, clock=cases.clock, env=cases.env)
        self._connection: _Connection | None = None
        self._is_begun = False
        self._desk: _Desk | None = None
        self._settled: _Facts | None = None
        self._queue = deque[UUID]()

    def turn(self) -> bool:
        """Plan one batch of the cases whose forecast is no longer true; returns whether there may be more.

        What cannot be planned has no standing, and is logged. After an error of the database, which is raised, the
        next turn begins anew.
        """
        try:
            return self._take(self._connected())
        except BaseException:
            self._give_up()
            raise

    def catch_up(self, connection: _Connection) -> None:
        """Plan every case that is to be planned on a connection of the caller's."""
        self._is_begun = True
        while self._take(connection):
            pass

    def close(self) -> None:
        """Give up both connections."""
        self._give_up()
        self._meetings.close()

    def _connected(self) -> _Connection:
        if self._connection is None or self._connection.closed:
            self._connection = connect(self._url)
            use_schema(self._connection, self._schema)
        return self._connection

    def _give_up(self) -> None:
        self._desk = self._settled = None
        self._queue.clear()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _take(self, connection: _Connection) -> bool:
        if not self._is_begun:
            connection.execute(_BEGIN)
            self._is_begun = True
        facts = self._facts(connection)
        if facts == self._settled:
            return False
        desk = self._desk_for(connection, facts)
        if not self._queue:
            self._queue.extend(_stale(connection, desk))
        if not self._queue:
            connection.execute(_OVER, (list(OPEN_STATUSES),))
            self._settled = facts
            return False
        self._plan_batch(connection, desk)
        return True

    def _facts(self, connection: _Connection) -> _Facts:
        row = connection.execute("SELECT position FROM position").fetchone()
        return (row[0] if row else 0), self._meetings.places(), danish_date(self._cases.clock())

    def _desk_for(self, connection: _Connection, facts: _Facts) -> _Desk:
        """What is planned with now; whatever has happened since the last turn is looked up first."""
        if self._desk is None or self._desk.facts != facts:
            self._queue.clear()
        if self._desk is None or self._desk.facts[1:] != facts[1:]:
            today = facts[2]
            organisation = self._meetings.diary().organisation
            query = sql.SQL(PAST_TIMES).format(schema=sql.Identifier(self._schema))
            history = history_of(connection.execute(query, asked_for(organisation, today)).fetchall())
            planner = Planner(organisation.calendars, history, today)
            self._desk = _Desk(facts, organisation, planner)
        elif self._desk.facts != facts:
            self._desk = replace(self._desk, facts=facts)
        return self._desk

    def _plan_batch(self, connection: _Connection, desk: _Desk) -> None:
        batch = [self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))]
        found = connection.execute(_CASES, (batch, list(OPEN_STATUSES))).fetchall()
        rows = [self._row(desk, *one) for one in found]
        connection.execute(_WRITE, (as_json(rows),))
        notify(connection, desk.facts[0], [])

    def _row(self, desk: _Desk, case_id: UUID, position: int, version: int) -> Row:
        """The forecast of one case at a version."""
        row: Row = {"case_id": str(case_id), "position": position, "meetings": 0, "standing": None}
        row |= {"planned_on": desk.today.isoformat(), "bodies": [], "expected_on": []}
        try:
            case = self._remembered(case_id, version) or self._cases.get(case_id, version=version)
            matter = matter_of_case(case, desk.today)
            forecast = forecast_document(desk.planner.plan(matter), desk.organisation)
        except Exception:
            log.exception("case_not_planned", case=str(case_id))
            return row
        bodies = {body for asked in matter.asked.values() for body in asked.bodies}
        expected_on = sorted({one["meeting"] for one in forecast["expected_on"]})
        told = {"standing": forecast["standing"], "bodies": sorted(bodies), "expected_on": expected_on}
        meetings = max((desk.facts[1].get(body, 0) for body in bodies), default=0)
        return {**row, **told, "meetings": meetings, "forecast": forecast}


def _stale(connection: _Connection, desk: _Desk) -> list[UUID]:
    """The cases under way whose forecast is missing or no longer true, those that changed last first."""
    places = desk.facts[1]
    asked: dict[str, Any] = {"open": list(OPEN_STATUSES), "today": desk.today, "rows": QUEUE}
    asked |= {"bodies": list(places), "places": list(places.values())}
    query: LiteralString = _STALE
    return [row[0] for row in connection.execute(query, asked).fetchall()]
