# SPDX-License-Identifier: EUPL-1.2
"""Who takes part in a scheme: the words by which bodies join and leave over time, and what they add up to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from domain.asks import Meaning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.case import Case
    from domain.route import Step

JOIN = "join"
"""The ask whose answers may change for as long as the scheme lives."""


@dataclass
class Word:
    """One body's word that it joins, or does not, or leaves; a later word of the same body takes its place."""

    body: str
    round: int
    outcome: str
    effective_on: date
    """The Danish date from which the word holds."""
    decided_on: date
    recorded_at: datetime
    messages: list[str] = field(default_factory=list)
    """The message ids by which a correction may name it, oldest first."""


@dataclass(frozen=True)
class Participation:
    """How a scheme stands."""

    participants: tuple[str, ...]
    minimum: int | None
    """How many must take part, None where the route does not say."""
    must_have: tuple[str, ...]
    changes: tuple[Word, ...]
    """Every word, in the order in which they were recorded."""

    @property
    def missing_must_have(self) -> tuple[str, ...]:
        """The bodies that must take part and do not."""
        return tuple(body for body in self.must_have if body not in self.participants)

    @property
    def sustainable(self) -> bool:
        """Whether enough take part, and all who must."""
        return len(self.participants) >= (self.minimum or 0) and not self.missing_must_have


def participation(case: Case, step: Step, on: date | None = None) -> Participation:
    """The scheme of a step by all that was said, or as it is on the Danish date `on`: by the words that hold then."""
    words = case.words.get(step.id, [])
    newest = {word.body: word.outcome for word in words if on is None or word.effective_on <= on}
    known = dict.fromkeys([*case.asked[step.id], *newest])
    joined = tuple(body for body in known if body in newest and takes_part(step, newest[body]))
    minimum = None if step.at_least is None else step.enough(len(case.asked[step.id]))
    return Participation(joined, minimum, step.must_have, tuple(words))


def joining_steps(case: Case) -> list[Step]:
    """The steps of a case in which bodies join a scheme."""
    return [step for step in case.route.steps if step.ask == JOIN]


def takes_part(step: Step, outcome: str | None) -> bool:
    """Whether a body that has answered so takes part."""
    return outcome in step.outcomes and step.outcomes[outcome].meaning == Meaning.CONSENT


def effective_on(step: Step, attributes: dict[str, object], decided_on: date) -> date:
    """The date from which a word holds that names none: the day of the decision, or the term's first day if later."""
    begins = attributes.get(step.starts_on or "")
    return decided_on if begins is None else max(decided_on, date.fromisoformat(str(begins)))


def word_named(words: Sequence[Word], message_id: str) -> Word | None:
    """The word that a message said, or None."""
    return next((word for word in words if message_id in word.messages), None)
