# SPDX-License-Identifier: EUPL-1.2
"""The commands about agendas, against a real log and real views."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.dates import danish_date
from tests.cli.conftest import Desk

TODAY = danish_date(datetime.now(UTC))


def item(desk: Desk, case: str) -> dict[str, Any]:
    """Where DASSOS' item stands."""
    found: dict[str, Any] = desk.shows(case)["steps"][0]["items"][0]
    return found


def meetings(desk: Desk) -> list[dict[str, Any]]:
    """The meetings of DASSOS ahead."""
    found: list[dict[str, Any]] = desk("meeting", "list", "--body", "dassos", "--json").json["items"]
    return found


def test_a_case_is_placed_on_a_later_meeting(desk: Desk) -> None:
    """Whose papers' date has not passed, without a reason."""
    case = desk.opens(route="orientering")
    later = next(m["id"] for m in meetings(desk) if m["date"] > item(desk, case)["date"])

    ran = desk("case", "place", case, "--body", "dassos", "--meeting", later, "--json")

    assert ran.code == 0, ran.err
    assert (item(desk, case)["meeting"], item(desk, case)["why"]) == (later, "chosen")


def test_a_meeting_that_cannot_be_is_refused(desk: Desk) -> None:
    """With meetings that can."""
    case = desk.opens(route="orientering")

    ran = desk("case", "place", case, "--body", "dassos", "--meeting", "dassos-2021-05-04")

    assert ran.code == 1
    assert "choose a coming one such as dassos-" in ran.err


def test_a_step_is_settled_in_writing(desk: Desk) -> None:
    """Until the day that is given."""
    case, due = desk.opens(route="orientering"), (TODAY + timedelta(days=7)).isoformat()

    ran = desk("case", "write", case, "--step", "note", "--due", due, "--reason", "Haster", "--json")

    step = ran.json["steps"][0]
    assert (ran.code, step["mode"], step["due"], step["items"]) == (0, "written_procedure", due, [])


def test_an_inbox_shows_the_next_meetings(desk: Desk) -> None:
    """As a document, and in a terminal each with its items numbered."""
    case = desk.opens(route="orientering")
    first = item(desk, case)

    document = desk("body", "inbox", "dassos", "--json").json
    printed = desk("body", "inbox", "dassos").out

    on = {m["meeting"]: [entry["case"] for entry in m["items"]] for m in document["meetings"]}
    assert on[first["meeting"]] == [case]
    assert "1. Afrapportering (note)" in printed
