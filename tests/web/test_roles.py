# SPDX-License-Identifier: EUPL-1.2
"""All routes, all roles, and another body's things: what each may see and do stands in one table.

A route that the table does not name fails here: whoever adds one says who may use it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from domain.answering import Reply
from outgoing.calendar_links import make_calendar_link
from outgoing.channels import add_channel, confirm_channel, list_channels
from outgoing.deliveries import News, list_deliveries, write_down
from outgoing.links import make_link
from runtime.clock import real_now
from runtime.database import connect, connect_async
from tests.web.office import API, OPENED_ON, Office
from web.access import ROLES, create_signin_link
from web.contents import Content, store_paper

OWN, OTHER = "skive", "lemvig"
"""The body that the council's people act for, and another one."""
MARK = "HEMMELIG"
"""Stands in everything that is another body's alone."""
SECRETARIAT, READERS = {"secretariat"}, {"secretariat", "leadership", "auditor"}

PUBLIC = """
GET /healthz | GET /readyz | GET /metrics | GET /openapi.json | GET /static | GET /assets
GET /signin | POST /signin | GET /signin/oidc | GET /signin/oidc/callback | POST /language | GET /problems/{code}
"""
"""For everybody, since it tells nothing of any case."""
BY_LINK = """
GET /svar/{token} | GET /svar/{token}/bilag/{number} | POST /svar/{token}/gennemse | POST /svar/{token}
GET /bekraeft/{token} | POST /bekraeft/{token} | GET /calendar/{token}.ics
"""
"""For whoever holds a link; a role opens nothing here."""
BY_SIGNATURE = "POST /api/v1/webhooks/{body}"
"""For whoever signs with a body's secret."""
OWN_PART = """
GET /api/v1/cases | GET /api/v1/cases/{id} | GET /api/v1/cases/{id}/timeline | GET /api/v1/cases/{id}/papers
GET /api/v1/cases/{id}/papers/{number} | GET /api/v1/bodies | GET /api/v1/bodies/{id}/inbox | GET /api/v1/routes
GET /api/v1/meetings | GET /api/v1/deliveries | GET /api/v1/events
"""
"""For everybody known; a council gets its own body's part of it."""
ALL_BODIES = """
GET /api/v1/cases/{id}/participation | GET /api/v1/cases/{id}/consents | GET /api/v1/overview | GET /api/v1/plan
GET /api/v1/cases/{id}/plan | GET /api/v1/cases/{id}/links | GET /api/v1/calendar-links
GET / | GET /cases/{id} | GET /cases/{id}/plan | GET /bodies | GET /bodies/{id} | GET /bodies/{body}/meetings
GET /deliveries
GET /export/cases.csv | GET /export/cases.xlsx | GET /export/bodies.csv | GET /export/bodies.xlsx
GET /export/deliveries.csv | GET /export/deliveries.xlsx | GET /export/meetings.csv | GET /export/meetings.xlsx
GET /export/cases/{id}/timeline.csv | GET /export/cases/{id}/timeline.xlsx
GET /api/v1/cases/{id}/file.pdf | GET /api/v1/cases/{id}/file.json
"""
"""For every role but a council."""
PERSONAL = "GET /api/v1/bodies/{id}/channels | GET /api/v1/channels/{id}/secret"
"""Addresses of people, and secrets: for the secretariat."""
FORMS = """
GET /cases/{id}/actions/paper | GET /cases/{id}/actions/{action} | GET /open | GET /open/{route}
GET /bodies/{body}/channels | GET /bodies/{body}/channels/{action} | GET /bodies/{body}/meetings/{action}
GET /deliveries/{id}/resend
"""
"""The forms of the secretariat's actions."""
WRITES = """
POST /api/v1/cases | POST /api/v1/cases/{id}/answers | POST /api/v1/cases/{id}/withdraw
POST /api/v1/cases/{id}/suspend | POST /api/v1/cases/{id}/resume | POST /api/v1/cases/{id}/extend
POST /api/v1/cases/{id}/attributes | POST /api/v1/cases/{id}/migrate | POST /api/v1/cases/{id}/submit
POST /api/v1/cases/{id}/resubmit | POST /api/v1/cases/{id}/bodies | POST /api/v1/cases/{id}/bodies/release
POST /api/v1/cases/{id}/conditions | POST /api/v1/cases/{id}/conditions/{number}/meet
POST /api/v1/cases/{id}/conditions/{number}/waive | POST /api/v1/cases/{id}/contradictions
POST /api/v1/cases/{id}/contradictions/{number}/settle | POST /api/v1/cases/{id}/tasks/{number}/chase
POST /api/v1/cases/{id}/tasks/{number}/done | POST /api/v1/cases/{id}/tasks/{number}/cancel
POST /api/v1/cases/{id}/decisions | POST /api/v1/cases/{id}/inquiries | POST /api/v1/cases/{id}/inquiries/end
POST /api/v1/cases/{id}/renewals | POST /api/v1/cases/{id}/papers | POST /api/v1/cases/{id}/remind
POST /api/v1/cases/{id}/items | POST /api/v1/cases/{id}/written-procedure
POST /api/v1/meetings | POST /api/v1/meetings/{id}/move | POST /api/v1/meetings/{id}/cancel
POST /api/v1/bodies/{id}/channels | POST /api/v1/channels/{id}/change | POST /api/v1/channels/{id}/enable
POST /api/v1/channels/{id}/remove | POST /api/v1/channels/{id}/rotate | POST /api/v1/deliveries/{id}/resend
POST /api/v1/cases/{id}/links | POST /api/v1/cases/{id}/links/{link}/withdraw
POST /api/v1/calendar-links | POST /api/v1/calendar-links/{id}/withdraw
POST /cases/{id}/papers | POST /cases/{id}/actions/{action} | POST /deliveries/{id}/resending
POST /open/{route} | POST /bodies/{body}/channels/{action} | POST /bodies/{body}/meetings/{action}
POST /api/v1/cases/{id}/recover | GET /operations/cases/{id}/recover | POST /operations/cases/{id}/recovery
"""
"""For the secretariat."""
OF_OVERSEERS = "GET /operations | GET /api/v1/operations"
"""How the installation is doing: for who looks after it."""
OF_A_COUNCIL = """
GET /own | GET /own/cases/{id} | GET /own/cases/{id}/answer/{step} | POST /own/cases/{id}/answer/{step}/gennemse
POST /own/cases/{id}/answer/{step}
GET /own/channels | GET /own/channels/{action} | POST /own/channels/{action}
"""
"""For a council, about its own body."""
OF_A_SESSION = "POST /signout"
"""For whoever has signed in."""
OF_THE_AUDITOR = "GET /access-log | GET /export/access-log.csv | GET /export/access-log.xlsx | GET /api/v1/access-log"
"""For the auditor."""


