# SPDX-License-Identifier: EUPL-1.2
"""The surface of HTTP: parameters, methods, addresses, and the words of refusals."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import httpx2
import pytest
from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from domain.faults import did_you_mean
from tests.fixtures.servers import Database
from tests.web.office import API, Office, decision
from tests.web.test_outage import Line, far_office, line
from tests.web.test_serving import serving
from web.app import describe_api
from web.problems import ProblemError
from web.reading import Day, Given, check_shape
from web.wording import explain

__all__ = ["far_office", "line"]
READS = (
    "/cases/{id}/file.json",
    "/cases/{id}/file.pdf",
    "/cases",
    "/cases/{id}",
    "/cases/{id}/timeline",
    "/cases/{id}/consents",
    "/cases/{id}/papers",
    "/bodies",
    "/bodies/dassos/inbox",
)
MORE_READS = ("/overview", "/routes", "/events")
OPEN = ("/healthz", "/readyz", "/metrics", "/openapi.json")
LIBRARY = re.compile(r"input should|value error|valid (dict|uuid|string|int|bool|list)|pydantic", re.IGNORECASE)


async def get(office: Office, path: str, **headers: str) -> httpx2.Response:
    """A GET of the secretariat."""
    return await office.client.get(API + path, headers={**office.token(), **headers})


# Parameters


@pytest.mark.parametrize("path", [*READS, *MORE_READS, "/cases/{id}/papers/1"])
async def test_an_unknown_parameter_is_refused_by_its_name(office: Office, path: str) -> None:
    """At every read of the API."""
    response = await get(office, f"{path.format(id=office.open_case())}?nonsense=1")

    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, "nonsense")


async def test_a_misspelt_parameter_is_told_its_right_name(office: Office) -> None:
    """As everywhere a word is unknown."""
    problem = (await get(office, "/cases?waitingfor=nobody")).json()

    assert problem["errors"] == [
        {
            "field": "waitingfor",
            "what": "is no parameter of this address",
            "mend": did_you_mean("waiting_for", ["waiting_for"]),
        }
    ]


async def test_every_wrong_parameter_is_named(office: Office) -> None:
    """Unknown and repeated ones together."""
    problem = (await get(office, "/cases?a=1&status=running&status=completed&b=2")).json()

    assert [error["field"] for error in problem["errors"]] == ["a", "b", "status"]


async def test_a_strange_parameters_name_is_shown_plainly(office: Office) -> None:
    """Cut short, and in ASCII."""
    problem = (await get(office, f"/cases?%00%C3%A6{'x' * 3000}=1")).json()

    assert problem["errors"][0]["field"].startswith("\x00\\xe6xxx")
    assert len(problem["errors"][0]["field"]) <= 200


async def test_known_parameters_are_taken_once(office: Office) -> None:
    """All of them together."""
    query = "status=running&route=orientering&waiting_for=secretariat&q=x&overdue=false&limit=5&at_least=0"

    assert (await get(office, f"/cases?{query}")).status_code == 200


async def test_a_paper_too_may_be_waited_for(office: Office) -> None:
    """It is a read like the others."""
    assert (await get(office, f"/cases/{office.open_case()}/papers/1?at_least=0")).status_code == 404


async def test_a_stranger_hears_first_that_he_is_one(office: Office) -> None:
    """Before anything about parameters."""
    assert (await office.client.get(f"{API}/cases?nonsense=1")).status_code == 401


@pytest.mark.parametrize(
    ("query", "field", "mend"),
    [
        ("route=orienterin", "route", 'did you mean "orientering"?'),
        ("waiting_for=viborrg", "waiting_for", 'did you mean "viborg"?'),
    ],
)
async def test_a_filter_by_what_is_not_there_is_refused(office: Office, query: str, field: str, mend: str) -> None:
    """An empty list would look like an answer."""
    response = await get(office, f"/cases?{query}")

    assert response.status_code == 422
    assert (response.json()["errors"][0]["field"], response.json()["errors"][0]["mend"]) == (field, mend)


# A database that is silent


async def test_readiness_answers_soon_when_the_database_is_frozen(far_office: Office, line: Line) -> None:
    """With its own document."""
    assert (await far_office.client.get("/readyz")).json()["database"] is True
    line.silence()
    async with asyncio.timeout(3):
        response = await far_office.client.get("/readyz")

    assert (response.status_code, response.headers["retry-after"]) == (503, "2")
    assert (response.json()["ready"], response.json()["database"]) == (False, False)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("GET", f"{API}/cases"), "try again"),
        (("POST", f"{API}/cases/{uuid4()}/resume"), "Idempotency-Key"),
        (("POST", "/signin"), "try again"),
    ],
    ids=["read", "write", "form"],
)
async def test_a_503_speaks_of_what_was_asked(
    office: Office, far_office: Office, line: Line, asked: tuple[str, str], said: str
) -> None:
    """A reader has no webhook-id to send again."""
    token = office.token()
    line.cut()
    response = await far_office.client.request(*asked, headers=token)

    assert response.status_code == 503
    assert said in response.json()["detail"]
    assert "webhook-id" not in response.text
    assert ("Idempotency-Key" in response.text) == (said == "Idempotency-Key")


async def test_a_webhooks_503_speaks_of_its_id(office: Office, far_office: Office, line: Line) -> None:
    """And of no other key."""
    secret = office.secret("dassos")
    line.cut()
    response = await far_office.send("dassos", {"type": "ping"}, secret=secret)

    assert response.status_code == 503
    assert "webhook-id" in response.json()["detail"]
    assert "Idempotency-Key" not in response.text


# Methods and addresses


@pytest.mark.parametrize("path", [*(API + path for path in (*READS, *MORE_READS)), *OPEN, "/signin", "/static/live.js"])
async def test_head_is_answered_wherever_get_is(office: Office, path: str) -> None:
    """With the same status and headers, and nothing behind them, also where GET streams for ever."""
    path, token = path.format(id=office.open_case()), office.token()
    head = await office.client.head(path, headers=token)

    assert (head.status_code, head.content) == (503 if path == "/readyz" else 200, b"")
    if not path.endswith("/events"):
        same = await office.client.get(path, headers=token)
        assert same.headers["content-type"] == head.headers["content-type"]


async def test_head_leaves_the_connection_good(database: Database, office: Office, tmp_path: Path) -> None:
    """Over a real socket, also after that of a stream: a proxy checks so, and goes on."""
    token = office.token()
    async with serving(database, tmp_path) as (address, _), httpx2.AsyncClient(base_url=address) as client:
        heads = [await client.head(path, headers=token) for path in (f"{API}/events", "/healthz", f"{API}/routes")]
        after = await client.get("/healthz")

    assert [head.status_code for head in heads] == [200, 200, 200]
    assert after.json() == {"alive": True}


async def test_head_of_nothing_is_404(office: Office) -> None:
    """As GET's answer would be."""
    assert (await office.client.head(f"{API}/cases/{uuid4()}", headers=office.token())).status_code == 404
    assert (await office.client.head("/nowhere")).status_code == 404


