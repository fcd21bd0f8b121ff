# SPDX-License-Identifier: EUPL-1.2
"""Changed meetings on their way to the cases that wait for them: HTTP, log, relay, Temporal and back into the log."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from domain.cases import Cases
from domain.commands import Command
from domain.items import Item, ItemWhy
from domain.meeting_changes import Meetings, NewMeeting
from runtime.clock import Clock, real_now
from runtime.database import eventsourcing_env
from tests.fixtures.servers import Database
from tests.web.conftest import START, running_office
from tests.web.office import API, Office
from tests.workflows.stage import ORGANISATION, SECRETARIAT, Bookmark, working
from workers.loop import LOG_CHANNEL, MEETINGS_CHANNEL, Loop
from workers.meeting_news import MeetingNews, WaitingInViews
from workers.projector import ProjectorPart
from workers.relay import MEETINGS_PLACE, Place, Relay, RelayPart

PATIENCE_SECONDS = 20
MEETING = "dassos-2025-04-25"


@dataclass
class Installation:
    """An office with everything behind it at work: worker, relay and projector."""

    office: Office

    def item(self, case_id: UUID) -> Item | None:
        """Where the case's item stands by the log."""
        return self.office.cases.get(case_id).current("note").items.get("dassos")

    async def until(self, case_id: UUID, holds: Callable[[Item], bool]) -> Item:
        """The case's item once something holds of it."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (item := await asyncio.to_thread(self.item, case_id)) is None or not holds(item):  # noqa: ASYNC110 -- as others, at the log
                await asyncio.sleep(0.05)
        return item

    async def post(self, path: str, **body: str) -> None:
        """The secretariat's POST."""
        response = await self.office.client.post(API + path, json=body, headers=self.office.token())
        assert response.is_success, response.text


@pytest.fixture
async def installation(database: Database, temporal_server: str, tmp_path: Path) -> AsyncIterator[Installation]:
    """Give an installation of 18 March 2025."""
    clock, url, stop = Clock(real_now(), START), database.service_url, asyncio.Event()
    async with AsyncExitStack() as stack:
        office = await stack.enter_async_context(running_office(url, tmp_path, clock))
        client = await Client.connect(temporal_server, data_converter=pydantic_data_converter)
        meetings = stack.enter_context(
            Meetings(organisation=ORGANISATION, clock=clock, env=eventsourcing_env(url, pool_size=1))
        )
        env = eventsourcing_env(url, pool_size=1)
        cases = stack.enter_context(
            Cases(organisation=ORGANISATION, clock=clock, env=env, calendars=meetings.calendars)
        )
        await stack.enter_async_context(working(client, cases, clock))
        relay = Relay(office.cases, client)
        place = await stack.enter_async_context(Place(url))
        meetings_place = await stack.enter_async_context(Place(url, MEETINGS_PLACE))
        news = MeetingNews(office.services.meetings, WaitingInViews(url, office.cases), relay.wake_anew, meetings_place)
        loops = [
            Loop("relay", url, RelayPart(relay, place, news).turn, (LOG_CHANNEL, MEETINGS_CHANNEL)),
            Loop("projector", url, ProjectorPart(office.projector, office.forecaster).turn),
        ]
        running = [asyncio.create_task(loop.run(stop)) for loop in loops]
        yield Installation(office)
        stop.set()
        await asyncio.gather(*running)


async def test_the_item_of_a_running_case_follows_its_meeting(installation: Installation) -> None:
    """Moved and then cancelled over HTTP, while the case's workflow sleeps."""
    case_id = installation.office.open_case(route="orientering")
    placed = await installation.until(case_id, lambda item: item.meeting == MEETING)
    assert placed.why == ItemWhy.NEXT

    await installation.post(f"/meetings/{MEETING}/move", date="2025-05-02", reason="Lokalet er optaget")
    moved = await installation.until(case_id, lambda item: item.day == date(2025, 5, 2))
    assert (moved.meeting, moved.why) == (MEETING, ItemWhy.MOVED)

    await installation.post(f"/meetings/{MEETING}/cancel", reason="For få punkter")
    passed_on = await installation.until(case_id, lambda item: item.meeting != MEETING)
    assert (passed_on.meeting, passed_on.why) == ("dassos-2025-09-03", ItemWhy.CANCELLED)


async def test_the_place_stays_until_the_cases_are_known() -> None:
    """While the views are behind nothing is told and nothing forgotten; then the change is told once."""
    meetings = Meetings(organisation=ORGANISATION, clock=Clock.real())
    told: list[Mapping[UUID, int]] = []
    answers: list[Mapping[UUID, int] | None] = [None, {UUID(int=1): 3}]
    place = Bookmark()

    async def waiting(bodies: Collection[str]) -> Mapping[UUID, int] | None:
        assert set(bodies) == {"dassos"}
        return answers.pop(0)

    async def tell(versions: Mapping[UUID, int]) -> None:
        told.append(versions)

    news = MeetingNews(meetings, waiting, tell, place)
    assert not await news.turn()
    today = meetings.clock().date()
    meetings.add(Command.by(SECRETARIAT), NewMeeting(body="dassos", day=today + timedelta(days=30)))

    assert not await news.turn()
    assert (await place.read(), told) == (0, [])
    assert await news.turn()
    assert not await news.turn()
    assert (await place.read(), told) == (2, [{UUID(int=1): 3}])


async def test_views_that_are_behind_do_not_know_who_waits(database: Database, tmp_path: Path) -> None:
    """Only once they are up to the log do they name the cases: running ones that wait for one of the bodies."""
    async with running_office(database.service_url, tmp_path) as office:
        waiting = WaitingInViews(office.url, office.cases)
        case_id = office.open_case(route="orientering")
        suspended = office.open_case(route="orientering")
        office.cases.suspend(suspended, office.command(), "Afventer")

        before = await waiting(["dassos"])
        office.project()

        assert before is None
        assert await waiting(["dassos", "kd-net"]) == {case_id: office.cases.get(case_id).version}
        assert await waiting(["kd-net"]) == {}
