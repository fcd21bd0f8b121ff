# SPDX-License-Identifier: EUPL-1.2
"""Reminders and escalations: when which is due, who gets it, and how the secretariat reminds by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from domain.dates import at_danish_time, danish_date
from domain.errors import CaseEndedError, ConflictError, InvalidError
from domain.route import BODIES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from datetime import date

    from domain.calendar import WorkingDays
    from domain.case import Case, Round
    from domain.commands import Command
    from domain.route import Reminder, Step

REMINDER_TIME = time(8)
"""When on its day a reminder goes out, Danish time: at the start of the working day."""

_AWAITING = "awaiting"
_SECRETARIAT = "secretariat"


@dataclass(frozen=True)
class Sent:
    """A reminder or an escalation that went out, at an instant (UTC)."""

    at: datetime
    to: str
    """`bodies`, `secretariat` or `leadership`."""
    bodies: list[str]
    """Who had not answered."""
    told: list[str]
    """Who got it: those bodies themselves, or whoever was told of them."""
    by_hand: bool = False


@dataclass
class Reminding:
    """How far the reminders of a round have come."""

    sent: list[Sent] = field(default_factory=list)
    done: dict[str, int] = field(default_factory=dict)
    """By to whom they go, the days from the due date of the newest rule that has run: neither it nor older ones run."""
    by_hand: dict[str, datetime] = field(default_factory=dict)
    """By body, when the secretariat last reminded it by hand."""
    since: datetime | None = None
    """From when the rules count, where that is later than the round's opening."""
    asked: dict[str, datetime] = field(default_factory=dict)
    """When a body was asked that came later."""

    def note(self, sent: Sent, days: int | None) -> None:
        """Remember what went out, by the rule that is so many days from the due date where there was one."""
        self.sent.append(sent)
        if sent.by_hand:
            self.by_hand |= dict.fromkeys(sent.bodies, sent.at)
        if days is not None:
            self.done[sent.to] = max(days, self.done.get(sent.to, days))

    def anew(self, at: datetime) -> Reminding:
        """The same where another due date was given at an instant: its rules have not run, and none from before it."""
        return Reminding(self.sent, {}, self.by_hand, at, self.asked)


@dataclass(frozen=True)
class Planned:
    """What a rule will say of whom at an instant (UTC); when that has passed, `moment` is when it can go out still."""

    rule: Reminder
    planned_for: datetime
    moment: datetime
    bodies: list[str]
    """Who has not answered."""


def planned(case: Case, step: Step, current: Round, at: datetime, working_days: WorkingDays) -> list[Planned]:
    """What an open round's rules will say at or after `at` (UTC) if nothing changes, in order.

    Of what an outage kept back the newest rule alone is left to each audience, on the first working day from `at` on.
    """
    ahead = [one for rule in step.reminders for one in _planned(case, current, rule, at, working_days)]
    newest = {one.rule.to: one.rule.days for one in sorted(ahead, key=_by_day) if one.planned_for <= at}
    kept = [one for one in ahead if one.rule.days >= newest.get(one.rule.to, one.rule.days)]
    return sorted(kept, key=lambda one: (one.moment, one.rule.days))


def silent(current: Round) -> list[str]:
    """Who has said nothing, neither an answer nor that it is delayed."""
    return [body for body in current.pending if str(current.answers[body].state) == _AWAITING]


def escalated(bodies: Sequence[str], to: str, leadership: Callable[[str], str]) -> dict[str, list[str]]:
    """Each that is to be told, with those of whom it is told."""
    told: dict[str, list[str]] = {}
    for body in bodies:
        told.setdefault(leadership(body) if to == "leadership" else _SECRETARIAT, []).append(body)
    return told


def to_remind(case: Case, at: datetime, bodies: Collection[str] = (), step: str | None = None) -> dict[str, list[str]]:
    """By open step whom a reminder by hand at `at` goes to: those named, else all others that have said nothing.

    None goes twice on a day to the same body for the same step.
    """
    found = {}
    for current in case.open_rounds():
        wanted = [body for body in current.pending if body in bodies] if bodies else silent(current)
        fresh = [b for b in wanted if not _reminded_on(current, b, danish_date(at)) and (bodies or b != _SECRETARIAT)]
        if fresh and step in {None, current.step}:
            found[current.step] = fresh
    return found


def remind(case: Case, at: datetime, command: Command, bodies: Sequence[str], step: str | None) -> str:
    """Remind by hand, and return the effect; raises a refusal as `check_remindable`."""
    for chosen, reminded in check_remindable(case, at, bodies, step).items():
        current = case.current(chosen)
        due = current.due.isoformat() if current.due else None
        facts = {"step": chosen, "round": current.number, "bodies": reminded, "due": due, "planned_for": at}
        actor = command.actor.as_dict()
        who = {"timestamp": at, "actor": actor, "command_id": command.id}
        case.trigger_event(case.BodiesReminded, **who, **facts, by_hand=True)
    return "counted"


