# SPDX-License-Identifier: EUPL-1.2
"""Meetings in the text of a CSV or iCalendar file."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.faults import InvalidDataError
from organisations.meeting_files import read_csv, read_icalendar

CSV = """id;date;time;place;papers_in_by;assumed
dassos-1;2026-05-07;13:00;"Regionshuset; Viborg";2026-04-16;nej

;2026-02-04;;;;ja
"""
ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Test//DA
BEGIN:VEVENT
UID:20260507@kalender.dk
DTSTART:20260507T110000Z
SUMMARY:DASSOS
LOCATION:Viborg
X-SAGSGANG-PAPERS-IN-BY:20260416
END:VEVENT
BEGIN:VEVENT
UID:20260204@kalender.dk
DTSTART;TZID=Europe/Copenhagen:20260204T090000
SUMMARY:DASSOS
STATUS:TENTATIVE
END:VEVENT
BEGIN:VEVENT
UID:20260903@kalender.dk
DTSTART;VALUE=DATE:20260903
SUMMARY:DASSOS
END:VEVENT
BEGIN:VEVENT
UID:off@kalender.dk
DTSTART;VALUE=DATE:20260910
STATUS:CANCELLED
END:VEVENT
END:VCALENDAR
"""


def faults(read: object, text: str) -> list[str]:
    """The faults of a text, one a line."""
    with pytest.raises(InvalidDataError) as error:
        read(text, "plan", "dassos")  # type: ignore[operator]
    return [str(fault) for fault in error.value.faults]


def test_csv_gives_meetings_in_their_order() -> None:
    """Blank lines are passed over, and a meeting without an id is called by body and date."""
    found = read_csv(CSV, "plan.csv", "dassos")
    first, second = found.meetings

    assert found.cancelled == ()
    assert (first.id, first.day, first.assumed) == ("dassos-2026-02-04", date(2026, 2, 4), True)
    assert (second.at, second.place, second.papers_in_by) == (time(13), "Regionshuset; Viborg", date(2026, 4, 16))
    assert not second.assumed


def test_icalendar_gives_meetings_in_danish_time() -> None:
    """UTC in May is two hours behind; what is cancelled is named apart, what is tentative is assumed."""
    found = read_icalendar(ICS, "plan.ics", "dassos")
    first, second, third = found.meetings

    assert (first.id, first.at, first.assumed) == ("20260204@kalender.dk", time(9), True)
    assert (second.day, second.at, second.place) == (date(2026, 5, 7), time(13), "Viborg")
    assert second.papers_in_by == date(2026, 4, 16)
    assert (third.day, third.at) == (date(2026, 9, 3), None)
    assert found.cancelled == ("off@kalender.dk",)


def test_a_file_may_hold_nothing_but_what_is_cancelled() -> None:
    """As a calendar program sends it; neither place nor day is asked for."""
    text = "BEGIN:VCALENDAR\nMETHOD:CANCEL\nBEGIN:VEVENT\nUID:a\nSTATUS:cancelled\nEND:VEVENT\nEND:VCALENDAR\n"
    found = read_icalendar(text, "plan.ics", "dassos")

    assert (found.meetings, found.cancelled) == ([], ("a",))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "plan:file: is empty; write a first line with id, date"),
        ("dato\n2026-01-01\n", 'plan:line 1: has the unknown column "dato"; did you mean "date"?'),
        ("id\na\n", "plan:line 1: has no column date"),
        ("date\n", "plan:file: has no meeting; write at least one"),
        ("date\n7. maj 2026\n", 'plan:line 2, date: is "7. maj 2026"; write it as YYYY-MM-DD'),
        ("date,time\n2026-05-07,kl. 9\n", 'plan:line 2, time: is "kl. 9"; write it as HH:MM'),
        ("date,papers_in_by\n2026-05-07,16/4\n", 'plan:line 2, papers_in_by: is "16/4"'),
        ("date,assumed\n2026-05-07,måske\n", 'plan:line 2, assumed: is "måske"; write true or false'),
        ("id,date\nA 1,2026-05-07\n", 'plan:line 2, id: is "A 1"'),
        ("date\n2026-05-07,x\n", "plan:line 2, date: has more cells than columns"),
        ("date\n2026-05-07\n2026-05-07\n", "plan:dassos-2026-05-07: stands twice"),
        ("date,papers_in_by\n2026-05-07,2026-05-08\n", "plan:dassos-2026-05-07: has papers_in_by 2026-05-08, after"),
    ],
)
def test_a_broken_csv_names_its_fault(text: str, fault: str) -> None:
    """By line and column, with the mend."""
    assert faults(read_csv, text)[0].startswith(fault)


@pytest.mark.parametrize(
    ("sound", "broken", "fault"),
    [
        (ICS, "", "plan:file: is no iCalendar"),
        (ICS, "Dagsorden", "plan:file: is no iCalendar"),
        ("UID:20260507@kalender.dk\n", "", "plan:event 1: has no UID"),
        ("LOCATION:Viborg", "RRULE:FREQ=MONTHLY", "plan:20260507@kalender.dk: repeats"),
        ("DTSTART:20260507T110000Z\n", "", "plan:20260507@kalender.dk: has no DTSTART"),
        ("20260416", "i april", 'plan:20260507@kalender.dk: has X-SAGSGANG-PAPERS-IN-BY "i april"'),
        ("UID:20260204", "UID:20260507", "plan:20260507@kalender.dk: stands twice"),
        ("UID:off@", "UID:20260507@", "plan:20260507@kalender.dk: stands twice"),
        ("UID:off@kalender.dk\n", "", "plan:event 4: has no UID"),
    ],
)
def test_a_broken_icalendar_names_its_fault(sound: str, broken: str, fault: str) -> None:
    """By the event's UID, with the mend."""
    assert any(line.startswith(fault) for line in faults(read_icalendar, ICS.replace(sound, broken)))


def test_all_faults_of_a_file_come_at_once() -> None:
    """Two bad lines, two faults."""
    assert len(faults(read_csv, "date\nx\ny\n")) == 2


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from('BEGIN:VCALDRT\nUID;=,"0123456789-date'), max_size=120))
def test_any_text_gives_meetings_or_faults(text: str) -> None:
    """Never anything else, whatever stands in the file."""
    for read in (read_csv, read_icalendar):
        for shown in (text, f"date\n{text}", ICS.replace("20260507T110000Z", text[:20])):
            with suppress(InvalidDataError):
                found = read(shown, "plan", "dassos")
                assert found.meetings or found.cancelled
