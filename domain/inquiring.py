# SPDX-License-Identifier: EUPL-1.2
"""Inquiries: a question from the secretariat to named bodies on the way, with a due date of its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from domain.answering import find_step
from domain.case import Case, Round, Status, StepState
from domain.dates import check_day, danish_date
from domain.errors import CaseEndedError, ConflictError, InvalidError, StepNotOpenError
from domain.route import INQUIRY
from domain.texts import checked, required

if TYPE_CHECKING:
    from domain.commands import Command

ENDED_EARLY = "ended_early"
"""The result of an inquiry that the secretariat ended before everybody had answered."""


@dataclass(frozen=True)
class Inquiry:
    """What whom is asked, and by when they are to answer."""

    bodies: Sequence[str]
    question: str
    due: date
    """A Danish date, included."""
    about: str | None = None
    """The secretariat's own open step whose submission ends the inquiry."""


def inquire(case: Case, at: datetime, command: Command, inquiry: Inquiry, known: Collection[str]) -> str:
    """Ask the bodies, of those `known`, and return the effect; raises a refusal where that cannot be."""
    _check_running(case)
    if case.open_inquiry is not None:
        what = "an inquiry is open already"
        raise ConflictError(what, f"add bodies to it as the step {INQUIRY!r}, or end it first", "bodies")
    _check_due(inquiry.due, danish_date(at))
    facts = {
        "step": INQUIRY,
        "round": len(case.rounds.get(INQUIRY, ())) + 1,
        "bodies": _checked_bodies(inquiry.bodies, known),
        "due": inquiry.due.isoformat(),
        "question": _checked_question(inquiry.question),
        "about": _about(case, inquiry.about),
        "passes_on": None,
    }
    _trigger(case, Case.InquiryOpened, at, command, **facts)
    return "counted"


def end_inquiry(case: Case, at: datetime, command: Command, reason: str) -> str:
    """End the open inquiry with the answers that have come and return the effect; raises `StepNotOpenError`."""
    _check_running(case)
    current = _open_inquiry(case)
    place = {"step": INQUIRY, "round": current.number}
    _trigger(case, Case.InquiryEnded, at, command, **place, result=ENDED_EARLY, reason=required(reason, "reason"))
    return "counted"


def check_known(bodies: Collection[str], known: Collection[str], field: str) -> None:
    """Raise `InvalidError` for a body that the organisation does not know."""
    for body in bodies:
        if body not in known:
            what = f"there is no body {body!r}"
            raise InvalidError(what, "choose ids that `sagsgang body list` prints", field)


def _trigger(case: Case, event: type[Case.Event], at: datetime, command: Command, **facts: object) -> None:
    case.trigger_event(event, timestamp=at, actor=command.actor.as_dict(), command_id=command.id, **facts)


def _check_running(case: Case) -> None:
    if not case.is_open:
        raise CaseEndedError(f"the case has ended as {case.status}", "open a new case, or renew this one")
    if case.status == Status.SUSPENDED:
        raise ConflictError("the case is suspended", "resume it first")


def _open_inquiry(case: Case) -> Round:
    if case.open_inquiry is None:
        raise StepNotOpenError("no inquiry is open", "nothing is to be done")
    return case.open_inquiry


def _check_due(due: date, today: date) -> None:
    if due < today:
        raise InvalidError(f"the date {due} is before today, {today}", "give a date from today on", "due")
    check_day(due, "due", today)


def _checked_bodies(bodies: Sequence[str], known: Collection[str]) -> list[str]:
    if not bodies:
        raise InvalidError("the inquiry asks nobody", "name at least one body", "bodies")
    check_known(bodies, known, "bodies")
    return list(dict.fromkeys(bodies))


def _checked_question(text: str) -> str:
    question = (checked(text, "question", lines=True) or "").strip()
    if not question:
        raise InvalidError("the question is empty", "write what is asked", "question")
    return question


def _about(case: Case, step_id: str | None) -> str | None:
    """The open round of the secretariat's own step that an inquiry is about, as `<step>#<round>`."""
    if step_id is None:
        return None
    if find_step(case, step_id).ask != "submit":
        what = f"the step {step_id!r} is none that the secretariat submits"
        own = ", ".join(step.id for step in case.route.steps if step.ask == "submit")
        raise InvalidError(what, f"choose one of {own or 'another route'}, or leave about out", "about")
    current = case.current(step_id)
    if current.state != StepState.OPEN:
        what = f"the step {step_id!r} is {current.state}"
        raise StepNotOpenError(what, "an inquiry is about a step that is open; leave about out", "about")
    return f"{step_id}#{current.number}"
