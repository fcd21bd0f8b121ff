# SPDX-License-Identifier: EUPL-1.2
"""Finds the case that the beginning of an id means."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from cli.office import Office, in_office
from domain.errors import CaseNotFoundError, InvalidError
from projections.queries import LARGEST_PAGE

if TYPE_CHECKING:
    from pathlib import Path

    from cli.options import Prefix

MOST_NAMED = 5
"""How many of the ids that begin alike a refusal names."""


def find_case(data: Path | None, prefix: Prefix) -> UUID:
    """The id of the only case whose id begins so. Raises `CaseNotFoundError` for none, `InvalidError` for several."""
    found = in_office(data, lambda office: _find_beginning(office, prefix.text))
    if not found:
        what = f"no case's id begins with {prefix.text!r}"
        raise CaseNotFoundError(what, "see `sagsgang case list` for the ids", "case")
    if len(found) > 1:
        more = "" if len(found) <= MOST_NAMED else f" and {len(found) - MOST_NAMED} more"
        what = f"{len(found)} cases' ids begin with {prefix.text!r}"
        raise InvalidError(what, f"give more of the one meant: {', '.join(found[:MOST_NAMED])}{more}", "case")
    return UUID(found[0])


async def _find_beginning(office: Office, beginning: str) -> list[str]:
    """The ids that begin so, of all cases in the views."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = await office.views.cases(today=office.today, q=beginning, cursor=cursor, limit=LARGEST_PAGE)
        found += [item["id"] for item in page["items"] if item["id"].startswith(beginning)]
        cursor = page["next"]
        if cursor is None:
            return found
