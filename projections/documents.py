# SPDX-License-Identifier: EUPL-1.2
"""A case as the JSON document that the API, the pages and the exports show."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from domain.additions import State, numbers
from domain.blocking import is_unsettled
from domain.calendar import CUSTOMARY
from domain.case import Case, Status, StepState
from domain.drawing import layers_of
from domain.entering import expected_on, holds, missing, replaced
from domain.following import awaited_date, is_negative, opening_day, outcome_so_far
from domain.minutes import MINUTES_FIELDS
from domain.participation import JOIN, participation
from domain.reminding import planned

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.additions import Added, BodyDecision, Condition, Contradiction, Task
    from domain.blocking import Block
    from domain.calendar import WorkingDays
    from domain.case import Answer, Paper, Round
    from domain.items import Item
    from domain.names import Name
    from domain.organisation import Body, Organisation
    from domain.participation import Word
    from domain.reminding import Sent
    from domain.route import Step

Document = dict[str, Any]
"""A JSON object: instants are ISO 8601 in UTC with `Z`, Danish calendar dates ISO days."""

SUMMARY = (
    "id",
    "title",
    "reference",
    "route",
    "status",
    "result",
    "deadline",
    "overdue_after",
    "opened_at",
    "closed_at",
    "waiting_for",
)
"""What a list shows of a case, beside how its steps stand."""


def case_document(case: Case, position: int, working_days: WorkingDays = CUSTOMARY) -> Document:
    """A case as it stands, `position` being the place of its newest event in the log.

    `working_days` are those on which reminders go out.
    """
    route = case.route
    return {
        "id": str(case.id),
        "position": position,
        "version": case.version,
        "route": {"id": route.id, "version": route.version, "name": _name(route.name)},
        "title": case.title,
        "reference": case.reference,
        "status": str(case.status),
        "result": case.result,
        "outcome_so_far": outcome_so_far(case),
        "deadline": _day(case.deadline),
        "next_due": _day(case.next_due()),
        "overdue_after": _day(overdue_after(case)),
        "opened_at": instant(case.opened_at),
        "suspended_at": instant(case.suspended_at),
        "closed_at": instant(case.closed_at),
        "attributes": case.attributes,
        "concerned": case.concerned,
        "renews": case.renews,
        "renewed_by": case.renewed_by,
        "entry_into_force": _entry_document(case),
        "replaces": _replaced_document(case),
        "waiting_for": case.waiting_for(),
        "blocked": [_block_document(block) for block in case.blocks()],
        "steps": _steps_document(case, working_days),
        "conditions": [_condition_document(case, condition) for condition in case.conditions],
        "contradictions": [_contradiction_document(case, one) for one in case.contradictions],
        "tasks": [_task_document(case, task) for task in case.tasks],
        "decisions": [_decision_document(decision) for decision in case.decisions],
        "papers": [_paper_document(paper) for paper in case.papers],
    }


def summary_of(document: Document) -> Document:
    """Of a case's document what a list shows: all but what makes it long, and of the steps only how they stand."""
    steps = [{name: step[name] for name in ("id", "name", "state")} for step in document["steps"]]
    return {name: document[name] for name in SUMMARY} | {"steps": steps}


def body_document(organisation: Organisation, body: Body, waiting: int, today: date) -> Document:
    """A body as it is on the Danish date `today`, with the number of cases that wait for it."""
    groups = [group.id for group in organisation.groups.values() if body.id in group.members_on(today)]
    return {
        "id": body.id,
        "name": _name(body.name_on(today)),
        "full_name": _name(body.full_name) if body.full_name else None,
        "kind": str(body.kind),
        "authority_code": body.authority_code,
        "cvr": body.cvr,
        "groups": groups,
        "waiting": waiting,
    }


def overdue_after(case: Case) -> date | None:
    """The last day on which a running case is in time, as it stands; a suspended case's clocks stand still.

    It is the earliest due date of what is waited for, and the case's deadline until the step that it binds is over.
    """
    if case.status != Status.RUNNING:
        return None
    binds = case.route.binds
    is_bound = binds is None or case.current(binds).state in {StepState.WAITING, StepState.OPEN}
    dues = [case.next_due(), case.deadline if is_bound else None]
    return min((due for due in dues if due), default=None)


def is_overdue(document: Document, today: date) -> bool:
    """Whether a case's document says that on the Danish date `today` something is past its date."""
    return _is_past(document["overdue_after"], today)


