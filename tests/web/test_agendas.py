# SPDX-License-Identifier: EUPL-1.2
"""Agendas over HTTP and on the pages: an item placed, a written procedure between meetings, and what a body sees."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from tests.web.office import API, Office, decision
from tests.web.test_access import sign_in
from tests.web.test_actions import address, confirmation
from tests.web.test_pages import check

MARCH, APRIL = "kd-net-2025-03-28", "kd-net-2025-04-25"


@pytest.fixture
async def case(office: Office) -> UUID:
    """A case that waits for KD-Net since 18 March 2025."""
    found = office.open_case("dassos", title="Afrapportering til KD-Net")
    office.project()
    return found


async def post(office: Office, case: UUID, what: str, body: dict[str, Any], role: str = "secretariat") -> Any:
    """A POST of the secretariat, after which the process takes what is due."""
    response = await office.client.post(f"{API}/cases/{case}/{what}", json=body, headers=office.token(role))
    office.cases.advance(case)
    office.project()
    return response


async def get(office: Office, path: str) -> dict[str, Any]:
    """What the API says."""
    found: dict[str, Any] = (await office.client.get(API + path, headers=office.token())).json()
    return found


async def items(office: Office, case: UUID, step: str = "kd-net") -> list[dict[str, Any]]:
    """The items of a case's step."""
    document = await get(office, f"/cases/{case}")
    found: list[dict[str, Any]] = next(s for s in document["steps"] if s["id"] == step)["items"]
    return found


async def test_a_case_says_which_meeting_it_is_on(office: Office, case: UUID) -> None:
    """Of each body that it waits for."""
    assert await items(office, case) == [
        {
            "body": "kd-net",
            "meeting": MARCH,
            "date": "2025-03-28",
            "time": None,
            "place": None,
            "papers_in_by": "2025-03-25",
            "why": "next",
            "reason": None,
            "postponed": 0,
            "held": False,
        }
    ]
    assert await items(office, case, "kkr") == []


async def test_the_secretariat_puts_a_case_on_another_meeting(office: Office, case: UUID) -> None:
    """Freely, while its papers' date has not passed."""
    response = await post(office, case, "items", {"body": "kd-net", "meeting": APRIL})

    (item,) = await items(office, case)
    assert (response.status_code, response.json()["effect"]) == (200, "counted")
    assert (item["meeting"], item["why"]) == (APRIL, "chosen")


async def test_a_late_item_needs_a_reason(office: Office, case: UUID) -> None:
    """By whose absence it is refused at that field."""
    meeting = {"body": "kd-net", "date": "2025-03-21", "papers_in_by": "2025-03-14"}
    await office.client.post(f"{API}/meetings", json=meeting, headers=office.token())
    wish = {"body": "kd-net", "meeting": "kd-net-2025-03-21"}
    refused = await post(office, case, "items", wish)
    taken = await post(office, case, "items", {**wish, "reason": "Formanden har sagt ja"})

    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "reason")
    assert taken.status_code == 200
    assert [(i["why"], i["reason"]) for i in await items(office, case)] == [("forced", "Formanden har sagt ja")]


@pytest.mark.parametrize(
    ("what", "body", "status", "field"),
    [
        ("items", {"body": "kd-net", "meeting": MARCH}, 409, "meeting"),
        ("items", {"body": "kd-net", "meeting": "dassos-2025-09-03"}, 422, "meeting"),
        ("items", {"body": "kd-net"}, 422, "meeting"),
        ("items", {"body": "dassos", "meeting": "dassos-2025-09-03"}, 409, "body"),
        ("written-procedure", {"step": "kkr", "due": "2025-03-25", "reason": "Haster"}, 409, "step"),
        ("written-procedure", {"step": "kd-net", "due": "2025-03-17", "reason": "Haster"}, 422, "due"),
        ("written-procedure", {"step": "kd-net", "due": "2025-03-25"}, 422, "reason"),
    ],
)
async def test_what_cannot_be_is_refused_by_its_field(
    office: Office, case: UUID, *, what: str, body: dict[str, str], status: int, field: str
) -> None:
    """With how to mend it."""
    response = await post(office, case, what, body)

    assert (response.status_code, response.json()["errors"][0]["field"]) == (status, field)


