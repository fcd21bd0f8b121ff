# SPDX-License-Identifier: EUPL-1.2
"""How a case stood at an earlier moment: the views' own folds, run over the log up to there."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from domain.case import Case
from domain.dates import end_of_day
from domain.errors import InvalidError
from projections.documents import Document, case_document
from projections.folding import after
from projections.timeline import timeline_entry

if TYPE_CHECKING:
    from uuid import UUID

    from domain.cases import Cases

_MEND = "write a date as 2025-05-02, or an instant with its zone as 2025-05-02T12:00:00Z"
_LAST = datetime.max.replace(tzinfo=UTC)


def parse_as_of(text: str) -> datetime:
    """The UTC instant that `as_of` means, a date meaning its Danish day's last microsecond; raises `InvalidError`."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _parse_instant(text)
    try:
        return end_of_day(day) - timedelta(microseconds=1)
    except OverflowError:
        return _LAST


def case_as_of(cases: Cases, case_id: UUID, moment: datetime) -> Document | None:
    """The case's document with all that was recorded up to `moment` (aware); None if it was not opened yet."""
    case: Case | None = None
    for event in cases.history(case_id):
        if event.timestamp <= moment:
            case = after(case, event)
    return case_document(case, cases.position(case_id, case.version)) if case else None


def timeline_as_of(cases: Cases, case_id: UUID, moment: datetime) -> list[Document] | None:
    """The case's timeline up to and with `moment` (aware); None if it was not opened yet."""
    case: Case | None = None
    entries: list[Document] = []
    for event in cases.history(case_id):
        if event.timestamp <= moment:
            position = cases.position(case_id, event.originator_version)
            entries.append(timeline_entry(case, event, position, cases.organisation))
            case = after(case, event)
    return entries or None


def _parse_instant(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        what = f"as_of is {text!r}, which is no date or instant"
        raise InvalidError(what, _MEND, "as_of") from None
    if moment.tzinfo is None:
        what = f"as_of is {text!r}, an instant without a time zone"
        raise InvalidError(what, _MEND, "as_of")
    return _in_utc(moment)


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return _LAST
