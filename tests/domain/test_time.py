# SPDX-License-Identifier: EUPL-1.2
"""Reminders, due dates and the moments at which the process wakes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from domain.calendar import CUSTOMARY
from domain.case import Case
from domain.dates import danish_date, end_of_day, start_of_day
from tests.domain.desk import Desk


def reminders(desk: Desk, step: str) -> list[tuple[datetime, list[str]]]:
    """When a step's reminders went out, and to whom."""
    events = [e for e in desk.cases.history(desk.id) if isinstance(e, Case.BodiesReminded) and e.step == step]
    return [(e.timestamp, e.bodies) for e in events]


def test_reminders_go_out_on_working_days_at_eight(desk: Desk) -> None:
    """Fourteen days before Saturday 31 May is a Saturday, three a Wednesday; each moves to the working day before."""
    desk.open()
    desk.turn_to("2025-04-08")
    desk.until("councils")

    desk.let_pass("2025-06-12")

    sent = [moment for moment, _ in reminders(desk, "councils")]
    assert sent == [datetime(2025, m, d, 6, tzinfo=UTC) for m, d in ((5, 16), (5, 28), (6, 10))]


def test_who_has_answered_or_is_delayed_is_not_reminded(desk: Desk) -> None:
    """A reminder goes to those only who have said nothing."""
    desk.open()
    desk.until("councils")
    desk.answers("lemvig", "noted")
    desk.delays("norddjurs")

    desk.let_pass("2025-05-17")

    (_, reminded), *_rest = reminders(desk, "councils")
    assert len(reminded) == 17
    assert not {"lemvig", "norddjurs"} & set(reminded)


def test_reminders_kept_back_by_an_outage_go_out_once(desk: Desk) -> None:
    """After a stop over two reminders only the newest is sent."""
    desk.open()
    desk.turn_to("2025-04-08")
    desk.until("councils")

    desk.turn_to("2025-05-28")
    desk.advance()
    desk.let_pass("2025-06-03")

    assert [moment for moment, _ in reminders(desk, "councils")] == [datetime(2025, 5, 28, 8, tzinfo=UTC)]


def test_a_case_opened_after_a_reminders_day_is_not_reminded_for_it(desk: Desk) -> None:
    """Nobody is reminded of what he was not asked."""
    desk.open()
    desk.turn_to("2025-05-27")
    desk.until("councils")

    desk.let_pass("2025-05-29")

    assert len(reminders(desk, "councils")) == 1


def test_a_passed_window_leaves_the_step_open_and_overdue(desk: Desk) -> None:
    """The window's last day is included; at its end the passing is recorded and the step goes on waiting."""
    desk.open()

    desk.let_pass("2025-03-27")

    passed = [e for e in desk.cases.history(desk.id) if isinstance(e, Case.DuePassed)]
    assert [e.timestamp for e in passed] == [end_of_day(date(2025, 3, 25))]
    assert desk.case.waiting_for() == ["dassos"]
    assert desk.answers("dassos", "approved") == "counted"


def test_a_passed_due_date_is_recorded_once(desk: Desk) -> None:
    """However often the process looks."""
    desk.open()
    desk.let_pass("2025-03-27")
    desk.advance()
    desk.let_pass("2025-04-20")

    assert desk.topics().count("case.due_passed") == 1


def test_an_extended_deadline_passes_again(desk: Desk) -> None:
    """A new date has a passing and reminders of its own."""
    desk.open()
    desk.until("councils")
    desk.let_pass("2025-06-02")
    desk.commands("extend", date(2025, 6, 20), "udsat")

    desk.let_pass("2025-06-23")

    due = [e.due for e in desk.cases.history(desk.id) if isinstance(e, Case.DuePassed) and e.step == "councils"]
    assert due == ["2025-05-31", "2025-06-20"]


def test_a_suspended_case_sleeps(desk: Desk) -> None:
    """No reminder goes out and nothing passes while the clocks are stopped."""
    desk.open()
    desk.commands("suspend", "afventer")
    before = desk.topics()

    desk.let_pass("2025-04-30")

    assert (desk.topics(), desk.wake_at) == (before, None)


def test_a_case_that_nothing_is_due_in_does_not_wake(desk: Desk) -> None:
    """A body that decides at its own meeting has no date to wake for."""
    desk.open()
    desk.answers("dassos", "approved")

    assert desk.wake_at is None


def test_danish_days_begin_at_danish_midnight() -> None:
    """In winter an hour before UTC's, in summer two; on the day of the change each as the clocks show."""
    assert start_of_day(date(2025, 1, 15)) == datetime(2025, 1, 14, 23, tzinfo=UTC)
    assert end_of_day(date(2025, 3, 30)) == datetime(2025, 3, 30, 22, tzinfo=UTC)
    assert danish_date(datetime(2025, 5, 31, 21, 59, tzinfo=UTC)) == date(2025, 5, 31)
    assert danish_date(datetime(2025, 5, 31, 22, 0, tzinfo=UTC)) == date(2025, 6, 1)


@pytest.mark.parametrize(
    ("day", "open_"),
    [
        (date(2025, 4, 17), False),  # Maundy Thursday
        (date(2025, 5, 1), True),
        (date(2024, 4, 26), True),  # Great Prayer Day is abolished since 2024
        (date(2025, 6, 5), False),  # Constitution Day
        (date(2025, 12, 24), False),
        (date(2025, 12, 31), False),
        (date(2025, 5, 31), False),  # a Saturday
    ],
)
def test_working_days_are_those_of_danish_offices(day: date, open_: bool) -> None:  # noqa: FBT001
    """Public holidays, weekends and the customary closing days are none."""
    assert CUSTOMARY.include(day) == open_


def test_the_nearest_working_day_on_either_side() -> None:
    """Around Easter 2025, which closes five days in a row."""
    assert CUSTOMARY.before(date(2025, 4, 20)) == date(2025, 4, 16)
    assert CUSTOMARY.after(date(2025, 4, 17)) == date(2025, 4, 22)