@pytest.mark.parametrize("role", ["leadership", "auditor"])
async def test_only_the_secretariat_decides(office: Office, case: UUID, role: str) -> None:
    """Others look."""
    placed = await post(office, case, "items", {"body": "kd-net", "meeting": APRIL}, role)
    window = {"step": "kd-net", "due": "2025-03-25", "reason": "Haster"}

    assert (placed.status_code, (await post(office, case, "written-procedure", window, role)).status_code) == (403, 403)


async def test_a_step_is_settled_in_writing(office: Office, case: UUID) -> None:
    """Its item is taken off, and by an objection it is back on the meeting."""
    window = {"step": "kd-net", "due": "2025-03-25", "reason": "Der er intet møde før fristen"}
    await post(office, case, "written-procedure", window)
    document = await get(office, f"/cases/{case}")
    step = next(s for s in document["steps"] if s["id"] == "kd-net")
    await office.send("kd-net", decision(case, "objected"))
    office.cases.advance(case)
    office.project()

    assert (step["mode"], step["due"], step["items"], step["why"]) == ("written_procedure", "2025-03-25", [], "written")
    assert [item["meeting"] for item in await items(office, case)] == [MARCH]


async def test_a_body_postpones_to_a_named_meeting_by_webhook(office: Office, case: UUID) -> None:
    """It stays awaited."""
    sent = await office.send("kd-net", decision(case, "postponed", expected_on="2025-04-25"))
    office.cases.advance(case)
    office.project()
    wrong = await office.send("kd-net", decision(case, "approved", expected_on="2025-04-25"))

    (item,) = await items(office, case)
    assert (sent.status_code, item["meeting"], item["why"], item["postponed"]) == (200, APRIL, "postponed", 1)
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "expected_on")


async def test_an_inbox_has_the_next_meetings_with_their_items(office: Office, case: UUID) -> None:
    """In the order in which they have waited; an empty one only if it is the next."""
    later = office.open_case("dassos", title="Næste sag")
    await post(office, later, "items", {"body": "kd-net", "meeting": APRIL})
    found = await get(office, "/bodies/kd-net/inbox")
    empty = await get(office, "/bodies/kkr-midtjylland/inbox")

    assert [(m["meeting"], [i["case"] for i in m["items"]]) for m in found["meetings"]] == [
        (MARCH, [str(case)]),
        (APRIL, [str(later)]),
    ]
    assert [(m["meeting"], m["items"]) for m in empty["meetings"]] == [("kkr-midtjylland-2025-04-08", [])]


async def test_the_pages_show_meeting_and_agenda(office: Office, case: UUID) -> None:
    """The case page at the step, the body's page with its items."""
    await sign_in(office)
    of_case = (await office.client.get(f"/cases/{case}")).text
    of_body = (await office.client.get("/bodies/kd-net")).text

    check(of_case)
    check(of_body)
    assert "Papirer senest" in of_case[of_case.index('id="step-kd-net"') : of_case.index('id="step-kkr"')]
    agenda = of_body[of_body.index("meetings-title") : of_body.index("times-title")]
    assert f"/cases/{case}" in agenda
    assert "28. marts 2025" in agenda


@pytest.mark.parametrize(
    ("action", "given", "written", "told"),
    [
        ("place", {"meeting": APRIL}, ["case.item_placed"], "er sat på mødet 25. april 2025"),
        (
            "write",
            {"due": "2025-03-25", "reason": "Haster"},
            ["case.item_taken_off", "case.step_asked_again"],
            "behandles skriftligt",
        ),
    ],
)
async def test_each_form_tells_and_acts(
    office: Office, case: UUID, *, action: str, given: dict[str, str], written: list[str], told: str
) -> None:
    """It offers what can be, says what will come of it, and does it once it is confirmed."""
    csrf, before = await sign_in(office), office.events(case)
    form = await office.client.get(address(case, action))
    review = await office.client.post(address(case, action), data={**given, "csrf": csrf})
    check(form.text)
    check(review.text)
    await office.client.post(address(case, action), data=confirmation(review.text))

    assert told in review.text
    assert office.events(case)[len(before) :] == written


async def test_the_forms_are_only_offered_at_meetings(office: Office) -> None:
    """Not while a written procedure goes on."""
    case = office.open_case()
    office.project()
    await sign_in(office)
    html = (await office.client.get(f"/cases/{case}")).text

    assert "/actions/place" not in html
    assert "/actions/write" not in html
