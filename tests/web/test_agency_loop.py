# SPDX-License-Identifier: EUPL-1.2
"""Inquiries, renewed treatment and participation over HTTP: commands, webhooks, reads and the case's page."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import httpx2
import pytest

from domain.answering import Reply
from domain.commands import Command
from domain.inquiring import Inquiry
from domain.renewing import Renewal
from tests.web.office import API, OPENED_ON, Office, decision
from tests.web.test_commands import post
from tests.web.test_pages import check, page_of

AGENCY = "social-og-boligstyrelsen"
APPROVED = ("dassos", "kd-net", "kkr-midtjylland")
INQUIRY = {"bodies": ["viborg", "struer"], "question": "Hvor mange <borgere>?", "due": "2025-08-25"}
RENEWAL = {"concerned": ["viborg"], "reason": "Nye tal", "deadline": "2025-12-01"}
TERM = {"term_start": "2025-07-01"}


def submitted(office: Office, outcome: str | None = None) -> UUID:
    """A case before the agency, which may have said something."""
    case = office.open_case(*APPROVED)
    office.cases.submit(case, office.command(), submitted_on=OPENED_ON)
    office.cases.advance(case)
    if outcome:
        due = date(2025, 9, 5) if outcome == "questions_asked" else None
        office.cases.answer(case, office.command(), AGENCY, Reply(outcome, OPENED_ON, due=due), "secretariat")
        office.cases.advance(case)
    return case


def scheme(office: Office, *joined: str) -> UUID:
    """A scheme that some have joined."""
    case = office.open_case(route="tilslutning", attributes=TERM)
    for body in joined:
        office.cases.answer(case, office.command(), body, Reply("joined", OPENED_ON), "secretariat")
    return case


async def get(office: Office, path: str, **query: str) -> httpx2.Response:
    """A GET by an auditor."""
    return await office.client.get(API + path, params=query, headers=office.token("auditor"))


async def step_of(office: Office, case: UUID, step: str) -> dict[str, Any]:
    """One step of a case's document, when the process has taken what is due."""
    office.cases.advance(case)
    office.project()
    document = (await get(office, f"/cases/{case}")).json()
    return next(s for s in document["steps"] if s["id"] == step)


async def test_named_bodies_are_asked_and_answer_by_webhook(office: Office) -> None:
    """The question stands in their inbox; the reply to the agency ends the inquiry, and what follows is late."""
    case = submitted(office, "questions_asked")
    response = await post(office, f"/cases/{case}/inquiries", {**INQUIRY, "about": "reply"})
    assert (response.status_code, response.json()["effect"]) == (200, "counted")

    assert (await step_of(office, case, "inquiry"))["due"] == "2025-08-25"
    inbox = (await get(office, "/bodies/viborg/inbox")).json()["items"]
    assert [(item["step"], item["question"]) for item in inbox] == [("inquiry", "Hvor mange <borgere>?")]

    answer = await office.send("viborg", decision(case, "commented", step="inquiry", remark="41"))
    assert answer.json()["effect"] == "counted"
    await post(office, f"/cases/{case}/submit", {"step": "reply"})

    assert (await step_of(office, case, "inquiry"))["result"] == "closed_by_submission"
    late = await office.send("struer", decision(case, "commented", step="inquiry"))
    assert (late.status_code, late.json()["effect"]) == (200, "late")


async def test_a_council_with_two_open_steps_is_asked_which(office: Office) -> None:
    """The problem names both."""
    case = office.open_case(*APPROVED)
    await post(office, f"/cases/{case}/inquiries", INQUIRY)

    answer = await office.send("viborg", decision(case, "noted"))

    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (422, "ambiguous_step")
    assert "councils, inquiry" in answer.json()["detail"]


