# SPDX-License-Identifier: EUPL-1.2
"""What minutes tell beside an answer's outcome, as short Danish and English sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.names import Name
from projections.phrases import DISSENT, PERSONS, POINTS, RESERVATION, WORDING, long_date

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from domain.case import Case

LONGEST_QUOTATION = 200
"""How many characters of a text a sentence quotes."""
NOTHING = Name("", "")


def minutes_in_words(event: Case.AnswerRecorded) -> Name:
    """The facts of the minutes behind an answer's sentence, each a sentence of its own with a blank before it."""
    said = (event.outcome, *(event.also or {}).values())
    persons = next((PERSONS[outcome] for outcome in said if outcome in PERSONS), NOTHING)
    sentences = [
        _meeting(event),
        _sentence(persons, listed_names(event.persons) if event.persons else None),
        _sentence(_labelled(POINTS), quoted_points(event.points) if event.points else None),
        _sentence(_labelled(WORDING), shortened(event.wording) if event.wording else None),
        _sentence(_labelled(RESERVATION), shortened(event.reservation) if event.reservation else None),
        _sentence(DISSENT, dissenters(event.dissent) if event.dissent else None),
    ]
    return Name("".join(s.da for s in sentences), "".join(s.en for s in sentences))


def dissenters(dissent: Sequence[Mapping[str, str | None]]) -> Name:
    """Who voted against, each with the words given."""
    names = [(one["who"] or "", shortened(one["text"] or "")) for one in dissent]
    texts = [(f"{who} ({text.da})", f"{who} ({text.en})") if text.da else (who, who) for who, text in names]
    return Name(listed([da for da, _ in texts], "og"), listed([en for _, en in texts], "and"))


def listed_names(names: Sequence[str]) -> Name:
    """Persons with commas and one `and`."""
    return Name(listed(names, "og"), listed(names, "and"))


def quoted_points(points: Sequence[str]) -> Name:
    """Each point in quotation marks."""
    short = [shortened(point) for point in points]
    return Name("; ".join(p.da for p in short), "; ".join(p.en for p in short))


def shortened(text: str) -> Name:
    """A text in quotation marks on one line, cut where it is long; nothing for none."""
    words = " ".join(text.split())
    short = words if len(words) <= LONGEST_QUOTATION else f"{words[: LONGEST_QUOTATION - 1].rstrip()}…"
    return quoted(Name(short, short)) if short else NOTHING


def listed(names: Sequence[str], conjunction: str) -> str:
    """Names with commas and one `and`."""
    *first, last = names or ("–",)
    return f"{', '.join(first)} {conjunction} {last}" if first else last


def quoted(name: Name) -> Name:
    """A name in the quotation marks of each language."""
    return Name(f"»{name.da}«", f"“{name.en}”")


def _meeting(event: Case.AnswerRecorded) -> Name:
    """The meeting's date, the item and the protocol, as far as they are known."""
    day = long_date(event.meeting_on) if event.meeting_on else None
    parts = [Name(f"mødet {day.da}", f"the meeting of {day.en}")] if day else []
    parts += [Name(f"punkt {event.agenda_item}", f"item {event.agenda_item}")] if event.agenda_item else []
    parts += [Name(f"protokol {event.protocol}", f"protocol {event.protocol}")] if event.protocol else []
    if not parts:
        return NOTHING
    da, en = ", ".join(p.da for p in parts), ", ".join(p.en for p in parts)
    return Name(f" {da[0].upper()}{da[1:]}.", f" {en[0].upper()}{en[1:]}.")


def _labelled(label: Name) -> Name:
    return Name(f"{label.da}:", f"{label.en}:")


def _sentence(begin: Name, rest: Name | None) -> Name:
    return Name(f" {begin.da} {rest.da}.", f" {begin.en} {rest.en}.") if rest else NOTHING
