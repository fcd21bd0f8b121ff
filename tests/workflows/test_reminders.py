# SPDX-License-Identifier: EUPL-1.2
"""Reminders and escalations over half a year of skipped time: exactly when, what, and of whom."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from textwrap import dedent
from uuid import UUID

import pytest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from domain.answering import Reply
from domain.case import Case
from domain.cases import Cases
from domain.commands import Actor, Command
from domain.dates import at_danish_time
from domain.organisation import Organisation
from tests.domain.desk import MIDTJYLLAND
from tests.workflows.stage import BINARIES, SECRETARIAT, ServerClock, SkippingStage, answer, skipping_stage, working
from workers.temporal import Waking, wake

BODIES = ["dassos", "kd-net", "kkr-midtjylland"]
HEAD = """
id = "own"
version = 1
name = { da = "Egen", en = "Own" }
source = "Hvem der ikke svarer, mindes om det."
binds = "a"
ending = { status = "completed", result_of = "a" }

[[steps]]
id = "a"
name = { da = "Trin", en = "Step" }
ask = "note"
mode = "own_process"
bodies = ["dassos", "kd-net", "kkr-midtjylland"]
due = "deadline"
"""
FOUR = """
reminders = [
  { days_before_due = 14 }, { at_due = true }, { days_after_due = 3, to = "secretariat" },
  { days_after_due = 7, to = "leadership" },
]
"""
"""Of the deadline 1 October 2031, a Wednesday: 17 September, 1 October, 6 October (a Monday) and 8 October."""
DEADLINE = date(2031, 10, 1)
LEADERS = "leadership: kd-net, kkr-midtjylland"

Told = tuple[str, str, list[str]]
"""A minute in UTC, what it was, and of whom."""


def organised(rules: str) -> Organisation:
    """The organisation that ships, calendars and all, with a route of these rules."""
    files = {f.relative_to(MIDTJYLLAND).as_posix(): f.read_text("utf-8") for f in MIDTJYLLAND.rglob("*.toml")}
    shipped = {name: text for name, text in files.items() if not name.startswith("demo/")}
    return Organisation.parse({**shipped, "routes/own.toml": dedent(HEAD + rules)})


def told(cases: Cases, case_id: UUID) -> list[Told]:
    """What went out, in order."""
    found: list[Told] = []
    for event in cases.history(case_id):
        minute = f"{event.timestamp.astimezone(UTC):%Y-%m-%d %H:%M}"
        if isinstance(event, Case.BodiesReminded):
            found.append((minute, "by hand" if event.by_hand else "reminded", event.bodies))
        if isinstance(event, Case.Escalated):
            found.append((minute, f"{event.level}: {', '.join(event.told)}", event.bodies))
    return found


async def opened(stage: SkippingStage, day: date, deadline: date = DEADLINE) -> UUID:
    """A case that is opened at noon of a day."""
    await stage.until(noon(day))
    case = await stage.open("own", deadline=deadline)
    await stage.settle()
    return case.case_id


def noon(day: date) -> datetime:
    """Twelve on Danish clocks."""
    return at_danish_time(day, time(12))


async def delays(stage: SkippingStage, case_id: UUID, body: str) -> None:
    """Let a body say that it is delayed."""
    command = Command.by(Actor(body, "council", "test"))
    await stage.do(lambda: stage.cases.delay(case_id, command, body, Reply(), "webhook"))


WINTER = """
reminders = [
  { days_before_due = 166 }, { days_before_due = 155 }, { days_before_due = 154 }, { days_before_due = 97 },
  { days_before_due = 90 }, { days_before_due = 45 }, { days_before_due = 1 }, { at_due = true },
  { days_after_due = 1, to = "secretariat" }, { days_after_due = 10, to = "leadership" },
]
"""


async def test_a_winter_with_both_changes_of_the_clock() -> None:
    """Eight is eight before and after, and no weekend, closing day or Easter is disturbed; week 42 and 7 are."""
    async with skipping_stage(organised(WINTER)) as stage:
        case = await opened(stage, date(2030, 10, 1), date(2031, 3, 31))

        await stage.until(noon(date(2031, 5, 1)))
        await stage.settle()

        assert told(stage.cases, case) == [
            ("2030-10-16 06:00", "reminded", BODIES),  # a Wednesday in week 42
            ("2030-10-25 06:00", "reminded", BODIES),  # for Sunday 27 October, when the clock goes back
            ("2030-10-28 07:00", "reminded", BODIES),  # the Monday after
            ("2030-12-23 07:00", "reminded", BODIES),  # for 24 December
            ("2030-12-30 07:00", "reminded", BODIES),  # for 31 December
            ("2031-02-14 07:00", "reminded", BODIES),  # the Friday of week 7
            ("2031-03-28 07:00", "reminded", BODIES),  # for Sunday 30 March, when the clock goes forward
            ("2031-03-31 06:00", "reminded", BODIES),
            ("2031-04-01 06:00", "secretariat: secretariat", BODIES),
            ("2031-04-15 06:00", LEADERS, BODIES),  # for Maundy Thursday, after Easter Monday
        ]


SUMMER = """
reminders = [
  { days_before_due = 70 }, { days_before_due = 57 }, { days_before_due = 31 }, { days_before_due = 5 },
  { days_after_due = 1, to = "leadership" },
]
"""


async def test_a_summer_with_its_closing_days_and_july() -> None:
    """Ascension Day with its closing day, and Constitution Day, are closed; in July offices read their mail."""
    async with skipping_stage(organised(SUMMER)) as stage:
        case = await opened(stage, date(2031, 4, 1), date(2031, 8, 1))

        await stage.until(noon(date(2031, 10, 1)))
        await stage.settle()

        assert told(stage.cases, case) == [
            ("2031-05-21 06:00", "reminded", BODIES),  # for Friday 23 May, the day after Ascension Day
            ("2031-06-04 06:00", "reminded", BODIES),  # for 5 June
            ("2031-07-01 06:00", "reminded", BODIES),
            ("2031-07-25 06:00", "reminded", BODIES),  # for Sunday 27 July
            ("2031-08-04 06:00", LEADERS, BODIES),  # for Saturday 2 August
        ]


AT_CHRISTMAS = """
reminders = [
  { days_before_due = 7 }, { at_due = true }, { days_after_due = 1, to = "secretariat" },
  { days_after_due = 7, to = "leadership" },
]
"""


async def test_a_deadline_on_christmas_eve() -> None:
    """It is said the working day before; who is silent is named between the years and after New Year's Day."""
    async with skipping_stage(organised(AT_CHRISTMAS)) as stage:
        case = await opened(stage, date(2031, 12, 1), date(2031, 12, 24))

        await stage.until(noon(date(2032, 2, 1)))
        await stage.settle()

        assert stage.cases.get(case).current("a").due == date(2031, 12, 24)
        assert told(stage.cases, case) == [
            ("2031-12-17 07:00", "reminded", BODIES),
            ("2031-12-23 07:00", "reminded", BODIES),  # for 24 December
            ("2031-12-29 07:00", "secretariat: secretariat", BODIES),  # for Christmas Day, after a weekend
            ("2032-01-02 07:00", LEADERS, BODIES),  # for 31 December
        ]


