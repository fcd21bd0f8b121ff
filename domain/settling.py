# SPDX-License-Identifier: EUPL-1.2
"""What the secretariat does with conditions, contradictions, tasks and unasked decisions: checked, then recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from domain.additions import Addition, BodyDecision, Condition, Contradiction, Task, given_condition, given_tasks
from domain.answering import find_step
from domain.blocking import is_unsettled
from domain.case import Case, Round, Status
from domain.dates import check_day, danish_date
from domain.errors import AbsentError, AmbiguousStepError, CaseEndedError, ConflictError, InvalidError
from domain.texts import checked, optional, required

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from domain.commands import Command

Numbered = TypeVar("Numbered", BodyDecision, Condition, Contradiction, Task)

_FEWEST = 2
"""How many conditions it takes to contradict each other."""


@dataclass(frozen=True)
class Desk:
    """A case on the secretariat's desk: at which instant (UTC), and by which command."""

    case: Case
    at: datetime
    command: Command

    @property
    def today(self) -> date:
        """The Danish date."""
        return danish_date(self.at)

    def record(self, event: type[Case.Event], **facts: Any) -> str:
        """Record what was done, and return the effect."""
        actor = self.command.actor.as_dict()
        self.case.trigger_event(event, timestamp=self.at, actor=actor, command_id=self.command.id, **facts)
        return "counted"


def set_condition(desk: Desk, body: str, addition: Addition, step: str | None) -> str:
    """Record a condition of a body that has answered; raises `InvalidError`."""
    _check_not_withdrawn(desk.case)
    answered = _answered_round(desk.case, body, step)
    facts = {"step": answered.step, "round": answered.number, "body": body}
    given = given_condition(addition, desk.today)
    return desk.record(Case.ConditionSet, **facts, message_id=list(answered.answers[body].messages)[-1], given=given)


def meet_condition(desk: Desk, number: int, version: int) -> str:
    """Record in which version of the papers a condition is met; raises `AbsentError` and `ConflictError`."""
    _open_condition(desk.case, number)
    if version not in {paper.number for paper in desk.case.papers}:
        what = f"the case has no version {version} of its papers"
        raise InvalidError(what, f"choose one from 1 to {len(desk.case.papers)}, or add it first", "version")
    return desk.record(Case.ConditionMet, condition=number, version=version)


def waive_condition(desk: Desk, number: int, reason: str) -> str:
    """Record that a condition need not be met; raises `AbsentError` and `ConflictError`."""
    _open_condition(desk.case, number)
    return desk.record(Case.ConditionWaived, condition=number, reason=required(reason, "reason"))


def mark_contradiction(desk: Desk, conditions: Collection[int], reason: str | None) -> str:
    """Record that open conditions cannot all be met; raises `InvalidError`, `AbsentError` and `ConflictError`."""
    chosen = sorted(set(conditions))
    if len(chosen) < _FEWEST:
        raise InvalidError("one condition contradicts nothing", "name at least two", "conditions")
    for number in chosen:
        _open_condition(desk.case, number)
    for known in desk.case.contradictions:
        if is_unsettled(desk.case, known) and set(chosen) <= set(known.conditions):
            what = f"the contradiction {known.number} holds these conditions already"
            raise ConflictError(what, "settle it, or leave it so", "conditions")
    return desk.record(Case.ContradictionMarked, between=chosen, reason=optional(reason, "reason"))


def settle_contradiction(desk: Desk, number: int, stand: Collection[int], reason: str) -> str:
    """Record which of contradicting conditions stand; raises `InvalidError`, `AbsentError` and `ConflictError`."""
    _check_not_withdrawn(desk.case)
    known = _find(desk.case.contradictions, number, "contradiction")
    if not is_unsettled(desk.case, known):
        raise ConflictError(f"the contradiction {number} is settled", "nothing is to be done", "contradiction")
    strange = sorted(set(stand) - set(known.conditions))
    if strange:
        what = f"the condition {strange[0]} is not in the contradiction {number}"
        raise InvalidError(what, f"choose among {_listed(known.conditions)}", "stand")
    facts = {"contradiction": number, "stand": sorted(set(stand)), "reason": required(reason, "reason")}
    return desk.record(Case.ContradictionSettled, **facts)


def chase_task(desk: Desk, number: int) -> str:
    """Record that the secretariat has asked after a task; raises `AbsentError` and `ConflictError`."""
    _open_task(desk.case, number, "task")
    return desk.record(Case.TaskChased, task=number)


