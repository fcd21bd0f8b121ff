# SPDX-License-Identifier: EUPL-1.2
"""The `Meetings` application: the secretariat's changes to the bodies' meetings, idempotent by command id."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.persistence import IntegrityError

from domain.dates import check_day, danish_date
from domain.errors import AbsentError, BusyError, ConflictError, InvalidError
from domain.faults import IDENTIFIER, Fault, did_you_mean, quoted, raise_faults
from domain.meeting_plan import Change, Diary, MeetingPlan, meeting_facts, with_changes
from domain.meetings import Calendars, Meeting
from domain.texts import optional, required

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from domain.commands import Command
    from domain.organisation import Organisation

LONGEST = 250
"""The longest id, place and source, in characters."""
_ATTEMPTS = 30
_BATCH = 500
_LOOKED_BACK, _LOOKED_AHEAD = timedelta(days=3 * 366), timedelta(days=6 * 366)
"""How far around today a meeting that only a rhythm makes likely is found by its id."""


@dataclass(frozen=True, kw_only=True)
class NewMeeting:
    """A meeting to be added; without an id it is named by its body and day."""

    body: str
    day: date
    at: time | None = None
    place: str | None = None
    papers_in_by: date | None = None
    source: str | None = None
    id: str | None = None
    alone: bool = False
    """Whether it is refused on a day for which the body has a meeting already, and else named by an id that is free."""


@dataclass(frozen=True, kw_only=True)
class Move:
    """How a meeting is to stand; what is None stays, and the papers' date moves with the day."""

    day: date
    reason: str
    at: time | None = None
    place: str | None = None
    papers_in_by: date | None = None
    cleared: Collection[str] = ()
    """Which of `at` and `place` the meeting is to have no more."""


@dataclass(frozen=True)
class Kept:
    """What a command did: its changes, and `counted`, or `repeated` for one that was taken before."""

    changes: tuple[Change, ...]
    effect: str
    position: int
    """The place of the newest change in the log of meetings; 0 where nothing was to be changed."""


@dataclass(frozen=True)
class Rehearsal:
    """What a command would do, and the meetings before and after it."""

    kept: Kept
    before: Diary
    after: Diary


@dataclass(frozen=True)
class _Desk:
    """What one decision is taken with: a body's plan, and how all meetings stand."""

    plan: MeetingPlan
    at: datetime
    command: Command
    diary: Diary

    @property
    def calendars(self) -> Calendars:
        return self.diary.organisation.calendars

    def known(self, meeting_id: str) -> Meeting | None:
        """The meeting that somebody has named by this id, also a cancelled one; none that a rhythm makes likely."""
        bodies = self.calendars.bodies.values()
        return next((meeting for one in bodies for meeting in one.meetings if meeting.id == meeting_id), None)

    def taking_place(self, meeting_id: str) -> Meeting:
        """The meeting with an id; raises `AbsentError`, or `ConflictError` for one that is cancelled."""
        found = find_meeting(self.diary, meeting_id, danish_date(self.at))
        if meeting_id in self.calendars.cancelled:
            what = f"the meeting {quoted(meeting_id)} is cancelled"
            raise ConflictError(what, "add a new one with an id of its own", "id")
        return found

    def alone(self, meeting: Meeting) -> Meeting:
        """The meeting under an id that is free; raises `ConflictError` where its body has one that day already.

        One that only a rhythm makes likely is no other: it becomes certain.
        """
        that_day = self.calendars.meetings(meeting.body, meeting.day, meeting.day)
        if any(not one.uncertain_days for one in that_day):
            what = f"the body has a meeting on {meeting.day} already"
            raise ConflictError(what, "move that one if it takes place otherwise", "date")
        further = (meeting.id if number == 1 else f"{meeting.id}-{number}" for number in count(1))
        return replace(meeting, id=next(free for free in further if not self.known(free)))

    def trigger(self, event: type[MeetingPlan.Event], meeting: Meeting, **facts: Any) -> None:
        """Let an event happen to a meeting."""
        of_command: dict[str, Any] = {"actor": self.command.actor.as_dict(), "command_id": self.command.id}
        self.plan.trigger_event(event, timestamp=self.at, **of_command, **meeting_facts(meeting), **facts)


