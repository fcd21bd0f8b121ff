# SPDX-License-Identifier: EUPL-1.2
"""Taking what a body says about a case: which step it concerns, whether it may be said, and what it does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from domain.additions import given_conditions, given_tasks
from domain.allotting import Asked, allot_answer, allot_correction
from domain.asks import ASKS, DECIDERS, NOT_RECORDED, POSTPONED, RECOMMENDATION, WITH_DUE_DATE, Meaning
from domain.case import Answer, AnswerState, Case, Round, Status, StepState
from domain.dates import EARLIEST, check_day, danish_date
from domain.errors import (
    AlreadyAnsweredError,
    AmbiguousStepError,
    BodyNotAskedError,
    CaseEndedError,
    InvalidError,
    StepNotOpenError,
)
from domain.minutes import MINUTES_FIELDS, minutes_of
from domain.participation import JOIN, effective_on, takes_part
from domain.route import INQUIRY
from domain.texts import checked

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from domain.additions import Addition
    from domain.commands import Command
    from domain.route import Step

DELAYED = "delayed"
"""What stands in an outcome's place when a body says that it will not make the date."""
JOINED_UNASKED = "har selv meldt sig"
"""Why a body is asked that joins a scheme by itself."""
EFFECTS = {StepState.WAITING: "early", StepState.OPEN: "counted"}
"""What an answer does by its step's state; in any other state it is `late`."""
SECRETARIAT_SOURCES = ("secretariat", "minutes")
"""The ways by which the secretariat records what a body has told otherwise."""


@dataclass(frozen=True)
class Reply:
    """What a body says: an outcome with its circumstances, a delay (`expected_on`), or a correction (`corrects`)."""

    outcome: str | None = None
    decided_on: date | None = None
    decided_by: str | None = None
    reference: str | None = None
    remark: str | None = None
    version: int | None = None
    step: str | None = None
    due: date | None = None
    supports: bool | None = None
    conditions: Sequence[Addition] = ()
    """What is to be done with the matter for the answer to hold."""
    tasks: Sequence[Addition] = ()
    """What is to be done beside it."""
    expected_on: date | None = None
    corrects: str | None = None
    message_id: str | None = None
    to: Sequence[str] = ()
    """The bodies to which questions go on."""
    bodies_due: date | None = None
    """By when these are to answer, if not by `due`."""
    effective_on: date | None = None
    """The date from which a body joins or leaves."""
    ask: str | None = None
    """Which of the step's asks the outcome answers, where it could be two."""
    also: Mapping[str, str] | None = None
    """Outcomes to further asks of the step, by ask."""
    meeting_on: date | None = None
    agenda_item: str | None = None
    wording: str | None = None
    protocol: str | None = None
    dissent: Sequence[Mapping[str, str | None]] | None = None
    reservation: str | None = None
    persons: Sequence[str] | None = None
    points: Sequence[str] | None = None


@dataclass(frozen=True)
class Message:
    """A reply with whom it comes from: the body, the command, and by which way (`webhook`, `secretariat` …)."""

    body: str
    reply: Reply
    command: Command
    source: str
    groups: Collection[str] = ()
    """The groups of which the body is a member today."""

    @property
    def id(self) -> str:
        """The id by which a correction may name this message."""
        return self.reply.message_id or self.command.id


def answer(case: Case, at: datetime, message: Message) -> str:
    """Record an answer and return its effect; raises a refusal where it cannot be taken."""
    if message.reply.corrects is not None:
        raise InvalidError("an answer corrects nothing", "send it as a correction, or leave corrects out", "corrects")
    current = place_of(case, message)
    step = case.route.step(current.step)
    if not _changes_part(step, current, message):
        _check_unanswered(step, current, message.body)
    _check_opened(step, current)
    return _record(case, Case.AnswerRecorded, at, message, current)


def delay(case: Case, at: datetime, message: Message) -> str:
    """Record that a body will not make the date and return the effect."""
    current = place_of(case, message)
    _check_unanswered(case.route.step(current.step), current, message.body)
    if message.reply.outcome not in {None, DELAYED}:
        raise InvalidError("a delay has no outcome", "send the outcome as an answer, or leave it out", "outcome")
    if message.reply.conditions or message.reply.tasks:
        raise InvalidError("a delay sets no conditions or tasks", "send them with the answer", "conditions")
    for name in ("ask", "also", *MINUTES_FIELDS):
        if getattr(message.reply, name):
            raise InvalidError(f"a delay has no {name}", "send it with the answer, or leave it out", name)
    check_day(message.reply.expected_on, "expected_on", danish_date(at))
    expected_on = _iso(message.reply.expected_on)
    facts = _facts(message, current)
    case.trigger_event(Case.DelayReported, timestamp=at, **facts, expected_on=expected_on)
    return str(facts["effect"])


