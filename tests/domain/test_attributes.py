# SPDX-License-Identifier: EUPL-1.2
"""The secretariat sets what the route asks to know of a case."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.errors import CaseEndedError, ConflictError, InvalidError
from domain.route import Route
from tests.domain.desk import Desk, midtjylland


def hearing() -> Desk:
    """An agreement whose hearing runs until 30 November 2021."""
    desk = Desk("2021-09-01")
    desk.open("samarbejdsaftale", deadline=date(2022, 7, 31), attributes={"hearing_by": "2021-11-30"})
    desk.commands("submit", step="draft")
    return desk


def test_an_open_step_that_is_due_on_the_date_follows_it() -> None:
    """As every step follows the case's deadline."""
    desk = hearing()
    desk.commands("set_attribute", attribute="hearing_by", value="2021-12-14", reason="flere ønsker tid")

    assert desk.case.attributes["hearing_by"] == "2021-12-14"
    assert desk.round("hearing").due == date(2021, 12, 14)


def test_a_step_that_has_begun_keeps_its_course() -> None:
    """The change was brought to approval, and stays there; a new case would be noted."""
    desk = Desk("2022-04-19")
    desk.open("kapacitetsaendring", attributes={"kind": "adjustment", "places": 11})
    desk.commands("set_attribute", attribute="places", value=9, reason="talt forkert")

    assert desk.case.waiting_for() == ["dassos"]
    assert (desk.round("approve").state, desk.round("note").state) == ("open", "skipped")


@pytest.mark.parametrize(
    ("attribute", "value", "reason", "field"),
    [
        ("hearing", "2021-12-14", "x", "attribute"),
        ("hearing_by", "snart", "x", "value"),
        ("hearing_by", "9999-12-31", "x", "value"),
        ("hearing_by", " ", "x", "value"),
        ("hearing_by", None, "x", "value"),
        ("hearing_by", ["2021-12-14"], "x", "value"),
        ("replaces", "a" * 301, "x", "value"),
        ("replaces", "a\x1b[2J", "x", "value"),
        ("hearing_by", "2021-12-14", " ", "reason"),
    ],
)
def test_what_cannot_be_is_refused(attribute: str, value: Any, reason: str, field: str) -> None:
    """By its field, and nothing is written."""
    desk = hearing()
    before = desk.case.version

    with pytest.raises(InvalidError) as refusal:
        desk.commands("set_attribute", attribute=attribute, value=value, reason=reason)

    assert (refusal.value.field, desk.case.version) == (field, before)


def test_the_same_value_again_is_a_conflict() -> None:
    """As a deadline that is the same."""
    with pytest.raises(ConflictError):
        hearing().commands("set_attribute", attribute="hearing_by", value="2021-11-30", reason="x")


def test_a_case_that_has_ended_keeps_its_attributes() -> None:
    """Whatever was meant."""
    desk = hearing()
    desk.commands("withdraw", "bortfaldet")

    with pytest.raises(CaseEndedError):
        desk.commands("set_attribute", attribute="hearing_by", value="2021-12-14", reason="x")


def test_a_route_knows_every_attribute_that_it_asks_about() -> None:
    """Those that it tests, those that hold dates, and what is replaced."""
    routes = midtjylland().routes

    assert set(routes["kapacitetsaendring"].attributes) == {"kind", "places"}
    assert set(routes["samarbejdsaftale"].attributes) >= {"hearing_by", "in_force_on", "replaces"}
    assert isinstance(routes["orientering"], Route)
    assert routes["orientering"].attributes == ()