async def test_head_is_counted_by_its_route(office: Office) -> None:
    """In the metrics, as HEAD."""
    await office.client.head(f"{API}/overview", headers=office.token())

    assert 'method="HEAD",route="/api/v1/overview"' in (await office.client.get("/metrics")).text


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (f"{API}/cases", "GET, HEAD, OPTIONS, POST"),
        (f"{API}/cases/{UUID(int=1)}", "GET, HEAD, OPTIONS"),
        (f"{API}/cases/{UUID(int=1)}/papers", "GET, HEAD, OPTIONS, POST"),
        (f"{API}/cases/{UUID(int=1)}/resume", "OPTIONS, POST"),
        (f"{API}/webhooks/dassos", "OPTIONS, POST"),
        ("/readyz", "GET, HEAD, OPTIONS"),
        ("/signin", "GET, HEAD, OPTIONS, POST"),
        ("/static/live.js", "GET, HEAD, OPTIONS"),
    ],
)
async def test_every_method_of_an_address_is_told(office: Office, path: str, allowed: str) -> None:
    """To OPTIONS and to a method that it does not take."""
    options = await office.client.options(path)
    refused = await office.client.delete(path)

    assert (options.status_code, options.headers["allow"], options.content) == (204, allowed, b"")
    assert (refused.status_code, refused.headers["allow"]) == (405, allowed)


