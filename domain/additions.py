# SPDX-License-Identifier: EUPL-1.2
"""What bodies add to their answers, and decide unasked: a case's conditions, contradictions, tasks and decisions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from domain.asks import RECOMMENDATION
from domain.dates import check_day
from domain.errors import InvalidError
from domain.texts import checked, optional

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from domain.case import Answer, Case

ON_CONDITION = "approved_on_condition"
"""The outcome that opens a condition even where none is listed."""

_FACTS = ("text", "responsible", "contact", "due", "meeting")

Given = dict[str, Any]
"""A condition or task as events carry it: the keys of `Addition`, dates as ISO days."""


class ConditionKind(StrEnum):
    """How much hangs on a condition."""

    EDITORIAL = "editorial"
    """The secretariat works it in; nothing waits for it."""
    MATERIAL = "material"
    """While it is open it blocks what the route says."""


class State(StrEnum):
    """Where a condition or task stands: conditions are met or waived, tasks done or cancelled."""

    OPEN = "open"
    MET = "met"
    WAIVED = "waived"
    DONE = "done"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    """A correction of the answer has taken it away."""


@dataclass(frozen=True, kw_only=True)
class Addition:
    """A condition or task as somebody gives it: what, who is to do it, whom to ask, and by when or by which meeting."""

    text: str
    responsible: str | None = None
    """A body's id, or any other words for whoever is to do it."""
    contact: str | None = None
    due: date | None = None
    meeting: str | None = None
    """The meeting by which it is to be done, as a date or in words."""
    kind: str | None = None
    """Of a condition: how much hangs on it; None means that it is material."""


@dataclass(kw_only=True)
class Added:
    """What conditions and tasks have in common; days are ISO days as they came."""

    number: int
    body: str
    recorded_at: datetime
    step: str | None = None
    round: int | None = None
    message_id: str | None = None
    """The message of the body that it hangs on: a correction of that message replaces it."""
    text: str | None = None
    """None where a body approved on a condition that nobody has told."""
    responsible: str | None = None
    contact: str | None = None
    due: str | None = None
    meeting: str | None = None
    state: State = State.OPEN
    settled_at: datetime | None = None
    """When it was recorded that it is open no longer."""
    reason: str | None = None
    withdrawn_by: str | None = None
    """The correction's message id, where one has taken it away."""

    @property
    def is_open(self) -> bool:
        """Whether it is still to be met or done."""
        return self.state == State.OPEN

    def fill(self, given: Given) -> None:
        """Take over what is given of it."""
        for name in _FACTS:
            setattr(self, name, given.get(name))

    def move(self, days: timedelta) -> None:
        """Have its due date, while it is open, moved by the days that the case stood still; a meeting's stays."""
        if self.due and self.is_open:
            self.due = (date.fromisoformat(self.due) + days).isoformat()

    def settle(self, state: State, at: datetime, reason: str | None = None) -> None:
        """Put it into a state in which it is open no longer."""
        self.state, self.settled_at, self.reason = state, at, reason


@dataclass(kw_only=True)
class Condition(Added):
    """What a body wants done with the matter for its answer to hold."""

    kind: str = ConditionKind.MATERIAL
    version: int | None = None
    """The version of the papers in which it is met."""

    def fill(self, given: Given) -> None:
        """Take over what is given of it, and of what kind it is."""
        super().fill(given)
        self.kind = given.get("kind") or ConditionKind.MATERIAL

    @property
    def holds(self) -> bool:
        """Whether it is still to be reckoned with: open, or met."""
        return self.state in {State.OPEN, State.MET}


