# SPDX-License-Identifier: EUPL-1.2
"""Takes pictures of every page for the documentation, or, into a folder that is named, large and from top to bottom.

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
from tests.browser.walks import (
    AFTER_A_FORM,
    OWN_BODY,
    audit_pages,
    confirm,
    confirm_address,
    look_through,
    own_pages,
    pages,
)
from workers.embedded.postgres import OWNER, EmbeddedPostgres
from workers.migrate import migrate

ABOUT = """# How the pages look

Every page, of 20 cases in all states, taken by `.venv/bin/python -m tests.browser.screenshots`.
With a folder named behind it, larger pictures of still more go there, in English and from top to bottom.
"""
FOLDER = ROOT / "docs" / "screenshots"
WIDTHS = {"": 1280, "-phone": 360}
IN_ENGLISH = ("overview", "case", "body", "link")
"""The pages that the documentation shows in English too."""
AFTERWARDS = {"confirm": confirm, "link-review": look_through, "confirm-address-done": confirm_address}
"""The pages behind a form that the documentation shows."""
SCREEN_ALONE = ("form-", "case-", "problem", "signin", "link-a", "link-e", "link-s", "overview-none")
"""How the names of pages begin that look on a phone as others do, and of which the documentation shows no more."""
HIGHEST = 1500
"""How many pixels of a long page a picture of the documentation shows."""


async def take(site: Site, folder: Path, *, whole: bool) -> None:
    """Take the pictures: large ones of all there is, or small files of what the documentation shows."""
    for suffix, width in WIDTHS.items():
        async with site.visitor(width=width) as page:
            for name, address in pages(site).items():
                if whole or not suffix or not name.startswith(SCREEN_ALONE):
                    await page.goto(address)
                    await _take(page, folder, name + suffix, whole=whole)
            walks = {path.strip("/").replace("/", "_"): walk for path, walk in AFTER_A_FORM.items()}
            for name, walk in (walks if whole else AFTERWARDS).items():
                await walk(site, page)
                await _take(page, folder, name + suffix, whole=whole)
            await speak(page.context, site.address, "en")
            for name, address in pages(site).items():
                if whole or name in IN_ENGLISH:
                    await page.goto(address)
                    await _take(page, folder, f"{name}-english{suffix}", whole=whole)
        await _take_of_others(site, folder, suffix, width, whole=whole)


async def _take_of_others(site: Site, folder: Path, suffix: str, width: int, *, whole: bool) -> None:
    """Take the pictures of what a council's own people and the auditor alone see."""
    for role, body, addresses in (("council", OWN_BODY, own_pages(site)), ("auditor", None, audit_pages())):
        async with site.visitor(role, width, body) as page:
            for name, address in addresses.items():
                await page.goto(address)
                await _take(page, folder, name + suffix, whole=whole)


async def _take(page: Page, folder: Path, name: str, *, whole: bool) -> None:
    if whole:
        await page.screenshot(path=folder / f"{name}.png", full_page=True)
        return
    width = page.viewport_size["width"] if page.viewport_size else WIDTHS[""]
    high = await page.evaluate("document.documentElement.scrollHeight")
    await page.set_viewport_size({"width": width, "height": min(max(high, 400), HIGHEST)})
    await page.screenshot(path=folder / f"{name}.jpg", type="jpeg", quality=40)
    await page.set_viewport_size({"width": width, "height": 900})


def write_list(folder: Path) -> None:
    """Write the page that shows the pictures, in the order of their names."""
    names = sorted(file.stem for file in folder.glob("*.jpg") if not file.stem.endswith("-phone"))
    told = [_shown(folder, name) for name in names]
    (folder / "README.md").write_text("\n".join([ABOUT, *told]), "utf-8")


def _shown(folder: Path, name: str) -> str:
    """The section of a page's pictures."""
    files = {where: f"{name}{suffix}.jpg" for suffix, where in (("", "on a screen"), ("-phone", "on a phone"))}
    pictures = [f"![{name}, {where}]({file})\n" for where, file in files.items() if (folder / file).exists()]
    return f"## {name}\n\n{''.join(pictures)}"


async def main(folder: Path, *, whole: bool) -> None:
    """Run a site and take its pictures."""
    with tempfile.TemporaryDirectory() as data, EmbeddedPostgres(Path(data)).running() as server:
        migrate(server.database_url(OWNER, "postgres"))
        async with running_site(server.database_url(SERVICE_ROLE, "postgres"), Path(data)) as site:
            await take(site, folder, whole=whole)
    if not whole:
        write_list(folder)


if __name__ == "__main__":
    chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    chosen.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(chosen, whole=len(sys.argv) > 1))
