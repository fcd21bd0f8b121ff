# SPDX-License-Identifier: EUPL-1.2
"""The page of a body's meetings: changed by form, with what that does to the cases told first, and its calendars."""

from __future__ import annotations

import asyncio
import re
import shutil
from datetime import date, time
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from domain.meetings import Meeting
from tests.domain.desk import MIDTJYLLAND
from tests.fixtures.servers import Database
from tests.web.conftest import running_office
from tests.web.filling import coming, confirm, do, fill_in, form_of
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

    assert told[:2] == [
        "Organet mødes 10. april 2025 kl. 09:30, Viborg.",
        "Papirer skal være inde senest 3. april 2025.",
    ]
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
    assert lines[0] == "Organet mødes 20. maj 2025 (før 28. marts 2025)."
    assert lines[1] == "Papirer skal være inde senest 16. maj 2025 (før 25. marts 2025)."
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
    assert "Organet har allerede et møde 28. marts 2025: flyt det" in again.text


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
        ("add", {"date": "2025-03-17"}, "date"),
        (f"move?meeting={MARCH}", {"date": "2025-03-01", "reason": "Ferie"}, "date"),
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
    assert "Der er ingen adresse." in (await office.client.get(HERE)).text


async def test_leadership_looks_and_changes_nothing(office: Office) -> None:
    """It sees what was changed, and no button."""
    await post(office, f"/meetings/{MARCH}/move", {"date": "2025-04-02", "reason": "Ferie"})
    del office.client.headers["Authorization"]
    await sign_in_as(office, "leadership", None)
    page = await office.client.get(HERE)
    check(page.text)

    assert "Flyttet: 2. april 2025 (før 28. marts 2025). Begrundelse: Ferie" in page.text
    assert f"{HERE}/" not in page.text
    assert (await office.client.get(f"{HERE}/add")).status_code == 403


async def test_every_open_case_that_the_body_is_to_deal_with_is_told_of(database: Database, tmp_path: Path) -> None:
    """Also one that it is not asked about yet, and that is expected on none of its meetings."""
    organisation = tmp_path / "midtjylland"
    shutil.copytree(MIDTJYLLAND, organisation)
    (organisation / "calendars" / "kd-net.toml").unlink()
    async with running_office(database.service_url, tmp_path, organisation=organisation) as office:
        await sign_in(office)
        office.open_case(title="Hos DASSOS")
        office.open_case("dassos", title="Hos KD-Net")
        office.project()
        told = coming(await fill_in(office, f"{HERE}/add", date="2025-09-10"))

    assert [line.partition(":")[0] for line in told[2:]] == ["Hos KD-Net", "Hos KD-Net", "Hos DASSOS"]


async def test_more_cases_than_are_looked_through_are_counted(office: Office) -> None:
    """Those whose answer is awaited come first."""
    for number in range(52):
        office.open_case(title=f"Sag {number:02}")
    office.project()
    await sign_in(office)
    told = coming(await fill_in(office, f"{HERE}/move?meeting={MARCH}", date="2025-05-20", reason="Ferie"))

    assert len(told) == 2 + 50 + 1
    assert told[-1] == "2 sager mere regner med organets møder; de er ikke set igennem her."


async def test_what_an_earlier_change_brings_about_is_not_told_of_this_one(office: Office, case: UUID) -> None:
    """Where the case has not taken that up yet."""
    await do(office, f"{HERE}/cancel?meeting={MARCH}", reason="For få punkter")
    told = coming(await fill_in(office, f"{HERE}/add", date="2025-12-10"))

    assert [line for line in told if line.startswith("Afrapportering til KD-Net: ")] == []


async def test_a_change_of_standing_names_both(office: Office, case: UUID) -> None:
    """And the expected end beside the deadline, as it would be and as it is."""
    office.open_case("dassos", title="Med frist", deadline=date(2025, 5, 30))
    office.project()
    told = coming(await fill_in(office, f"{HERE}/move?meeting={MARCH}", date="2025-05-28", reason="Ferie"))
    (line,) = [line for line in told if line.startswith("Med frist: »")]

    assert line.startswith("Med frist: »For sent« i stedet for »")
    halves = line.partition("; som det står nu: ")
    assert halves[1]
    assert halves[0].rpartition("Ventes")[2].strip(" .") != halves[2].rpartition("ventes")[2].strip(" .")


