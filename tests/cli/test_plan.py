# SPDX-License-Identifier: EUPL-1.2
"""The commands that plan and list meetings; but for `case plan` they need nothing running, and do better with it."""

from __future__ import annotations

import pytest

from runtime.clock import real_now
from runtime.database import connect
from tests.cli.command import sagsgang
from tests.cli.conftest import Desk

FRAMEWORK = ["--route", "rammeaftale", "--deadline", "2022-12-01", "--start", "2021-11-01"]
DATES = ["--set", "report_by=2022-01-10", "--set", "comments_by=2022-07-01"]
REPORT = ["--route", "cu-afrapportering", "--deadline", "2025-05-31", "--start", "2025-03-18"]
KEYS = {
    "feasible",
    "reason",
    "deadline",
    "binds",
    "expected_end",
    "range",
    "slack_days",
    "standing",
    "expected_closed",
    "steps",
}


def test_plan_gives_one_document_of_the_agreed_form() -> None:
    """Its steps sorted by their latest day, every date an ISO day."""
    found = sagsgang("plan", *FRAMEWORK, *DATES, "--json").json
    latest = [step["latest"] for step in found["steps"]]

    assert set(found) >= KEYS
    assert all({"id", "bodies", "papers_in_by", "latest", "expected"} <= set(step) for step in found["steps"])
    assert latest == sorted(latest)
    assert (found["feasible"], found["binds"]) == (True, "approve")
    assert {step["id"]: step["expected"] for step in found["steps"]}["finish"] == "2022-09-15"


def test_a_deadline_that_cannot_be_met_is_an_answer() -> None:
    """Exit 0, the reason names the body and the dates, and today's plan stands beside it."""
    ran = sagsgang("plan", *FRAMEWORK, *DATES, "--cancel", "kkr-midtjylland-2022-10-07", "--json")

    assert (ran.code, ran.json["feasible"], ran.json["standing"]) == (0, False, "late")
    assert "KKR Midtjylland har intet møde mellem 15. september 2022" in ran.json["reason"]
    assert "that of 7 October 2022 is off; the next is on 2 December 2022" in ran.json["reason_en"]
    assert ran.json["today"]["feasible"]
    assert ran.json["changes"]["cancel"] == ["kkr-midtjylland-2022-10-07"]


def test_plan_tells_people_in_danish_first() -> None:
    """With the practical day of a deadline on a Saturday after Ascension Day."""
    text = sagsgang("plan", *REPORT).out

    assert text.startswith("Følger planen / On track")
    assert "frist / deadline 31. maj 2025 (i praksis / in practice 28. maj 2025)" in text
    assert "28. marts 2025" in text


def test_a_week_later_the_report_misses_both_meetings() -> None:
    """KD-Net's and KKR's next are named instead of 28 March and 8 April."""
    found = sagsgang("plan", *REPORT, "--later", "7", "--json").json
    days = {step["id"]: (step["latest"], step["expected"], step["assumed"]) for step in found["steps"]}

    assert days["kd-net"] == ("2025-03-28", "2025-04-25", True)
    assert days["kkr"] == ("2025-04-08", "2025-06-10", True)
    assert not found["feasible"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--route", "rammeaftalen", "--deadline", "2022-12-01"], 1, 'did you mean "rammeaftale"?'),
        ([*REPORT, "--cancel", "kkr-midtjylland-2025-04-09"], 1, 'did you mean "kkr-midtjylland-'),
        ([*REPORT, "--drop", "kd-nett"], 1, 'did you mean "kd-net"?'),
        ([*REPORT, "--move", "kd-net-2025-03-28"], 2, "write --move MEETING=YYYY-MM-DD"),
        (["--route", "rammeaftale"], 2, "--deadline"),
        ([*FRAMEWORK, "--set", "report_by=snart"], 1, "write a date as YYYY-MM-DD"),
        ([*FRAMEWORK[:4], "--start", "0001-01-01"], 1, "choose a day from"),
        (["--route", "rammeaftale", "--deadline", "9999-12-31"], 1, "give a date from"),
    ],
)
def test_what_cannot_be_planned_is_refused(words: list[str], code: int, said: str) -> None:
    """With the mend, and no trace."""
    ran = sagsgang("plan", *words)

    assert (ran.code, said in ran.err) == (code, True), ran.err


def test_meeting_list_gives_ids_and_marks_what_is_assumed() -> None:
    """Both those that the papers name and those beyond them."""
    items = sagsgang("meeting", "list", "--from", "2022-09-01", "--until", "2022-12-31", "--json").json["items"]
    found = {item["id"]: item for item in items}

    assert found["dassos-2022-09-15"]["papers_in_by"] == "2022-08-29"
    assert not found["dassos-2022-09-15"]["assumed"]
    assert found["kkr-midtjylland-2022-10-07"]["assumed"]
    assert [item["date"] for item in items] == sorted(item["date"] for item in items)


def test_meeting_list_of_one_body_for_people() -> None:
    """A papers' date that is counted is marked."""
    text = sagsgang("meeting", "list", "--body", "kkr-midtjylland", "--from", "2025-04-01", "--until", "2025-04-30").out

    assert "8. april 2025" in text
    assert "28. marts 2025 *" in text
    assert sagsgang("meeting", "list", "--body", "kkr").code == 1


def test_plan_learns_from_the_bodies_where_services_run(desk: Desk) -> None:
    """What the views know of their past times counts; without services it is by the calendar alone, and says so."""
    with connect(desk.url) as connection:
        connection.execute(
            """
            INSERT INTO views.answers
            SELECT n, gen_random_uuid(), body, now() - interval '100 days', now() - interval '99 days',
                   current_date - 99, NULL, 'own_process'
            FROM unnest(%s::text[]) WITH ORDINALITY AS asked (body, n)
            """,
            (list(desk.cases.organisation.group("councils").members_on(real_now().date())),),
        )
    asked = ("plan", "--route", "cu-afrapportering", "--deadline", "2040-05-31", "--start", "2039-09-01")
    found, alone = desk(*asked, "--json").json, sagsgang(*asked, "--json").json
    councils = [{step["id"]: step for step in plan["steps"]}["councils"] for plan in (found, alone)]

    assert (found["history"], alone["history"]) == (True, False)
    assert [step["assumed"] for step in councils] == [False, True]
    assert "Efter kalenderfilerne alene" in sagsgang(*asked).out
    assert "Efter kalenderfilerne alene" not in desk(*asked).out


def test_case_plan_says_what_is_left(desk: Desk) -> None:
    """From the case as it stands, by the clock."""
    case = desk.opens("--deadline", "2040-05-31")
    found = desk("case", "plan", case, "--json").json
    later = desk("case", "plan", case, "--later", "150", "--json").json

    assert [step["id"] for step in found["steps"]][:2] == ["dassos", "kd-net"]
    assert found["standing"] == "on_track"
    assert later["expected_end"] > later["today"]["expected_end"] == found["expected_end"]
