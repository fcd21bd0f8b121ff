# SPDX-License-Identifier: EUPL-1.2
"""Folds the log into the view tables, in batches that each commit together with the place they came to."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID

import psycopg
import structlog
from psycopg import sql

from projections.documents import Document, case_document
from projections.folding import after
from projections.listener import VIEWS_CHANNEL
from projections.rows import Row, answer_row, as_json, case_row, inbox_rows, timeline_row
from projections.timeline import timeline_entry
from runtime.database import connect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.case import Case
    from domain.cases import Cases, Logged

BATCH = 500
"""The most events that one transaction takes."""
REMEMBERED_CASES = 1000
LIVE = "views"
FOLDED = ("position", "cases", "timeline", "inbox", "answers")
"""The tables that the log alone fills."""
TABLES = (*FOLDED, "forecasts")
SCHEMA_FILE = Path(__file__).with_name("schema.sql")
WRITERS = tuple(
    SCHEMA_FILE.with_name(f"{name}.py")
    for name in (
        "documents",
        "rows",
        "own_part",
        "timeline",
        "minutes_in_words",
        "items_in_words",
        "phrases",
        "folding",
    )
)
"""What rows are made by, beside the aggregate: rows of an earlier version's may lack what pages now look for."""

log = structlog.get_logger()

_Connection = psycopg.Connection[tuple[Any, ...]]
_Folded = tuple[Document, Row | None]
"""An event's entry in the timeline, and the row of the answer that it is."""

_CASES_IN_A_NOTIFICATION = 180  # of 40 bytes each, below the 8,000 that PostgreSQL takes
_READ_POSITION = "SELECT position, obj_description('position'::regclass, 'pg_class') FROM position"
_HOLD_POSITION: LiteralString = _READ_POSITION + " FOR UPDATE"


class ViewShapeError(RuntimeError):
    """The view tables are those of another version of the program, and rows of this one would be wrong in them."""

    def __init__(self) -> None:
        """Say how to mend it."""
        super().__init__("the view tables have another shape than this version writes; run `sagsgang migrate` of it")


class Projector:
    """Brings the views of one schema up to the log; not for several threads at once."""

    def __init__(self, url: str, cases: Cases, schema: str = LIVE, batch: int = BATCH) -> None:
        """Fold the log of `cases` into `schema` of the database at `url` (as the service role)."""
        self._url = url
        self._cases = cases
        self._schema = schema
        self._batch = batch
        self._connection: _Connection | None = None
        self._known: OrderedDict[UUID, Case] = OrderedDict()
        self.position: int | None = None
        """The place in the log that the views have come to, None before it is known."""
        self.stopped_before: tuple[int, UUID] | None = None
        """The event that cannot be folded, by its place and case, where there is one: the views stop before it."""

    def turn(self) -> bool:
        """Take one batch; returns whether there may be more.

        After an error, which is raised, the next turn begins from what is stored: no event is skipped.
        """
        try:
            return self._take(self._connected())
        except BaseException:
            self.close()
            raise

    def catch_up(self, connection: _Connection) -> int:
        """Take every event there is on a connection of the caller's, in its transaction; returns the place come to."""
        while self._take(connection):
            pass
        return self.position or 0

    def remembered(self, case_id: UUID, version: int) -> Case | None:
        """The case at a version where it is still known from folding; only to be read."""
        case = self._known.get(case_id)
        return case if case is not None and case.version == version else None

    def close(self) -> None:
        """Give up the connection and forget what is not stored."""
        self._forget()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> _Connection:
        if self._connection is None or self._connection.closed:
            self._forget()
            self._connection = connect(self._url)
            use_schema(self._connection, self._schema)
        return self._connection

    def _take(self, connection: _Connection) -> bool:
        if self.position is None:
            self.position = _stored_position(connection)
        found = self._cases.read_log(self.position + 1, self._batch)
        if not found:
            return False
        entries = self._entries(found)
        batch = found[: len(entries)]
        rows = self._rows(batch, entries)
        with connection.transaction():
            # Another replica may have worked, or a rebuild may have been swapped in: then nothing of this is written.
            if _stored_position(connection, _HOLD_POSITION) != self.position:
                self._forget()
                return True
            _write(connection, rows, batch[-1].position)
            if self._schema == LIVE:
                notify(connection, batch[-1].position, rows.changed)
        self.position, self.stopped_before = batch[-1].position, None
        return len(found) == self._batch or len(batch) < len(found)

    def _entries(self, batch: Sequence[Logged]) -> list[_Folded]:
        """Fold the batch into the cases, up to an event that cannot be folded: the next batch begins with it."""
        entries: list[_Folded] = []
        for logged in batch:
            try:
                entries.append(self._entry(logged))
            except Exception:
                case_id = logged.event.originator_id
                log.error("event_not_projected", case=str(case_id), position=logged.position)  # noqa: TRY400
                if not entries:
                    self.stopped_before = (logged.position, case_id)
                    raise
                self._known.pop(case_id, None)  # it may be half changed
                break
        return entries

    def _rows(self, batch: Sequence[Logged], entries: Sequence[_Folded]) -> _Rows:
        """The rows that follow from a batch that was folded."""
        newest = {logged.event.originator_id: logged for logged in batch}
        documents: list[Document] = []
        inbox: list[Row] = []
        for case_id, logged in newest.items():
            case = self._before(case_id, logged.event.originator_version + 1)
            if case is not None:
                documents.append(case_document(case, logged.position, self._cases.working_days))
                inbox += inbox_rows(case, documents[-1])
        self._forget_oldest()
        return _Rows(
            [str(case_id) for case_id in newest],
            {
                "cases": [case_row(document) for document in documents],
                "timeline": [timeline_row(entry) for entry, _ in entries],
                "inbox": inbox,
                "answers": [answer for _, answer in entries if answer],
            },
        )

    def _entry(self, logged: Logged) -> _Folded:
        """The timeline's entry of one event, which is then part of its case, and the row of the answer that it is."""
        event = logged.event
        before = self._before(event.originator_id, event.originator_version)
        entry = timeline_entry(before, event, logged.position, self._cases.organisation)
        answer = answer_row(before, event, logged.position)
        self._known[event.originator_id] = after(before, event)
        return entry, answer

    def _before(self, case_id: UUID, version: int) -> Case | None:
        """The case before the event that makes it `version`."""
        if case_id in self._known:
            self._known.move_to_end(case_id)
            return self._known[case_id]
        return self._cases.get(case_id, version=version - 1) if version > 1 else None

    def _forget(self) -> None:
        self.position = None
        self._known.clear()

    def _forget_oldest(self) -> None:
        while len(self._known) > REMEMBERED_CASES:
            self._known.popitem(last=False)