async def test_a_second_inquiry_waits_for_the_first_to_end(office: Office) -> None:
    """409 says how; ended early, the next can be opened."""
    case = office.open_case()
    await post(office, f"/cases/{case}/inquiries", INQUIRY)

    second = await post(office, f"/cases/{case}/inquiries", INQUIRY)
    ended = await post(office, f"/cases/{case}/inquiries/end", {"reason": "Svaret er fundet"})
    again = await post(office, f"/cases/{case}/inquiries", INQUIRY)
    nothing = await post(office, f"/cases/{case}/inquiries/end", {"reason": ""})

    assert [r.status_code for r in (second, ended, again, nothing)] == [409, 200, 200, 422]
    assert "end it first" in second.json()["detail"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"bodies": []}, "bodies"),
        ({"bodies": ["atlantis"]}, "bodies"),
        ({"question": ""}, "question"),
        ({"due": "2025-03-01"}, "due"),
        ({"due": "snart"}, "due"),
        ({"about": "councils"}, "about"),
    ],
)
async def test_an_inquiry_that_cannot_be_is_refused(office: Office, wrong: dict[str, Any], field: str) -> None:
    """By its field, whoever finds it."""
    case = office.open_case()

    response = await post(office, f"/cases/{case}/inquiries", {**INQUIRY, **wrong})

    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [field]


async def test_the_agencys_webhook_sends_its_questions_on(office: Office) -> None:
    """To the bodies in `to`, by `bodies_due`; an unknown one is refused."""
    case = submitted(office)
    questions = {"due": "2025-09-05", "remark": "Hvor mange?", "bodies_due": "2025-08-25"}
    refused = await office.send(AGENCY, decision(case, "questions_asked", **questions, to=["atlantis"]))
    taken = await office.send(AGENCY, decision(case, "questions_asked", **questions, to=["viborg"]))

    assert (refused.status_code, taken.status_code) == (422, 200)
    inquiry = await step_of(office, case, "inquiry")
    assert (inquiry["due"], inquiry["question"], inquiry["about"]) == ("2025-08-25", "Hvor mange?", "reply#1")
    assert [answer["body"] for answer in inquiry["answers"]] == ["viborg"]


async def test_a_decided_case_is_treated_anew(office: Office) -> None:
    """201 with the new case; both know each other; the same key gives the same case."""
    case = submitted(office, "decided")
    response = await post(office, f"/cases/{case}/renewals", RENEWAL, key="r1")
    again = await post(office, f"/cases/{case}/renewals", RENEWAL, key="r1")
    new = response.json()

    assert response.status_code == 201
    assert response.headers["location"] == f"{API}/cases/{new['id']}"
    assert (new["renews"], new["deadline"], new["concerned"]) == (str(case), "2025-12-01", ["viborg"])
    assert new["position"] == office.cases.position(UUID(new["id"]), 1)
    assert again.json() == new
    office.project()
    assert (await get(office, f"/cases/{case}")).json()["renewed_by"] == [new["id"]]


async def test_a_renewed_treatment_survives_a_lost_answer(office: Office) -> None:
    """The key's row was lost with the crash, the events were not: the same case again."""
    case = submitted(office, "decided")
    first = await post(office, f"/cases/{case}/renewals", RENEWAL, key="r1")
    command = Command(office.command().actor, list(office.cases.get(case).commands)[-1])
    taken = office.cases.renew(case, command, Renewal(["viborg"], "Nye tal"))

    assert (str(taken.case_id), taken.effect) == (first.json()["id"], "repeated")


@pytest.mark.parametrize(
    ("outcome", "wrong", "status"),
    [
        ("questions_asked", {}, 409),
        ("decided", {"concerned": []}, 422),
        ("decided", {"concerned": ["takstgruppen"]}, 422),
        ("decided", {"reason": " "}, 422),
        ("decided", {"title": ""}, 422),
    ],
)
async def test_what_cannot_be_renewed_is_refused(
    office: Office, outcome: str, wrong: dict[str, Any], status: int
) -> None:
    """A case that is not decided, and a wish that cannot be."""
    case = submitted(office, outcome)

    assert (await post(office, f"/cases/{case}/renewals", {**RENEWAL, **wrong})).status_code == status


