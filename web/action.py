# SPDX-License-Identifier: EUPL-1.2
"""One thing that the secretariat can do by form: its words, its fields, and the command that it gives."""

from __future__ import annotations

import textwrap
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from domain.case import OPEN_STATUSES, Status
from domain.cases import Cases, Taken
from domain.commands import Command
from domain.estimating import History
from domain.meetings import Calendars
from domain.names import Name
from domain.route import Route
from outgoing.calendar_links import CalendarLink
from outgoing.channels import Channel
from outgoing.links import AnswerLink
from projections.documents import Document
from web.fields import Choice, Field, Values
from web.reading import MAX_TEXT
from web.services import Services
from web.standing import in_order, name_of

MAIN, MORE, SUBJECT = "main", "more", "subject"
"""Where an action is offered: first on the page, among the rarer ones, or only where its subject stands."""

AS_IT_STANDS = Name("Det kan ikke gøres, som det står nu.", "This cannot be done as things stand.")

_SHORT = 80


@dataclass(frozen=True)
class Form:
    """What the fields of a form are made from: the case, and what the address or the form says already."""

    shared: Services
    case: Document
    """The case; of a form that is about none an empty one."""
    values: Values
    links: Sequence[AnswerLink] = ()
    """The personal links of the case, the newest first."""
    calendars: Calendars = field(default_factory=Calendars)
    """The bodies' meetings as they stand."""
    body: str = ""
    """Of a form about what a body has: the body."""
    channels: Sequence[Channel] = ()
    """Its channels."""
    calendar_links: Sequence[CalendarLink] = ()
    """The links that open its calendar."""
    counting: Sequence[Document] = ()
    """The cases that its meetings count for, where it is told what becomes of them."""
    history: History = field(default_factory=dict)
    """How long bodies have taken, as plans learn it."""

    @property
    def today(self) -> str:
        """The Danish date as an ISO day."""
        return self.shared.today().isoformat()

    @property
    def route(self) -> Route | None:
        """The version of its route that the case follows, as far as the organisation still has it."""
        known = self.shared.organisation.versions_of(self.case["route"]["id"])
        return known.get(self.case["route"]["version"])

    @property
    def step(self) -> Document | None:
        """The step that was chosen."""
        return next((step for step in self.case["steps"] if step["id"] == self.values.get("step")), None)

    def name_of(self, body: str) -> Name:
        """What a body is called today."""
        return name_of(self.shared, body, self.shared.today())

    def body_choices(self, bodies: Iterable[str] | None = None) -> tuple[Choice, ...]:
        """Bodies to choose from, in their order; all where none are named."""
        found = list(self.shared.organisation.bodies if bodies is None else dict.fromkeys(bodies))
        return tuple((body, self.name_of(body)) for body in in_order(self.shared, found))

    def step_choices(self, *states: str, ask: str | None = None) -> tuple[Choice, ...]:
        """The steps in these states to choose from."""
        steps = [s for s in self.case["steps"] if s["state"] in states and (ask is None or s["ask"] == ask)]
        return tuple((step["id"], name_of_step(step)) for step in steps)

    def numbered(self, what: str, *states: str) -> tuple[Choice, ...]:
        """What of a kind the case has in these states, by its number and its words."""
        found = [one for one in self.case[what] if one["state"] in states]
        return tuple((str(one["number"]), numbered(one)) for one in found)


async def _with_nothing_more(form: Form) -> Form:
    return form


@dataclass(frozen=True, kw_only=True)
class Action:
    """One thing to do, with a case or with what a body has: its channels, its meetings, its calendar's addresses."""

    id: str
    name: Name
    done: Name
    about: Name
    """What it means, for who has not done it before."""
    fits: Callable[[Form], bool] = lambda _form: True
    """Whether it may be done as things stand."""
    unfit: Name = AS_IT_STANDS
    """What is said where it does not fit what a body has."""
    fields: Callable[[Form], Sequence[Field]] = lambda _form: ()
    model: type[BaseModel]
    give: Callable[[Cases, UUID, Command, Any], Taken] | None = None
    """Gives the command to the cases, with the model of what was filled in; its rehearsal tells what will happen."""
    filled: Callable[[Form], Values] = lambda form: form.values
    """What stands in the fields: what was filled in, perhaps with what was known before."""
    tell: Callable[[Form, Any], Sequence[Name]] | None = None
    """Where there is nothing to rehearse: what will happen, in words."""
    look_up: Callable[[Form], Awaitable[Form]] = _with_nothing_more
    """Of a form about what a body has: the form with what only `tell` needs."""
    act: Callable[[Form, Any, Command], Awaitable[Document]] | None = None
    """Does what there is no command of the cases for; gives what the page then shows once."""
    place: str = MORE

    def ready(self, form: Form) -> Form:
        """The form with all that stands in its fields."""
        return replace(form, values=self.filled(form))


REASON = Field("reason", Name("Begrundelse", "Reason"), "text", most=MAX_TEXT)


def is_open(form: Form) -> bool:
    """Whether the case is under way, or suspended."""
    return form.case["status"] in OPEN_STATUSES


def is_not_withdrawn(form: Form) -> bool:
    """Whether the case is under way, or has ended along its route."""
    return bool(form.case["status"] != Status.WITHDRAWN)


def name_of_step(step: Document) -> Name:
    """What a step is called."""
    return Name(**step["name"])


def numbered(one: Document) -> Name:
    """What something numbered is called where it is chosen."""
    text = " ".join((one.get("text") or one.get("reason") or "").split())
    said = f"{one['number']}: {textwrap.shorten(text, _SHORT, placeholder='…')}" if text else str(one["number"])
    return Name(said, said)
