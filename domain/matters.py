# SPDX-License-Identifier: EUPL-1.2
"""What is planned: a case that is under way, a route not opened yet, and either of them with something changed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from domain.agenda import is_suspended_over, papers_in_on
from domain.asks import Meaning
from domain.calendar import YEARS
from domain.case import AnswerState, Case, Round, StepState
from domain.dates import FURTHEST_YEARS, danish_date
from domain.errors import InvalidError
from domain.estimating import Asked
from domain.faults import did_you_mean, quoted
from domain.following import is_negative, is_over
from domain.meetings import DAY, Calendars, Meeting, Period
from domain.organisation import Organisation
from domain.planning import Matter
from domain.route import MEETING, Route, Step

MOST_DAYS_LATER = 3650
_AROUND = timedelta(days=2 * 366)
"""How far around a matter's time a meeting is looked for by its id."""


@dataclass(frozen=True)
class WhatIf:
    """What is to be thought different: meetings moved or cancelled, bodies dropped, days gone by before it begins."""

    moved: Mapping[str, date] = field(default_factory=dict)
    """New days by the meetings' ids."""
    cancelled: Sequence[str] = ()
    """Meetings' ids."""
    dropped: Sequence[str] = ()
    """Bodies' ids."""
    days_later: int = 0

    def __bool__(self) -> bool:
        """Whether anything is different."""
        return bool(self.moved or self.cancelled or self.dropped or self.days_later)


@dataclass(frozen=True)
class Opening:
    """A case that might be opened."""

    route: str
    start: date
    deadline: date | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    concerned: Sequence[str] = ()


def matter_of_opening(organisation: Organisation, opening: Opening) -> Matter:
    """The whole way of a case that might be opened; raises `InvalidError` for what cannot be."""
    route = _route(organisation, opening.route)
    _check_dates(opening)
    asked_of = organisation.asked_by(route, opening.start, opening.concerned)
    steps = [step for step in route.steps if not step.is_on_demand]
    asked = {
        step.id: Asked(
            step,
            tuple(asked_of[step.id]) if step.is_needed(opening.attributes) else (),
            due=_due(step, opening.deadline, opening.attributes),
            needed=_needed(step, len(asked_of[step.id]), 0),
            opens_on=_dated(step.opens_on, opening.attributes),
        )
        for step in steps
    }
    after = {step.id: tuple(_after(route, step, asked)) for step in steps}
    return Matter(route, opening.deadline, opening.start, asked, after, done={})


def matter_of_case(case: Case, today: date) -> Matter:
    """What is still to come in a case on the Danish date `today`; a suspended one as if it went on today."""
    paused = (today - danish_date(case.suspended_at)).days if case.suspended_at and case.is_open else 0
    deadline = case.deadline and case.deadline + paused * DAY
    again = _asked_again(case)
    asked, done = dict[str, Asked](), dict[str, date]()
    for step, current in case.current_rounds():
        is_done = (current.state == StepState.SKIPPED or is_over(step, current)) and step.id not in again
        if is_done or not case.is_open:
            done[step.id] = danish_date(current.completed_at or case.closed_at or case.opened_at)
        elif current.state == StepState.OPEN or not step.is_on_demand:
            open_one = _asked_in(case, step, current, deadline, paused, is_again=step.id in again)
            asked[step.id] = _on_agendas(case, current, open_one, today)
    revision = {case.route.revision.id} & set(asked)
    known = {*asked, *done}
    after = {
        step_id: (*_after(case.route, one.step, known), *(revision if step_id in again else ()))
        for step_id, one in asked.items()
    }
    return Matter(case.route, deadline, today, asked, after, done, danish_date(case.opened_at), paused)


def meetings_between(organisation: Organisation, body: str | None, first: date, last: date) -> list[Meeting]:
    """The meetings of one body, or of all, from one day to another, also those that are cancelled.

    Raises `InvalidError` for a time that cannot be.
    """
    check_year(first, "from")
    check_year(last, "until")
    if last < first:
        what = f"the last day {last} is before the first, {first}"
        raise InvalidError(what, "give a later one", "until")
    bodies = [organisation.body(body).id] if body is not None else list(organisation.calendars.bodies)
    calendars = organisation.calendars
    found = [m for one in bodies for read in (calendars.meetings, calendars.called_off) for m in read(one, first, last)]
    return sorted(found, key=lambda meeting: (meeting.day, meeting.id))


def changed(matter: Matter, calendars: Calendars, what_if: WhatIf) -> tuple[Matter, Calendars]:
    """A matter and the calendars as they would be; raises `InvalidError` for what cannot be changed."""
    if not 0 <= what_if.days_later <= MOST_DAYS_LATER:
        what = f"{what_if.days_later} days later is too much"
        raise InvalidError(what, f"give a number from 0 to {MOST_DAYS_LATER}", "later")
    end = max(matter.start, matter.deadline or matter.start)
    around = Period(first=matter.start - _AROUND, last=end + _AROUND)
    for meeting_id, day in what_if.moved.items():
        check_year(day, "move")
        calendars = calendars.with_moved(calendars.meeting(meeting_id, around, "move"), day)
    for meeting_id in what_if.cancelled:
        calendars = calendars.without(calendars.meeting(meeting_id, around, "cancel"))
    _check_dropped(matter, what_if.dropped)
    asked = {step_id: _without(one, what_if.dropped) for step_id, one in matter.asked.items()}
    return replace(matter, start=matter.start + what_if.days_later * DAY, asked=asked), calendars