def check_remindable(case: Case, at: datetime, bodies: Collection[str], step: str | None) -> dict[str, list[str]]:
    """Whom a reminder by hand goes to, as `to_remind`; raises a refusal where a body named, or nobody, is reminded."""
    _check_running(case)
    steps = {current.step: current for current in case.open_rounds()}
    if step is not None and step not in steps:
        raise InvalidError(f"no step {step!r} is open", f"choose one of {', '.join(steps) or 'those open'}", "step")
    chosen = [current for current in steps.values() if step in {None, current.step}]
    awaited = [body for current in chosen for body in current.pending]
    for body in bodies:
        if body not in awaited:
            mend = f"choose among {', '.join(dict.fromkeys(awaited))}" if awaited else "nothing is to be done"
            raise ConflictError(f"the body {body!r} is not awaited", mend, "bodies")
    found = to_remind(case, at, bodies, step)
    reached = {body for reminded in found.values() for body in reminded}
    missing = [body for body in bodies if body not in reached]
    if missing or not found:
        raise ConflictError(*_nobody(missing, awaited), "bodies")
    return found


def _nobody(missing: Sequence[str], awaited: Sequence[str]) -> tuple[str, str]:
    """Why nobody is reminded, and what to do."""
    if missing or any(body != _SECRETARIAT for body in awaited):
        who = ", ".join(missing) or "everybody who has said nothing"
        return f"{who} was reminded today already", "wait until tomorrow, or name others who are awaited"
    return "no other body is awaited", "nothing is to be done"


def _check_running(case: Case) -> None:
    if not case.is_open:
        raise CaseEndedError(f"the case has ended as {case.status}", "nobody is awaited any more")
    if case.suspended_at is not None:
        raise ConflictError("the case is suspended", "resume it first")


def _reminded_on(current: Round, body: str, day: date) -> bool:
    sent = (one for one in current.reminding.sent if one.to == BODIES and body in one.bodies)
    return any(danish_date(one.at) == day for one in sent)


def _planned(case: Case, current: Round, rule: Reminder, at: datetime, working_days: WorkingDays) -> Iterator[Planned]:
    """What one rule will say, if it has not run, was ahead when the round's clock began, and concerns anybody."""
    start = current.reminding.since or current.opened_at
    if current.due is None or start is None or _has_run(current, rule, working_days):
        return
    planned_for = _not_while_suspended(case, _morning(current.due, rule, working_days), start, working_days)
    ahead = {
        since: _at_first(case, current.due, rule, since, working_days) > since for since in _beginnings(current, start)
    }
    bodies = [body for body in silent(current) if ahead[_begun(current, body, start)]]
    if rule.to == BODIES:
        bodies = [body for body in bodies if not _done_by_hand(case, current, rule, body, working_days)]
    if bodies:
        moment = planned_for if planned_for > at else _still(at, working_days)
        yield Planned(rule, planned_for, moment, bodies)


def _beginnings(current: Round, start: datetime) -> set[datetime]:
    return {_begun(current, body, start) for body in current.pending}


def _begun(current: Round, body: str, start: datetime) -> datetime:
    """From when a body can be reminded: it was asked, and the round's clock had begun."""
    return max(start, current.reminding.asked.get(body, start))


def _at_first(case: Case, due: date, rule: Reminder, since: datetime, working_days: WorkingDays) -> datetime:
    """When a rule was planned for before suspensions after `since` moved the due date."""
    still = sum(pause.days for pause in case.pauses if pause.since >= since)
    return _morning(due - timedelta(days=still), rule, working_days)


def _has_run(current: Round, rule: Reminder, working_days: WorkingDays) -> bool:
    """Whether a rule has run, or a newer one to the same; events from before it was told which say only when."""
    done = current.reminding.done.get(rule.to)
    if done is not None:
        return rule.days <= done
    until = current.reminded_until if rule.to == BODIES else None
    return until is not None and current.due is not None and _morning(current.due, rule, working_days) <= until


def _done_by_hand(case: Case, current: Round, rule: Reminder, body: str, working_days: WorkingDays) -> bool:
    """Whether the secretariat has reminded a body by hand on the Danish day for which a rule was planned, or later."""
    by_hand = current.reminding.by_hand.get(body)
    if by_hand is None or current.due is None:
        return False
    return danish_date(_at_first(case, current.due, rule, by_hand, working_days)) <= danish_date(by_hand)


def _not_while_suspended(case: Case, moment: datetime, start: datetime, working_days: WorkingDays) -> datetime:
    """The moment itself, or the first working morning after the newest suspension when it lies before its end."""
    ends = [pause.until for pause in case.pauses if pause.until > start]
    if not ends or moment > ends[-1]:
        return moment
    today = danish_date(ends[-1])
    mornings = (at_danish_time(working_days.after(today + timedelta(days=n)), REMINDER_TIME) for n in (0, 1))
    return next(morning for morning in mornings if morning > ends[-1])


def _morning(due: date, rule: Reminder, working_days: WorkingDays) -> datetime:
    """When a rule's reminder goes out: on the working day before its day, after the due date on the one after it."""
    day = due + timedelta(days=rule.days)
    return at_danish_time(working_days.before(day) if rule.days <= 0 else working_days.after(day), REMINDER_TIME)


def _still(at: datetime, working_days: WorkingDays) -> datetime:
    """When what should have gone out before `at` goes out: at once, but on a working day."""
    today = danish_date(at)
    return at if working_days.include(today) else at_danish_time(working_days.after(today), REMINDER_TIME)


def _by_day(one: Planned) -> int:
    return one.rule.days
