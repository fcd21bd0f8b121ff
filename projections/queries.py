# SPDX-License-Identifier: EUPL-1.2
"""What readers ask of the views."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from psycopg.rows import dict_row

from domain.case import OPEN_STATUSES
from domain.dates import start_of_day
from domain.errors import InvalidError
from projections.dates import Dates, Deadline, Due
from projections.documents import Document, as_read_on, summary_read_on
from projections.past_times import PAST_TIMES, asked_for, history_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from psycopg_pool import AsyncConnectionPool

    from domain.estimating import History
    from domain.organisation import Organisation
    from domain.planning import Standing
    from projections.listener import Change, ViewListener

LARGEST_PAGE = 500
"""The most cases that one page of the list may hold."""
ANSWERS_OF_TIMES = 500
"""Of how many of a body's newest answers its times are told: more would tell the same, and take long to sort."""
CLOSE_DAYS = 7
"""From how many days before it a due date is close."""

_PAST_TIMES = PAST_TIMES.format(schema="views")
_CASES = """
    SELECT {shown} AS shown, opened_at, id, forecast
    FROM views.cases LEFT JOIN views.forecasts ON case_id = cases.id
    WHERE (%(status)s::text IS NULL OR status = %(status)s)
      AND (%(standing)s::text IS NULL OR (standing = %(standing)s AND status IN ('running', 'suspended')))
      AND (%(route)s::text IS NULL OR route = %(route)s)
      AND (%(waiting_for)s::text IS NULL OR waiting_for @> ARRAY[%(waiting_for)s::text])
      AND (%(asked)s::text IS NULL OR asked @> ARRAY[%(asked)s::text])
      AND (%(overdue)s::boolean IS NULL OR coalesce(overdue_after < %(today)s, false) = %(overdue)s)
      AND (%(done_from)s::timestamptz IS NULL OR (closed_at >= %(done_from)s AND status <> 'withdrawn'))
      AND (%(opened_at)s::timestamptz IS NULL OR (opened_at, id) < (%(opened_at)s, %(id)s::uuid))
      AND NOT EXISTS (SELECT FROM unnest(%(words)s::text[]) AS word WHERE strpos(search, word) = 0)
    ORDER BY opened_at DESC, id DESC LIMIT %(rows)s
"""
_TIMELINE = """
    SELECT entry FROM views.timeline
    WHERE case_id = %s AND (%s::timestamptz IS NULL OR recorded_at <= %s) ORDER BY position
"""
_INBOX = """
    SELECT entry FROM views.inbox WHERE body = %s ORDER BY due NULLS LAST, opened_at, case_id, step
"""
_STATUSES = """
    SELECT status, route, count(*) AS cases, count(*) FILTER (WHERE overdue_after < %s) AS overdue
    FROM views.cases GROUP BY status, route ORDER BY status, route
"""
_COUNTS = """
    SELECT count(*) FILTER (WHERE status = 'running') AS running,
           count(*) FILTER (WHERE standing = 'at_risk' AND status IN ('running', 'suspended')) AS at_risk,
           count(*) FILTER (WHERE standing = 'late' AND status IN ('running', 'suspended')) AS late,
           count(*) FILTER (WHERE overdue_after < %(today)s) AS overdue,
           count(*) FILTER (WHERE status = 'suspended') AS suspended,
           count(*) FILTER (WHERE closed_at >= %(done_from)s AND status <> 'withdrawn') AS done
    FROM views.cases LEFT JOIN views.forecasts ON case_id = cases.id
"""
_WEEKS = """
    SELECT date_trunc('week', answered_at AT TIME ZONE 'Europe/Copenhagen')::date AS week, count(*) AS answers
    FROM views.answers WHERE answered_at >= %s AND answered_at <= %s GROUP BY week ORDER BY week
"""
_TIMES = """
    SELECT body, count(*) AS answers, min(days) AS least, max(days) AS most,
           percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY days) AS quartiles
    FROM unnest(%(bodies)s::text[]) AS body CROSS JOIN LATERAL (
        SELECT extract(epoch FROM answered_at - asked_at)::float / 86400 AS days FROM views.answers
        WHERE answers.body = body.body
          AND asked_at IS NOT NULL AND answered_at >= %(since)s AND answered_at <= %(until)s
        ORDER BY answered_at DESC LIMIT %(most)s
    ) AS times GROUP BY body
"""
_SAID = """
    SELECT entry, summary ->> 'title' AS title FROM (
        SELECT newest.* FROM unnest(%(types)s::text[]) AS type CROSS JOIN LATERAL (
            SELECT position, case_id, entry FROM views.timeline
            WHERE entry ->> 'body' = %(body)s AND entry ->> 'type' = type.type ORDER BY position DESC LIMIT %(most)s
        ) AS newest ORDER BY position DESC LIMIT %(most)s
    ) AS said JOIN views.cases ON cases.id = case_id ORDER BY said.position DESC
"""
_OPENED = """
    SELECT id, summary, (
        SELECT recorded_at > %(moment)s FROM views.timeline WHERE case_id = id ORDER BY position DESC LIMIT 1
    ) AS changed
    FROM views.cases WHERE opened_at <= %(moment)s ORDER BY opened_at DESC, id DESC
"""
_WAITING = """
    SELECT body, count(*) AS cases FROM views.cases, unnest(waiting_for) AS body GROUP BY body ORDER BY 2 DESC, body
"""
_EXPECTED_ON = """
    SELECT one ->> 'meeting' AS meeting, one ->> 'step' AS step, one -> 'name' AS name, cases.id::text AS case,
           summary ->> 'title' AS title, standing
    FROM views.forecasts JOIN views.cases ON cases.id = case_id, jsonb_array_elements(forecast -> 'expected_on') AS one
    WHERE expected_on && %(meetings)s::text[] AND one ->> 'meeting' = ANY(%(meetings)s)
      AND status IN ('running', 'suspended')
    ORDER BY title, cases.id, step
"""
_COUNTING = """
    SELECT cases.id::text AS case, summary ->> 'title' AS title, is_awaited, count(*) OVER () AS cases
    FROM (
        SELECT case_id, bool_or(is_awaited) AS is_awaited FROM (
            SELECT case_id, true AS is_awaited FROM views.inbox WHERE body = %(body)s
            UNION ALL SELECT case_id, false FROM views.forecasts WHERE %(body)s = ANY(bodies)
        ) AS found GROUP BY case_id
    ) AS counting JOIN views.cases ON cases.id = case_id
    WHERE status IN ('running', 'suspended')
    ORDER BY is_awaited DESC, summary ->> 'deadline' NULLS LAST, title, cases.id LIMIT %(most)s
"""
_BY_DUE = """
    SELECT body, count(*) FILTER (WHERE left_days > %(close)s) AS ahead,
           count(*) FILTER (WHERE left_days BETWEEN 0 AND %(close)s) AS close,
           count(*) FILTER (WHERE left_days < 0) AS late
    FROM unnest(%(bodies)s::text[]) AS body CROSS JOIN LATERAL (
        SELECT due - (answered_at AT TIME ZONE 'Europe/Copenhagen')::date AS left_days FROM views.answers
        WHERE answers.body = body.body AND due IS NOT NULL AND answered_at >= %(since)s AND answered_at <= %(until)s
        ORDER BY answered_at DESC LIMIT %(most)s
    ) AS dues GROUP BY body
"""
_DUES = """
    SELECT DISTINCT ON (inbox.due, inbox.case_id, inbox.step) inbox.entry, coalesce(recorded_at, cases.opened_at) AS at,
           count(*) OVER (PARTITION BY inbox.case_id, inbox.step) AS waiting
    FROM views.inbox JOIN views.cases ON cases.id = inbox.case_id
         LEFT JOIN views.timeline ON timeline.position = cases.position
    WHERE (%(body)s::text IS NULL OR inbox.body = %(body)s) AND inbox.due IS NOT NULL AND cases.status = 'running'
    ORDER BY inbox.due, inbox.case_id, inbox.step
"""
_DEADLINES = """
    SELECT cases.id, summary ->> 'title' AS title, (summary ->> 'deadline')::date AS deadline,
           coalesce(recorded_at, cases.opened_at) AS at
    FROM views.cases LEFT JOIN views.timeline ON timeline.position = cases.position
    WHERE status = 'running' AND summary ->> 'deadline' IS NOT NULL ORDER BY 3, 1
"""


