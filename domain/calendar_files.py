# SPDX-License-Identifier: EUPL-1.2
"""Reads an organisation's calendar files, checked as a whole (docs/reference/calendars.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from domain.calendar import CUSTOMARY, ClosingDay, WorkingDays
from domain.faults import Fault, TableReader, did_you_mean, quoted
from domain.meetings import DAY, BodyCalendar, Calendars, Meeting, Period, Recess, Rhythm, UsualTime
from domain.names import read_name

CALENDARS_FOLDER = "calendars/"
LONGEST_DAYS = 1095
"""The longest usual time, lead time and rhythm."""
_HOLDS = "closing_days, recesses, usual_times, bodies or several of them"
_WEEKS, _MONTHS, _DAYS_OF_MONTH = 53, 12, 31
_EVERYBODY = "everybody"
_LEAP_YEAR = date(2024, 1, 1)
_MOST_RECESS_DAYS = 183


@dataclass
class _Found:
    """What the files have said so far, and what they may name."""

    bodies: Mapping[str, object] | None
    groups: Mapping[str, tuple[str, ...]] | None
    closing_days: list[ClosingDay] = field(default_factory=list)
    recesses: list[Recess] = field(default_factory=list)
    usual_times: dict[str, UsualTime] = field(default_factory=dict)
    of_groups: dict[str, UsualTime] = field(default_factory=dict)
    calendars: dict[str, BodyCalendar] = field(default_factory=dict)
    meetings: dict[str, str] = field(default_factory=dict)
    """The file in which each meeting's id stands."""


def read_calendars(
    files: Mapping[str, str],
    bodies: Mapping[str, object] | None,
    groups: Mapping[str, tuple[str, ...]] | None,
    faults: list[Fault],
) -> Calendars:
    """The calendars in the texts of an organisation's calendar files, by their names; every fault is added to `faults`.

    Bodies and groups (with their members) are checked where they are known.
    """
    found = _Found(bodies, groups)
    for file in sorted(files):
        table = TableReader.of_text(files[file], file, faults, holds=_HOLDS)
        if table is not None:
            _read_file(table, file, found)
    _check_open_days(found.recesses, max(files, default=""), faults)
    otherwise = found.usual_times.pop(_EVERYBODY, Calendars().otherwise)
    return Calendars(
        working_days=WorkingDays(tuple(found.closing_days)) if found.closing_days else CUSTOMARY,
        recesses=tuple(found.recesses),
        usual_times={**found.of_groups, **found.usual_times},
        otherwise=otherwise,
        bodies=found.calendars,
    )


def _read_file(table: TableReader, file: str, found: _Found) -> None:
    found.closing_days += [_read_closing_day(row) for row in table.optional_tables("closing_days") or ()]
    found.recesses += [_read_recess(row, found) for row in table.optional_tables("recesses") or ()]
    for row in table.optional_tables("usual_times") or ():
        _read_usual_time(row, found)
    for row in table.optional_tables("bodies") or ():
        calendar = _read_body(row, file, found)
        if calendar.body in found.calendars:
            row.fault("id", f"is {quoted(calendar.body)}, which has its calendar already", "write one table a body")
        found.calendars.setdefault(calendar.body, calendar)
    table.done()


def _read_closing_day(table: TableReader) -> ClosingDay:
    read_name(table.table("name"))
    easter = table.optional_number("days_after_easter", maximum=366)
    month = table.optional_number("month", minimum=1, maximum=_MONTHS)
    day = table.optional_number("day", minimum=1, maximum=_DAYS_OF_MONTH)
    if (easter is None) == (month is None or day is None):
        table.fault("day", "does not say one day", "write either month and day, or days_after_easter")
    elif easter is None and ClosingDay(month, day).in_year(_LEAP_YEAR.year) is None:
        table.fault("day", f"is {day}, which month {month} never has", "write a day of that month")
    table.done()
    return ClosingDay(month, day, easter)


def _read_recess(table: TableReader, found: _Found) -> Recess:
    name = read_name(table.table("name"))
    weeks, months = _read_numbers(table, "weeks", _WEEKS), _read_numbers(table, "months", _MONTHS)
    first, last = table.optional_date("from"), table.optional_date("until")
    period = _period(table, first, last)
    if sum((bool(weeks), bool(months), bool(first or last))) != 1:
        table.fault("weeks", "does not say in one way when it is", "write either weeks, or months, or from and until")
    if period and (period.last - period.first).days > _MOST_RECESS_DAYS * 2:
        table.fault("until", "is more than a year after `from`", "write a recess of at most a year")
    table.flag("assumed")
    table.optional_text("source")
    bodies = _read_whose(table, found)
    table.done()
    return Recess(name=name, weeks=weeks, months=months, period=period, bodies=bodies)


def _check_open_days(recesses: Iterable[Recess], file: str, faults: list[Fault]) -> None:
    """Somebody who never works would never decide."""
    of_every_year = [replace(recess, period=None) for recess in recesses]
    days = (_LEAP_YEAR + number * DAY for number in range(366))
    closed = sum(any(recess.holds(day) for recess in of_every_year) for day in days)
    if closed > _MOST_RECESS_DAYS:
        what = f"close {closed} days of a year"
        faults.append(Fault(file, "recesses", what, "leave more than half of the year open"))


