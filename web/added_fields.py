# SPDX-License-Identifier: EUPL-1.2
"""The fields of conditions and tasks, wherever a form takes them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from domain.names import Name
from projections.documents import Document
from web import words
from web.action import Form
from web.additions import MOST
from web.fields import Field, entries_of, maybe
from web.reading import MAX_TEXT

CONDITIONS, TASKS = Name("Betingelser", "Conditions"), Name("Opgaver", "Tasks")
_FACTS = ("text", "responsible", "contact", "due", "meeting", "kind")


def condition_fields(form: Form) -> Iterator[Field]:
    """The conditions that come with an answer."""

    def make(at: str) -> Iterator[Field]:
        yield from condition_at(form, at, group=CONDITIONS)

    yield from entries_of("conditions", Name("Betingelse", "Condition"), form.values, MOST, make)


def task_fields(form: Form) -> Iterator[Field]:
    """The tasks that come with an answer or a decision."""

    def make(at: str) -> Iterator[Field]:
        yield from _added(form, at, Name("Hvad der skal gøres", "What is to be done"), TASKS, is_needed=False)

    yield from entries_of("tasks", Name("Opgave", "Task"), form.values, MOST, make)


def condition_at(form: Form, at: str, group: Name | None = None) -> Iterator[Field]:
    """One condition's fields, whose names begin with `at`."""
    text, *rest = _added(form, at, Name("Betingelsen", "The condition"), group, is_needed=group is None)
    kinds = tuple(words.CONDITION_KINDS.items())
    hint = Name("Uden valg er den væsentlig.", "Without a choice it is material.")
    yield text
    yield maybe(f"{at}kind", Name("Slags", "Kind"), "choice", hint=hint, choices=kinds, group=group)
    yield from rest


def said_again(added: Sequence[Document], numbers: Collection[int]) -> list[dict[str, Any]]:
    """What was added before, as it would be given again."""
    chosen = [one for one in added if one["number"] in numbers and one["text"]]
    return [{key: one[key] for key in _FACTS if one.get(key)} for one in chosen]


def _added(form: Form, at: str, label: Name, group: Name | None, *, is_needed: bool) -> Iterator[Field]:
    who = Name("Et organ eller en person", "A body or a person")
    yield Field(f"{at}text", label, "text", required=is_needed, most=MAX_TEXT, group=group)
    name = Name("Ansvarlig", "Responsible")
    yield maybe(f"{at}responsible", name, "who", hint=who, choices=form.body_choices(), group=group)
    yield Field(f"{at}contact", Name("Kontakt", "Contact"), required=False, group=group)
    yield maybe(f"{at}due", Name("Senest", "By"), "date", group=group)
    hint = Name("En dato som 2025-09-03, eller med ord", "A date as 2025-09-03, or in words")
    yield Field(f"{at}meeting", Name("Senest på mødet", "By the meeting"), required=False, hint=hint, group=group)
