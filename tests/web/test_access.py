# SPDX-License-Identifier: EUPL-1.2
"""Who may do what: tokens, roles, links, sessions; no operation without a guard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.routing import APIRoute
from jsonschema import Draft202012Validator

from domain.errors import AbsentError, InvalidError
from runtime.clock import real_now
from runtime.database import connect
from tests.web.office import API, Office
from web import (
    access_pages,
    acting,
    agency_loop,
    agendas,
    answering,
    body_page,
    calendars,
    case_file,
    case_page,
    channel_pages,
    channels,
    commands,
    deliveries,
    events,
    exports,
    front,
    links,
    meeting_pages,
    meetings,
    opening,
    operating,
    operations,
    own,
    pages,
    papers,
    plan_page,
    plans,
    reads,
    settling,
    signing_in,
    webhooks,
)
from web.access import create_signin_link, create_token, list_tokens, revoke_token, webhook_secret
from web.app import describe_api
from web.guards import GUARDS, known, signed_webhook, writing

OF_THE_API = (
    commands,
    settling,
    agency_loop,
    agendas,
    papers,
    reads,
    case_file,
    plans,
    meetings,
    calendars,
    events,
    channels,
    deliveries,
    links,
    access_pages,
    operating,
)
PAGES = (
    front,
    opening,
    case_page,
    plan_page,
    acting,
    body_page,
    channel_pages,
    meeting_pages,
    exports,
    pages,
    own,
    signing_in,
    answering,
)
MODULES = (webhooks, *OF_THE_API, operations, *PAGES)
ROUTERS = (
    *(module.router for module in MODULES),
    deliveries.pages,
    calendars.feeds,
    access_pages.pages,
    operating.pages,
)
ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]


def guards_of(route: APIRoute) -> set[Any]:
    """The guards that a route depends on, at whatever depth."""

    def calls(dependant: Any) -> Iterator[Any]:
        for inner in dependant.dependencies:
            yield inner.call
            yield from calls(inner)

    return set(calls(route.dependant)) & GUARDS


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{min(route.methods)} {route.path}")
def test_every_operation_has_a_guard(route: APIRoute) -> None:
    """And every write of the API the one for writers."""
    found = guards_of(route)

    assert found
    if "POST" in (route.methods or ()) and known in found:
        assert writing in found
    if route.path == "/webhooks/{body}":
        assert found == {signed_webhook}


API_ROUTES = [(next(iter(r.methods)), r.path) for m in OF_THE_API for r in m.router.routes]
PERSONAL = {"/bodies/{id}/channels", "/channels/{id}/secret"}
"""What only the secretariat reads: addresses of people, and secrets."""
AUDITED = "/access-log"
"""What only the auditor reads."""
OF_OVERSEERS = {"/operations"}
"""What the secretariat and auditors read: how the installation is doing."""


@pytest.mark.parametrize("role", [None, "auditor", "leadership", "secretariat", "forged"])
async def test_only_the_secretariat_writes_and_all_roles_read(office: Office, role: str | None) -> None:
    """Every operation with every role, and with none."""
    headers = {} if role is None else {"Authorization": "Bearer x"} if role == "forged" else office.token(role)
    for method, path in API_ROUTES:
        if path == "/events" and role not in {None, "forged"}:
            continue  # a stream has no end; test_events.py reads it
        concrete = re.sub(r"\{[a-z_]+\}", "1", path)
        response = await office.client.request(method, API + concrete, headers=headers)
        if role in {None, "forged"}:
            assert response.status_code == 401, path
            assert response.headers["www-authenticate"].startswith("Bearer")
        elif path == AUDITED:
            assert response.status_code == (200 if role == "auditor" else 403), path
        elif (role != "secretariat" and (method == "POST" or path in PERSONAL)) or (
            role == "leadership" and path in OF_OVERSEERS
        ):
            assert response.status_code == 403, path
        else:
            assert response.status_code not in {401, 403}, path


async def test_a_revoked_token_is_unknown(office: Office) -> None:
    """At once."""
    token = office.token()
    with connect(office.url) as connection:
        connection.execute("UPDATE office.access_tokens SET revoked_at = now()")

    assert (await office.client.get(f"{API}/cases", headers=token)).status_code == 401


def test_only_the_digest_of_a_token_is_kept(office: Office) -> None:
    """Who reads the table can sign in with nothing."""
    with connect(office.url) as connection:
        token = create_token(connection, "auditor", "Revisionen")
        rows = connection.execute("SELECT row_to_json(t)::text FROM office.access_tokens t").fetchall()

    assert token not in str(rows)
    assert "Revisionen" in str(rows)


def test_a_role_that_is_none_is_refused(office: Office) -> None:
    """For tokens and links."""
    with connect(office.url) as connection:
        with pytest.raises(InvalidError):
            create_token(connection, "king")
        with pytest.raises(InvalidError):
            create_signin_link(connection, "king", "http://test", real_now())


def test_a_webhook_secret_stays_until_it_is_rotated(office: Office) -> None:
    """Then the old one stays good for a stated time."""
    now = real_now()
    with connect(office.url) as connection:
        first, again = (webhook_secret(connection, "skive", now) for _ in range(2))
        rotated = webhook_secret(connection, "skive", now, rotate=True)

    assert first == again
    assert (first["body"], first["previous_valid_until"]) == ("skive", None)
    assert rotated["secret"] != first["secret"]
    assert rotated["previous_valid_until"] == (now + timedelta(days=7)).isoformat()


def link(office: Office, role: str = "secretariat", age: timedelta = timedelta()) -> str:
    """A sign-in link, as old as given."""
    with connect(office.url) as connection:
        return create_signin_link(connection, role, "http://test", real_now() - age)


async def sign_in(office: Office, role: str = "secretariat") -> str:
    """Sign the office's client in; returns the token that its writes must carry."""
    page = await office.client.get(link(office, role))
    code = re.findall(r'name="code" value="([^"]+)"', page.text)[0]
    answer = await office.client.post("/signin", data={"code": code})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    front = await office.client.get("/")
    return str(re.findall(r'name="csrf" value="([^"]+)"', front.text)[0])


