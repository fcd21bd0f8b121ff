# SPDX-License-Identifier: EUPL-1.2
"""Every page in both languages, on a phone and on a screen: no barrier by WCAG 2.1 A and AA, and nothing sticks out.

The pages are those of the application's own routes: one that is visited nowhere here fails a test.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi.routing import APIRoute
from playwright.async_api import Page

from tests.browser.site import Site, speak
from tests.browser.walks import AFTER_A_FORM, OWN_AFTER_A_FORM, OWN_BODY, audit_pages, own_pages, pages
from web import assets
from web.app import _rooms

pytestmark = [pytest.mark.asyncio(loop_scope="package"), pytest.mark.timeout(600)]

AXE = assets.FOLDER / assets.packages()["axe-core"].id / "axe.min.js"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
NO_PAGES = {
    "/healthz",
    "/readyz",
    "/metrics",
    "/openapi.json",
    "/calendar/{token}.ics",
    "/svar/{token}/bilag/{number}",
    "/language",
    "/signout",
    "/deliveries/{id}/resending",
    "/signin/oidc",
    "/signin/oidc/callback",
    "/operations/cases/{id}/recovery",
}
"""What is outside the API and yet no page: for machines, files, and buttons that only lead back to a page."""
FILES = "/export/"


async def test_every_page_is_visited(site: Site) -> None:
    """A route that shows a page, by its address or after a form, stands among those that axe looks at here."""
    rooms = [(prefix, route) for prefix, router, _ in _rooms(site.office.app) for route in router.routes]
    routes = [route for prefix, route in rooms if not prefix and isinstance(route, APIRoute) and is_page(route)]
    wanted = {(route.path, method) for route in routes for method in route.methods or ()}
    every = pages(site) | own_pages(site) | audit_pages()
    addresses = [urlsplit(address).path for address in every.values()]
    visited = {(route.path, "GET") for route in routes for path in addresses if route.path_regex.fullmatch(path)}

    assert len(wanted) > 10
    assert wanted - visited - {(path, "POST") for path in AFTER_A_FORM | OWN_AFTER_A_FORM} == set()


def is_page(route: APIRoute) -> bool:
    """Whether a route outside the API answers with a page."""
    return route.path not in NO_PAGES and not route.path.startswith(FILES)


@pytest.mark.parametrize("language", ["da", "en"])
async def test_no_page_has_a_barrier(site: Site, language: str) -> None:
    """Axe finds none, on a screen and on a phone, and the page is no wider than either."""
    found: dict[tuple[str, int], Any] = {}
    async with site.visitor(bypass_csp=True) as page:
        await page.add_init_script(path=AXE)
        await speak(page.context, site.address, language)
        for name, address in pages(site).items():
            await page.goto(address)
            found |= await barriers_at_each_width(page, name)
        for path, walk in AFTER_A_FORM.items():
            await walk(site, page)
            found |= await barriers_at_each_width(page, path)

    assert {place: told for place, told in found.items() if told} == {}


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("language", ["da", "en"])
async def test_no_page_of_a_council_or_the_auditor_has_a_barrier(site: Site, language: str, width: int) -> None:
    """Nor is one wider than the screen."""
    found: dict[str, Any] = {}
    for role, body, addresses in (("council", OWN_BODY, own_pages(site)), ("auditor", None, audit_pages())):
        async with site.visitor(role, width, body, bypass_csp=True) as page:
            await page.add_init_script(path=AXE)
            await speak(page.context, site.address, language)
            for name, address in addresses.items():
                await page.goto(address)
                found[name] = await barriers(page)
            for path, walk in OWN_AFTER_A_FORM.items() if body else ():
                await walk(site, page)
                found[path] = await barriers(page)

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


async def barriers_at_each_width(page: Page, name: str) -> dict[tuple[str, int], Any]:
    """What axe finds on a page as it is, by its name and the width."""
    found = {}
    for width in (360, 1280):
        await page.set_viewport_size({"width": width, "height": 900})
        found[name, width] = await barriers(page)
    return found


async def barriers(page: Page) -> list[str]:
    """What axe finds on a page, in short, and whether the page is wider than the screen."""
    result = await page.evaluate("rules => axe.run(document, rules)", RULES)
    told = [f"{v['id']}: {[node['html'][:120] for node in v['nodes'][:3]]}" for v in result["violations"]]
    return [*told, *(["wider than the screen"] if await page.evaluate(WIDER) else [])]
