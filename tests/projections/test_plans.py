# SPDX-License-Identifier: EUPL-1.2
"""A plan's document: its form, and its reason in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from domain.estimating import History
from domain.matters import Opening, WhatIf, matter_of_case, matter_of_opening
from domain.organisation import Organisation
from projections.plans import planned
from tests.domain.desk import Desk, midtjylland

DATES = {"report_by": "2022-01-10", "comments_by": "2022-07-01"}
NO_HISTORY: History = {}


def document(route: str, start: str, deadline: str, *what_if: WhatIf, **attributes: str) -> dict[str, Any]:
    """The document of a case that might be opened."""
    opening = Opening(route, date.fromisoformat(start), date.fromisoformat(deadline), attributes)
    matter = matter_of_opening(midtjylland(), opening)
    return planned(midtjylland(), NO_HISTORY, matter, *(what_if or [WhatIf()]))


def case_document(desk: Desk) -> dict[str, Any]:
    """The document of a desk's case on its day."""
    return planned(midtjylland(), NO_HISTORY, matter_of_case(desk.case, desk.now.date()), WhatIf())


def submitted(day: str) -> Desk:
    """A report submitted on a day."""
    desk = Desk()
    desk.open()
    for body in ("dassos", "kd-net", "kkr-midtjylland"):
        desk.answers(body, "approved")
    desk.let_pass(day)
    desk.commands("submit")
    return desk


@pytest.mark.parametrize(
    ("route", "start", "deadline", "attributes", "reason"),
    [
        ("orientering", "2022-01-03", "2022-02-28", {}, "“Notes it” is expected on 9 February 2022, 19 days before"),
        (
            "orientering",
            "2022-01-17",
            "2022-02-28",
            {},
            "that of 9 February 2022 had to have it by 14 January 2022; the next",
        ),
        ("rammeaftale", "2021-11-01", "2022-12-01", DATES, ", but may take until 8 December 2022."),
        (
            "rammeaftale",
            "2021-11-01",
            "2022-12-01",
            {**DATES, "comments_by": "2022-10-05"},
            "“Local political comments” only ends on 5 October 2022 and would have to end by 28 August 2022.",
        ),
        (
            "rammeaftale",
            "2022-09-01",
            "2022-12-01",
            DATES,
            "“DASSOS approves the process” had to have it by 4 November",
        ),
    ],
)
def test_the_reason_is_said_in_words(
    route: str, start: str, deadline: str, attributes: dict[str, str], reason: str
) -> None:
    """In both languages, with the step and its dates."""
    found = document(route, start, deadline, **attributes)

    assert reason in found["reason_en"]
    assert found["reason"] != found["reason_en"]


def test_the_meeting_at_which_time_is_lost_first_is_named_too() -> None:
    """The report of 2025, a week later: KKR's meeting is missed because KD-Net's is."""
    found = document("cu-afrapportering", "2025-03-25", "2025-05-31")

    assert (
        "mødet 8. april 2025 skulle have den senest 28. marts 2025; det næste er 10. juni 2025. Tiden går"
        in (found["reason"])
    )
    assert found["reason"].endswith(
        " Tiden går tabt allerede ved mødet 28. marts 2025 i KD-Net, "
        "som skulle have den senest 25. marts 2025 og først får den 1. april 2025."
    )
    assert found["reason_en"].endswith(
        " Time is lost as early as the meeting of KD-Net on 28 March 2025, "
        "which had to have it by 25 March 2025 and only gets it on 1 April 2025."
    )


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("2025-05-28", "Fristen er overholdt: færdig 28. maj 2025."),
        ("2025-06-02", "Fristen blev overskredet: færdig 2."),
    ],
)
def test_a_deadline_that_is_over_was_met_or_missed(day: str, reason: str) -> None:
    """By the day on which the bound step was done."""
    assert case_document(submitted(day))["reason"].startswith(reason)


def test_an_open_step_without_time_enough_takes_too_long() -> None:
    """Three days before the deadline the submission is not expected in time."""
    desk = Desk()
    desk.open()
    for body in ("dassos", "kd-net", "kkr-midtjylland"):
        desk.answers(body, "approved")
    desk.let_pass("2025-05-31")
    desk.commands("extend", date(2025, 6, 1), "aftalt")
    found = case_document(desk)

    assert not found["feasible"]
    assert "“Joint submission” is only expected on" in found["reason_en"]


def test_a_suspended_case_says_how_it_is_counted() -> None:
    """The days that it has stood still."""
    desk = Desk()
    desk.open()
    desk.commands("suspend", reason="afventer")
    desk.let_pass("2025-03-28")

    assert "fristen regnes 10 dage senere" in case_document(desk)["reason"]


def test_a_body_without_a_later_meeting_is_never_expected() -> None:
    """No date is made up for what no meeting is known for."""
    organisation = without_rhythm("dassos")
    opening = Opening("orientering", date(2027, 12, 1), date(2028, 6, 1))
    found = planned(organisation, NO_HISTORY, matter_of_opening(organisation, opening), WhatIf())

    assert (found["feasible"], found["expected_end"], found["slack_days"]) == (False, None, None)
    assert found["steps"][0]["expected"] is None
    assert "intet senere møde er kendt" in found["reason"]


def test_what_was_changed_stands_in_the_document() -> None:
    """Beside today's plan."""
    what_if = WhatIf({"kkr-midtjylland-2022-10-07": date(2022, 10, 14)}, (), ("samsoe",), 3)
    found = document("rammeaftale", "2021-11-01", "2022-12-01", what_if, **DATES)

    assert found["changes"] == {
        "move": {"kkr-midtjylland-2022-10-07": "2022-10-14"},
        "cancel": [],
        "drop": ["samsoe"],
        "later": 3,
    }
    assert found["today"] == document("rammeaftale", "2021-11-01", "2022-12-01", **DATES)


def without_rhythm(body: str) -> Organisation:
    """The organisation where nothing is assumed of a body's meetings."""
    organisation = midtjylland()
    calendar = replace(organisation.calendars.bodies[body], rhythm=None)
    calendars = replace(organisation.calendars, bodies={**organisation.calendars.bodies, body: calendar})
    return replace(organisation, calendars=calendars)
