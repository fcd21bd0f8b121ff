# SPDX-License-Identifier: EUPL-1.2
"""The plan on the pages: of a case, as it would be, as it was, and on the page of a body."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from domain.meeting_changes import Move
from tests.browser.site import Calendar
from tests.fixtures.servers import Database
from tests.web.conftest import START, running_office
from tests.web.office import API, Office
from tests.web.test_access import sign_in
from tests.web.test_pages import check

KKR = "kkr-midtjylland-2025-04-08"


@pytest.fixture
def calendar() -> Calendar:
    """The office's clock, on 18 March 2025."""
    return Calendar(START)


@pytest.fixture
async def dated(database: Database, tmp_path: Path, calendar: Calendar) -> AsyncIterator[Office]:
    """An office whose clock the test turns."""
    async with running_office(database.service_url, tmp_path, calendar) as office:
        await sign_in(office)
        yield office


@pytest.fixture
def case(dated: Office) -> UUID:
    """A case that waits for DASSOS."""
    case = dated.open_case(title="Svar", deadline=date(2025, 5, 31))
    dated.project()
    return case


async def words(office: Office, address: str, status: int = 200) -> str:
    """The words of a page."""
    response = await office.client.get(address)
    check(response.text)
    assert response.status_code == status
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


async def test_a_case_s_page_has_its_plan(dated: Office, case: UUID) -> None:
    """The standing with its reason, and each step with its dates; none once the case is over."""
    text = await words(dated, f"/cases/{case}")

    assert "Følger planen »Fælles indsendelse« ventes" in text
    assert "KKR godkender KKR Midtjylland 28. marts 2025 8. april 2025 8. april 2025 på møde" in text

    dated.cases.withdraw(case, dated.command(), "Bortfaldet")
    dated.project()

    assert "Hvad hvis" not in await words(dated, f"/cases/{case}")


async def test_a_past_day_shows_the_plan_of_then(dated: Office, case: UUID, calendar: Calendar) -> None:
    """By the meetings as they stood."""
    calendar.turn_to("2025-03-20")
    move = Move(day=date(2025, 6, 10), reason="Udskudt")
    dated.services.meetings.move(dated.command(), KKR, move)

    assert "For sent Fristen 31. maj 2025 kan ikke holdes" in await words(dated, f"/cases/{case}")
    assert "Følger planen" in await words(dated, f"/cases/{case}?as_of=2025-03-19")
    assert "For sent" in await words(dated, "/?as_of=2025-03-20&standing=late")
    assert "Ingen sager" in await words(dated, "/?as_of=2025-03-19&standing=late")


async def test_a_moved_meeting_is_thought_through_beside_todays_plan(dated: Office, case: UUID) -> None:
    """Both with their reasons, each step with the days between; nothing is stored, and the JSON says the same."""
    address = f"/cases/{case}/plan?move={KKR}&to=2025-06-10"
    text = await words(dated, address)
    page = (await dated.client.get(address)).text
    link = html.unescape(re.findall(r'href="(/api/v1/cases/[^"]+)"', page)[0])
    found = (await dated.client.get(link)).json()

    assert "Sådan ville det blive For sent Fristen 31. maj 2025 kan ikke holdes" in text
    assert "Planen i dag Følger planen" in text
    assert "KKR godkender 8. april 2025 på møde 10. juni 2025 på møde formodet 63 dage senere" in text
    assert (found["standing"], found["today"]["standing"]) == ("late", "on_track")
    assert "For sent" not in await words(dated, f"/cases/{case}")


async def test_a_dropped_body_and_a_later_start(dated: Office, case: UUID) -> None:
    """A step without anybody left to ask falls away; days gone by move what comes."""
    assert "KD-Net godkender 28. marts 2025 på møde Bortfalder" in await words(dated, f"/cases/{case}/plan?drop=kd-net")
    assert "senere" in await words(dated, f"/cases/{case}/plan?later=30")


