# SPDX-License-Identifier: EUPL-1.2
"""A calendar's text: ids that stay, times that are Danish, and what became of changed meetings."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from icalendar import Calendar

from domain.dates import COPENHAGEN
from projections.dates import Dates
from projections.feeds import feed
from tests.domain.test_meeting_changes import DASSOS, LIKELY, Office

TODAY, MADE = date(2025, 3, 18), datetime(2025, 3, 1, 12, tzinfo=UTC)
HOME = "@midtjylland.sagsgang"


def entries(office: Office, body: str = "dassos") -> dict[str, Any]:
    """A body's entries by their ids."""
    calendar = Calendar.from_ical(feed(office.meetings.diary(), body, Dates(), TODAY, MADE))
    return {str(event["UID"]): event for event in calendar.walk("VEVENT")}


def test_a_meeting_keeps_its_id_when_it_moves() -> None:
    """And is stamped with the change; one that never changed, with when the link was made."""
    office = Office()
    before = entries(office)[f"meeting-{DASSOS}{HOME}"]
    office.move(DASSOS, "2025-09-10", at=time(9, 30), place="Viborg, Nytorv; sal 2")
    after = entries(office)[f"meeting-{DASSOS}{HOME}"]

    assert (before["DTSTART"].dt, before["DTSTAMP"].dt, before["SEQUENCE"]) == (date(2025, 9, 3), MADE, 0)
    assert after["DTSTART"].dt == datetime(2025, 9, 10, 9, 30, tzinfo=COPENHAGEN)
    assert (after["DTSTAMP"].dt, after["SEQUENCE"], after["LOCATION"]) == (office.now, 1, "Viborg, Nytorv; sal 2")


def test_times_are_danish_ones_summer_and_winter() -> None:
    """By a zone that the text itself describes."""
    office = Office()
    for day in ("2025-06-12", "2025-12-11"):
        office.add("dassos", day, at=time(9))
    found = entries(office)
    text = feed(office.meetings.diary(), "dassos", Dates(), TODAY, MADE).decode()

    offsets = [found[f"meeting-dassos-{day}{HOME}"]["DTSTART"].dt.utcoffset() for day in ("2025-06-12", "2025-12-11")]
    assert [offset.total_seconds() / 3600 for offset in offsets] == [2, 1]
    assert "DTSTART;TZID=Europe/Copenhagen:20250612T090000" in text
    assert text.index("BEGIN:VTIMEZONE") < text.index("BEGIN:VEVENT")


def test_papers_dates_are_whole_days() -> None:
    """An entry of their own beside the meeting."""
    found = entries(Office())[f"papers-{DASSOS}{HOME}"]

    assert found["DTSTART"].dt == date(2025, 8, 20)
    assert found["DTSTART"].params["VALUE"] == "DATE"
    assert found["SUMMARY"] == "Papirfrist: DASSOS, mødet 3. september 2025"


def test_a_cancelled_meeting_stays_as_cancelled() -> None:
    """With its papers' date; the reason is nobody's business."""
    office = Office()
    office.cancel(DASSOS)
    found = entries(office)

    assert [str(found[f"{kind}-{DASSOS}{HOME}"]["STATUS"]) for kind in ("meeting", "papers")] == ["CANCELLED"] * 2
    assert b"Aflyst" not in feed(office.meetings.diary(), "dassos", Dates(), TODAY, MADE)


def test_assumed_meetings_are_tentative_and_likely_ones_left_out() -> None:
    """Until somebody says that they take place."""
    office, uid = Office(), f"meeting-{LIKELY}{HOME}"
    before = entries(office, "kd-net")
    office.move(LIKELY, "2025-04-25")
    kkr = entries(office, "kkr-midtjylland")

    assert uid not in before
    assert str(entries(office, "kd-net")[uid]["STATUS"]) == "CONFIRMED"
    assert str(kkr[f"meeting-kkr-midtjylland-2026-11-20{HOME}"]["STATUS"]) == "TENTATIVE"


def test_the_same_dates_are_the_same_text() -> None:
    """So that a program need not read it twice."""
    one, other = (feed(Office().meetings.diary(), "dassos", Dates(), TODAY, MADE) for _ in range(2))

    assert one == other
