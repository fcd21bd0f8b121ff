# SPDX-License-Identifier: EUPL-1.2
"""The kinds of messages that go out, and to which bodies an event of the log is told as which of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from domain.case import Case, StepState
from domain.names import Name
from domain.organisation import SECRETARIAT

INVITATION, REMINDER, RECEIPT, CONFIRMATION = "invitation", "reminder", "receipt", "confirmation"
DELAY, STEP_RESULT, CASE_RESULT, DEADLINE, STANDING = "delay", "step_result", "case_result", "deadline", "standing"
RELEASE, PAPERS, TASK, ESCALATION = "release", "papers", "task", "escalation"

KINDS = {
    INVITATION: Name("Invitation til at svare", "Invitation to answer"),
    REMINDER: Name("Påmindelse", "Reminder"),
    ESCALATION: Name("Manglende svar fra andre", "Answers missing from others"),
    RELEASE: Name("Skal ikke længere svare", "Need no longer answer"),
    PAPERS: Name("Ny version af sagens papirer", "New version of the papers"),
    TASK: Name("Påmindelse om en opgave", "Reminder of a task"),
    DELAY: Name("Meldt forsinkelse", "Delay reported"),
    STEP_RESULT: Name("Trinnets resultat", "The step's result"),
    CASE_RESULT: Name("Sagens resultat", "The case's result"),
    DEADLINE: Name("Flyttet frist", "Deadline moved"),
    STANDING: Name("Sagen er sat i bero, genoptaget eller trukket tilbage", "Case suspended, taken up or withdrawn"),
}
"""What a channel may ask for."""
ALL_KINDS = KINDS | {
    RECEIPT: Name("Kvittering for svar på siderne", "Receipt for an answer on the pages"),
    CONFIRMATION: Name("Bekræftelse af en ny adresse", "Confirmation of a new address"),
}
"""Those, and what goes out unasked."""
BY_PAGE = frozenset({"link", "signed_in"})
"""The sources of answers that a person gave on a page, and gets a receipt for."""
ASKING = frozenset({INVITATION, REMINDER})
"""What asks a body for its own answer, so that a letter may carry its personal link."""
NOT_TO_MISS = ASKING | {ESCALATION, RECEIPT}
"""What a body must not miss: without a channel, a delivery says so."""

Told = Iterable[tuple[str, str]]
"""Pairs of a message's kind and the body that gets it."""


def told(event: Case.Event, case: Case) -> list[tuple[str, str]]:
    """Who is told of an event as what; `case` is the case after it. A body is told once of each kind."""
    tell = _TELLS.get(type(event))
    found = [] if tell is None else [*tell(event, case)]
    if getattr(event, "source", None) in BY_PAGE:
        found.append((RECEIPT, getattr(event, "body", "")))
    return list(dict.fromkeys(found))


def concerns_somebody(event: Case.Event) -> bool:
    """Whether anybody may be told of an event; without the case."""
    return type(event) in _TELLS or getattr(event, "source", None) in BY_PAGE


def _invited(event: Any, _: Case) -> Told:
    return [(INVITATION, body) for body in event.bodies]


def _reminded(event: Any, _: Case) -> Told:
    return [(REMINDER, body) for body in event.bodies]


def _escalated(event: Any, _: Case) -> Told:
    return [(ESCALATION, body) for body in event.told]


def _released(event: Any, case: Case) -> Told:
    return [(RELEASE, event.body)] if case.round(event.step, event.round).state == StepState.OPEN else []


def _new_papers(event: Any, _: Case) -> Told:
    return [(PAPERS, body) for body in event.informed]


def _chased(event: Any, case: Case) -> Told:
    """Whoever is to do it, where that is a body; somebody else's words have no channel."""
    responsible = case.tasks[event.task - 1].responsible
    return [(TASK, responsible)] if responsible else []


def _delayed(_event: Any, _: Case) -> Told:
    return [(DELAY, SECRETARIAT)]


def _step_result(event: Any, case: Case) -> Told:
    return [(STEP_RESULT, body) for body in (*case.round(event.step, event.round).asked, SECRETARIAT)]


def _case_result(_: Any, case: Case) -> Told:
    return [(CASE_RESULT, body) for body in _knowing(case)]


def _deadline(_: Any, case: Case) -> Told:
    return [(DEADLINE, body) for body in (*case.waiting_for(), SECRETARIAT)]


def _standing(_: Any, case: Case) -> Told:
    return [(STANDING, body) for body in _knowing(case)]


def _knowing(case: Case) -> list[str]:
    """The bodies that have been asked so far, and the secretariat: those of later steps do not know of the case yet."""
    begun = [past for rounds in case.rounds.values() for past in rounds if past.opened_at is not None]
    return [*(body for past in begun for body in past.asked), SECRETARIAT]


_TELLS: dict[type[Case.Event], Callable[[Any, Case], Told]] = {
    Case.BodiesInvited: _invited,
    Case.BodiesReminded: _reminded,
    Case.Escalated: _escalated,
    Case.BodyReleased: _released,
    Case.VersionDeclared: _new_papers,
    Case.TaskChased: _chased,
    Case.DelayReported: _delayed,
    Case.StepCompleted: _step_result,
    Case.Closed: _case_result,
    Case.EnteredIntoForce: _case_result,
    Case.DeadlineExtended: _deadline,
    Case.Suspended: _standing,
    Case.Resumed: _standing,
    Case.Renewed: _standing,
    Case.Withdrawn: _standing,
}
