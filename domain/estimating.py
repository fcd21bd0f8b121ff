# SPDX-License-Identifier: EUPL-1.2
"""Estimates one step: when its bodies will have decided, and by when it must be with them to be decided in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from domain.meetings import DAY, Calendars, Meeting, Recess
from domain.pace import OpenDays, Pace, Together, pace_of, together
from domain.route import Step

History = Mapping[str, Sequence[tuple[date, date]]]
"""For each body the days on which it was asked and decided, where no meeting decided."""
NEVER = date.max
"""When something is expected that no meeting is known for."""
MIDDLE = 0.5
"""The level at which a date is as likely too early as too late."""
EARLY, LATE = 0.05, 0.95
"""The levels between which a date is nine times in ten."""
_FURTHEST = timedelta(days=4 * 366)
"""How far ahead of a day a meeting is looked for."""


@dataclass(frozen=True)
class Asked:
    """A step that is still to come, or open, and what is known of it."""

    step: Step
    bodies: tuple[str, ...]
    """Those whose answer is still to come; none: the step takes no time."""
    since: date | None = None
    """When it opened; None while it waits."""
    due: date | None = None
    """The date on which it is due where that is known before it opens."""
    needed: int | None = None
    """How many of the bodies are enough; None: all."""
    promised: Mapping[str, date] = field(default_factory=dict)
    """When bodies that are delayed have said that they will answer."""
    mode: str | None = None
    """How this round is held, where not as the step is."""
    opens_on: date | None = None
    """The day before which its clock does not open it."""
    items: Mapping[str, str] = field(default_factory=dict)
    """By body the id of the meeting that it is on."""
    dealt_with: frozenset[str] = frozenset()
    """The bodies whose meeting has been held, so that only the minutes are awaited."""
    papers_in_on: date | None = None
    """When its papers were in, where not when it opened."""

    def opens(self, after: date) -> date:
        """The day on which its clock opens it once what it waits for is done on the day `after`."""
        if after == NEVER or self.since is not None:
            return after
        if self.step.opens_after_days:
            after += timedelta(days=self.step.opens_after_days)
        return max(after, self.opens_on or after)

    def opened_by(self, ready: date) -> date | None:
        """The last day by which what it waits for must be done for its clock to open it by `ready`; None: never."""
        if self.opens_on is not None and ready < self.opens_on:
            return None
        return ready - timedelta(days=self.step.opens_after_days or 0)

    @property
    def ends_on(self) -> date | None:
        """The date that ends the step whoever has answered; the next can open on the day after."""
        return self.due if self.step.complete == "at_due" else None

    @property
    def held(self) -> str:
        """How its bodies decide."""
        return self.mode or self.step.mode

    @property
    def has_its_end_set(self) -> bool:
        """Whether the step ends on a date that is set, although it may not be set yet."""
        return self.step.complete == "at_due"


@dataclass(frozen=True)
class Done:
    """When a step will be done, and what that rests on."""

    day: date
    meetings: tuple[Meeting, ...] = ()
    assumed: bool = False
    """Whether it rests on a meeting, rhythm or usual time that no paper and no answer states."""


@dataclass(frozen=True)
class Latest:
    """The last dates with which a step is decided in time."""

    day: date
    ready: date
    """The last day on which its papers can be in."""
    assumed: bool = False


class _Group:
    """Bodies of one step that keep the same recesses, whose last or sufficient answer is waited for."""

    def __init__(self, days: OpenDays, paces: tuple[Pace, ...], needed: int, share: float) -> None:
        """`share` is the part that these are of all the bodies asked."""
        self.days = days
        self.assumed = any(pace.assumed for pace in paces)
        self._paces, self._needed, self._share = paces, needed, share
        self._waiting: dict[int, Together] = {}

    def takes(self, waited: int, level: float) -> int:
        """After how many days they are done, if all the bodies together are with the chance `level`."""
        if waited not in self._waiting:
            self._waiting[waited] = together(self._paces, self._needed, waited)
        return self._waiting[waited].until(level**self._share)


class Estimator:
    """Estimates steps by the calendars and by what the bodies have done before."""

    def __init__(self, calendars: Calendars, history: History, first: date) -> None:
        """Estimate days from `first` on."""
        self.calendars = calendars
        self._history = history
        self._first = min([first, *(asked for answers in history.values() for asked, _ in answers)])
        self._by_recesses: dict[tuple[Recess, ...], OpenDays] = {}
        self._open_days: dict[str, OpenDays] = {}
        self._meetings: dict[tuple[str, int], list[Meeting]] = {}
        self._paces: dict[str, Pace] = {}
        self._groups: dict[tuple[tuple[str, ...], int | None, bool], tuple[_Group, ...]] = {}

    def done(self, asked: Asked, ready: date, level: float = MIDDLE) -> Done:
        """When a step will be done that can begin on the day `ready`, as late as the chance `level` says."""
        if ready == NEVER or not asked.bodies:
            return Done(ready)
        if asked.has_its_end_set:
            return self._at_its_end(asked, ready)
        if asked.held == "written_procedure" and (last := _window_end(asked, ready)) >= ready:
            return Done(last)
        meeting, others = self._split(asked)
        if not meeting:
            return self._in_own_time(asked, others, ready, level)
        parts = [self._at_meeting(asked, body, ready, level) for body in meeting]
        parts += [self._in_own_time(asked, others, ready, level)] if others else []
        meetings = tuple(meeting for part in parts for meeting in part.meetings)
        return Done(max(part.day for part in parts), meetings, any(part.assumed for part in parts))

    def latest(self, asked: Asked, by: date) -> Latest | None:
        """The last dates with which a step is done by the day `by`; None if there are none."""
        if not asked.bodies:
            return Latest(by, by)
        if asked.ends_on is not None:
            return Latest(asked.ends_on, asked.ends_on) if asked.ends_on <= by else None
        if asked.has_its_end_set and asked.step.days_to_due is not None:
            return Latest(by, by - timedelta(days=asked.step.days_to_due))
        if asked.held == "written_procedure":
            return Latest(by, by - timedelta(days=asked.step.window_days or 0))
        meeting, others = self._split(asked)
        parts = [self._latest_meeting(body, by) for body in meeting]
        parts += [self._latest_asking(asked, others, by)] if others else []
        found = [part for part in parts if part is not None]
        if len(found) < len(parts):
            return None
        return Latest(max(p.day for p in found), min(p.ready for p in found), any(p.assumed for p in found))

    def is_sure(self, asked: Asked) -> bool:
        """Whether the step's end follows from dates alone."""
        is_dated = asked.has_its_end_set or asked.held == "written_procedure"
        return is_dated or not self._split(asked)[1]

    def next_meeting(self, body: str, papers: date, not_before: date) -> Meeting | None:
        """A body's first meeting that can take papers that are in on a day; None if none is known."""
        return next((m for m in self._meetings_from(body, not_before) if m.takes(papers, not_before)), None)

    def meeting_of(self, asked: Asked, body: str, ready: date) -> Meeting | None:
        """The meeting at which a body will deal with a step, not before a day: the one that it is on, else the next."""
        on = asked.items.get(body)
        found = next((m for m in self._meetings_from(body, ready) if m.id == on and m.day >= ready), None)
        return found or self.next_meeting(body, asked.papers_in_on or asked.since or ready, ready)

    def last_meeting(self, body: str, by: date) -> Meeting | None:
        """Of a body's meetings up to a day the one that takes papers longest; None if none is known."""
        found = [m for m in self._meetings_from(body, max(self._first, by - _FURTHEST)) if m.day <= by]
        return max(found, key=lambda meeting: (meeting.papers_in_by or meeting.day, meeting.day), default=None)

    def _split(self, asked: Asked) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The bodies that decide the step at their meetings, and those that decide it in their own time."""
        if asked.held != "meeting":
            return (), asked.bodies
        meeting = tuple(body for body in asked.bodies if self.calendars.meets(body))
        return meeting, tuple(body for body in asked.bodies if body not in meeting)

    def _at_its_end(self, asked: Asked, ready: date) -> Done:
        """A step that ends on a date, or on one that will be set so that a body's usual time is left."""
        if asked.ends_on is not None:
            return Done(max(asked.ends_on, ready))
        if asked.step.days_to_due is not None:
            return Done((asked.since or ready) + timedelta(days=asked.step.days_to_due))
        group = self._grouped(asked, asked.bodies)[0]
        return Done(max(ready, group.days.after(asked.since or ready, group.takes(0, MIDDLE))), assumed=True)

    def _at_meeting(self, asked: Asked, body: str, ready: date, level: float) -> Done:
        if body in asked.dealt_with:
            return Done(ready)
        not_before = max(ready, asked.promised.get(body, ready))
        meeting = self.meeting_of(asked, body, not_before)
        if meeting is None:
            return Done(NEVER, assumed=True)
        beside = min(max((level - MIDDLE) / (LATE - MIDDLE), -1), 1)
        slip = round(meeting.uncertain_days * beside)
        return Done(max(not_before, meeting.day + slip * DAY), (meeting,), meeting.assumed)

    def _in_own_time(self, asked: Asked, bodies: tuple[str, ...], ready: date, level: float) -> Done:
        """When the last of several bodies will have decided, or enough of them."""
        promised = asked.promised and {b: day for b, day in asked.promised.items() if b in bodies and day >= ready}
        found = [self._days(body).deciding_from(day) for body, day in promised.items()]
        unsaid = tuple(body for body in bodies if body not in promised) if promised else bodies
        groups, since = self._grouped(asked, unsaid), asked.since or ready
        for group in groups:
            taken = group.takes(group.days.between(since, ready), level)
            found.append(max(ready, group.days.after(since, taken)))
        return Done(max(found), assumed=any(group.assumed for group in groups))

    def _latest_meeting(self, body: str, by: date) -> Latest | None:
        best = self.last_meeting(body, by)
        return None if best is None else Latest(best.day, min(best.day, best.papers_in_by or best.day), best.assumed)

    def _latest_asking(self, asked: Asked, bodies: tuple[str, ...], by: date) -> Latest | None:
        groups = self._grouped(asked, bodies)
        days = [group.days.deciding_until(by) for group in groups]
        readies = [group.days.before(by, group.takes(0, MIDDLE)) for group in groups]
        if None in days or None in readies:
            return None
        assumed = any(group.assumed for group in groups)
        return Latest(max(day for day in days if day), min(ready for ready in readies if ready), assumed)

    def _grouped(self, asked: Asked, bodies: tuple[str, ...]) -> tuple[_Group, ...]:
        """The bodies by the recesses that they keep; all as one where not all of them are needed.

        A step whose end will be set is given the time that one of its bodies takes.
        """
        key = bodies, asked.needed, asked.has_its_end_set
        if key not in self._groups:
            counted = bodies[:1] if asked.has_its_end_set else bodies
            paces: dict[OpenDays, list[Pace]] = {}
            for body in counted:
                alike = body if asked.needed is None else counted[0]
                paces.setdefault(self._days(alike), []).append(self._pace(body))
            self._groups[key] = tuple(
                _Group(days, tuple(alike), min(len(alike), asked.needed or len(alike)), len(alike) / len(counted))
                for days, alike in paces.items()
            )
        return self._groups[key]

    def _days(self, body: str) -> OpenDays:
        if body not in self._open_days:
            recesses = self.calendars.recesses_of(body)
            days = OpenDays(self.calendars.working_days, recesses, self._first)
            self._open_days[body] = self._by_recesses.setdefault(recesses, days)
        return self._open_days[body]

    def _pace(self, body: str) -> Pace:
        if body not in self._paces:
            days = self._days(body)
            known = [days.between(asked, decided) for asked, decided in self._history.get(body, ()) if decided >= asked]
            self._paces[body] = pace_of(self.calendars.usual_time(body), known)
        return self._paces[body]

    def _meetings_from(self, body: str, day: date) -> list[Meeting]:
        """The body's meetings from the year of a day on, for some years."""
        key = body, day.year
        if key not in self._meetings:
            first = date(day.year, 1, 1)
            self._meetings[key] = self.calendars.meetings(body, first, first + 2 * _FURTHEST)
        return self._meetings[key]


def _window_end(asked: Asked, ready: date) -> date:
    """The last day of a written procedure."""
    if asked.since is not None and asked.due is not None:
        return asked.due
    return ready + timedelta(days=asked.step.window_days or 0)
