# SPDX-License-Identifier: EUPL-1.2
"""Texts from people and systems, as the log can keep them and a page can show them."""

from __future__ import annotations

import unicodedata

from domain.errors import InvalidError

_LINE_BREAKS = {"\n", "\r", "\t"}
_STEERING = {"Cc", "Cs", "Zl", "Zp"}
"""Control characters, half surrogates and line separators."""
_TURNING = {chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
"""What turns the direction of the text after it, so that a line reads otherwise than it is."""


def checked(text: str | None, field: str, *, lines: bool = False) -> str | None:
    """The text itself; raises `InvalidError` for characters that steer a terminal or a page. `lines` lets it break."""
    allowed = _LINE_BREAKS if lines else set()
    for character in text or "":
        if character not in allowed and (unicodedata.category(character) in _STEERING or character in _TURNING):
            what = f"the {field} holds the control character U+{ord(character):04X}"
            raise InvalidError(what, "remove it", field)
    return text


def required(text: str, field: str) -> str:
    """The text without blanks around it; raises `InvalidError` if nothing is left."""
    stripped = (checked(text.strip(), field) or "").strip()
    if not stripped:
        raise InvalidError(f"the {field} is empty", f"write a {field}", field)
    return stripped


def optional(text: str | None, field: str) -> str | None:
    """The text without blanks around it, or None if there is none; raises `InvalidError`."""
    return (checked(text, field) or "").strip() or None
