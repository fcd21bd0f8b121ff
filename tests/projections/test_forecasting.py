# SPDX-License-Identifier: EUPL-1.2
"""The forecasts of cases under way: they follow the case, the bodies' meetings and the day."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from typing import Any

import pytest

from domain.commands import Actor, Command
from domain.matters import matter_of_case
from domain.meeting_changes import Meetings, Move
from domain.planning import Planner, Standing
from projections.as_of import parse_as_of
from projections.forecasting import Forecaster
from projections.listener import VIEWS_CHANNEL
from projections.plans import forecast_document
from projections.projector import Projector
from projections.queries import Views
from projections.rebuild import rebuild
from runtime.database import connect
from tests.fixtures.servers import Database
from tests.projections.stored import StoredDesk, all_rows, forecast, project


@pytest.fixture
def forecaster(database: Database, desk: StoredDesk) -> Iterator[Forecaster]:
    """A forecaster of the live views."""
    forecaster = Forecaster(database.service_url, desk.cases)
    yield forecaster
    forecaster.close()


@pytest.fixture
def meetings(desk: StoredDesk) -> Iterator[Meetings]:
    """The commands on the meetings, in the same database."""
    with Meetings(organisation=desk.cases.organisation, clock=desk.cases.clock, env=desk.cases.env) as meetings:
        yield meetings


def forecasts(database: Database) -> dict[str, dict[str, Any]]:
    """The forecasts by their cases."""
    with connect(database.service_url) as connection:
        rows = connection.execute("SELECT case_id::text, forecast FROM views.forecasts").fetchall()
    return dict(rows)


def forecast_rows(database: Database) -> list[tuple[Any, ...]]:
    """All that stands of the forecasts, but for when it was written."""
    return sorted((row[:-1] for row in all_rows(database.service_url, ["forecasts"])["forecasts"]), key=repr)


def command() -> Command:
    """A new command of the secretariat."""
    return Command.by(Actor("Anna", "secretariat", "test"))


def bring_up(projector: Projector, forecaster: Forecaster) -> None:
    """Let views and forecasts stand as the logs do."""
    project(projector)
    forecast(forecaster)


def test_a_case_under_way_has_its_plan_as_forecast(
    database: Database, desk: StoredDesk, projector: Projector, forecaster: Forecaster
) -> None:
    """What the plan of the day says, until the case is over."""
    desk.open(deadline=date(2025, 5, 31))
    bring_up(projector, forecaster)
    organisation, today = desk.cases.organisation, desk.now.date()
    plan = Planner(organisation.calendars, {}, today).plan(matter_of_case(desk.case, today))

    assert forecasts(database) == {str(desk.id): forecast_document(plan, organisation)}
    assert plan.expected_end is not None

    desk.commands("withdraw", "Bortfaldet")
    bring_up(projector, forecaster)

    assert forecasts(database) == {}


def test_a_forecast_follows_the_case_and_the_day(
    database: Database, desk: StoredDesk, projector: Projector, forecaster: Forecaster
) -> None:
    """A new day and an answer each give it anew, and nothing is planned twice for nothing."""
    desk.open(deadline=date(2025, 5, 31))
    bring_up(projector, forecaster)
    seen = [forecasts(database)[str(desk.id)]]
    desk.turn_to("2025-03-20")
    forecast(forecaster)
    seen.append(forecasts(database)[str(desk.id)])
    desk.until("kkr")
    bring_up(projector, forecaster)
    seen.append(forecasts(database)[str(desk.id)])

    assert [one["planned_on"] for one in seen] == ["2025-03-18", "2025-03-20", "2025-03-20"]
    assert [[on["step"] for on in one["expected_on"]] for one in seen] == [
        ["kd-net", "kkr"],
        ["kd-net", "kkr"],
        ["kkr"],
    ]
    assert not forecaster.turn()


def test_a_moved_meeting_plans_every_case_it_touches_anew(
    database: Database, desk: StoredDesk, projector: Projector, forecaster: Forecaster, meetings: Meetings
) -> None:
    """And no other: a case that does not ask the body keeps its forecast as it stands."""
    touched = desk.open(deadline=date(2025, 5, 31)).case_id
    other = desk.open(route="orientering", title="Anden").case_id
    bring_up(projector, forecaster)
    with connect(database.service_url) as connection:
        connection.execute("UPDATE views.forecasts SET forecast = '{}'")
    meetings.move(command(), "kkr-midtjylland-2025-04-08", Move(day=date(2025, 6, 10), reason="Udskudt"))
    forecast(forecaster)
    found = forecasts(database)

    assert found[str(touched)]["standing"] == "late"
    assert "10. juni 2025" in found[str(touched)]["reason"]
    assert found[str(other)] == {}


def test_rebuilt_forecasts_are_the_live_ones(
    database: Database, desk: StoredDesk, projector: Projector, forecaster: Forecaster, meetings: Meetings
) -> None:
    """Whatever happened in between: answers, days, changed meetings; a rebuild has them before it is swapped in."""
    for number in range(3):
        desk.turn_to(f"2025-03-{18 + number}")
        desk.open(title=f"Sag {number}", deadline=date(2025, 5, 31))
        desk.until(["kd-net", "councils", "councils"][number])
        bring_up(projector, forecaster)
    for day, council in (("2025-04-10", "viborg"), ("2025-04-24", "skive")):
        desk.turn_to(day)
        desk.answers(council, "noted")
        bring_up(projector, forecaster)
    meetings.cancel(command(), "kd-net-2025-03-28", "For få punkter")
    desk.answers("odder", "noted")
    bring_up(projector, forecaster)
    live = forecast_rows(database)

    rebuild(database.service_url, desk.cases)

    assert len(live) == 3
    assert forecast_rows(database) == live


def test_a_new_start_plans_everything_anew(
    database: Database, desk: StoredDesk, projector: Projector, forecaster: Forecaster
) -> None:
    """The calendar files may be others now."""
    desk.open(deadline=date(2025, 5, 31))
    bring_up(projector, forecaster)
    before = forecasts(database)
    with connect(database.service_url) as connection:
        connection.execute("UPDATE views.forecasts SET forecast = '{}'")
    second = Forecaster(database.service_url, desk.cases)
    forecast(second)
    second.close()

    assert forecasts(database) == before


def test_a_case_that_cannot_be_planned_holds_up_no_other(
    database: Database, desk: StoredDesk, projector: Projector, forecaster: Forecaster
) -> None:
    """It has no standing, is told in the log, and is not tried again until something changes."""
    broken = desk.open(title="Brudt").case_id
    project(projector)
    sound = desk.open(title="Hel").case_id
    project(projector)
    with connect(database.service_url) as connection:
        damaged = "UPDATE views.cases SET document = jsonb_set(document, '{version}', '0') WHERE id = %s"
        connection.execute(damaged, (broken,))
    forecast(forecaster)
    found = forecasts(database)

    assert found[str(broken)] is None
    assert found[str(sound)]["standing"] == "on_track"


async def test_lists_and_counts_know_the_standing(
    views: Views, desk: StoredDesk, projector: Projector, forecaster: Forecaster
) -> None:
    """Cases of a standing are found and counted, and each case under way in a list tells its forecast."""
    late = desk.open(title="Sen", deadline=date(2025, 3, 20)).case_id
    desk.open(title="I tide", deadline=date(2025, 12, 31))
    over = desk.open(title="Forbi", deadline=date(2025, 3, 20)).case_id
    desk.commands("withdraw", "Bortfaldet")
    bring_up(projector, forecaster)
    today = desk.now.date()
    found = (await views.cases(today=today, standing=Standing.LATE))["items"]
    every = {case["id"]: case["forecast"] for case in (await views.cases(today=today))["items"]}
    counts = await views.counts(today, date(2025, 1, 1))

    assert [case["id"] for case in found] == [str(late)]
    assert found[0]["forecast"]["standing"] == "late"
    assert every[str(over)] is None
    assert (counts["late"], counts["at_risk"], counts["running"]) == (1, 0, 2)


async def test_a_body_has_what_is_expected_on_its_meetings(
    views: Views, desk: StoredDesk, projector: Projector, forecaster: Forecaster
) -> None:
    """Step, case and standing, by the meeting's id."""
    desk.open(title="Svar", deadline=date(2025, 5, 31))
    bring_up(projector, forecaster)
    found = await views.expected_on(["kkr-midtjylland-2025-04-08", "kkr-midtjylland-2025-10-20"])

    assert [(one["meeting"], one["step"], one["title"]) for one in found] == [
        ("kkr-midtjylland-2025-04-08", "kkr", "Svar")
    ]
    assert found[0]["case"] == str(desk.id)