@dataclass(kw_only=True)
class Task(Added):
    """Something that a body wants done beside the matter; nothing waits for it."""

    decision: int | None = None
    """The decision that set it, where it came with none of the answers."""
    chased: int = 0
    chased_at: datetime | None = None
    done_on: str | None = None
    done_by: str | None = None
    cancelled_by: str | None = None
    """The body that no longer wants it."""
    cancelled_by_decision: int | None = None

    @property
    def last_day(self) -> str | None:
        """The day by which it is to be done, that of a meeting given by its date included; None if no day is known."""
        return self.due or iso_day(self.meeting)

    def cancel(self, at: datetime, reason: str, body: str | None, decision: int | None) -> None:
        """Call it off, because a body, perhaps in a decision of the case, no longer wants it."""
        self.settle(State.CANCELLED, at, reason)
        self.cancelled_by, self.cancelled_by_decision = body, decision


@dataclass
class Contradiction:
    """Conditions that cannot all be met."""

    number: int
    conditions: list[int]
    reason: str | None
    recorded_at: datetime
    stand: list[int] | None = None
    """Which of them stand, once it is settled."""
    settled_reason: str | None = None
    settled_at: datetime | None = None


@dataclass(kw_only=True)
class BodyDecision:
    """What a body has decided without being asked."""

    number: int
    body: str
    text: str
    decided_on: str
    meeting_on: str | None
    reference: str | None
    recorded_at: datetime
    tasks: list[int] = field(default_factory=list)
    cancels: list[int] = field(default_factory=list)


def given_conditions(additions: Iterable[Addition], today: date) -> list[Given]:
    """Conditions as events carry them; raises `InvalidError` at `conditions.<place>.<fact>` for what cannot be."""
    return [given_condition(one, today, f"conditions.{place}.") for place, one in enumerate(additions)]


def given_condition(addition: Addition, today: date, at: str = "") -> Given:
    """One condition as events carry it; raises `InvalidError` at the fact, below `at`."""
    kind = addition.kind or ConditionKind.MATERIAL
    if kind not in set(ConditionKind):
        raise InvalidError(
            f"{kind!r} is no kind of condition", f"choose one of {', '.join(ConditionKind)}", f"{at}kind"
        )
    return {**_given(addition, today, at), "kind": str(kind)}


def given_tasks(additions: Iterable[Addition], today: date) -> list[Given]:
    """Tasks as events carry them; raises `InvalidError` at `tasks.<place>.<fact>` for what cannot be."""
    return [_given(one, today, f"tasks.{place}.") for place, one in enumerate(additions)]


def add_answered(case: Case, event: Case.AnswerRecorded) -> None:
    """Number what an answer adds."""
    case.conditions += _conditions(case, event, _stated(event))
    case.tasks += _tasks(case, _stated_tasks(event), **_origin(event))


def replace_corrected(case: Case, event: Case.AnswerCorrected, answer: Answer) -> None:
    """Let what a correction lists stand in place of what the answer had added; the same text keeps its number.

    What the correction no longer lists is withdrawn where it was open. A correction that is still on condition but does
    not say which leaves those there are.
    """
    root, stated = answer.root(event.corrects), _stated(event)
    conditions = [c for c in case.conditions if _hangs_on(c, event, answer, root)]
    if not (conditions and _is_untold(stated)):
        case.conditions += _conditions(case, event, _left(conditions, stated, event))
    tasks = [t for t in case.tasks if _hangs_on(t, event, answer, root)]
    case.tasks += _tasks(case, _left(tasks, _stated_tasks(event), event), **_origin(event))


def set_afterwards(case: Case, event: Case.ConditionSet) -> None:
    """Tell the condition that a body's answer left untold, or add a further one."""
    messages = case.answer(event.step, event.round, event.body).messages
    mine = [c for c in case.conditions if _is_of(c, event) and c.message_id in messages]
    untold = next((c for c in mine if c.is_open and c.text is None), None)
    if untold is None:
        case.conditions += _conditions(case, event, [event.given])
    else:
        untold.fill(event.given)


