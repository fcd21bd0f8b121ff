# SPDX-License-Identifier: EUPL-1.2
"""The plan of a matter: when it will be done, by when each body must have it, and whether its deadline holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cache, cached_property

from domain.estimating import EARLY, LATE, MIDDLE, NEVER, Asked, Done, Estimator, History, Latest
from domain.futures import futures
from domain.meetings import DAY, Calendars, Meeting
from domain.route import MEETING, Route

_LOOK_BACK = timedelta(days=2 * 366)
"""How long before the start dates are still named by which papers would have had to be in."""


class Standing(StrEnum):
    """Whether a matter will make its deadline."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    LATE = "late"


class Cause(StrEnum):
    """What a plan's standing rests on."""

    NO_DEADLINE = "no_deadline"
    IN_TIME = "in_time"
    WIDE_RANGE = "wide_range"
    MET = "met"
    MISSED = "missed"
    NO_MEETING = "no_meeting"
    FIXED_DATE = "fixed_date"
    STARTS_TOO_LATE = "starts_too_late"
    TAKES_TOO_LONG = "takes_too_long"


@dataclass(frozen=True)
class Why:
    """The reason of a plan's standing, to be said in words."""

    cause: Cause
    step: str | None = None
    body: str | None = None
    ready: date | None = None
    """When the step can have the papers."""
    by: date | None = None
    """By when it would have to be done."""
    papers_in_by: date | None = None
    missed: Meeting | None = None
    """The last meeting that would have been in time, or would be if it took place."""
    is_called_off: bool = False
    """Whether the missed meeting does not take place."""
    next: date | None = None
    """When it is expected instead, None if never."""
    before: Why | None = None
    """Where no meeting takes a step that begins too late: the first meeting on the way to it that is missed."""


