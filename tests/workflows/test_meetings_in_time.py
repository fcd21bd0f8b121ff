# SPDX-License-Identifier: EUPL-1.2
"""Half a year of meetings, played on a server that skips time: what waits for a meeting follows it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.case import Status
from domain.commands import Command
from domain.dates import at_danish_time, danish_date, end_of_day, start_of_day
from domain.items import Item, ItemWhy
from domain.meeting_changes import Move, NewMeeting
from domain.meetings import Meeting
from domain.organisation import Organisation
from domain.placing import InWriting
from tests.domain.desk import MIDTJYLLAND
from tests.workflows.stage import SECRETARIAT, SkippingStage, skipping_stage

BODY, STEP = "dassos", "note"
KKR = "kkr-midtjylland"


class HalfYear:
    """One case that waits for DASSOS, with the meetings of half a year ahead."""

    def __init__(self, stage: SkippingStage, case_id: UUID, today: date, meetings: list[Meeting]) -> None:
        """Play on `stage`, which shows `today`."""
        self.stage = stage
        self.case_id = case_id
        self.today = today
        self.meetings = meetings

    @classmethod
    async def begin(cls, stage: SkippingStage, days: tuple[int, ...] = (30, 90, 150)) -> HalfYear:
        """Let DASSOS have only meetings so many days ahead, and open a case that it is to note."""
        today = danish_date(await stage.env.get_current_time())
        await stage.env.sleep(end_of_day(today) - await stage.env.get_current_time() + timedelta(hours=9))
        today = danish_date(await stage.env.get_current_time())
        await _clear(stage, today)
        for ahead in days:
            await stage.change("add", NewMeeting(body=BODY, day=today + timedelta(days=ahead)))
        taken = await stage.open()
        await stage.settle()
        found = stage.meetings.calendars().meetings(BODY, today, today + timedelta(days=200))
        return cls(stage, taken.case_id, today, found)

    @property
    def item(self) -> Item:
        """Where the item stands."""
        return self.stage.cases.get(self.case_id).current(STEP).items[BODY]

    @property
    def stands(self) -> tuple[str, ItemWhy]:
        """The meeting that it is on, and why."""
        assert not self.item.is_off
        return self.item.meeting, self.item.why

    async def on(self, day: date) -> None:
        """Skip to the end of a day, on which everything happens that is due."""
        await self.stage.until(end_of_day(day) - timedelta(hours=1))
        await self.stage.settle()

    async def commands(self, method: str, *values: Any) -> None:
        """The secretariat gives a command."""
        await self.stage.do(lambda: getattr(self.stage.cases, method)(self.case_id, Command.by(SECRETARIAT), *values))
        await self.stage.settle()


@pytest.fixture
async def half() -> AsyncIterator[HalfYear]:
    """Give half a year with meetings in 30, 90 and 150 days."""
    async with skipping_stage() as stage:
        yield await HalfYear.begin(stage)


async def test_a_meeting_moved_while_a_case_waits_takes_it_along(half: HalfYear) -> None:
    """Its workflow sleeps until nothing in particular: the relay wakes it."""
    first = half.meetings[0]
    await half.on(half.today + timedelta(days=20))
    moved = half.today + timedelta(days=45)

    await half.stage.change("move", first.id, Move(day=moved, reason="Formanden er forhindret"))

    assert half.stands == (first.id, ItemWhy.MOVED)
    assert half.item.day == moved
    assert f"DASSOS (møde {moved})" in await half.stage.details(half.case_id)


async def test_a_cancelled_meeting_passes_the_case_on_to_its_end(half: HalfYear) -> None:
    """The next two are cancelled one after the other; the third decides, months later."""
    for cancelled, following in zip(half.meetings, half.meetings[1:3], strict=False):
        await half.on(cancelled.day - timedelta(days=3))
        await half.stage.change("cancel", cancelled.id, "For få punkter")
        assert half.stands == (following.id, ItemWhy.CANCELLED)
    await half.on(half.meetings[2].day)

    await half.stage.answer(half.case_id, BODY, "noted")
    await half.stage.handle(half.case_id).result()

    assert half.stage.cases.get(half.case_id).status == Status.COMPLETED


async def test_postponed_twice_is_on_the_third_meeting() -> None:
    """Each time the minutes come some days after the meeting; the body stays awaited."""
    async with skipping_stage() as stage:
        today = danish_date(await stage.env.get_current_time())
        taken = await stage.open("cu-afrapportering", deadline=today + timedelta(days=200))
        await stage.settle()
        for body in ("dassos", "kd-net"):
            await stage.answer(taken.case_id, body, "approved")
            await stage.settle()
        seen: list[Item] = []
        for _ in range(2):
            item = stage.cases.get(taken.case_id).current("kkr").items[KKR]
            seen.append(item)
            await stage.until(start_of_day(item.day + timedelta(days=4)))
            await stage.answer(taken.case_id, KKR, "postponed")
            await stage.settle()

        case = stage.cases.get(taken.case_id)
        last = case.current("kkr").items[KKR]
        coming = stage.meetings.calendars().meetings(KKR, seen[0].day, last.day)
        assert [m.id for m in coming] == [seen[0].meeting, seen[1].meeting, last.meeting]
        assert (last.why, last.postponed) == (ItemWhy.POSTPONED, 2)
        assert KKR in case.waiting_for()


async def test_suspended_over_a_meeting_goes_on_the_next(half: HalfYear) -> None:
    """Nothing is placed while it stands still."""
    first, second = half.meetings[:2]
    await half.on(first.day - timedelta(days=5))
    await half.commands("suspend", "Afventer ny vejledning")
    await half.on(first.day + timedelta(days=10))
    assert half.stands == (first.id, ItemWhy.NEXT)

    await half.commands("resume")

    assert half.stands == (second.id, ItemWhy.SUSPENDED)


async def test_suspended_over_a_deadline_moves_it_by_the_days() -> None:
    """The deadline moves with the days, the meetings do not: the case comes on the next that can take it."""
    async with skipping_stage() as stage:
        half = await HalfYear.begin(stage, (30, 75))
        deadline = half.today + timedelta(days=40)
        taken = await stage.open(deadline=deadline)
        half.case_id = taken.case_id
        await stage.settle()
        await half.on(half.today + timedelta(days=25))
        await half.commands("suspend", "Afventer ny vejledning")
        await half.on(half.today + timedelta(days=50))
        assert stage.cases.get(half.case_id).status == Status.SUSPENDED

        await half.commands("resume")

        case = stage.cases.get(half.case_id)
        assert case.deadline == deadline + timedelta(days=25)
        assert half.stands == (half.meetings[1].id, ItemWhy.SUSPENDED)


async def test_a_window_between_the_meetings_ends_at_the_next(half: HalfYear) -> None:
    """Nobody answers in writing, so that the matter is back on the next meeting that can take it."""
    due = half.today + timedelta(days=7)
    await half.commands("settle_in_writing", InWriting(STEP, due, "Det haster"))
    assert half.stage.cases.get(half.case_id).current(STEP).items == {}

    await half.on(due + timedelta(days=1))

    case = half.stage.cases.get(half.case_id)
    assert (case.current(STEP).mode, case.current(STEP).number) == ("meeting", 3)
    assert half.item.papers_in_on == due + timedelta(days=1)


OTHERWISE = """
[[bodies]]
id = "dassos"
lead_days = 14
rhythm = {{ every_days = 91, first = {first} }}
"""
KNOWN = """
[[bodies]]
id = "dassos"
lead_days = 14
known = [{{ from = 2041-01-01, until = 2041-12-31 }}]

