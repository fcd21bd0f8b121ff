# SPDX-License-Identifier: EUPL-1.2
"""The secretariat's changes to meetings: what follows from them, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from domain.commands import Actor, Command
from domain.errors import AbsentError, ConflictError, InvalidError
from domain.faults import InvalidDataError
from domain.matters import Opening, matter_of_opening, meetings_between
from domain.meeting_changes import Kept, Meetings, Move, NewMeeting
from domain.meetings import Meeting
from domain.planning import plan
from tests.domain.desk import midtjylland

NOW = datetime(2025, 3, 18, 9, tzinfo=UTC)
KKR = "kkr-midtjylland-2025-04-08"
LIKELY = "kd-net-2025-04-25"
DASSOS = "dassos-2025-09-03"


class Office:
    """The meetings of the organisation, in memory, with a clock that goes an hour a command."""

    def __init__(self) -> None:
        """Begin without any change."""
        self.now = NOW
        self.meetings = Meetings(organisation=midtjylland(), clock=lambda: self.now)

    def command(self, command_id: str | None = None) -> Command:
        """A command of Mette's, an hour after the last."""
        self.now += timedelta(hours=1)
        return Command.by(Actor("Mette", "secretariat", "test"), command_id)

    def add(self, body: str, day: str, **facts: Any) -> Kept:
        """Add a meeting."""
        return self.meetings.add(self.command(), NewMeeting(body=body, day=date.fromisoformat(day), **facts))

    def move(self, meeting: str, day: str, **facts: Any) -> Kept:
        """Move a meeting."""
        change = Move(day=date.fromisoformat(day), reason="Flyttet", **facts)
        return self.meetings.move(self.command(), meeting, change)

    def cancel(self, meeting: str) -> Kept:
        """Cancel a meeting."""
        return self.meetings.cancel(self.command(), meeting, "Aflyst")

    def take_over(self, *meetings: Meeting, cancelled: Sequence[str] = ()) -> Kept:
        """Import meetings of KD-Net."""
        return self.meetings.take_over(self.command(), "kd-net", meetings, "kd.csv", cancelled=cancelled)

    def days(self, body: str, first: str, last: str) -> dict[str, str]:
        """When a body's meetings take place, by their ids."""
        calendars = self.meetings.diary().organisation.calendars
        found = calendars.meetings(body, date.fromisoformat(first), date.fromisoformat(last))
        return {meeting.id: meeting.day.isoformat() for meeting in found}


@pytest.fixture
def office() -> Office:
    """An office of a test's own."""
    return Office()


def met(meeting_id: str, day: str, **facts: Any) -> Meeting:
    """A meeting of KD-Net as a file has it."""
    return Meeting(id=meeting_id, body="kd-net", day=date.fromisoformat(day), **facts)


def test_an_added_meeting_takes_place(office: Office) -> None:
    """Its papers' date is counted by the body's usual lead time where none is given."""
    office.add("dassos", "2025-06-12", at=time(9, 30), place="Viborg")
    found = office.meetings.find("dassos-2025-06-12")

    assert (found.at, found.place, found.assumed) == (time(9, 30), "Viborg", False)
    assert (found.papers_in_by, found.papers_assumed) == (date(2025, 5, 22), True)
    assert office.days("dassos", "2025-06-01", "2025-09-30") == {
        "dassos-2025-06-12": "2025-06-12",
        DASSOS: "2025-09-03",
    }


def test_a_meeting_of_the_files_moves_with_its_id_and_its_papers(office: Office) -> None:
    """A papers' date that a paper names moves by as many days, to a working day."""
    named = office.meetings.find("dassos-2022-09-15")
    office.move("dassos-2022-09-15", "2022-09-22")
    moved = office.meetings.find("dassos-2022-09-15")

    assert (named.papers_in_by, moved.papers_in_by) == (date(2022, 8, 29), date(2022, 9, 5))
    assert office.days("dassos", "2022-09-01", "2022-09-30") == {"dassos-2022-09-15": "2022-09-22"}


def test_a_cancelled_meeting_takes_no_papers(office: Office) -> None:
    """It is listed with what was done to it."""
    office.cancel(KKR)
    diary = office.meetings.diary()
    listed = meetings_between(diary.organisation, "kkr-midtjylland", date(2025, 4, 1), date(2025, 4, 30))

    assert office.days("kkr-midtjylland", "2025-04-01", "2025-04-30") == {}
    assert [meeting.id for meeting in listed] == [KKR]
    assert [(c.kind, c.who, c.was_on, c.reason) for c in diary.changes_of(KKR)] == [
        ("cancelled", "Mette", date(2025, 4, 8), "Aflyst")
    ]


