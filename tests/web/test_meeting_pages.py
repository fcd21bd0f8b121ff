# SPDX-License-Identifier: EUPL-1.2
"""The page of a body's meetings: changed by form, with what that does to the cases told first, and its calendars."""

from __future__ import annotations

import re
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from tests.web.filling import coming, do, fill_in, form_of
from tests.web.office import Office
from tests.web.test_access import sign_in
from tests.web.test_meetings import post
from tests.web.test_pages import check
from tests.web.test_roles import sign_in as sign_in_as

HERE = "/bodies/kd-net/meetings"
MARCH, APRIL = "kd-net-2025-03-28", "kd-net-2025-04-25"
MADE = re.compile(r'id="made" readonly value="([^"]+)"')
ADDED = {"date": "2025-04-10", "time": "09:30", "place": "Viborg", "papers_in_by": "2025-04-03", "source": "Brev"}


@pytest.fixture
async def case(office: Office) -> UUID:
    """A case that is on KD-Net's meeting of 28 March 2025, and due on 30 May."""
    found = office.open_case("dassos", title="Afrapportering til KD-Net")
    office.project()
    await sign_in(office)
    return found


def state(office: Office, meeting: str) -> tuple[str | None, str]:
    """The last change of a meeting, and its day."""
    changes = office.services.meetings.diary().changes_of(meeting)
    return (changes[-1].kind if changes else None, office.services.meetings.find(meeting).day.isoformat())


async def test_a_meeting_is_added_once(office: Office, case: UUID) -> None:
    """A double click adds one; the page then shows it with who added it."""
    told = await do(office, f"{HERE}/add", **ADDED)
    page = await office.client.get(f"{HERE}?done=add")
    check(page.text)

    assert told[:2] == ["Organet mødes 10. april 2025.", "Papirer skal være inde senest 3. april 2025."]
    assert state(office, "kd-net-2025-04-10") == ("added", "2025-04-10")
    assert "Mødet er tilføjet." in page.text
    assert all(text in page.text for text in ("10. april 2025", "kl. 09:30", "Viborg", "Brev", "Tilføjet"))
    assert len(office.services.meetings.diary().changes_of("kd-net-2025-04-10")) == 1


async def test_moving_tells_what_becomes_of_the_cases(office: Office, case: UUID) -> None:
    """The item goes along, and the plan says what that does to the deadline; nothing is stored before."""
    told = await fill_in(office, f"{HERE}/move?meeting={MARCH}", date="2025-05-20", reason="Formanden er forhindret")
    assert state(office, MARCH) == (None, "2025-03-28")

    await do(office, f"{HERE}/move?meeting={MARCH}", date="2025-05-20", reason="Formanden er forhindret")
    office.cases.advance(case)
    (item,) = office.cases.get(case).current("kd-net").items.values()

    lines = coming(told)
    assert lines[0] == "Organet mødes 20. maj 2025 i stedet for 28. marts 2025."
    assert any(line.startswith("Afrapportering til KD-Net: ") and "20. maj 2025" in line for line in lines)
    assert any("som det står nu: " in line for line in lines)
    assert state(office, MARCH) == ("moved", "2025-05-20")
    assert item.day.isoformat() == "2025-05-20"


async def test_cancelling_tells_which_meeting_takes_the_items(office: Office, case: UUID) -> None:
    """It is the next one, and so it comes."""
    told = await do(office, f"{HERE}/cancel?meeting={MARCH}", reason="For få punkter")
    office.cases.advance(case)
    (item,) = office.cases.get(case).current("kd-net").items.values()
    page = await office.client.get(HERE)

    assert told[0] == "Mødet 28. marts 2025 bliver ikke holdt."
    assert any("25. april 2025" in line for line in told if line.startswith("Afrapportering til KD-Net: "))
    assert state(office, MARCH)[0] == "cancelled"
    assert item.meeting == APRIL
    assert "For få punkter" in page.text
    assert f"{HERE}/move?meeting={MARCH}" not in page.text


