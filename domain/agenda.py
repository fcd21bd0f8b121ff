# SPDX-License-Identifier: EUPL-1.2
"""The pure rules of the agendas: on which meeting of a body an open matter is an item, and where it goes from there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from domain.case import Case, Round, StepState
from domain.dates import danish_date
from domain.items import Item, ItemWhy, item_facts
from domain.meetings import DAY
from domain.route import MEETING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.meetings import Calendars, Meeting
    from domain.route import Step

    Change = tuple[type[Case.Event], dict[str, Any]]

AHEAD = timedelta(days=3 * 366)
"""How far ahead of a day a meeting is looked for."""


@dataclass(frozen=True)
class _Place:
    """One body's place in an open round that is held at a meeting, on the Danish date `today`."""

    case: Case
    current: Round
    body: str
    calendars: Calendars
    today: date

    @property
    def item(self) -> Item | None:
        """Where it stands now."""
        return self.current.items.get(self.body)

    def first(self, not_before: date, papers: date | None = None) -> Meeting | None:
        """The body's first meeting from a day on, today at the earliest, that takes papers which are in on a day."""
        first = max(self.today, not_before)
        meetings = self.calendars.meetings(self.body, first, first + AHEAD)
        return next((m for m in meetings if papers is None or m.takes(papers, first)), None)


def rounds_at_meetings(case: Case) -> Iterator[tuple[Step, Round]]:
    """The open rounds that are held at a meeting of their bodies."""
    for step, current in case.current_rounds():
        if current.state == StepState.OPEN and (current.mode or step.mode) == MEETING:
            yield step, current


def agenda_changes(case: Case, at: datetime, calendars: Calendars) -> Iterator[Change]:
    """What is to happen to the items of a case at `at` (UTC): each event with its facts.

    A matter that waits for a body which has meetings is put on the first one that can still take it. It stays there,
    also when the day has passed and the minutes are awaited, until the body puts it off, the meeting is moved or
    cancelled, the case stood still on its day, or an earlier meeting that takes it has been added.
    """
    for _, current in rounds_at_meetings(case):
        for body in current.pending:
            if calendars.meets(body):
                yield from _change(_Place(case, current, body, calendars, danish_date(at)))


def is_suspended_over(case: Case, item: Item) -> bool:
    """Whether a case stood still on the day of an item's meeting, or does since."""
    since = case.suspended_at
    ended = ((danish_date(p.since), danish_date(p.since) + timedelta(days=p.days)) for p in case.pauses)
    return any(first <= item.day < last for first, last in ended) or (
        since is not None and danish_date(since) <= item.day
    )


def papers_in_on(case: Case, item: Item) -> date:
    """The day from which an item's papers count as in: after a suspension they come in anew."""
    resumed = (danish_date(pause.since) + timedelta(days=pause.days) for pause in case.pauses)
    return max((item.papers_in_on, *resumed))


def standing_meeting(calendars: Calendars, item: Item) -> Meeting | None:
    """The meeting that an item is on as it stands now; None where it does not take place (any more)."""
    known = calendars.bodies[item.body].meetings if calendars.meets(item.body) else ()
    day = next((meeting.day for meeting in known if meeting.id == item.meeting), item.day)
    return next((m for m in calendars.meetings(item.body, day, day) if m.id == item.meeting), None)


def _change(place: _Place) -> Iterator[Change]:
    item = place.item
    if item is None:
        yield from _newly_placed(place)
    elif item.is_off:
        papers = papers_in_on(place.case, item)
        if (meeting := place.first(item.not_before, papers)) is not None:
            yield from _placed_or_off(place, item, meeting, ItemWhy.NEXT, item.not_before)
    elif item.is_put_off:
        after = item.put_off_to or item.day + DAY
        yield from _placed_or_off(place, item, place.first(after), ItemWhy.POSTPONED, after)
    else:
        yield from _moved_with_its_meeting(place, item)


def _newly_placed(place: _Place) -> Iterator[Change]:
    """Papers are in since the step opened where the invitation is out, else, of a body asked later, since today."""
    opened = danish_date(place.current.opened_at) if place.current.opened_at else place.today
    papers = opened if place.body in place.current.invited else place.today
    meeting = place.first(papers, papers)
    if meeting is not None:
        yield Case.ItemPlaced, placed(place.current, meeting, ItemWhy.NEXT, papers, papers)


def _moved_with_its_meeting(place: _Place, item: Item) -> Iterator[Change]:
    meeting = standing_meeting(place.calendars, item)
    papers = papers_in_on(place.case, item)
    if meeting is None:
        is_cancelled = item.meeting in place.calendars.cancelled
        if is_cancelled or item.day >= place.today:
            why = ItemWhy.CANCELLED if is_cancelled else ItemWhy.NEXT
            target = place.first(item.not_before, papers)
            yield from _placed_or_off(place, item, target, why, item.not_before)
    elif _differs(meeting, item):
        not_before = item.not_before if meeting.day == item.day else meeting.day
        yield from _placed_or_off(place, item, meeting, ItemWhy.MOVED, not_before)
    elif is_suspended_over(place.case, item):
        target = place.first(place.today, papers)
        yield from _placed_or_off(place, item, target, ItemWhy.SUSPENDED, place.today)
    elif item.day > place.today:
        target = place.first(item.not_before, papers)
        if target is not None and target.day < item.day:
            yield from _placed_or_off(place, item, target, ItemWhy.NEXT, item.not_before)


def _differs(meeting: Meeting, item: Item) -> bool:
    stands = (meeting.day, meeting.at, meeting.place, meeting.papers_in_by)
    return stands != (item.day, item.at, item.place, item.papers_in_by)


def _placed_or_off(
    place: _Place, item: Item, meeting: Meeting | None, why: ItemWhy, not_before: date
) -> Iterator[Change]:
    """The item goes on the meeting, or where none is known it stands on none until there is one."""
    if meeting is not None:
        facts = placed(place.current, meeting, why, papers_in_on(place.case, item), not_before)
        yield Case.ItemPlaced, facts
    else:
        yield Case.ItemTakenOff, taken_off(place.current, item, str(why), not_before)


def placed(current: Round, meeting: Meeting, why: ItemWhy, papers_in_on: date, not_before: date) -> dict[str, Any]:
    """The facts of an item that goes on a meeting of its body."""
    where = {"step": current.step, "round": current.number, "body": meeting.body, **item_facts(meeting)}
    days = {"papers_in_on": papers_in_on.isoformat(), "not_before": not_before.isoformat()}
    return {**where, "why": str(why), "reason": None, **days}


def taken_off(current: Round, item: Item, why: str, not_before: date, reason: str | None = None) -> dict[str, Any]:
    """The facts of an item that is taken off its meeting."""
    where = {"step": current.step, "round": current.number, "body": item.body, "meeting": item.meeting}
    days = {"date": item.day.isoformat(), "not_before": not_before.isoformat()}
    return {**where, **days, "why": why, "reason": reason}