def routes_of(text: str) -> list[str]:
    """The routes that a row of the table names."""
    return [one.strip() for one in re.split(r"[|\n]", text) if one.strip()]


ALLOWED: dict[str, set[str]] = {
    **{key: set(ROLES) for key in routes_of(OWN_PART)},
    **dict.fromkeys(routes_of(ALL_BODIES), READERS),
    **dict.fromkeys(routes_of(PERSONAL + "|" + FORMS + "|" + WRITES), SECRETARIAT),
    **{key: {"council"} for key in routes_of(OF_A_COUNCIL)},
    **{key: set(ROLES) for key in routes_of(OF_A_SESSION)},
    **{key: {"secretariat", "auditor"} for key in routes_of(OF_OVERSEERS)},
    **{key: {"auditor"} for key in routes_of(OF_THE_AUDITOR)},
}
"""The roles that may use a route, for every route that asks who comes."""
OPEN = {*routes_of(PUBLIC), *routes_of(BY_LINK), *routes_of(BY_SIGNATURE)}
ENDLESS = "GET /api/v1/events"
"""It has no end; what it tells a council is tested beside it."""


SEALED = ("POST /own/cases/{id}/answer/{step}", "council")
"""A 403 of its own: what was not seen through is not given; test_own.py gives an answer."""


def routes_in(app: FastAPI) -> Iterator[str]:
    """Every route of the application, with its method."""
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, Mount):
            yield f"GET {context.path}"
        else:
            yield from (f"{method} {context.path}" for method in context.methods or () if method != "HEAD")