async def test_moving_the_time_alone_says_so(office: Office, case: UUID) -> None:
    """Before it is done, and in what was done."""
    address = f"{HERE}/move?meeting={MARCH}"
    first = await do(office, address, time="09:00", reason="Lokalet")
    then = await do(office, address, time="13:00", place="Viborg", reason="Lokalet igen")
    page = unescape((await office.client.get(HERE)).text)

    assert first[0] == "Organet mødes 28. marts 2025 kl. 09:00 (før uden klokkeslæt)."
    assert then[0] == "Organet mødes 28. marts 2025 kl. 13:00, Viborg (før kl. 09:00, uden sted)."
    assert first[1] == "Papirer skal være inde senest 25. marts 2025."
    assert "Flyttet: kl. 09:00 (før uden klokkeslæt). Begrundelse: Lokalet<" in page
    assert "Flyttet: kl. 13:00, Viborg (før kl. 09:00, uden sted). Begrundelse: Lokalet igen<" in page


async def test_what_is_emptied_is_cleared(office: Office, case: UUID) -> None:
    """Time and place, which the form shows; also where the address names a day."""
    await do(office, f"{HERE}/add", **ADDED)
    added = "kd-net-2025-04-10"
    shown = form_of(await office.client.get(f"{HERE}/move?meeting={added}&date=2025-04-11"))
    told = await do(office, f"{HERE}/move?meeting={added}", time="", place="", reason="Ukendt")
    found = office.services.meetings.find(added)

    assert (shown["date"], shown["time"], shown["place"]) == (["2025-04-11"], ["09:30"], ["Viborg"])
    assert told[0] == "Organet mødes 10. april 2025 (før kl. 09:30, Viborg)."
    assert (found.at, found.place) == (None, None)


async def test_a_meeting_is_added_on_a_day_that_another_was_moved_from(office: Office, case: UUID) -> None:
    """And not on the day that it was moved to, where the body meets already."""
    await do(office, f"{HERE}/move?meeting={MARCH}", date="2025-04-02", reason="Ferie")
    await do(office, f"{HERE}/add", date="2025-03-28")
    refused = await fill_in(office, f"{HERE}/add", date="2025-04-02")

    assert state(office, f"{MARCH}-2") == ("added", "2025-03-28")
    assert refused.status_code == 409
    assert "Organet har allerede et møde 2. april 2025" in refused.text


async def test_a_likely_meeting_is_cancelled(office: Office, case: UUID) -> None:
    """It is called expected until then."""
    page = await office.client.get(f"{HERE}/cancel")
    told = await do(office, f"{HERE}/cancel?meeting={APRIL}", reason="Ferie")

    assert f'<option value="{APRIL}">25. april 2025 (forventet)</option>' in page.text
    assert told[0] == "Mødet 25. april 2025 bliver ikke holdt."
    assert state(office, APRIL) == ("cancelled", "2025-04-25")


async def test_an_imported_meeting_is_moved_and_cancelled_whatever_its_id(office: Office, case: UUID) -> None:
    """Since calendar programs give ids of their own."""
    name = "a&b+c#d e"
    odd = Meeting(id=name, body="kd-net", day=date(2025, 4, 9), at=time(9), place="Odder", source="kd.ics")
    office.services.meetings.take_over(office.command(), "kd-net", [odd], "kd.ics")
    page = await office.client.get(HERE)
    check(page.text)
    links = [unescape(link) for link in re.findall(rf'href="({HERE}/(?:move|cancel)\?meeting=a[^"]+)"', page.text)]
    form = form_of(await office.client.get(links[0]))
    await do(office, links[0], date="2025-04-11", reason="Ferie")
    await do(office, links[1], reason="Ferie")
    again = await office.client.get(links[1])

    assert (form["meeting"], form["place"]) == ([name], ["Odder"])
    assert state(office, name) == ("cancelled", "2025-04-11")
    assert "Mødet 11. april 2025 er aflyst: vælg et andet." in again.text


async def test_what_a_second_tab_has_cancelled_is_said(office: Office, case: UUID) -> None:
    """Where it is confirmed, and where the form is opened."""
    address = f"{HERE}/move?meeting={MARCH}"
    told = await fill_in(office, address, date="2025-04-02", reason="Ferie")
    await do(office, f"{HERE}/cancel?meeting={MARCH}", reason="For få punkter")
    late = await confirm(office, address, told)
    opened = await office.client.get(address)
    for page in (late, opened):
        check(page.text)

    assert [page.status_code for page in (late, opened)] == [422, 422]
    assert all("Mødet 28. marts 2025 er aflyst: vælg et andet." in page.text for page in (late, opened))


