# SPDX-License-Identifier: EUPL-1.2
"""How a case stood at an earlier moment: the views' own folds, run over the log up to there."""

from __future__ import annotations

from datetime import MINYEAR, UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from eventsourcing.postgres import PostgresApplicationRecorder

from domain.case import OPEN_STATUSES, Case
from domain.dates import danish_date, end_of_day
from domain.errors import AbsentError, CaseNotFoundError, InvalidError
from domain.matters import matter_of_case
from domain.participation import joining_steps
from domain.planning import Planner
from projections.documents import Document, case_document, participation_document, summary_of
from projections.folding import after
from projections.plans import forecast_document
from projections.timeline import timeline_entry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.cases import Cases
    from domain.estimating import History
    from domain.organisation import Organisation

_MEND = "write a date as 2025-05-02, or an instant with its zone as 2025-05-02T12:00:00Z"
_POSITIONS = """
    SELECT originator_version, notification_id FROM cases_events
    WHERE originator_id = %s AND originator_version <= %s
"""
_A_DAY = timedelta(days=1)
BEGINNING_OF_TIME = datetime.min.replace(tzinfo=UTC) + _A_DAY
END_OF_TIME = datetime.max.replace(tzinfo=UTC) - _A_DAY
"""The ends of the calendar, far enough inside that every time zone still has a date there."""


def parse_as_of(text: str) -> datetime:
    """The UTC instant that `as_of` means, a date meaning its Danish day's last microsecond; raises `InvalidError`.

    What lies at the ends of the calendar means `BEGINNING_OF_TIME` or `END_OF_TIME`.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _parse_instant(text)
    try:
        return _inside(end_of_day(day) - timedelta(microseconds=1))
    except OverflowError:
        return _nearest_end(day.year)


def case_at(cases: Cases, case_id: UUID, moment: datetime) -> Case:
    """The case with all that was recorded up to `moment` (aware); raises `CaseNotFoundError` before it was opened."""
    case = _folded(cases, case_id, moment)
    if case is None:
        what = f"there was no case {case_id} yet"
        raise CaseNotFoundError(what, "check the id, or ask for a later moment", "id")
    return case


def case_as_of(cases: Cases, case_id: UUID, moment: datetime) -> Document | None:
    """The case's document with all that was recorded up to `moment` (aware); None if it was not opened yet."""
    case = _folded(cases, case_id, moment)
    if case is None:
        return None
    return case_document(case, cases.position(case_id, case.version), cases.working_days)


def participation_as_of(cases: Cases, case_id: UUID, moment: datetime, on: date) -> Document | None:
    """The schemes of a case on the Danish date `on`, by what was recorded up to `moment`; None if not opened yet.

    `{on, schemes: [{step, name, …}]}`. Raises `AbsentError` where the case's route has nothing to join.
    """
    case = _folded(cases, case_id, moment)
    if case is None:
        return None
    steps = joining_steps(case)
    if not steps:
        what = f"nobody joins anything in a case of the route {case.route.id!r}"
        raise AbsentError(what, "ask for a case whose route has a step with ask = join", "id")
    schemes = [{"step": s.id, "name": vars(s.name), **participation_document(case, s, on)} for s in steps]
    return {"case": str(case_id), "on": on.isoformat(), "schemes": schemes}


def cases_as_of(
    cases: Cases, opened: Sequence[Document], moment: datetime, organisation: Organisation, history: History
) -> list[Document]:
    """What a list shows of cases as they stood at `moment`, each with its `forecast`, None for one that was over.

    `opened` is what `Views.opened_before` gives; cases that nothing has happened to since, and that were over, are not
    folded again. Plans count with the meetings of `organisation` and the bodies' past times, both as they were then.
    """
    planner = Planner(organisation.calendars, history, danish_date(moment))
    return [_with_forecast(cases, row, moment, organisation, planner) for row in opened]


def is_folded_again(row: Document) -> bool:
    """Whether a case that `Views.opened_before` gives has changed since, or ran then, so that it had a forecast."""
    return bool(row["changed"]) or row["summary"]["status"] in OPEN_STATUSES


def timeline_as_of(cases: Cases, case_id: UUID, moment: datetime) -> list[Document] | None:
    """The case's timeline up to and with `moment` (aware); None if it was not opened yet."""
    case: Case | None = None
    entries: list[Document] = []
    events = [event for event in cases.history(case_id) if event.timestamp <= moment]
    positions = _positions(cases, case_id, len(events))
    for event in events:
        entries.append(timeline_entry(case, event, positions[event.originator_version], cases.organisation))
        case = after(case, event)
    return entries or None


def _with_forecast(
    cases: Cases, row: Document, moment: datetime, organisation: Organisation, planner: Planner
) -> Document:
    summary: Document = row["summary"]
    if not is_folded_again(row):
        return {**summary, "forecast": None}
    case = _folded(cases, row["id"], moment)
    if case is None:
        return {**summary, "forecast": None}
    past = summary_of(case_document(case, 0)) if row["changed"] else summary
    plan = planner.plan(matter_of_case(case, danish_date(moment))) if case.is_open else None
    return {**past, "forecast": forecast_document(plan, organisation) if plan else None}


def _folded(cases: Cases, case_id: UUID, moment: datetime) -> Case | None:
    case: Case | None = None
    for event in cases.history(case_id):
        if event.timestamp <= moment:
            case = after(case, event)
    return case


def _positions(cases: Cases, case_id: UUID, last: int) -> dict[int, int]:
    """The places in the log of a case's events up to version `last`, by version; asked of a database in one query."""
    recorder = cases.recorder
    if not isinstance(recorder, PostgresApplicationRecorder):
        return {version: cases.position(case_id, version) for version in range(1, last + 1)}
    with recorder.datastore.transaction(commit=False) as cursor:
        cursor.execute(_POSITIONS, (case_id, last))
        return {row["originator_version"]: row["notification_id"] for row in cursor.fetchall()}


def _parse_instant(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        what = f"as_of is {text!r}, which is no date or instant"
        raise InvalidError(what, _MEND, "as_of") from None
    if moment.tzinfo is None:
        what = f"as_of is {text!r}, an instant without a time zone"
        raise InvalidError(what, _MEND, "as_of")
    try:
        return _inside(moment.astimezone(UTC))
    except OverflowError:
        return _nearest_end(moment.year)


def _inside(moment: datetime) -> datetime:
    return min(max(moment, BEGINNING_OF_TIME), END_OF_TIME)


def _nearest_end(year: int) -> datetime:
    return BEGINNING_OF_TIME if year == MINYEAR else END_OF_TIME
