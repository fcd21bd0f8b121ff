# SPDX-License-Identifier: EUPL-1.2
"""What minutes tell beside the outcome stands on the answer and changes no tally."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.errors import InvalidError
from domain.minutes import MAX_ENTRIES, MAX_ITEM, MAX_LINE, MAX_WORDS
from tests.domain.desk import Desk, midtjylland_with

ROUTE = """
id = "own"
version = 1
name = {{ da = "Punkt", en = "Item" }}
source = "At DASSOS træffer beslutning."
ending = {{ status = "completed", result_of = "item" }}

[[steps]]
id = "item"
name = {{ da = "Punkt", en = "Item" }}
ask = "{ask}"
bodies = ["dassos"]
mode = "meeting"
"""
FACTS: dict[str, Any] = {
    "meeting_on": date(2025, 3, 14),
    "agenda_item": " 12a ",
    "wording": "Godkendt som indstillet.\nÉn stemte imod.",
    "protocol": "Protokol 2025-03",
    "dissent": [{"who": "N. Nielsen", "text": "For dyrt"}, {"who": "M. Madsen"}],
    "reservation": "med forbehold for budgettet",
}
KEPT = {
    **FACTS,
    "meeting_on": "2025-03-14",
    "agenda_item": "12a",
    "dissent": [{"who": "N. Nielsen", "text": "For dyrt"}, {"who": "M. Madsen", "text": None}],
}


def asked(ask: str = "approve") -> Desk:
    """DASSOS is asked one thing."""
    desk = Desk(organisation=midtjylland_with(ROUTE.format(ask=ask)))
    desk.open("own")
    return desk


def test_the_facts_of_the_minutes_stand_on_the_answer() -> None:
    """Those who voted against and the reservation too; the approval counts all the same."""
    desk = asked()

    desk.answers("dassos", "approved", **FACTS)

    place = desk.answer_of("item", "dassos")
    assert {name: getattr(place, name) for name in FACTS} == KEPT
    assert desk.case.result == "approved"


def test_a_correction_replaces_the_facts() -> None:
    """Those that it leaves out are gone."""
    desk = asked()
    desk.answers("dassos", "approved", "m1", **FACTS)

    desk.corrects("dassos", "m1", "approved", agenda_item="13")

    place = desk.answer_of("item", "dassos")
    assert (place.agenda_item, place.dissent, place.wording) == ("13", None, None)


@pytest.mark.parametrize(
    ("ask", "outcome", "facts"),
    [
        ("appoint", "appointed", {"persons": ["A. Andersen", "B. Berg"]}),
        ("sign", "signed", {"persons": ["Formanden for DAS"]}),
        ("discuss", "discussed", {"points": ["Økonomi", "Lange\nventetider"]}),
    ],
)
def test_persons_and_points_stand_where_they_belong(ask: str, outcome: str, facts: dict[str, Any]) -> None:
    """On appointments and signatures, and on discussions."""
    desk = asked(ask)

    desk.answers("dassos", outcome, **facts)

    assert {name: getattr(desk.answer_of("item", "dassos"), name) for name in facts} == facts


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("persons", ["A. Andersen"]),
        ("points", ["Økonomi"]),
        ("meeting_on", date(2025, 3, 19)),
        ("meeting_on", date(1900, 1, 1)),
        ("agenda_item", "x" * (MAX_ITEM + 1)),
        ("agenda_item", "7\n"),
        ("wording", "x" * (MAX_WORDS + 1)),
        ("protocol", "x" * (MAX_LINE + 1)),
        ("protocol", "a\x1b[2J"),
        ("reservation", "\u202eabc"),
        ("dissent", [{"who": " "}]),
        ("dissent", [{"text": "imod"}]),
        ("dissent", [{"who": "x" * (MAX_LINE + 1)}]),
        ("dissent", [{"who": "N. N."}] * (MAX_ENTRIES + 1)),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(field: str, value: Any) -> None:
    """Nothing is written."""
    desk = asked()
    before = desk.case.version

    with pytest.raises(InvalidError) as refusal:
        desk.answers("dassos", "approved", **{field: value})

    assert (refusal.value.field, desk.case.version) == (field, before)


def test_blank_facts_are_none() -> None:
    """An empty field of a form says nothing."""
    desk = asked()
    desk.answers("dassos", "approved", wording="  ", agenda_item="", dissent=[], persons=[])

    place = desk.answer_of("item", "dassos")
    assert (place.wording, place.agenda_item, place.dissent, place.persons) == (None, None, None, None)


def test_a_delay_has_no_minutes() -> None:
    """They would be lost."""
    for facts in ({"wording": "Udsat"}, {"ask": "approve"}, {"also": {"discuss": "discussed"}}):
        with pytest.raises(InvalidError) as refusal:
            asked().delays("dassos", **facts)
        assert refusal.value.field in facts
