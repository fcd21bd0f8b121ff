# SPDX-License-Identifier: EUPL-1.2
"""Takes the pictures of the documentation, or, into a folder that is named, of every page from top to bottom.

Run as `python -m tests.browser.screenshots [folder]`.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Page

from runtime.database import SERVICE_ROLE
from runtime.settings import ROOT
from tests.browser.site import Site, running_site, speak
from workers.embedded.postgres import OWNER, EmbeddedPostgres
from workers.migrate import migrate

FOLDER = ROOT / "docs" / "screenshots"
SHOWN = ("overview", "overview-past", "case", "answer", "bodies", "body", "link")
"""The pages that the documentation shows."""
WIDTHS = {"": 1280, "-phone": 360}


def pages(site: Site) -> dict[str, str]:
    """Every page by the name of its picture."""
    case = {name: f"/cases/{case_id}" for name, case_id in site.cases.items()}
    return {
        "overview": "/",
        "overview-past": "/?as_of=2025-04-15",
        "case": case["councils"],
        "case-returned": case["returned"],
        "case-withdrawn": case["withdrawn"],
        "case-past": f"{case['councils']}?as_of=2025-04-01",
        "answer": f"{case['councils']}/actions/answer?step=councils&body=syddjurs",
        "paper": f"{case['councils']}/actions/paper",
        "bodies": "/bodies",
        "body": "/bodies/norddjurs",
        "deliveries": "/deliveries",
        "problem": "/nothing",
        **site.links,
    }


async def take(site: Site, folder: Path, *, whole: bool) -> None:
    """Take the pictures: of every page from top to bottom, or of the beginnings of those in `SHOWN`, as small files."""
    for suffix, width in WIDTHS.items():
        async with site.visitor(width=width) as page:
            for name, address in pages(site).items():
                if whole or name in SHOWN:
                    await page.goto(address)
                    await _take(page, folder, name + suffix, whole=whole)
            await page.goto(f"/cases/{site.cases['councils']}/actions/submit")
            await page.get_by_role("button", name="Videre").click()
            await _take(page, folder, f"confirm{suffix}", whole=whole)
            await page.goto(site.links["link"])
            await look_through(page)
            await _take(page, folder, f"link-review{suffix}", whole=whole)
            await speak(page.context, site.address, "en")
            await page.goto("/")
            await _take(page, folder, f"overview-english{suffix}", whole=whole)


async def look_through(page: Page) -> None:
    """Fill in the answer page that is open and go on to its second step."""
    await page.locator("input[value=noted]").check()
    await page.locator("input[name=decided_on]").fill("2025-05-19")
    await page.locator("textarea[name=remark]").fill("Enstemmigt")
    await page.locator("main .button-primary").click()


async def _take(page: Page, folder: Path, name: str, *, whole: bool) -> None:
    if whole:
        await page.screenshot(path=folder / f"{name}.png", full_page=True)
    else:
        await page.screenshot(path=folder / f"{name}.jpg", type="jpeg", quality=60)


async def main(folder: Path, *, whole: bool) -> None:
    """Run a site and take its pictures."""
    with tempfile.TemporaryDirectory() as data, EmbeddedPostgres(Path(data)).running() as server:
        migrate(server.database_url(OWNER, "postgres"))
        async with running_site(server.database_url(SERVICE_ROLE, "postgres"), Path(data)) as site:
            await take(site, folder, whole=whole)


if __name__ == "__main__":
    chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    chosen.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(chosen, whole=len(sys.argv) > 1))