async def test_a_link_signs_in_once(office: Office) -> None:
    """Looking at it does not use it up; using it does."""
    address = link(office)
    code = address.partition("code=")[2]
    for _ in range(3):
        assert 'name="code"' in (await office.client.get(address)).text
    first = await office.client.post("/signin", data={"code": code})
    second = await office.client.post("/signin", data={"code": code})

    assert (first.status_code, second.status_code) == (303, 403)
    cookie = first.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert 'name="code"' not in (await office.client.get(address)).text


async def test_an_old_link_does_not_sign_in(office: Office) -> None:
    """After 15 minutes of real time."""
    code = link(office, age=timedelta(minutes=16)).partition("code=")[2]

    assert (await office.client.post("/signin", data={"code": code})).status_code == 403


@pytest.mark.parametrize("cookie", ["", "x", "WyJhIiwic2VjcmV0YXJpYXQiXQ.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb", "\u00e6"])
async def test_a_forged_session_is_none(office: Office, cookie: str) -> None:
    """Whatever it says."""
    headers = {"Cookie": f"sagsgang_session={cookie}".encode("latin-1")}
    response = await office.client.get(f"{API}/cases", headers=headers)  # type: ignore[arg-type]

    assert response.status_code == 401


async def test_a_sessions_write_must_come_from_our_page(office: Office) -> None:
    """Without its token it is refused: another site's page can send the cookie, not the token."""
    csrf = await sign_in(office)
    opening = {"route": "orientering", "title": "x"}
    bare = await office.client.post(f"{API}/cases", json=opening)
    own = await office.client.post(f"{API}/cases", json=opening, headers={"X-CSRF-Token": csrf})

    assert (bare.status_code, own.status_code) == (403, 201)


async def test_a_session_reads_with_its_role(office: Office) -> None:
    """An auditor's session reads and does not write."""
    csrf = await sign_in(office, "auditor")
    write = await office.client.post(f"{API}/cases", json={}, headers={"X-CSRF-Token": csrf})

    assert (await office.client.get(f"{API}/overview")).status_code == 200
    assert write.status_code == 403


