# SPDX-License-Identifier: EUPL-1.2
"""Says in plain words what is wrong with a value of a request, and how to mend it, for every kind that can occur."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from domain.faults import did_you_mean

Words = tuple[str, str]
"""What is wrong, and how to mend it."""

_OBJECT = ("is not an object", "write it as an object, {…}")
_NO_NUMBER = ("is not a whole number", "write it as a whole number")
_NO_TRUTH = ("is neither true nor false", "write true or false")
_HUGE = ("is a number too large", "write a smaller number")
_DAY = ("is not a date", "write it as YYYY-MM-DD")
_INSTANT = ("is not an instant", "write it as 2025-05-14T12:00:00Z")
_UUID = ("is not an id", "write it as 8-4-4-4-12 hexadecimal digits, as we gave it")
_FIXED: Mapping[str, Words] = {
    "missing": ("is missing", "give it"),
    "string_type": ("is not text", "write it as text"),
    "int_type": _NO_NUMBER,
    "int_from_float": _NO_NUMBER,
    "int_parsing": _NO_NUMBER,
    "int_parsing_size": _HUGE,
    "bool_type": _NO_TRUTH,
    "bool_parsing": _NO_TRUTH,
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "list_type": ("is not a list", "write it as a list, […]"),
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "datetime_type": _INSTANT,
    "datetime_parsing": _INSTANT,
    "datetime_from_date_parsing": _INSTANT,
    "timezone_aware": ("has no time zone", "write it as 2025-05-14T12:00:00Z"),
    "uuid_type": _UUID,
    "uuid_parsing": _UUID,
}
_WITH_BOUND: Mapping[str, tuple[str, str, str]] = {
    "string_too_long": ("max_length", "is over {} characters", "shorten it"),
    "string_too_short": ("min_length", "is too short", "write at least {} character(s)"),
    "too_long": ("max_length", "has over {} entries", "leave some out"),
    "too_short": ("min_length", "has too few entries", "give at least {}"),
    "greater_than": ("gt", "is too small", "give more than {}"),
    "greater_than_equal": ("ge", "is too small", "give at least {}"),
    "less_than": ("lt", "is too large", "give less than {}"),
    "less_than_equal": ("le", "is too large", "give at most {}"),
    "string_pattern_mismatch": ("pattern", "has not the form that it must have", "write it so that it matches {}"),
}
_CHOICE = re.compile(r"'([^']*)'")


def explain(fault: Mapping[str, Any], known: Collection[str] = ()) -> Words:
    """The words for one fault as pydantic tells it; `known` are the keys that might have been meant by an extra one.

    A kind that we do not know gets words that are true of all: the library's own sentences never go out.
    """
    kind, context = str(fault["type"]), fault.get("ctx") or {}
    if kind == "extra_forbidden":
        return "is unknown here", did_you_mean(str(fault["loc"][-1]), known) if known else "leave it out"
    if kind in {"enum", "literal_error"}:
        return f"is none of {', '.join(_CHOICE.findall(str(context.get('expected', ''))))}", "choose one of them"
    if kind == "value_error":
        return str(context.get("error", "cannot be")), "correct it"
    if kind in _WITH_BOUND:
        name, what, mend = _WITH_BOUND[kind]
        return what.format(context.get(name)), mend.format(context.get(name))
    return _FIXED.get(kind, ("cannot be", "correct it; see /openapi.json"))
