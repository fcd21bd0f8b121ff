# SPDX-License-Identifier: EUPL-1.2
"""When and where a meeting takes place, how sure that is, and what a change made of it, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.names import Name
from projections.minutes_in_words import NOTHING
from projections.phrases import long_date

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.meetings import Meeting

EXPECTED, ASSUMED = Name("forventet", "expected"), Name("formodet", "assumed")
"""What a meeting is that only its body's rhythm makes likely, and one that no paper names."""
CERTAIN = Name("fastlagt", "certain")


def certainty(meeting: Meeting) -> Name:
    """How sure it is that a meeting takes place."""
    if meeting.uncertain_days:
        return EXPECTED
    return ASSUMED if meeting.assumed else CERTAIN


def when_and_where(meeting: Meeting) -> Name:
    """A meeting's day, and its time and place where they are known."""
    day = long_date(meeting.day.isoformat())
    time = _time(meeting) if meeting.at else NOTHING
    place = f", {meeting.place}" if meeting.place else ""
    return Name(
        f"{day.da}{time.da and ' ' + time.da}{place}",
        f"{day.en}{time.en and ' ' + time.en}{place}",
    )


def difference(was: Meeting, now: Meeting) -> tuple[Name, Name] | None:
    """What a change made of a meeting's day, time and place, and what they were; None where all are as before.

    Where they are, but the meeting has become certain, it is that.
    """
    facts = [(_day(was), _day(now)), (_time(was), _time(now)), (_place(was), _place(now))]
    if was.day == now.day:
        facts.append((_papers(was), _papers(now)))
    other = [(before, after) for before, after in facts if before != after]
    if not other and was.assumed and not now.assumed:
        other = [(certainty(was), certainty(now))]
    if not other:
        return None
    return _listed([after for _, after in other]), _listed([before for before, _ in other])


def _day(meeting: Meeting) -> Name:
    return long_date(meeting.day.isoformat())


def _time(meeting: Meeting) -> Name:
    if meeting.at is None:
        return Name("uden klokkeslæt", "no time")
    return Name(f"kl. {meeting.at:%H:%M}", f"at {meeting.at:%H:%M}")


def _place(meeting: Meeting) -> Name:
    return Name(meeting.place, meeting.place) if meeting.place else Name("uden sted", "no place")


def _papers(meeting: Meeting) -> Name:
    if meeting.papers_in_by is None or meeting.papers_assumed:
        return Name("papirer efter sædvanen", "papers by custom")
    day = long_date(meeting.papers_in_by.isoformat())
    return Name(f"papirer inde senest {day.da}", f"papers in by {day.en}")


def _listed(parts: Sequence[Name]) -> Name:
    return Name(", ".join(part.da for part in parts), ", ".join(part.en for part in parts))
