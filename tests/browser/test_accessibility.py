# SPDX-License-Identifier: EUPL-1.2
"""Every page in both languages, on a phone and on a screen: no barrier by WCAG 2.1 A and AA, and nothing sticks out."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.screenshots import look_through, pages
from tests.browser.site import Site, speak
from web import assets

pytestmark = pytest.mark.asyncio(loop_scope="package")

AXE = assets.FOLDER / assets.packages()["axe-core"].id / "axe.min.js"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.mark.parametrize("language", ["da", "en"])
async def test_no_page_has_a_barrier(site: Site, language: str) -> None:
    """Axe finds none, and the page is no wider than the screen."""
    found: dict[tuple[str, int], Any] = {}
    async with site.visitor(bypass_csp=True) as page:
        await page.add_init_script(path=AXE)
        await speak(page.context, site.address, language)
        confirm, review = f"/cases/{site.cases['agency']}/actions/withdraw", site.links["link"]
        for name, address in {**pages(site), "confirm": confirm, "link-review": review}.items():
            await page.goto(address)
            if name == "link-review":
                await look_through(page)
            if name == "confirm":
                await page.locator("textarea").fill("x")
                await page.locator("main .button-primary").click()
            for width in (1280, 360):
                await page.set_viewport_size({"width": width, "height": 900})
                found[name, width] = await barriers(page)

    assert {place: told for place, told in found.items() if told} == {}


@pytest.mark.parametrize("language", ["da", "en"])
async def test_the_way_in_has_no_barrier(site: Site, language: str) -> None:
    """For who has not signed in yet."""
    context = await site.browser.new_context(base_url=site.address, bypass_csp=True)
    await speak(context, site.address, language)
    page = await context.new_page()
    await page.add_init_script(path=AXE)
    found = []
    for address in (site.link(), "/signin", "/signin?code=spoilt"):
        await page.goto(address)
        found += await barriers(page)
    await context.close()

    assert found == []


async def barriers(page: Page) -> list[str]:
    """What axe finds on a page, in short, and whether the page is wider than the screen."""
    result = await page.evaluate("rules => axe.run(document, rules)", RULES)
    told = [f"{v['id']}: {[node['html'][:120] for node in v['nodes'][:3]]}" for v in result["violations"]]
    return [*told, *(["wider than the screen"] if await page.evaluate(WIDER) else [])]
