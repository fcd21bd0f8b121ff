# SPDX-License-Identifier: EUPL-1.2
"""The pages: what they show, in which words, and what nobody can smuggle into them."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import pytest

from domain.answering import Reply
from tests.domain.desk import midtjylland_with
from tests.web.office import OPENED_ON, Office, decision, delay
from tests.web.test_access import sign_in
from tests.web.test_commands import NEWER as FOLLOW_UP
from web import words

APPROVED = ("dassos", "kd-net", "kkr-midtjylland")
VOID = {"meta", "link", "input", "br", "hr", "img"}
OURS = re.compile(r"/static/live\.js\?v=[0-9a-f]{12}|/assets/htmx\.org-[\d.]+/htmx\.min\.js")


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
    assert [src for src in checker.scripts if not OURS.fullmatch(src or "")] == []
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
    assert "due-late" not in html


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
    grid = html[html.index('class="grid ') :]
    assert grid.index("Favrskov") < grid.index("Viborg") < grid.index("Aarhus")


async def test_a_case_shows_recommendations_and_what_the_minutes_tell(office: Office) -> None:
    """What only the chair said does not look like the municipality's answer."""
    case = office.open_case(*APPROVED)
    facts: dict[str, Any] = {
        "meeting_on": "2025-03-17",
        "agenda_item": "12a",
        "dissent": [{"who": "N. Nielsen", "text": "For dyrt"}],
    }
    await office.send("viborg", decision(case, "noted", decided_by="chair", reservation="budgettet"))
    await office.send("skive", decision(case, "noted", wording="Taget til efterretning.", **facts))
    office.project()
    await sign_in(office)
    html = (await office.client.get(f"/cases/{case}")).text

    check(html)
    for text in ("1 af 19 har svaret", "Anbefaling", "organet skal selv træffe afgørelse", "budgettet"):
        assert text in html
    for text in ("12a", "17. marts 2025", "N. Nielsen", "For dyrt", "Taget til efterretning."):
        assert text in html


async def test_a_case_shows_its_entry_into_force(office: Office) -> None:
    """The day expected, and what is replaced, by a link where that is another case of ours."""
    dates = {"hearing_by": "2025-06-01", "in_force_on": "2026-01-01"}
    earlier = office.open_case(route="samarbejdsaftale", attributes=dates)
    later = office.open_case(route="samarbejdsaftale", attributes={**dates, "replaces": str(earlier)})
    html, linked = await page_of(office, earlier), await page_of(office, later)

    check(html)
    for text in ("Ventes i kraft", "1. januar 2026", "Erstatter", "aftalen fra 2011"):
        assert text in html
    assert f'<a href="/cases/{earlier}">{earlier}</a>' in linked


async def test_a_case_shows_its_outcome_and_when_its_follow_up_opens(office: Office) -> None:
    """While it runs on."""
    case = office.open_case(route="orientering")
    office.cases.organisation = midtjylland_with(FOLLOW_UP.replace("version = 2", "version = 1"), FOLLOW_UP)
    office.cases.migrate(case, office.command(), to_version=2)
    reply = Reply("noted", OPENED_ON)
    office.cases.answer(case, office.command(), "dassos", reply, "secretariat")
    office.cases.advance(case)
    html = await page_of(office, case)

    check(html)
    for text in ("Foreløbigt resultat", "Taget til efterretning", "Åbner", "14. september 2025"):
        assert text in html


@pytest.mark.parametrize(("supports", "said"), [(True, "bakker op"), (False, "bakker ikke op")])
async def test_the_agencys_verdict_is_shown(office: Office, *, supports: bool, said: str) -> None:
    """With its answer, in words."""
    case = office.open_case(*APPROVED)
    office.cases.submit(case, office.command())
    office.cases.advance(case)
    reply = Reply("decided", OPENED_ON, supports=supports)
    office.cases.answer(case, office.command(), "social-og-boligstyrelsen", reply, "secretariat")
    html = await page_of(office, case)

    assert f"<strong>{said}</strong>" in html


async def test_the_deadline_runs_until_what_it_binds_is_over(office: Office) -> None:
    """Submitted in time, a case is not said to be late while the agency reads it."""
    case = office.open_case(*APPROVED, deadline=OPENED_ON + timedelta(days=9))
    before = await page_of(office, case)
    office.cases.submit(case, office.command())
    office.cases.advance(case)
    after = await page_of(office, case)

    facts = [html[html.index("Sagens frist") :].partition("</dd>")[0] for html in (before, after)]
    assert ["om 9 dage" in fact for fact in facts] == [True, False]
    assert [">27. marts 2025<" in fact for fact in facts] == [True, True]


