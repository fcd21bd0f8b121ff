# SPDX-License-Identifier: EUPL-1.2
"""The answer page behind a personal link: looking changes nothing, answering takes two steps, and it is one body's."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest

from domain.additions import Addition
from domain.answering import Reply
from domain.commands import Actor, Command
from outgoing.channels import add_channel
from outgoing.links import CONFIRM, make_link, seal
from outgoing.sending import answer_url
from runtime.clock import real_now
from runtime.database import connect
from tests.web.office import API, OPENED_ON, SECRETARY, Office
from web.answering import router
from web.bounds import MessageRate
from web.contents import Content, store_paper

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
BODY = {"outcome": "approved", "decided_on": "2025-03-18", "remark": "Enstemmigt <b>"}


@dataclass
class Link:
    """A personal link in the hands of its body."""

    office: Office
    path: str

    async def opens(self, more: str = "", method: str = "GET") -> httpx2.Response:
        """Open a page behind the link."""
        return await self.office.client.request(method, self.path + more)

    async def looks_through(self, **filled: str) -> httpx2.Response:
        """Fill the form in and go to the second step."""
        return await self.office.client.post(f"{self.path}/gennemse", data=filled)

    async def sends(self, review: httpx2.Response, **changed: str) -> httpx2.Response:
        """Confirm what the second step shows."""
        hidden = {name: html.unescape(value) for name, value in HIDDEN.findall(review.text)}
        return await self.office.client.post(self.path, data={**hidden, **changed})

    async def answers(self, **filled: str) -> httpx2.Response:
        """Both steps; the page that comes then."""
        sent = await self.sends(await self.looks_through(**filled))
        assert sent.status_code == 303, sent.text
        return await self.office.client.get(sent.headers["location"])


async def link_for(office: Office, case: UUID, body: str = "dassos", step: str | None = None, **more: Any) -> Link:
    """A link that the secretariat makes for a body."""
    wanted = {"body": body, **({"step": step} if step else {})}
    made = await office.client.post(f"{API}/cases/{case}/links", json=wanted, headers=office.token())
    assert made.status_code == 201, made.text
    return Link(office, made.json()["url"].removeprefix("http://test"))


def log_of(office: Office) -> list[tuple[Any, ...]]:
    """Everything that a visit could have changed: the log, the links and the channels."""
    tables = ("public.cases_events", "office.answer_links", "office.channels", "office.deliveries", "office.sessions")
    with connect(office.url) as connection:
        return [connection.execute(f"SELECT * FROM {table} ORDER BY 1".encode()).fetchall() for table in tables]  # type: ignore[misc]  # noqa: S608


async def test_opening_changes_nothing(office: Office) -> None:
    """However often, by GET or HEAD, as programs that scan mail do; no cookie is set, nothing is kept or indexed."""
    link = await link_for(office, office.open_case())
    before = log_of(office)
    pages = [await link.opens(method=method) for method in ("GET", "HEAD", "GET")]

    assert [page.status_code for page in pages] == [200, 200, 200]
    assert log_of(office) == before
    for page in pages:
        assert "set-cookie" not in page.headers
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["x-robots-tag"].startswith("noindex")
        assert "script-src 'none'" in page.headers["content-security-policy"]
    assert "<script" not in pages[0].text


async def test_the_page_tells_what_is_asked(office: Office) -> None:
    """In plain Danish: the case, by when, and what each answer means."""
    page = (await (await link_for(office, office.open_case(deadline=date(2025, 5, 31)))).opens()).text

    assert "Det indstilles, at DASSOS <strong>godkender</strong>." in page
    assert "25. marts 2025" in page
    assert "Sagen kan ikke gå videre, som den er. Den går tilbage til sekretariatet." in page
    assert 'value="delayed"' in page


async def test_an_answer_takes_two_steps(office: Office) -> None:
    """The first shows it once more and writes nothing; the second commits it as the body's, by a link."""
    case = office.open_case()
    link = await link_for(office, case)
    before = office.events(case)
    review = await link.looks_through(**BODY)
    assert review.status_code == 200
    assert "Enstemmigt &lt;b&gt;" in review.text
    assert office.events(case) == before

    sent = await link.sends(review)
    receipt = await office.client.get(sent.headers["location"])

    answer = office.cases.get(case).answer("dassos", 1, "dassos")
    event = [*office.cases.history(case)][-1]
    assert (answer.outcome, answer.source, answer.remark) == ("approved", "link", "Enstemmigt <b>")
    assert event.actor == {"who": "dassos", "role": "body", "how": "link"}
    assert "Tak. Svaret er modtaget og registreret." in receipt.text
    assert "Enstemmigt &lt;b&gt;" in receipt.text