[[bodies.meetings]]
id = "dassos-special"
date = {day}
source = "DASSOS, eksempel"
"""


def meeting_otherwise(dassos: str) -> Organisation:
    """The organisation with the working days and recesses that it ships with, where DASSOS meets otherwise."""
    files = {f.relative_to(MIDTJYLLAND).as_posix(): f.read_text("utf-8") for f in MIDTJYLLAND.rglob("*.toml")}
    shipped = {name: text for name, text in files.items() if not name.startswith("demo/")}
    return Organisation.parse({**shipped, "calendars/dassos.toml": dassos})


async def opened(stage: SkippingStage, day: date) -> UUID:
    """A case that DASSOS is to note, opened at noon of a day."""
    await stage.until(at_danish_time(day, time(12)))
    case = await stage.open()
    await stage.settle()
    return case.case_id


@pytest.mark.parametrize(
    ("likely", "meets", "papers"),
    [
        ("2041-02-13", "2041-02-18", "2041-02-04"),
        ("2041-03-31", "2041-04-01", "2041-03-18"),
        ("2041-07-09", "2041-08-01", "2041-07-18"),
        ("2041-10-16", "2041-10-21", "2041-10-07"),
        ("2041-10-27", "2041-10-28", "2041-10-14"),
        ("2041-12-24", "2041-12-27", "2041-12-13"),
        ("2041-12-31", "2042-01-02", "2041-12-19"),
        ("2041-06-19", "2041-06-19", "2041-06-04"),
        ("2042-01-07", "2042-01-07", "2041-12-23"),
    ],
    ids=[
        "week 7",
        "the Sunday of summer time",
        "July",
        "week 42",
        "the Sunday of winter time",
        "24 December",
        "31 December",
        "papers on 5 June",
        "papers on 24 December",
    ],
)
async def test_a_meeting_keeps_out_of_recesses_and_closed_days(likely: str, meets: str, papers: str) -> None:
    """A rhythm that falls into one goes to the first open day after it, papers are in on the last before.

    What waits is on that meeting from the last day of its papers on, also while the day goes by that the rhythm
    falls on, and the body decides it there.
    """
    async with skipping_stage(meeting_otherwise(OTHERWISE.format(first=likely))) as stage:
        case = await opened(stage, date.fromisoformat(papers))
        item = stage.cases.get(case).current(STEP).items[BODY]
        assert (item.meeting, str(item.day), str(item.papers_in_by)) == (f"dassos-{meets}", meets, papers)

        await stage.until(end_of_day(date.fromisoformat(likely)) + timedelta(hours=2))
        await stage.settle()
        assert stage.cases.get(case).current(STEP).items[BODY] == item
        await stage.until(at_danish_time(item.day, time(14)))
        await stage.answer(case, BODY, "noted")
        await stage.handle(case).result()

        assert stage.cases.get(case).status == Status.COMPLETED


@pytest.mark.parametrize(
    ("likely", "opening", "following"),
    [
        ("2041-02-13", "2041-02-05", "2041-05-15"),
        ("2042-01-07", "2041-12-24", "2042-04-08"),
    ],
    ids=["after the papers of week 7", "on 24 December"],
)
async def test_a_case_that_is_a_day_late_goes_on_the_meeting_after(likely: str, opening: str, following: str) -> None:
    """Opened on Christmas Eve it is too late for the papers of 23 December, and 91 days go by from rhythm to rhythm."""
    async with skipping_stage(meeting_otherwise(OTHERWISE.format(first=likely))) as stage:
        case = await opened(stage, date.fromisoformat(opening))

        assert str(stage.cases.get(case).current(STEP).items[BODY].day) == following


@pytest.mark.parametrize("day", ["2041-02-13", "2041-07-09", "2041-10-16", "2041-12-24"])
async def test_a_meeting_that_is_known_is_held_whatever_the_day(day: str) -> None:
    """Recesses and closed days say when meetings are likely, not whether one that has been called takes place."""
    async with skipping_stage(meeting_otherwise(KNOWN.format(day=day))) as stage:
        case = await opened(stage, date.fromisoformat(day) - timedelta(days=30))

        item = stage.cases.get(case).current(STEP).items[BODY]
        assert (item.meeting, str(item.day)) == ("dassos-special", day)


async def _clear(stage: SkippingStage, today: date) -> None:
    """Cancel every meeting that DASSOS would have in the coming year, so that it has only those of the test."""
    for _ in range(20):
        ahead = stage.meetings.calendars().meetings(BODY, today, today + timedelta(days=400))
        if not ahead:
            return
        await stage.change("cancel", ahead[0].id, "Prøvens egne møder")
