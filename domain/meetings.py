# SPDX-License-Identifier: EUPL-1.2
"""When bodies meet and work: known meetings, the usual rhythm beyond them, recesses and usual times to an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from itertools import pairwise

from domain.calendar import CUSTOMARY, WorkingDays
from domain.errors import InvalidError
from domain.faults import did_you_mean, quoted
from domain.names import Name

DAY = timedelta(days=1)
_NEAREST = 2
"""An assumed meeting is at least a rhythm's half away from a known one."""


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """One meeting of a body on a Danish date; `at` is the time on Danish clocks."""

    id: str
    body: str
    day: date
    papers_in_by: date | None = None
    """The last day on which an item can come on the agenda; None only until a calendar has worked it out."""
    at: time | None = None
    place: str | None = None
    source: str | None = None
    """The paper that names the meeting."""
    assumed: bool = False
    """Whether no paper names the meeting."""
    papers_assumed: bool = False
    """Whether the papers' date is worked out from the body's usual lead time."""
    uncertain_days: int = 0
    """How many days earlier or later a meeting may be that only the body's rhythm makes likely."""

    def takes(self, papers: date, not_before: date) -> bool:
        """Whether papers that are in on a day can come on, on a meeting that is not before another day."""
        return self.day >= not_before and self.day >= papers and (self.papers_in_by or self.day) >= papers


@dataclass(frozen=True, kw_only=True)
class Period:
    """Some days, both ends included."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Whether a day lies in it."""
        return self.first <= day <= self.last


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """How often a body usually meets; `first` is a day to count from where no meeting is known."""

    every_days: int
    first: date | None = None


@dataclass(frozen=True, kw_only=True)
class BodyCalendar:
    """The meetings of one body, in the order of their dates."""

    body: str
    meetings: tuple[Meeting, ...] = ()
    known: tuple[Period, ...] = ()
    """The times in which the meetings that stand here are all there are."""
    rhythm: Rhythm | None = None
    lead_days: int = 0
    """How many days before a meeting its papers usually must be in."""


@dataclass(frozen=True, kw_only=True)
class Recess:
    """Days on which bodies do not deal with cases: ISO weeks or months of every year, or dates."""

    name: Name
    weeks: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    period: Period | None = None
    bodies: frozenset[str] | None = None
    """Whose it is; None: everybody's."""

    def is_of(self, body: str) -> bool:
        """Whether the body keeps it."""
        return self.bodies is None or body in self.bodies

    def holds(self, day: date) -> bool:
        """Whether it is on a day."""
        in_period = self.period is not None and self.period.holds(day)
        return in_period or day.month in self.months or day.isocalendar().week in self.weeks


@dataclass(frozen=True, kw_only=True)
class UsualTime:
    """How many days outside recesses it usually takes from asked to decided, where no meeting decides.

    `days` is the median; four answers in five come within `spread_days` of it.
    """

    days: int
    spread_days: int = 0
    assumed: bool = True


