# SPDX-License-Identifier: EUPL-1.2
"""Which ask of a step each outcome of a reply answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.asks import NOT_RECORDED
from domain.errors import AlreadyAnsweredError, AmbiguousStepError, InvalidError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.answering import Reply
    from domain.asks import Outcome
    from domain.case import Answer
    from domain.route import Step


@dataclass(frozen=True)
class Asked:
    """What a body is asked in a round, held in a mode of its own or (None) the step's, and what it has said."""

    step: Step
    mode: str | None
    answer: Answer
    changes_part: bool = False
    """Whether the body that has joined a scheme, or not, says now that it has changed its mind."""

    def outcomes(self, ask: str) -> dict[str, Outcome]:
        """The outcomes that the round allows to an ask."""
        return self.step.outcomes_in(self.mode, ask)


def allot_answer(asked: Asked, reply: Reply) -> dict[str, str]:
    """By ask what a reply says, in asks that the body has not answered yet; raises a refusal where there is none."""
    step = asked.step
    missing = [ask for ask in step.asks if ask not in asked.answer.settled]
    missing = missing or [step.ask] * asked.changes_part
    allotted = _allot(asked, reply, missing)
    done = next((ask for ask in allotted if ask not in missing), None)
    if done is not None:
        what = f"this body has answered {done!r} in the step {step.id!r}"
        raise AlreadyAnsweredError(what, "send a correction that names the answer's id instead", "ask")
    return allotted


def allot_correction(asked: Asked, reply: Reply) -> dict[str, str]:
    """By ask the right outcomes of the message that a reply corrects; raises `InvalidError` for asks beside it."""
    said = asked.answer.messages.get(reply.corrects or "") or asked.step.asks
    allotted = _allot(asked, reply, said)
    beside = next((ask for ask in allotted if ask not in said), None)
    if beside is not None:
        what = f"the answer {reply.corrects!r} was about {_listed(said)}, not about {beside!r}"
        raise InvalidError(what, "correct only what it was about", "ask")
    return allotted


def _allot(asked: Asked, reply: Reply, likely: Sequence[str]) -> dict[str, str]:
    """The outcome goes to the ask that is named, else to the likeliest that allows it, the main ask first."""
    also = dict(reply.also or {})
    for ask, outcome in also.items():
        _check_ask(asked.step, ask, "also")
        _check_outcome(asked, ask, outcome, "also")
    ask = _named(asked, reply, also) if reply.ask is not None else _likeliest(asked, reply, also, likely)
    return {ask: str(reply.outcome), **also}


def _named(asked: Asked, reply: Reply, also: dict[str, str]) -> str:
    ask = str(reply.ask)
    _check_ask(asked.step, ask, "ask")
    if ask in also:
        raise InvalidError(f"{ask!r} has two outcomes", "leave it out of also", "also")
    _check_outcome(asked, ask, reply.outcome, "outcome")
    return ask


def _likeliest(asked: Asked, reply: Reply, also: dict[str, str], likely: Sequence[str]) -> str:
    step = asked.step
    allowing = [ask for ask in step.asks if ask not in also and reply.outcome in asked.outcomes(ask)]
    if not allowing:
        open_asks = [ask for ask in step.asks if ask not in also] or step.asks
        allowed = dict.fromkeys(outcome for ask in step.asks for outcome in asked.outcomes(ask))
        elsewhere = " at a meeting" if reply.outcome in step.outcomes and reply.outcome not in allowed else ""
        what = f"{reply.outcome!r} is no answer to {_listed(open_asks)}{elsewhere}"
        raise InvalidError(what, f"choose one of {', '.join(allowed)}", "outcome")
    found = [ask for ask in allowing if ask in likely] or allowing
    # Silence fits every ask: which one it is about must be said.
    if len(found) > 1 and (reply.outcome == NOT_RECORDED or step.ask not in found):
        what = f"{reply.outcome!r} could answer any of {_listed(found)}"
        raise AmbiguousStepError(what, "say which one with `ask`", "ask")
    return found[0]


def _check_ask(step: Step, ask: str, field: str) -> None:
    if ask not in step.asks:
        what = f"the step {step.id!r} does not ask {ask!r}"
        raise InvalidError(what, f"choose one of {', '.join(step.asks)}", field)


def _check_outcome(asked: Asked, ask: str, outcome: str | None, field: str) -> None:
    allowed = asked.outcomes(ask)
    if outcome not in allowed:
        raise InvalidError(f"{outcome!r} is no answer to {ask!r}", f"choose one of {', '.join(allowed)}", field)


def _listed(asks: Sequence[str]) -> str:
    return ", ".join(repr(ask) for ask in asks)
