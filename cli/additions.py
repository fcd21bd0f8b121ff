# SPDX-License-Identifier: EUPL-1.2
"""The commands about what bodies add to their answers, and decide unasked: conditions, tasks and decisions."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from cli.giving import give
from cli.groups import command, group
from cli.options import CaseId, Data, Reason, day

if TYPE_CHECKING:
    from domain.additions import Addition

condition = group("condition", "Conditions of a case: set, met, waived, contradicting.")
task = group("task", "Tasks of a case: chased, done, cancelled.")
decision = group("decision", "What bodies decide without being asked.")

FACTS = ("responsible", "contact", "due", "meeting")
SYNTAX = "TEXT[ | responsible=… | contact=… | due=YYYY-MM-DD | meeting=…]"

Number = Annotated[int, typer.Argument(metavar="N", min=1, help="Its number in the case.")]
Conditions = Annotated[
    list[str] | None,
    typer.Option("--condition", metavar="TEXT", help=f"A condition: {SYNTAX[:-1]} | kind=editorial]; repeatable."),
]
Tasks = Annotated[list[str] | None, typer.Option("--task", metavar="TEXT", help=f"A task: {SYNTAX}; repeatable.")]


def read_conditions(texts: list[str] | None) -> list[Addition]:
    """The conditions that texts give; what cannot be read is bad usage."""
    return [_read(text, "--condition", (*FACTS, "kind")) for text in texts or []]


def read_tasks(texts: list[str] | None) -> list[Addition]:
    """The tasks that texts give; what cannot be read is bad usage."""
    return [_read(text, "--task", FACTS) for text in texts or []]


@command(condition, "add")
def add_condition(
    case_id: CaseId,
    *,
    body: Annotated[str, typer.Option("--body", metavar="B", help="The body that set it; it has answered.")],
    text: Annotated[str, typer.Option("--text", metavar="TEXT", help="What is to be done.")],
    kind: Annotated[str | None, typer.Option("--kind", help="material (if left out) or editorial.")] = None,
    step: Annotated[str | None, typer.Option("--step", help="The step, where it could be several.")] = None,
    responsible: Annotated[str | None, typer.Option("--responsible", help="Who is to do it.")] = None,
    contact: Annotated[str | None, typer.Option("--contact", help="Whom to ask.")] = None,
    due: Annotated[date | None, day("--due", "By when.")] = None,
    meeting: Annotated[str | None, typer.Option("--meeting", help="By which meeting, as a date or in words.")] = None,
    data: Data = None,
) -> None:
    """Set a condition afterwards for a body that has answered."""
    from domain.additions import Addition

    added = Addition(text=text, kind=kind, responsible=responsible, contact=contact, due=due, meeting=meeting)
    give(data, lambda office: office.cases.set_condition(case_id, office.command(), body, added, step))


@command(condition, "meet")
def meet_condition(
    case_id: CaseId,
    number: Number,
    version: Annotated[int, typer.Option("--version", min=1, help="The version of the papers that meets it.")],
    data: Data = None,
) -> None:
    """Mark a condition as met in a version of the papers."""
    give(data, lambda office: office.cases.meet_condition(case_id, office.command(), number, version))


@command(condition, "waive")
def waive_condition(case_id: CaseId, number: Number, reason: Reason, data: Data = None) -> None:
    """Let a condition go."""
    give(data, lambda office: office.cases.waive_condition(case_id, office.command(), number, reason))


@command(condition, "contradict")
def mark_contradiction(
    case_id: CaseId,
    numbers: Annotated[list[int], typer.Argument(metavar="N...", help="The conditions' numbers, two or more.")],
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why they cannot all be met.")] = None,
    data: Data = None,
) -> None:
    """Mark open conditions as contradicting each other."""
    give(data, lambda office: office.cases.mark_contradiction(case_id, office.command(), numbers, reason))


@command(condition, "settle")
def settle_contradiction(
    case_id: CaseId,
    number: Annotated[int, typer.Argument(metavar="N", min=1, help="The contradiction's number.")],
    reason: Reason,
    stand: Annotated[
        list[int] | None, typer.Option("--stands", metavar="N", help="A condition that stands; repeatable.")
    ] = None,
    data: Data = None,
) -> None:
    """Settle a contradiction: the conditions that do not stand are waived."""
    standing = stand or []
    give(
        data,
        lambda office: office.cases.settle_contradiction(
            case_id, office.command(), number, stand=standing, reason=reason
        ),
    )


@command(task, "chase")
def chase_task(case_id: CaseId, number: Number, data: Data = None) -> None:
    """Note that a task has been asked after."""
    give(data, lambda office: office.cases.chase_task(case_id, office.command(), number))


@command(task, "done")
def finish_task(
    case_id: CaseId,
    number: Number,
    done_on: Annotated[date | None, day("--done-on", "The day; today if left out.")] = None,
    done_by: Annotated[str | None, typer.Option("--done-by", help="Who has done it.")] = None,
    data: Data = None,
) -> None:
    """Mark a task as done."""
    give(
        data,
        lambda office: office.cases.finish_task(case_id, office.command(), number, done_on=done_on, done_by=done_by),
    )


@command(task, "cancel")
def cancel_task(
    case_id: CaseId,
    number: Number,
    *,
    reason: Reason,
    body: Annotated[str | None, typer.Option("--body", metavar="B", help="The body that called it off.")] = None,
    decision_: Annotated[
        int | None, typer.Option("--decision", metavar="N", min=1, help="The case's decision that called it off.")
    ] = None,
    data: Data = None,
) -> None:
    """Mark a task as called off by a body, or by a decision that stands on the case."""
    give(
        data,
        lambda office: office.cases.cancel_task(
            case_id, office.command(), number, reason=reason, body=body, decision=decision_
        ),
    )


@command(decision, "add")
def add_decision(
    case_id: CaseId,
    *,
    body: Annotated[str, typer.Option("--body", metavar="B", help="The body's id.")],
    text: Annotated[str, typer.Option("--text", metavar="TEXT", help="What it decided.")],
    decided_on: Annotated[date | None, day("--decided-on", "When it decided; today if left out.")] = None,
    meeting_on: Annotated[date | None, day("--meeting-on", "The date of its meeting.")] = None,
    reference: Annotated[str | None, typer.Option("--reference", help="The body's own number.")] = None,
    tasks: Tasks = None,
    cancels: Annotated[
        list[int] | None, typer.Option("--cancels", metavar="N", help="A task that it calls off; repeatable.")
    ] = None,
    data: Data = None,
) -> None:
    """Record what a body has decided without being asked; a case that has ended takes it too."""
    from domain.settling import Unasked

    given = read_tasks(tasks)
    give(
        data,
        lambda office: office.cases.decide(
            case_id,
            office.command(),
            Unasked(
                body=body,
                text=text,
                decided_on=decided_on or office.today,
                meeting_on=meeting_on,
                reference=reference,
                tasks=given,
                cancels=cancels or [],
            ),
        ),
    )


def _read(text: str, option: str, known: tuple[str, ...]) -> Addition:
    """The addition that `TEXT | key=value | …` gives."""
    from cli.options import read_day
    from domain.additions import Addition

    words, *facts = [part.strip() for part in text.split(" | ")]
    pairs = [fact.partition("=") for fact in facts]
    for key, separator, _ in pairs:
        if not separator or key.strip() not in known:
            mend = f"after the text, ` | ` and one of {', '.join(known)} with its value, as due=2025-05-25"
            raise typer.BadParameter(f"{key!r} is no fact of {option}; write {mend}")
    found = {key.strip(): value.strip() for key, _, value in pairs}
    due = read_day(found.pop("due")) if "due" in found else None
    return Addition(text=words, due=due, **found)
