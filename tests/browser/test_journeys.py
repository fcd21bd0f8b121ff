# SPDX-License-Identifier: EUPL-1.2
"""The pages as their users walk them, in a real browser."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page, expect

from domain.answering import Reply
from tests.browser.site import Site
from tests.web.office import decision

FORM = "Object.fromEntries(new FormData(document.querySelector('main form')))"
"""What the form of a page would send."""

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_a_case_changes_before_the_readers_eyes(site: Site) -> None:
    """After a council's webhook, with what is opened left open and the focus where it was."""
    case = site.cases["councils"]
    async with site.visitor("leadership") as page:
        await _opened_live(page, f"/cases/{case}")
        council = page.locator(".cell", has_text="Favrskov Kommune")
        link = council.get_by_role("link", name="Favrskov Kommune")
        await link.focus()
        await expect(council).to_contain_text("Afventer")
        sent = await site.office.send("favrskov", decision(case, "noted", decided_on="2025-05-20", remark="Live"))
        await expect(council).to_contain_text("Besvaret")

        assert sent.status_code == 200
        await expect(council).to_contain_text("Live")
        await expect(link).to_be_focused()


async def test_the_front_page_is_live_too(site: Site) -> None:
    """Its numbers and rows."""
    async with site.visitor() as page:
        await _opened_live(page, "/")
        row = page.get_by_role("row", name="Lukning af tilbud i Skive")
        await expect(row).to_contain_text("I gang")
        case = site.cases["capacity"]
        reply = Reply("approved", site.office.services.today())
        await asyncio.to_thread(site.office.cases.answer, case, site.office.command(), "dassos", reply, "secretariat")
        await asyncio.to_thread(site.office.cases.advance, case)
        await expect(row).not_to_contain_text("I gang")


async def test_a_cancelled_meeting_shows_at_once_what_is_then_expected(site: Site) -> None:
    """The secretariat is told beforehand; leadership's open page then says so without being loaded anew."""
    title = "Samarbejdsaftale om mennesker med erhvervet hjerneskade"
    before, after = "Ventes 20. november 2025", "Ventes 19. februar 2026"
    async with site.visitor("leadership") as looking, site.visitor() as page:
        await _opened_live(looking, "/")
        row = looking.get_by_role("row", name=title)
        await expect(row).to_contain_text(before)
        await page.goto("/bodies/dassos")
        await page.get_by_role("link", name="Møder og kalender").click()
        await page.locator(f'a[href$="/cancel?meeting={site.meeting}"]').click()
        await page.get_by_label("Begrundelse").fill("For få punkter")
        await page.get_by_role("button", name="Videre").click()
        await expect(page.locator(".coming")).to_contain_text(f"{title}: »I fare«. {after}")
        await expect(row).to_contain_text(before)
        await page.get_by_role("button", name="Bekræft").click()
        await expect(page.get_by_role("status")).to_have_text("Mødet er aflyst.")
        await expect(row).to_contain_text(after)


async def test_an_answer_is_recorded_by_form(site: Site) -> None:
    """It is said what will happen, and nothing has until it is confirmed; once only, however often it is sent."""
    case = site.cases["councils"]
    async with site.visitor() as page:
        await page.goto(f"/cases/{case}")
        await page.locator(".cell", has_text="Syddjurs Kommune").get_by_role("link", name="Registrér svar").click()
        await page.get_by_label("Svar", exact=True).select_option(label="Taget til efterretning med bemærkninger")
        await page.get_by_label("Besluttet af").select_option(label="kommunalbestyrelsen")
        await page.get_by_label("Bemærkning").fill("Husk de unge")
        await page.get_by_role("button", name="Videre").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Bekræft: Registrér et svar")
        coming = page.locator(".coming li")
        await expect(coming).to_contain_text(["Syddjurs Kommune har taget til efterretning med bemærkninger"])
        before, form = len(site.office.events(case)), await page.evaluate(FORM)
        await page.get_by_role("button", name="Bekræft").click()
        await expect(page.get_by_role("status")).to_have_text("Svaret er registreret.")
        await expect(page.locator(".cell", has_text="Syddjurs Kommune")).to_contain_text("Husk de unge")
        again = await page.request.post(f"/cases/{case}/actions/answer", form=form)

        assert again.ok
        assert len(site.office.events(case)) == before + 1


