# SPDX-License-Identifier: EUPL-1.2
"""Histories and later truths drawn from one distribution, to hold a plan's range against."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cache
from random import Random

from domain.calendar import WorkingDays
from domain.estimating import History
from domain.meetings import DAY, Calendars, Meeting, Recess
from domain.pace import OpenDays
from domain.planning import Matter

Draw = Callable[[Random], int]
"""Draws the days that one answer takes."""
FIRST = date(2019, 1, 1)


def drawers(rng: Random, shape: str, bodies: set[str]) -> dict[str, Draw]:
    """For every body a distribution of its own: of the shape asked for, round a middle of its own."""
    return {body: _drawer(shape, rng.randint(12, 60)) for body in sorted(bodies)}


def history(rng: Random, calendars: Calendars, draws: Mapping[str, Draw], answers: int) -> History:
    """So many earlier answers of every body, asked on days of 2019."""
    found: dict[str, list[tuple[date, date]]] = {}
    for body, draw in draws.items():
        days = open_days(calendars, body)
        for _ in range(answers):
            asked = FIRST + timedelta(days=rng.randint(0, 300))
            found.setdefault(body, []).append((asked, days.after(asked, draw(rng))))
    return found


def truth(
    rng: Random,
    matter: Matter,
    calendars: Calendars,
    draws: Mapping[str, Draw],
    drawn: Mapping[str, date] | None = None,
) -> date:
    """When the bound step was done, as each body's time was drawn and each uncertain meeting fell.

    `drawn` are the days of the bodies that a case under way has asked already.
    """
    done = dict(matter.done)
    for step_id in matter.order:
        ready = max([matter.start, *(done[earlier] for earlier in matter.after[step_id])])
        asked = matter.asked[step_id]
        if asked.since is not None and drawn is not None:
            done[step_id] = max(drawn[body] for body in asked.bodies)
        elif asked.ends_on is not None:
            done[step_id] = max(ready, asked.ends_on) + DAY
        elif asked.held == "written_procedure":
            done[step_id] = ready + timedelta(days=asked.step.window_days or 0)
        elif asked.held == "meeting":
            done[step_id] = max(_held(rng, ready, _next(calendars, body, ready)) for body in asked.bodies)
        else:
            days = [open_days(calendars, body).after(ready, draws[body](rng)) for body in asked.bodies]
            done[step_id] = max(days, default=ready)
    return max(done[step] for step in matter.bound)


def open_days(calendars: Calendars, body: str) -> OpenDays:
    """The days on which a body deals with its cases."""
    return _open_days(calendars.working_days, calendars.recesses_of(body))


@cache
def _open_days(working_days: WorkingDays, recesses: tuple[Recess, ...]) -> OpenDays:
    return OpenDays(working_days, recesses, FIRST)


def _next(calendars: Calendars, body: str, ready: date) -> Meeting:
    meetings = calendars.meetings(body, ready, ready + timedelta(days=800))
    return next(meeting for meeting in meetings if meeting.takes(ready, ready))


def _held(rng: Random, ready: date, meeting: Meeting) -> date:
    slip = rng.randint(-meeting.uncertain_days, meeting.uncertain_days)
    return max(ready, meeting.day + slip * DAY)


def _drawer(shape: str, middle: int) -> Draw:
    if shape == "skewed":
        return lambda rng: max(1, round(middle * rng.lognormvariate(0, 0.35)))
    if shape == "even":
        return lambda rng: rng.randint(middle // 2, middle * 3 // 2)
    if shape == "bell":
        return lambda rng: max(1, round(rng.gauss(middle, middle / 4)))
    return lambda rng: rng.choice([max(1, middle // 2), middle, middle * 2])