def finish_task(desk: Desk, number: int, done_on: date | None, done_by: str | None) -> str:
    """Record that a task is done, today unless another day is given; raises `AbsentError` and `ConflictError`."""
    _open_task(desk.case, number, "task")
    _check_past(done_on, "done_on", desk.today)
    day = (done_on or desk.today).isoformat()
    return desk.record(Case.TaskDone, task=number, done_on=day, done_by=optional(done_by, "done_by"))


def cancel_task(desk: Desk, number: int, reason: str, body: str | None, decision: int | None) -> str:
    """Record that a body, perhaps in a decision of the case, called a task off; raises refusals."""
    _open_task(desk.case, number, "task")
    if decision is not None:
        decided_by = _find(desk.case.decisions, decision, "decision").body
        if body not in {None, decided_by}:
            raise InvalidError(f"the decision {decision} is not that body's", f"name {decided_by}", "body")
        body = decided_by
    if body is None:
        raise InvalidError("nobody has called the task off", "name the body, or its decision", "body")
    return desk.record(Case.TaskCancelled, task=number, reason=required(reason, "reason"), body=body, decision=decision)


@dataclass(frozen=True, kw_only=True)
class Unasked:
    """What a body has decided without being asked."""

    body: str
    text: str
    decided_on: date
    meeting_on: date | None = None
    reference: str | None = None
    tasks: Sequence[Addition] = ()
    cancels: Sequence[int] = ()
    """The numbers of the tasks that it calls off."""


def add_decision(desk: Desk, decision: Unasked) -> str:
    """Record what a body decided unasked, with its tasks; raises refusals."""
    _check_not_withdrawn(desk.case)
    text = (checked(decision.text, "text", lines=True) or "").strip()
    if not text:
        raise InvalidError("the text is empty", "write what was decided", "text")
    _check_past(decision.decided_on, "decided_on", desk.today)
    check_day(decision.meeting_on, "meeting_on", desk.today)
    for number in decision.cancels:
        _open_task(desk.case, number, "cancels")
    return desk.record(
        Case.DecisionMade,
        body=decision.body,
        text=text,
        decided_on=decision.decided_on.isoformat(),
        meeting_on=decision.meeting_on.isoformat() if decision.meeting_on else None,
        reference=optional(decision.reference, "reference"),
        tasks=given_tasks(decision.tasks, desk.today),
        cancels=sorted(set(decision.cancels)),
    )


def _answered_round(case: Case, body: str, step_id: str | None) -> Round:
    """The newest round in which a body has answered, of the named step or of the only one there is."""
    steps = [find_step(case, step_id).id] if step_id else [step.id for step, _ in case.current_rounds()]
    found = [(step, past) for step in steps for past in case.rounds[step] if _has_answered(past, body)]
    if not found:
        where = f" in the step {step_id!r}" if step_id else ""
        raise InvalidError(f"this body has not answered{where}", "record its answer first, conditions and all", "body")
    newest = dict(found)
    if len(newest) > 1:
        what = f"the condition could be set in any of the steps {', '.join(newest)}"
        raise AmbiguousStepError(what, "say which one with `step`", "step")
    return next(iter(newest.values()))


def _has_answered(past: Round, body: str) -> bool:
    return body in past.answers and bool(past.answers[body].words)


def _open_condition(case: Case, number: int) -> Condition:
    _check_not_withdrawn(case)
    condition = _find(case.conditions, number, "condition")
    if not condition.is_open:
        raise ConflictError(f"the condition {number} is {condition.state}", "choose an open one", "condition")
    return condition


def _open_task(case: Case, number: int, field: str) -> Task:
    _check_not_withdrawn(case)
    task = _find(case.tasks, number, field)
    if not task.is_open:
        raise ConflictError(f"the task {number} is {task.state}", "choose an open one", field)
    return task


def _find(known: Sequence[Numbered], number: int, field: str) -> Numbered:
    found = next((one for one in known if one.number == number), None)
    if found is None:
        mend = f"choose among {_listed([one.number for one in known])}" if known else "there is none yet"
        raise AbsentError(f"the case has no such {field}: {number}", mend, field)
    return found


def _check_past(day: date | None, field: str, today: date) -> None:
    if day is not None and day > today:
        raise InvalidError(f"the date {day} is after today, {today}", "give the day on which it was", field)
    check_day(day, field, today)


def _check_not_withdrawn(case: Case) -> None:
    if case.status == Status.WITHDRAWN:
        raise CaseEndedError("the case is withdrawn", "nothing more is to be done")


def _listed(found: Sequence[int]) -> str:
    return ", ".join(str(number) for number in found)
