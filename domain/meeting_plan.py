# SPDX-License-Identifier: EUPL-1.2
"""The `MeetingPlan` aggregate: what the secretariat has changed in one body's meetings, as events, and what follows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.domain import AggregateCreated, AggregateEvent, BaseAggregate

from domain.items import item_facts
from domain.meetings import BodyCalendar, Calendars, Meeting, Period, Rhythm

if TYPE_CHECKING:
    from domain.organisation import Organisation

ADDED, MOVED, CANCELLED = "added", "moved", "cancelled"
"""What a change did to a meeting."""


@dataclass(frozen=True)
class Change:
    """One change of a meeting; `at` is an instant (UTC), the days are Danish dates."""

    meeting: str
    kind: str
    at: datetime
    who: str
    was_on: date | None
    """The day before the change; None for a meeting that was added."""
    day: date
    reason: str | None
    command_id: str
    now: Meeting
    """The meeting as it then stood, with what was said of it only."""
    was: Meeting | None
    """The same before, None of one that was added; `with_changes` takes it from the calendar files as they are now."""


@dataclass(frozen=True)
class Diary:
    """An organisation whose calendars hold what the secretariat has changed, and the changes themselves."""

    organisation: Organisation
    changes: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)
    """By the meetings' ids, oldest first."""

    def changes_of(self, meeting: str) -> tuple[Change, ...]:
        """What was done to a meeting, oldest first."""
        return self.changes.get(meeting, ())


def meeting_facts(meeting: Meeting) -> dict[str, Any]:
    """A meeting's facts as events carry them: dates are ISO days, the time is `HH:MM` on Danish clocks."""
    return {**item_facts(meeting), "source": meeting.source, "assumed": meeting.assumed}


class MeetingPlan(BaseAggregate[UUID]):
    """The changed meetings of one body; every change is one of the nested events."""

    TOPIC: ClassVar[str] = "meetings"

    class Event(AggregateEvent):
        """What every event of a meeting plan carries beside its own facts."""

        TOPIC: ClassVar[str]
        """The name by which the log knows this kind of event, wherever the class stands."""
        actor: dict[str, str]
        """Who, in which role, how: keys `who`, `role`, `how`."""
        command_id: str
        """The command that brought the event about."""

        def apply(self, aggregate: MeetingPlan) -> None:
            """Bring the plan to the state after this event."""
            self.change(aggregate)

        def change(self, plan: MeetingPlan) -> None:
            """Change what this kind of event changes."""

    class Begun(Event, AggregateCreated):
        """The secretariat is about to change something in a body's meetings for the first time."""

        TOPIC: ClassVar[str] = "meetings.begun"
        body: str

    class Added(Event):
        """A meeting takes place that the calendar files do not have; further changes carry the same facts."""

        TOPIC: ClassVar[str] = "meetings.added"
        meeting: str
        date: str
        time: str | None
        place: str | None
        papers_in_by: str | None
        """None: it is counted by the body's usual lead time."""
        source: str | None
        assumed: bool

        def change(self, plan: MeetingPlan) -> None:
            """Add the meeting."""
            self.keep(plan, ADDED, None, None)

        def keep(self, plan: MeetingPlan, kind: str, was_on: str | None, reason: str | None) -> None:
            """Let the plan hold the meeting with these facts, and the change."""
            day = date.fromisoformat(self.date)
            now = Meeting(
                id=self.meeting,
                body=plan.body,
                day=day,
                papers_in_by=date.fromisoformat(self.papers_in_by) if self.papers_in_by else None,
                at=time.fromisoformat(self.time) if self.time else None,
                place=self.place,
                source=self.source,
                assumed=self.assumed,
            )
            before, who = date.fromisoformat(was_on) if was_on else None, self.actor["who"]
            facts = (self.meeting, kind, self.timestamp, who, before, day, reason, self.command_id)
            plan.changes.append(Change(*facts, now, was=plan.meetings.get(self.meeting)))
            plan.meetings[self.meeting] = now

    class Moved(Added):
        """A meeting of the files or an added one takes place otherwise than it stood: on another day, as a rule."""

        TOPIC: ClassVar[str] = "meetings.moved"
        was_on: str
        reason: str

        def change(self, plan: MeetingPlan) -> None:
            """Let the meeting stand with its new facts."""
            self.keep(plan, MOVED, self.was_on, self.reason)

    class Cancelled(Added):
        """A meeting does not take place; the facts are those that it had."""

        TOPIC: ClassVar[str] = "meetings.cancelled"
        reason: str

        def change(self, plan: MeetingPlan) -> None:
            """Mark the meeting as cancelled."""
            self.keep(plan, CANCELLED, self.date, self.reason)
            plan.cancelled.add(self.meeting)

    def __init__(self, *, body: str) -> None:
        """A plan without any change; called by `Begun`."""
        self.body = body
        self.meetings: dict[str, Meeting] = {}
        """The meetings that were changed, as they stand now, also the cancelled ones."""
        self.cancelled: set[str] = set()
        self.changes: list[Change] = []

    @staticmethod
    def create_id(body: str) -> UUID:
        """The id of a body's plan, the same in every process."""
        return uuid5(NAMESPACE_URL, f"meetings:{body}")

    @classmethod
    def begin(cls, body: str, at: datetime, actor: dict[str, str], command_id: str) -> MeetingPlan:
        """A new plan with its first event pending."""
        facts: dict[str, Any] = {"body": body, "actor": actor, "command_id": command_id}
        return cls._create(event_class=cls.Begun, id=cls.create_id(body), timestamp=at, **facts)

    def done_by(self, command_id: str) -> tuple[Change, ...]:
        """What a command has changed."""
        return tuple(change for change in self.changes if change.command_id == command_id)