def test_a_meeting_that_a_rhythm_makes_likely_can_be_moved(office: Office) -> None:
    """Then it is known, and no other is likely within half a rhythm of it."""
    office.move(LIKELY, "2025-05-09")
    found = office.meetings.find(LIKELY)

    assert (found.day, found.assumed, found.uncertain_days) == (date(2025, 5, 9), False, 0)
    assert list(office.days("kd-net", "2025-04-20", "2025-05-20")) == [LIKELY]


def test_a_meeting_that_a_rhythm_makes_likely_can_be_cancelled(office: Office) -> None:
    """Nothing likely comes in its place."""
    office.cancel(LIKELY)

    assert office.days("kd-net", "2025-04-15", "2025-05-10") == {}


def test_a_meeting_added_on_a_likely_day_is_that_one(office: Office) -> None:
    """It is not there twice."""
    office.add("kd-net", "2025-04-25")

    assert office.days("kd-net", "2025-04-20", "2025-05-10") == {LIKELY: "2025-04-25"}
    assert not office.meetings.find(LIKELY).assumed


def test_moving_an_assumed_meeting_to_its_own_day_makes_it_certain(office: Office) -> None:
    """Once; then nothing is left to be done."""
    office.move("kkr-midtjylland-2026-11-20", "2026-11-20")

    assert not office.meetings.find("kkr-midtjylland-2026-11-20").assumed
    with pytest.raises(ConflictError, match="stands so already"):
        office.move("kkr-midtjylland-2026-11-20", "2026-11-20")


def test_a_moved_meeting_changes_the_plan(office: Office) -> None:
    """That KKR meets too late makes the report late."""
    opening = Opening("cu-afrapportering", date(2025, 3, 18), date(2025, 5, 31))
    before = office.meetings.diary().organisation
    office.move(KKR, "2025-06-17")
    after = office.meetings.diary().organisation
    plans = [plan(matter_of_opening(one, opening), one.calendars) for one in (before, after)]

    assert [one.feasible for one in plans] == [True, False]


def test_a_repeated_command_changes_nothing_more(office: Office) -> None:
    """And tells what it did the first time."""
    command, new = office.command("c1"), NewMeeting(body="dassos", day=date(2025, 6, 12))
    first, again = office.meetings.add(command, new), office.meetings.add(command, new)
    moved = [
        office.meetings.move(command2, DASSOS, Move(day=date(2025, 9, 4), reason="x"))
        for command2 in [office.command("c2")] * 2
    ]
    cancelled = [office.meetings.cancel(command3, DASSOS, "x") for command3 in [office.command("c3")] * 2]

    assert (first.effect, again.effect, first.changes) == ("counted", "repeated", again.changes)
    assert [kept.effect for kept in (*moved, *cancelled)] == ["counted", "repeated"] * 2
    assert len(office.meetings.diary().changes_of(DASSOS)) == 2


def test_the_meetings_stand_as_they_stood(office: Office) -> None:
    """By what was recorded up to a moment."""
    office.move(DASSOS, "2025-09-10")
    between = office.now
    office.cancel(DASSOS)
    then, today = office.meetings.diary(between), office.meetings.diary()

    assert [change.kind for change in then.changes_of(DASSOS)] == ["moved"]
    assert (DASSOS in then.organisation.calendars.cancelled, DASSOS in today.organisation.calendars.cancelled) == (
        False,
        True,
    )
    assert office.meetings.diary(NOW).organisation == midtjylland()


def test_an_import_adds_what_is_new_and_moves_what_is_otherwise(office: Office) -> None:
    """What stands so already is left alone, and a second import does nothing."""
    office.add("kd-net", "2025-09-05", place="Aarhus")
    found = (met("kd-net-2025-09-05", "2025-09-12"), met("uid-1", "2025-10-03", place=" Horsens\n by "))
    first, again = office.take_over(*found), office.take_over(*found)

    assert [(change.meeting, change.kind) for change in first.changes] == [
        ("kd-net-2025-09-05", "moved"),
        ("uid-1", "added"),
    ]
    assert again.changes == ()
    assert (office.meetings.find("uid-1").place, office.meetings.find("kd-net-2025-09-05").place) == (
        "Horsens by",
        "Aarhus",
    )


def test_an_import_cancels_what_the_file_has_cancelled(office: Office) -> None:
    """A meeting of an earlier import and one of the files; the reason names the file, a second import does nothing."""
    office.take_over(met("uid-1", "2025-10-03"))
    off = ("uid-1", "kd-net-2025-03-28")
    first, again = office.take_over(cancelled=off), office.take_over(cancelled=off)

    told = [(change.meeting, change.kind, change.reason) for change in first.changes]
    assert told == [(one, "cancelled", "import: kd.csv") for one in off]
    assert again.changes == ()
    assert not set(off) & set(office.days("kd-net", "2025-03-01", "2025-12-31"))