@pytest.mark.parametrize(("method", "path"), [("POST", "/webhooks/dassos/"), ("POST", "/cases/"), ("GET", "/cases/")])
async def test_a_trailing_slash_is_another_address(office: Office, method: str, path: str) -> None:
    """A plain 404, since senders of webhooks follow no redirection."""
    response = await office.client.request(method, API + path, headers=office.token())

    assert (response.status_code, response.json()["type"]) == (404, "/problems/absent")


# Webhook ids


@pytest.mark.parametrize(
    ("message_id", "what"),
    [("msg.1", "holds a dot"), ("msg 1", "holds a blank"), ("x" * 201, "is over 200 characters"), ("m\t1", "visible")],
)
async def test_an_id_that_cannot_be_is_named(office: Office, message_id: str, what: str) -> None:
    """Rightly signed or not: who signs it well must not look for a wrong secret."""
    right = await office.send("dassos", decision(uuid4()), message_id)
    wrong = await office.send("dassos", decision(uuid4()), message_id, office.secret("viborg"))

    assert right.status_code == wrong.status_code == 400
    assert right.json() == wrong.json()
    assert right.json()["errors"][0]["field"] == "webhook-id"
    assert what in right.json()["errors"][0]["what"]


@pytest.mark.parametrize(
    "headers", [{"webhook-timestamp": "soon"}, {"webhook-signature": "v2,AAAA"}, {"webhook-signature": "x"}]
)
async def test_a_malformed_stamp_or_signature_stays_a_401(office: Office, headers: dict[str, str]) -> None:
    """As the table of the interface says."""
    assert (await office.send("dassos", decision(uuid4()), **headers)).status_code == 401


# The description


async def test_every_problem_is_described_as_one(office: Office) -> None:
    """The framework's own shape of errors never goes out, and is not described."""
    described = describe_api(office.app)

    assert "ValidationError" not in json.dumps(described)
    for path, operations in described["paths"].items():
        if path.startswith(API):
            refused = operations.get("get", {}).get("responses", {"422": None})
            assert "422" in refused, path


async def test_the_description_tells_how_writes_are_repeated(office: Office) -> None:
    """The webhooks by their own id."""
    text = describe_api(office.app)["info"]["description"]

    assert "Idempotency-Key" in text
    assert "webhook-id" in text


# Words


class Colour(StrEnum):
    """Two words to choose from."""

    RED = "red"
    BLUE = "blue"


WORDS: list[tuple[Any, Any, str, str]] = [
    (str, 5, "is not text", "write it as text"),
    (int, "x", "is not a whole number", "write it as a whole number"),
    (int, 1.5, "is not a whole number", "write it as a whole number"),
    (bool, "perhaps", "is neither true nor false", "write true or false"),
    (dict[str, Any], 5, "is not an object", "write it as an object, {…}"),
    (list[str], "x", "is not a list", "write it as a list, […]"),
    (Annotated[str, Field(max_length=2)], "abc", "is over 2 characters", "shorten it"),
    (Annotated[str, Field(min_length=1)], "", "is too short", "write at least 1 character(s)"),
    (Annotated[list[int], Field(max_length=1)], [1, 2], "has over 1 entries", "leave some out"),
    (Annotated[list[int], Field(min_length=1)], [], "has too few entries", "give at least 1"),
    (Annotated[int, Field(ge=1)], 0, "is too small", "give at least 1"),
    (Annotated[int, Field(le=9)], 10, "is too large", "give at most 9"),
    (Annotated[int, Field(gt=1)], 1, "is too small", "give more than 1"),
    (Annotated[int, Field(lt=9)], 9, "is too large", "give less than 9"),
    (
        Annotated[str, Field(pattern="^a$")],
        "b",
        "has not the form that it must have",
        "write it so that it matches ^a$",
    ),
    (Colour, "green", "is none of red, blue", "choose one of them"),
    (Literal["a", "b", "c"], "d", "is none of a, b, c", "choose one of them"),
    (Day, "18-03-2025", "is no date as YYYY-MM-DD", "correct it"),
    (Day, "2025-02-30", "is no day of the calendar", "correct it"),
    (date, "x", "is not a date", "write it as YYYY-MM-DD"),
    (AwareDatetime, "x", "is not an instant", "write it as 2025-05-14T12:00:00Z"),
    (AwareDatetime, "2025-05-14T12:00:00", "has no time zone", "write it as 2025-05-14T12:00:00Z"),
    (UUID, "xyz", "is not an id", "write it as 8-4-4-4-12 hexadecimal digits, as we gave it"),
    (UUID, 5, "is not an id", "write it as 8-4-4-4-12 hexadecimal digits, as we gave it"),
    (float, "x", "cannot be", "correct it; see /openapi.json"),
]


