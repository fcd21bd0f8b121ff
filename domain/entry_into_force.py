# SPDX-License-Identifier: EUPL-1.2
"""Entry into force as a route says it: on which day, provided which steps, in place of what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.faults import TableReader

REPLACES = "replaces"
"""The case's attribute that names what is replaced: a text, or the id of another case."""


@dataclass(frozen=True)
class EntryIntoForce:
    """What a route's cases bring into force at their end."""

    on: str | None = None
    """The case's attribute that holds the expected day; without a day it is when the last provision holds."""
    day: date | None = None
    """The expected day itself, where the route knows it."""
    provided: tuple[str, ...] = ()
    """The steps that must end with consent."""
    replaces: str | None = None
    """What is replaced unless the case's own attribute says otherwise."""


def read_entry_into_force(table: TableReader) -> EntryIntoForce | None:
    """The table `entry_into_force` of a route, None where there is none."""
    inner = table.optional_table("entry_into_force")
    if inner is None:
        return None
    entry = EntryIntoForce(
        on=inner.optional_text("on"),
        day=inner.optional_date("date"),
        provided=inner.texts("provided"),
        replaces=inner.optional_text("replaces"),
    )
    if inner.has("on") and inner.has("date"):
        inner.fault("date", "stands beside on", "remove one of the two")
    inner.done()
    return entry