def correct(case: Case, at: datetime, message: Message) -> str:
    """Record the right values of an earlier answer and return the effect; on a completed step that is `late`."""
    _check_taken(case, message)
    current = _corrected_round(case, message.body, message.reply)
    return _record(case, Case.AnswerCorrected, at, message, current, corrects=message.reply.corrects)


def find_step(case: Case, step_id: str) -> Step:
    """The case's step with an id; raises `InvalidError` naming the steps there are."""
    for step, _ in case.current_rounds():
        if step.id == step_id:
            return step
    what = f"the case has no step {step_id!r}"
    raise InvalidError(what, f"choose one of {', '.join(s.id for s, _ in case.current_rounds())}", "step")


def place_of(case: Case, message: Message) -> Round:
    """The round that a message belongs to: the named step's, else the body's open one, else its next unanswered."""
    _check_taken(case, message)
    body, step_id = message.body, message.reply.step
    mine = [*_rounds_asking(case, body), *_rounds_open_to(case, message)]
    if step_id is not None:
        wanted = find_step(case, step_id).id
        named = next((r for r in mine if r.step == wanted), None)
        if named is None:
            what = f"the step {step_id!r} does not ask this body"
            raise InvalidError(what, f"choose one of {_names(mine)}", "step")
        return named
    unanswered = [r for r in mine if not _has_answered(r, body)]
    open_now = [r for r in mine if r.state == StepState.OPEN]
    waiting = [r for r in unanswered if r.state == StepState.WAITING]
    if open_now:
        return _the_only([r for r in open_now if r in unanswered] or open_now)
    return waiting[0] if waiting else _the_only(unanswered or mine[-1:])


def is_asked(case: Case, body: str) -> bool:
    """Whether a body has a part in the case."""
    return bool(_rounds_asking(case, body))


def _the_only(rounds: list[Round]) -> Round:
    if len(rounds) > 1:
        what = f"the answer could be for any of the steps {_names(rounds)}"
        raise AmbiguousStepError(what, "say which one with `step`", "step")
    return rounds[0]


def _rounds_asking(case: Case, body: str) -> list[Round]:
    """For each step its newest round, if it asks the body; of the inquiries, which ask others each time, the last."""
    newest = {step.id: current for step, current in case.current_rounds() if body in current.asked}
    inquiries = [past for past in case.rounds.get(INQUIRY, ()) if body in past.asked]
    return [*newest.values(), *(inquiries[-1:] if INQUIRY not in newest else [])]


def _rounds_open_to(case: Case, message: Message) -> list[Round]:
    """The rounds that the body may join with this message although they do not ask it."""
    joinable = [(step, r) for step, r in case.current_rounds() if step.open_to and step.open_to in message.groups]
    return [
        current
        for step, current in joinable
        if takes_part(step, message.reply.outcome)
        and message.body not in current.asked
        and current.state != StepState.SKIPPED
    ]


def _has_answered(current: Round, body: str) -> bool:
    return body in current.answers and current.answers[body].state == AnswerState.ANSWERED


def _changes_part(step: Step, current: Round, message: Message) -> bool:
    """Whether a body that has said if it joins says now that it does not any more, or does after all."""
    if step.ask != JOIN or not _has_answered(current, message.body):
        return False
    outcome = step.outcomes.get(message.reply.outcome or "")
    before = takes_part(step, current.answers[message.body].outcome)
    return outcome is not None and outcome.meaning != Meaning.INTERIM and takes_part(step, outcome.id) != before


def _names(rounds: list[Round]) -> str:
    return ", ".join(r.step for r in rounds)


def _corrected_round(case: Case, body: str, reply: Reply) -> Round:
    """The newest round that has the answer: one that stands is corrected where it stands now."""
    for rounds in case.rounds.values():
        for past in reversed(rounds):
            if body in past.answers and reply.corrects in past.answers[body].messages:
                return past
    what = f"no answer of this body in this case has the id {reply.corrects!r}"
    raise InvalidError(what, "give the webhook-id of the answer that was wrong", "corrects")


