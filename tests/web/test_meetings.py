# SPDX-License-Identifier: EUPL-1.2
"""The API's meetings: what the secretariat changes, and what is told of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.office import API, Office
from tests.web.test_reads import get

DASSOS = "dassos-2025-09-03"
NEW = {"body": "dassos", "date": "2025-06-12", "time": "09:30", "place": "Viborg", "papers_in_by": "2025-05-20"}


async def post(
    office: Office, path: str, content: dict[str, Any], key: str | None = None
) -> tuple[int, dict[str, Any]]:
    """A write of one secretary's: its status and its JSON."""
    if "Authorization" not in office.client.headers:
        office.client.headers.update(office.token())
    headers = {"Idempotency-Key": key} if key else {}
    response = await office.client.post(API + path, json=content, headers=headers)
    return response.status_code, response.json()


async def test_an_added_meeting_is_listed_with_its_history(office: Office) -> None:
    """When it was added and by whom."""
    status, added = await post(office, "/meetings", NEW)
    found = (await get(office, "/meetings", body="dassos", until="2025-07-01"))[1]["items"]

    assert (status, added["id"], added["state"]) == (201, "dassos-2025-06-12", "added")
    assert {name: added[name] for name in NEW} == NEW
    assert added.pop("position") == office.services.meetings.places()["dassos"]
    assert added in found
    assert [(one["change"], one["date"], one["was_on"]) for one in added["history"]] == [("added", "2025-06-12", None)]


async def test_a_moved_and_a_cancelled_meeting_say_why(office: Office) -> None:
    """Both of the calendar files."""
    moved = (await post(office, f"/meetings/{DASSOS}/move", {"date": "2025-09-10", "reason": "Ferie"}))[1]
    status, cancelled = await post(office, f"/meetings/{DASSOS}/cancel", {"reason": "For få punkter"})

    assert (moved["state"], moved["date"], moved["history"][0]["was_on"]) == ("moved", "2025-09-10", "2025-09-03")
    assert (status, cancelled["state"]) == (200, "cancelled")
    assert [one["reason"] for one in cancelled["history"]] == ["Ferie", "For få punkter"]


async def test_the_list_tells_how_it_was(office: Office) -> None:
    """By what was recorded up to then."""
    await post(office, f"/meetings/{DASSOS}/cancel", {"reason": "For få punkter"})
    asked = {"body": "dassos", "from": "2025-09-01", "until": "2025-09-30"}
    then = (await get(office, "/meetings", **asked, as_of="2025-03-17"))[1]["items"]
    now = (await get(office, "/meetings", **asked))[1]["items"]

    assert [item["state"] for item in (*then, *now)] == ["planned", "cancelled"]
    assert (await get(office, "/meetings", as_of="i går"))[0] == 422


async def test_plans_count_with_the_change(office: Office) -> None:
    """Of a route not opened yet, and of a case."""
    case = office.open_case()
    office.project()
    asked = {"route": "cu-afrapportering", "deadline": "2025-05-31", "start": "2025-03-18"}
    before = [(await get(office, "/plan", **asked))[1], (await get(office, f"/cases/{case}/plan"))[1]]
    await post(office, "/meetings/kkr-midtjylland-2025-04-08/move", {"date": "2025-06-17", "reason": "Ferie"})
    after = [(await get(office, "/plan", **asked))[1], (await get(office, f"/cases/{case}/plan"))[1]]

    assert [plan["feasible"] for plan in (before[0], after[0])] == [True, False]
    assert before[1]["expected_end"] < after[1]["expected_end"]


async def test_a_repeat_under_the_same_key_changes_nothing_more(office: Office) -> None:
    """Nor does one whose answer was lost before it was kept."""
    move = {"date": "2025-09-10", "reason": "Ferie"}
    answers = [await post(office, f"/meetings/{DASSOS}/move", move, "k1") for _ in range(2)]
    with office.services.cases.recorder.datastore.transaction(commit=True) as cursor:  # type: ignore[attr-defined]
        cursor.execute("DELETE FROM office.idempotency_keys")
    answers.append(await post(office, f"/meetings/{DASSOS}/move", move, "k1"))

    assert answers[0] == answers[1] == answers[2]
    assert len(answers[0][1]["history"]) == 1


@pytest.mark.parametrize(
    ("path", "content", "status", "field"),
    [
        ("/meetings", {**NEW, "body": "dassoss"}, 422, "body"),
        ("/meetings", {**NEW, "date": "12. juni"}, 422, "date"),
        ("/meetings", {**NEW, "time": "9"}, 422, "time"),
        ("/meetings", {**NEW, "time": "09:30:00"}, 422, "time"),
        ("/meetings", {**NEW, "papers_in_by": "2025-06-13"}, 422, "papers_in_by"),
        ("/meetings", {**NEW, "plac": "x"}, 422, "plac"),
        ("/meetings", {**NEW, "date": "2025-09-03", "papers_in_by": None}, 409, "id"),
        (f"/meetings/{DASSOS}/move", {"date": "2025-09-10"}, 422, "reason"),
        (f"/meetings/{DASSOS}/move", {"date": "2025-09-03", "reason": "x"}, 409, "date"),
        ("/meetings/dassos-x/move", {"date": "2025-09-03", "reason": "x"}, 404, "id"),
        ("/meetings/x/cancel", {"reason": "x"}, 404, "id"),
    ],
)
async def test_what_cannot_be_is_a_problem(
    office: Office, path: str, content: dict[str, Any], status: int, field: str
) -> None:
    """That names the field."""
    found, problem = await post(office, path, content)

    assert (found, [error["field"] for error in problem["errors"]]) == (status, [field])
