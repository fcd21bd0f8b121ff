# SPDX-License-Identifier: EUPL-1.2
"""What open conditions and unsettled contradictions hold back, as the route says with `blocked_by`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.additions import ConditionKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.additions import Contradiction
    from domain.case import Case
    from domain.route import Step


@dataclass(frozen=True)
class Block:
    """What holds a step back, or with `step` None the case's ending."""

    step: str | None
    conditions: tuple[int, ...]
    """The numbers of open material conditions."""
    contradictions: tuple[int, ...]
    """The numbers of unsettled contradictions."""


def find_blocks(case: Case) -> list[Block]:
    """What is held back in an open case: steps that are not over, in the route's order, then the ending."""
    if not case.is_open:
        return []
    steps = [step for step, _ in case.current_rounds() if step.is_needed(case.attributes)]
    coming = _still_to_come(case)
    blocks = [*(block_of(case, step) for step in steps if step.id in coming), ending_block(case)]
    return [block for block in blocks if block is not None]


def block_of(case: Case, step: Step) -> Block | None:
    """What holds a step back, None if nothing does."""
    return _block(case, step.id, step.blocked_by)


def ending_block(case: Case) -> Block | None:
    """What holds the case's ending back, None if nothing does."""
    return _block(case, None, case.route.ending.blocked_by)


def blocking_steps(case: Case) -> list[str]:
    """The steps whose conditions hold the ending back, and with it an entry into force."""
    block = ending_block(case)
    if block is None:
        return []
    disputed = [n for number in block.contradictions for n in case.contradictions[number - 1].conditions]
    numbers = dict.fromkeys((*block.conditions, *disputed))
    set_in = [case.conditions[number - 1].step for number in numbers]
    return [step for step in case.route.ending.blocked_by if step in set_in]


def is_unsettled(case: Case, contradiction: Contradiction) -> bool:
    """Whether at least two of the conditions are still to be reckoned with, one of them open, and nobody has chosen."""
    conditions = [case.conditions[number - 1] for number in contradiction.conditions]
    standing = [condition for condition in conditions if condition.holds]
    return contradiction.settled_at is None and len(standing) > 1 and any(c.is_open for c in standing)


def _still_to_come(case: Case) -> set[str]:
    """The steps that are not over, and those that are asked again because a later one was sent back."""
    rounds = list(case.current_rounds())
    sent_back = [step for step, current in rounds if current.is_over and step.sends_back(current.result)]
    again = {earlier.id for step in sent_back for earlier in case.route.way_back(step)}
    return again | {step.id for step, current in rounds if not current.is_over}


def _block(case: Case, blocked: str | None, by: Sequence[str]) -> Block | None:
    set_there = {condition.number for condition in case.conditions if condition.step in by}
    material = [c for c in case.conditions if c.is_open and c.kind == ConditionKind.MATERIAL]
    conditions = tuple(c.number for c in material if c.number in set_there)
    unsettled = [c for c in case.contradictions if is_unsettled(case, c)]
    contradictions = tuple(c.number for c in unsettled if set_there.intersection(c.conditions))
    return Block(blocked, conditions, contradictions) if conditions or contradictions else None