def test_an_import_leaves_alone_what_is_cancelled_there_and_never_stood_here(office: Office) -> None:
    """What nobody has named, what a rhythm only makes likely, and what was cancelled by hand."""
    office.cancel("kd-net-2025-03-28")
    kept = office.take_over(met("uid-1", "2025-10-03"), cancelled=("uid-2", LIKELY, "kd-net-2025-03-28"))

    assert [change.meeting for change in kept.changes] == ["uid-1"]
    assert [change.reason for change in office.meetings.diary().changes_of("kd-net-2025-03-28")] == ["Aflyst"]
    assert LIKELY in office.days("kd-net", "2025-04-01", "2025-05-31")


def test_an_import_cancels_no_meeting_of_another_body(office: Office) -> None:
    """It is a fault, told with the file's others, and nothing is taken."""
    with pytest.raises(InvalidDataError) as refused:
        office.take_over(met("far", "2999-01-01"), met("new", "2025-10-03"), cancelled=(KKR,))

    assert [fault.key for fault in refused.value.faults] == ["far", KKR]
    assert KKR in office.days("kkr-midtjylland", "2025-04-01", "2025-04-30")


def test_an_import_with_faults_does_nothing(office: Office) -> None:
    """Every fault is told."""
    office.cancel("kd-net-2025-03-28")
    wrong = (
        met("new", "2025-10-03"),
        met("kd-net-2025-03-28", "2025-04-01"),
        met(KKR, "2025-04-09"),
        met("far", "2999-01-01"),
    )
    with pytest.raises(InvalidDataError) as refused:
        office.take_over(*wrong)

    assert [fault.key for fault in refused.value.faults] == ["kd-net-2025-03-28", KKR, "far"]
    with pytest.raises(AbsentError):
        office.meetings.find("new")


def test_changes_at_the_same_time_are_taken_in_turn(office: Office) -> None:
    """None is lost, and of two that exclude each other one is refused."""
    days = [f"2027-06-{day:02}" for day in range(1, 9)]

    def add(day: str) -> str:
        try:
            return office.add("dassos", day).effect
        except ConflictError as refusal:
            return refusal.code

    with ThreadPoolExecutor(8) as threads:
        effects = list(threads.map(add, days + days))

    assert sorted(effects) == ["conflict"] * 8 + ["counted"] * 8
    assert set(days) <= set(office.days("dassos", "2027-06-01", "2027-06-08").values())


@pytest.mark.parametrize(
    ("act", "error", "said"),
    [
        (lambda o: o.add("dassoss", "2025-06-12"), InvalidError, 'did you mean "dassos"'),
        (lambda o: o.add("dassos", "2025-09-03"), ConflictError, "already"),
        (lambda o: o.add("dassos", "2999-09-03"), InvalidError, "cannot be"),
        (lambda o: o.add("dassos", "2025-06-12", id="Æ b"), InvalidError, "single hyphens"),
        (lambda o: o.add("dassos", "2025-06-12", papers_in_by=date(2025, 6, 13)), InvalidError, "after the meeting"),
        (lambda o: o.add("dassos", "2025-06-12", place="x" * 251), InvalidError, "at most 250"),
        (lambda o: o.add("dassos", "2025-06-12", place="a\x1b[1m"), InvalidError, "control character"),
        (lambda o: o.move("dassos-2025-09-04", "2025-06-12"), AbsentError, f'did you mean "{DASSOS}"'),
        (lambda o: o.move(DASSOS, "2025-09-03"), ConflictError, "stands so already"),
        (lambda o: o.cancel("x"), AbsentError, "meeting list"),
        (lambda o: (o.cancel(DASSOS), o.cancel(DASSOS)), ConflictError, "is cancelled"),
        (lambda o: (o.cancel(DASSOS), o.move(DASSOS, "2025-09-04")), ConflictError, "is cancelled"),
        (lambda o: (o.cancel(DASSOS), o.add("dassos", "2025-09-03")), ConflictError, "already"),
        (lambda o: o.meetings.cancel(o.command(), DASSOS, " "), InvalidError, "the reason is empty"),
    ],
)
def test_what_cannot_be_is_refused(office: Office, act: Any, error: type[Exception], said: str) -> None:
    """With what is wrong and how to mend it."""
    with pytest.raises(error, match=said):
        act(office)


