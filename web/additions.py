# SPDX-License-Identifier: EUPL-1.2
"""Reads the conditions and tasks that come with answers and decisions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from domain.additions import Addition
from web.reading import Day, Given, Reference, Sent, Text

MOST = 50
"""How many conditions, or tasks, one answer may carry."""

Kind = Literal["editorial", "material"]
Number = Annotated[int, Field(ge=1, le=1_000_000)]
"""Of a condition, contradiction, task or decision of the case."""


class GivenTask(Given):
    """What somebody is to do."""

    text: Text
    responsible: Reference | None = None
    contact: Reference | None = None
    due: Day | None = None
    meeting: Reference | None = None


class GivenCondition(GivenTask):
    """What is to be done with the matter for an answer to hold; material unless it says otherwise."""

    kind: Kind | None = None


class SentTask(Sent):
    """What somebody is to do, as another system sends it."""

    text: Text
    responsible: Reference | None = None
    contact: Reference | None = None
    due: Day | None = None
    meeting: Reference | None = None


class SentCondition(SentTask):
    """What is to be done with the matter for an answer to hold, as another system sends it."""

    kind: Kind | None = None


GivenConditions = Annotated[list[GivenCondition], Field(default_factory=list, max_length=MOST)]
GivenTasks = Annotated[list[GivenTask], Field(default_factory=list, max_length=MOST)]
SentConditions = Annotated[list[SentCondition], Field(default_factory=list, max_length=MOST)]
SentTasks = Annotated[list[SentTask], Field(default_factory=list, max_length=MOST)]


def facts_of(said: BaseModel, *, leave_out: str) -> dict[str, Any]:
    """What a request says, its conditions and tasks as the domain takes them, without one of its fields."""
    facts = said.model_dump(exclude={leave_out})
    return {name: _additions(value) if name in {"conditions", "tasks"} else value for name, value in facts.items()}


def _additions(listed: list[Mapping[str, Any]]) -> list[Addition]:
    return [Addition(**one) for one in listed]