async def test_answers_lie_before_or_after_their_due_date(views: Views, desk: StoredDesk, projector: Projector) -> None:
    """More than a week ahead, in the last week, or after; an answer to a step without a date does not count."""
    desk.open(deadline=date(2025, 5, 31))
    desk.until("councils")
    for day, council in (
        ("2025-05-23", "viborg"),
        ("2025-05-24", "skive"),
        ("2025-05-31", "odder"),
        ("2025-06-01", "aarhus"),
    ):
        desk.turn_to(day)
        desk.answers(council, "noted")
    project(projector)
    since, until = parse_as_of("2025-05-01"), parse_as_of("2025-06-30")
    found = await views.answers_by_due(since, until, ["viborg", "skive", "odder", "aarhus", "kkr-midtjylland"])

    assert found == {
        "viborg": {"ahead": 1, "close": 0, "late": 0},
        "skive": {"ahead": 0, "close": 1, "late": 0},
        "odder": {"ahead": 0, "close": 1, "late": 0},
        "aarhus": {"ahead": 0, "close": 0, "late": 1},
    }


def told(database: Database) -> list[int]:
    """The transactions that last changed what the forecasts say."""
    with connect(database.service_url) as connection:
        return [row[0] for row in connection.execute("SELECT told FROM views.forecasts ORDER BY told").fetchall()]