async def test_the_second_step_twice_is_one_answer(office: Office) -> None:
    """As when somebody clicks twice."""
    case = office.open_case()
    link = await link_for(office, case)
    review = await link.looks_through(**BODY)
    sent = [await link.sends(review) for _ in range(2)]

    assert [response.status_code for response in sent] == [303, 303]
    assert office.events(case).count("case.answer_recorded") == 1


@pytest.mark.parametrize("changed", [{"outcome": "rejected"}, {"seal": "x"}, {"seal": ""}, {"remark": "andet"}])
async def test_only_what_was_looked_through_is_sent(office: Office, changed: dict[str, str]) -> None:
    """A form that another page sends, or that was changed on the way, writes nothing."""
    case = office.open_case()
    link = await link_for(office, case)
    refused = await link.sends(await link.looks_through(**BODY), **changed)

    assert refused.status_code == 403
    assert "case.answer_recorded" not in office.events(case)


async def test_another_browser_cannot_send_it(office: Office) -> None:
    """The second step belongs to the browser that took the first."""
    case = office.open_case()
    link = await link_for(office, case)
    review = await link.looks_through(**BODY)
    office.client.cookies.clear()

    assert (await link.sends(review)).status_code == 403
    assert "case.answer_recorded" not in office.events(case)


async def test_the_same_link_corrects_until_the_step_closes(office: Office) -> None:
    """The page shows the answer and takes a correction of it; of a council's among nineteen the step stays open."""
    case = office.open_case("dassos", "kd-net", "kkr-midtjylland")
    link = await link_for(office, case, "skive")
    await link.answers(outcome="noted", decided_on="2025-03-18", decided_by="committee")
    page = await link.answers(outcome="noted_with_remarks", decided_on="2025-03-18", decided_by="council")

    answer = office.cases.get(case).answer("councils", 1, "skive")
    assert (answer.outcome, answer.corrected, answer.effect) == ("noted_with_remarks", True, "counted")
    assert "Ret svaret" in page.text
    assert 'value="noted_with_remarks" required checked' in page.text
    assert 'value="delayed"' not in page.text


async def test_a_correction_after_the_step_closed_is_kept_as_late(office: Office) -> None:
    """And says so before it is sent."""
    case = office.open_case()
    link = await link_for(office, case)
    await link.answers(**BODY)
    office.cases.advance(case)
    review = await link.looks_through(outcome="approved_with_changes", decided_on="2025-03-18")
    await link.sends(review)

    found = office.cases.get(case)
    assert "ændrer ikke resultatet" in review.text
    assert (found.answer("dassos", 1, "dassos").effect, found.current("dassos").result) == ("late", "approved")


async def test_a_delay_can_be_told(office: Office) -> None:
    """With the day on which the answer is expected; the answer itself comes later by the same link."""
    case = office.open_case()
    link = await link_for(office, case)
    told = await link.answers(outcome="delayed", expected_on="2025-04-02")
    state = str(office.cases.get(case).answer("dassos", 1, "dassos").state)
    await link.answers(**BODY)

    assert state == "delayed"
    assert "2. april 2025" in told.text
    assert office.cases.get(case).answer("dassos", 1, "dassos").outcome == "approved"


async def test_an_early_answer_is_told_so(office: Office) -> None:
    """It counts when its step opens."""
    case = office.open_case()
    link = await link_for(office, case, "skive")
    assert "Trinnet er ikke åbnet endnu" in (await link.opens()).text
    await link.answers(outcome="noted", decided_on="2025-03-18")

    assert office.cases.get(case).answer("councils", 1, "skive").effect == "early"


