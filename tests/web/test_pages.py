# SPDX-License-Identifier: EUPL-1.2
"""The pages: what they show, in which words, and what nobody can smuggle into them."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from tests.web.office import Office, decision, delay
from tests.web.test_access import sign_in

APPROVED = ("dassos", "kd-net", "kkr-midtjylland")
VOID = {"meta", "link", "input", "br", "hr", "img"}


class Checker(HTMLParser):
    """Reads a page strictly: every element is closed in order, and no script or style stands in it."""

    def __init__(self) -> None:
        """Begin with nothing open."""
        super().__init__()
        self.open: list[str] = []
        self.headings: list[str] = []
        self.scripts: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        if tag not in VOID:
            self.open.append(tag)
        if tag in {"h1", "h2", "h3"}:
            self.headings.append(tag)
        if tag == "script":
            self.scripts.append(dict(attrs).get("src"))
        assert not [name for name, _ in attrs if name.startswith("on") or name == "style"]

    def handle_endtag(self, tag: str) -> None:
        """Close the element that was opened last."""
        assert self.open.pop() == tag


def check(html: str) -> Checker:
    """A page read strictly."""
    checker = Checker()
    checker.feed(html)
    assert checker.open == []
    assert checker.headings[0] == "h1"
    assert set(checker.scripts) <= {"/static/live.js"}
    return checker


async def test_the_list_shows_what_waits_for_whom(office: Office) -> None:
    """Title, route, status, whom it waits for, and the deadline in Danish."""
    office.open_case(deadline=office.services.today())
    office.project()
    await sign_in(office)
    html = (await office.client.get("/")).text

    check(html)
    for text in ("Afrapportering", "Svar på central udmelding", "I gang", "DASSOS", "18. marts 2025"):
        assert text in html
    assert "Over tid" not in html


async def test_the_list_is_filtered(office: Office) -> None:
    """By status and words; a status that is none shows all."""
    office.open_case()
    office.project()
    await sign_in(office)

    assert "Ingen sager" in (await office.client.get("/", params={"status": "withdrawn"})).text
    assert "Ingen sager" in (await office.client.get("/", params={"q": "findes ikke"})).text
    assert "Ingen sager" not in (await office.client.get("/", params={"status": "x"})).text


async def test_a_case_shows_its_councils(office: Office) -> None:
    """Each with its state in words, in Danish order, and what it said."""
    case = office.open_case(*APPROVED)
    await office.send("viborg", decision(case, "noted", decided_by="council", remark="Enstemmigt"))
    await office.send("norddjurs", delay(case, expected_on="2025-06-04"))
    office.project()
    await sign_in(office)
    html = (await office.client.get(f"/cases/{case}")).text

    check(html)
    for text in ("1 af 19 har svaret", "Enstemmigt", "Forsinket", "4. juni 2025", "kommunalbestyrelsen", "Besvaret"):
        assert text in html
    grid = html[html.index('class="grid"') :]
    assert grid.index("Favrskov") < grid.index("Viborg") < grid.index("Aarhus")


async def test_the_timeline_begins_with_the_newest(office: Office) -> None:
    """One sentence an event."""
    case = office.open_case()
    office.cases.withdraw(case, office.command(), "Bortfaldet")
    office.project()
    await sign_in(office)
    html = (await office.client.get(f"/cases/{case}")).text
    moments = re.findall(r'<li><time datetime="([^"]+)"', html[html.index('class="timeline"') :])

    assert len(moments) == len(office.events(case))
    assert moments == sorted(moments, reverse=True)
    assert html.index("Bortfaldet") < html.rindex(moments[-1])


async def test_what_others_wrote_is_text(office: Office) -> None:
    """Never markup of ours."""
    evil = "<script>alert(1)</script>"
    case = office.cases.open(office.command(), route="cu-afrapportering", title=evil, reference=evil).case_id
    office.cases.advance(case)
    await office.send("dassos", decision(case, remark=f"\"'>{evil}"))
    office.cases.add_paper(case, office.command(), name=f"{evil}.pdf", sha256="0" * 64, size=1)
    office.project()
    await sign_in(office)

    for path in ("/", f"/cases/{case}", f"/?q={evil}"):
        html = (await office.client.get(path)).text
        assert evil not in html
        check(html)


@pytest.mark.parametrize("path", ["/cases/x", "/nothing", "/cases/6f9619ff-8b86-4d01-b42d-00c04fc964ff"])
async def test_a_browser_sees_an_error_as_a_page(office: Office, path: str) -> None:
    """A program sees a problem detail."""
    await sign_in(office)
    page = await office.client.get(path, headers={"Accept": "text/html"})
    problem = await office.client.get(path, headers={"Accept": "application/json"})

    assert (page.status_code, problem.status_code) == (404, 404)
    check(page.text)
    assert problem.headers["content-type"] == "application/problem+json"


async def test_a_problems_type_is_explained(office: Office) -> None:
    """At the address that it names."""
    html = (await office.client.get("/problems/step_not_open")).text

    check(html)
    assert "The step is not open yet" in html
    assert (await office.client.get("/problems/x")).status_code == 404


async def test_the_way_to_sign_in_is_shown_to_strangers(office: Office) -> None:
    """Instead of any page."""
    case = office.open_case()
    for path in ("/", f"/cases/{case}"):
        assert (await office.client.get(path)).headers["location"] == "/signin"
    check((await office.client.get("/signin")).text)
    check((await office.client.get("/signin?code=spoilt")).text)
