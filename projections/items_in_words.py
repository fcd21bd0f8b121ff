# SPDX-License-Identifier: EUPL-1.2
"""On which meeting an item stands, and how it came there, as sentences of the timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.items import ItemWhy
from domain.names import Name
from projections.minutes_in_words import NOTHING
from projections.phrases import long_date

if TYPE_CHECKING:
    from domain.case import Case
    from domain.items import Item

_AFTER = {
    ItemWhy.POSTPONED: Name("Fordi sagen er udsat", "Since it is postponed"),
    ItemWhy.CANCELLED: Name("Fordi mødet er aflyst", "Since the meeting is cancelled"),
    ItemWhy.SUSPENDED: Name("Fordi sagen stod stille", "Since the case stood still"),
}
"""What comes first in the sentence of an item that goes on another meeting."""
_TAKEN_OFF = {
    "written": Name("den behandles skriftligt", "it is settled in writing"),
    "postponed": Name("den er udsat", "it is postponed"),
    "cancelled": Name("mødet er aflyst", "the meeting is cancelled"),
    "suspended": Name("sagen stod stille", "the case stood still"),
    "next": Name("mødet holdes ikke den dag", "there is no meeting on that day"),
}


def placed_in_words(event: Case.ItemPlaced, before: Item | None, body: Name, step: Name) -> Name:
    """That a body is to deal with a step at a meeting, and why there."""
    why, day = ItemWhy(event.why), long_date(event.date)
    was = None if before is None or before.is_off else long_date(before.day.isoformat())
    if why in {ItemWhy.CHOSEN, ItemWhy.FORCED}:
        return _decided(event, body, step)
    if why is ItemWhy.MOVED and was:
        return _moved(event, was, body, step)
    papers, instead = _papers(event.papers_in_by), NOTHING
    if was:
        instead = Name(f" i stedet for {was.da}", f" instead of {was.en}")
    first = _AFTER.get(why)
    if first:
        return Name(
            f"{first.da}, behandler {body.da} {step.da} på mødet {day.da}{instead.da}{papers.da}.",
            f"{first.en}, {body.en} deals with {step.en} at the meeting on {day.en}{instead.en}{papers.en}.",
        )
    return Name(
        f"{body.da} behandler {step.da} på mødet {day.da}{instead.da}{papers.da}.",
        f"{body.en} deals with {step.en} at the meeting on {day.en}{instead.en}{papers.en}.",
    )


def taken_off_in_words(event: Case.ItemTakenOff, body: Name, step: Name) -> Name:
    """That an item stands on no meeting any more, and why."""
    day, why = long_date(event.date), _TAKEN_OFF[event.why]
    reason = f": {event.reason}" if event.reason else "."
    return Name(
        f"{step.da} er taget af mødet {day.da} i {body.da}, fordi {why.da}{reason}",
        f"{step.en} was taken off the meeting of {body.en} on {day.en}, since {why.en}{reason}",
    )


def _decided(event: Case.ItemPlaced, body: Name, step: Name) -> Name:
    """That the secretariat has put it there, perhaps later than the papers should be in."""
    day, reason = long_date(event.date), f": {event.reason}" if event.reason else "."
    late = NOTHING
    if event.why == ItemWhy.FORCED and event.papers_in_by:
        by = long_date(event.papers_in_by)
        late = Name(f" efter papirfristen {by.da}", f" after the papers' date {by.en}")
    return Name(
        f"{step.da} er sat på mødet {day.da} i {body.da}{late.da}{reason}",
        f"{step.en} was put on the meeting of {body.en} on {day.en}{late.en}{reason}",
    )


def _moved(event: Case.ItemPlaced, was: Name, body: Name, step: Name) -> Name:
    day, papers = long_date(event.date), _papers(event.papers_in_by)
    if day == was:
        return Name(
            f"Mødet {day.da} i {body.da} er ændret, og {step.da} er stadig på det{papers.da}.",
            f"The meeting of {body.en} on {day.en} is changed, and {step.en} is still on it{papers.en}.",
        )
    return Name(
        f"Mødet {was.da} i {body.da} er flyttet til {day.da}, og {step.da} med det{papers.da}.",
        f"The meeting of {body.en} on {was.en} is moved to {day.en}, and {step.en} with it{papers.en}.",
    )


def _papers(day: str | None) -> Name:
    if day is None:
        return NOTHING
    by = long_date(day)
    return Name(f" (papirer senest {by.da})", f" (papers by {by.en})")