@pytest.mark.parametrize(
    ("filled", "words"),
    [
        ({}, "Vælg et af svarene."),
        ({"outcome": "noted"}, "Vælg et af svarene."),
        ({"outcome": "approved"}, "Skriv den dato, hvor der blev besluttet."),
        ({"outcome": "approved", "decided_on": "2025-03-19"}, "Skriv den dato, hvor der blev besluttet."),
        ({"outcome": "approved", "decided_on": "i går"}, "Skriv den dato, hvor der blev besluttet."),
        ({**BODY, "decided_by": "kongen"}, "Vælg, hvem der har besluttet"),
        ({**BODY, "remark": "x" * 4001}, "Bemærkningen er for lang"),
        ({**BODY, "remark": "\u202e"}, "Bemærkningen er for lang eller indeholder tegn"),
        ({**BODY, "supports": "yes"}, "Sig kun for en afgørelse"),
        ({**BODY, "version": "7"}, "Noget er ikke udfyldt rigtigt."),
        ({"outcome": "delayed", "expected_on": "2099-13-01"}, "Skriv datoen"),
    ],
    ids=str,
)
async def test_what_cannot_be_is_told_plainly(office: Office, filled: dict[str, str], words: str) -> None:
    """On the form itself, with what was filled in kept; nothing is written."""
    case = office.open_case()
    page = await (await link_for(office, case)).looks_through(**filled)

    assert page.status_code == 422
    assert words in html.unescape(page.text)
    assert "case.answer_recorded" not in office.events(case)
    if filled.get("remark") == BODY["remark"]:
        assert "Enstemmigt &lt;b&gt;</textarea>" in page.text


async def test_nothing_of_others_is_shown(office: Office) -> None:
    """Neither who else is asked nor what they said."""
    case = office.open_case("dassos", "kd-net", "kkr-midtjylland")
    reply = Reply("noted_with_remarks", OPENED_ON, remark="hemmelig bemærkning")
    office.cases.answer(case, Command.by(Actor("aarhus", "body", "webhook")), "aarhus", reply, "webhook")
    link = await link_for(office, case, "skive")
    pages = (await link.opens()).text + (await link.looks_through(outcome="noted", decided_on="2025-03-18")).text

    assert "hemmelig" not in pages
    assert "Aarhus" not in pages
    assert "Skive" in pages


async def test_papers_are_read_with_the_links_right(office: Office) -> None:
    """Those of its case, as downloads, and the answer says which version it is about."""
    case, other = office.open_case(), office.open_case()
    for one, content in ((case, b"%PDF-1.7 rapport"), (other, b"%PDF-1.7 anden")):
        paper = Content("rapport.pdf", content)
        store_paper(office.services.settings.database_url, office.cases, one, Command.by(SECRETARY), paper)
    link = await link_for(office, case)
    found = await link.opens("/bilag/1")
    await link.answers(**BODY, version="1")

    assert found.content == b"%PDF-1.7 rapport"
    assert found.headers["content-disposition"].startswith("attachment")
    assert (await link.opens("/bilag/2")).status_code == 404
    assert office.cases.get(case).answer("dassos", 1, "dassos").version == 1


async def test_a_withdrawn_or_expired_link_opens_nothing(office: Office) -> None:
    """On every route behind it, as a page for people."""
    case = office.open_case()
    withdrawn, expired = await link_for(office, case), await link_for(office, case)
    headers = office.token()
    listed = (await office.client.get(f"{API}/cases/{case}/links", headers=headers)).json()["items"]
    path = f"{API}/cases/{case}/links/{listed[0]['id']}/withdraw"
    assert (await office.client.post(path, headers=headers)).json()["withdrawn_at"] is not None
    with connect(office.url) as connection:
        connection.execute("UPDATE office.answer_links SET valid_until = now() WHERE id = %s", (listed[1]["id"],))

    for link in (withdrawn, expired):
        for response in (await link.opens(), await link.opens("/bilag/1"), await link.looks_through(**BODY)):
            assert response.status_code == 410
            assert "Linket gælder ikke længere" in response.text
        assert (await office.client.post(link.path, data=BODY)).status_code == 410
    assert "case.answer_recorded" not in office.events(case)