async def test_a_meeting_comes_on_the_day_of_a_cancelled_one(office: Office, case: UUID) -> None:
    """Under an id of its own; beside one that takes place none is added by mistake."""
    await do(office, f"{HERE}/cancel?meeting={MARCH}", reason="For få punkter")
    await do(office, f"{HERE}/add", date="2025-03-28")
    again = await fill_in(office, f"{HERE}/add", date="2025-03-28")

    assert state(office, f"{MARCH}-2") == ("added", "2025-03-28")
    assert again.status_code == 409
    assert "Organet har allerede et møde den dag" in again.text


async def test_a_form_begins_with_how_the_meeting_stands(office: Office, case: UUID) -> None:
    """Without a meeting in the address it is chosen first."""
    await do(office, f"{HERE}/add", **ADDED)
    form = form_of(await office.client.get(f"{HERE}/move?meeting=kd-net-2025-04-10"))
    first = await office.client.get(f"{HERE}/move")
    check(first.text)

    assert {name: form[name] for name in ("date", "time", "place", "papers_in_by", "reason")} == {
        "date": ["2025-04-10"],
        "time": ["09:30"],
        "place": ["Viborg"],
        "papers_in_by": [""],
        "reason": [""],
    }
    assert f'<option value="{MARCH}">28. marts 2025</option>' in first.text


@pytest.mark.parametrize(
    ("address", "filled", "field"),
    [
        ("add", {"date": "2025-04-10", "time": "kl. 9"}, "time"),
        ("add", {"date": "2525-04-10"}, "date"),
        ("add", {"date": "2025-04-10", "papers_in_by": "2025-04-11"}, "papers_in_by"),
        (f"move?meeting={MARCH}", {"date": "2025-04-01"}, "reason"),
        (f"cancel?meeting={MARCH}", {}, "reason"),
    ],
)
async def test_what_cannot_be_is_said_at_its_field(
    office: Office, case: UUID, *, address: str, filled: dict[str, str], field: str
) -> None:
    """Before it is confirmed, in Danish, with nothing changed."""
    page = await fill_in(office, f"{HERE}/{address}", **filled)
    check(page.text)

    assert page.status_code == 422
    assert f'id="error-{field}"' in page.text
    assert '<span lang="en">' not in page.text
    assert not office.services.meetings.places()


async def test_nothing_to_be_done_is_said(office: Office, case: UUID) -> None:
    """A meeting that stands so already, and one whose id is taken."""
    same = await fill_in(office, f"{HERE}/move?meeting={APRIL}", date="2025-04-25", reason="?")
    await do(office, f"{HERE}/move?meeting={APRIL}", date="2025-04-28", reason="Flyttet")
    again = await fill_in(office, f"{HERE}/move?meeting={APRIL}", date="2025-04-28", reason="Flyttet")

    assert (same.status_code, again.status_code) == (200, 409)  # an expected meeting becomes certain by it
    assert '<span lang="en">' not in again.text


async def test_a_calendar_is_subscribed_to_and_closed(office: Office, case: UUID) -> None:
    """The address is shown once, opens the body's calendar, and then no more."""
    told = await fill_in(office, f"{HERE}/subscribe")
    made = await office.client.post(f"{HERE}/subscribe", data=form_of(told))
    address = urlsplit(MADE.findall(made.text)[0]).path
    before = await office.client.get(address)
    page = await office.client.get(HERE)
    check(page.text)
    (withdrawal,) = re.findall(rf'href="({HERE}/withdraw\?link=[^"]+)"', page.text)
    await do(office, withdrawal)
    after = await office.client.get(address)

    assert MARCH in before.text
    assert address not in page.text
    assert (before.status_code, after.status_code) == (200, 404)
    assert "Ingen abonnerer endnu." in (await office.client.get(HERE)).text


async def test_leadership_looks_and_changes_nothing(office: Office) -> None:
    """It sees what was changed, and no button."""
    await post(office, f"/meetings/{MARCH}/move", {"date": "2025-04-02", "reason": "Ferie"})
    del office.client.headers["Authorization"]
    await sign_in_as(office, "leadership", None)
    page = await office.client.get(HERE)
    check(page.text)

    assert "fra" in page.text
    assert "Ferie" in page.text
    assert f"{HERE}/" not in page.text
    assert (await office.client.get(f"{HERE}/add")).status_code == 403
