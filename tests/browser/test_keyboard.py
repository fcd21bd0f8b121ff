# SPDX-License-Identifier: EUPL-1.2
"""The secretariat's day by keyboard alone: looking back, thinking ahead, putting an answer right, moving a meeting."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.site import Site
from tests.browser.walks import tab_to

TITLE = "Afrapportering på fornyet central udmelding, foråret 2025"

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_looking_back_and_thinking_ahead_by_keyboard_alone(site: Site) -> None:
    """A past day on the overview, a case as it stood then and as it stands now, and what if it waited a fortnight.

    A fortnight after 26 May 2025 is Whit Monday, so that the submission is expected on the day after.
    """
    async with site.visitor() as page:
        await page.goto("/")
        await _write_day(page, "Vis som det stod den", "04042025", "2025-04-04")
        await page.keyboard.press("Enter")
        await expect(page.locator(".past-note")).to_contain_text("Sådan stod det 4. april 2025")
        await _follow(page, TITLE)
        await expect(page.locator(".past-note")).to_contain_text("Sådan stod sagen 4. april 2025")
        await expect(page.locator("#step-kkr")).to_contain_text("Afventer")
        await _follow(page, "Tilbage til nu")
        await expect(page.locator("#step-kkr")).to_contain_text("Besvaret")
        await _follow(page, "Hvad hvis …?")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Hvad hvis …?")
        await tab_to(page, "Gå først videre om (dage)")
        await page.keyboard.type("14")
        await _follow(page, "Vis planen")
        await expect(page.get_by_role("heading", name="Sådan ville det blive")).to_be_visible()
        await expect(page.get_by_role("row", name="Fælles indsendelse")).to_contain_text("15 dage senere")
        await _follow(page, "Tilbage til sagen")
        await expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)


async def test_an_answer_is_corrected_by_keyboard_alone(site: Site) -> None:
    """From the case's page to the answer put right; nothing is stored before it is confirmed."""
    case = site.cases["councils"]
    async with site.visitor() as page:
        await page.goto(f"/cases/{case}")
        await _follow(page, "Ret svar fra Silkeborg Kommune")
        await expect(page.locator(".fixed-value").last).to_have_text("Taget til efterretning")
        await tab_to(page, "Svar")
        await page.keyboard.type("Taget til efterretning med")
        await tab_to(page, "Bemærkning")
        await page.keyboard.type("Rettet med tasterne")
        await _follow(page, "Videre")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Bekræft: Registrér et svar")
        before = site.office.cases.get(case).answer("councils", 1, "silkeborg")
        await _follow(page, "Bekræft")
        await expect(page.get_by_role("status")).to_have_text("Svaret er registreret.")
        await expect(page.locator(".cell", has_text="Silkeborg Kommune")).to_contain_text("Rettet med tasterne")
        after = site.office.cases.get(case).answer("councils", 1, "silkeborg")

        assert (before.outcome, before.remark) == ("noted", None)
        assert (after.outcome, after.remark) == ("noted_with_remarks", "Rettet med tasterne")


async def test_a_meeting_is_moved_and_cancelled_by_keyboard_alone(site: Site) -> None:
    """From the overview through the bodies to their meetings; each is told beforehand and confirmed."""
    async with site.visitor() as page:
        await page.goto("/")
        await _follow(page, "Organer")
        await _follow(page, "Takstgruppen")
        await _follow(page, "Møder og kalender")
        await expect(page.get_by_role("row", name="27. august 2025")).to_be_visible()
        await _follow(page, "Flyt 27. august 2025")
        await _write_day(page, "Dato", "09092025", "2025-09-09")
        await tab_to(page, "Begrundelse")
        await page.keyboard.type("Formanden er forhindret")
        await _follow(page, "Videre")
        await expect(page.locator(".coming")).to_contain_text("Organet mødes 9. september 2025 (før 27. august 2025)")
        await _follow(page, "Bekræft")
        await expect(page.get_by_role("status")).to_have_text("Mødet er flyttet.")
        await expect(page.get_by_role("row", name="9. september 2025")).to_contain_text("Flyttet")
        await _follow(page, "Aflys 9. september 2025")
        await tab_to(page, "Begrundelse")
        await page.keyboard.type("For få punkter")
        await _follow(page, "Videre")
        await expect(page.locator(".coming")).to_contain_text("Mødet 9. september 2025 bliver ikke holdt.")
        await _follow(page, "Bekræft")
        await expect(page.get_by_role("status")).to_have_text("Mødet er aflyst.")
        await expect(page.get_by_role("row", name="9. september 2025")).to_contain_text("Aflyst")


async def _follow(page: Page, name: str) -> None:
    """Go to a link or button by Tab, press it by Enter, and wait for the page that it leads to."""
    await tab_to(page, name)
    async with page.expect_event("domcontentloaded"):
        await page.keyboard.press("Enter")


async def _write_day(page: Page, name: str, digits: str, day: str) -> None:
    """Write a day into a field whose order of day and month is the browser's, so that both are the same number."""
    await tab_to(page, name)
    await page.keyboard.type(digits)
    await expect(page.locator(":focus")).to_have_value(day)
