# SPDX-License-Identifier: EUPL-1.2
"""Whether a message that asks for something is still needed at the moment when it is about to be sent."""

from __future__ import annotations

from domain.additions import State
from domain.case import AnswerState, Case
from outgoing.kinds import ASKING, ESCALATION, INVITATION, TASK
from outgoing.letters import Matter

_HEARD = {
    AnswerState.ANSWERED: "the body has answered",
    AnswerState.RELEASED: "the body was released",
    AnswerState.SILENT: "the body is awaited no more",
}
_NO_LONGER_SILENT = _HEARD | {AnswerState.DELAYED: "the body has said that it is delayed"}


def why_needless(kind: str, body: str, matter: Matter) -> str | None:
    """Why a message to a body is no longer needed as the case stands now; None while it is, and in doubt.

    Only what asks for something can become needless: what has happened stays worth telling.
    """
    if kind == TASK:
        return _task_settled(matter)
    if kind not in ASKING | {ESCALATION}:
        return None
    return _case_rests(kind, matter.now) or _nobody_left(kind, body, matter)


def _case_rests(kind: str, now: Case) -> str | None:
    """Why nobody is chased in the case; an invitation goes out to a suspended one too, since none comes after it."""
    if now.is_open and (now.suspended_at is None or kind == INVITATION):
        return None
    return f"the case is {now.status}"


def _nobody_left(kind: str, body: str, matter: Matter) -> str | None:
    place = matter.round_now
    if place is None:
        return None
    if place.is_over:
        return "the step is over, or was asked again"
    if kind == ESCALATION:
        return None if matter.silent(body) else "all whom it tells of have been heard"
    which = _HEARD if kind == INVITATION or _was_delayed(matter, body) else _NO_LONGER_SILENT
    answer = place.answers.get(body)
    return which.get(answer.state) if answer else None


def _was_delayed(matter: Matter, body: str) -> bool:
    """Whether the body had said that it was delayed when it was reminded: then that does not end the reminder."""
    answer = matter.round.answers.get(body) if matter.round else None
    return answer is not None and answer.state == AnswerState.DELAYED


def _task_settled(matter: Matter) -> str | None:
    event = matter.event
    if not isinstance(event, Case.TaskChased):
        return None
    state = matter.now.tasks[event.task - 1].state
    return None if state == State.OPEN else f"the task is {state}"
