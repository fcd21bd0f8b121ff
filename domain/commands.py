# SPDX-License-Identifier: EUPL-1.2
"""Who commands, and the id by which a repeat of the same command is known."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

ENGINE = "engine"
"""The role of the process itself, in the actor of the events that it writes."""


@dataclass(frozen=True)
class Actor:
    """Who acts, in which role (`secretariat`, `council`, `engine` …), and how (`webhook`, `token`, `cli` …)."""

    who: str
    role: str
    how: str

    def as_dict(self) -> dict[str, str]:
        """The actor as events carry it."""
        return {"who": self.who, "role": self.role, "how": self.how}


@dataclass(frozen=True)
class Command:
    """Who commands, and the id by which a repeat of the same command is known."""

    actor: Actor
    id: str

    @classmethod
    def by(cls, actor: Actor, command_id: str | None = None) -> Command:
        """A command of an actor, with a new id where none is given."""
        return cls(actor, command_id or str(uuid4()))
