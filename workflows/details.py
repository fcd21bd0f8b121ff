# SPDX-License-Identifier: EUPL-1.2
"""The story of a case in a few Danish lines of Markdown, for Temporal's own UI."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from domain.case import AnswerState, Case, Round, Status, StepState
from domain.errors import AbsentError
from domain.following import opening_day

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from domain.organisation import Organisation
    from domain.route import Step

STATUSES = {
    Status.RUNNING: "i gang",
    Status.SUSPENDED: "sat i bero",
    Status.WITHDRAWN: "trukket tilbage",
    Status.APPROVED: "godkendt",
    Status.REJECTED: "afvist",
    Status.COMPLETED: "afsluttet",
}
STATES = {
    StepState.WAITING: "venter",
    StepState.OPEN: "åben",
    StepState.COMPLETED: "afsluttet",
    StepState.SKIPPED: "sprunget over",
}


def case_details(case: Case, organisation: Organisation, today: date) -> str:
    """The title, how the case stands, and a line a step: its state, who has answered, and who is awaited until when."""
    heading = [f"**{_plain(case.title)}**", _standing(case)]
    awaited = set(case.waiting_for())
    lines: list[str] = []
    for step, current in case.current_rounds():
        lines.append(_step(case, step, current))
        names = [_awaited(current, body, organisation, today) for body in current.pending if body in awaited]
        if current.state == StepState.OPEN and names:
            lines.append(f"    - afventer {', '.join(names)}")
    lines += [f"- {line}" for line in _blocks(case)]
    return "\n\n".join((*heading, "\n".join(lines)))


def _blocks(case: Case) -> Iterator[str]:
    """What is held back by which conditions and contradictions."""
    for block in case.blocks():
        what = case.route.step(block.step).name.da if block.step else "Sagens afslutning"
        by = [f"betingelse {_numbers(block.conditions)}"] if block.conditions else []
        by += [f"modstrid {_numbers(block.contradictions)}"] if block.contradictions else []
        yield f"**{what}** er spærret af {' og '.join(by)}"


def _numbers(found: Sequence[int]) -> str:
    return ", ".join(str(number) for number in found)


def _standing(case: Case) -> str:
    deadline = f" · frist {case.deadline}" if case.deadline else ""
    return f"{case.route.name.da} · {STATUSES[case.status]}{deadline}"


def _step(case: Case, step: Step, current: Round) -> str:
    number = f" (runde {current.number})" if current.number > 1 else ""
    return f"- **{step.name.da}**{number}: {', '.join(_facts(case, step, current))}"


def _facts(case: Case, step: Step, current: Round) -> Iterator[str]:
    outcomes = step.outcomes
    result = outcomes.get(current.result or "")
    yield result.name.da.lower() if result else STATES[current.state]
    day = opening_day(case, step) if current.state == StepState.WAITING else None
    if day:
        yield f"åbner {day}"
    if current.state in {StepState.OPEN, StepState.COMPLETED} and len(current.asked) > 1:
        answered = sum(a.state == AnswerState.ANSWERED for a in current.asked.values())
        yield f"{answered} af {len(current.asked)} har svaret"
    if current.state == StepState.OPEN:
        yield from (outcomes[said].name.da.lower() for said in _interim(current))
        yield from _due(current)


def _interim(current: Round) -> Iterator[str]:
    """What bodies have said that are still awaited."""
    for answer in current.answers.values():
        if answer.outcome and answer.state != AnswerState.ANSWERED:
            yield answer.outcome


def _due(current: Round) -> Iterator[str]:
    if current.due:
        yield f"frist {current.due}" + (" (overskredet)" if current.overdue == current.due else "")


def _awaited(current: Round, body: str, organisation: Organisation, today: date) -> str:
    """A body with the meeting that the matter is on."""
    name = _name(body, organisation, today)
    day = next((item.day for item in current.on_agendas if item.body == body), None)
    if day is None:
        return name
    return f"{name} (møde {day})" if day >= today else f"{name} (møde {day}, afventer referat)"


def _name(body: str, organisation: Organisation, today: date) -> str:
    try:
        return organisation.name_of(body, today).da
    except AbsentError:  # taken out of the organisation's files since the case was opened
        return body


def _plain(text: str) -> str:
    """People's own words without what Markdown would take for marks or links."""
    return "".join(f"\\{c}" if c in r"\`*_[]<>#|!" else c for c in text).replace("\n", " ")