class _Rows:
    """What one batch writes: the cases that changed, and the new rows of each table."""

    def __init__(self, changed: list[str], new: dict[str, list[Row]]) -> None:
        self.changed = changed
        self.new = new


def use_schema(connection: _Connection, schema: str) -> None:
    """Let the names of view tables on this connection mean those of `schema`."""
    connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(schema)))


def create_tables(connection: _Connection, schema: str) -> None:
    """Make empty view tables in `schema`, in place of any that are there, at one go; a comment tells their shape."""
    names = sql.SQL(", ").join(sql.Identifier(schema, table) for table in TABLES)
    with connection.transaction():
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(names))
        connection.execute(sql.SQL("SET LOCAL search_path TO {}").format(sql.Identifier(schema)))
        connection.execute(SCHEMA_FILE.read_bytes())
        connection.execute(sql.SQL("COMMENT ON TABLE position IS {}").format(sql.Literal(view_shape())))


@lru_cache
def view_shape() -> str:
    """The shape of the view tables that this version writes, and of what stands in them."""
    return hashlib.sha256(b"".join(file.read_bytes() for file in (SCHEMA_FILE, *WRITERS))).hexdigest()


def notify(connection: _Connection, position: int, cases: Sequence[str]) -> None:
    """Tell with the transaction's commit where the views are and which cases changed, in as many parts as it takes."""
    for start in range(0, max(len(cases), 1), _CASES_IN_A_NOTIFICATION):
        news = {"position": position, "cases": cases[start : start + _CASES_IN_A_NOTIFICATION]}
        connection.execute("SELECT pg_notify(%s, %s)", (VIEWS_CHANNEL, json.dumps(news)))


def _stored_position(connection: _Connection, query: LiteralString = _READ_POSITION) -> int:
    """The place that the views have come to; raises `ViewShapeError` when they are not this version's."""
    row = connection.execute(query).fetchone()
    if row is None or row[1] != view_shape():
        raise ViewShapeError
    return int(row[0])


def _write(connection: _Connection, rows: _Rows, position: int) -> None:
    """Put a batch's rows in the place of those cases' earlier ones, in one round trip."""
    with connection.pipeline():
        connection.execute("DELETE FROM cases WHERE id = ANY(%s::uuid[])", (rows.changed,))
        connection.execute("DELETE FROM inbox WHERE case_id = ANY(%s::uuid[])", (rows.changed,))
        for table, new in rows.new.items():
            insert = sql.SQL("INSERT INTO {0} SELECT * FROM json_populate_recordset(NULL::{0}, %s)")
            connection.execute(insert.format(sql.Identifier(table)), (as_json(new),))
        connection.execute("UPDATE position SET position = %s", (position,))
