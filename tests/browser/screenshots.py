# SPDX-License-Identifier: EUPL-1.2
"""Takes a picture of every page for the documentation: `python -m tests.browser.screenshots [folder]`."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from runtime.database import SERVICE_ROLE
from runtime.settings import ROOT
from tests.browser.site import Site, running_site, speak
from workers.embedded.postgres import OWNER, EmbeddedPostgres
from workers.migrate import migrate

FOLDER = ROOT / "docs" / "screenshots"
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
        "problem": "/nothing",
    }


async def take(site: Site, folder: Path) -> None:
    """Take every picture, in Danish, and the front page in English too."""
    for suffix, width in WIDTHS.items():
        async with site.visitor(width=width) as page:
            for name, address in pages(site).items():
                await page.goto(address)
                await page.screenshot(path=folder / f"{name}{suffix}.png", full_page=True)
            await page.goto(f"/cases/{site.cases['councils']}/actions/submit")
            await page.get_by_role("button", name="Videre").click()
            await page.screenshot(path=folder / f"confirm{suffix}.png", full_page=True)
            await speak(page.context, site.address, "en")
            await page.goto("/")
            await page.screenshot(path=folder / f"overview-english{suffix}.png", full_page=True)


async def main(folder: Path) -> None:
    """Run a site and take its pictures."""
    with tempfile.TemporaryDirectory() as data, EmbeddedPostgres(Path(data)).running() as server:
        migrate(server.database_url(OWNER, "postgres"))
        async with running_site(server.database_url(SERVICE_ROLE, "postgres"), Path(data)) as site:
            await take(site, folder)


if __name__ == "__main__":
    chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    chosen.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(chosen))
