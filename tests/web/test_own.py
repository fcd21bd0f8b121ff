# SPDX-License-Identifier: EUPL-1.2
"""A council's own people: their pages, answering after a sign-in, and the stream of their cases."""

from __future__ import annotations

import asyncio
import html
import json
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from uuid import UUID, uuid4

import httpx2

from domain.case import Case
from outgoing.kinds import RECEIPT, told
from tests.web.office import API, Office
from tests.web.test_roles import sign_in
from web.events import _seen

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


async def answer(office: Office, case: UUID, **filled: str) -> httpx2.Response:
    """Both steps of the form, as Skive's person; the page that comes then."""
    here = f"/own/cases/{case}/answer/councils"
    form = dict(HIDDEN.findall((await office.client.get(here)).text))
    review = await office.client.post(f"{here}/gennemse", data={**form, **filled})
    hidden = {name: html.unescape(value) for name, value in HIDDEN.findall(review.text)}
    sent = await office.client.post(here, data=hidden)
    assert sent.status_code == 303, sent.text
    return await office.client.get(sent.headers["location"])


async def test_a_council_answers_after_its_sign_in(office: Office) -> None:
    """As behind a link, but the log says that it was its own person, signed in; a receipt goes out."""
    case = office.open_case("dassos", "kd-net", "kkr-midtjylland")
    office.project()
    await sign_in(office, "council", "skive")
    page = await answer(office, case, outcome="noted", decided_on="2025-03-18", remark="Enstemmigt <b>")
    found = office.cases.get(case)
    event = [event for event in office.cases.history(case) if isinstance(event, Case.AnswerRecorded)][-1]

    assert page.status_code == 200
    assert "Enstemmigt &lt;b&gt;" in page.text
    said = found.answer("councils", 1, "skive")
    assert (said.source, said.remark, said.outcome) == ("signed_in", "Enstemmigt <b>", "noted")
    assert (event.actor["role"], event.actor["how"]) == ("council", "session")
    assert (RECEIPT, "skive") in told(event, found)


async def test_a_council_corrects_its_answer(office: Office) -> None:
    """By the same form; the wrong word stays in the log."""
    case = office.open_case("dassos", "kd-net", "kkr-midtjylland")
    office.project()
    await sign_in(office, "council", "skive")
    await answer(office, case, outcome="noted", decided_on="2025-03-18")
    await answer(office, case, outcome="noted_with_remarks", decided_on="2025-03-18", remark="Se bilag")

    assert office.events(case)[-1] == "case.answer_corrected"
    assert office.cases.get(case).answer("councils", 1, "skive").outcome == "noted_with_remarks"


async def test_an_answer_needs_our_own_form(office: Office) -> None:
    """Another site's page can send the cookie, not the token; a step that does not ask the body is not there."""
    case = office.open_case("dassos", "kd-net", "kkr-midtjylland")
    office.project()
    csrf = await sign_in(office, "council", "skive")
    bare = await office.client.post(f"/own/cases/{case}/answer/councils/gennemse", data={"outcome": "noted"})
    others = [f"/own/cases/{case}/answer/{step}" for step in ("dassos", "submit", "nothing")]
    found = [await office.client.post(f"{path}/gennemse", data={"csrf": csrf}) for path in others]

    assert bare.status_code == 403
    assert [answer.status_code for answer in found] == [404, 404, 404]
    assert [(await office.client.get(path)).status_code for path in others] == [404, 404, 404]


async def test_a_council_comes_to_its_own_pages(office: Office) -> None:
    """From the front page and from a colleague's link to a case; other pages are refused."""
    case = office.open_case("dassos", "kd-net", "kkr-midtjylland")
    office.project()
    await sign_in(office, "council", "skive")
    places = [(await office.client.get(path)).headers["location"] for path in ("/", f"/cases/{case}")]
    own = (await office.client.get("/own")).text

    assert places == ["/own", f"/own/cases/{case}"]
    assert f"/own/cases/{case}/answer/councils" in own
    assert (await office.client.get("/bodies")).status_code == 403
    assert (await office.client.get(f"/own/cases/{case}")).status_code == 200
    assert (await office.client.get(f"/own/cases/{uuid4()}")).status_code == 404


async def test_the_secretariat_has_no_own_pages(office: Office) -> None:
    """They are for who acts for one body."""
    await sign_in(office, "secretariat", None)

    assert (await office.client.get("/own")).status_code == 403


async def test_a_stream_tells_a_council_of_its_own_cases() -> None:
    """And everybody else of all; of forecasts it is told nothing, since plans are closed to it."""

    async def changes() -> AsyncGenerator[dict[str, object]]:
        for number, asked in enumerate((["lemvig"], ["lemvig", "skive"], [])):
            yield {"what": "change", "case": str(number), "position": number, "asked": asked}
        yield {"what": "forecast", "case": "3", "position": 3, "asked": ["skive"]}

    async def heard(body: str | None) -> list[str]:
        async with aclosing(_seen(changes(), body)) as seen:  # type: ignore[arg-type]
            return [change["case"] async for change in seen]

    assert await heard("skive") == ["1"]
    assert await heard(None) == ["0", "1", "2", "3"]


async def test_the_stream_over_the_wire_names_no_bodies(office: Office) -> None:
    """A council's token hears of the case that asks it, and not of the one before."""
    token = office.token("council", "skive")
    stream = office.services.views.changes()
    office.open_case(route="orientering", title="En andens")
    mine = office.open_case("dassos")
    async with aclosing(_seen(stream, "skive")) as seen:
        await asyncio.to_thread(office.project)
        async with asyncio.timeout(10):
            change = await anext(seen)

    assert change["case"] == str(mine)
    assert (await office.client.get(f"{API}/cases/{mine}", headers=token)).status_code == 200
    assert json.loads((await office.client.get(f"{API}/cases", headers=token)).text)["items"][0]["id"] == str(mine)
