# SPDX-License-Identifier: EUPL-1.2
"""The files that pages load: their own addresses, kept for ever, and everything from here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi import FastAPI

from tests.web.office import Office
from tests.web.test_access import sign_in
from web import assets, files

FOR_EVER = "public, max-age=31536000, immutable"


async def test_what_a_page_loads_is_kept_for_ever(office: Office) -> None:
    """Each file by an address that changes with it; and all of it is ours."""
    await sign_in(office)
    html = (await office.client.get("/")).text
    loaded = re.findall(r'<(?:link|script|use)[^>]* (?:href|src)="([^"#]+)', html)

    assert len(set(loaded)) >= 5
    for address in loaded:
        response = await office.client.get(address)
        assert (response.status_code, response.headers["cache-control"]) == (200, FOR_EVER), address


async def test_a_file_without_its_mark_is_asked_for_again(office: Office) -> None:
    """It may be another one tomorrow; what is not there is not kept at all."""
    caching = {
        address: (await office.client.get(address)).headers["cache-control"]
        for address in ("/static/sagsgang.css", "/static/sagsgang.css?v=0", "/static/x?v=0", "/assets/x")
    }

    assert set(caching.values()) <= {"no-cache", "no-store"}


async def test_the_stylesheet_finds_its_fonts(office: Office) -> None:
    """At addresses of ours, in the form that every browser of today takes."""
    address = files.packaged("dkfds", "css/dkfds.min.css")
    css = (await office.client.get(address)).text
    fonts = [font for font in re.findall(r"url\(\"?([^)\"]+)", css) if font.endswith("woff2")]

    assert len(fonts) >= 4
    for font in fonts:
        found = await office.client.get(f"{address.rpartition('/')[0]}/{font}")
        assert found.status_code == 200
    assert not re.search(r"url\(\"?(?:https?:|//)", css)


async def test_our_own_stylesheet_finds_its_font(office: Office) -> None:
    """Also when the design system has moved to another version."""
    css = (await office.client.get("/static/sagsgang.css")).text
    (font,) = re.findall(r"url\(([^)]+)\)", css)

    assert (await office.client.get(font)).status_code == 200


def test_missing_packages_are_told_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """In the log; the pages go on."""
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    files.install(FastAPI())

    assert "assets_missing" in capsys.readouterr().out
