# SPDX-License-Identifier: EUPL-1.2
"""The dates of a body, or of the secretariat, as an iCalendar text (RFC 5545) that calendar programs subscribe to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from icalendar import Calendar, Event, Timezone

from domain.dates import COPENHAGEN
from domain.organisation import SECRETARIAT
from projections.phrases import long_date

if TYPE_CHECKING:
    from domain.meeting_plan import Diary
    from domain.meetings import Meeting
    from projections.dates import Dates, Due

BEFORE, AHEAD = timedelta(days=366), timedelta(days=2 * 366)
"""How far back and ahead of today a feed reaches."""
MEDIA_TYPE = "text/calendar; charset=utf-8"
REFRESH = timedelta(hours=1)
"""How often a calendar program is asked to read the feed anew."""
_COPENHAGEN = """BEGIN:VTIMEZONE
TZID:Europe/Copenhagen
BEGIN:DAYLIGHT
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""
"""What the times' zone is, for programs that do not know it by name."""


def feed(diary: Diary, body: str, dates: Dates, today: date, made_at: datetime) -> bytes:
    """The feed of a body on the Danish date `today`, that of the secretariat with the meetings of all bodies.

    Meetings that only a rhythm makes likely are left out. What never changed is stamped with `made_at` (UTC), so that
    the same dates give the same text.
    """
    name = diary.organisation.name_of(body, today).da
    calendar = Calendar()
    facts = {"prodid": "-//Sagsgang//Kalender//DA", "version": "2.0", "calscale": "GREGORIAN", "method": "PUBLISH"}
    for key, value in facts.items():
        calendar.add(key, value)
    for key in ("name", "x-wr-calname"):
        calendar.add(key, f"Sagsgang: {name}")
    calendar.add("refresh-interval", REFRESH, {"value": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    calendar.add_component(Timezone.from_ical(_COPENHAGEN))
    for event in _events(diary, body, dates, today, made_at):
        calendar.add_component(event)
    text: bytes = calendar.to_ical()
    return text


def _events(diary: Diary, body: str, dates: Dates, today: date, made_at: datetime) -> Iterator[Event]:
    calendars = diary.organisation.calendars
    bodies = list(calendars.bodies) if body == SECRETARIAT else [body]
    for one in bodies:
        first, last = today - BEFORE, today + AHEAD
        for meeting in (*calendars.meetings(one, first, last), *calendars.called_off(one, first, last)):
            if not meeting.uncertain_days:
                yield from _of_meeting(diary, meeting, made_at)
    home = _home(diary)
    for due in dates.dues:
        yield _of_due(due, body, home)
    for deadline in dates.deadlines:
        yield _all_day(
            f"deadline-{deadline.case}@{home}", deadline.deadline, deadline.changed_at, f"Sagsfrist: {deadline.title}"
        )


def _of_meeting(diary: Diary, meeting: Meeting, made_at: datetime) -> Iterator[Event]:
    """A meeting and, as an entry of its own, the last day for its papers."""
    changes = diary.changes_of(meeting.id)
    stamp, home = changes[-1].at if changes else made_at, _home(diary)
    name, on = diary.organisation.name_of(meeting.body, meeting.day).da, long_date(meeting.day.isoformat()).da
    event = Event()
    event.add("uid", f"meeting-{meeting.id}@{home}")
    event.add("dtstamp", stamp)
    event.add("summary", f"{name}: møde")
    event.add("dtstart", datetime.combine(meeting.day, meeting.at, COPENHAGEN) if meeting.at else meeting.day)
    if meeting.place:
        event.add("location", meeting.place)
    entries = [event]
    if meeting.papers_in_by:
        event.add("description", f"Papirerne skal være inde senest {long_date(meeting.papers_in_by.isoformat()).da}.")
        text = f"Papirfrist: {name}, mødet {on}"
        entries.append(_all_day(f"papers-{meeting.id}@{home}", meeting.papers_in_by, stamp, text))
    for entry in entries:
        entry.add("sequence", len(changes))
        entry.add("status", _status(diary, meeting))
        if changes:
            entry.add("last-modified", stamp)
        yield entry


def _status(diary: Diary, meeting: Meeting) -> str:
    if meeting.id in diary.organisation.calendars.cancelled:
        return "CANCELLED"
    return "TENTATIVE" if meeting.assumed else "CONFIRMED"


def _of_due(due: Due, body: str, home: str) -> Event:
    """The day by which an answer must be there: a body's own, or for the secretariat of all that have not answered."""
    entry = due.entry
    uid, text = (
        f"due-{entry['case']}-{entry['step']}-{entry['round']}",
        f"Svarfrist: {entry['title']}, {entry['name']['da']}",
    )
    if body == SECRETARIAT:
        text += f" ({due.waiting} mangler)"
    else:
        uid += f"-{body}"
    return _all_day(f"{uid}@{home}", date.fromisoformat(entry["due"]), due.changed_at, text)


def _all_day(uid: str, day: date, stamp: datetime, summary: str) -> Event:
    event = Event()
    facts: dict[str, Any] = {"uid": uid, "dtstamp": stamp, "summary": summary, "dtstart": day, "transp": "TRANSPARENT"}
    for key, value in facts.items():
        event.add(key, value)
    return event


def _home(diary: Diary) -> str:
    """What makes the entries' ids unlike those of other programs."""
    return f"{diary.organisation.id}.sagsgang"
