# SPDX-License-Identifier: EUPL-1.2
"""Names that people read, in Danish and in English."""

from __future__ import annotations

from dataclasses import dataclass

from domain.faults import TableReader


@dataclass(frozen=True)
class Name:
    """A name in Danish and in English."""

    da: str
    en: str


def read_name(table: TableReader) -> Name:
    """Return the name that a table `{ da = "…", en = "…" }` holds."""
    name = Name(da=table.text("da"), en=table.text("en"))
    table.done()
    return name
