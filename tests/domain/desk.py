# SPDX-License-Identifier: EUPL-1.2
"""A secretariat's desk in memory: the real domain with a calendar that the test turns."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Any
from uuid import UUID

from domain.answering import Reply
from domain.case import Answer, Case, Round
from domain.cases import Cases, Taken
from domain.commands import Actor, Command
from domain.dates import at_danish_time
from domain.organisation import Organisation
from organisations.load import load_organisation

SECRETARIAT = Actor("Mette", "secretariat", "test")
MIDTJYLLAND = Path(__file__).parents[2] / "organisations" / "midtjylland"


@cache
def midtjylland() -> Organisation:
    """The organisation that ships."""
    return load_organisation(MIDTJYLLAND)


class Desk:
    """One case in the hands of a test; after every command the process takes what is due."""

    def __init__(self, day: str = "2025-03-18", organisation: Organisation | None = None) -> None:
        """Begin at 10 in the morning, Danish time, of `day`."""
        self.now = datetime.now(UTC)
        self.turn_to(day)
        self.cases = Cases(organisation=organisation or midtjylland(), clock=lambda: self.now)
        self.id: UUID
        self.wake_at: datetime | None = None

    def turn_to(self, day: str, hour: int = 10) -> None:
        """Turn the calendar to an hour, Danish time, of a day."""
        self.now = at_danish_time(date.fromisoformat(day), time(hour))

    def open(self, route: str = "cu-afrapportering", **facts: Any) -> Taken:
        """Open the desk's case."""
        facts = {"title": "Afrapportering 2025", **facts}
        if route == "cu-afrapportering":
            facts.setdefault("deadline", date(2025, 5, 31))
        taken = self.cases.open(Command.by(SECRETARIAT), route=route, **facts)
        self.id = taken.case_id
        self.advance()
        return taken

    def advance(self) -> Case:
        """Let the process take every step due now."""
        standing = self.cases.advance(self.id)
        self.wake_at = standing.wake_at
        return standing.case

    def let_pass(self, until: str) -> None:
        """Let time pass to 10 in the morning of a day, waking the process whenever it asked for it."""
        goal = at_danish_time(date.fromisoformat(until), time(10))
        self.advance()
        while self.wake_at is not None and self.wake_at <= goal:
            self.now = self.wake_at
            self.advance()
        self.now = goal

    def answers(self, body: str, outcome: str, message_id: str | None = None, **facts: Any) -> str:
        """A body answers by webhook; the effect."""
        facts.setdefault("decided_on", self.now.date())
        return self.sends("answer", body, Reply(outcome, message_id=message_id, **facts)).effect

    def delays(self, body: str, message_id: str | None = None, **facts: Any) -> str:
        """A body says that it is delayed; the effect."""
        return self.sends("delay", body, Reply(message_id=message_id, **facts)).effect

    def corrects(self, body: str, corrects: str, outcome: str, **facts: Any) -> str:
        """A body corrects an answer; the effect."""
        facts.setdefault("decided_on", self.now.date())
        return self.sends("correct", body, Reply(outcome, corrects=corrects, **facts)).effect

    def sends(self, kind: str, body: str, reply: Reply) -> Taken:
        """A body sends a message, under its own id where it has one."""
        message_id = f"webhook:{body}:{reply.message_id}" if reply.message_id else None
        command = Command.by(Actor(body, "council", "webhook"), message_id)
        taken: Taken = getattr(self.cases, kind)(self.id, command, body, reply, "webhook")
        self.advance()
        return taken

    def commands(self, method: str, /, *values: Any, **facts: Any) -> Taken:
        """The secretariat gives a command, by the name of its method."""
        taken: Taken = getattr(self.cases, method)(self.id, Command.by(SECRETARIAT), *values, **facts)
        self.advance()
        return taken

    @property
    def case(self) -> Case:
        """The case as it stands."""
        return self.cases.get(self.id)

    def round(self, step: str) -> Round:
        """The newest round of a step."""
        return self.case.current(step)

    def answer_of(self, step: str, body: str) -> Answer:
        """A body's place in the newest round of a step."""
        return self.round(step).answers[body]

    def topics(self) -> list[str]:
        """The kinds of the case's events, oldest first."""
        return [event.TOPIC for event in self.cases.history(self.id)]

    def until(self, step: str) -> None:
        """Let the bodies before a step of the CU route consent, so that it opens."""
        for earlier, body in (("dassos", "dassos"), ("kd-net", "kd-net"), ("kkr", "kkr-midtjylland")):
            if earlier == step:
                return
            self.answers(body, "approved")
        if step in {"agency", "reply"}:
            self.commands("submit")


def midtjylland_with(*routes: str, calendar: str = "") -> Organisation:
    """The organisation that ships, with routes, or versions of one, and a calendar file of its own."""
    names = ("organisation.toml", "bodies.toml", "groups.toml")
    files = {name: (MIDTJYLLAND / name).read_text("utf-8") for name in names}
    own = {f"routes/own{number}.toml": dedent(route) for number, route in enumerate(routes)}
    own |= {"calendars/own.toml": dedent(calendar)} if calendar else {}
    return Organisation.parse({**files, **own})
