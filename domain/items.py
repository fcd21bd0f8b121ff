# SPDX-License-Identifier: EUPL-1.2
"""An item on an agenda: the meeting on which a body is to deal with a matter, and how it came there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from domain.meetings import Meeting


class ItemWhy(StrEnum):
    """Why an item stands on its meeting."""

    NEXT = "next"
    """It is the first meeting that can take it."""
    POSTPONED = "postponed"
    """The body has put it off until then."""
    MOVED = "moved"
    """The meeting has got another day, time, place or date for its papers."""
    CANCELLED = "cancelled"
    """The meeting that it was on is cancelled."""
    SUSPENDED = "suspended"
    """The case stood still on the day of the meeting that it was on."""
    CHOSEN = "chosen"
    """The secretariat wants it there."""
    FORCED = "forced"
    """The secretariat wants it there although its papers come too late."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """A matter on the agenda of one body's meeting; days are Danish dates, `at` is the time on Danish clocks."""

    body: str
    meeting: str
    day: date
    at: time | None
    place: str | None
    papers_in_by: date | None
    why: ItemWhy
    reason: str | None
    papers_in_on: date
    """The day on which the matter's papers were in."""
    not_before: date
    """No meeting before this day is looked for: the body, or the secretariat, has so decided."""
    postponed: int = 0
    """How often the body has put it off."""
    is_put_off: bool = False
    """Whether the body has just put it off, so that it is to go on another meeting."""
    put_off_to: date | None = None
    """The day that the body then named."""
    is_off: bool = False
    """Whether it was taken off this meeting and stands on none until there is another."""


def item_facts(meeting: Meeting) -> dict[str, Any]:
    """The facts of a meeting as an item's events carry them: dates are ISO days, the time is `HH:MM`."""
    return {
        "meeting": meeting.id,
        "date": meeting.day.isoformat(),
        "time": meeting.at.isoformat("minutes") if meeting.at else None,
        "place": meeting.place,
        "papers_in_by": meeting.papers_in_by.isoformat() if meeting.papers_in_by else None,
    }