async def test_a_council_answers_by_its_link_in_its_own_language(site: Site) -> None:
    """Without a sign-in: the language is chosen on the page, the answer is seen through, sent, and there at once."""
    context = await site.browser.new_context(base_url=site.address)
    page, faults = await context.new_page(), list[str]()
    page.on(
        "console",
        lambda message: faults.append(f"{message.text} {message.location}") if message.type == "error" else None,
    )
    await page.goto(site.links["link"])
    await expect(page.get_by_text("Svarside for")).to_contain_text("Aarhus Kommune")
    await page.get_by_role("button", name="English").click()
    await page.get_by_label("Noted", exact=True).check()
    await page.get_by_label("Date of the decision").fill("2025-05-19")
    await page.get_by_role("button", name="Look the answer through").click()
    await page.get_by_role("button", name="Dansk").click()
    await expect(page.get_by_role("button", name="Se svaret igennem")).to_be_visible()
    await page.get_by_role("button", name="English").click()
    await page.get_by_label("Noted", exact=True).check()
    await page.get_by_label("Date of the decision").fill("2025-05-19")
    await page.get_by_role("button", name="Look the answer through").click()
    await page.get_by_role("button", name="Send the answer").click()
    await expect(page.get_by_role("status")).to_contain_text("The answer has been taken and recorded")
    answer = site.office.cases.get(site.cases["councils"]).answer("councils", 1, "aarhus")
    await context.close()

    assert (answer.outcome, answer.source) == ("noted", "link")
    assert faults == []


async def test_what_cannot_be_is_said_at_its_field(site: Site) -> None:
    """The form keeps what was written."""
    async with site.visitor() as page:
        await page.goto(f"/cases/{site.cases['late']}/actions/extend")
        await page.get_by_label("Ny frist").fill("2025-01-01")
        await page.get_by_label("Begrundelse").fill("Styrelsen har givet udsættelse")
        await page.get_by_role("button", name="Videre").click()

        await expect(page.get_by_role("alert")).to_contain_text("Det kan ikke gøres sådan")
        await expect(page.locator("#error-deadline")).to_contain_text("er før i dag")
        await expect(page.get_by_label("Begrundelse")).to_have_value("Styrelsen har givet udsættelse")


async def test_a_case_is_suspended_and_resumed(site: Site) -> None:
    """Each by its form, and what no longer fits is not offered."""
    async with site.visitor() as page:
        await page.goto(f"/cases/{site.cases['late']}")
        await page.get_by_role("link", name="Sæt i bero").click()
        await page.get_by_label("Begrundelse").fill("Afventer vejledning")
        await page.get_by_role("button", name="Videre").click()
        await expect(page.locator(".coming li")).to_have_text(["Sagen blev sat i bero: Afventer vejledning"])
        await page.get_by_role("button", name="Bekræft").click()
        await expect(page.locator(".facts").first).to_contain_text("Sat i bero")
        await expect(page.get_by_role("link", name="Sæt i bero")).to_have_count(0)
        await page.get_by_role("link", name="Genoptag").click()
        await page.get_by_role("button", name="Videre").click()
        await page.get_by_role("button", name="Bekræft").click()
        await expect(page.get_by_role("link", name="Sæt i bero")).to_have_count(1)


