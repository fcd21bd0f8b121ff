# SPDX-License-Identifier: EUPL-1.2
"""How long bodies take: from the calendar, from their own answers, together, and after they have waited."""

from __future__ import annotations

from datetime import date

import pytest

from domain.calendar import CUSTOMARY
from domain.meetings import Recess, UsualTime
from domain.names import Name
from domain.pace import OpenDays, Pace, pace_of, together

USUAL = UsualTime(days=28, spread_days=10)
WINTER = Recess(name=Name("Vinterferie", "Winter holidays"), weeks=(7,))


def within(pace: Pace, level: float, *, bodies: int = 1, needed: int | None = None, waited: int = 0) -> int:
    """After how many days the bodies are done with a chance."""
    return together((pace,) * bodies, needed or bodies, waited).until(level)


def test_the_calendar_s_usual_time_is_the_median() -> None:
    """And four in five lie within its spread."""
    pace = pace_of(USUAL)

    assert within(pace, 0.5) == 28
    assert within(pace, 0.9) == 38
    assert pace.assumed


def test_a_time_without_spread_is_sure() -> None:
    """Whatever the chance that is asked for."""
    pace = pace_of(UsualTime(days=14))

    assert {within(pace, level, bodies=19) for level in (0.01, 0.5, 0.99)} == {14}


def test_the_last_of_many_is_later_than_one() -> None:
    """And the first half of them is done before."""
    pace = pace_of(USUAL)

    assert within(pace, 0.5, bodies=19, needed=10) <= 29 < within(pace, 0.5, bodies=19)
    assert within(pace, 0.5, bodies=19, needed=1) < 28


def test_a_body_s_own_answers_take_the_calendar_s_place() -> None:
    """The more there are."""
    few, many = pace_of(USUAL, [60, 55]), pace_of(USUAL, [60, 55] * 20)

    assert 28 < within(few, 0.5) < within(many, 0.5) <= 60
    assert within(few, 0.9) - within(few, 0.1) > within(many, 0.9) - within(many, 0.1)
    assert not few.assumed


@pytest.mark.parametrize("waited", [10, 28, 60, 500])
def test_one_that_has_been_waited_for_takes_longer_than_that(waited: int) -> None:
    """But not the whole time again, however long it has been."""
    found = within(pace_of(USUAL), 0.5, waited=waited)

    assert waited < found < waited + 28


def test_recesses_do_not_count() -> None:
    """Ten days from Thursday of week 6 end ten days and week 7 later, on a working day."""
    days = OpenDays(CUSTOMARY, (WINTER,), date(2025, 1, 1))

    assert days.after(date(2025, 2, 6), 10) == date(2025, 2, 24)
    assert days.between(date(2025, 2, 6), date(2025, 2, 23)) == 10


@pytest.mark.parametrize("taken", [0, 1, 9, 40])
def test_the_way_back_is_the_way_there(taken: int) -> None:
    """From the last day on which it is in time; a day later it is not."""
    days, by = OpenDays(CUSTOMARY, (WINTER,), date(2024, 1, 1)), date(2025, 3, 5)
    last = days.before(by, taken)

    assert last is not None
    assert days.after(last, taken) <= by < days.after(date.fromordinal(last.toordinal() + 1), taken)
