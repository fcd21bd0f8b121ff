# SPDX-License-Identifier: EUPL-1.2
"""Working days as Danish public authorities keep them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import holidays

YEARS = range(1990, 2191)
"""The years for which public holidays are known."""

_SATURDAY = 5
_EASTER = "Easter Sunday"


@dataclass(frozen=True)
class ClosingDay:
    """A day on which public offices close although it is no public holiday: a date of every year, or one that moves."""

    month: int | None = None
    day: int | None = None
    days_after_easter: int | None = None

    def in_year(self, year: int) -> date | None:
        """When it is in a year, None where that year has no such date."""
        if self.days_after_easter is not None:
            easter = _easter(year)
            return easter and easter + timedelta(days=self.days_after_easter)
        try:
            return date(year, self.month or 1, self.day or 1)
        except ValueError:
            return None


@dataclass(frozen=True)
class WorkingDays:
    """The days on which an organisation's offices are open: no weekend, public holiday or closing day."""

    closing_days: tuple[ClosingDay, ...]

    def include(self, day: date) -> bool:
        """Whether a day is a working day."""
        return day.weekday() < _SATURDAY and day not in _closed(self.closing_days, day.year)

    def before(self, day: date) -> date:
        """The day itself when it is a working day, else the last working day before it."""
        while not self.include(day):
            day -= timedelta(days=1)
        return day

    def after(self, day: date) -> date:
        """The day itself when it is a working day, else the first working day after it."""
        while not self.include(day):
            day += timedelta(days=1)
        return day


CUSTOMARY = WorkingDays((ClosingDay(6, 5), ClosingDay(12, 24), ClosingDay(12, 31)))
"""Working days where no organisation's calendar is at hand: 5 June, 24 and 31 December are closed."""


@cache
def _closed(closing_days: tuple[ClosingDay, ...], year: int) -> frozenset[date]:
    found = (closing_day.in_year(year) for closing_day in closing_days)
    return frozenset(_public_holidays(year)) | {day for day in found if day}


@cache
def _public_holidays(year: int) -> dict[date, str]:
    """The public holidays of a year by date, with their English names; none where they are not known."""
    return dict(holidays.country_holidays("DK", years=year, language="en_US"))


def _easter(year: int) -> date | None:
    return next((day for day, name in _public_holidays(year).items() if name == _EASTER), None)
