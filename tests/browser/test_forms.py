# SPDX-License-Identifier: EUPL-1.2
"""The secretariat's forms in a real browser: a case opened by keyboard alone, a condition met, a case treated anew."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from domain.additions import Addition
from domain.answering import Reply
from tests.browser.site import Site
from tests.browser.test_accessibility import AXE, barriers
from tests.browser.walks import tab_to

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_a_case_is_opened_by_keyboard_alone_on_a_phone(site: Site) -> None:
    """A mistake takes the focus to the list of mistakes, and its link to the field; in the end the case is there."""
    async with site.visitor(width=360) as page:
        await page.goto("/")
        for name in ("Åbn en sag", "Kapacitetsændring"):
            await tab_to(page, name)
            await page.keyboard.press("Enter")
            await expect(page.get_by_role("heading", level=1)).to_contain_text("Åbn en sag")
        await tab_to(page, "Titel")
        await page.keyboard.type("   ")
        await tab_to(page, "Antal pladser")
        await page.keyboard.type("tolv")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_be_focused()
        await tab_to(page, "Titel")
        await page.keyboard.press("Enter")
        await expect(page.get_by_label("Titel")).to_be_focused()
        await page.keyboard.type("Lukning af tilbud i Struer")
        await tab_to(page, "Ændringens art")
        await page.keyboard.type("Luk")
        await tab_to(page, "Antal pladser")
        await page.keyboard.press("Control+a")
        await page.keyboard.type("12")
        await page.keyboard.press("Enter")
        await expect(page.locator(".coming")).to_contain_text("DASSOS er inviteret")
        await tab_to(page, "Bekræft")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status")).to_have_text("Sagen er åbnet.")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Lukning af tilbud i Struer")

        assert await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


async def test_a_condition_is_met_where_it_stands(site: Site) -> None:
    """Beside the condition, in the version that is chosen."""
    case = await asyncio.to_thread(_with_condition, site)
    async with site.visitor() as page:
        await page.goto(f"/cases/{case}")
        await page.get_by_role("link", name="Betingelse opfyldt 1").click()
        await expect(page.locator(".fixed-value")).to_have_text("1: Økonomien beskrives")
        await page.get_by_role("button", name="Videre").click()
        await page.get_by_role("button", name="Bekræft").click()
        await expect(page.get_by_role("status")).to_have_text("Betingelsen er opfyldt.")
        await expect(page.locator(".additions").first).to_contain_text("Opfyldt")
        await expect(page.get_by_role("link", name="Betingelse opfyldt")).to_have_count(0)


async def test_a_case_is_treated_anew(site: Site) -> None:
    """Those concerned are ticked off; the new case is shown, and leads back to the first."""
    async with site.visitor() as page:
        await page.goto(f"/cases/{site.cases['completed']}")
        await page.get_by_role("link", name="Behandl på ny").click()
        await page.get_by_label("DASSOS").check()
        await page.get_by_label("Begrundelse").fill("Vejledningen er ændret")
        await page.get_by_role("button", name="Videre").click()
        await expect(page.locator(".coming")).to_contain_text("DASSOS er inviteret")
        await page.get_by_role("button", name="Bekræft").click()
        await expect(page.get_by_role("status")).to_have_text("Den fornyede behandling er åbnet.")
        await page.get_by_role("link", name="den første sag").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Orientering om ny vejledning")


async def test_the_second_pages_have_no_barrier(site: Site) -> None:
    """With faults, with everything folded out, and with a case's whole way; no wider than a phone."""
    async with site.visitor(bypass_csp=True) as page:
        await page.add_init_script(path=AXE)
        found = dict[str, list[str]]()
        case = site.cases["late"]
        await page.goto(f"/cases/{case}/actions/answer?step=dassos&body=dassos")
        await page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        found |= await _looked_at(page, "answer")
        await page.goto(f"/cases/{case}/actions/extend")
        await page.get_by_label("Ny frist").fill("2020-01-01")
        await page.get_by_label("Begrundelse").fill("x")
        await page.get_by_role("button", name="Videre").click()
        found |= await _looked_at(page, "faults")
        await page.goto("/open/cu-afrapportering")
        await page.get_by_label("Titel").fill("x")
        await page.get_by_role("button", name="Videre").click()
        found |= await _looked_at(page, "way")
        await page.goto(f"/cases/{site.cases['councils']}/actions/make-link?step=councils")
        await page.get_by_label("Organ").select_option("samsoe")
        await page.get_by_role("button", name="Videre").click()
        await page.get_by_role("button", name="Bekræft").click()
        found |= await _looked_at(page, "made")

    assert {place: told for place, told in found.items() if told} == {}


async def _looked_at(page: Page, name: str) -> dict[str, list[str]]:
    told = dict[str, list[str]]()
    for width in (1280, 360):
        await page.set_viewport_size({"width": width, "height": 900})
        told[f"{name} {width}"] = await barriers(page)
    return told


def _with_condition(site: Site) -> UUID:
    """A case with a paper that DASSOS has approved on a condition."""
    office = site.office
    case = office.open_case(title="Sag med betingelse")
    office.cases.add_paper(case, office.command(), name="a.pdf", sha256="0" * 64, size=10)
    said = Addition(text="Økonomien beskrives")
    reply = Reply("approved_on_condition", office.services.today(), conditions=(said,))
    office.cases.answer(case, office.command(), "dassos", reply, "secretariat")
    office.cases.advance(case)
    return case