async def test_signing_out_ends_the_session(office: Office) -> None:
    """Only from our own page."""
    csrf = await sign_in(office)

    assert (await office.client.post("/signout")).status_code == 403
    assert (await office.client.post("/signout", data={"csrf": csrf})).headers["location"] == "/signin"
    assert (await office.client.get("/")).headers["location"] == "/signin"


async def test_a_copied_cookie_is_worthless_after_the_sign_out(office: Office) -> None:
    """The server forgets the session, not only the browser."""
    csrf = await sign_in(office)
    copied = {"Cookie": f"sagsgang_session={office.client.cookies['sagsgang_session']}"}
    assert (await office.client.get(f"{API}/cases")).status_code == 200
    await office.client.post("/signout", data={"csrf": csrf})
    office.client.cookies.clear()

    assert (await office.client.get(f"{API}/cases", headers=copied)).status_code == 401
    assert (await office.client.get("/", headers=copied)).headers["location"] == "/signin"


def test_tokens_are_listed_without_themselves(office: Office) -> None:
    """Whose they are, when they were made and revoked; a second revocation changes nothing."""
    with connect(office.url) as connection:
        token = create_token(connection, "auditor", "Revisionen")
        made = list_tokens(connection)[0]
        revoked = revoke_token(connection, UUID(made["id"]))
        again = revoke_token(connection, UUID(made["id"]))

    assert (made["role"], made["name"], made["revoked_at"]) == ("auditor", "Revisionen", None)
    assert token not in str(made)
    assert revoked["revoked_at"] >= revoked["created_at"]
    assert again == revoked


def test_a_token_that_is_none_cannot_be_revoked(office: Office) -> None:
    """Its id is named."""
    with connect(office.url) as connection, pytest.raises(AbsentError):
        revoke_token(connection, uuid4())


async def test_the_description_tells_every_operation(office: Office) -> None:
    """With a sentence, an example, and the problems it may answer with."""
    found = (await office.client.get("/openapi.json")).json()
    operations_ = [(path, operation) for path, item in found["paths"].items() for operation in item.values()]

    assert found == describe_api(office.app)
    assert len(operations_) == len([route for route in ROUTES if route.include_in_schema])
    for path, operation in operations_:
        contents = [c for answer in operation["responses"].values() for c in answer.get("content", {}).values()]
        assert operation["summary"], path
        assert operation["description"], path
        assert any("example" in content for content in contents), path
        for content in operation.get("requestBody", {}).get("content", {}).values():
            assert "example" in content, path
            Draft202012Validator.check_schema(content["schema"])
            if "multipart" not in str(operation["requestBody"]):
                Draft202012Validator(content["schema"]).validate(content["example"])


async def test_the_description_names_the_webhooks_headers(office: Office) -> None:
    """And that it needs no token."""
    webhook = describe_api(office.app)["paths"][f"{API}/webhooks/{{body}}"]["post"]

    names = {parameter["name"] for parameter in webhook["parameters"]}
    assert {"webhook-id", "webhook-timestamp", "webhook-signature", "body"} <= names
    assert webhook["security"] == []
    assert {"200", "400", "401", "404", "409", "413", "415", "422", "429", "503"} <= set(webhook["responses"])


async def test_answers_carry_security_headers(office: Office) -> None:
    """Pages and API alike."""
    for response in [await office.client.get(path) for path in ("/signin", f"{API}/cases", "/static/live.js")]:
        assert response.headers["content-security-policy"].startswith("default-src 'none'")
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["x-request-id"]


async def test_an_unforeseen_error_says_nothing_of_itself(office: Office) -> None:
    """It is a plain 500 problem: here a table is not there."""
    with connect(office.url) as connection:
        connection.execute("DROP TABLE views.cases")
    response = await office.client.get(f"{API}/cases", headers=office.token())

    assert (response.status_code, response.headers["content-type"]) == (500, "application/problem+json")
    assert "views" not in response.text
