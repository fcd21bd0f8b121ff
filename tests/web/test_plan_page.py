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


@pytest.mark.parametrize(
    "query",
    [
        f"move={KKR}",
        f"move={KKR}&to=x",
        "move=none&to=2025-04-09",
        "cancel=none",
        "drop=none",
        "later=x",
        "later=99999",
    ],
)
async def test_what_cannot_be_thought_is_said(dated: Office, case: UUID, query: str) -> None:
    """With today's plan below; a form that says nothing shows that plan alone."""
    assert "Det kan ikke gøres sådan" in await words(dated, f"/cases/{case}/plan?{query}", 422)
    assert "Sådan ville" not in await words(dated, f"/cases/{case}/plan?move=&to=&cancel=&drop=&later=")


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
