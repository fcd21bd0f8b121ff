# SPDX-License-Identifier: EUPL-1.2
"""The forms for conditions, contradictions, tasks and what bodies decide unasked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

from pydantic import Field as Bounded

from domain.additions import Addition
from domain.cases import Cases, Taken
from domain.commands import Command
from domain.names import Name
from domain.settling import Unasked
from projections.documents import Document
from web.action import REASON, SUBJECT, Action, Form, is_not_withdrawn
from web.added_fields import condition_at, task_fields
from web.additions import MOST, Number, facts_of
from web.commands import Reasoned
from web.fields import Field, maybe
from web.reading import MAX_TEXT, Given
from web.settling import Cancelling, Contradicting, Deciding, Finishing, Meeting, Setting, Settling

_TASK = Name("Opgave", "Task")


class MetCondition(Meeting):
    """Which condition is met."""

    condition: Number


class WaivedCondition(Reasoned):
    """Which condition is let go."""

    condition: Number


class SettledContradiction(Settling):
    """Which contradiction is settled; it may be that none of its conditions stands."""

    contradiction: Number
    stand: list[Number] = Bounded(default_factory=list, max_length=MOST)


class ChasedTask(Given):
    """Which task is asked after."""

    task: Number


class FinishedTask(Finishing):
    """Which task is done."""

    task: Number


class CancelledTask(Cancelling):
    """Which task is called off."""

    task: Number


def _has(what: str, state: str, fewest: int = 1) -> Callable[[Form], bool]:
    """Whether the case has so many of something in a state."""

    def fits(form: Form) -> bool:
        return is_not_withdrawn(form) and len(form.numbered(what, state)) >= fewest

    return fits


def _one(form: Form, name: str, label: Name, what: str, state: str, *, leads: bool = False) -> Field:
    """The choice of one of what the case has in a state; what the address names stands there by itself."""
    choices = form.numbered(what, state)
    chosen = tuple(one for one in choices if one[0] == form.values.get(name))
    if chosen or (len(choices) == 1 and name not in form.values):
        return Field(name, label, "fixed", choices=chosen or choices, of_number=True)
    return Field(name, label, "choice", choices=choices, of_number=True, leads=leads)


def _condition(form: Form) -> Field:
    return _one(form, "condition", Name("Betingelse", "Condition"), "conditions", "open")


def _meeting(form: Form) -> Sequence[Field]:
    papers = [(str(p["number"]), f"{p['number']}: {p['name']}") for p in reversed(form.case["papers"])]
    label = Name("Opfyldt i version", "Met in version")
    choices = tuple((number, Name(name, name)) for number, name in papers)
    newest = papers[0][0] if papers else ""
    return (_condition(form), Field("version", label, "choice", value=newest, choices=choices, of_number=True))


def _contradicting(form: Form) -> Sequence[Field]:
    label, hint = Name("Betingelser", "Conditions"), Name("Vælg mindst to.", "Choose at least two.")
    why = Field("reason", REASON.label, "text", required=False, most=MAX_TEXT)
    return (
        Field("conditions", label, "checks", hint=hint, choices=form.numbered("conditions", "open"), of_number=True),
        why,
    )


def _settling(form: Form) -> Iterator[Field]:
    chosen = _one(form, "contradiction", Name("Modstrid", "Contradiction"), "contradictions", "unsettled", leads=True)
    yield chosen
    if chosen.kind == "fixed":
        known = next(c for c in form.case["contradictions"] if str(c["number"]) == chosen.choices[0][0])
        standing = tuple(c for c in form.numbered("conditions", "open", "met") if int(c[0]) in known["conditions"])
        hint = Name("De andre frafalder.", "The others are waived.")
        label = Name("Betingelser, der står ved magt", "Conditions that stand")
        yield Field("stand", label, "checks", required=False, hint=hint, choices=standing, of_number=True)
        yield REASON


def _task(form: Form) -> Field:
    return _one(form, "task", _TASK, "tasks", "open")


def _finishing(form: Form) -> Sequence[Field]:
    day = Field("done_on", Name("Udført den", "Done on"), "date", value=form.today, latest=form.today)
    return (_task(form), day, maybe("done_by", Name("Udført af", "Done by"), "who", choices=form.body_choices()))


def _cancelling(form: Form) -> Iterator[Field]:
    yield _task(form)
    hint = Name("Organet, der ikke længere ønsker den", "The body that no longer wants it")
    yield Field(
        "body",
        Name("Organ", "Body"),
        "choice",
        required=not form.case["decisions"],
        hint=hint,
        choices=form.body_choices(),
    )
    if form.case["decisions"]:
        decisions = tuple(
            (str(d["number"]), Name(f"{d['number']}: {d['text'][:80]}", f"{d['number']}: {d['text'][:80]}"))
            for d in form.case["decisions"]
        )
        label, hint = (
            Name("Beslutning", "Decision"),
            Name("Hvis det skete i en beslutning på sagen", "If it was in a decision on the case"),
        )
        yield maybe("decision", label, "choice", hint=hint, choices=decisions, of_number=True)
    yield REASON


def _deciding(form: Form) -> Iterator[Field]:
    yield Field("body", Name("Organ", "Body"), "choice", choices=form.body_choices())
    yield Field("text", Name("Hvad der blev besluttet", "What was decided"), "text", most=MAX_TEXT)
    yield Field("decided_on", Name("Besluttet den", "Decided on"), "date", value=form.today, latest=form.today)
    yield Field("meeting_on", Name("Mødets dato", "The meeting's date"), "date", required=False)
    yield Field("reference", Name("Organets reference", "The body's reference"), required=False)
    yield from task_fields(form)
    if open_tasks := form.numbered("tasks", "open"):
        label, group = (
            Name("Opgaver, der aflyses", "Tasks that are called off"),
            Name("Aflys opgaver", "Call tasks off"),
        )
        yield maybe("cancels", label, "checks", choices=open_tasks, of_number=True, group=group)


def _setting(form: Form) -> Iterator[Field]:
    said = [(s, a) for s in form.case["steps"] for a in s["answers"] if a["outcome"]]
    bodies = form.body_choices(answer["body"] for _, answer in said)
    steps = dict.fromkeys((s["id"], Name(**s["name"])) for s, _ in said)
    hint = Name(
        "Nødvendigt, når organet har svaret flere steder.", "Needed where the body has answered in several places."
    )
    yield Field("body", Name("Organ", "Body"), "choice", choices=bodies)
    yield maybe("step", Name("Trin", "Step"), "choice", hint=hint, choices=tuple(steps))
    yield from condition_at(form, "")


def _set(cases: Cases, case: UUID, command: Command, asked: Setting) -> Taken:
    addition = Addition(**asked.model_dump(exclude={"body", "step"}))
    return cases.set_condition(case, command, asked.body, addition, asked.step)


def _decide(cases: Cases, case: UUID, command: Command, asked: Deciding) -> Taken:
    return cases.decide(case, command, Unasked(body=asked.body, **facts_of(asked, leave_out="body")))


def _settle(cases: Cases, case: UUID, command: Command, asked: SettledContradiction) -> Taken:
    number = asked.contradiction
    return cases.settle_contradiction(case, command, number, stand=asked.stand, reason=asked.reason)


def _finish(cases: Cases, case: UUID, command: Command, asked: FinishedTask) -> Taken:
    return cases.finish_task(case, command, asked.task, done_on=asked.done_on, done_by=asked.done_by)


def _cancel(cases: Cases, case: UUID, command: Command, asked: CancelledTask) -> Taken:
    facts: dict[str, Any] = {"reason": asked.reason, "body": asked.body, "decision": asked.decision}
    return cases.cancel_task(case, command, asked.task, **facts)


def _has_answers(form: Form) -> bool:
    steps: Sequence[Document] = form.case["steps"]
    return is_not_withdrawn(form) and any(a["outcome"] for step in steps for a in step["answers"])


SETTLING_ACTIONS = (
    Action(
        id="meet-condition",
        name=Name("Betingelse opfyldt", "Condition met"),
        done=Name("Betingelsen er opfyldt.", "The condition is met."),
        about=Name(
            "En betingelse er opfyldt i en version af sagens papirer.",
            "A condition is met in a version of the case's papers.",
        ),
        fits=lambda form: _has("conditions", "open")(form) and bool(form.case["papers"]),
        fields=_meeting,
        model=MetCondition,
        give=lambda cases, case, command, asked: cases.meet_condition(case, command, asked.condition, asked.version),
        place=SUBJECT,
    ),
    Action(
        id="waive-condition",
        name=Name("Frafald betingelse", "Waive a condition"),
        done=Name("Betingelsen er frafaldet.", "The condition is waived."),
        about=Name("En betingelse behøver ikke længere at blive opfyldt.", "A condition need no longer be met."),
        fits=_has("conditions", "open"),
        fields=lambda form: (_condition(form), REASON),
        model=WaivedCondition,
        give=lambda cases, case, command, asked: cases.waive_condition(case, command, asked.condition, asked.reason),
        place=SUBJECT,
    ),
    Action(
        id="set-condition",
        name=Name("Tilføj en betingelse", "Add a condition"),
        done=Name("Betingelsen er tilføjet.", "The condition is added."),
        about=Name(
            "En betingelse, som et organ har stillet, men som ikke står i dets svar.",
            "A condition that a body has set, but that does not stand in its answer.",
        ),
        fits=_has_answers,
        fields=lambda form: tuple(_setting(form)),
        model=Setting,
        give=_set,
    ),
    Action(
        id="mark-contradiction",
        name=Name("Betingelser i modstrid", "Conditions that contradict"),
        done=Name("Modstriden er registreret.", "The contradiction is recorded."),
        about=Name(
            "Betingelser, der ikke alle kan opfyldes. Indtil det er afklaret, holder det sagen tilbage.",
            "Conditions that cannot all be met. Until that is settled it holds the case back.",
        ),
        fits=_has("conditions", "open", 2),
        fields=_contradicting,
        model=Contradicting,
        give=lambda cases, case, command, asked: cases.mark_contradiction(
            case, command, asked.conditions, asked.reason
        ),
        place=SUBJECT,
    ),
    Action(
        id="settle-contradiction",
        name=Name("Afklar modstrid", "Settle a contradiction"),
        done=Name("Modstriden er afklaret.", "The contradiction is settled."),
        about=Name(
            "Hvilke af betingelserne der står ved magt; de andre frafalder.",
            "Which of the conditions stand; the others are waived.",
        ),
        fits=_has("contradictions", "unsettled"),
        fields=lambda form: tuple(_settling(form)),
        model=SettledContradiction,
        give=_settle,
        place=SUBJECT,
    ),
    Action(
        id="chase-task",
        name=Name("Ryk for opgave", "Chase a task"),
        done=Name("Rykkeren er registreret.", "The reminder is recorded."),
        about=Name(
            "Sekretariatet spørger til en opgave. Er et organ ansvarligt, får det besked.",
            "The secretariat asks after a task. Where a body is responsible, it is told.",
        ),
        fits=_has("tasks", "open"),
        fields=lambda form: (_task(form),),
        model=ChasedTask,
        give=lambda cases, case, command, asked: cases.chase_task(case, command, asked.task),
        place=SUBJECT,
    ),
    Action(
        id="finish-task",
        name=Name("Opgave udført", "Task done"),
        done=Name("Opgaven er udført.", "The task is done."),
        about=Name("En opgave er udført.", "A task is done."),
        fits=_has("tasks", "open"),
        fields=_finishing,
        model=FinishedTask,
        give=_finish,
        place=SUBJECT,
    ),
    Action(
        id="cancel-task",
        name=Name("Aflys opgave", "Cancel a task"),
        done=Name("Opgaven er aflyst.", "The task is cancelled."),
        about=Name("Et organ ønsker ikke længere opgaven udført.", "A body no longer wants the task done."),
        fits=_has("tasks", "open"),
        fields=lambda form: tuple(_cancelling(form)),
        model=CancelledTask,
        give=_cancel,
        place=SUBJECT,
    ),
    Action(
        id="decide",
        name=Name("Registrér en beslutning", "Record a decision"),
        done=Name("Beslutningen er registreret.", "The decision is recorded."),
        about=Name(
            "Noget, som et organ har besluttet, uden at sagen spurgte om det, med de opgaver, det førte til.",
            "Something that a body decided without being asked by the case, with the tasks that came of it.",
        ),
        fits=is_not_withdrawn,
        fields=lambda form: tuple(_deciding(form)),
        model=Deciding,
        give=_decide,
    ),
)