async def test_no_case_no_renewal(office: Office) -> None:
    """Nor an inquiry, nor a scheme."""
    nobody = "6f9619ff-8b86-4d01-b42d-00c04fc964ff"

    found = [
        await post(office, f"/cases/{nobody}/renewals", RENEWAL),
        await post(office, f"/cases/{nobody}/inquiries", INQUIRY),
        await get(office, f"/cases/{nobody}/participation"),
    ]
    assert [response.status_code for response in found] == [404, 404, 404]


@pytest.mark.parametrize("path", ["inquiries", "inquiries/end", "renewals"])
async def test_only_the_secretariat_writes(office: Office, path: str) -> None:
    """Leadership looks."""
    case = office.open_case()

    response = await office.client.post(f"{API}/cases/{case}/{path}", json={}, headers=office.token("leadership"))

    assert response.status_code == 403


async def test_a_scheme_is_shown_on_a_day_and_as_it_was_known(office: Office) -> None:
    """By effective dates, and by what was recorded."""
    case = scheme(office, "viborg", "horsens")
    await office.send("viborg", decision(case, "left", effective_on="2026-01-01"))
    path = f"/cases/{case}/participation"

    before, term, after = [await get(office, path, on=on) for on in ("2025-06-30", "2025-07-01", "2026-01-01")]
    unknown = await get(office, path, as_of="2025-03-17")

    assert [r.json()["schemes"][0]["participants"] for r in (before, term, after)] == [
        [],
        ["horsens", "viborg"],
        ["horsens"],
    ]
    assert (after.json()["on"], after.json()["schemes"][0]["step"]) == ("2026-01-01", "join")
    assert unknown.status_code == 404
    assert (await get(office, path)).json()["on"] == office.services.today().isoformat()


@pytest.mark.parametrize("on", ["snart", "2025-13-01", "1"])
async def test_a_day_that_is_none_is_refused(office: Office, on: str) -> None:
    """By its field."""
    response = await get(office, f"/cases/{scheme(office)}/participation", on=on)

    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "on"


async def test_a_case_without_a_scheme_has_none(office: Office) -> None:
    """404 says why."""
    response = await get(office, f"/cases/{office.open_case()}/participation")

    assert (response.status_code, response.json()["type"].rsplit("/", 1)[-1]) == (404, "absent")


async def test_a_council_joins_unasked_by_webhook(office: Office) -> None:
    """The case is there for it, since the route is open to the councils; for others it is not."""
    case = scheme(office)

    joined = await office.send("randers", decision(case, "joined"))
    declined = await office.send("odder", decision(case, "declined"))
    stranger = await office.send("das", decision(case, "joined"))

    assert (joined.status_code, joined.json()["effect"]) == (200, "counted")
    assert (declined.status_code, stranger.status_code) == (404, 404)
    assert (await step_of(office, case, "join"))["participation"]["participants"] == ["randers"]


async def test_the_page_shows_an_inquiry_and_the_way_to_a_renewed_treatment(office: Office) -> None:
    """The question is text, the links are there both ways, and what is skipped says why."""
    case = submitted(office, "questions_asked")
    office.cases.inquire(case, office.command(), Inquiry(["viborg"], "Hvor mange <borgere>?", date(2025, 8, 25)))
    office.cases.answer(case, office.command(), AGENCY, Reply("decided", OPENED_ON), "secretariat")
    office.cases.advance(case)
    new = office.cases.renew(case, office.command(), Renewal(["viborg"], "Nye tal")).case_id
    office.cases.advance(new)

    first, second = await page_of(office, case), await page_of(office, new)

    check(first)
    check(second)
    assert "Hvor mange &lt;borgere&gt;?" in first
    assert f'<a href="/cases/{new}">' in first
    assert f'<a href="/cases/{case}">' in second
    assert "der er ingen at spørge" in second


async def test_the_page_shows_a_scheme(office: Office) -> None:
    """How many of how many, and who came and went when."""
    case = scheme(office, "viborg")
    office.cases.answer(
        case, office.command(), "viborg", Reply("left", OPENED_ON, effective_on=date(2026, 1, 1)), "secretariat"
    )

    html = await page_of(office, case)

    check(html)
    for text in ("Ikke bæredygtig", "0 deltagere af mindst 7", "Udtrådt", "1. januar 2026"):
        assert text in html
