# SPDX-License-Identifier: EUPL-1.2
"""How a case stands, in a few words and a small track of its steps, from its document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from domain.asks import result_name
from domain.names import Name
from domain.organisation import Organisation, UnknownBodyError
from projections.documents import Document
from web import words
from web.services import Services

SOON = 7
"""From how many days before it a date is shown as near."""


@dataclass(frozen=True)
class Due:
    """A date that something is to be done by: in words, and how pressing it is (`late`, `soon` or `later`)."""

    day: str
    words: Name
    urgency: str


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