def as_read_on(document: Document, today: date) -> Document:
    """A case's document with what the Danish date `today` says: whether it, and which of its tasks, are overdue.

    Of an item it says whether its meeting's day has passed, so that the minutes are awaited.
    """
    tasks = [{**task, "overdue": _is_past(task["overdue_after"], today)} for task in document["tasks"]]
    steps = [_step_read_on(step, today) for step in document["steps"]]
    return {**summary_read_on(document, today), "steps": steps, "tasks": tasks}


def summary_read_on(document: Document, today: date) -> Document:
    """What a list shows of a case with whether it is overdue on the Danish date `today`."""
    return {**document, "overdue": is_overdue(document, today)}


def instant(moment: datetime | None) -> str | None:
    """An aware instant as ISO 8601 in UTC with microseconds and `Z`."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def participation_document(case: Case, step: Step, on: date | None = None) -> Document:
    """The scheme that bodies join in a step: by all that was said, or as it is on the Danish date `on`."""
    scheme = participation(case, step, on)
    return {
        "participants": list(scheme.participants),
        "number": len(scheme.participants),
        "minimum": scheme.minimum,
        "must_have": list(scheme.must_have),
        "missing_must_have": list(scheme.missing_must_have),
        "sustainable": scheme.sustainable,
        "changes": [_change_document(word) for word in scheme.changes],
    }


def _change_document(word: Word) -> Document:
    return {
        "body": word.body,
        "outcome": word.outcome,
        "effective_on": word.effective_on.isoformat(),
        "decided_on": word.decided_on.isoformat(),
        "recorded_at": instant(word.recorded_at),
    }


def _steps_document(case: Case, working_days: WorkingDays) -> list[Document]:
    layers = layers_of(case.route)
    return [
        {**_step_document(case, step, layers.get(step.id)), "coming_reminders": _coming(case, step, working_days)}
        for step, _ in case.current_rounds()
    ]


def _coming(case: Case, step: Step, working_days: WorkingDays) -> list[Document]:
    """What the route's rules will still say if nobody answers, in order."""
    current = case.current(step.id)
    if case.status != Status.RUNNING or current.state != StepState.OPEN:
        return []
    coming = planned(case, step, current, case.modified_on, working_days)
    return [{"at": instant(one.moment), "to": one.rule.to, "bodies": one.bodies} for one in coming]


def _step_document(case: Case, step: Step, layer: int | None) -> Document:
    """A step with its place in the route: its layer from 1, None for the revision, and what leads to and from it."""
    *earlier, newest = case.rounds[step.id]
    document = {
        **_round_document(case, step, newest),
        "layer": layer,
        "after": list(step.after),
        "opened_by": step.opened_by.step if step.opened_by else None,
        "closes": list(step.closes),
        "earlier": [_round_document(case, step, past) for past in earlier],
    }
    return {**document, "participation": participation_document(case, step)} if step.ask == JOIN else document


def _round_document(case: Case, step: Step, shown: Round) -> Document:
    return {
        "id": step.id,
        "name": _name(step.name),
        "round": shown.number,
        "ask": step.ask,
        "also_asks": list(step.also_asks),
        "mode": shown.mode or step.mode,
        "state": str(shown.state),
        "result": shown.result,
        "results": {ask: shown.results.get(ask) for ask in step.asks},
        "opened_at": instant(shown.opened_at),
        "opens_on": _day(opening_day(case, step)) if shown.state == StepState.WAITING else None,
        "awaits_date": awaited_date(case, step, shown),
        "due": _day(_due(case, step, shown)),
        "due_passed": shown.overdue is not None and shown.overdue == shown.due,
        "completed_at": instant(shown.completed_at),
        "sent_back": shown.state == StepState.COMPLETED and is_negative(step, shown),
        "revises": shown.revises,
        "why": shown.why and str(shown.why),
        "version": shown.version,
        "asked_again": shown.asked_again,
        "silence": shown.silence,
        "skipped_because": shown.skipped_because,
        "reminders": [_sent_document(sent) for sent in shown.reminding.sent],
        "question": shown.question,
        "about": shown.about,
        "items": [_item_document(item) for item in shown.on_agendas],
        "answers": [_answer_document(case, step, answer) for answer in shown.answers.values()],
    }


def _sent_document(sent: Sent) -> Document:
    told, bodies = list(sent.told), list(sent.bodies)
    return {"at": instant(sent.at), "to": sent.to, "bodies": bodies, "told": told, "by_hand": sent.by_hand}


def _step_read_on(step: Document, today: date) -> Document:
    if not step["items"]:
        return step
    return {**step, "items": [{**item, "held": _is_past(item["date"], today)} for item in step["items"]]}