@dataclass
class World:
    """A case of both bodies, one of the other alone, and the other's channel, delivery, link and calendar."""

    office: Office
    shared: UUID
    foreign: UUID
    channel: UUID
    delivery: UUID
    link: UUID
    calendar: UUID
    headers: dict[str, str]
    csrf: str = ""

    def address(self, route: str, *, foreign: bool) -> str:
        """A route's address with another body's things, or as far as there are any the own ones."""
        path = route.partition(" ")[2]
        case, body = (self.foreign, OTHER) if foreign else (self.shared, OWN)
        kind = path.removeprefix(API).split("/")[1]
        own = {"bodies": body, "channels": self.channel, "deliveries": self.delivery, "calendar-links": self.calendar}
        given = {
            "id": own.get(kind, case),
            "link": self.link,
            "step": "councils",
            "number": 1,
            "body": body,
            "route": "orientering",
            "action": "add" if kind == "bodies" or "/channels/" in path else "suspend",
        }
        return re.sub(r"\{(\w+)\}", lambda found: str(given.get(found[1], "x")), path)

    async def asks(self, route: str, *, foreign: bool = True) -> httpx2.Response:
        """The answer to somebody who uses a route."""
        method, path = route.partition(" ")[0], self.address(route, foreign=foreign)
        pages = {} if path.startswith(API) else {"accept": "text/html"}
        if method == "POST" and not path.startswith(API):
            return await self.office.client.post(path, data={"csrf": self.csrf}, headers=pages)
        headers = self.headers if path.startswith(API) else pages
        return await self.office.client.request(method, path, headers=headers)


async def world_of(office: Office, role: str | None) -> World:
    """The world as somebody in a role meets it, signed in with a browser and with a token."""
    shared = office.open_case("dassos", "kd-net", "kkr-midtjylland")
    told = Reply("noted", OPENED_ON, remark=f"{MARK} bemærkning", reference=f"{MARK} 17/4")
    office.cases.answer(shared, office.command(), OTHER, told, "secretariat")
    late = Reply(remark=f"{MARK} årsag", expected_on=OPENED_ON + timedelta(days=30))
    office.cases.delay(shared, office.command(), "struer", late, "secretariat")
    foreign = office.open_case(route="orientering", title=f"{MARK} sag", concerned=[OTHER])
    for case, name in ((shared, "bilag.pdf"), (foreign, f"{MARK}.pdf")):
        store_paper(office.url, office.cases, case, office.command(), Content(name, name.encode()))
    async with await connect_async(office.url) as connection:
        kept = await add_channel(connection, body=OTHER, kind="webhook", address=f"https://{MARK}.example.dk/in")
        await confirm_channel(connection, kept.id)
        await write_down(connection, [News("invitation", OTHER, foreign, 1)], await list_channels(connection))
        (delivery,) = await list_deliveries(connection, body=OTHER)
        whose = {"case_id": shared, "body": OTHER, "step": "councils", "round": 1, "made_by": MARK}
        key, until = office.services.settings.signing_key(), real_now() + timedelta(days=1)
        link = await make_link(connection, key, **whose, valid_until=until)  # type: ignore[arg-type]
        calendar = await make_calendar_link(connection, key, body=OTHER, made_by=MARK)
    office.project()
    world = World(office, shared, foreign, kept.id, delivery.id, link.id, calendar.id, {})
    if role is not None:
        body = OWN if role == "council" else None
        world.headers, world.csrf = office.token(role, body), await sign_in(office, role, body)
    return world


async def sign_in(office: Office, role: str, body: str | None) -> str:
    """Sign the office's client in; returns the token that its writes must carry."""
    with connect(office.url) as connection:
        code = create_signin_link(connection, role, "http://test", real_now(), body).partition("code=")[2]
    await office.client.post("/signin", data={"code": code})
    page = await office.client.get("/own" if body else "/")
    return str(re.findall(r'name="csrf" value="([^"]+)"', page.text)[0])


def test_every_route_is_declared(office: Office) -> None:
    """And nothing is declared that is no route."""
    assert set(routes_in(office.app)) == {*ALLOWED, *OPEN}
    assert not set(ALLOWED) & OPEN


