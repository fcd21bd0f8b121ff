# SPDX-License-Identifier: EUPL-1.2
"""How long bodies take from asked to decided: what a calendar and a body's own history make likely."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import exp, log, prod
from statistics import NormalDist

from domain.calendar import WorkingDays
from domain.meetings import DAY, Recess, UsualTime

_NORMAL = NormalDist()
FOUR_IN_FIVE = _NORMAL.inv_cdf(0.9)
"""Within so many standard deviations of the middle four in five lie."""
_CALENDAR_COUNTS_AS = 3
"""The calendar's usual time counts as much as so many answers of the body's own."""
_HANDLING_DAYS = 3
"""Added to every time before times are compared by their ratio, so that a day more weighs little in a short one."""
_SLOWEST_KNOWN = 0.95
"""A body that has taken longer than this part of its answers is given the time again that is left from there."""
_LEAST_SPREAD = 0.01


@dataclass(frozen=True)
class Pace:
    """A body's time from asked to decided: its logarithm is normally distributed."""

    middle: float
    """Of the logarithm of the days, some days of handling added."""
    spread: float
    """The standard deviation of that logarithm; none: the time is sure."""
    assumed: bool

    def still(self, waited: int) -> _Still:
        """What is to be expected of it, now that it has let `waited` days go by."""
        beyond = max(0, waited - int(self.at(_SLOWEST_KNOWN)))
        return _Still(self, beyond, self.by(waited - beyond) if waited else 0.0)

    def by(self, days: int) -> float:
        """The chance that it decides within so many days of its being asked."""
        if not self.spread:
            return float(days >= round(self.at(0.5)))
        return _NORMAL.cdf((_logarithm(days) - self.middle) / self.spread) if days >= 0 else 0.0

    def at(self, level: float) -> float:
        """The days within which it decides with the chance `level`."""
        return exp(self.middle + self.spread * _NORMAL.inv_cdf(level)) - _HANDLING_DAYS


@dataclass(frozen=True)
class _Still:
    """A body's time, counted from its being asked, after some days have gone by without a decision."""

    pace: Pace
    beyond: int
    """The days that it has let go by beyond those in which it usually decides: its time is given again from there."""
    before: float
    """The chance that it would have decided by now."""

    def by(self, days: int) -> float:
        """The chance that it decides within so many days."""
        return max(0.0, self.pace.by(days - self.beyond) - self.before) / (1 - self.before)

    def at(self, level: float) -> float:
        """The days within which it decides with the chance `level`, but for rounding."""
        return self.beyond + max(0.0, self.pace.at(self.before + level * (1 - self.before)))


def pace_of(usual: UsualTime, durations: Sequence[int] = ()) -> Pace:
    """A body's pace from the calendar's usual time and from how many days its own answers took.

    The more answers there are the less the calendar counts; few answers leave more room than many.
    """
    prior = _logarithm(usual.days)
    prior_spread = (_logarithm(usual.days + usual.spread_days) - prior) / FOUR_IN_FIVE
    if not durations:
        return Pace(prior, prior_spread, usual.assumed)
    logs = [_logarithm(days) for days in durations]
    n, k = len(logs), _CALENDAR_COUNTS_AS
    mean = sum(logs) / n
    squares = k * prior_spread**2 + sum((x - mean) ** 2 for x in logs) + k * n / (k + n) * (mean - prior) ** 2
    # Beside the answers' own spread: the mean is not known exactly, and neither is the spread itself.
    unsure = (1 + 1 / (k + n)) * (1 + 1 / (k + n - 1))
    spread = (squares / (k + n - 1) * unsure) ** 0.5
    return Pace((k * prior + n * mean) / (k + n), max(spread, _LEAST_SPREAD), assumed=False)


def _logarithm(days: int) -> float:
    return log(days + _HANDLING_DAYS)


@lru_cache(maxsize=16_384)
def together(paces: tuple[Pace, ...], needed: int, waited: int) -> Together:
    """Some bodies that were asked at once, `needed` of which are enough, none of which has decided in `waited` days."""
    return Together(paces, needed, waited)


