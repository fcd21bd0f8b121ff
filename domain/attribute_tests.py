# SPDX-License-Identifier: EUPL-1.2
"""Tests of a case's attributes, by which a route says whether a step is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import ge, gt, le, lt
from typing import Any

from domain.faults import TableReader

Attributes = Mapping[str, Any]

_BOUNDS: dict[str, Callable[[float, float], bool]] = {"above": gt, "at_least": ge, "below": lt, "at_most": le}


@dataclass(frozen=True)
class AttributeTest:
    """What one attribute of a case must be: a certain text, or a number within bounds."""

    attribute: str
    equals: str | None
    bounds: tuple[tuple[str, int], ...]

    def holds(self, attributes: Attributes) -> bool:
        """Whether the case's attributes pass; an attribute that is missing, or no number for a bound, does not."""
        value = attributes.get(self.attribute)
        if self.equals is not None:
            return str(value) == self.equals
        number = _number(value)
        return number is not None and all(_BOUNDS[name](number, bound) for name, bound in self.bounds)


@dataclass(frozen=True)
class AttributeTests:
    """Tests of which every one must hold."""

    tests: tuple[AttributeTest, ...]

    def holds(self, attributes: Attributes) -> bool:
        """Whether the case's attributes pass every test."""
        return all(test.holds(attributes) for test in self.tests)


def any_holds(alternatives: tuple[AttributeTests, ...], attributes: Attributes) -> bool:
    """Whether at least one of the alternatives holds."""
    return any(tests.holds(attributes) for tests in alternatives)


def read_attribute_tests(table: TableReader, key: str) -> tuple[AttributeTests, ...]:
    """The alternatives in a list of tables, each a test with perhaps more in its `and`."""
    return tuple(_read_attribute_tests(inner) for inner in table.optional_tables(key) or ())


def _read_attribute_tests(table: TableReader) -> AttributeTests:
    further = tuple(_read_attribute_test(inner) for inner in table.optional_tables("and") or ())
    return AttributeTests((_read_attribute_test(table), *further))


def _read_attribute_test(table: TableReader) -> AttributeTest:
    attribute, equals = table.text("attribute"), table.optional_text("is")
    found = {name: table.optional_number(name, minimum=-(10**9)) for name in _BOUNDS}
    bounds = tuple((name, bound) for name, bound in found.items() if bound is not None)
    if (equals is None) == (not bounds):
        table.fault("is", "does not say in one way what the attribute must be", "write either is = … or bounds")
    table.done()
    return AttributeTest(attribute, equals, bounds)


def _number(value: Any) -> float | None:
    """A number that came as one or as text (the command line's `--set places=11`)."""
    try:
        return None if isinstance(value, bool) or value is None else float(value)
    except (TypeError, ValueError):
        return None