@dataclass(frozen=True)
class _Asked:
    """Which page of cases is asked for."""

    today: date
    limit: int
    status: str | None = None
    standing: Standing | None = None
    route: str | None = None
    waiting_for: str | None = None
    asked: str | None = None
    q: str | None = None
    overdue: bool | None = None
    done_from: date | None = None
    cursor: str | None = None

    def arguments(self) -> Document:
        """The query's arguments; raises `InvalidError` for a cursor or limit that cannot be."""
        if not 1 <= self.limit <= LARGEST_PAGE:
            what = f"the limit is {self.limit}"
            raise InvalidError(what, f"ask for 1 to {LARGEST_PAGE} cases", "limit")
        opened_at, last_id = _read_cursor(self.cursor) if self.cursor else (None, None)
        texts = {
            "status": self.status,
            "standing": self.standing,
            "route": self.route,
            "waiting_for": self.waiting_for,
            "asked": self.asked,
        }
        return {key: text and _storable(text) for key, text in texts.items()} | {
            "words": [_storable(word) for word in (self.q or "").casefold().split()],
            "overdue": self.overdue,
            "done_from": self.done_from and start_of_day(self.done_from),
            "today": self.today,
            "opened_at": opened_at,
            "id": last_id,
            "rows": self.limit + 1,
        }