async def test_readers_hear_of_a_forecast_that_says_something_else(
    database: Database,
    desk: StoredDesk,
    forecaster: Forecaster,
    meetings: Meetings,
    views: Views,
) -> None:
    """Of a case planned otherwise since a meeting moved; that it is planned on another day is no news."""
    case = desk.open(deadline=date(2025, 5, 31)).case_id
    with closing(Projector(database.service_url, desk.cases)) as projector:
        position = await asyncio.to_thread(project, projector)
    await asyncio.to_thread(forecast, forecaster)
    assert await views.wait_for(position, 10)
    first = told(database)
    desk.turn_to("2025-03-19")
    await asyncio.to_thread(forecast, forecaster)
    assert told(database) == first

    news = views.changes()
    meetings.move(command(), "kkr-midtjylland-2025-04-08", Move(day=date(2025, 6, 10), reason="Udskudt"))
    await asyncio.to_thread(forecast, forecaster)
    async with asyncio.timeout(10):
        heard = await anext(news)

    assert (heard["what"], heard["case"], heard["position"]) == ("forecast", str(case), position)
    assert told(database) > first
    assert forecasts(database)[str(case)]["standing"] == "late"


async def test_readers_hear_of_forecasts_on_another_server(
    database: Database, desk: StoredDesk, meetings: Meetings, views: Views
) -> None:
    """Whose transactions are counted from lower on than where the copy came from."""
    case = desk.open(deadline=date(2025, 5, 31)).case_id
    with closing(Projector(database.service_url, desk.cases)) as projector:
        position = await asyncio.to_thread(project, projector)
    with closing(Forecaster(database.service_url, desk.cases)) as before:
        await asyncio.to_thread(forecast, before)
    assert await views.wait_for(position, 10)
    news = views.changes()
    with connect(database.service_url) as connection:
        connection.execute("UPDATE views.forecasts SET told = told + 1000000000")
        connection.execute("SELECT pg_notify(%s, '')", (VIEWS_CHANNEL,))
    async with asyncio.timeout(10):
        assert (await anext(news))["what"] == "forecast"

    meetings.move(command(), "kkr-midtjylland-2025-04-08", Move(day=date(2025, 6, 10), reason="Udskudt"))
    with closing(Forecaster(database.service_url, desk.cases)) as after:
        await asyncio.to_thread(forecast, after)
    async with asyncio.timeout(10):
        assert (await anext(news))["case"] == str(case)
    assert max(told(database)) < 1000000000
