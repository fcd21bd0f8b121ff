# SPDX-License-Identifier: EUPL-1.2
"""What an answer may carry beside its outcome, as the API and the webhooks both take it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field, WithJsonSchema

from domain.minutes import MAX_ENTRIES, MAX_ITEM, MAX_LINE, MAX_WORDS
from web.reading import Day, Given, Identifier, Sent

MOST_ASKS = 20
"""How many further asks one answer may speak to."""

Line = Annotated[str, Field(max_length=MAX_LINE)]
Words = Annotated[str, Field(max_length=MAX_WORDS)]

_DISSENTER: dict[str, Any] = {
    "type": "object",
    "required": ["who"],
    "properties": {
        "who": {"type": "string", "maxLength": MAX_LINE},
        "text": {"type": ["string", "null"], "maxLength": MAX_WORDS},
    },
}
# Written out, since a schema that stands inside another one cannot refer to definitions of its own.
_DISSENT = WithJsonSchema({"type": "array", "maxItems": MAX_ENTRIES, "items": _DISSENTER})


class _Dissenter(BaseModel):
    who: Line
    text: Words | None = None


class GivenDissenter(_Dissenter, Given):
    """A member who voted against, as the API takes it."""


class SentDissenter(_Dissenter, Sent):
    """A member who voted against, as a body's system sends it."""


GivenDissent = Annotated[list[GivenDissenter], Field(max_length=MAX_ENTRIES), _DISSENT]
SentDissent = Annotated[list[SentDissenter], Field(max_length=MAX_ENTRIES), _DISSENT]


class Minutes(BaseModel):
    """The asks that an answer speaks to, and what the minutes tell beside the outcome (docs/reference/asks.md)."""

    ask: Identifier | None = None
    also: dict[str, Identifier] | None = Field(default=None, max_length=MOST_ASKS)
    meeting_on: Day | None = None
    agenda_item: Annotated[str, Field(max_length=MAX_ITEM)] | None = None
    wording: Words | None = None
    protocol: Line | None = None
    reservation: Words | None = None
    persons: list[Line] | None = Field(default=None, max_length=MAX_ENTRIES)
    points: list[Words] | None = Field(default=None, max_length=MAX_ENTRIES)