@pytest.mark.parametrize(("kind", "value", "what", "mend"), WORDS, ids=[f"{n}-{row[2]}" for n, row in enumerate(WORDS)])
def test_each_kind_of_fault_has_plain_words(kind: Any, value: Any, what: str, mend: str) -> None:
    """Of our own; the last one has the words for a kind that we do not foresee."""
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)

    assert explain(dict(caught.value.errors()[0])) == (what, mend)


class Shape(Given):
    """A request with one field."""

    deadline: Day


@pytest.mark.parametrize(
    ("value", "field", "what", "mend"),
    [
        ({}, "deadline", "is missing", "give it"),
        ({"deadline": "2025-01-01", "dedline": 1}, "dedline", "is unknown here", 'did you mean "deadline"?'),
    ],
)
def test_missing_and_misspelt_keys_are_told(value: dict[str, Any], field: str, what: str, mend: str) -> None:
    """With the name that was meant."""
    with pytest.raises(ProblemError) as caught:
        check_shape(Shape, value)

    assert [vars(error) for error in caught.value.errors] == [{"field": field, "what": what, "mend": mend}]


def strange_requests() -> Iterator[tuple[str, str, Any]]:
    """What a caller could get wrong at each kind of place."""
    for query in ("limit=x", "limit=0", "limit=501", "overdue=x", "status=x", f"q={'x' * 300}", f"at_least={2**70}"):
        yield "GET", f"/cases?{query}", None
    yield "GET", "/cases/{id}/papers/x", None
    yield "GET", "/cases/{id}/papers/0", None
    yield "GET", "/cases/xyz", None
    for wrong in (
        {"route": 1},
        {"attributes": 1},
        {"concerned": 1},
        {"deadline": "x"},
        {"titel": "x"},
        {"title": None},
    ):
        yield "POST", "/cases", {"route": "orientering", "title": "x", **wrong}
    yield "POST", "/cases", []


@pytest.mark.parametrize(("method", "path", "body"), list(strange_requests()))
async def test_no_refusal_speaks_as_a_library_does(office: Office, method: str, path: str, body: Any) -> None:
    """At any place of a request."""
    path = path.format(id=office.open_case())
    response = await office.client.request(method, API + path, json=body, headers=office.token())

    assert response.status_code in {404, 422}
    assert not LIBRARY.search(response.text), response.text


async def test_an_empty_filter_is_none(office: Office) -> None:
    """A form that nobody filled in sends every field, empty."""
    case = office.open_case()
    office.project()
    empty = "status=&route=&waiting_for=&q=&overdue=&cursor=&limit="

    answer = await office.client.get(f"{API}/cases?{empty}", headers=office.token())
    shown = await office.client.get(f"{API}/cases/{case}?as_of=", headers=office.token())

    assert [item["id"] for item in answer.json()["items"]] == [str(case)]
    assert shown.status_code == 200