@pytest.mark.timeout(300)
@pytest.mark.parametrize("role", [None, *ROLES])
async def test_every_route_lets_in_whom_the_table_names(office: Office, role: str | None) -> None:
    """Who is not known hears so or is shown the sign-in; who may not is refused, and what may be is not."""
    world = await world_of(office, role)
    wrong = []
    for route, roles in ALLOWED.items():
        if route in {ENDLESS, OF_A_SESSION} or (route, role) == SEALED:
            continue
        found = await world.asks(route, foreign=False)
        is_page = not found.request.url.path.startswith(API)
        refused = 303 if is_page and found.headers.get("location", "").startswith("/signin") else 401
        if role is None:
            right = found.status_code == refused
        elif role in roles:
            right = found.status_code not in {401, 403, 500}
        else:
            moved = found.headers.get("location", "").startswith("/own") and role == "council"
            right = found.status_code == 403 or moved
        wrong += [] if right else [(route, found.status_code, found.text[:200])]

    assert wrong == []


@pytest.mark.timeout(300)
async def test_no_route_shows_a_council_anothers_things(office: Office) -> None:
    """Neither with its own things in the address nor with another body's; those are not there for it."""
    world = await world_of(office, "council")
    for route in (*ALLOWED, *OPEN):
        if route in {ENDLESS, OF_A_SESSION}:
            continue
        for foreign in (False, True):
            found = await world.asks(route, foreign=foreign)
            assert MARK.casefold() not in found.text.casefold(), (route, foreign)
            if foreign and "{id}" in route and route in routes_of(OWN_PART + "|" + OF_A_COUNCIL):
                assert found.status_code == 404, route


async def test_the_marks_are_there_for_who_may_see_them(office: Office) -> None:
    """The test above could find them."""
    world = await world_of(office, "auditor")
    paths = (f"{API}/cases", f"{API}/cases/{world.shared}", f"{API}/cases/{world.shared}/timeline", "/export/cases.csv")
    for path in (*paths, f"/cases/{world.shared}", f"/cases/{world.foreign}", f"{API}/cases/{world.shared}/links"):
        assert MARK in (await office.client.get(path, headers=world.headers)).text, path


async def test_a_council_sees_its_own_part_of_a_case(office: Office) -> None:
    """How far it is, the papers, and its own answer; the others' are not even counted."""
    world = await world_of(office, "council")
    office.cases.answer(world.shared, office.command(), OWN, Reply("noted", OPENED_ON, remark="Vores ord"), "webhook")
    office.project()
    found = (await office.client.get(f"{API}/cases/{world.shared}", headers=world.headers)).json()
    listed = (await office.client.get(f"{API}/cases", headers=world.headers)).json()["items"]
    told = (await office.client.get(f"{API}/cases/{world.shared}/timeline", headers=world.headers)).json()["items"]
    bodies = (await office.client.get(f"{API}/bodies", headers=world.headers)).json()["items"]
    meetings = (await office.client.get(f"{API}/meetings", headers=world.headers)).json()["items"]

    assert {answer["body"] for step in found["steps"] for answer in step["answers"]} == {OWN}
    assert [step["state"] for step in found["steps"]][:4] == ["completed", "completed", "completed", "open"]
    assert "Vores ord" in str(found["steps"])
    assert found["waiting_for"] == []
    assert [case["id"] for case in listed] == [str(world.shared)]
    assert {entry["body"] for entry in told} == {None, OWN}
    assert [body["id"] for body in bodies] == [OWN]
    assert {meeting["body"] for meeting in meetings} <= {OWN}


async def test_a_councils_document_has_the_shape_of_the_whole(office: Office) -> None:
    """So that one program reads both."""
    world = await world_of(office, "council")
    own = (await office.client.get(f"{API}/cases/{world.shared}", headers=world.headers)).json()
    whole = (await office.client.get(f"{API}/cases/{world.shared}", headers=office.token())).json()

    assert set(own) == set(whole)
    for own_step, step in zip(own["steps"], whole["steps"], strict=True):
        assert set(own_step) == set(step)


async def test_a_council_searches_among_its_own_cases(office: Office) -> None:
    """The word that only another's case has finds nothing."""
    world = await world_of(office, "council")
    for query in (f"q={MARK}", f"waiting_for={OTHER}", f"q={world.foreign}"):
        assert (await office.client.get(f"{API}/cases?{query}", headers=world.headers)).json()["items"] == []
    assert (await office.client.get(f"{API}/deliveries?body={OTHER}", headers=world.headers)).json()["items"] == []
    assert "Ingen sager." in (await office.client.get(f"/own?q={MARK}")).text