class Together:
    """When enough of some bodies have decided; what was worked out for one level of chance is of use for the next."""

    def __init__(self, paces: tuple[Pace, ...], needed: int, waited: int) -> None:
        """As `together`."""
        self._of = [(pace.still(waited), times) for pace, times in Counter(paces).items()]
        self._many, self._needed, self._waited = len(paces), needed, waited
        self._known: dict[int, float] = {}
        self._until: dict[float, int] = {}

    def until(self, level: float) -> int:
        """After how many days, counted from the asking, enough of them have decided with the chance `level`."""
        if level not in self._until:
            first, last = self._between(level)
            self._until[level] = bisect_left(range(last), level, lo=first, key=self._by)
        return self._until[level]

    def _between(self, level: float) -> tuple[int, int]:
        """Between which days the answer lies, a day of rounding on either side.

        It is enough that each has decided with the root of the chance, and not enough before anybody has (or, where
        all are needed, before the slowest has) with the chance itself.
        """
        all_needed, root = self._needed == self._many, level ** (1 / self._many)
        first = level if all_needed else 1 - (1 - level) ** (1 / self._many)
        earliest = (max if all_needed else min)(still.at(first) for still, _ in self._of)
        latest = max(still.at(root) for still, _ in self._of)
        return max(self._waited, int(earliest) - 1), max(self._waited, int(latest) + 2)

    def _by(self, days: int) -> float:
        """The chance that enough have decided within so many days."""
        if days not in self._known:
            chances = [(still.by(days), times) for still, times in self._of]
            if self._needed == self._many:
                self._known[days] = prod(chance**times for chance, times in chances)
            else:
                self._known[days] = _chance_of(self._needed, [c for c, times in chances for _ in range(times)])
        return self._known[days]


def _chance_of(needed: int, chances: Sequence[float]) -> float:
    """The chance that at least so many of several independent things happen."""
    having = [1.0]
    for chance in chances:
        without, with_it = [p * (1 - chance) for p in having], [p * chance for p in having]
        having = [a + b for a, b in zip([*without, 0.0], [0.0, *with_it], strict=True)]
    return sum(having[needed:])


class OpenDays:
    """Counts the days on which a body deals with its cases, all but its recesses; it decides on the working days."""

    def __init__(self, working_days: WorkingDays, recesses: Sequence[Recess], first: date) -> None:
        """Count from the day `first` on."""
        self._working_days, self._recesses = working_days, recesses
        self._next = first
        self._open: list[date] = []
        self._deciding: list[date] = []

    def after(self, day: date, days: int) -> date:
        """The day on which a body decides that takes so many days from `day`."""
        self._count_to(day)
        place = bisect_left(self._open, day) + days
        while len(self._open) <= place:
            self._count_further()
        return self.deciding_from(self._open[place])

    def before(self, day: date, days: int) -> date | None:
        """The last day from which a body that takes so many days decides by `day`; None before all counting."""
        self._count_to(day)
        place = bisect_right(self._open, self.deciding_until(day) or date.min) - 1 - days
        return self._open[place] if place >= 0 else None

    def between(self, first: date, last: date) -> int:
        """How many days a body had from one day to another."""
        self._count_to(last)
        return max(0, bisect_left(self._open, last) - bisect_left(self._open, first))

    def deciding_from(self, day: date) -> date:
        """The first day from `day` on on which the body can decide."""
        self._count_to(day)
        return self._deciding[bisect_left(self._deciding, day)]

    def deciding_until(self, day: date) -> date | None:
        """The last day up to `day` on which the body can decide; None before all counting."""
        self._count_to(day)
        place = bisect_right(self._deciding, day) - 1
        return self._deciding[place] if place >= 0 else None

    def _count_to(self, day: date) -> None:
        """Count further days until one on which the body can decide is no earlier than a day."""
        while not self._deciding or self._deciding[-1] < day:
            self._count_further()

    def _count_further(self) -> None:
        for _ in range(366):
            self._take(self._next)
            self._next += DAY

    def _take(self, day: date) -> None:
        if any(recess.holds(day) for recess in self._recesses):
            return
        self._open.append(day)
        if self._working_days.include(day):
            self._deciding.append(day)
