# SPDX-License-Identifier: EUPL-1.2
"""The agendas of a body's meetings, from what waits for its answer: each meeting with its items in order."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from domain.items import item_facts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from domain.meetings import Calendars
    from projections.documents import Document

AHEAD = timedelta(days=366)
"""How far ahead a body's next meeting is looked for where nothing is on it."""
_FACTS = ("meeting", "date", "time", "place", "papers_in_by")


def agendas(calendars: Calendars, body: str, inbox: Sequence[Document], today: date, ahead: int = 1) -> list[Document]:
    """The meetings with something on them, and the next `ahead` even if nothing is, in the order of their dates.

    Each is `{meeting, date, time, place, papers_in_by, held, items}`; its items are the inbox's entries, the one that
    has waited longest first. One that has been held by the Danish date `today` stands here until its minutes tell.
    """
    coming = calendars.meetings(body, today, today + AHEAD)[:ahead]
    found: dict[str, Document] = {meeting.id: {**item_facts(meeting), "items": []} for meeting in coming}
    for entry in sorted((e for e in inbox if e["item"]), key=lambda e: (e["opened_at"], e["case"], e["step"])):
        item = entry["item"]
        place = found.setdefault(item["meeting"], {**{name: item[name] for name in _FACTS}, "items": []})
        place["items"].append(entry)
    held = ({**meeting, "held": meeting["date"] < today.isoformat()} for meeting in found.values())
    return sorted(held, key=lambda meeting: (meeting["date"], meeting["meeting"]))
