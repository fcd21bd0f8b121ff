# SPDX-License-Identifier: EUPL-1.2
"""What readers get from the views."""

from __future__ import annotations

import base64
from datetime import date
from uuid import uuid4

import pytest

from domain.dates import end_of_day, start_of_day
from domain.errors import InvalidError
from projections.as_of import cases_as_of
from projections.documents import summary_of
from projections.projector import Projector
from projections.queries import Views
from tests.projections.stored import StoredDesk, project

TODAY = date(2025, 3, 18)


@pytest.fixture
def three_cases(desk: StoredDesk, projector: Projector) -> list[str]:
    """The ids of three cases, the newest first: one at DASSOS, one withdrawn, one at KD-Net."""
    ids: list[str] = []
    for title, day in (("Hjerneskade", "2025-03-16"), ("Økonomi", "2025-03-17"), ("Takster 100%", "2025-03-18")):
        desk.turn_to(day)
        ids.insert(0, str(desk.open(title=title, reference=f"25/{day[-2:]}").case_id))
        if title == "Hjerneskade":
            desk.answers("dassos", "approved")
        if title == "Økonomi":
            desk.commands("withdraw", "ikke mere")
    project(projector)
    return ids


async def test_cases_come_newest_first(views: Views, three_cases: list[str]) -> None:
    """By the time at which they were opened."""
    page = await views.cases(today=TODAY)

    assert [item["id"] for item in page["items"]] == three_cases
    assert page["next"] is None


async def test_pages_follow_each_other_without_gap_or_repeat(views: Views, three_cases: list[str]) -> None:
    """The cursor of a page begins the next."""
    seen, cursor = [], None
    for _ in three_cases:
        page = await views.cases(today=TODAY, limit=1, cursor=cursor)
        cursor = page["next"]
        seen += [item["id"] for item in page["items"]]

    assert seen == three_cases
    assert cursor is None


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"status": "withdrawn"}, [1]),
        ({"status": "gone"}, []),
        ({"route": "cu-afrapportering"}, [0, 1, 2]),
        ({"route": "orientering"}, []),
        ({"waiting_for": "kd-net"}, [2]),
        ({"waiting_for": "dassos"}, [0]),
        ({"q": "hjerne"}, [2]),
        ({"q": "ØKONOMI"}, [1]),
        ({"q": "100%"}, [0]),
        ({"q": "%"}, [0]),
        ({"q": "takster 25/18"}, [0]),
        ({"q": "takster 25/17"}, []),
        ({"q": "  "}, [0, 1, 2]),
        ({"q": "a\0"}, []),
        ({"status": "\0"}, []),
        ({"overdue": True}, []),
        ({"overdue": False}, [0, 1, 2]),
        ({"overdue": True, "today": date(2025, 3, 26)}, [0]),
        ({"overdue": False, "today": date(2025, 3, 26)}, [1, 2]),
    ],
)
async def test_cases_are_filtered(
    views: Views, three_cases: list[str], filters: dict[str, object], expected: list[int]
) -> None:
    """Each filter alone."""
    page = await views.cases(**{"today": TODAY, **filters})  # type: ignore[arg-type]

    assert [item["id"] for item in page["items"]] == [three_cases[index] for index in expected]


async def test_items_say_whether_they_are_overdue(views: Views, three_cases: list[str]) -> None:
    """On the day that the reader names."""
    page = await views.cases(today=date(2025, 3, 26))

    assert [item["overdue"] for item in page["items"]] == [True, False, False]


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "æ",
        "!!!!",
        base64.urlsafe_b64encode(b"[]").decode(),
        base64.urlsafe_b64encode(b'["2025-03-18T09:00:00+00:00", 7]').decode(),
        base64.urlsafe_b64encode(b"[null, null]").decode(),
        base64.urlsafe_b64encode(b'["2025-03-18", "no"]').decode(),
        base64.urlsafe_b64encode(b"[" * 20000).decode(),
    ],
)
async def test_a_broken_cursor_is_refused(views: Views, cursor: str) -> None:
    """As a fault of the field, not of the server."""
    with pytest.raises(InvalidError) as refusal:
        await views.cases(today=TODAY, cursor=cursor)

    assert refusal.value.field == "cursor"


@pytest.mark.parametrize("limit", [0, -1, 501])
async def test_a_limit_that_cannot_be_is_refused(views: Views, limit: int) -> None:
    """One page holds 1 to 500 cases."""
    with pytest.raises(InvalidError) as refusal:
        await views.cases(today=TODAY, limit=limit)

    assert refusal.value.field == "limit"


async def test_one_case_is_found_by_its_id(views: Views, three_cases: list[str], desk: StoredDesk) -> None:
    """And another is not."""
    found = await views.case(desk.id)

    assert found is not None
    assert found["title"] == "Takster 100%"
    assert await views.case(uuid4()) is None


