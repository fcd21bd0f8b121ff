# SPDX-License-Identifier: EUPL-1.2
"""Texts from people and systems, as the log can keep them."""

from __future__ import annotations

from domain.errors import InvalidError


def checked(text: str | None, field: str) -> str | None:
    """The text itself; raises `InvalidError` for characters that no database text can hold: NUL and half surrogates."""
    if text is not None and any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text):
        raise InvalidError(f"the {field} holds a character that cannot be stored", "remove control characters", field)
    return text


def required(text: str, field: str) -> str:
    """The text without blanks around it; raises `InvalidError` if nothing is left."""
    stripped = (checked(text, field) or "").strip()
    if not stripped:
        raise InvalidError(f"the {field} is empty", f"write a {field}", field)
    return stripped
