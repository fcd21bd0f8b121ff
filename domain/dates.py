# SPDX-License-Identifier: EUPL-1.2
"""Danish calendar dates and UTC instants, and the way from one to the other."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.errors import InvalidError

EARLIEST = date(1970, 4, 1)
"""The day on which Denmark's municipalities as such began; no case is about an earlier one."""
FURTHEST_YEARS = 30
"""How far ahead a date may lie: what lies further is a slip of the pen."""
COPENHAGEN = ZoneInfo("Europe/Copenhagen")


def danish_date(instant: datetime) -> date:
    """The calendar date in Denmark at an aware instant."""
    return instant.astimezone(COPENHAGEN).date()


def at_danish_time(day: date, moment: time) -> datetime:
    """The UTC instant at which Danish clocks show `moment` on `day`."""
    return datetime.combine(day, moment, COPENHAGEN).astimezone(UTC)


def start_of_day(day: date) -> datetime:
    """The UTC instant at which a Danish day begins."""
    return at_danish_time(day, time())


def end_of_day(day: date) -> datetime:
    """The UTC instant at which a Danish day is over: the first of the next, so a deadline's day is included."""
    return start_of_day(day + timedelta(days=1))


def check_day(day: date | None, field: str, today: date, *, earliest: date = EARLIEST) -> None:
    """Raise `InvalidError` for a date before `earliest` or too far after `today`."""
    latest = today + timedelta(days=366 * FURTHEST_YEARS)
    if day is not None and not earliest <= day <= latest:
        what = f"the date {day} cannot be"
        raise InvalidError(what, f"give a date from {earliest} to {latest}", field)
