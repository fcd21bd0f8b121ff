# SPDX-License-Identifier: EUPL-1.2
"""Calendars as data: what ships, what their readers refuse, and the working days that they give."""

from __future__ import annotations

from datetime import date

import pytest

from domain.calendar_files import read_calendars
from domain.faults import Fault
from domain.meetings import Calendars
from tests.domain.desk import midtjylland

SOUND = """
[[closing_days]]
name = { da = "Grundlovsdag", en = "Constitution Day" }
month = 6
day = 5

[[recesses]]
name = { da = "Vinterferie", en = "Winter holidays" }
weeks = [7]
groups = ["councils"]

[[recesses]]
name = { da = "Flytning", en = "Move" }
from = 2026-03-02
until = 2026-03-06

[[usual_times]]
groups = ["councils"]
days = 28
spread_days = 10

[[bodies]]
id = "dassos"
lead_days = 21
rhythm = { every_days = 91 }
known = [{ from = 2026-01-01, until = 2026-12-31 }]

[[bodies.meetings]]
id = "dassos-2026-02-04"
date = 2026-02-04
papers_in_by = 2026-01-14
time = 09:00:00
place = "Viborg"
source = "Mødeplan 2026"
"""
BROKEN = [
    (SOUND, "", "file: is empty; write closing_days"),
    ("month = 6\n", "", "closing_days[1].day: does not say one day"),
    ("month = 6\nday = 5", "month = 6\nday = 31", "closing_days[1].day: is 31, which month 6 never has"),
    ("month = 6", "month = 13", "closing_days[1].month: is 13; write a whole number of at most 12"),
    ("weeks = [7]\n", "", "recesses[1].weeks: does not say in one way when it is"),
    ("weeks = [7]", "weeks = [54]", "recesses[1].weeks: has 54; write whole numbers from 1 to 53"),
    ("weeks = [7]", f"weeks = {[*range(1, 54)]}", "calendars/a.toml:recesses: close 366 days of a year; leave more"),
    ("until = 2026-03-06", "until = 2028-03-06", "recesses[2].until: is more than a year after `from`"),
    ("weeks = [7]", "weeks = [7]\nmonths = [7]", "recesses[1].weeks: does not say in one way"),
    ("until = 2026-03-06", "until = 2026-03-01", "recesses[2].until: is not a day on or after `from`"),
    ('groups = ["councils"]\n\n[[recesses]]', 'groups = ["council"]\n\n[[recesses]]', "recesses[1].groups: names the"),
    ("days = 28", "days = 0", "usual_times[1].days: is 0; write a whole number of at least 1"),
    ("spread_days = 10", 'bodies = ["dassos"]', "usual_times[1].groups: stands beside bodies"),
    ("[[bodies]]", '[[usual_times]]\ngroups = ["councils"]\ndays = 3\n\n[[bodies]]', "usual_times[2].days: is the sec"),
    ('id = "dassos"', 'id = "dasos"', 'bodies[dasos].id: names the unknown body "dasos"; did you mean "dassos"?'),
    ("every_days = 91", "every_days = 1", "bodies[dassos].rhythm.every_days: is 1; write a whole number of at least 7"),
    (", until = 2026-12-31", "", "bodies[dassos].known[1].until: is not a day on or after `from`"),
    ("date = 2026-02-04", "", "bodies[dassos].meetings[dassos-2026-02-04].date: is missing; write date = 2026-01-31"),
    ("date = 2026-02-04", 'date = "4. februar"', "meetings[dassos-2026-02-04].date: is text, must be a date"),
    ("time = 09:00:00", 'time = "9"', "meetings[dassos-2026-02-04].time: is text, must be a time"),
    ("papers_in_by = 2026-01-14", "papers_in_by = 2026-02-05", "papers_in_by: is 2026-02-05, after the meeting"),
    ('source = "Mødeplan 2026"\n', "", "source: is missing; write the paper that names the meeting, or assumed = true"),
    ('place = "Viborg"', 'plads = "Viborg"', "plads: is an unknown key; did you mean"),
    (
        'source = "Mødeplan 2026"',
        'source = "M"\n[[bodies.meetings]]\nid = "dassos-2026-02-04"',
        "in calendars/a.toml al",
    ),
    ("[[bodies.meetings]]", '[[bodies]]\nid = "dassos"\n[[bodies.meetings]]', "which has its calendar already"),
]


def read(text: str) -> tuple[Calendars, list[str]]:
    """The calendars of one file, and its faults."""
    faults: list[Fault] = []
    bodies = dict.fromkeys(("dassos", "aarhus", "viborg"))
    calendars = read_calendars({"calendars/a.toml": text}, bodies, {"councils": ("aarhus", "viborg")}, faults)
    return calendars, [str(fault) for fault in faults]


