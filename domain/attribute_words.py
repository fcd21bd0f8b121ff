# SPDX-License-Identifier: EUPL-1.2
"""What a route calls the attributes that it asks about, for who fills them in."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from domain.faults import Fault, TableReader, did_you_mean, quoted
from domain.names import Name, read_name


@dataclass(frozen=True)
class AttributeWords:
    """One attribute's name, a help for filling it in, and the values to choose from where it takes only these."""

    id: str
    name: Name
    help: Name | None = None
    values: Mapping[str, Name] = field(default_factory=dict)


def read_attribute_words(table: TableReader) -> tuple[AttributeWords, ...]:
    """The list `attributes` of a route, empty where there is none."""
    return tuple(_read_one(inner) for inner in table.optional_tables("attributes") or ())


def attribute_word_faults(words: Collection[AttributeWords], asked: Collection[str], file: str) -> Iterator[Fault]:
    """Words for what the route does not ask about, and for the same attribute twice."""
    ids = [one.id for one in words]
    for one in dict.fromkeys(ids):
        if one not in asked:
            what = f"names {quoted(one)}, which the route does not ask about"
            yield Fault(file, f"attributes[{one}].id", what, did_you_mean(one, asked))
        if ids.count(one) > 1:
            yield Fault(file, f"attributes[{one}].id", "stands twice", "remove one of them")


def _read_one(table: TableReader) -> AttributeWords:
    attribute, name = table.text("id"), read_name(table.table("name"))
    told = table.optional_table("help")
    values = dict(_read_value(inner) for inner in table.optional_tables("values") or ())
    table.done()
    return AttributeWords(attribute, name, read_name(told) if told else None, values)


def _read_value(table: TableReader) -> tuple[str, Name]:
    value = table.text("id"), read_name(table.table("name"))
    table.done()
    return value