async def test_a_withdrawn_case_waits_for_nobody(office: Office) -> None:
    """Its open step stopped with the withdrawal, and those behind it were not reached."""
    case = office.open_case(*APPROVED)
    await office.send("norddjurs", delay(case, expected_on="2025-06-04"))
    office.cases.withdraw(case, office.command(), "Bortfaldet")
    html = await page_of(office, case)
    steps = html[html.index('class="steps ') : html.index("papers-title")]

    check(html)
    assert "Stoppet med tilbagetrækningen" in steps
    for text in ("Venter på", "Afventer", "Åben", "Forsinket", "Ventes", "Endnu ikke spurgt"):
        assert text not in steps


async def test_a_case_with_several_versions_shows_who_consented_to_which(office: Office) -> None:
    """One table a step; with one version there is none."""
    case = office.open_case(*APPROVED)
    office.cases.add_paper(case, office.command(), name="a.pdf", sha256="0" * 64, size=1)
    await office.send("viborg", decision(case, "noted"))
    await office.send("lemvig", decision(case, "noted"))
    assert "Svar på versioner" not in await page_of(office, case)
    again: dict[str, Any] = {"change": "material", "material_for": ["lemvig"]}
    office.cases.add_paper(case, office.command(), name="b.pdf", sha256="1" * 64, size=1, **again)
    html = await page_of(office, case)
    check(html)
    matrix = html[html.index("Svar på versioner") :]

    for text in ("Version 2", "Spurgt igen", "Står", "Taget til efterretning"):
        assert text in matrix
    for text in ("står fra runde 1", "væsentlig"):
        assert text in html


async def test_an_objection_shows_that_a_meeting_takes_the_matter(office: Office) -> None:
    """With the round in which it was made."""
    case = office.open_case()
    await office.send("dassos", decision(case, "objected", remark="Formanden ønsker et møde"))
    office.cases.advance(case)
    html = await page_of(office, case)

    check(html)
    for text in (">Møde <", "Papirer senest", "Indsigelse", "Formanden ønsker et møde", "har gjort indsigelse"):
        assert text in html


async def test_a_late_correction_is_not_called_a_late_answer(office: Office) -> None:
    """The body had answered in time."""
    case = office.open_case()
    await office.send("dassos", decision(case), "m1")
    office.cases.advance(case)
    await office.send("dassos", decision(case, kind="decision.corrected", corrects="m1", remark="Rettet"))
    html = await page_of(office, case)

    assert "rettet efter at trinnet var afsluttet" in html
    assert "svarede efter at trinnet var afsluttet" not in html


async def test_a_late_answer_is_called_one(office: Office) -> None:
    """That was no correction."""
    case = office.open_case(*APPROVED)
    office.cases.submit(case, office.command())
    office.cases.advance(case)
    await office.send("skive", decision(case, "noted"))

    assert "svarede efter at trinnet var afsluttet" in await page_of(office, case)


@pytest.mark.parametrize(
    ("language", "expected"),
    [("da", r"18\. marts 2025 kl\. \d\d\.\d\d</time>"), ("en", r"18 March 2025, \d\d:\d\d</time>")],
)
async def test_the_time_of_day_is_written_as_the_reader_does(office: Office, language: str, expected: str) -> None:
    """With `kl.` and a point in Danish, with a colon in English."""
    office.client.cookies.set("sagsgang_language", language)

    assert re.search(expected, await page_of(office, office.open_case()))


def test_nobody_of_a_skipped_step_is_said_to_wait() -> None:
    """Who was not asked will not be asked; an early answer stays."""
    states = {state: words.answer_state(state, "skipped") for state in words.ANSWER_STATES}

    assert [state for state, name in states.items() if name] == ["released", "answered"]


async def page_of(office: Office, case: UUID) -> str:
    """The case's page, read by somebody signed in."""
    office.project()
    await sign_in(office)
    return (await office.client.get(f"/cases/{case}")).text


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
        assert (await office.client.get(path)).headers["location"].startswith("/signin")
    check((await office.client.get("/signin")).text)
    check((await office.client.get("/signin?code=spoilt")).text)
