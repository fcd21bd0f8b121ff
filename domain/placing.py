# SPDX-License-Identifier: EUPL-1.2
"""What the secretariat decides of agendas: which meeting an item goes on, or a written procedure between meetings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from domain.agenda import AHEAD, papers_in_on, placed, rounds_at_meetings, taken_off
from domain.answering import find_step
from domain.case import AnswerState, Case, Round, Status, Why
from domain.dates import check_day, danish_date
from domain.errors import AmbiguousStepError, CaseEndedError, ConflictError, InvalidError, StepNotOpenError
from domain.faults import did_you_mean, quoted
from domain.following import asked_again
from domain.items import ItemWhy
from domain.route import WRITTEN
from domain.texts import optional, required

if TYPE_CHECKING:
    from domain.commands import Command
    from domain.meetings import Calendars, Meeting

IN_WRITING = "written"
"""Why an item is taken off its meeting: the matter is settled in writing."""
_NAMED = 3
"""How many meetings a refusal names."""


@dataclass(frozen=True)
class Placing:
    """The meeting of a body on whose agenda a matter is to stand; `step` says which where it could be several."""

    body: str
    meeting: str
    step: str | None = None
    reason: str | None = None
    """Needed for a meeting whose papers had to be in before today."""


@dataclass(frozen=True)
class InWriting:
    """A step that is to be settled in writing instead of at a meeting, by the end of a Danish date."""

    step: str
    due: date
    reason: str


def place_item(case: Case, at: datetime, command: Command, wish: Placing, calendars: Calendars) -> str:
    """Put a matter on another meeting of a body and return the effect; raises a refusal where that cannot be."""
    _check_running(case)
    current, today = _awaiting(case, wish), danish_date(at)
    meeting, reason = _find(calendars, wish, today), optional(wish.reason, "reason")
    item = current.items.get(wish.body)
    if item is not None and not item.is_off and item.meeting == meeting.id:
        raise ConflictError("the item is on that meeting already", "nothing is to be done", "meeting")
    is_late = meeting.papers_in_by is not None and meeting.papers_in_by < today
    if is_late and reason is None:
        what = f"the papers of the meeting on {meeting.day} had to be in by {meeting.papers_in_by}"
        raise InvalidError(what, "say in reason why it goes on all the same, or choose a later meeting", "reason")
    why = ItemWhy.FORCED if is_late else ItemWhy.CHOSEN
    papers = today if item is None else papers_in_on(case, item)
    facts = placed(current, meeting, why, papers, meeting.day) | {"reason": reason}
    _trigger(case, Case.ItemPlaced, at, command, **facts)
    return "counted"


def settle_in_writing(case: Case, at: datetime, command: Command, wish: InWriting) -> str:
    """Turn the open round of a step that is held at a meeting into a written procedure; raises a refusal."""
    _check_running(case)
    step, today, reason = find_step(case, wish.step), danish_date(at), required(wish.reason, "reason")
    current = next((r for s, r in rounds_at_meetings(case) if s.id == step.id), None)
    if current is None:
        raise StepNotOpenError(f"the step {step.id!r} is not open at a meeting", "choose one that is", "step")
    if wish.due < today:
        raise InvalidError(f"the date {wish.due} is before today, {today}", "give a date from today on", "due")
    check_day(wish.due, "due", today)
    for item in current.on_agendas:
        if item.body in current.pending:
            facts = taken_off(current, item, IN_WRITING, item.not_before, reason)
            _trigger(case, Case.ItemTakenOff, at, command, **facts)
    unheard = [body for body, answer in current.asked.items() if answer.state != AnswerState.ANSWERED]
    again = asked_again(case, current, unheard, at, why=Why.WRITTEN, mode=WRITTEN)
    _trigger(case, again.event, at, command, **again.facts | {"due": wish.due.isoformat()})
    return "counted"


def _trigger(case: Case, event: type[Case.Event], at: datetime, command: Command, **facts: Any) -> None:
    case.trigger_event(event, timestamp=at, actor=command.actor.as_dict(), command_id=command.id, **facts)


def _check_running(case: Case) -> None:
    if not case.is_open:
        raise CaseEndedError(f"the case has ended as {case.status}", "open a new case if the matter goes on")
    if case.status == Status.SUSPENDED:
        raise ConflictError("the case is suspended", "resume it first")


def _awaiting(case: Case, wish: Placing) -> Round:
    """The open round at a meeting that waits for the body; raises a refusal."""
    named = None if wish.step is None else find_step(case, wish.step).id
    found = [r for s, r in rounds_at_meetings(case) if wish.body in r.pending and named in {None, s.id}]
    if not found:
        mend = "choose a body that an open step waits for at a meeting"
        raise StepNotOpenError(f"nothing waits for {quoted(wish.body)} at a meeting", mend, "body")
    if len(found) > 1:
        what = f"it could be the item of any of the steps {', '.join(r.step for r in found)}"
        raise AmbiguousStepError(what, "say which one with `step`", "step")
    return found[0]


def _find(calendars: Calendars, wish: Placing, today: date) -> Meeting:
    """The body's meeting ahead that has the wished id; raises `InvalidError` or `ConflictError`."""
    ahead = {m.id: m for m in calendars.meetings(wish.body, today, today + AHEAD)}
    if wish.meeting in ahead:
        return ahead[wish.meeting]
    nearest = ", ".join(list(ahead)[:_NAMED])
    mend = f"choose a coming one such as {nearest}" if ahead else "add a meeting of the body first"
    name = quoted(wish.meeting)
    if wish.meeting in calendars.cancelled:
        raise ConflictError(f"the meeting {name} is cancelled", mend, "meeting")
    likely = calendars.meetings(wish.body, today - AHEAD, today - timedelta(days=1))
    known = {m.id: m for m in (*likely, *(m for one in calendars.bodies.values() for m in one.meetings))}
    found = known.get(wish.meeting)
    if found is not None and found.body != wish.body:
        raise InvalidError(f"the meeting {name} is not one of {quoted(wish.body)}", mend, "meeting")
    if found is not None:
        raise InvalidError(f"the meeting {name} was on {found.day}", mend, "meeting")
    near = did_you_mean(wish.meeting, ahead) if ahead else mend
    raise InvalidError(f"there is no meeting {name} of {quoted(wish.body)}", near, "meeting")