def _check_taken(case: Case, message: Message) -> None:
    if not is_asked(case, message.body) and not _rounds_open_to(case, message):
        what = "there is no such case for this body"
        raise BodyNotAskedError(what, "check the case's id and the body's", "case")
    if case.status == Status.WITHDRAWN:
        what = "the case is withdrawn"
        raise CaseEndedError(what, "nothing more is to be done", "case")


def _check_unanswered(step: Step, current: Round, body: str) -> None:
    if _has_answered(current, body):
        what = f"this body has answered the step {step.id!r}"
        raise AlreadyAnsweredError(what, "send a correction that names the answer's id instead", "step")


def _check_opened(step: Step, current: Round) -> None:
    if current.state == StepState.WAITING and not all(ASKS[ask].may_be_early for ask in step.asks):
        what = f"the step {step.id!r} is not open yet"
        raise StepNotOpenError(what, "wait until the steps before it are completed", "step")


def _check_reply(case: Case, step: Step, message: Message, outcomes: Mapping[str, str], today: date) -> None:
    reply, said = message.reply, outcomes.values()
    if NOT_RECORDED in said and message.source not in SECRETARIAT_SOURCES:
        what = f"{NOT_RECORDED!r} is for the secretariat that reads the minutes"
        raise InvalidError(what, "send what was decided", "outcome")
    _check_dates(reply, {step.outcomes_by_ask[ask][outcome].meaning for ask, outcome in outcomes.items()}, today)
    _check_questions(reply, said, today)
    _check_going_on(case, step, reply)
    if reply.effective_on is not None and step.ask != JOIN:
        raise InvalidError("only joining and leaving take effect on a date", "leave it out", "effective_on")
    check_day(reply.effective_on, "effective_on", today)
    _check_expected(reply, said, today)
    if reply.supports is not None and "decided" not in said:
        raise InvalidError("only a decision supports a case or not", "leave supports out", "supports")
    if reply.decided_by is not None and reply.decided_by not in DECIDERS:
        what = f"{reply.decided_by!r} cannot have decided"
        raise InvalidError(what, f"choose one of {', '.join(DECIDERS)}", "decided_by")
    # Before the first paper is added an answer may name version 1: it is what the body was sent.
    newest = max(len(case.papers), 1)
    if reply.version is not None and not 1 <= reply.version <= newest:
        what = f"the case has no version {reply.version} of its papers"
        raise InvalidError(what, f"choose one from 1 to {newest}", "version")


def _check_dates(reply: Reply, meanings: set[Meaning], today: date) -> None:
    if reply.decided_on is None and not meanings <= {Meaning.INTERIM, Meaning.UNRECORDED}:
        what = "the date of the decision is missing"
        raise InvalidError(what, "give decided_on as YYYY-MM-DD", "decided_on")
    if reply.decided_on is not None and reply.decided_on > today:
        what = f"the decision is dated {reply.decided_on}, which is after today, {today}"
        raise InvalidError(what, "give the date on which it was decided", "decided_on")
    check_day(reply.decided_on, "decided_on", today)


def _check_expected(reply: Reply, said: Collection[str], today: date) -> None:
    """What is postponed, and nothing else that is answered, may be expected on a day to come."""
    if reply.expected_on is None:
        return
    if POSTPONED not in said:
        raise InvalidError("only what is postponed or delayed is expected on a day", "leave it out", "expected_on")
    if reply.expected_on < today:
        what = f"it is postponed to {reply.expected_on}, which is before today, {today}"
        raise InvalidError(what, "give the date of the meeting that will deal with it", "expected_on")
    check_day(reply.expected_on, "expected_on", today)


def _check_questions(reply: Reply, said: Collection[str], today: date) -> None:
    """Questions and the wish for a plan, and nothing else, have a date by which they are to be answered."""
    if not set(WITH_DUE_DATE) & set(said):
        if reply.due is not None:
            raise InvalidError("only what is asked in return is due", "leave due out", "due")
        return
    if reply.due is None:
        what = f"{reply.outcome!r} has no date by which it is to be answered"
        raise InvalidError(what, "give due as YYYY-MM-DD", "due")
    check_day(reply.due, "due", today, earliest=reply.decided_on or EARLIEST)