@dataclass(frozen=True)
class Matter:
    """What is to be planned: the steps that are still to come, and the days of those that are done."""

    route: Route
    deadline: date | None
    start: date
    """Nothing happens before this day."""
    asked: Mapping[str, Asked]
    """In the route's order."""
    after: Mapping[str, tuple[str, ...]]
    """For each step to come the steps that it waits for."""
    done: Mapping[str, date]
    opened: date | None = None
    """When the case was opened; None: it begins at `start`."""
    paused_days: int = 0
    """For how many days a suspended case has stood still, by which its deadline here is later."""

    @property
    def begun(self) -> date:
        """The day from which the clocks of the first steps count."""
        return self.opened or self.start

    @cached_property
    def bound(self) -> tuple[str, ...]:
        """The steps that the deadline binds: the one that the route names, else all."""
        binds = self.route.binds
        return (binds,) if binds is not None else (*self.done, *self.asked)

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The steps to come, each after those that it waits for."""
        found: dict[str, None] = {}

        def take(step_id: str) -> None:
            if step_id in self.asked and step_id not in found:
                for earlier in self.after[step_id]:
                    take(earlier)
                found[step_id] = None

        for step_id in self.asked:
            take(step_id)
        return tuple(found)

    @cached_property
    def closers(self) -> Mapping[str, tuple[str, ...]]:
        """For each step to come those that end it when they end, and do not wait for it."""
        closing = {other: asked.step.closes for other, asked in self.asked.items() if asked.step.closes}
        return {
            step: tuple(o for o, closes in closing.items() if step in closes and step not in self.route.before(o))
            for step in self.asked
        }


@dataclass(frozen=True)
class StepPlan:
    """What a plan says of one step that is still to come."""

    step: str
    bodies: tuple[str, ...]
    papers_in_by: date | None
    """The last day on which the papers can be with its bodies so that the deadline holds."""
    latest: date | None
    """The last meeting, or else day, on which it can be decided so that the deadline holds."""
    expected: date | None
    earliest: date | None
    latest_expected: date | None
    """With `earliest` the range in which it is expected."""
    meetings: tuple[Meeting, ...]
    """The meetings that it is expected on."""
    assumed: bool


@dataclass(frozen=True)
class Plan:
    """When a matter will be done, and by when each step must be for the deadline to hold; days are Danish dates."""

    matter: Matter
    feasible: bool
    why: Why
    practical_deadline: date | None
    latest_start: date | None
    expected_end: date | None
    earliest_end: date | None
    latest_end: date | None
    standing: Standing
    expected_closed: date | None
    steps: tuple[StepPlan, ...]
    """Sorted by `latest`, those without one last."""

    @property
    def slack_days(self) -> int | None:
        """The days left between the expected end and the deadline."""
        if self.matter.deadline is None or self.expected_end is None:
            return None
        return (self.matter.deadline - self.expected_end).days


def plan(matter: Matter, calendars: Calendars, history: History | None = None) -> Plan:
    """The plan of a matter, by the calendars and by how long its bodies have taken before."""
    return Planner(calendars, history, matter.start).plan(matter)


class Planner:
    """Plans many matters with one reading of calendars and history."""

    def __init__(self, calendars: Calendars, history: History | None, today: date) -> None:
        """Plan matters of `today`, or of a later start."""
        self._estimator = Estimator(calendars, history or {}, today - _LOOK_BACK)

    def plan(self, matter: Matter) -> Plan:
        """The plan of one matter."""
        return _Planning(matter, self._estimator).plan()


_StepDone = Callable[[str, date, float], Done]
"""When a step is done that can begin on a day, as late as a chance says."""


class _Forward:
    """When each step will be done, as late as a level of chance for each step says."""

    def __init__(self, matter: Matter, done: _StepDone, levels: Mapping[str, float]) -> None:
        self._matter, self._done, self._levels = matter, done, levels
        self._own: dict[str, Done] = {}
        self._found: dict[str, Done] = {}
        self.ready: dict[str, date] = {}

    def of(self, step_id: str) -> Done:
        """When a step is done, by itself or with another that closes it."""
        if step_id not in self._found and step_id not in self._matter.asked:
            self._found[step_id] = Done(self._matter.done[step_id])
        if step_id not in self._found:
            own = self._found[step_id] = self.by_itself(step_id)
            closing = [self.by_itself(other) for other in self._matter.closers[step_id]]
            self._found[step_id] = min([own, *closing], key=lambda done: done.day) if closing else own
        return self._found[step_id]

    def by_itself(self, step_id: str) -> Done:
        """When the last of a step's bodies has decided, whether or not another step has closed it before."""
        if step_id not in self._own:
            earlier = [self._ready_after(step) for step in self._matter.after[step_id]]
            asked = self._matter.asked[step_id]
            self.ready[step_id] = max(self._matter.start, asked.opens(max(earlier, default=self._matter.begun)))
            self._own[step_id] = self._done(step_id, self.ready[step_id], self._levels[step_id])
        return self._own[step_id]

    def end(self, steps: tuple[str, ...]) -> date:
        """When the last of some steps is done; those that the matter does not go through count as done at its start."""
        known = [step for step in steps if step in self._matter.asked or step in self._matter.done]
        return max((self.of(step).day for step in known), default=self._matter.start)

    def _ready_after(self, step_id: str) -> date:
        """The day on which what waits for a step can begin."""
        done, asked = self.of(step_id), self._matter.asked.get(step_id)
        ends = asked is not None and asked.ends_on == done.day and done.day != NEVER
        return done.day + DAY if ends else done.day