class Views:
    """Every question that pages, API and command line ask of the views; errors of the database pass through."""

    def __init__(self, pool: AsyncConnectionPool[Any], listener: ViewListener) -> None:
        """Read through `pool`; `listener` (entered by the caller) tells when the views have moved."""
        self._pool = pool
        self._listener = listener

    async def position(self) -> int:
        """The place in the log that the views have come to."""
        rows = await self._rows("SELECT position FROM views.position")
        return int(rows[0]["position"])

    async def wait_for(self, position: int, timeout: float = 10.0) -> bool:  # noqa: ASYNC109 -- the answer is not an error
        """Whether the views came to `position` within `timeout` real seconds."""
        return await self._listener.wait_for(position, timeout)

    def changes(self) -> AsyncGenerator[Change]:
        """Every change of a case from this call on, `{case, position}`; ends when the reader falls too far behind."""
        return self._listener.changes()

    async def case(self, case_id: UUID, today: date | None = None) -> Document | None:
        """The case's document, with `overdue` where `today` is given; None if there is no such case in the views."""
        rows = await self._rows("SELECT document FROM views.cases WHERE id = %s", case_id)
        return _with_overdue(rows[0]["document"], today) if rows else None

    async def cases(self, *, today: date, limit: int = 50, **filters: Any) -> Document:
        """One page of cases, newest first: `{"items": [document with `overdue`, `forecast`], "next": cursor or None}`.

        A case that is under way has a `forecast`. The filters are `status`, `standing` (of the forecast), `route`,
        `waiting_for`, `asked` (those that ask this body), `overdue`, `q` (words of title, reference or id), `done_from`
        (a Danish date; those that came to their end then or later), and `cursor`. `today` is the Danish date. Raises
        `InvalidError` for a cursor or limit that cannot be.
        """
        items, following = await self._page("document", _Asked(today=today, limit=limit, **filters))
        return {"items": [_listed(row, as_read_on(row["shown"], today)) for row in items], "next": following}

    async def summaries(self, *, today: date, limit: int = 50, **filters: Any) -> Document:
        """The same page with only what a list shows of each case, as `summary_of` gives it; raises as `cases`."""
        items, following = await self._page("summary", _Asked(today=today, limit=limit, **filters))
        return {"items": [_listed(row, summary_read_on(row["shown"], today)) for row in items], "next": following}

    async def timeline(self, case_id: UUID, as_of: datetime | None = None) -> list[Document]:
        """What happened to a case, oldest first, up to and with the instant `as_of`; empty if there is no such case."""
        return [row["entry"] for row in await self._rows(_TIMELINE, case_id, as_of, as_of)]

    async def inbox(self, body: str) -> list[Document]:
        """What waits for a body's answer now, the earliest due first."""
        return [row["entry"] for row in await self._rows(_INBOX, body)]

    async def dates(self, body: str | None) -> Dates:
        """By when running cases wait for a body's answer; without one, for anybody's, and the cases' deadlines."""
        dues = [Due(row["entry"], row["waiting"], row["at"]) for row in await self._rows(_DUES, {"body": body})]
        found = [] if body else await self._rows(_DEADLINES)
        return Dates(dues, [Deadline(str(row["id"]), row["title"], row["deadline"], row["at"]) for row in found])

    async def overview(self, today: date) -> Document:
        """How many cases stand where: `{by_status, by_route, running, overdue, waiting_for: [{body, cases}]}`.

        `by_status` counts all cases, `by_route` and `waiting_for` the open ones, `overdue` those on the Danish `today`.
        """
        rows = await self._rows(_STATUSES, today)
        by_status: dict[str, int] = {}
        by_route: dict[str, int] = {}
        for row in rows:
            by_status[row["status"]] = by_status.get(row["status"], 0) + row["cases"]
            if row["status"] in OPEN_STATUSES:
                by_route[row["route"]] = by_route.get(row["route"], 0) + row["cases"]
        return {
            "by_status": by_status,
            "by_route": by_route,
            "running": by_status.get("running", 0),
            "overdue": sum(row["overdue"] for row in rows),
            "waiting_for": await self._rows(_WAITING),
        }

    async def counts(self, today: date, done_from: date) -> Document:
        """How many cases are `running`, `overdue` on the Danish `today`, `suspended`, and `done` since `done_from`.

        Of those under way as many as their forecasts say are `at_risk` and `late`.
        """
        rows = await self._rows(_COUNTS, {"today": today, "done_from": start_of_day(done_from)})
        return rows[0]

    async def answers_by_week(self, since: datetime, until: datetime) -> dict[date, int]:
        """How many answers came in each week between two instants, by its Monday; weeks without any are left out."""
        return {row["week"]: row["answers"] for row in await self._rows(_WEEKS, since, until)}

    async def answer_times(self, since: datetime, until: datetime, bodies: Sequence[str]) -> dict[str, Document]:
        """For each of the bodies how many days its answers between two instants took from its being asked.

        `{answers, least, quartiles: [lower, median, upper], most}`, of at most its `ANSWERS_OF_TIMES` newest answers;
        those before the step opened have taken no time.
        """
        asked = {"since": since, "until": until, "bodies": list(bodies), "most": ANSWERS_OF_TIMES}
        return {row.pop("body"): row for row in await self._rows(_TIMES, asked)}

    async def said_by(self, body: str, types: Sequence[str], most: int) -> list[Document]:
        """The timeline's entries of these types that a body caused, newest first, each with its case's `title`."""
        rows = await self._rows(_SAID, {"body": body, "types": list(types), "most": most})
        return [{**row["entry"], "title": row["title"]} for row in rows]

    async def opened_before(self, moment: datetime) -> list[Document]:
        """The cases that were opened by then, newest first: `{id, summary, changed}`, `changed` since then."""
        return await self._rows(_OPENED, {"moment": moment})

    async def titles(self, cases: Sequence[UUID]) -> dict[UUID, str]:
        """The titles of cases by their ids; those that the views do not have are left out."""
        query = "SELECT id, summary ->> 'title' AS title FROM views.cases WHERE id = ANY(%s)"
        return {row["id"]: row["title"] for row in await self._rows(query, list(cases))}

    async def bodies_waiting(self) -> dict[str, int]:
        """For each body that is waited for, the number of cases that wait for it."""
        return {row["body"]: row["cases"] for row in await self._rows(_WAITING)}

    async def history(self, organisation: Organisation, today: date) -> History:
        """How long bodies have taken in a process of their own, as plans of the Danish date `today` learn it."""
        rows = await self._rows(_PAST_TIMES, asked_for(organisation, today))
        return history_of((row["body"], row["asked"], row["decided_on"]) for row in rows)

    async def expected_on(self, meetings: Sequence[str]) -> list[Document]:
        """What is expected on the meetings with these ids: `{meeting, step, name, case, title, standing}`."""
        return await self._rows(_EXPECTED_ON, {"meetings": list(meetings)})

    async def counting_with(self, body: str, most: int) -> list[Document]:
        """The open cases that a body's meetings count for: `{case, title, is_awaited, cases}`, at most `most` of them.

        Those in which its answer is awaited come first, then those that it has still to deal with, the earliest
        deadline first; `cases` says how many there are in all.
        """
        return await self._rows(_COUNTING, {"body": body, "most": most})

    async def answers_by_due(self, since: datetime, until: datetime, bodies: Sequence[str]) -> dict[str, Document]:
        """For each of the bodies how its answers between two instants lay to the dates they were due on.

        `{ahead, close, late}`: how many came more than `CLOSE_DAYS` days before, in those, and after.
        """
        asked = {"since": since, "until": until, "bodies": list(bodies), "close": CLOSE_DAYS}
        return {row.pop("body"): row for row in await self._rows(_BY_DUE, asked | {"most": ANSWERS_OF_TIMES})}

    async def _page(self, shown: str, asked: _Asked) -> tuple[list[Document], str | None]:
        """The rows of the cases asked for, and the cursor of the next page; raises `InvalidError`."""
        rows = await self._rows(_CASES.format(shown=shown), asked.arguments())
        following = _write_cursor(rows[asked.limit - 1]) if len(rows) > asked.limit else None
        return rows[: asked.limit], following

    async def _rows(self, query: str, *arguments: Any) -> list[Document]:
        given = arguments[0] if arguments and isinstance(arguments[0], dict) else arguments
        async with self._pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(query, given)
            rows: list[Document] = await cursor.fetchall()
            return rows


def _listed(row: Document, read: Document) -> Document:
    return {**read, "forecast": row["forecast"] if read["status"] in OPEN_STATUSES else None}


def _with_overdue(document: Document, today: date | None) -> Document:
    return document if today is None else as_read_on(document, today)


def _storable(text: str) -> str:
    """A text that PostgreSQL takes."""
    return text.replace("\0", "\ufffd")


def _write_cursor(row: Document) -> str:
    last = [row["opened_at"].isoformat(), str(row["id"])]
    return base64.urlsafe_b64encode(json.dumps(last).encode()).decode()


def _read_cursor(cursor: str) -> tuple[datetime, UUID]:
    try:
        opened_at, case_id = json.loads(base64.b64decode(cursor, altchars=b"-_", validate=True))
        return datetime.fromisoformat(opened_at).astimezone(UTC), UUID(case_id)
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        what = "the cursor is none that this list gave"
        raise InvalidError(what, "leave it out to begin with the newest case", "cursor") from None