@dataclass(frozen=True, kw_only=True)
class Calendars:
    """All that is known of an organisation's time."""

    working_days: WorkingDays = CUSTOMARY
    recesses: tuple[Recess, ...] = ()
    usual_times: Mapping[str, UsualTime] = field(default_factory=dict)
    """By body."""
    otherwise: UsualTime = UsualTime(days=30, spread_days=15)
    """The usual time of a body that has none of its own."""
    bodies: Mapping[str, BodyCalendar] = field(default_factory=dict)
    cancelled: frozenset[str] = frozenset()
    """The ids of meetings that do not take place as they stand."""
    added: tuple[Meeting, ...] = ()
    """Meetings that take place beside those that stand in the bodies' calendars."""

    def practical_day(self, deadline: date) -> date:
        """The last working day on or before a deadline."""
        return self.working_days.before(deadline)

    def usual_time(self, body: str) -> UsualTime:
        """How long a body usually takes where no meeting decides."""
        return self.usual_times.get(body, self.otherwise)

    def recesses_of(self, body: str) -> tuple[Recess, ...]:
        """The recesses that a body keeps."""
        return tuple(recess for recess in self.recesses if recess.is_of(body))

    def meets(self, body: str) -> bool:
        """Whether anything is known of the body's meetings."""
        return body in self.bodies

    def meetings(self, body: str, first: date, last: date) -> list[Meeting]:
        """A body's meetings from one day to another, the known ones and those that its rhythm makes likely, in order.

        Each says by when its papers must be in.
        """
        taking_place = [m for m in self._standing(body, first, last) if m.id not in self.cancelled]
        taking_place += [m for m in self.added if m.body == body and first <= m.day <= last]
        return sorted(taking_place, key=lambda meeting: (meeting.day, meeting.id))

    def called_off(self, body: str, first: date, last: date) -> list[Meeting]:
        """A body's meetings that do not take place as they stand in its calendar."""
        return [meeting for meeting in self._standing(body, first, last) if meeting.id in self.cancelled]

    def meeting(self, meeting_id: str, period: Period, field_name: str) -> Meeting:
        """The meeting with an id in a period; raises `InvalidError` at the field that named it."""
        found = {m.id: m for body in self.bodies for m in self.meetings(body, period.first, period.last)}
        if meeting_id not in found:
            what = f"there is no meeting {quoted(meeting_id)} from {period.first} to {period.last}"
            near = did_you_mean(meeting_id, found) if found else ""
            mend = near if near.startswith("did") else "choose an id that `sagsgang meeting list` prints"
            raise InvalidError(what, mend, field_name)
        return found[meeting_id]

    def without(self, meeting: Meeting) -> Calendars:
        """The calendars where a meeting does not take place."""
        added = tuple(m for m in self.added if m.id != meeting.id)
        return replace(self, cancelled=self.cancelled | {meeting.id}, added=added)

    def with_moved(self, meeting: Meeting, day: date) -> Calendars:
        """The calendars where a meeting takes place on another day, its papers' date moved by as much."""
        papers = meeting.papers_in_by and self.practical_day(meeting.papers_in_by + (day - meeting.day))
        moved = replace(meeting, day=day, papers_in_by=papers, uncertain_days=0)
        calendars = self.without(meeting)
        return replace(calendars, added=(*calendars.added, moved))

    def _standing(self, body: str, first: date, last: date) -> list[Meeting]:
        """The meetings that stand in a body's calendar, and those that its rhythm makes likely."""
        calendar = self.bodies.get(body, BodyCalendar(body=body))
        standing = (*calendar.meetings, *self._by_rhythm(calendar, Period(first=first, last=last)))
        return [self._with_papers_date(meeting, calendar) for meeting in standing if first <= meeting.day <= last]

    def _with_papers_date(self, meeting: Meeting, calendar: BodyCalendar) -> Meeting:
        if meeting.papers_in_by is not None:
            return meeting
        papers = self.practical_day(meeting.day - calendar.lead_days * DAY)
        return replace(meeting, papers_in_by=papers, papers_assumed=True)

    def _by_rhythm(self, calendar: BodyCalendar, period: Period) -> Iterator[Meeting]:
        """The meetings that a body's rhythm makes likely where its meetings are not known."""
        rhythm = calendar.rhythm
        if rhythm is None:
            return
        recesses, named = self.recesses_of(calendar.body), {meeting.id for meeting in calendar.meetings}
        for likely in _likely_days(calendar, rhythm, period):
            day = self._open_day(likely, recesses)
            number = f"{calendar.body}-{day}"
            is_known = number in named or any(known.holds(day) for known in calendar.known)
            if period.holds(day) and not is_known:
                slack = rhythm.every_days // 4
                yield Meeting(id=number, body=calendar.body, day=day, assumed=True, uncertain_days=slack)

    def _open_day(self, day: date, recesses: Iterable[Recess]) -> date:
        """The day itself, else the first working day after it outside of recesses."""
        while not self.working_days.include(day) or any(recess.holds(day) for recess in recesses):
            day += DAY
        return day


def _likely_days(calendar: BodyCalendar, rhythm: Rhythm, period: Period) -> Iterator[date]:
    """Days a rhythm apart, counted from the known meetings: onwards up to the next, and back from the first."""
    every = rhythm.every_days * DAY
    anchors = sorted(meeting.day for meeting in calendar.meetings)
    counted_from_first = not anchors and rhythm.first
    if counted_from_first:
        anchors = [rhythm.first] if rhythm.first else []
    if not anchors:
        return
    last = period.last + every
    for anchor, following in pairwise([*anchors, last + every]):
        step = 0 if counted_from_first else 1
        while (day := anchor + step * every) <= min(following - every / _NEAREST, last):
            yield day
            step += 1
    steps_back = max(0, (anchors[0] - period.first) // every + 1)
    yield from (anchors[0] - step * every for step in range(1, steps_back + 1))