class Meetings(Application[UUID]):
    """What the secretariat does to the meetings of its organisation's bodies; each command is one commit."""

    name = "meetings"

    def __init__(
        self, *, organisation: Organisation, clock: Callable[[], datetime], env: Mapping[str, str] | None = None
    ) -> None:
        """Change the calendars of `organisation`; `clock` (aware UTC) gives recorded times, `env` the database."""
        super().__init__(env=env)
        self.organisation = organisation
        self.clock = clock
        self._turn = threading.Lock()
        self._read_to = 0
        self._events: list[tuple[int, MeetingPlan.Event]] = []
        self._newest = (0, organisation.calendars)
        """The calendars after so many events."""

    # Commands

    def add(self, command: Command, new: NewMeeting) -> Kept:
        """Add a meeting; raises `InvalidError` for what cannot be, `ConflictError` for an id or day that is taken."""
        meeting = self._new(new)

        def decide(desk: _Desk) -> None:
            added = desk.alone(meeting) if new.alone else meeting
            if desk.known(added.id):
                what = f"there is a meeting {quoted(added.id)} already"
                raise ConflictError(what, "move that one, or give this one an id of its own", "id")
            desk.trigger(MeetingPlan.Added, added)

        return self._commit(meeting.body, command, decide)

    def move(self, command: Command, meeting_id: str, move: Move) -> Kept:
        """Let a meeting take place otherwise; raises `AbsentError`, `InvalidError` or `ConflictError`."""
        reason = required(move.reason, "reason")

        def decide(desk: _Desk) -> None:
            found = desk.taking_place(meeting_id)
            moved = self._moved(found, move)
            if moved == _as_kept(found):
                raise ConflictError("the meeting stands so already", "nothing is to be done", "date")
            desk.trigger(MeetingPlan.Moved, moved, was_on=found.day.isoformat(), reason=reason)

        return self._commit(self.find(meeting_id).body, command, decide)

    def cancel(self, command: Command, meeting_id: str, reason: str) -> Kept:
        """Let a meeting not take place; raises `AbsentError`, `InvalidError` or `ConflictError`."""
        why = required(reason, "reason")

        def decide(desk: _Desk) -> None:
            desk.trigger(MeetingPlan.Cancelled, _as_kept(desk.taking_place(meeting_id)), reason=why)

        return self._commit(self.find(meeting_id).body, command, decide)

    def take_over(
        self, command: Command, body: str, meetings: Sequence[Meeting], file: str, *, cancelled: Sequence[str] = ()
    ) -> Kept:
        """Add the meetings of a file that are new and move those that it has otherwise, all of them or none.

        `cancelled` are the ids that the file says do not take place: those that stand are cancelled. Raises
        `InvalidDataError` with every meeting that cannot be taken.
        """
        self._check_body(body)
        reason = f"import: {file}"

        def decide(desk: _Desk) -> None:
            faults: list[Fault] = []
            ways = [(meeting.id, partial(self._take, desk, meeting, reason)) for meeting in meetings]
            ways += [(meeting_id, partial(_call_off, desk, body, meeting_id, reason)) for meeting_id in cancelled]
            for meeting_id, take in ways:
                try:
                    take()
                except (InvalidError, ConflictError) as error:
                    faults.append(Fault(file, meeting_id, error.what, error.mend))
            raise_faults(faults)

        return self._commit(body, command, decide)

    def rehearse(self, act: Callable[[Meetings], Kept]) -> Rehearsal:
        """What a command would do to the meetings as they stand; nothing is stored.

        `act` gives the command to the meetings that it is handed; what is committed meanwhile these do not see. Raises
        what the command raises.
        """
        found = self._read()
        rehearsed = _Rehearsed(self, found)
        kept = act(rehearsed)
        before = [event for _, event in found]
        return Rehearsal(kept, self._diary(before), self._diary([*before, *rehearsed.written]))

    # Reading

    def diary(self, as_of: datetime | None = None) -> Diary:
        """The organisation with its meetings as they stand, or as they stood by what was recorded up to an instant."""
        return self._diary(event for _, event in self._read() if as_of is None or event.timestamp <= as_of)

    def _diary(self, events: Iterable[MeetingPlan.Event]) -> Diary:
        return with_changes(self.organisation, _plans(events).values())

    def calendars(self) -> Calendars:
        """The meetings as they stand, worked out anew only when there are new changes."""
        events = self._read()
        if len(events) != self._newest[0]:
            self._newest = (len(events), self._diary(event for _, event in events).organisation.calendars)
        return self._newest[1]

    def read_log(self, start: int, limit: int) -> list[tuple[int, str | None]]:
        """Up to `limit` changes from position `start` on in the log's order, each with its body's id.

        The body is None where the organisation has it no more.
        """
        bodies = {MeetingPlan.create_id(body): body for body in self.organisation.bodies}
        found = self.recorder.select_notifications(start=start, limit=limit)
        return [(notification.id, bodies.get(UUID(str(notification.originator_id)))) for notification in found]

    def find(self, meeting_id: str) -> Meeting:
        """The meeting with an id, also a cancelled one; raises `AbsentError`."""
        return find_meeting(self.diary(), meeting_id, danish_date(self.clock()))

    def places(self) -> dict[str, int]:
        """For each body whose meetings were changed the place in this log of the newest change."""
        bodies = {MeetingPlan.create_id(body): body for body in self.organisation.bodies}
        return {bodies[e.originator_id]: place for place, e in self._read() if e.originator_id in bodies}

    def _read(self) -> list[tuple[int, MeetingPlan.Event]]:
        """Every event with its place, in the log's order; what was read is remembered, since the log only grows."""
        with self._turn:
            while found := self.recorder.select_notifications(start=self._read_to + 1, limit=_BATCH):
                for notification in found:
                    event = self.mapper.to_domain_event(notification)
                    if not isinstance(event, MeetingPlan.Event):
                        raise TypeError(notification.topic)
                    self._events.append((notification.id, event))
                self._read_to = found[-1].id
            return list(self._events)

    # Deciding

    def _new(self, new: NewMeeting) -> Meeting:
        self._check_body(new.body)
        meeting_id = f"{new.body}-{new.day}" if new.id is None else new.id
        if not IDENTIFIER.fullmatch(meeting_id):
            what = f"the id is {quoted(meeting_id)}"
            raise InvalidError(what, "write it with a-z, 0-9 and single hyphens only", "id")
        facts: dict[str, Any] = {"at": new.at, "place": new.place, "papers_in_by": new.papers_in_by}
        return self._sound(Meeting(id=meeting_id, body=new.body, day=new.day, source=new.source, **facts))

    def _moved(self, found: Meeting, move: Move) -> Meeting:
        """A meeting as it is to stand; that the secretariat moves it makes it certain."""
        papers = move.papers_in_by or self._papers_moved(found, move.day)
        place = found.place if move.place is None else move.place
        facts: dict[str, Any] = {"at": move.at or found.at, "place": place} | dict.fromkeys(move.cleared)
        return self._sound(replace(_as_kept(found), day=move.day, papers_in_by=papers, assumed=False, **facts))

    def _papers_moved(self, found: Meeting, day: date) -> date | None:
        """The papers' date of a meeting moved to a day: a named one moves along, a counted one is counted anew."""
        papers = _as_kept(found).papers_in_by
        if papers is None or day == found.day:
            return papers
        return self.organisation.calendars.practical_day(papers + (day - found.day))

    def _take(self, desk: _Desk, meeting: Meeting, reason: str) -> None:
        """Add or move one meeting of a file; one that stands so already is left alone."""
        new = self._sound(replace(meeting, place=_one_line(meeting.place), source=_one_line(meeting.source)))
        if not desk.known(new.id):
            desk.trigger(MeetingPlan.Added, new)
            return
        found = desk.taking_place(new.id)
        _check_is_of(new.body, found)
        before = _as_kept(found)
        kept: dict[str, Any] = {"at": new.at or before.at, "place": new.place or before.place, "source": before.source}
        moved = self._sound(replace(new, **kept, papers_in_by=new.papers_in_by or self._papers_moved(found, new.day)))
        if moved != before:
            desk.trigger(MeetingPlan.Moved, moved, was_on=found.day.isoformat(), reason=reason)

    def _sound(self, meeting: Meeting) -> Meeting:
        """The meeting, its texts without blanks around them; raises `InvalidError` for what cannot be."""
        check_day(meeting.day, "date", danish_date(self.clock()))
        if meeting.papers_in_by and meeting.papers_in_by > meeting.day:
            what = f"the papers would have to be in by {meeting.papers_in_by}, after the meeting on {meeting.day}"
            raise InvalidError(what, "give a day up to the meeting's", "papers_in_by")
        check_day(meeting.papers_in_by, "papers_in_by", meeting.day)
        required(meeting.id, "id")
        facts: dict[str, Any] = {name: optional(getattr(meeting, name), name) for name in ("place", "source")}
        for name, text in (*facts.items(), ("id", meeting.id)):
            if len(text or "") > LONGEST:
                raise InvalidError(f"the {name} has {len(text or '')} characters", f"write at most {LONGEST}", name)
        at = meeting.at.replace(second=0, microsecond=0, tzinfo=None) if meeting.at else None
        return replace(meeting, at=at, **facts)

    def _check_body(self, body: str) -> None:
        if body not in self.organisation.bodies:
            raise InvalidError(f"there is no body {quoted(body)}", did_you_mean(body, self.organisation.bodies), "body")

    def _commit(self, body: str, command: Command, decide: Callable[[_Desk], None]) -> Kept:
        """Decide on the newest state and commit, unless the command was taken before; raises `BusyError`."""
        for _ in range(_ATTEMPTS):
            plan = self._plan(body)
            if plan is not None and (done := plan.done_by(command.id)):
                return Kept(done, "repeated", self._position(command))
            at = self.clock() if plan is None else max(self.clock(), plan.modified_on)
            plan = plan or MeetingPlan.begin(body, at, command.actor.as_dict(), command.id)
            decide(_Desk(plan, at, command, self.diary()))
            done = plan.done_by(command.id)
            try:
                if done:
                    self.save(plan)
            except IntegrityError:
                continue
            return Kept(done, "counted", self._position(command))
        raise BusyError

    def _position(self, command: Command) -> int:
        return max((place for place, event in self._read() if event.command_id == command.id), default=0)

    def _plan(self, body: str) -> MeetingPlan | None:
        try:
            found: MeetingPlan = self.repository.get(MeetingPlan.create_id(body))
        except AggregateNotFoundError:
            return None
        return found


