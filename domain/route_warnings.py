# SPDX-License-Identifier: EUPL-1.2
"""Warnings about a route that can be run but will surely not do in some place what its writer meant."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from domain.faults import Fault, quoted
from domain.route import BODIES, NOT_ENOUGH, SILENCES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from domain.organisation import Group, GroupMember, Organisation
    from domain.route import Route, Step


class RouteWarning(Fault):
    """One thing in a route that surely was not meant so; the route runs all the same."""

    def __str__(self) -> str:
        """The warning as one line, `file:key: warning: what; mend`."""
        return f"{self.file}:{self.key}: warning: {self.what}; {self.mend}"


def find_warnings(route: Route, file: str, organisation: Organisation) -> list[RouteWarning]:
    """Every warning about a route without faults, which stands in `file`, its bodies and groups being those given."""
    checks = (
        _never_opened,
        _closings_in_vain,
        _early_reminders,
        _reminders_in_vain,
        _escalations_unannounced,
        _unbound_deadline,
        _deadline_before_window,
        _ending_skipped,
        _tests_in_vain,
        _blocked_in_vain,
        _goes_on_without_enough,
    )
    found = [warning for check in checks for warning in check(route)]
    found += [*_asked_twice_at_once(route, organisation), *_never_enough(route, organisation)]
    return [RouteWarning(file, key, what, mend) for key, what, mend in found]


_Found = tuple[str, str, str]
"""The key, what is wrong there, and how to mend it."""


def _never_opened(route: Route) -> Iterator[_Found]:
    """Steps that nothing can open, and those that wait for one of them."""
    for step in route.steps:
        closing = _ended_before(route, step)
        if route.asker_in_order(step) is None:
            what = "can never open the step, since the steps named there open only one another"
            yield f"steps[{step.id}].opened_by", what, "open one of them by a step of the route's order"
        elif closing:
            what = f"means that the step never opens, since {quoted(closing)} ends it first"
            yield f"steps[{step.id}].after", what, "remove it there, or remove the step from what that one closes"
        for earlier in step.after:
            if route.asker_in_order(route.step(earlier)) is None:
                what = f"names {quoted(earlier)}, which can never open, so this step does not wait for it"
                yield f"steps[{step.id}].after", what, "mend that step, or wait for another"


def _ended_before(route: Route, step: Step) -> str | None:
    """A step that always comes before another of the order and ends it, so that it never opens."""
    before = route.before(step.id)
    closers = [s.id for s in route.steps if step.id in s.closes and s.id in before and not _is_conditional(s)]
    sure = not step.is_on_demand and not _goes_back(route)
    return closers[0] if closers and sure else None


def _is_conditional(step: Step) -> bool:
    """Whether some cases do not go through a step."""
    return bool(step.when or step.unless)


def _goes_back(route: Route) -> bool:
    """Whether steps that are done may be asked again because a later one was sent back."""
    return any(step.returned_to for step in route.steps)


def _closings_in_vain(route: Route) -> Iterator[_Found]:
    """A step of the order that is done before another opens cannot be ended by that one."""
    for step in route.steps:
        for closed in step.closes:
            other = route.step(closed)
            done = closed in route.before(step.id) and not (other.is_on_demand or other.counts_corrections)
            if done and not _goes_back(route):
                what = f"names {quoted(closed)}, which is done by then"
                yield f"steps[{step.id}].closes.step", what, "remove it, or let the two be open together"


def _early_reminders(route: Route) -> Iterator[_Found]:
    for step in route.steps:
        for reminder in step.reminders:
            if step.days_to_due is not None and -reminder.days > step.days_to_due:
                what = f"is {-reminder.days}, before the window of {step.days_to_due} days opens, so nobody is reminded"
                mend = f"write less than {step.days_to_due}"
                yield f"steps[{step.id}].reminders.days_before_due", what, mend


def _reminders_in_vain(route: Route) -> Iterator[_Found]:
    """Rules that say the same twice, that come when the step is over, or that tell the secretariat of itself alone."""
    for step in route.steps:
        at = f"steps[{step.id}].reminders"
        for rule in dict.fromkeys(r for r in step.reminders if step.reminders.count(r) > 1):
            yield at, f"has the same day for the {rule.to} twice", "remove one of the two"
        is_over = step.complete == "at_due" or step.on_silence != SILENCES[0]
        late = [rule for rule in step.reminders if rule.days > 0]
        if late and is_over:
            what = "is after the due date, with which the step ends, so nobody is reminded"
            yield f"{at}.days_after_due", what, "remove it, or write a day before the due date"
        if step.bodies == ("secretariat",) and any(rule.to == "secretariat" for rule in step.reminders):
            yield f"{at}.to", "tells the secretariat what it is itself asked", "remove it there"


def _escalations_unannounced(route: Route) -> Iterator[_Found]:
    """Leadership hears that bodies are silent before these have been reminded themselves."""
    for step in route.steps:
        reminded = [rule.days for rule in step.reminders if rule.to == BODIES]
        told = [rule.days for rule in step.reminders if rule.to == "leadership"]
        if told and (not reminded or min(told) <= min(reminded)):
            what = 'is "leadership" before the bodies themselves have been reminded'
            yield f"steps[{step.id}].reminders.to", what, "remind them earlier, or tell leadership later"


def _unbound_deadline(route: Route) -> Iterator[_Found]:
    due = [step.id for step in route.steps if step.due == "deadline"]
    if due and route.binds is None:
        what = f"is missing though {quoted(due[0])} is due on the case's deadline"
        yield "binds", what, f'write binds = "{due[-1]}", or the step that the deadline is for'


def _deadline_before_window(route: Route) -> Iterator[_Found]:
    """A step that may take until the case's deadline leaves no time for a window that must be over by then too."""
    in_time = {route.binds, *route.before(route.binds)} if route.binds else set()
    for step in route.steps:
        windows = [w for w in route.steps if w.due == "window" and w.id in in_time and step.id in route.before(w.id)]
        if step.due == "deadline" and windows:
            days, late = windows[0].window_days, quoted(windows[0].id)
            what = (
                f"is the case's deadline, by which the window of {days} days of {late} is to end that opens afterwards"
            )
            yield f"steps[{step.id}].due", what, "give the step an earlier due date"


