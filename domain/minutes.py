# SPDX-License-Identifier: EUPL-1.2
"""What minutes tell beside the outcome: the meeting and its item, the wording, who dissented, persons and points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.dates import check_day
from domain.errors import InvalidError
from domain.texts import checked

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from domain.answering import Reply

MINUTES_FIELDS = (
    "meeting_on",
    "agenda_item",
    "wording",
    "protocol",
    "dissent",
    "reservation",
    "persons",
    "points",
)
"""The facts that an answer may carry out of the minutes; none of them changes what it counts as."""
MAX_ITEM, MAX_LINE, MAX_WORDS = 20, 200, 4000
"""The longest agenda item, single line and longer text, in characters."""
MAX_ENTRIES = 60
"""How many dissenters, persons or points one answer may name; the largest council has 31 seats."""

_OF_OUTCOMES = {"persons": ("appointed", "signed"), "points": ("discussed",)}
"""The facts that only some outcomes have."""


def minutes_of(reply: Reply, outcomes: Collection[str], today: date) -> dict[str, Any]:
    """The facts of the minutes as an event keeps them, None where there are none; raises `InvalidError`.

    `outcomes` is everything that the reply says; `today` is the Danish date.
    """
    _check_meeting(reply.meeting_on, today)
    _check_outcomes(reply, outcomes)
    return {
        "meeting_on": reply.meeting_on.isoformat() if reply.meeting_on else None,
        "agenda_item": _text(reply.agenda_item, "agenda_item", MAX_ITEM),
        "wording": _text(reply.wording, "wording", MAX_WORDS, lines=True),
        "protocol": _text(reply.protocol, "protocol", MAX_LINE),
        "dissent": [_dissenter(one) for one in _entries(reply.dissent, "dissent")] or None,
        "reservation": _text(reply.reservation, "reservation", MAX_WORDS, lines=True),
        "persons": [_required(one, "persons", MAX_LINE) for one in _entries(reply.persons, "persons")] or None,
        "points": [_required(one, "points", MAX_WORDS, lines=True) for one in _entries(reply.points, "points")] or None,
    }


def _check_meeting(day: date | None, today: date) -> None:
    if day is not None and day > today:
        what = f"the meeting is dated {day}, which is after today, {today}"
        raise InvalidError(what, "give the date on which it was held", "meeting_on")
    check_day(day, "meeting_on", today)


def _check_outcomes(reply: Reply, outcomes: Collection[str]) -> None:
    for name, having in _OF_OUTCOMES.items():
        if getattr(reply, name) and not set(having) & set(outcomes):
            raise InvalidError(f"only {' and '.join(having)} has {name}", f"leave {name} out", name)


def _dissenter(one: Mapping[str, str | None]) -> dict[str, str | None]:
    who = _required(one.get("who"), "dissent", MAX_LINE)
    return {"who": who, "text": _text(one.get("text"), "dissent", MAX_WORDS, lines=True)}


def _entries(values: Sequence[Any] | None, field: str) -> Sequence[Any]:
    if values and len(values) > MAX_ENTRIES:
        raise InvalidError(f"{field} has {len(values)} entries", f"give at most {MAX_ENTRIES}", field)
    return values or ()


def _required(text: str | None, field: str, most: int, *, lines: bool = False) -> str:
    found = _text(text, field, most, lines=lines)
    if found is None:
        raise InvalidError(f"{field} has an empty entry", "write something there, or leave it out", field)
    return found


def _text(text: str | None, field: str, most: int, *, lines: bool = False) -> str | None:
    """The text without blanks around it, None if nothing is left."""
    stripped = (checked(text, field, lines=lines) or "").strip()
    if len(stripped) > most:
        raise InvalidError(f"{field} has {len(stripped)} characters", f"write at most {most}", field)
    return stripped or None