class _Rehearsed(Meetings):
    """The same meetings on the same database, whose commands store nothing."""

    def __init__(self, meetings: Meetings, found: list[tuple[int, MeetingPlan.Event]]) -> None:
        """Share everything with `meetings` but what stores; `found` is what their log holds."""
        self.__dict__ |= vars(meetings)
        self._found = found
        self.written: list[MeetingPlan.Event] = []
        """What would be stored."""

    def save(self, *objs: Any, **_options: Any) -> list[Any]:
        """Keep the plans' new events to be looked at."""
        self.written += [event for plan in objs for event in plan.collect_events()]
        return []

    def _read(self) -> list[tuple[int, MeetingPlan.Event]]:
        return self._found

    def _plan(self, body: str) -> MeetingPlan | None:
        return _plans(event for _, event in self._found).get(MeetingPlan.create_id(body))

    def __del__(self) -> None:
        """Leave the database open: it belongs to the meetings that this is a rehearsal of."""


def find_meeting(diary: Diary, meeting_id: str, today: date) -> Meeting:
    """The meeting with an id, also a cancelled one, or one that a rhythm makes likely; raises `AbsentError`."""
    calendars = diary.organisation.calendars
    found = next((m for body in calendars.bodies for m in _named(calendars, body, meeting_id, today)), None)
    if found is not None:
        return found
    near = did_you_mean(meeting_id, [meeting.id for one in calendars.bodies.values() for meeting in one.meetings])
    mend = near if near.startswith("did") else "choose an id that `sagsgang meeting list` prints"
    raise AbsentError(f"there is no meeting {quoted(meeting_id)}", mend, "id")


