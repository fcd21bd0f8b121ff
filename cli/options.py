# SPDX-License-Identifier: EUPL-1.2
"""The arguments and options that several commands share, and how their texts are read."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

SHORTEST_PREFIX = 6
"""From so many characters on the beginning of a case's id stands for it."""


@dataclass(frozen=True)
class Prefix:
    """The beginning of a case's id, given instead of the whole one; `cli.groups` makes it whole."""

    text: str


def read_case_id(text: str) -> UUID | Prefix:
    """The id that a text is, or the beginning of one; anything else is bad usage."""
    try:
        return UUID(text)
    except ValueError:
        pass
    if re.fullmatch(rf"[0-9a-f-]{{{SHORTEST_PREFIX},36}}", text.lower()):
        return Prefix(text.lower())
    raise typer.BadParameter(
        f"{text!r} is no case's id; give the id, or its first {SHORTEST_PREFIX} or more characters"
    )


def read_as_of(text: str) -> str:
    """The text, if it is a date or an instant; anything else is bad usage."""
    from projections.as_of import parse_as_of  # only now: it takes long to load

    parse_as_of(text)
    return text


def read_day(text: str) -> date:
    """The date that `YYYY-MM-DD` means; anything else is bad usage."""
    try:
        if len(text) == len("YYYY-MM-DD"):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise typer.BadParameter(f"{text!r} is no date; write it as YYYY-MM-DD")


def read_attributes(pairs: list[str]) -> dict[str, Any]:
    """The attributes that `key=value` texts give: whole numbers, decimals, true and false as such, the rest as text."""
    attributes: dict[str, Any] = {}
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if not (separator and key.strip()):
            raise typer.BadParameter(f"{pair!r} is no attribute; write --set key=value")
        if key.strip() in attributes:
            raise typer.BadParameter(f"{key.strip()!r} is set twice; leave one out")
        attributes[key.strip()] = _value(value)
    return attributes


def day(name: str, purpose: str) -> Any:
    """An option that takes a date."""
    return typer.Option(name, metavar="YYYY-MM-DD", parser=read_day, help=purpose)


Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Data folder of the running services.", show_default=False),
]
CaseId = Annotated[
    UUID, typer.Argument(metavar="ID", parser=read_case_id, help="The case's id, or its first 6 characters or more.")
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="T", parser=read_as_of, help="A date (the end of that Danish day) or an instant."),
]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept in the case.")]
Papers = Annotated[list[Path] | None, typer.Option("--paper", metavar="FILE", help="A version of the papers.")]


def _value(text: str) -> Any:
    try:
        value = json.loads(text, parse_constant=str)  # NaN and Infinity are no JSON
    except ValueError:
        return text
    return value if isinstance(value, bool | int | float) else text