async def test_every_link_route_is_for_its_own_body_and_case_alone(office: Office) -> None:
    """With the tokens of other things in its place: no link, one for another purpose, a forged one, another case's."""
    case = office.open_case("dassos", "kd-net", "kkr-midtjylland")
    link = await link_for(office, case, "skive")
    key = office.services.settings.signing_key()
    async with office.services.pool.connection() as connection:
        channel = await add_channel(connection, body="skive", kind="email", address="a@example.dk")
        foreign = await make_link(
            connection,
            "another key that is long enough to be one",
            case_id=case,
            body="skive",
            step="councils",
            round=1,
            made_by="x",
            valid_until=real_now() + timedelta(days=1),
        )
    token = link.path.rpartition("/")[2]
    strangers = [
        "x",
        "ø",
        token[:-2] + "AA",
        seal(key, CONFIRM, channel.id),
        seal(key, CONFIRM, UUID(int=0)),
        seal("another key that is long enough to be one", "answer", foreign.id),
        answer_url(office.services.settings, foreign.id).rpartition("/")[2],
        str(case),
    ]
    routes = [(method, route.path) for route in router.routes for method in route.methods]  # type: ignore[attr-defined]
    answers = [(method, path) for method, path in routes if path.startswith("/svar")]
    assert len(answers) == 4
    before = office.events(case)

    for method, path in answers:
        for stranger in strangers:
            response = await office.client.request(method, path.format(token=stranger, number=1), data=BODY)
            assert response.status_code == 404, (method, path, stranger)
            assert "Linket er ukendt" in response.text
    for method, path in routes:
        if path.startswith("/bekraeft"):
            for stranger in (token, "x", seal(key, CONFIRM, UUID(int=0))):
                assert (await office.client.request(method, path.format(token=stranger))).status_code in {404, 410}
    assert office.events(case) == before


async def test_a_link_gives_no_other_rights(office: Office) -> None:
    """It is no token and no session."""
    link = await link_for(office, office.open_case())
    token = link.path.rpartition("/")[2]
    await link.looks_through(**BODY)

    assert (await office.client.get(f"{API}/cases", headers={"Authorization": f"Bearer {token}"})).status_code == 401
    assert (await office.client.get("/")).headers["location"] == "/signin"


@pytest.mark.parametrize("ending", ["withdrawn", "released", "new round"])
async def test_where_nothing_can_be_said_any_more_the_page_says_why(office: Office, ending: str) -> None:
    """And takes nothing."""
    case = office.open_case() if ending != "released" else office.open_case("dassos", "kd-net", "kkr-midtjylland")
    link = await link_for(office, case, "skive" if ending == "released" else "dassos")
    if ending == "withdrawn":
        office.cases.withdraw(case, office.command(), "bortfaldet")
        words = "Sagen er trukket tilbage"
    elif ending == "released":
        office.cases.release_body(case, office.command(), step="councils", body="skive", reason="ikke berørt")
        words = "I skal ikke længere svare"
    else:
        office.cases.answer(case, office.command(), "dassos", Reply("rejected", OPENED_ON), "secretariat")
        office.cases.advance(case)
        office.cases.resubmit(case, office.command())
        office.cases.advance(case)
        words = "i en ny runde"
    before = office.events(case)

    page, review = await link.opens(), await link.looks_through(**BODY)
    assert (page.status_code, review.status_code) == (200, 409)
    assert words in page.text
    assert "/gennemse" not in page.text
    assert office.events(case) == before


async def test_too_many_visits_are_told_to_wait(office: Office) -> None:
    """From one address, as a page."""
    at = real_now()
    office.services.links = MessageRate(3, lambda: at)
    pages = [await office.client.get("/svar/x") for _ in range(4)]

    assert (pages[0].status_code, pages[-1].status_code) == (404, 429)
    assert int(pages[-1].headers["retry-after"]) >= 1
    assert "For mange forespørgsler" in pages[-1].text


