# SPDX-License-Identifier: EUPL-1.2
"""The clock shows, converts and remembers time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from runtime.clock import Clock, ClockError, real_now

ORIGIN = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
START = datetime(2027, 3, 18, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
DEMO_SPEED = DAY / timedelta(seconds=0.25)


def test_real_clock_shows_real_time() -> None:
    """The real clock shows an aware UTC instant between two real ones."""
    before, shown, after = real_now(), Clock.real()(), real_now()

    assert before <= shown <= after
    assert shown.tzinfo is UTC


def test_demo_clock_runs_a_day_in_a_quarter_of_a_second() -> None:
    """With the demo's speed, a quarter of a real second moves the shown time by one day."""
    clock = Clock(ORIGIN, START, DEMO_SPEED)

    assert clock.shown_at(ORIGIN) == START
    assert clock.shown_at(ORIGIN + timedelta(seconds=0.25)) == START + DAY


def test_shown_time_is_utc_whatever_zone_it_was_made_with() -> None:
    """A clock made with another zone's instants still shows UTC."""
    copenhagen_winter = timezone(timedelta(hours=1))
    clock = Clock(ORIGIN, START.astimezone(copenhagen_winter), 1)

    assert clock.shown_at(ORIGIN).tzinfo is UTC
    assert clock.shown_at(ORIGIN) == START


def test_shown_time_keeps_microseconds_at_real_speed() -> None:
    """The real clock loses no microsecond."""
    instant = datetime(2026, 11, 22, 7, 0, 0, 123457, tzinfo=UTC)

    assert Clock.real().shown_at(instant) == instant


def test_seconds_until_are_real_seconds() -> None:
    """Eight shown days ahead are about two real seconds at the demo's speed."""
    clock = Clock(real_now(), START, DEMO_SPEED)

    assert clock.real_seconds_until(START + 8 * DAY) == pytest.approx(2, abs=0.5)


def test_seconds_until_the_past_are_none() -> None:
    """An instant that has passed is due at once."""
    assert Clock.real().real_seconds_until(ORIGIN - 1000 * DAY) == 0


def test_saved_clock_shows_the_same_in_another_process(tmp_path: Path) -> None:
    """What is loaded equals what was saved, speed and microseconds included."""
    clock = Clock(ORIGIN + timedelta(microseconds=1), START, DEMO_SPEED)
    clock.save(tmp_path)

    assert Clock.load(tmp_path) == clock


def test_folder_without_clock_means_real_time(tmp_path: Path) -> None:
    """Unless the demo says otherwise, the clock is the real one."""
    assert Clock.load(tmp_path) == Clock.real()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"origin": "x", "start": "y", "speed": 1}', '{"origin": 1}'])
def test_broken_clock_file_says_how_to_mend_it(tmp_path: Path, text: str) -> None:
    """A damaged clock file is refused with its name and the mend, never taken for real time."""
    (tmp_path / "clock.json").write_text(text)

    with pytest.raises(ClockError, match=r"clock\.json: not a clock .*; remove the file to use real time"):
        Clock.load(tmp_path)


@pytest.mark.parametrize("speed", [0, -1, float("nan"), float("inf")])
def test_clock_that_does_not_run_forward_is_refused(speed: float) -> None:
    """A speed must be a number above zero."""
    with pytest.raises(ClockError, match="give a number above 0"):
        Clock(ORIGIN, START, speed)


def test_clock_without_time_zone_is_refused() -> None:
    """Instants carry a zone, so that no machine's local time slips in."""
    with pytest.raises(ClockError, match="must carry a time zone"):
        Clock(ORIGIN.replace(tzinfo=None), START, 1)