def _check_going_on(case: Case, step: Step, reply: Reply) -> None:
    """Only questions that the secretariat is to reply to go on to named bodies, due no later than the reply."""
    if not reply.to:
        if reply.bodies_due is not None:
            raise InvalidError("bodies_due is a date for nobody", "name the bodies in to", "bodies_due")
        return
    replied_to = [s.opened_by for s in case.route.steps if s.opened_by and s.opened_by.step == step.id]
    if reply.due is None or reply.outcome not in {opening.outcome for opening in replied_to}:
        raise InvalidError("only questions that open a reply go on to bodies", "leave to out", "to")
    earliest = reply.decided_on or EARLIEST
    if reply.bodies_due is not None and not earliest <= reply.bodies_due <= reply.due:
        what = f"the bodies are to answer by {reply.bodies_due}, the reply is due {reply.due}"
        raise InvalidError(what, f"give a date from {earliest} to {reply.due}", "bodies_due")


def _record(
    case: Case, event: type[Case.AnswerRecorded], at: datetime, message: Message, current: Round, **more: str | None
) -> str:
    """Check the reply against what its step asks, record it, and return its effect."""
    reply, today, step = message.reply, danish_date(at), case.route.step(current.step)
    outcomes = _allotted(step, event, message, current)
    _check_reply(case, step, message, outcomes, today)
    ask, effect = next(iter(outcomes)), _effect(case, current, event, message)
    if event is Case.AnswerRecorded and message.body not in current.asked:
        _add_unasked(case, at, message, current)
    facts = _facts(message, current) | {
        "outcome": outcomes.pop(ask),
        "decided_on": _iso(reply.decided_on),
        "decided_by": reply.decided_by,
        "reference": checked(reply.reference, "reference"),
        "version": reply.version,
        "due": _iso(reply.due),
        "supports": reply.supports,
        "conditions": given_conditions(reply.conditions, today),
        "tasks": given_tasks(reply.tasks, today),
        "to": list(dict.fromkeys(reply.to)) or None,
        "bodies_due": _iso(reply.bodies_due),
        "effective_on": _effective_on(case, step, reply),
        "expected_on": _iso(reply.expected_on),
        "ask": ask if step.also_asks else None,
        "also": outcomes or None,
        "effect": effect,
    }
    facts |= minutes_of(reply, {facts["outcome"], *outcomes.values()}, today)
    case.trigger_event(event, timestamp=at, **facts, **more)
    return str(facts["effect"])


def _allotted(step: Step, event: type[Case.AnswerRecorded], message: Message, current: Round) -> dict[str, str]:
    """By ask what a message says."""
    place = current.answers.get(message.body) or Answer(message.body)
    asked = Asked(step, current.mode, place, changes_part=_changes_part(step, current, message))
    return (allot_correction if event is Case.AnswerCorrected else allot_answer)(asked, message.reply)


def _add_unasked(case: Case, at: datetime, message: Message, current: Round) -> None:
    """Have the step ask a body that joins by itself; the answer that follows stands for the command."""
    facts = {"step": current.step, "round": current.number, "body": message.body, "reason": JOINED_UNASKED}
    actor = message.command.actor.as_dict()
    case.trigger_event(Case.BodyAdded, timestamp=at, actor=actor, command_id="", **facts)


def _effective_on(case: Case, step: Step, reply: Reply) -> str | None:
    """The date from which a word about joining holds, None for any other."""
    if step.ask != JOIN or reply.decided_on is None:
        return _iso(reply.effective_on)
    return _iso(reply.effective_on or effective_on(step, case.attributes, reply.decided_on))


def _effect(case: Case, current: Round, event: type[Case.AnswerRecorded], message: Message) -> str:
    """What the reply does; whenever it comes, one by somebody whom the route does not let decide recommends."""
    step, reply = case.route.step(current.step), message.reply
    if reply.decided_by is not None and reply.decided_by not in step.decided_by:
        return RECOMMENDATION
    is_changed = event is Case.AnswerCorrected or _has_answered(current, message.body)
    is_over = current.state == StepState.COMPLETED and current is case.current(step.id)
    if is_changed and step.counts_corrections and is_over and case.is_open:
        return "counted"
    return EFFECTS.get(current.state, "late")


def _facts(message: Message, current: Round) -> dict[str, Any]:
    """What every event of a body's message carries."""
    return {
        "actor": message.command.actor.as_dict(),
        "command_id": message.command.id,
        "step": current.step,
        "round": current.number,
        "body": message.body,
        "effect": EFFECTS.get(current.state, "late"),
        "remark": checked(message.reply.remark, "remark", lines=True),
        "source": message.source,
        "message_id": message.id,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