async def test_an_address_is_confirmed_in_two_steps(office: Office) -> None:
    """Opening the link does nothing; the button does."""
    async with office.services.pool.connection() as connection:
        channel = await add_channel(connection, body="skive", kind="email", address="a@example.dk")
    path = f"/bekraeft/{seal(office.services.settings.signing_key(), CONFIRM, channel.id)}"
    before = log_of(office)
    opened = await office.client.get(path)
    assert log_of(office) == before
    confirmed = await office.client.post(path)

    assert "a@example.dk" in opened.text
    assert "er bekræftet" in confirmed.text
    with connect(office.url) as connection:
        assert connection.execute("SELECT confirmed_at IS NOT NULL FROM office.channels").fetchall() == [(True,)]


async def test_conditions_are_set_one_a_line(office: Office) -> None:
    """By an approval on condition, and shown with the answer."""
    case = office.open_case()
    link = await link_for(office, case)
    filled = {
        **BODY,
        "outcome": "approved_on_condition",
        "conditions": "Økonomien følger med\r\n\r\n  Status om et år ",
    }
    page = await link.answers(**filled)

    assert [one.text for one in office.cases.get(case).conditions] == ["Økonomien følger med", "Status om et år"]
    assert "Økonomien følger med" in page.text


async def test_an_objection_ends_the_written_procedure(office: Office) -> None:
    """It is among the answers as long as the matter is settled in writing; the link of before is then spent."""
    case = office.open_case()
    link = await link_for(office, case)
    assert "I vil ikke afgøre sagen skriftligt" in (await link.opens()).text
    await link.answers(outcome="objected", decided_on="2025-03-18")
    office.cases.advance(case)

    assert "i en ny runde" in (await link.opens()).text
    again = await link_for(office, case)
    assert "I vil ikke afgøre sagen skriftligt" not in (await again.opens()).text


async def test_a_correction_keeps_what_the_page_does_not_show(office: Office) -> None:
    """Tasks that came with the answer by another way, and the facts of a condition that stays, are not taken away."""
    case = office.open_case("dassos", "kd-net")
    additions = (
        (Addition(text="Økonomi", responsible="skive", due=date(2025, 5, 1)),),
        (Addition(text="Status til næste møde"),),
    )
    minutes: dict[str, Any] = {"meeting_on": OPENED_ON, "agenda_item": "7", "reservation": "Forbehold for økonomien"}
    reply = Reply("approved_on_condition", OPENED_ON, conditions=additions[0], tasks=additions[1], **minutes)
    command = Command.by(Actor("kkr-midtjylland", "body", "webhook"))
    office.cases.answer(case, command, "kkr-midtjylland", reply, "webhook")
    link = await link_for(office, case, "kkr-midtjylland")
    filled = {"outcome": "approved_on_condition", "decided_on": "2025-03-18", "conditions": "Økonomi\r\nTidsplan"}
    await link.answers(**filled, remark="rettet")

    found = office.cases.get(case)
    kept = [(one.text, one.responsible, one.due) for one in found.conditions if one.is_open]
    assert kept == [("Økonomi", "skive", "2025-05-01"), ("Tidsplan", None, None)]
    answer = found.current("kkr").answers["kkr-midtjylland"]
    assert (answer.meeting_on, answer.agenda_item) == ("2025-03-18", "7")
    assert (answer.reservation, answer.remark) == ("Forbehold for økonomien", "rettet")
    assert [(task.text, task.is_open) for task in found.tasks] == [("Status til næste møde", True)]


async def test_a_recommendation_is_told_so(office: Office) -> None:
    """Before it is sent and afterwards: what only the chair said leaves the body awaited."""
    case = office.open_case("dassos", "kd-net", "kkr-midtjylland")
    link = await link_for(office, case, "skive")
    filled = {"outcome": "noted", "decided_on": "2025-03-18", "decided_by": "chair"}
    review = await link.looks_through(**filled)
    page = await link.answers(**filled)

    assert "Svaret bliver gemt som en anbefaling" in review.text
    assert "Organet skal selv træffe afgørelse." in page.text
    assert "Tak. Svaret er modtaget" in page.text
    assert "skive" in office.cases.get(case).waiting_for()
