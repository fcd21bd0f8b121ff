# SPDX-License-Identifier: EUPL-1.2
"""Reads a body's meetings out of the text of a CSV or iCalendar file, as people and their programs write it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from io import StringIO
from typing import Any

from icalendar import Calendar

from domain.dates import COPENHAGEN
from domain.faults import IDENTIFIER, WHOLE_FILE, Fault, did_you_mean, quoted, raise_faults
from domain.meetings import Meeting

COLUMNS = ("id", "date", "time", "place", "papers_in_by", "assumed", "source")
"""The columns of a CSV file, named in its first line; only `date` must be there."""
PAPERS_PROPERTY = "X-SAGSGANG-PAPERS-IN-BY"
"""The property of an event by which an iCalendar file may say by when papers must be in, as a date."""
_NO_DAY = date.max
"""In place of a day that could not be read, which is a fault."""
_YES, _NO = {"true", "ja", "yes", "1"}, {"false", "nej", "no", "0", ""}


@dataclass(frozen=True)
class MeetingFile:
    """What a file says of a body's meetings."""

    meetings: list[Meeting]
    """Those that it has, in the order of their dates."""
    cancelled: tuple[str, ...] = ()
    """The ids of those that it says are cancelled."""


def read_csv(text: str, file: str, body: str) -> MeetingFile:
    """The meetings of a body in a CSV text, separated by commas or semicolons, in the order of their dates.

    Dates are ISO days, times `HH:MM` on Danish clocks. Raises `InvalidDataError` with every fault, by line and column.
    """
    faults: list[Fault] = []
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    rows = csv.DictReader(StringIO(text.removeprefix("\ufeff")), delimiter=delimiter, restkey="further", restval="")
    meetings = []
    try:
        columns = list(rows.fieldnames or ())
        _check_columns(columns, file, faults)
        if not faults:
            meetings = [_read_row(row, rows.line_num, file, body, faults) for row in rows if any(row.values())]
    except csv.Error as error:
        faults.append(Fault(file, f"line {rows.line_num}", f"is no CSV ({error})", "save the file as CSV"))
    return _sound(meetings, (), file, faults)


def read_icalendar(text: str, file: str, body: str) -> MeetingFile:
    """The meetings of a body in an iCalendar text, one an event, and the ids of the cancelled ones.

    An event's UID is the meeting's id. Raises `InvalidDataError` with every fault, by UID.
    """
    faults: list[Fault] = []
    try:
        calendar = Calendar.from_ical(text.removeprefix("\ufeff"))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        mend = "export the calendar anew as iCalendar (.ics)"
        faults.append(Fault(file, WHOLE_FILE, f"is no iCalendar ({_one_line(error)})", mend))
        return _sound([], (), file, faults)
    meetings, cancelled = list[Meeting](), list[str]()
    for number, event in enumerate(calendar.walk("VEVENT"), 1):
        if _status(event) == "CANCELLED":
            cancelled.append(_uid(event, number, file, faults))
        else:
            meetings += _read_event(event, number, file, body, faults)
    return _sound(meetings, tuple(cancelled), file, faults)


def _check_columns(columns: list[str], file: str, faults: list[Fault]) -> None:
    if not columns:
        faults.append(Fault(file, WHOLE_FILE, "is empty", f"write a first line with {', '.join(COLUMNS)}"))
        return
    unknown = [column for column in columns if column not in COLUMNS]
    faults += [
        Fault(file, "line 1", f"has the unknown column {quoted(name)}", did_you_mean(name, COLUMNS)) for name in unknown
    ]
    if "date" not in columns:
        faults.append(Fault(file, "line 1", "has no column date", "name the column with the meetings' dates date"))


