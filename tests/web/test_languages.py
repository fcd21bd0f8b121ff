# SPDX-License-Identifier: EUPL-1.2
"""The pages' languages: complete catalogues, a switch that lasts, and no way out of the site by it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from tests.web.office import Office
from tests.web.test_access import sign_in
from web.languages import CATALOGUES, DANISH, LANGUAGES, translations
from web.rendering import FOLDER

NO_TEXT = re.compile(
    r"\{#.*?#\}|\{% (?:trans|set about) .*?\{% end(?:trans|set) %\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>|&\w+;", re.DOTALL
)
"""What stands in a template beside its texts."""
TEMPLATES = sorted((FOLDER / "templates").glob("*.html"))


def texts(file: Path) -> Iterator[str]:
    """The Danish texts of a template that are to be translated."""
    with file.open("rb") as opened:
        for _, _, found, _ in babel_extract(opened, ["_", "ngettext"], [], {"trim_blocks": "true"}):
            yield found if isinstance(found, str) else next(text for text in found or () if text)


def catalogue(language: str) -> Catalog:
    """A language's catalogue as it stands in the repository."""
    with (CATALOGUES / f"{language}.po").open("rb") as opened:
        return read_po(opened, locale=language)


@pytest.mark.parametrize("language", sorted(LANGUAGES.keys() - {DANISH}))
def test_every_text_is_translated(language: str) -> None:
    """None is missing, none is left over, and none is doubtful; the templates themselves are the Danish."""
    wanted = {text for file in TEMPLATES for text in texts(file)}
    found = catalogue(language)
    known = {m.id if isinstance(m.id, str) else m.id[0]: m for m in found if m.id}

    assert sorted(wanted - known.keys()) == []
    assert sorted(known.keys() - wanted) == []
    assert [
        m.id for m in known.values() if m.fuzzy or "" in ([m.string] if isinstance(m.string, str) else m.string or [""])
    ] == []
    assert [error for m in known.values() for error in m.check(found)] == []


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_no_text_stands_outside_the_catalogues(file: Path) -> None:
    """A text written straight into a template would stay Danish in every language."""
    text = NO_TEXT.sub(" ", file.read_text("utf-8"))
    words = set(re.findall(r"[A-Za-zÆØÅæøå]{2,}", text))

    assert words <= {"Sagsgang", "kB"}


def test_plurals_are_right_in_both() -> None:
    """One body, two bodies."""
    said = [
        translations(each).ngettext("%(count)s organ", "%(count)s organer", n) for each in ("da", "en") for n in (1, 2)
    ]

    assert said == ["%(count)s organ", "%(count)s organer", "%(count)s body", "%(count)s bodies"]


async def test_the_choice_lasts(office: Office) -> None:
    """And leads back to the page that was looked at."""
    await sign_in(office)
    answer = await office.client.post("/language", data={"language": "en", "next": "/?q=x"})
    html = (await office.client.get("/")).text

    assert (answer.status_code, answer.headers["location"]) == (303, "/?q=x")
    assert '<html lang="en">' in html
    assert "Overview" in html


async def test_danish_comes_first(office: Office) -> None:
    """Whatever the browser would like, and whatever stands in the cookie."""
    for language in ("", "xx", "../en"):
        office.client.cookies.set("sagsgang_language", language)
        page = await office.client.get("/signin", headers={"Accept-Language": "en"})
        assert '<html lang="da">' in page.text


@pytest.mark.parametrize(
    "path", ["https://elsewhere.dk/", "//elsewhere.dk", "/\\elsewhere.dk", "", "x", "/a\r\nSet-Cookie: x"]
)
async def test_nobody_is_sent_elsewhere(office: Office, path: str) -> None:
    """Only to a page of ours."""
    answer = await office.client.post("/language", data={"language": "en", "next": path})

    assert answer.headers["location"] == "/"


async def test_an_unknown_language_is_not_kept(office: Office) -> None:
    """The page stays as it was."""
    answer = await office.client.post("/language", data={"language": "xx", "next": "/"})

    assert "set-cookie" not in answer.headers
