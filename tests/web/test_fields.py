# SPDX-License-Identifier: EUPL-1.2
"""What a form's fields make of what was filled in, and refusals in the words of the pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from domain.names import Name
from web.fields import Fault, Field, entries_of, faults_of, maybe, sections, tidy, typed
from web.refusals import in_both

X = Name("X", "X")
LATE = "Papirerne til mødet 25. april 2025 skulle være inde 4. april 2025: skriv, hvorfor punktet alligevel skal med."
BODIES = (("aarhus", Name("Aarhus Kommune", "Aarhus Municipality")),)


def task(at: str) -> Iterator[Field]:
    """One place of a list."""
    yield maybe(f"{at}text", X, "text", group=X)
    yield maybe(f"{at}kind", X, group=X)


def test_each_kind_is_read_as_the_model_takes_it() -> None:
    """A number as one, ticks and lines as lists, a body by its name; what is no number stays what it is."""
    fields = (
        Field("places", X, "number"),
        Field("more", X, "number"),
        Field("bodies", X, "checks", choices=BODIES),
        Field("points", X, "lines"),
        Field("who", X, "who", choices=BODIES),
        Field("supports", X, "choice", choices=(("true", X), ("false", X))),
        Field("step", X, "fixed", choices=(("dassos", X),)),
        Field("attributes.kind", X),
        maybe("empty", X),
    )
    values = {
        "places": "12",
        "more": "mange",
        "bodies": "aarhus",
        "points": "a\n\n b ",
        "who": "aarhus kommune",
        "supports": "false",
        "attributes.kind": "closure",
        "unknown": "x",
    }

    assert typed(fields, values) == {
        "places": 12,
        "more": "mange",
        "bodies": ["aarhus"],
        "points": ["a", "b"],
        "who": "aarhus",
        "supports": False,
        "step": "dassos",
        "attributes": {"kind": "closure"},
    }


def test_places_of_a_list_close_up_where_one_is_emptied() -> None:
    """Counted in their order as numbers; of an emptied place its kind does not stay behind."""
    given = {"tasks.0.text": " ", "tasks.0.kind": "material", "tasks.10.text": "c", "tasks.2.text": "b\r\n"}
    values = tidy(given)
    fields = tuple(entries_of("tasks", X, values, 5, task))

    assert values == {"tasks.0.text": "b", "tasks.1.text": "c"}
    assert typed(fields, values) == {"tasks": [{"text": "b"}, {"text": "c"}]}


@pytest.mark.parametrize(
    ("values", "places"),
    [({}, 1), ({"more": "tasks"}, 1), ({"tasks.0.text": "a"}, 1), ({"tasks.0.text": "a", "more": "tasks"}, 2)],
)
def test_there_is_room_for_one_more_when_it_is_asked_for(values: dict[str, str], places: int) -> None:
    """And for one at first."""
    assert len(list(entries_of("tasks", X, values, 5, task))) == places * 2


def test_a_list_is_no_longer_than_may_be() -> None:
    """However often more is asked for."""
    values = {f"tasks.{number}.text": "a" for number in range(5)} | {"more": "tasks"}

    assert len(list(entries_of("tasks", X, values, 5, task))) == 10


def test_what_is_filled_in_or_wrong_is_not_folded_away() -> None:
    """The rest is."""
    fields = (Field("a", X), maybe("b", X, group=X), maybe("c", X, group=Name("Y", "Y")))
    closed = [section.is_open for section in sections(fields, {"a": "1"})]
    filled = [section.is_open for section in sections(fields, {"b": "1"})]
    wrong = [section.is_open for section in sections(fields, {}, [Fault("c", X)])]

    assert (closed[1:], filled[1:], wrong[1:]) == ([False, False], [True, False], [False, True])


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        (Field("a", X), "", "Skal udfyldes."),
        (Field("a", X, most=3), "abcd", "Højst 3 tegn."),
        (Field("a", X, "date"), "2025-02-30", "Skriv en dato som 2025-05-31."),
        (Field("a", X, "number"), "1,5", "Skriv et helt tal."),
        (Field("a", X, "checks", choices=BODIES), "aarhus\nx", "Vælg blandt mulighederne."),
        (maybe("a", X), "", None),
        (Field("a", X, "who", choices=BODIES), "Formanden", None),
    ],
)
def test_what_is_wrong_with_a_field_is_said_in_danish(field: Field, value: str, said: str | None) -> None:
    """As far as the field by itself can tell."""
    assert [fault.words.da for fault in faults_of([field], {"a": value})] == ([said] if said else [])


def test_a_refusal_is_danish_where_there_are_words_for_it() -> None:
    """With its dates written out; else it is English, and marked as such."""
    known = in_both("the deadline 2025-01-01 is before today, 2025-05-20", "give a date from today on")
    unknown = in_both("the moon is full", "wait")

    assert known.da == "1. januar 2025 er før i dag, 20. maj 2025."
    assert known.en == "the deadline 2025-01-01 is before today, 2025-05-20; give a date from today on"
    assert Fault("", unknown).is_english
    assert not Fault("", known).is_english


@pytest.mark.parametrize(
    ("said", "danish"),
    [
        (
            "the papers of the meeting on 2025-04-25 had to be in by 2025-04-04",
            LATE,
        ),
        ("the meeting 'dassos-2025-04-25' was on 2025-04-25", "Mødet blev holdt 25. april 2025: vælg et kommende."),
        ('the meeting "dassos-2025-04-25" is cancelled', "Mødet er aflyst: vælg et andet."),
        ("the body 'aarhus' is not awaited", "Der ventes ikke på organet."),
        ("aarhus was reminded today already", "Er allerede mindet om det i dag."),
    ],
)
def test_what_agendas_and_reminders_refuse_is_danish(said: str, danish: str) -> None:
    """As the domain says it."""
    assert in_both(said, "").da == danish
