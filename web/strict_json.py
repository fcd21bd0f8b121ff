# SPDX-License-Identifier: EUPL-1.2
"""Strict JSON: what two readers could understand differently, or a database cannot hold, is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

DEEPEST = 20
LARGEST_NUMBER = 2**53
"""Beyond it, whole numbers are not the same in every JSON reader."""


class NotJsonError(ValueError):
    """The bytes are not JSON."""


def parse(text: bytes) -> Any:
    """The value of a JSON text; raises `NotJsonError` saying why it is none."""
    try:
        value = json.loads(text.decode("utf-8"), object_pairs_hook=_object, parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise NotJsonError("it is not UTF-8") from None
    except RecursionError:
        raise NotJsonError("it is nested too deeply") from None
    except NotJsonError:
        raise
    except json.JSONDecodeError as error:
        raise NotJsonError(f"{error.msg.lower()} at line {error.lineno}, column {error.colno}") from None
    except ValueError:
        raise NotJsonError("a number in it has too many digits") from None
    if _depth_exceeds(value, DEEPEST):
        raise NotJsonError(f"it is nested more than {DEEPEST} levels deep")
    return value


def strange_values(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Each place in a value that cannot be stored as it is, with what is wrong there."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from strange_values(key, place)
            yield from strange_values(inner, f"{place}.{key}".lstrip("."))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from strange_values(inner, f"{place}[{number}]")
    elif fault := _fault_of(value):
        yield place.encode("ascii", "backslashreplace").decode().replace("\x00", "\\u0000") or "body", fault


def fault_of_text(text: str) -> str | None:
    """What keeps a text from being stored as it is, None if nothing does."""
    if "\x00" in text:
        return "holds a NUL character"
    if any("\ud800" <= character <= "\udfff" for character in text):
        return "holds half of a surrogate pair, which is no character"
    return None


def _fault_of(value: Any) -> str | None:
    if isinstance(value, str):
        return fault_of_text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return "is a number too large to hold"
    if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
        return "is a whole number too large for JSON readers"
    return None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise NotJsonError("a key stands twice in one object")
    return found


def _refuse_constant(constant: str) -> Any:
    raise NotJsonError(f"{constant} is no JSON number")


def _depth_exceeds(value: Any, levels: int) -> bool:
    """Whether a value is nested deeper, found without recursion over its whole depth."""
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_depth_exceeds(each, levels - 1) for each in inner)