@pytest.mark.parametrize(("sound", "broken", "fault"), BROKEN, ids=[fault[:60] for *_, fault in BROKEN])
def test_a_broken_calendar_names_its_fault(sound: str, broken: str, fault: str) -> None:
    """By file and key, with the mend."""
    assert sound in SOUND

    faults = read(SOUND.replace(sound, broken, 1))[1]

    assert any(fault in line and line.startswith("calendars/a.toml:") for line in faults), faults


def test_all_faults_come_at_once() -> None:
    """Two faults in one file are two lines."""
    assert len(read(SOUND.replace("month = 6", "month = 13").replace("every_days = 91", "every_days = 1"))[1]) == 2


def test_a_sound_calendar_says_what_it_holds() -> None:
    """The meeting with its time, and the group's usual time for each of its members."""
    calendars, faults = read(SOUND)
    [meeting] = calendars.meetings("dassos", date(2026, 1, 1), date(2026, 12, 31))

    assert faults == []
    assert (meeting.place, str(meeting.at), meeting.papers_in_by) == ("Viborg", "09:00:00", date(2026, 1, 14))
    assert calendars.usual_time("viborg").days == 28
    assert calendars.usual_time("dassos") == calendars.otherwise


def test_the_meetings_that_the_papers_name_ship() -> None:
    """Every date of 2021 to 2025, those of DASSOS with the papers' dates that are known."""
    calendars = midtjylland().calendars
    named = {
        body: {str(m.day): str(m.papers_in_by) for m in calendars.bodies[body].meetings if m.source}
        for body in ("dassos", "kkr-midtjylland", "kd-net")
    }

    assert set(named["kkr-midtjylland"]) == {"2025-04-08", "2025-10-20"}
    assert set(named["kd-net"]) == {"2025-03-28"}
    assert len(named["dassos"]) == 11
    assert {day: by for day, by in named["dassos"].items() if by != "None"} == {
        "2021-09-01": "2021-08-05",
        "2022-02-09": "2022-01-14",
        "2022-09-15": "2022-08-29",
        "2025-09-03": "2025-08-20",
        "2025-11-04": "2025-10-07",
    }


def test_what_no_paper_names_is_marked() -> None:
    """Every meeting of 2026 and 2027, and KKR's of 2022."""
    calendars = midtjylland().calendars
    unnamed = [m for body in calendars.bodies.values() for m in body.meetings if m.day.year in {2022, 2026, 2027}]

    assert all(m.assumed for m in unnamed if m.body != "dassos" or m.day.year > 2022)


@pytest.mark.parametrize(
    ("deadline", "practical"),
    [
        ("2025-05-31", "2025-05-28"),  # a Saturday after Ascension Day and its closing day
        ("2025-06-05", "2025-06-04"),
        ("2025-12-31", "2025-12-30"),
        ("2022-12-01", "2022-12-01"),
        ("2023-05-05", "2023-05-04"),  # Store Bededag, for the last time
        ("2024-04-26", "2024-04-26"),
        ("2026-01-01", "2025-12-30"),
    ],
)
def test_the_practical_day_of_a_deadline(deadline: str, practical: str) -> None:
    """The last working day on or before it."""
    assert str(midtjylland().calendars.practical_day(date.fromisoformat(deadline))) == practical


def test_a_rhythm_keeps_out_of_recesses_and_known_years() -> None:
    """DASSOS of 2023: quarterly, on working days, none in week 7, July or week 42."""
    calendars = midtjylland().calendars
    meetings = calendars.meetings("dassos", date(2023, 1, 1), date(2024, 6, 30))

    assert len(meetings) == 6
    assert all(m.assumed and calendars.working_days.include(m.day) for m in meetings)
    assert not any(r.holds(m.day) for m in meetings for r in calendars.recesses_of("dassos"))
    assert [m.id for m in calendars.meetings("dassos", date(2022, 1, 1), date(2022, 12, 31)) if m.assumed] == []


def test_a_moved_meeting_keeps_its_id_and_its_lead_time() -> None:
    """Its papers' date moves along, to a working day."""
    calendars = midtjylland().calendars
    [meeting] = calendars.meetings("dassos", date(2022, 9, 1), date(2022, 9, 30))
    [moved] = calendars.with_moved(meeting, date(2022, 9, 22)).meetings("dassos", date(2022, 9, 1), date(2022, 9, 30))

    assert (moved.id, moved.day, moved.papers_in_by) == (meeting.id, date(2022, 9, 22), date(2022, 9, 5))