def with_changes(organisation: Organisation, plans: Iterable[MeetingPlan]) -> Diary:
    """An organisation with the changes of its bodies' meetings; those of bodies that it has no more are left out."""
    calendars, changes = organisation.calendars, dict[str, tuple[Change, ...]]()
    for plan in plans:
        if plan.body in organisation.bodies:
            calendars = _changed(calendars, plan)
            of_files = organisation.calendars.bodies.get(plan.body, BodyCalendar(body=plan.body))
            for change in plan.changes:
                told = change if change.was or not change.was_on else _first(change, of_files)
                changes[change.meeting] = (*changes.get(change.meeting, ()), told)
    return Diary(replace(organisation, calendars=calendars), changes)


def _first(change: Change, of_files: BodyCalendar) -> Change:
    """The first change of a meeting that stands in the calendar files, or that only their rhythm makes likely."""
    likely = replace(change.now, at=None, place=None, papers_in_by=None, source=None, assumed=True, uncertain_days=1)
    was = next((meeting for meeting in of_files.meetings if meeting.id == change.meeting), likely)
    return replace(change, was=replace(was, day=change.was_on or was.day))


def _changed(calendars: Calendars, plan: MeetingPlan) -> Calendars:
    """The calendars with one body's changes: a changed meeting is a known one, which its rhythm is counted from."""
    of_files = calendars.bodies.get(plan.body, BodyCalendar(body=plan.body))
    meetings = {meeting.id: meeting for meeting in of_files.meetings} | plan.meetings
    in_order = tuple(sorted(meetings.values(), key=lambda meeting: (meeting.day, meeting.id)))
    if not in_order:
        return calendars
    known = (*of_files.known, *_moved_over(plan, of_files.rhythm))
    bodies = {**calendars.bodies, plan.body: replace(of_files, meetings=in_order, known=known)}
    return replace(calendars, bodies=bodies, cancelled=calendars.cancelled | plan.cancelled)


def _moved_over(plan: MeetingPlan, rhythm: Rhythm | None) -> Iterator[Period]:
    """The days that meetings were moved over, with half a rhythm around: nothing is likely there."""
    around = timedelta(days=rhythm.every_days // 2 if rhythm else 0)
    for change in plan.changes:
        if change.kind == MOVED and change.was_on is not None:
            first, last = sorted((change.was_on, change.day))
            yield Period(first=first - around, last=last + around)