def test_a_rehearsal_tells_and_stores_nothing(office: Office) -> None:
    """How the meetings would stand; what would be refused is refused."""
    change = Move(day=date(2025, 4, 15), reason="Flyttet")
    office.add("dassos", "2025-06-12")
    before = office.meetings.places()
    found = office.meetings.rehearse(lambda meetings: meetings.move(office.command(), KKR, change))

    assert [(one.kind, one.day) for one in found.kept.changes] == [("moved", date(2025, 4, 15))]
    assert [one.kind for one in found.after.changes_of(KKR)] == ["moved"]
    assert [one.kind for one in found.after.changes_of("dassos-2025-06-12")] == ["added"]
    assert found.before.changes_of(KKR) == ()
    assert office.meetings.places() == before
    assert office.meetings.diary().changes_of(KKR) == ()
    with pytest.raises(AbsentError):
        office.meetings.rehearse(lambda meetings: meetings.cancel(office.command(), "dassos-1999", "?"))
    assert office.move(KKR, "2025-04-15").effect == "counted"


def test_a_rehearsal_does_not_see_what_is_committed_meanwhile(office: Office) -> None:
    """It is of the meetings as they stood when it began, before as after."""
    office.move(KKR, "2025-04-10")

    def act(rehearsed: Meetings) -> Kept:
        office.move(KKR, "2025-04-11")
        office.add("kkr-midtjylland", "2025-05-13")
        return rehearsed.cancel(office.command(), KKR, "Aflyst")

    found = office.meetings.rehearse(act)

    assert [change.kind for change in found.before.changes_of(KKR)] == ["moved"]
    assert [(change.kind, change.day.day) for change in found.after.changes_of(KKR)] == [
        ("moved", 10),
        ("cancelled", 10),
    ]
    assert [change.kind for change in office.meetings.diary().changes_of(KKR)] == ["moved", "moved"]


def test_a_meeting_that_is_to_be_alone_gets_a_free_id(office: Office) -> None:
    """On the day of a cancelled meeting, and of one that was moved away; what a rhythm makes likely is that one."""
    office.cancel(DASSOS)
    office.move(KKR, "2025-04-10")
    office.move("kd-net-2025-03-28", "2025-04-02")
    added = [
        office.add(body, day, alone=True).changes[0].meeting
        for body, day in (("dassos", "2025-09-03"), ("kkr-midtjylland", "2025-04-08"), ("kd-net", "2025-06-27"))
    ]

    assert added == [f"{DASSOS}-2", f"{KKR}-2", "kd-net-2025-06-27"]
    for body, day in (("dassos", "2025-09-03"), ("kkr-midtjylland", "2025-04-10"), ("kd-net", "2025-04-02")):
        with pytest.raises(ConflictError, match=f"the body has a meeting on {day} already"):
            office.add(body, day, alone=True)


def test_a_repeated_addition_of_a_meeting_that_is_to_be_alone_is_none(office: Office) -> None:
    """It does not meet itself on its day."""
    command, new = office.command("c1"), NewMeeting(body="dassos", day=date(2025, 6, 12), alone=True)
    effects = [office.meetings.add(command, new).effect for _ in range(2)]

    assert effects == ["counted", "repeated"]


def test_a_move_clears_what_it_says_and_keeps_the_rest(office: Office) -> None:
    """What is left out stays."""
    office.add("dassos", "2025-06-12", at=time(9, 30), place="Viborg")
    stood: list[tuple[time | None, str | None]] = []
    for cleared in ((), ("at",), ("place",)):
        office.move("dassos-2025-06-12", f"2025-06-{13 + len(stood)}", cleared=cleared)
        found = office.meetings.find("dassos-2025-06-12")
        stood.append((found.at, found.place))

    assert stood == [(time(9, 30), "Viborg"), (None, "Viborg"), (None, None)]


def test_a_change_tells_how_the_meeting_stood_before(office: Office) -> None:
    """Of the files, by the rhythm, by an earlier change; one that was added did not stand."""
    office.move(KKR, "2025-04-10", at=time(13))
    office.move(KKR, "2025-04-10", at=time(14))
    office.move(LIKELY, "2025-05-09")
    office.add("dassos", "2025-06-12")
    diary = office.meetings.diary()
    of_kkr, (of_likely,), (of_dassos,) = (diary.changes_of(one) for one in (KKR, LIKELY, "dassos-2025-06-12"))

    assert [(one.was and (one.was.day, one.was.at), one.now.day, one.now.at) for one in of_kkr] == [
        ((date(2025, 4, 8), None), date(2025, 4, 10), time(13)),
        ((date(2025, 4, 10), time(13)), date(2025, 4, 10), time(14)),
    ]
    assert of_likely.was
    assert (of_likely.was.day, of_likely.was.assumed) == (date(2025, 4, 25), True)
    assert of_dassos.was is None