async def test_a_paper_is_added(site: Site) -> None:
    """And can be fetched."""
    async with site.visitor() as page:
        await page.goto(f"/cases/{site.cases['late']}/actions/paper")
        await page.get_by_label("Fil,").set_input_files(
            {"name": "høring.txt", "mimeType": "text/plain", "buffer": b"Tekst"}
        )
        await page.get_by_label("Filen bliver").check()
        await page.get_by_role("button", name="Tilføj bilag", exact=True).click()
        await expect(page.get_by_role("status")).to_have_text("Bilaget er tilføjet.")
        async with page.expect_download() as download:
            await page.get_by_role("link", name="høring.txt").click()

        assert (await download.value).suggested_filename == "høring.txt"


async def test_the_past_is_looked_up(site: Site) -> None:
    """The whole front page stands as it did, and so does a case from there."""
    async with site.visitor("auditor") as page:
        await page.goto("/")
        await page.get_by_label("Vis som det stod den").fill("2025-04-01")
        await page.get_by_role("button", name="Vis dagen").click()
        await expect(page.locator(".past-note")).to_contain_text("Sådan stod det 1. april 2025")
        row = page.get_by_role("row", name="Afrapportering på fornyet")
        await expect(row).to_contain_text("KKR Midtjylland")
        await expect(page.get_by_text("Lukning af tilbud i Skive")).to_have_count(0)
        await page.get_by_role("link", name="Afrapportering på fornyet").click()
        await expect(page.locator(".past-note")).to_contain_text("Sådan stod sagen 1. april 2025")
        await expect(page.locator("#step-kkr")).to_contain_text("Afventer")
        await page.get_by_role("link", name="Tilbage til nu").click()
        await expect(page.locator("#step-kkr")).to_contain_text("Besvaret")


async def test_the_language_is_switched_and_stays(site: Site) -> None:
    """On the page that was looked at, and on the next."""
    async with site.visitor() as page:
        await page.goto("/?status=suspended")
        await page.get_by_role("button", name="English").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
        assert page.url.endswith("/?status=suspended")
        await page.get_by_role("link", name="Udmelding om hjerneskade").click()
        await expect(page.locator(".timeline")).to_contain_text("The case was suspended")
        assert await page.locator("html").get_attribute("lang") == "en"


async def test_everything_is_done_by_keyboard(site: Site) -> None:
    """From the skip link to a case's page and back to the filters."""
    async with site.visitor() as page:
        await page.goto("/")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="Gå til indholdet")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator("main")).to_be_focused()
        await _tab_to(page, "Søg i titel og reference")
        await page.keyboard.type("udmelding om hjerneskade")
        await page.keyboard.press("Enter")
        await expect(page.locator("tbody tr a[href^='/cases/']")).to_have_count(1)
        await _tab_to(page, "Udmelding om hjerneskade")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Udmelding om hjerneskade")


async def test_the_pages_need_no_script_and_nobody_else(site: Site) -> None:
    """Without JavaScript a case is found and an action taken; no request leaves for another host."""
    async with site.visitor(java_script_enabled=False) as page:
        hosts: set[str] = set()
        page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
        await page.goto("/")
        await page.get_by_label("Kun over tid").check()
        await page.get_by_role("button", name="Vis", exact=True).click()
        await page.get_by_role("link", name="Afrapportering om sikrede pladser").click()
        await page.get_by_role("link", name="Flyt fristen").click()
        await page.get_by_label("Ny frist").fill("2025-06-30")
        await page.get_by_label("Begrundelse").fill("Udsat")
        await page.get_by_role("button", name="Videre").click()
        await expect(page.locator(".coming")).to_contain_text("30. juni 2025")

        assert hosts == {site.address.partition("//")[2]}


async def _opened_live(page: Page, address: str) -> None:
    """Open a page and wait until it hears of changes."""
    async with page.expect_response("**/api/v1/events"):
        await page.goto(address)


async def _tab_to(page: Page, name: str) -> None:
    """Press Tab until what is called so has the focus."""
    for _ in range(80):
        await page.keyboard.press("Tab")
        found = await page.evaluate("(e => e.labels?.[0]?.textContent || e.textContent)(document.activeElement).trim()")
        if found == name:
            return
    raise AssertionError(name)
