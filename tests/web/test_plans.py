# SPDX-License-Identifier: EUPL-1.2
"""The API's plans and meetings."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from domain.answering import Reply
from tests.web.conftest import START
from tests.web.office import OPENED_ON, Office
from tests.web.test_reads import APPROVED, get

FRAMEWORK = {"route": "rammeaftale", "deadline": "2022-12-01", "start": "2021-11-01"}
DATES = ["report_by=2022-01-10", "comments_by=2022-07-01"]


async def test_a_route_is_planned_before_a_case_is_opened(office: Office) -> None:
    """Parameters that are lists may stand more than once."""
    status, found = await get(office, "/plan", **FRAMEWORK, set=DATES)

    assert (status, found["feasible"], found["binds"], found["latest_start"]) == (200, True, "approve", "2021-11-04")
    assert found["steps"][0]["id"] == "process"


async def test_a_plan_with_a_meeting_cancelled_stands_beside_todays(office: Office) -> None:
    """That the deadline cannot be met is an answer, not a refusal."""
    status, found = await get(office, "/plan", **FRAMEWORK, set=DATES, cancel="kkr-midtjylland-2022-10-07")

    assert (status, found["feasible"], found["today"]["feasible"]) == (200, False, True)
    assert "KKR Midtjylland" in found["reason"]


async def test_a_case_is_planned_from_where_it_stands(office: Office) -> None:
    """And as it would be with a body dropped."""
    case = office.open_case(*APPROVED, deadline=date(2025, 5, 31))
    status, found = await get(office, f"/cases/{case}/plan", drop=["samsoe", "lemvig"])
    councils = {step["id"]: step for step in found["steps"]}["councils"]

    assert (status, len(councils["bodies"])) == (200, 17)
    assert found["today"]["standing"] == "on_track"


async def test_a_body_s_own_answers_make_its_pace(office: Office) -> None:
    """The plan learns from what the views have of how long the councils took, from the day after on."""
    case = office.open_case(*APPROVED, deadline=date(2025, 5, 31))
    before = (await get(office, "/plan", route="cu-afrapportering", deadline="2026-05-31", start="2026-03-02"))[1]
    for council in list(office.cases.get(case).asked["councils"]):
        office.cases.answer(case, office.command(), council, Reply("noted", OPENED_ON), "secretariat")
    office.project()
    office.services.clock = lambda: START + timedelta(days=1)
    after = (await get(office, "/plan", route="cu-afrapportering", deadline="2026-05-31", start="2026-03-02"))[1]

    assumed = [{step["id"]: step["assumed"] for step in found["steps"]}["councils"] for found in (before, after)]
    assert assumed == [True, False]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"route": "rammeaftale"}, "deadline"),
        ({**FRAMEWORK, "deadline": "0"}, "deadline"),
        ({**FRAMEWORK, "route": "x"}, "route"),
        ({**FRAMEWORK, "later": "-1"}, "later"),
        ({**FRAMEWORK, "move": "kkr-midtjylland-2022-10-07"}, "move"),
        ({**FRAMEWORK, "move": "kkr-midtjylland-2022-10-07=i morgen"}, "move"),
        ({**FRAMEWORK, "cancel": "x"}, "cancel"),
        ({**FRAMEWORK, "set": "report_by=snart"}, "attributes"),
        ({**FRAMEWORK, "concerned": "aarhus"}, "concerned"),
        ({**FRAMEWORK, "cancle": "x"}, "cancle"),
        ({**FRAMEWORK, "deadline": ["2022-12-01", "2022-12-02"]}, "deadline"),
    ],
)
async def test_what_cannot_be_planned_is_a_problem(office: Office, query: dict[str, str], field: str) -> None:
    """That names the parameter."""
    status, problem = await get(office, "/plan", **query)

    assert status == 422
    assert field in {error["field"] for error in problem["errors"]}


async def test_a_case_that_is_not_there_has_no_plan(office: Office) -> None:
    """404, as for the case itself."""
    assert (await get(office, f"/cases/{uuid4()}/plan"))[0] == 404


async def test_meetings_are_listed(office: Office) -> None:
    """Of one body, between two days."""
    status, found = await get(office, "/meetings", **{"body": "dassos", "from": "2025-08-01", "until": "2025-12-31"})

    assert (status, [item["date"] for item in found["items"]]) == (200, ["2025-09-03", "2025-11-04"])
    assert (await get(office, "/meetings", body="nobody"))[0] == 404
    assert (await get(office, "/meetings", **{"from": "2025-08-01", "until": "2025-07-01"}))[0] == 422