async def test_suspended_over_the_deadline_and_resumed() -> None:
    """Nothing goes out meanwhile; afterwards the rest counts from the moved date, and what went out is not repeated."""
    async with skipping_stage(organised(FOUR)) as stage:
        case = await opened(stage, date(2031, 6, 2))
        await stage.until(noon(date(2031, 9, 24)))
        await stage.do(lambda: stage.cases.suspend(case, Command.by(SECRETARIAT), "afventer"))
        await stage.until(noon(date(2031, 11, 3)))
        assert [what for _, what, _ in told(stage.cases, case)] == ["reminded"]

        await stage.do(lambda: stage.cases.resume(case, Command.by(SECRETARIAT)))
        await stage.until(noon(date(2031, 12, 31)))
        await stage.settle()

        assert stage.cases.get(case).current("a").due == date(2031, 11, 10)
        assert told(stage.cases, case) == [
            ("2031-09-17 06:00", "reminded", BODIES),
            ("2031-11-10 07:00", "reminded", BODIES),
            ("2031-11-13 07:00", "secretariat: secretariat", BODIES),
            ("2031-11-17 07:00", LEADERS, BODIES),
        ]


async def test_a_body_that_says_delayed_or_answers_at_the_very_moment_is_left_in_peace() -> None:
    """One is delayed between two reminders; one's answer is in the log just before the timer, untold to the process."""
    async with skipping_stage(organised(FOUR)) as stage:
        case = await opened(stage, date(2031, 4, 1))
        await stage.until(noon(date(2031, 9, 18)))
        await delays(stage, case, "kd-net")
        await stage.until(at_danish_time(DEADLINE, time(8)) - timedelta(seconds=1))
        await asyncio.to_thread(answer, stage.cases, case, "kkr-midtjylland", "noted")

        await stage.until(noon(date(2031, 11, 1)))
        await stage.settle()

        assert told(stage.cases, case) == [
            ("2031-09-17 06:00", "reminded", BODIES),
            ("2031-10-01 06:00", "reminded", ["dassos"]),
            ("2031-10-06 06:00", "secretariat: secretariat", ["dassos"]),
            ("2031-10-08 06:00", "leadership: kd-net", ["dassos"]),
        ]