def check_year(day: date, field_name: str) -> None:
    """Raise `InvalidError` at a field for a day beyond the years of which anything is known."""
    furthest = YEARS.stop - 2 * FURTHEST_YEARS
    if not YEARS.start + 2 <= day.year < furthest:
        what = f"the date {day} cannot be"
        raise InvalidError(what, f"choose a day from {YEARS.start + 2} to {furthest - 1}", field_name)


def _after(route: Route, step: Step, known: Collection[str]) -> Iterator[str]:
    """The steps that one waits for; what is opened by something on the way is over with the step that opens it."""
    for named in step.after:
        asker = route.step(named) if named in known else route.asker_in_order(route.step(named))
        if asker is not None and asker.id in known and asker.id != step.id:
            yield asker.id


def _route(organisation: Organisation, route_id: str) -> Route:
    if route_id not in organisation.routes:
        mend = did_you_mean(route_id, organisation.routes)
        raise InvalidError(f"there is no route {quoted(route_id)}", mend, "route")
    return organisation.routes[route_id]


def _check_dates(opening: Opening) -> None:
    check_year(opening.start, "start")
    latest = opening.start + timedelta(days=366 * FURTHEST_YEARS)
    if opening.deadline and not date(YEARS.start, 1, 1) <= opening.deadline <= latest:
        what = f"the deadline {opening.deadline} cannot be"
        raise InvalidError(what, f"give a date from {YEARS.start} to {latest}", "deadline")


def _due(step: Step, deadline: date | None, attributes: Mapping[str, Any]) -> date | None:
    """The date on which a step that waits will be due, where it is known."""
    if step.due == "deadline":
        return deadline
    return _dated(step.due_on, attributes) if step.due == "attribute" else None


def _dated(name: str | None, attributes: Mapping[str, Any]) -> date | None:
    """The date in an attribute, None where it is not there; raises `InvalidError` for one that is none."""
    if name is None or name not in attributes:
        return None
    try:
        day = date.fromisoformat(str(attributes[name]))
    except ValueError:
        what = f"the attribute {name} is {attributes[name]!r}"
        raise InvalidError(what, "write a date as YYYY-MM-DD", "attributes") from None
    check_year(day, "attributes")
    return day


def _needed(step: Step, asked: int, consenting: int) -> int | None:
    """How many more answers are enough where not all are waited for."""
    if step.complete != "enough" or step.must_have:
        return None
    return max(1, step.enough(asked) - consenting)


def _asked_in(case: Case, step: Step, current: Round, deadline: date | None, paused: int, *, is_again: bool) -> Asked:
    if is_again:
        bodies = tuple(case.asked.get(step.id, step.bodies))
        return Asked(step, bodies, due=_due(step, deadline, case.attributes), needed=_needed(step, len(bodies), 0))
    if current.state == StepState.COMPLETED:  # objected to, or silent: it goes on at a meeting at once
        return Asked(step, tuple(current.asked), mode=MEETING)
    to_come = {AnswerState.NOT_ASKED, AnswerState.AWAITING, AnswerState.DELAYED}
    bodies = tuple(answer.body for answer in current.answers.values() if answer.state in to_come)
    said = [a.outcome for a in current.asked.values() if a.body not in bodies]
    meanings = [step.outcomes[outcome].meaning for outcome in said if outcome in step.outcomes]
    is_open = current.state == StepState.OPEN and current.opened_at is not None
    return Asked(
        step,
        bodies,
        since=danish_date(current.opened_at) if is_open and current.opened_at else None,
        due=current.due + paused * DAY if is_open and current.due else _due(step, deadline, case.attributes),
        needed=_needed(step, len(current.asked), meanings.count(Meaning.CONSENT)),
        mode=current.mode,
        opens_on=_dated(step.opens_on, case.attributes),
        promised={a.body: date.fromisoformat(a.expected_on) for a in current.answers.values() if a.expected_on},
    )


def _on_agendas(case: Case, current: Round, asked: Asked, today: date) -> Asked:
    """What is open at meetings with the items of its bodies: those dealt with already, and those to come."""
    if asked.since is None or asked.held != MEETING:
        return asked
    items = [item for item in current.on_agendas if item.body in asked.bodies and not is_suspended_over(case, item)]
    held = frozenset(item.body for item in items if item.day < today)
    papers = [papers_in_on(case, item) for item in current.items.values()]
    return replace(
        asked,
        items={item.body: item.meeting for item in items if item.body not in held},
        dealt_with=held,
        papers_in_on=today if case.suspended_at else max(papers, default=None),
    )


def _asked_again(case: Case) -> set[str]:
    """The steps that a rejection or return has put back to be asked again, and that have not been yet."""
    revisions = case.rounds.get(case.route.revision.id, [])
    found = set[str]()
    for step, current in case.current_rounds():
        if current.state != StepState.COMPLETED or not is_negative(step, current):
            continue
        sent_back = f"{step.id}#{current.number}"
        since = next((r.opened_version for r in revisions if r.revises == sent_back), current.completed_version)
        found |= {s.id for s in case.route.way_back(step) if case.current(s.id).opened_version <= since}
    return found


def _check_dropped(matter: Matter, dropped: Sequence[str]) -> None:
    asked = {body for one in matter.asked.values() for body in one.bodies}
    for body in dropped:
        if body not in asked:
            what = f"no step that is still to come asks {quoted(body)}"
            raise InvalidError(what, did_you_mean(body, asked), "drop")


def _without(asked: Asked, dropped: Sequence[str]) -> Asked:
    bodies = tuple(body for body in asked.bodies if body not in dropped)
    return replace(asked, bodies=bodies, needed=asked.needed and min(asked.needed, max(len(bodies), 1)))
