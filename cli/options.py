# SPDX-License-Identifier: EUPL-1.2
"""The arguments and options that several commands share, and how their texts are read."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer


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
CaseId = Annotated[UUID, typer.Argument(metavar="ID", help="The case's id.")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="T", help="A date (the end of that Danish day) or an instant.")
]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept in the case.")]
Papers = Annotated[list[Path] | None, typer.Option("--paper", metavar="FILE", help="A version of the papers.")]


def _value(text: str) -> Any:
    try:
        value = json.loads(text, parse_constant=str)  # NaN and Infinity are no JSON
    except ValueError:
        return text
    return value if isinstance(value, bool | int | float) else text
