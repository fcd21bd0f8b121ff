# SPDX-License-Identifier: EUPL-1.2
"""The pages on paper: what they say and as of when, on A4, without what only a screen can use."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from tests.browser.site import Site

pytestmark = [pytest.mark.asyncio(loop_scope="package"), pytest.mark.timeout(600)]

A4 = (595, 842)
"""Width and height in points."""
SCREEN_ONLY = ("Log ud", "Hovedmenu", "Vis dagen", "Vis udvalg", "Registrér", "Hent ", "Ret svar", "Tilbage til nu")


async def on_paper(site: Site, path: str) -> list[str]:
    """The text of each sheet of a page that the secretariat prints."""
    async with site.visitor() as page:
        await page.goto(path)
        printed = PdfReader(io.BytesIO(await page.pdf(format="A4", prefer_css_page_size=True)))

    assert {(round(p.mediabox.width), round(p.mediabox.height)) for p in printed.pages} == {A4}
    return [" ".join(p.extract_text().split()) for p in printed.pages]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/", ("Overblik", "Lukning af tilbud i Skive", "Svar pr. uge")),
        ("/cases/{councils}", ("Forløbet nu", "Favrskov Kommune", "Enstemmigt, med tak", "Hvad der er sket")),
        ("/bodies/norddjurs", ("Norddjurs Kommune", "Venter på svar")),
    ],
    ids=["overview", "case", "body"],
)
async def test_a_page_is_printed_with_its_stamp(site: Site, path: str, told: tuple[str, ...]) -> None:
    """What it tells, as of when, from where, and the number of each sheet; nothing to press or to fill in."""
    address = path.format(**site.cases)
    sheets = await on_paper(site, address)
    text = " ".join(sheets)

    assert [words for words in told if words not in text] == []
    assert f"Som det stod 20. maj 2025 kl. 10.00 · http://test{address}" in sheets[0]
    assert [words for words in SCREEN_ONLY if words in text] == []
    assert all(f"{number} / {len(sheets)}" in sheet for number, sheet in enumerate(sheets, 1))


async def test_a_past_page_says_its_own_day(site: Site) -> None:
    """Not when it was printed."""
    text = " ".join(await on_paper(site, f"/cases/{site.cases['councils']}?as_of=2025-04-01"))

    assert "Sådan stod sagen 1. april 2025" in text
    assert "20. maj 2025" not in text


async def test_nothing_sticks_out_of_the_paper(site: Site) -> None:
    """Neither the diagram nor a table, and a table that goes on has its heads on each sheet."""
    async with site.visitor() as page:
        await page.emulate_media(media="print")
        await page.set_viewport_size({"width": 680, "height": 960})  # A4 between its margins, in CSS pixels
        for path in ("/", f"/cases/{site.cases['councils']}", "/bodies"):
            await page.goto(path)
            wide = "[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > 681)"
            wide += ".map(e => e.outerHTML.slice(0, 80))"
            heads = "[...document.querySelectorAll('main thead')].map(e => getComputedStyle(e).display)"

            assert (path, await page.evaluate(wide)) == (path, [])
            assert set(await page.evaluate(heads)) <= {"table-header-group"}