async def test_the_overview_counts(views: Views, three_cases: list[str]) -> None:
    """By status, by route, by body, and what is overdue on the day."""
    overview = await views.overview(date(2025, 3, 26))

    assert overview == {
        "by_status": {"running": 2, "withdrawn": 1},
        "by_route": {"cu-afrapportering": 2},
        "running": 2,
        "overdue": 1,
        "waiting_for": [{"body": "dassos", "cases": 1}, {"body": "kd-net", "cases": 1}],
    }


async def test_bodies_are_counted_by_what_waits_for_them(views: Views, three_cases: list[str]) -> None:
    """A withdrawn case waits for nobody."""
    assert await views.bodies_waiting() == {"dassos": 1, "kd-net": 1}


async def test_an_inbox_tells_what_to_answer(views: Views, three_cases: list[str]) -> None:
    """The case, the step and the due date."""
    (entry,) = await views.inbox("dassos")

    assert (entry["case"], entry["step"], entry["ask"], entry["state"], entry["due"]) == (
        three_cases[0],
        "dassos",
        "approve",
        "awaiting",
        "2025-03-25",
    )
    assert await views.inbox("nobody") == []


async def test_the_timeline_is_in_order(views: Views, three_cases: list[str], desk: StoredDesk) -> None:
    """Oldest first, and empty for a case that is not there."""
    entries = await views.timeline(desk.id)

    assert [entry["type"] for entry in entries] == ["case.opened", "case.step_opened", "case.bodies_invited"]
    assert await views.timeline(uuid4()) == []


async def test_the_position_is_where_the_projector_came_to(
    views: Views, three_cases: list[str], projector: Projector
) -> None:
    """The place of the last event in the views."""
    assert await views.position() == projector.position


async def test_history_has_when_bodies_were_asked_and_decided(
    views: Views, desk: StoredDesk, projector: Projector
) -> None:
    """Danish days of answers in a process of one's own, recorded before the day; none of bodies that meet."""
    desk.turn_to("2025-03-18")
    desk.open()
    desk.until("councils")
    desk.turn_to("2025-04-30")
    desk.answers("viborg", "noted")
    project(projector)

    organisation, answered = desk.cases.organisation, date(2025, 4, 30)

    assert await views.history(organisation, date(2025, 5, 1)) == {"viborg": [(date(2025, 3, 18), answered)]}
    assert await views.history(organisation, answered) == {}


async def test_answers_have_their_times(views: Views, desk: StoredDesk, projector: Projector) -> None:
    """From the opening of the step to the record; an early answer and an interim word have taken none."""
    desk.open()
    desk.turn_to("2025-03-19")
    desk.answers("dassos", "postponed")
    desk.turn_to("2025-03-20")
    desk.answers("kd-net", "approved")
    desk.turn_to("2025-03-25")
    desk.answers("dassos", "approved")
    project(projector)
    since, until = start_of_day(date(2025, 3, 1)), end_of_day(date(2025, 3, 31))
    times = await views.answer_times(since, until, ["dassos", "kd-net"])

    assert times == {"dassos": {"answers": 1, "least": 7.0, "quartiles": [7.0, 7.0, 7.0], "most": 7.0}}
    assert await views.answers_by_week(since, until) == {date(2025, 3, 17): 1, date(2025, 3, 24): 1}
    assert await views.answer_times(since, end_of_day(date(2025, 3, 20)), ["dassos"]) == {}
    assert await views.answer_times(since, until, ["kd-net"]) == {}


async def test_summaries_say_the_same_as_the_documents(views: Views, three_cases: list[str]) -> None:
    """On the same pages, with the steps as they stand and whether a case is overdue."""
    page = await views.summaries(today=TODAY, limit=2)
    following = await views.summaries(today=TODAY, limit=2, cursor=page["next"])
    documents = (await views.cases(today=TODAY))["items"]

    found = [*page["items"], *following["items"]]
    assert [case["id"] for case in found] == three_cases
    more = ("overdue", "forecast")
    assert found == [{**summary_of(case), **{name: case[name] for name in more}} for case in documents]
    assert {tuple(step) for case in found for step in case["steps"]} == {("id", "name", "state")}


async def test_cases_stand_as_they_stood(views: Views, desk: StoredDesk, three_cases: list[str]) -> None:
    """Those that nothing has happened to since are not folded again, and say the same."""
    moment = end_of_day(date(2025, 3, 16))
    opened = await views.opened_before(moment)
    later = await views.opened_before(end_of_day(date(2025, 3, 18)))
    desk.turn_to("2025-03-30")

    assert [str(row["id"]) for row in opened] == three_cases[2:]
    assert [row["changed"] for row in later] == [False, False, False]
    past = cases_as_of(desk.cases, opened, moment, desk.cases.organisation, {})
    assert [case["status"] for case in past] == ["running"]
    assert [str(row["id"]) for row in later] == three_cases