def _ending_skipped(route: Route) -> Iterator[_Found]:
    steps = [route.step(step) for step in route.ending.result_of]
    if len(steps) == 1 and (steps[0].is_on_demand or _is_conditional(steps[0])):
        what = f"is {quoted(steps[0].id)}, which some cases do not go through: then there is no result"
        yield "ending.result_of", what, "name a step that every case goes through, or several"


def _tests_in_vain(route: Route) -> Iterator[_Found]:
    for step in route.steps:
        if step.is_on_demand and _is_conditional(step):
            key = "when" if step.when else "unless"
            what = "is never looked at, since an outcome opens the step"
            yield f"steps[{step.id}].{key}", what, "remove it, or put the step into the order by after"


def _blocked_in_vain(route: Route) -> Iterator[_Found]:
    """A step cannot be held back by conditions of one that opens only after it."""
    for step in route.steps:
        for named in step.blocked_by:
            host = route.asker_in_order(route.step(named))
            if host is not None and step.id in route.before(host.id) and not _goes_back(route):
                what = f"names {quoted(named)}, which comes later, so its conditions come too late"
                yield f"steps[{step.id}].blocked_by", what, "name steps that come before, or block the ending"


def _goes_on_without_enough(route: Route) -> Iterator[_Found]:
    """A step that counts its consents, and after which the route goes on although they were too few."""
    for step in route.steps:
        following = [later.id for later in route.steps if step.id in later.after]
        said = NOT_ENOUGH in (*step.ends_on, *(route.ending.rejected_by if step.id in route.ending.result_of else ()))
        if NOT_ENOUGH in step.bad_results and not said and following:
            what = f"lets {quoted(following[0])} open also when too few have consented"
            key = "at_least" if step.at_least is not None else "must_have"
            yield f"steps[{step.id}].{key}", what, f'write ends_on = ["{NOT_ENOUGH}"], or remove {key} if it may'


def _asked_twice_at_once(route: Route, organisation: Organisation) -> Iterator[_Found]:
    """Two open steps that ask a body the same: its answer would not say which one it is for."""
    for one, other in combinations(route.steps, 2):
        both = _asked(one, organisation.groups) & _asked(other, organisation.groups)
        same = [ask for ask in other.asks if ask in one.asks]
        if both and same and _open_together(route, one, other):
            who = quoted(min(both)) if len(both) == 1 else f"{len(both)} bodies"
            what = f"asks {who} to {same[0]} while the step {quoted(one.id)} may be asking the same"
            key = "ask" if same[0] == other.ask else "also_asks"
            yield f"steps[{other.id}].{key}", what, "put the two after one another, or make them one step"


def _never_enough(route: Route, organisation: Organisation) -> Iterator[_Found]:
    """A step that wants more consents than it asks bodies, or that of a body it does not ask."""
    for step in route.steps:
        if step.asks_concerned:
            continue
        asked = _ever_asked(step, organisation.groups)
        if isinstance(step.at_least, int) and step.at_least > len(asked):
            what = f"is {step.at_least}, but only {len(asked)} are asked, so it is never enough"
            yield f"steps[{step.id}].at_least", what, f"write at most {len(asked)}"
        for body in step.must_have:
            if body not in asked:
                what = f"names {quoted(body)}, whom the step does not ask, so it is never enough"
                yield f"steps[{step.id}].must_have", what, "ask the body as well, or remove it here"


def _ever_asked(step: Step, groups: Mapping[str, Group]) -> set[str]:
    """Whom a step asks on any day, or lets join unasked."""
    open_to = groups[step.open_to].members if step.open_to and step.open_to in groups else ()
    return set(step.bodies) | {member.body for member in (*_members(step, groups), *open_to)}


def _asked(step: Step, groups: Mapping[str, Group]) -> set[str]:
    """Whom a step surely asks; those concerned, and whether a test holds, are known only by the case."""
    if step.asks_concerned or _is_conditional(step):
        return set()
    members = [m for m in _members(step, groups) if m.valid_from is None and m.valid_until is None]
    return set(step.bodies) | {member.body for member in members}


def _members(step: Step, groups: Mapping[str, Group]) -> tuple[GroupMember, ...]:
    return groups[step.group].members if step.group and step.group in groups else ()


def _open_together(route: Route, one: Step, other: Step) -> bool:
    """Whether nothing in the route keeps two steps from being open at the same time."""
    return not (_precedes(route, one, other) or _precedes(route, other, one))


def _precedes(route: Route, one: Step, other: Step) -> bool:
    """Whether one step is always done, for good, before another opens."""
    host = route.asker_in_order(other)
    if one.is_on_demand or host is None:
        return host is None
    return one.id in route.before(host.id) and one.id != host.id