async def test_reminded_by_hand_before_the_rule_speaks() -> None:
    """The process, woken at eight, has nothing to say to the body; the day after, neither."""
    async with skipping_stage(organised(FOUR)) as stage:
        case = await opened(stage, date(2031, 7, 1))
        await stage.until(at_danish_time(date(2031, 9, 17), time(7)))
        await stage.do(lambda: stage.cases.remind(case, Command.by(SECRETARIAT), ["dassos"]))

        await stage.until(noon(date(2031, 9, 20)))
        await stage.settle()

        assert told(stage.cases, case) == [
            ("2031-09-17 05:00", "by hand", ["dassos"]),
            ("2031-09-17 06:00", "reminded", ["kd-net", "kkr-midtjylland"]),
        ]


@asynccontextmanager
async def workerless() -> AsyncIterator[tuple[SkippingStage, ServerClock]]:
    """Give a stage on which no worker runs until the test starts one."""
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(BINARIES / "temporal-test-server"), data_converter=pydantic_data_converter
    ) as env:
        clock = ServerClock(env)
        with Cases(organisation=organised(FOUR), clock=clock) as cases:
            yield SkippingStage(env, cases), clock


async def test_a_worker_restarted_between_reminder_and_escalation_repeats_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The next worker goes on where the first stopped, having nothing but the log and Temporal's history."""
    # Else the server would wait for the first worker, which kept the workflow in its memory, before it skips on.
    monkeypatch.setattr("workers.worker.CACHED_WORKFLOWS", 0)
    async with workerless() as (stage, clock):
        async with working(stage.client, stage.cases, clock):
            case = await opened(stage, date(2031, 7, 1))
            await stage.until(noon(DEADLINE))
            await stage.settle()
        async with working(stage.client, stage.cases, clock):
            await stage.until(noon(date(2031, 12, 1)))
            await stage.settle()

        assert told(stage.cases, case) == [
            ("2031-09-17 06:00", "reminded", BODIES),
            ("2031-10-01 06:00", "reminded", BODIES),
            ("2031-10-06 06:00", "secretariat: secretariat", BODIES),
            ("2031-10-08 06:00", LEADERS, BODIES),
        ]


async def test_what_an_outage_keeps_back_goes_out_once() -> None:
    """The process is lost from August to a Sunday in October: on Monday the newest of each is told, once."""
    async with skipping_stage(organised(FOUR)) as stage:
        case = await opened(stage, date(2031, 7, 1))
        await stage.until(noon(date(2031, 8, 1)))
        await stage.handle(case).terminate()
        await stage.until(noon(date(2031, 10, 12)))

        await wake(stage.client, Waking(case, 1, "own", "running"))
        await stage.settle()
        assert told(stage.cases, case) == []
        await stage.until(noon(date(2031, 12, 1)))
        await stage.settle()

        assert told(stage.cases, case) == [
            ("2031-10-13 06:00", "reminded", BODIES),
            ("2031-10-13 06:00", "secretariat: secretariat", BODIES),
            ("2031-10-13 06:00", LEADERS, BODIES),
        ]