def _read_row(row: dict[str, Any], line: int, file: str, body: str, faults: list[Fault]) -> Meeting:
    def fault(column: str, what: str, mend: str) -> None:
        faults.append(Fault(file, f"line {line}, {column}", what, mend))

    if "further" in row:
        fault("date", "has more cells than columns", "remove them, or put texts with separators in quotes")
    texts = {column: str(row.get(column) or "").strip() for column in COLUMNS}
    day = _as_day(texts["date"])
    papers = _as_day(texts["papers_in_by"])
    if day is None:
        fault("date", f"is {quoted(texts['date'])}", "write it as YYYY-MM-DD")
    if papers is None and texts["papers_in_by"]:
        fault("papers_in_by", f"is {quoted(texts['papers_in_by'])}", "write it as YYYY-MM-DD, or leave it empty")
    if texts["assumed"].lower() not in _YES | _NO:
        fault("assumed", f"is {quoted(texts['assumed'])}", "write true or false")
    at = _as_time(texts["time"])
    if at is None and texts["time"]:
        fault("time", f"is {quoted(texts['time'])}", "write it as HH:MM, or leave it empty")
    if texts["id"] and not IDENTIFIER.fullmatch(texts["id"]):
        fault("id", f"is {quoted(texts['id'])}", "write it with a-z, 0-9 and single hyphens only")
    return Meeting(
        id=texts["id"] or f"{body}-{day}",
        body=body,
        day=day or _NO_DAY,
        papers_in_by=papers,
        at=at,
        place=texts["place"] or None,
        source=texts["source"] or file,
        assumed=texts["assumed"].lower() in _YES,
    )


def _read_event(event: Any, number: int, file: str, body: str, faults: list[Fault]) -> Iterator[Meeting]:
    uid = _uid(event, number, file, faults)
    key = uid or _nameless(number)
    if "RRULE" in event or "RDATE" in event:
        faults.append(Fault(file, key, "repeats", "export every meeting as an event of its own"))
    starts = _start(event)
    if not isinstance(starts, date):
        faults.append(Fault(file, key, "has no DTSTART that is a date or time", "give the event a start"))
        return
    papers = str(event.get(PAPERS_PROPERTY, "")).strip()
    if papers and _as_day(papers) is None:
        faults.append(Fault(file, key, f"has {PAPERS_PROPERTY} {quoted(papers)}", "write it as YYYYMMDD"))
    day, at = _danish(starts)
    yield Meeting(
        id=uid,
        body=body,
        day=day,
        papers_in_by=_as_day(papers),
        at=at,
        place=str(event.get("LOCATION", "")).strip() or None,
        source=str(event.get("SUMMARY", "")).strip() or file,
        assumed=_status(event) == "TENTATIVE",
    )


def _uid(event: Any, number: int, file: str, faults: list[Fault]) -> str:
    """An event's UID; empty, which is a fault, where it has none."""
    uid = str(event.get("UID", "")).strip()
    if not uid:
        mend = "export the calendar with UIDs, by which a meeting is known again"
        faults.append(Fault(file, _nameless(number), "has no UID", mend))
    return uid


def _nameless(number: int) -> str:
    """How faults call an event without a UID."""
    return f"event {number}"


def _status(event: Any) -> str:
    return str(event.get("STATUS", "")).strip().upper()


def _sound(meetings: list[Meeting], cancelled: tuple[str, ...], file: str, faults: list[Fault]) -> MeetingFile:
    """What was read, in order; raises `InvalidDataError` for what is wrong with any of it."""
    if not meetings and not cancelled and not faults:
        faults.append(Fault(file, WHOLE_FILE, "has no meeting", "write at least one"))
    ids = [*(meeting.id for meeting in meetings if meeting.day != _NO_DAY), *cancelled]
    faults += [
        Fault(file, twice, "stands twice", "give each meeting an id of its own, or remove one")
        for twice in dict.fromkeys(one for one in ids if one and ids.count(one) > 1)
    ]
    for meeting in meetings:
        if meeting.papers_in_by and meeting.papers_in_by > meeting.day:
            what = f"has papers_in_by {meeting.papers_in_by}, after the meeting on {meeting.day}"
            faults.append(Fault(file, meeting.id, what, "write a day up to the meeting's"))
    raise_faults(faults)
    return MeetingFile(sorted(meetings, key=lambda meeting: (meeting.day, meeting.id)), cancelled)


def _start(event: Any) -> Any:
    """What an event's DTSTART holds; None where it has none that can be read."""
    try:
        return event.get("DTSTART").dt
    except (AttributeError, ValueError):
        return None


def _danish(starts: date) -> tuple[date, time | None]:
    """The day and the time on Danish clocks; a time without a zone is meant as Danish."""
    if not isinstance(starts, datetime):
        return starts, None
    local = starts.astimezone(COPENHAGEN) if starts.tzinfo else starts
    return local.date(), local.time().replace(tzinfo=None)


def _as_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _as_time(text: str) -> time | None:
    try:
        return datetime.strptime(text, "%H:%M").replace(tzinfo=UTC).time()
    except ValueError:
        return None


def _one_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)[:100]
