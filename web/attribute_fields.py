# SPDX-License-Identifier: EUPL-1.2
"""The fields of a case's attributes: a date, a number, a choice or words, as its route uses each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from domain.attribute_tests import AttributeTest
from domain.attributes import LONGEST_VALUE
from domain.entry_into_force import REPLACES
from domain.names import Name
from domain.route import Route, Step
from web.fields import Field, maybe


def attribute_fields(route: Route, at: str = "attributes.") -> list[Field]:
    """A field for every attribute that a route asks about."""
    return [attribute_field(route, name, f"{at}{name}") for name in route.attributes]


def attribute_field(route: Route, attribute: str, place: str) -> Field:
    """The field of one attribute; what the route uses it for is its help."""
    words, hint = route.words_of(attribute), _help(route, attribute)
    label = words.name
    if attribute in route.dated_attributes:
        needed = any(step.due_on == attribute for step in route.steps)
        return Field(place, label, "date", required=needed, hint=hint)
    tests = [test for test in _tests(route.steps) if test.attribute == attribute]
    if any(test.bounds for test in tests):
        return Field(place, label, "number", required=False, hint=hint)
    if words.values:
        return maybe(place, label, "choice", hint=hint, choices=tuple(words.values.items()))
    offered = tuple((test.equals, Name(test.equals, test.equals)) for test in tests if test.equals)
    return maybe(place, label, "who", hint=hint, choices=tuple(dict.fromkeys(offered)), most=LONGEST_VALUE)


def _help(route: Route, attribute: str) -> Name | None:
    """What the route says of an attribute, and what hangs on it there."""
    own = route.words_of(attribute).help
    told = [*([own] if own else []), *_uses(route, attribute)]
    return Name(" ".join(t.da for t in told), " ".join(t.en for t in told)) if told else None


def _uses(route: Route, attribute: str) -> Iterator[Name]:
    for step in route.steps:
        called = f"»{step.name.da}«", f"“{step.name.en}”"
        if step.due_on == attribute:
            yield Name(f"Frist for {called[0]}.", f"The due date of {called[1]}.")
        if step.opens_on == attribute:
            yield Name(f"Dagen, hvor {called[0]} åbner.", f"The day on which {called[1]} opens.")
        if step.starts_on == attribute:
            yield Name(f"Periodens første dag i {called[0]}.", f"The first day of the term in {called[1]}.")
        if any(test.attribute == attribute for test in _tests([step])):
            yield Name(f"Afgør, om {called[0]} er nødvendigt.", f"Decides whether {called[1]} is needed.")
    if route.entry and route.entry.on == attribute:
        yield Name("Dagen, hvor det ventes at træde i kraft.", "The day on which it is expected to enter into force.")
    if route.entry and attribute == REPLACES:
        yield Name("Hvad der erstattes: en tekst eller en sags nummer.", "What is replaced: words, or a case's id.")


def _tests(steps: Iterable[Step]) -> Iterator[AttributeTest]:
    for step in steps:
        for all_of in (*step.when, *step.unless):
            yield from all_of.tests
