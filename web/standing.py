# SPDX-License-Identifier: EUPL-1.2
"""How a case stands, in a few words and a small track of its steps, from its document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain.asks import result_name
from domain.meetings import Calendars, Meeting
from domain.names import Name
from domain.organisation import Organisation, UnknownBodyError
from domain.planning import Standing
from projections.documents import Document
from projections.phrases import long_date
from projections.plans import STANDINGS
from web import words
from web.services import Services

SOON = 7
"""From how many days before it a date is shown as near."""
_AHEAD = timedelta(days=366)
"""How far ahead a body's next meeting is looked for."""


@dataclass(frozen=True)
class Due:
    """A date that something is to be done by: in words, and how pressing it is (`late`, `soon` or `later`)."""

    day: str
    words: Name
    urgency: str


@dataclass(frozen=True)
class Outlook:
    """Whether a case will make its deadline: its standing, the expected end beside the deadline, and why."""

    standing: str
    words: Name
    reason: Name
    assumed: bool

    @property
    def name(self) -> Name:
        """The standing in words."""
        return STANDINGS[Standing(self.standing)]


@dataclass(frozen=True)
class Track:
    """A case's steps in a row: their states in order, and the same in words."""

    states: tuple[str, ...]
    words: Name


def due_of(day: str | None, today: date) -> Due | None:
    """A date seen from the Danish date `today`."""
    if day is None:
        return None
    days = (date.fromisoformat(day) - today).days
    urgency = "late" if days < 0 else "soon" if days <= SOON else "later"
    return Due(day, words.days_until(days), urgency)


def case_due(document: Document, today: date) -> Due | None:
    """What is next to be late in a case that is under way, None where nothing can be."""
    return due_of(document["overdue_after"], today)


def deadline_of(shared: Services, document: Document, today: date) -> Due | None:
    """The deadline of a case under way, until the step that it binds is over: no more day of it is late then."""
    known = shared.organisation.versions_of(document["route"]["id"]).get(document["route"]["version"])
    binds = known.binds if known else None
    is_over = any(step["id"] == binds and step["state"] not in {"waiting", "open"} for step in document["steps"])
    return None if is_over or document["status"] != "running" else due_of(document["deadline"], today)


def outlook_of(forecast: Document | None) -> Outlook | None:
    """How a case's forecast stands, None for a case without one."""
    if not forecast:
        return None
    told = Name(forecast["reason"], forecast["reason_en"])
    return Outlook(forecast["standing"], _expected(forecast), told, assumed=forecast["assumed"])


def _expected(forecast: Document) -> Name:
    """The expected end beside the deadline, in a few words."""
    if forecast["cause"] in {"met", "missed"} or not forecast["expected_end"]:
        return Name(forecast["reason"], forecast["reason_en"])
    end, slack = long_date(forecast["expected_end"]), forecast["slack_days"]
    if slack is None:
        return Name(f"Ventes {end.da}; ingen frist", f"Expected {end.en}; no deadline")
    ahead = words.against_deadline(slack)
    return Name(f"Ventes {end.da}, {ahead.da}", f"Expected {end.en}, {ahead.en}")


def next_meetings(calendars: Calendars, bodies: Iterable[str], today: date) -> dict[str, Meeting]:
    """The next meeting of each body that meets, from the Danish date `today` on."""
    found = {body: calendars.meetings(body, today, today + _AHEAD) for body in set(bodies) if calendars.meets(body)}
    return {body: meetings[0] for body, meetings in found.items() if meetings}


def track_of(document: Document) -> Track:
    """The track of a case."""
    states = [words.step_state(step["state"], document["status"])[0] for step in document["steps"]]
    needed = [state for state in states if state != "skipped"]
    done, under_way = needed.count("completed"), _open_steps(document)
    told = Name(f"{done} af {len(needed)} trin gennemført", f"{done} of {len(needed)} steps completed")
    if under_way:
        told = Name(f"{told.da}; nu: {_listed(under_way, 'da')}", f"{told.en}; now: {_listed(under_way, 'en')}")
    return Track(tuple(states), told)


def answered_of(step: Document) -> Name | None:
    """How many bodies of a step with several have answered."""
    asked = [answer for answer in step["answers"] if answer["state"] != "released"]
    if len(asked) <= 1:
        return None
    done = sum(answer["state"] == "answered" for answer in asked)
    return Name(f"{done} af {len(asked)} har svaret", f"{done} of {len(asked)} have answered")


def said_of_step(step: Document, case_status: str) -> Name:
    """A step's state in words, with its result where it has one."""
    if step["result"]:
        return result_name(step["result"])
    return words.step_state(step["state"], case_status)[1]


def names_of(shared: Services, bodies: Iterable[str], day: date) -> dict[str, Name]:
    """What bodies are called on a Danish date; one that the organisation does not know keeps its id."""
    return {body: name_of(shared, body, day) for body in set(bodies)}


def name_of(shared: Services, body: str, day: date) -> Name:
    """What a body is called on a Danish date, its id where the organisation does not know it."""
    return name_in(shared.organisation, body, day)


def name_in(organisation: Organisation, body: str, day: date) -> Name:
    """The same by the organisation alone."""
    try:
        return organisation.name_of(body, day)
    except UnknownBodyError:
        return Name(body, body)


def in_order(shared: Services, bodies: Sequence[str]) -> list[str]:
    """The bodies in the order in which Danes sort them, unknown ones last."""
    known = shared.organisation.bodies
    return sorted(bodies, key=lambda body: (body not in known, known[body].sort_key if body in known else body))


def _open_steps(document: Document) -> list[Document]:
    if document["status"] == "withdrawn":
        return []
    return [step["name"] for step in document["steps"] if step["state"] == "open"]


def _listed(names: Sequence[Document], language: str) -> str:
    return ", ".join(name[language] for name in names)