class _Planning:
    """One matter on its way through time, forwards and backwards."""

    def __init__(self, matter: Matter, estimator: Estimator) -> None:
        self._matter, self._estimator = matter, estimator
        # Of most steps several futures say the same.
        self._done = cache(lambda step, ready, level: estimator.done(matter.asked[step], ready, level))
        self._middle, *self._ends = (
            _Forward(matter, self._done, dict.fromkeys(matter.asked, level)) for level in (MIDDLE, EARLY, LATE)
        )
        self._by, self._latest = self._backward()
        self._found_unsure: dict[str, frozenset[str]] = {}
        self._is_unsure = cache(self._looks_unsure)

    def plan(self) -> Plan:
        """The plan, put together from both ways."""
        matter, bound = self._matter, self._matter.bound
        end = self._middle.end(bound)
        early, late = self._range(bound, lambda forward: forward.end(bound))
        on_time = matter.deadline is None or end <= matter.deadline
        standing = Standing.LATE if not on_time else Standing.ON_TRACK
        if on_time and matter.deadline is not None and late > matter.deadline:
            standing = Standing.AT_RISK
        starts = (
            day
            for step, latest in self._latest.items()
            if self._is_first(step) and (day := matter.asked[step].opened_by(latest.ready))
        )
        return Plan(
            matter=matter,
            feasible=on_time,
            why=self._why(standing, late),
            practical_deadline=matter.deadline and self._estimator.calendars.practical_day(matter.deadline),
            latest_start=min(starts, default=None),
            expected_end=_known(end),
            earliest_end=_known(early),
            latest_end=_known(late),
            standing=standing,
            expected_closed=_known(self._middle.end((*matter.done, *matter.asked))),
            steps=self._steps(),
        )

    def _range(self, steps: tuple[str, ...], day: Callable[[_Forward], date]) -> tuple[date, date]:
        """Between which days something lies that depends on some steps.

        Where no more than one thing before it is unsure, these are its own early and late day. That several are all
        late is less likely than that each is: then the first and the last of some futures that are spread evenly.
        """
        unsure = frozenset[str]().union(*(self._unsure_before(step) for step in steps))
        days = [day(forward) for forward in (self._futures if len(unsure) > 1 else self._ends)]
        middle = day(self._middle)
        return min(*days, middle), max(*days, middle)

    @cached_property
    def _futures(self) -> list[_Forward]:
        unsure = sorted(step for step in self._matter.asked if self._is_unsure(step))
        rest = dict.fromkeys(self._matter.asked, MIDDLE)
        # In one of them everything is in its middle.
        return [
            _Forward(self._matter, self._done, rest | dict(zip(unsure, levels, strict=True)))
            for levels in futures(len(unsure))
            if set(levels) != {MIDDLE}
        ]

    def _looks_unsure(self, step_id: str) -> bool:
        """Whether a step's end does not follow from dates alone: bodies take time, or a meeting is only likely."""
        asked = self._matter.asked[step_id]
        if not asked.bodies:
            return False
        if not self._estimator.is_sure(asked):
            return True
        expected = [forward.by_itself(step_id) for forward in (self._middle, *self._ends)]
        return any(meeting.uncertain_days for done in expected for meeting in done.meetings)

    def _unsure_before(self, step_id: str) -> frozenset[str]:
        """The unsure steps that decide when a step is done: itself, those that it waits for, those that close these."""
        if step_id not in self._found_unsure:
            before, ahead = set[str](), [step_id]
            while ahead:  # steps may close one another
                step = ahead.pop()
                if step in self._matter.asked and step not in before:
                    before.add(step)
                    ahead += (*self._matter.after[step], *self._matter.closers[step])
            self._found_unsure[step_id] = frozenset(step for step in before if self._is_unsure(step))
        return self._found_unsure[step_id]

    def _backward(self) -> tuple[dict[str, date], dict[str, Latest]]:
        """For the bound steps and those before them: by when each must be done, and its last dates for that."""
        matter, by, latest = self._matter, dict[str, date](), dict[str, Latest]()
        if matter.deadline is None:
            return by, latest
        by |= dict.fromkeys((step for step in matter.bound if step in matter.asked), matter.deadline)
        impossible = set[str]()
        for step_id in reversed(matter.order):
            if step_id not in by or step_id in impossible:
                found = None
            else:
                found = self._estimator.latest(matter.asked[step_id], by[step_id])
            if found is not None:
                latest[step_id] = found
            for earlier in matter.after[step_id] if step_id in by or step_id in impossible else ():
                last = matter.asked[step_id].opened_by(found.ready) if found else None
                self._bound_before(earlier, last, by, impossible)
        return {step: day for step, day in by.items() if step not in impossible}, latest

    def _bound_before(self, earlier: str, last: date | None, by: dict[str, date], impossible: set[str]) -> None:
        """Let a step be done when the one after it must have its papers; nothing helps where that has no last day."""
        if earlier not in self._matter.asked:
            return
        if last is None:
            impossible.add(earlier)
            return
        ready = last - DAY if self._matter.asked[earlier].ends_on is not None else last
        by[earlier] = min(by.get(earlier, ready), ready)

    def _is_first(self, step_id: str) -> bool:
        """Whether a step to come waits for no other."""
        is_begun = self._matter.asked[step_id].since is not None
        return not is_begun and not any(earlier in self._matter.asked for earlier in self._matter.after[step_id])

    def _steps(self) -> tuple[StepPlan, ...]:
        shown = [self._step(step_id) for step_id, asked in self._matter.asked.items() if asked.bodies]
        return tuple(sorted(shown, key=lambda step: step.latest or NEVER))

    def _step(self, step_id: str) -> StepPlan:
        asked, done = self._matter.asked[step_id], self._middle.by_itself(step_id)
        latest = self._latest.get(step_id)
        soft = self._matter.deadline if asked.step.due == "deadline" else None
        is_with_them = asked.since is not None and asked.held != MEETING
        early, late = self._range((step_id,), lambda forward: forward.by_itself(step_id).day)
        return StepPlan(
            step=step_id,
            bodies=asked.bodies,
            papers_in_by=latest.ready if latest and not is_with_them else None,
            latest=latest.day if latest else soft,
            expected=_known(done.day),
            earliest=_known(early),
            latest_expected=_known(late),
            meetings=done.meetings,
            assumed=done.assumed or (latest is not None and latest.assumed),
        )

    def _why(self, standing: Standing, late: date) -> Why:
        matter = self._matter
        if matter.deadline is None:
            return Why(Cause.NO_DEADLINE)
        if not any(step in matter.asked for step in matter.bound):
            return Why(Cause.MISSED if standing is Standing.LATE else Cause.MET, next=self._middle.end(matter.bound))
        if standing is Standing.LATE:
            return self._why_late()
        cause = Cause.WIDE_RANGE if standing is Standing.AT_RISK else Cause.IN_TIME
        last = max((step for step in matter.bound if step in matter.asked), key=lambda step: self._middle.of(step).day)
        return Why(cause, step=last, next=_known(late))

    def _why_late(self) -> Why:
        """The step at which time is lost, looked for from the bound step back along those that it waits for."""
        matter = self._matter
        chain = list(self._chain())
        for place, step_id in enumerate(chain, 1):
            why = self._loses_time(step_id)
            if why is not None:
                is_missed = why.cause is Cause.NO_MEETING and not why.is_called_off
                return replace(why, before=self._missed_before(chain[place:])) if is_missed else why
        first = chain[-1]
        asked, latest = matter.asked[first], self._latest.get(first)
        cause = Cause.TAKES_TOO_LONG if asked.since is not None or latest is None else Cause.STARTS_TOO_LATE
        return Why(
            cause,
            step=first,
            ready=asked.since or self._middle.ready[first],
            by=self._by.get(first, matter.deadline),
            papers_in_by=latest.ready if latest else None,
            next=_known(self._middle.of(first).day),
        )

    def _chain(self) -> Iterator[str]:
        """The bound step that is done last, the step that this waits for longest, and so on."""
        step: str | None = max(
            (step for step in self._matter.bound if step in self._matter.asked),
            key=lambda step: self._middle.of(step).day,
        )
        while step is not None:
            yield step
            earlier = [e for e in self._matter.after[step] if e in self._matter.asked]
            step = max(earlier, key=lambda e: self._middle.of(e).day, default=None)

    def _loses_time(self, step_id: str) -> Why | None:
        """Why a step is done too late although it could have begun in time: no meeting takes it, or its date is set."""
        asked, by = self._matter.asked[step_id], self._by.get(step_id)
        ready = self._middle.ready[step_id]
        if by is None or ready > by:
            return None
        if asked.ends_on is not None and asked.ends_on > by:
            return Why(Cause.FIXED_DATE, step=step_id, by=by, next=asked.ends_on)
        if asked.held != MEETING:
            return None
        for body in asked.bodies:
            if self._estimator.calendars.meets(body) and body not in asked.dealt_with:
                meeting = self._estimator.meeting_of(asked, body, ready)
                if meeting is None or meeting.day > by:
                    return self._no_meeting(step_id, body, meeting, by)
        return None

    def _missed_before(self, earlier: list[str]) -> Why | None:
        """The first meeting that is missed on the way to a step; `earlier` are those before it, the last first.

        None where they are too late because of a date that is set: that meeting could not have been made.
        """
        found = None
        for step_id in earlier:
            asked, by, ready = self._matter.asked[step_id], self._by.get(step_id), self._middle.ready[step_id]
            if by is None or self._middle.of(step_id).day <= by:
                break
            if asked.ends_on is not None:
                return None
            if asked.held == MEETING and asked.since is None:
                for body in filter(self._estimator.calendars.meets, asked.bodies):
                    missed = self._estimator.last_meeting(body, by)
                    if missed is not None and (missed.papers_in_by or missed.day) < ready:
                        found = Why(Cause.NO_MEETING, step=step_id, body=body, ready=ready, missed=missed)
        return found

    def _no_meeting(self, step_id: str, body: str, meeting: Meeting | None, by: date) -> Why:
        ready = self._middle.ready[step_id]
        called_off = [m for m in self._estimator.calendars.called_off(body, ready, by) if m.takes(ready, ready)]
        missed = called_off[-1] if called_off else self._estimator.last_meeting(body, by)
        return Why(
            Cause.NO_MEETING,
            step=step_id,
            body=body,
            ready=ready,
            by=by,
            missed=missed,
            is_called_off=bool(called_off),
            next=meeting.day if meeting else None,
        )


def _known(day: date) -> date | None:
    return None if day == NEVER else day