def _item_document(item: Item) -> Document:
    """On which meeting of a body the matter is an item, and why on that one."""
    return {
        "body": item.body,
        "meeting": item.meeting,
        "date": item.day.isoformat(),
        "time": item.at.isoformat("minutes") if item.at else None,
        "place": item.place,
        "papers_in_by": _day(item.papers_in_by),
        "why": str(item.why),
        "reason": item.reason,
        "postponed": item.postponed,
    }


def _entry_document(case: Case) -> Document | None:
    """What the case brings into force: the day expected and the day it was, and whether each provision holds."""
    entry = case.route.entry
    if entry is None:
        return None
    return {
        "expected_on": _day(expected_on(case)),
        "on": _day(case.in_force_on),
        "missed": case.missed_entry_on is not None and case.missed_entry_on == expected_on(case),
        "provided": [{"step": step, "holds": holds(case, step)} for step in entry.provided],
        "holds": not missing(case),
    }


def _replaced_document(case: Case) -> Document | None:
    found = replaced(case)
    return {"text": found.text, "case": str(found.case) if found.case else None} if found else None


def _due(case: Case, step: Step, shown: Round) -> date | None:
    """A waiting step that will be due on the case's deadline says so before it opens."""
    return case.deadline if shown.state == StepState.WAITING and step.due == "deadline" else shown.due


def _answer_document(case: Case, step: Step, answer: Answer) -> Document:
    recommended = answer.recommendation
    return {
        "body": answer.body,
        "state": str(answer.state),
        **_said_document(step, answer),
        "stands_from": answer.stands_from,
        "expected_on": answer.expected_on,
        "conditions": _added_with(case.conditions, step, answer),
        "tasks": _added_with(case.tasks, step, answer),
        "recommendation": _said_document(step, recommended) if recommended else None,
    }


def _said_document(step: Step, said: Answer) -> Document:
    """What a body has answered, or what somebody in it recommends."""
    return {
        "outcome": said.outcome,
        "also": {ask: said.words.get(ask) for ask in step.also_asks},
        "effect": said.effect,
        "decided_on": said.decided_on,
        "decided_by": said.decided_by,
        "recorded_at": instant(said.recorded_at),
        "source": said.source,
        "message_id": said.message_id,
        "version": said.version,
        "concerned_version": said.concerned_version,
        "corrected": said.corrected,
        "remark": said.remark,
        "reference": said.reference,
        "due": said.due,
        "supports": said.supports,
        "to": said.to,
        "bodies_due": said.bodies_due,
        "effective_on": said.effective_on,
        **{name: getattr(said, name) for name in MINUTES_FIELDS},
    }


def _added_with(added: Iterable[Added], step: Step, answer: Answer) -> list[int]:
    """The numbers of what came with an answer and was not withdrawn."""
    mine = [one for one in added if (one.step, one.body) == (step.id, answer.body)]
    return numbers(one for one in mine if one.message_id in answer.messages and one.state != State.WITHDRAWN)


def _block_document(block: Block) -> Document:
    """What is held back, `step` being None for the case's ending."""
    conditions, contradictions = list(block.conditions), list(block.contradictions)
    return {"step": block.step, "conditions": conditions, "contradictions": contradictions}


def _condition_document(case: Case, condition: Condition) -> Document:
    contradicted = [c.number for c in case.contradictions if condition.number in c.conditions]
    return {**_added_document(condition), "contradictions": contradicted}


def _contradiction_document(case: Case, contradiction: Contradiction) -> Document:
    ended = "settled" if contradiction.settled_at else "lapsed"
    state = "unsettled" if is_unsettled(case, contradiction) else ended
    return {**_dated(asdict(contradiction)), "state": state}


def _task_document(case: Case, task: Task) -> Document:
    waits = task.is_open and case.status != Status.WITHDRAWN
    return {**_added_document(task), "overdue_after": task.last_day if waits else None}


def _added_document(added: Condition | Task) -> Document:
    return {**_dated(asdict(added)), "state": str(added.state)}


def _decision_document(decision: BodyDecision) -> Document:
    return _dated(asdict(decision))


def _dated(document: Document) -> Document:
    """The same with its instants written."""
    return {key: instant(value) if isinstance(value, datetime) else value for key, value in document.items()}


def _paper_document(paper: Paper) -> Document:
    return {**asdict(paper), "added_at": instant(paper.added_at)}


def _is_past(day: str | None, today: date) -> bool:
    return day is not None and date.fromisoformat(day) < today


def _name(name: Name) -> Document:
    return {"da": name.da, "en": name.en}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
