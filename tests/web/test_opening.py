# SPDX-License-Identifier: EUPL-1.2
"""A case is opened on the pages: by a route, with its attributes, bodies and papers, and once only."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import httpx2
import pytest

from tests.web.filling import coming, fill_in, form_of
from tests.web.office import Office
from tests.web.test_access import sign_in
from tests.web.test_pages import check

CU = "/open/cu-afrapportering"


def opened(answer: httpx2.Response) -> UUID:
    """The case that a confirmation led to."""
    assert answer.status_code == 303, answer.text
    return UUID(answer.headers["location"].removeprefix("/cases/").partition("?")[0])


async def test_every_route_can_be_chosen(office: Office) -> None:
    """What it is and its steps are told, and each leads to its form."""
    await sign_in(office)
    page = await office.client.get("/open")
    check(page.text)
    routes = office.services.organisation.routes

    assert "KKR godkender" in page.text
    for route in routes.values():
        assert f'href="/open/{route.id}"' in page.text
        assert (await office.client.get(f"/open/{route.id}")).status_code == 200


async def test_the_whole_way_is_told_and_the_case_opened_once(office: Office) -> None:
    """Nothing is written before it is confirmed; a double click opens one case."""
    await sign_in(office)
    told = await fill_in(office, CU, title="Afrapportering", deadline="2025-05-31", reference="CU-25")
    before = office.cases.recorder.max_notification_id()
    form = form_of(told)
    done = [await office.client.post(CU, data=form) for _ in range(2)]
    case = office.cases.get(opened(done[0]))
    page = None
    office.project()
    page = await office.client.get(done[0].headers["location"])

    assert coming(told)[0] == "Sagen »Afrapportering« blev åbnet, frist 31. maj 2025."
    assert any("DASSOS er inviteret" in line for line in coming(told))
    assert "Sagens vej" in told.text
    assert before is None
    assert opened(done[1]) == case.id
    assert (case.title, case.deadline, case.reference) == ("Afrapportering", date(2025, 5, 31), "CU-25")
    assert office.events(case.id)[:1] == ["case.opened"]
    assert "Sagen er åbnet." in page.text


async def test_the_papers_go_with_the_confirmation(office: Office) -> None:
    """In their order; sent twice, each is there once."""
    await sign_in(office)
    told = await fill_in(office, CU, title="Med bilag")
    form = {name: values[0] for name, values in form_of(told).items()}
    files = [("file", ("a.pdf", b"a")), ("file", ("b.pdf", b"b"))]
    done = [await office.client.post(CU, data=form, files=files) for _ in range(2)]
    papers = office.cases.get(opened(done[0])).papers

    assert [paper.name for paper in papers] == ["a.pdf", "b.pdf"]


async def test_a_paper_that_cannot_be_opens_nothing(office: Office) -> None:
    """The confirmation is shown again, with all that was filled in."""
    await sign_in(office)
    told = await fill_in(office, CU, title="Med bilag")
    form = {name: values[0] for name, values in form_of(told).items()}
    page = await office.client.post(CU, data=form, files={"file": ("a.pdf", b"")})

    assert page.status_code == 422
    assert 'id="error-file"' in page.text
    assert form_of(page)["title"] == ["Med bilag"]
    assert office.cases.recorder.max_notification_id() is None


async def test_attributes_are_asked_as_the_route_uses_them(office: Office) -> None:
    """A choice, a number, a date; each by its name and with what hangs on it."""
    await sign_in(office)
    address = "/open/kapacitetsaendring"
    form = await office.client.get(address)
    told = await fill_in(office, address, title="Lukning", attributes__kind="closure", attributes__places="12")
    case = office.cases.get(opened(await office.client.post(address, data=form_of(told))))

    assert "Lukning af et helt tilbud" in form.text
    assert "Afgør, om »DASSOS godkender« er nødvendigt." in form.text
    assert case.attributes == {"kind": "closure", "places": 12}


async def test_those_concerned_are_ticked_off(office: Office) -> None:
    """And exactly they are asked."""
    await sign_in(office)
    told = await fill_in(office, "/open/input", title="Eksempler", concerned=["aarhus", "skive"], deadline="2025-05-01")
    case = office.cases.get(opened(await office.client.post("/open/input", data=form_of(told))))

    assert sorted(case.asked["collect"]) == ["aarhus", "skive"]


@pytest.mark.parametrize(
    ("route", "filled", "places"),
    [
        ("cu-afrapportering", {"title": ""}, ["title"]),
        ("cu-afrapportering", {"title": "x" * 301, "deadline": "31/5"}, ["title", "deadline"]),
        ("cu-afrapportering", {"title": "\u202ex"}, ["title"]),
        ("cu-afrapportering", {"title": "x", "deadline": "2099-01-01"}, ["deadline"]),
        ("rammeaftale", {"title": "x"}, ["attributes.report_by", "attributes.comments_by"]),
        (
            "rammeaftale",
            {"title": "x", "attributes__report_by": "2099-01-01", "attributes__comments_by": "2025-07-01"},
            ["attributes.report_by"],
        ),
        ("kapacitetsaendring", {"title": "x", "attributes__places": "mange"}, ["attributes.places"]),
        ("kapacitetsaendring", {"title": "x", "attributes__kind": "andet"}, ["attributes.kind"]),
        ("input", {"title": "x", "concerned": ["nobody"]}, ["concerned"]),
        (
            "samarbejdsaftale",
            {"title": "x", "attributes__hearing_by": "2025-05-01", "attributes__replaces": str(UUID(int=1))},
            ["attributes.replaces"],
        ),
    ],
)
async def test_every_mistake_stands_at_its_field(
    office: Office, route: str, filled: dict[str, str | list[str]], places: list[str]
) -> None:
    """In a list at the top that leads to each, and what was written is kept."""
    await sign_in(office)
    page = await fill_in(office, f"/open/{route}", **filled, reference="Beholdt")
    check(page.text)

    assert 400 <= page.status_code < 500
    assert 'role="alert"' in page.text
    for place in places:
        assert f'id="error-{place}"' in page.text
        assert f'href="#field-{place}"' in page.text
    assert form_of(page)["reference"] == ["Beholdt"]
    assert office.cases.recorder.max_notification_id() is None


async def test_what_was_filled_in_can_be_changed_again(office: Office) -> None:
    """From the confirmation back to the form, with everything in it."""
    await sign_in(office)
    told = await fill_in(office, "/open/input", title="Først", concerned=["aarhus", "skive"])
    back = await office.client.post("/open/input", data={**form_of(told), "change": "1"})

    assert form_of(back)["title"] == ["Først"]
    assert sorted(form_of(back)["concerned"]) == ["aarhus", "skive"]


@pytest.mark.parametrize("role", ["leadership", "auditor"])
async def test_only_the_secretariat_opens_cases(office: Office, role: str) -> None:
    """Others see no way there, and are refused."""
    csrf = await sign_in(office, role)
    front = await office.client.get("/")
    answers = [await office.client.get("/open"), await office.client.get(CU)]
    answers.append(await office.client.post(CU, data={"title": "x", "csrf": csrf}))

    assert 'href="/open"' not in front.text
    assert {answer.status_code for answer in answers} == {403}


async def test_a_form_from_elsewhere_opens_nothing(office: Office) -> None:
    """Neither as a plain form nor as one with files."""
    await sign_in(office)
    given = {"title": "x", "confirmed": "abc", "csrf": "x"}
    answers = [
        await office.client.post(CU, data=given),
        await office.client.post(CU, data=given, files={"file": ("a", b"x")}),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert (await office.client.get("/open/nothing")).status_code == 404
    assert office.cases.recorder.max_notification_id() is None
