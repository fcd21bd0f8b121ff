# SPDX-License-Identifier: EUPL-1.2
"""The dates of running cases, as calendars tell them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from projections.documents import Document


@dataclass(frozen=True)
class Due:
    """An answer that is waited for: the inbox's entry, how many bodies are, and when the case last changed (UTC)."""

    entry: Document
    waiting: int
    changed_at: datetime


@dataclass(frozen=True)
class Deadline:
    """The deadline of a running case, and when the case last changed (UTC)."""

    case: str
    title: str
    deadline: date
    changed_at: datetime


@dataclass(frozen=True)
class Dates:
    """What a calendar tells beside meetings."""

    dues: Sequence[Due] = ()
    deadlines: Sequence[Deadline] = ()
