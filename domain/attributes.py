# SPDX-License-Identifier: EUPL-1.2
"""What a case's attributes may hold: dates where its route takes them for dates, and what it replaces."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from domain.dates import check_day
from domain.entering import as_case_id
from domain.entry_into_force import REPLACES
from domain.errors import ConflictError, InvalidError
from domain.texts import required

if TYPE_CHECKING:
    from domain.case import Case
    from domain.route import Route

IsCase = Callable[[UUID], bool]
"""Says whether there is a case with an id."""

LONGEST_VALUE = 300
"""The longest text of an attribute that is set, in characters."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def check_attributes(
    route: Route, attributes: Mapping[str, Any], today: date, is_case: IsCase, *, field: str = "attributes"
) -> None:
    """Raise the first of the `attribute_faults`."""
    for fault in attribute_faults(route, attributes, today, is_case, field=field):
        raise fault


def attribute_faults(
    route: Route, attributes: Mapping[str, Any], today: date, is_case: IsCase, *, field: str = "attributes"
) -> Iterator[InvalidError]:
    """Each date that is missing or none, and a case to be replaced that there is not."""
    for name in dict.fromkeys(step.due_on for step in route.steps if step.due_on):
        if name not in attributes:
            what = f"the route {route.id!r} needs the attribute {name}"
            yield InvalidError(what, "give it as a date, YYYY-MM-DD", field)
    for name in route.dated_attributes:
        if name in attributes:
            yield from _date_faults(name, attributes[name], today, field)
    replaces = as_case_id(attributes.get(REPLACES)) if route.entry else None
    if replaces is not None and not is_case(replaces):
        what = f"there is no case {replaces} to be replaced"
        yield InvalidError(what, "give a case's id, or say in words what is replaced", field)


def set_facts(case: Case, attribute: str, value: Any, today: date, is_case: IsCase) -> dict[str, Any]:
    """What the event of an attribute that is set says; raises `InvalidError`, or `ConflictError` for what it is."""
    new = _settable(case.route, attribute, value)
    check_attributes(case.route, {**case.attributes, attribute: new}, today, is_case, field="value")
    if case.attributes.get(attribute) == new:
        raise ConflictError(f"the {attribute} is {new} already", "nothing is to be done", "value")
    return {"attribute": attribute, "value": new}


def _settable(route: Route, attribute: str, value: Any) -> Any:
    """The value that the secretariat may set an attribute to; raises `InvalidError`."""
    if attribute not in route.attributes:
        known = f"choose one of {', '.join(route.attributes)}" if route.attributes else "it asks about none"
        raise InvalidError(f"the route {route.id!r} does not ask about {attribute!r}", known, "attribute")
    if not isinstance(value, str | int | float):
        raise InvalidError(f"the {attribute} is no text, number or yes or no", "give one value", "value")
    if not isinstance(value, str):
        return value
    text = required(value, "value")
    if len(text) > LONGEST_VALUE:
        raise InvalidError(f"the value has {len(text)} characters", f"write at most {LONGEST_VALUE}", "value")
    return text


def _date_faults(name: str, value: Any, today: date, field: str) -> Iterator[InvalidError]:
    try:
        check_day(_as_day(value), field, today)
    except ValueError:
        what = f"the attribute {name} is {value!r}"
        yield InvalidError(what, "write a date as YYYY-MM-DD", field)
    except InvalidError as fault:
        yield fault


def _as_day(value: Any) -> date:
    """The date that a text is; raises ValueError for one that is written in any other way, as Python would take."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError(value)
    return date.fromisoformat(value)