async def test_confirmations_at_the_same_time_do_it_once(office: Office, case: UUID) -> None:
    """A double click, and two people who add a meeting on one day."""
    told = await fill_in(office, f"{HERE}/move?meeting={MARCH}", date="2025-04-02", reason="Ferie")
    clicks = await asyncio.gather(*(confirm(office, f"{HERE}/move", told) for _ in range(2)))
    forms = [await fill_in(office, f"{HERE}/add", date="2025-04-10") for _ in range(2)]
    added = await asyncio.gather(*(confirm(office, f"{HERE}/add", form) for form in forms))

    assert [page.status_code for page in clicks] == [303, 303]
    assert sorted(page.status_code for page in added) == [303, 409]
    assert len(office.services.meetings.diary().changes_of(MARCH)) == 1
    assert "kd-net-2025-04-10-2" not in office.services.meetings.diary().changes


async def test_what_is_another_bodys_cannot_be_changed(office: Office, case: UUID) -> None:
    """Its meeting and its calendar's address are none to choose; the body is the page's own."""
    dassos = "/bodies/dassos/meetings"
    told = await fill_in(office, f"{dassos}/subscribe")
    await office.client.post(f"{dassos}/subscribe", data=form_of(told))
    (link,) = re.findall(rf'href="{dassos}/withdraw\?link=([^"]+)"', (await office.client.get(dassos)).text)
    token = form_of(told)["csrf"]
    sent = {"csrf": token, "confirmed": ["x"], "reason": ["Ferie"]}
    cancelled = await office.client.post(f"{HERE}/cancel", data={**sent, "meeting": ["dassos-2025-09-03"]})
    withdrawn = await office.client.post(f"{HERE}/withdraw", data={"csrf": token, "link": [link]})
    made = form_of(await fill_in(office, f"{HERE}/subscribe"))
    await office.client.post(f"{HERE}/subscribe", data=made)
    chosen = await office.client.post(f"{HERE}/withdraw", data={**sent, "link": [link]})
    await do(office, f"{HERE}/add", date="2025-04-10", body="dassos")

    assert [page.status_code for page in (cancelled, withdrawn, chosen)] == [422, 409, 422]
    assert "Organet har ikke det møde: vælg et andet." in cancelled.text
    assert "Der er ingen adresse at trække tilbage." in withdrawn.text
    assert "Den adresse er her ikke, eller ikke mere." in chosen.text
    assert f"withdraw?link={link}" in (await office.client.get(dassos)).text
    assert state(office, "kd-net-2025-04-10") == ("added", "2025-04-10")


async def test_addresses_made_on_one_day_are_told_apart(office: Office, case: UUID) -> None:
    """By the time, as on the page."""
    for _ in range(2):
        await office.client.post(f"{HERE}/subscribe", data=form_of(await fill_in(office, f"{HERE}/subscribe")))
    page, form = await office.client.get(HERE), await office.client.get(f"{HERE}/withdraw")
    made = re.findall(r"<li>(Lavet .*? kl\. [0-9]{2}\.[0-9]{2} af [^<]*?) <a", page.text)

    assert len(made) == 2
    assert all(f">{one}</option>" in form.text for one in made)


@pytest.mark.parametrize("action", ["move", "cancel"])
async def test_a_body_without_meetings_has_none_to_change(office: Office, case: UUID, action: str) -> None:
    """That is said instead of an empty choice."""
    page = await office.client.get(f"/bodies/samsoe/meetings/{action}")
    check(page.text)

    assert page.status_code == 409
    assert "Organet har ingen kommende møder." in page.text
    assert '<form class="action-form"' not in page.text


async def test_the_secretariat_has_a_calendar_but_no_meetings(office: Office, case: UUID) -> None:
    """Its address opens everything."""
    here = "/bodies/secretariat/meetings"
    page, add = await office.client.get(here), await office.client.get(f"{here}/add")
    told = await fill_in(office, f"{here}/subscribe")
    check(page.text)

    assert f"{here}/add" not in page.text
    assert "<table" not in page.text
    assert add.status_code == 409
    assert "Den åbner møder og frister for alle organer, og alle sagers frister." in coming(told)


async def test_calendars_that_follow_are_named_where_there_are_any(office: Office, case: UUID) -> None:
    """A body whose calendar has no address has none that follows."""
    before = coming(await fill_in(office, f"{HERE}/cancel?meeting={MARCH}", reason="Ferie"))
    await office.client.post(f"{HERE}/subscribe", data=form_of(await fill_in(office, f"{HERE}/subscribe")))
    after = coming(await fill_in(office, f"{HERE}/cancel?meeting={MARCH}", reason="Ferie"))

    follow = "Kalendere, der abonnerer på organets møder, følger med."
    assert (follow in before, follow in after) == (False, True)


async def test_past_days_of_a_rhythm_are_not_shown(office: Office, case: UUID) -> None:
    """Nothing is known of a meeting then; those ahead are expected."""
    page = (await office.client.get(HERE)).text

    assert "28. februar 2025" not in page
    assert "25. april 2025" in page
