# SPDX-License-Identifier: EUPL-1.2
"""Renewed treatment (fornyet behandling): a decided case is treated anew, asking only those concerned again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from domain.case import Case, Status, StepState
from domain.errors import CaseEndedError, ConflictError, InvalidError

if TYPE_CHECKING:
    from domain.route import Route, Step


@dataclass(frozen=True)
class Renewal:
    """Whom a renewed treatment asks again, why, and what is otherwise than in the first case."""

    concerned: Sequence[str]
    reason: str
    deadline: date | None = None
    title: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


STAYING = frozenset({"submit", "receive"})
"""The asks of the secretariat's own steps and of the addressee's, who take part in every renewed treatment."""
PREFIX = "Fornyet behandling: "
"""What stands before the first case's title where the renewed treatment is given none."""


def check_renewable(case: Case) -> None:
    """Raise a `ConflictError` unless the case has ended with a decision, or the step that gives its result has one."""
    if case.status == Status.WITHDRAWN:
        raise CaseEndedError("the case is withdrawn", "open a new case if the matter goes on")
    decided = any(case.current(step).state == StepState.COMPLETED for step in case.route.ending.result_of)
    if case.is_open and not decided:
        what = "the case is not decided yet"
        raise ConflictError(what, f"wait for the step {' or '.join(case.route.ending.result_of)!r}, or withdraw it")


def renewed_title(case: Case, longest: int) -> str:
    """The first case's title, marked as renewed once, in at most `longest` characters."""
    return f"{PREFIX}{case.title.removeprefix(PREFIX)}"[:longest]


def asked_again(
    case: Case, route: Route, today: Mapping[str, Sequence[str]], concerned: Sequence[str]
) -> dict[str, list[str]]:
    """Whom each step of the renewed treatment asks: those concerned of whom it asked, or asks `today` by step.

    Raises `InvalidError` for a body that no step would ask, and for a step that so few can never complete.
    """
    if not concerned:
        raise InvalidError("a renewed treatment concerns nobody", "name at least one body", "concerned")
    asked = {step.id: _again(case, step, today[step.id], concerned) for step in route.steps}
    deciding = [step for step in route.steps if step.ask not in STAYING]
    _check_concerned(deciding, asked, concerned)
    for step in deciding:
        _check_enough(step, asked[step.id])
    return asked


def _again(case: Case, step: Step, today: Sequence[str], concerned: Sequence[str]) -> list[str]:
    if step.ask in STAYING:
        return list(today)
    return [body for body in dict.fromkeys([*today, *case.asked.get(step.id, ())]) if body in concerned]


def _check_concerned(deciding: Sequence[Step], asked: Mapping[str, Sequence[str]], concerned: Sequence[str]) -> None:
    known = [body for step in deciding for body in asked[step.id]]
    for body in concerned:
        if body not in known:
            what = f"the case asks the body {body!r} for nothing that it could decide again"
            raise InvalidError(what, "name bodies that the first case asked", "concerned")


def _check_enough(step: Step, bodies: Sequence[str]) -> None:
    needed = step.at_least if isinstance(step.at_least, int) else 0
    missing = [body for body in step.must_have if body not in bodies]
    if bodies and (len(bodies) < needed or missing):
        what = f"the step {step.id!r} could never be completed by {', '.join(bodies)} alone"
        raise InvalidError(what, "name more of those whom it asked, or open a new case", "concerned")
