# SPDX-License-Identifier: EUPL-1.2
"""What a case's activities tell its workflow."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from temporalio.exceptions import ApplicationError

from domain.cases import Cases
from domain.commands import Command
from runtime.clock import Clock, real_now
from tests.workflows.stage import ORGANISATION, SECRETARIAT
from workflows.activities import CaseActivities, WakeClock
from workflows.messages import AdvanceInput

CASE_ID = UUID("0f3d1c5e-8f43-4d0a-9a5e-2f6a1b7c9d10")
NOW = datetime(2026, 3, 2, 9, 0, 0, 400, tzinfo=UTC)
FIRST_REMINDER = datetime(2026, 3, 6, 7, tzinfo=UTC)
"""Two days before the window of seven days ends, which is a Saturday: Friday at eight, Danish time."""

PATIENCE_SECONDS = 20
"""How long a test may take at most to come from the beginning of its clock to the timer."""


class StandingClock:
    """A clock that stands still."""

    def __call__(self) -> datetime:
        """Now."""
        return NOW

    def real_seconds_until(self, instant: datetime) -> float:
        """Real seconds until an instant."""
        return (instant - NOW).total_seconds()


def test_timer_is_never_shorter_than_the_time_to_wake() -> None:
    """The length is rounded up to milliseconds."""
    advanced = _activities().advance(AdvanceInput(CASE_ID))

    left = (FIRST_REMINDER - NOW).total_seconds()
    assert advanced.wake_at == FIRST_REMINDER
    assert advanced.wake_in_seconds is not None
    assert timedelta() <= timedelta(seconds=advanced.wake_in_seconds - left) < timedelta(milliseconds=1)


def test_timer_is_shorter_where_time_runs_faster() -> None:
    """On a clock that runs a thousand times as fast four days are less than six minutes of Temporal's time."""
    fast = _activities(Clock(real_now(), NOW, speed=1000)).advance(AdvanceInput(CASE_ID)).wake_in_seconds

    whole = (FIRST_REMINDER - NOW).total_seconds() / 1000
    assert fast is not None
    assert whole - PATIENCE_SECONDS < fast <= whole


def test_due_day_is_included() -> None:
    """The due date that is shown is the last second of the day in Denmark."""
    assert _activities().advance(AdvanceInput(CASE_ID)).due == datetime(2026, 3, 9, 22, 59, 59, tzinfo=UTC)


def test_refusal_is_final() -> None:
    """A case that does not exist will not exist at the next attempt either."""
    with pytest.raises(ApplicationError, match="there is no such case") as refused:
        _activities().advance(AdvanceInput(uuid4()))

    assert refused.value.non_retryable


def _activities(clock: WakeClock | None = None) -> CaseActivities:
    """Activities on a log that holds one case, opened now."""
    clock = clock or StandingClock()
    cases = Cases(organisation=ORGANISATION, clock=clock)
    command = Command.by(SECRETARIAT)
    cases.open(command, route="cu-afrapportering", title="Afrapportering", deadline=date(2026, 5, 29), case_id=CASE_ID)
    return CaseActivities(cases, clock)
