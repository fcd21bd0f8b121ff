# SPDX-License-Identifier: EUPL-1.2
"""The bodies' pages: what waits, what was answered, and how long it took."""

from __future__ import annotations

from tests.web.office import Office, decision, delay
from tests.web.test_access import sign_in
from tests.web.test_pages import check


async def test_a_body_sees_what_waits_and_what_it_said(office: Office) -> None:
    """With the words of its answers, and its name in full."""
    answered, waiting = office.open_case(title="Besvaret sag"), office.open_case(title="Ventende sag")
    await office.send("dassos", delay(answered, expected_on="2025-04-01"))
    await office.send("dassos", decision(answered, remark="Enigt"))
    office.project()
    await sign_in(office, "auditor")
    html = (await office.client.get("/bodies/dassos")).text
    open_part, history = (
        html[html.index("waiting-title") : html.index("times-title")],
        html[html.index("history-title") :],
    )

    check(html)
    assert "Den Administrative Styregruppe" in html
    assert f"/cases/{waiting}" in open_part
    assert "Besvaret sag" not in open_part
    assert history.index("DASSOS har godkendt") < history.index("DASSOS har meldt forsinkelse")
    assert "Enigt" in history
    assert "/actions/" not in html


async def test_the_secretariat_may_record_from_there(office: Office) -> None:
    """The form knows step and body."""
    case = office.open_case()
    office.project()
    await sign_in(office)

    assert (
        f"/cases/{case}/actions/answer?step=dassos&amp;body=dassos" in (await office.client.get("/bodies/dassos")).text
    )


async def test_the_list_leads_to_what_waits(office: Office) -> None:
    """In the order in which Danes sort the councils."""
    office.open_case()
    office.project()
    await sign_in(office)
    html = (await office.client.get("/bodies")).text

    check(html)
    assert '<a href="/?waiting_for=dassos">1<span' in html
    assert html.index("Favrskov Kommune") < html.index("Viborg Kommune") < html.index("Aarhus Kommune")


async def test_a_body_that_there_is_not(office: Office) -> None:
    """Is told so as a page."""
    await sign_in(office)
    page = await office.client.get("/bodies/nobody", headers={"Accept": "text/html"})

    assert page.status_code == 404
    check(page.text)
