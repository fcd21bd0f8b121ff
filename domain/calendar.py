# SPDX-License-Identifier: EUPL-1.2
"""Working days as Danish public authorities keep them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import holidays

CLOSING_DAYS = frozenset({(6, 5), (12, 24), (12, 31)})
"""When Danish public offices close beside the public holidays (month, day): 5 June, 24 and 31 December."""

_SATURDAY = 5


@cache
def _public_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("DK", years=year))


def is_working_day(day: date) -> bool:
    """Whether Danish public offices are open on a day: no weekend, public holiday or customary closing day."""
    closed = day.weekday() >= _SATURDAY or (day.month, day.day) in CLOSING_DAYS
    return not closed and day not in _public_holidays(day.year)


def working_day_before(day: date) -> date:
    """The day itself when it is a working day, else the last working day before it."""
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day


def working_day_after(day: date) -> date:
    """The day itself when it is a working day, else the first working day after it."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day