FAULTS = {
    f"move={KKR}": {"to": "Skriv, hvilken dag mødet flyttes til."},
    f"move={KKR}&to=x": {"to": "Skriv dagen som 2025-05-31."},
    f"move={KKR}&to=9999-01-01": {"to": "1. januar 9999 kan ikke være rigtig: datoen ligger for langt væk."},
    "to=2025-06-10": {"move": "Vælg det møde, der flyttes, eller lad dagen stå tom."},
    "move=none&to=2025-04-09": {"move": "Mødet findes ikke: vælg et fra listen."},
    f"move={KKR}&to=2025-06-10&cancel={KKR}": {"cancel": "Mødet kan ikke både flyttes og aflyses."},
    "cancel=a;b": {"cancel": "Mødet findes ikke: vælg et fra listen."},
    "drop=lemvig%22": {"drop": "Ingen af de trin, der er tilbage, spørger organet: vælg et fra listen."},
    "later=x": {"later": "Skriv et antal dage fra 0 til 3650."},
    "later=-1": {"later": "Skriv et antal dage fra 0 til 3650."},
    "later=99999": {"later": "Skriv et antal dage fra 0 til 3650."},
    f"move={KKR}&later=1.5": {
        "to": "Skriv, hvilken dag mødet flyttes til.",
        "later": "Skriv et antal dage fra 0 til 3650.",
    },
}
"""What the form can say that cannot be, and what then stands at which fields."""


@pytest.mark.parametrize(("query", "faults"), FAULTS.items(), ids=FAULTS)
async def test_what_cannot_be_thought_is_said_at_its_field(
    dated: Office, case: UUID, query: str, faults: dict[str, str]
) -> None:
    """In Danish, with a way there from the top of the page and today's plan below; what was filled in stays."""
    response = await dated.client.get(f"/cases/{case}/plan?{query}")
    page = html.unescape(response.text)
    summary = re.findall(r'<li><a href="#field-(\w+)">[^<]+</a>: <span>([^<]+)</span></li>', page)
    field = re.findall(r'<span class="form-error-message" id="error-(\w+)"><span>([^<]+)</span></span>', page)
    invalid = re.findall(r'id="field-(\w+)" name="\1" aria-invalid="true" aria-describedby="error-\1"', page)

    check(response.text)
    assert response.status_code == 422
    assert dict(summary) == dict(field) == faults
    assert set(invalid) == set(faults)
    assert 'lang="en"' not in page.partition("<main")[2]
    assert "<title>Fejl: " in page
    assert "Planen i dag" in page
    assert "Sådan ville" not in page
    assert f'value="{KKR}" selected' in page or f"move={KKR}" not in query


async def test_a_fault_is_said_in_english_too(dated: Office, case: UUID) -> None:
    """To whom has chosen it."""
    await dated.client.post("/language", data={"language": "en", "next": "/"})

    assert "it is not said which meeting moves; choose it" in await words(
        dated, f"/cases/{case}/plan?to=2025-06-10", 422
    )


async def test_a_form_that_says_nothing_shows_todays_plan_alone(dated: Office, case: UUID) -> None:
    """Without a fault: nobody needs to fill every field in."""
    text = await words(dated, f"/cases/{case}/plan?move=&to=&cancel=&drop=&later=")

    assert "Planen i dag" in text
    assert "Sådan ville" not in text


async def test_a_case_that_is_over_has_no_plan(dated: Office, case: UUID) -> None:
    """It is a conflict, told as a page."""
    dated.cases.withdraw(case, dated.command(), "Bortfaldet")
    dated.project()

    assert (await dated.client.get(f"/cases/{case}/plan")).status_code == 409


async def test_a_body_s_page_has_its_next_meetings_with_what_is_expected(dated: Office, case: UUID) -> None:
    """Date, papers' date, and the cases with their standing; a body that does not meet has no such list."""
    text = await words(dated, "/bodies/kkr-midtjylland")

    assert "8. april 2025 28. marts 2025" in text
    assert "Svar KKR godkender Følger planen" in text
    assert f'href="/cases/{case}"' in (await dated.client.get("/bodies/kkr-midtjylland")).text
    assert "Møder og dagsordener" not in await words(dated, "/bodies/lemvig")


async def test_the_list_over_http_tells_and_asks_for_the_standing(dated: Office, case: UUID) -> None:
    """Each case with its forecast; a standing that there is not is refused."""
    dated.open_case(title="Sen", deadline=date(2025, 3, 20))
    dated.project()
    found = (await dated.client.get(f"{API}/cases?standing=late")).json()["items"]
    every = (await dated.client.get(f"{API}/cases")).json()["items"]

    assert [one["title"] for one in found] == ["Sen"]
    assert {one["id"]: one["forecast"]["standing"] for one in every}[str(case)] == "on_track"
    assert (await dated.client.get(f"{API}/cases?standing=x")).status_code == 422