def _period(table: TableReader, first: date | None, last: date | None) -> Period | None:
    if first is None and last is None:
        return None
    if first is None or last is None or last < first:
        table.fault("until", "is not a day on or after `from`", "write both from and until, both included")
        return None
    return Period(first=first, last=last)


def _read_numbers(table: TableReader, key: str, maximum: int) -> tuple[int, ...]:
    return table.optional_numbers(key, minimum=1, maximum=maximum) or ()


def _read_whose(table: TableReader, found: _Found) -> frozenset[str] | None:
    """The bodies that a table names by `bodies` and `groups`; None where it names none: everybody."""
    bodies, groups = table.optional_texts("bodies"), table.optional_texts("groups")
    for body in bodies or ():
        _check_known("bodies", "body", body, found.bodies, table)
    for group in groups or ():
        _check_known("groups", "group", group, found.groups, table)
    if bodies is None and groups is None:
        return None
    return frozenset(bodies or ()) | _members(groups or (), found)


def _members(groups: Iterable[str], found: _Found) -> frozenset[str]:
    return frozenset(member for group in groups for member in (found.groups or {}).get(group, ()))


def _check_known(key: str, kind: str, name: str, known: Mapping[str, object] | None, table: TableReader) -> None:
    if known is not None and name not in known:
        table.fault(key, f"names the unknown {kind} {quoted(name)}", did_you_mean(name, known))


def _read_usual_time(table: TableReader, found: _Found) -> None:
    """Note a usual time: a body's own goes before its group's, and both before everybody's."""
    time = UsualTime(
        days=table.number("days", minimum=1, maximum=LONGEST_DAYS),
        spread_days=table.optional_number("spread_days", maximum=LONGEST_DAYS) or 0,
        assumed=table.flag("assumed"),
    )
    table.optional_text("source")
    by_group = table.has("groups")
    if by_group and table.has("bodies"):
        table.fault("groups", "stands beside bodies", "write one table for each")
    whose = _read_whose(table, found)
    table.done()
    goes_to = found.of_groups if by_group else found.usual_times
    for body in (_EVERYBODY,) if whose is None else sorted(whose):
        if body in goes_to:
            table.fault("days", f"is the second usual time of {quoted(body)}", "remove one of the two")
        goes_to[body] = time


def _read_body(table: TableReader, file: str, found: _Found) -> BodyCalendar:
    body = table.identifier("id")
    _check_known("id", "body", body, found.bodies, table)
    lead_days = table.optional_number("lead_days", maximum=LONGEST_DAYS) or 0
    rhythm = _read_rhythm(table)
    meetings = [_read_meeting(row, body, file, found) for row in table.optional_tables("meetings") or ()]
    in_order = tuple(sorted(meetings, key=lambda meeting: meeting.day))
    known = tuple(_read_known(row) for row in table.optional_tables("known") or ())
    if rhythm and rhythm.first is None and not meetings:
        table.fault("rhythm", "has no day to count from", "write rhythm.first, or a meeting")
    if rhythm is None and not meetings:
        table.fault("meetings", "is missing beside no rhythm", "write the body's meetings, its rhythm, or both")
    table.done()
    if not known and in_order:
        known = (Period(first=in_order[0].day, last=in_order[-1].day),)
    return BodyCalendar(body=body, meetings=in_order, known=known, rhythm=rhythm, lead_days=lead_days)


def _read_known(table: TableReader) -> Period:
    first, last = table.optional_date("from"), table.optional_date("until")
    period = _period(table, first, last)
    if first is None and last is None:
        table.fault("from", "is missing", "write from and until, both included")
    table.done()
    return period or Period(first=date.max, last=date.max)


def _read_rhythm(table: TableReader) -> Rhythm | None:
    inner = table.optional_table("rhythm")
    if inner is None:
        return None
    rhythm = Rhythm(
        every_days=inner.number("every_days", minimum=7, maximum=LONGEST_DAYS), first=inner.optional_date("first")
    )
    inner.done()
    return replace(rhythm, every_days=max(rhythm.every_days, 7))


def _read_meeting(table: TableReader, body: str, file: str, found: _Found) -> Meeting:
    meeting = Meeting(
        id=table.identifier("id"),
        body=body,
        day=table.date("date"),
        papers_in_by=table.optional_date("papers_in_by"),
        at=table.optional_time("time"),
        place=table.optional_text("place"),
        source=table.optional_text("source"),
        assumed=table.flag("assumed"),
    )
    if meeting.papers_in_by and meeting.papers_in_by > meeting.day:
        table.fault("papers_in_by", f"is {meeting.papers_in_by}, after the meeting", "write a day up to the meeting's")
    if not meeting.assumed and not meeting.source:
        table.fault("source", "is missing", "write the paper that names the meeting, or assumed = true")
    if meeting.id and meeting.id in found.meetings:
        what = f"is {quoted(meeting.id)}, as in {found.meetings[meeting.id]} already"
        table.fault("id", what, "give each meeting an id of its own")
    found.meetings.setdefault(meeting.id, file)
    table.done()
    return meeting