def _plans(events: Iterable[MeetingPlan.Event]) -> dict[UUID, MeetingPlan]:
    """The plans that events make, by their ids."""
    plans: dict[UUID, MeetingPlan] = {}
    for event in events:
        plan = event.mutate(plans.get(event.originator_id))
        if not isinstance(plan, MeetingPlan):
            raise TypeError(event)
        plans[event.originator_id] = plan
    return plans


def _named(calendars: Calendars, body: str, meeting_id: str, today: date) -> list[Meeting]:
    """A body's meeting with an id: a known one whenever it is, else one that a rhythm makes likely around today."""
    known = next((meeting for meeting in calendars.bodies[body].meetings if meeting.id == meeting_id), None)
    if known is None and not meeting_id.startswith(f"{body}-"):
        return []
    first, last = (known.day, known.day) if known else (today - _LOOKED_BACK, today + _LOOKED_AHEAD)
    found = (*calendars.meetings(body, first, last), *calendars.called_off(body, first, last))
    return [meeting for meeting in found if meeting.id == meeting_id]


def _call_off(desk: _Desk, body: str, meeting_id: str, reason: str) -> None:
    """Cancel a meeting that a file has cancelled; one that is not known, or cancelled already, is left alone."""
    known = desk.known(meeting_id)
    if known is None or meeting_id in desk.calendars.cancelled:
        return
    _check_is_of(body, known)
    desk.trigger(MeetingPlan.Cancelled, _as_kept(desk.taking_place(meeting_id)), reason=reason)


def _check_is_of(body: str, meeting: Meeting) -> None:
    """Raise `ConflictError` where a file's meeting is another body's."""
    if meeting.body != body:
        raise ConflictError(f"is a meeting of {quoted(meeting.body)}", "give it an id of its own")


def _as_kept(meeting: Meeting) -> Meeting:
    """A meeting with what is said of it, without what is only worked out."""
    papers = None if meeting.papers_assumed else meeting.papers_in_by
    return replace(meeting, papers_in_by=papers, papers_assumed=False, uncertain_days=0)


def _one_line(text: str | None) -> str | None:
    return " ".join(text.split()) if text else None