def add_decision(case: Case, event: Case.DecisionMade) -> None:
    """Number a decision that nobody asked for and its tasks, and cancel those that it calls off."""
    number, at = len(case.decisions) + 1, event.timestamp
    facts = {name: getattr(event, name) for name in ("body", "text", "decided_on", "meeting_on", "reference")}
    tasks = _tasks(case, event.tasks, body=event.body, decision=number, recorded_at=at)
    case.tasks += tasks
    for cancelled in event.cancels:
        case.tasks[cancelled - 1].cancel(at, event.text, event.body, number)
    made = BodyDecision(number=number, recorded_at=at, tasks=numbers(tasks), cancels=list(event.cancels), **facts)
    case.decisions.append(made)


def iso_day(text: str | None) -> str | None:
    """The text, if it is a day as YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() if text else None
    except ValueError:
        return None


def numbers(found: Iterable[Added]) -> list[int]:
    """The numbers of conditions or tasks."""
    return [one.number for one in found]


def _given(addition: Addition, today: date, at: str) -> Given:
    text = (checked(addition.text, f"{at}text", lines=True) or "").strip()
    if not text:
        raise InvalidError("the text is empty", "write what is to be done", f"{at}text")
    check_day(addition.due, f"{at}due", today)
    words = {name: optional(getattr(addition, name), f"{at}{name}") for name in ("responsible", "contact", "meeting")}
    return {"text": text, **words, "due": addition.due.isoformat() if addition.due else None}


def _stated(event: Case.AnswerRecorded) -> Sequence[Given]:
    """The conditions that an answer sets: those listed, else, where it is on condition, the one in its remark.

    A recommendation sets none: it does not bind the body, and so holds nothing back.
    """
    if event.effect == RECOMMENDATION:
        return ()
    if event.conditions or ON_CONDITION not in {event.outcome, *(event.also or {}).values()}:
        return event.conditions
    return [{"text": (event.remark or "").strip() or None}]


def _stated_tasks(event: Case.AnswerRecorded) -> Sequence[Given]:
    return () if event.effect == RECOMMENDATION else event.tasks


def _is_untold(stated: Sequence[Given]) -> bool:
    return len(stated) == 1 and stated[0]["text"] is None


def _hangs_on(added: Added, event: Case.AnswerRecorded, answer: Answer, root: str) -> bool:
    """Whether something was added with the message `root` of an answer, or with a correction of it."""
    is_there = added.state != State.WITHDRAWN and added.message_id is not None
    return is_there and _is_of(added, event) and answer.root(str(added.message_id)) == root


def _is_of(added: Added, event: Case.AnswerRecorded | Case.ConditionSet) -> bool:
    """Whether it is of the same body and step; the round may be an earlier one, whose answer stands."""
    return (added.body, added.step) == (event.body, event.step)


def _left(before: Sequence[Added], stated: Iterable[Given], event: Case.AnswerCorrected) -> list[Given]:
    """What a correction lists that was not there before; what was there takes over its facts, or is withdrawn."""
    gone, new = list(before), []
    for given in stated:
        same = next((one for one in gone if one.text == given["text"]), None)
        if same is None:
            new.append(given)
        else:
            gone.remove(same)
            same.fill(given)
    for one in gone:
        if one.is_open:
            one.settle(State.WITHDRAWN, event.timestamp)
            one.withdrawn_by = event.message_id
    return new


def _conditions(case: Case, event: Case.AnswerRecorded | Case.ConditionSet, stated: Iterable[Given]) -> list[Condition]:
    new = [Condition(number=number, **_origin(event)) for number, _ in enumerate(stated, len(case.conditions) + 1)]
    for condition, given in zip(new, stated, strict=True):
        condition.fill(given)
    return new


def _tasks(case: Case, stated: Iterable[Given], **origin: Any) -> list[Task]:
    new = [Task(number=number, **origin) for number, _ in enumerate(stated, len(case.tasks) + 1)]
    for task, given in zip(new, stated, strict=True):
        task.fill(given)
    return new


def _origin(event: Case.AnswerRecorded | Case.ConditionSet) -> dict[str, Any]:
    return {
        "body": event.body,
        "step": event.step,
        "round": event.round,
        "message_id": event.message_id,
        "recorded_at": event.timestamp,
    }
