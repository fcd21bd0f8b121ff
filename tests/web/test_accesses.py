# SPDX-License-Identifier: EUPL-1.2
"""The access log: who has read, searched and done what; only added to, read by the auditor, gone after its time."""

from __future__ import annotations

import asyncio
import csv
import html
import io
import json
import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from openpyxl import load_workbook
from psycopg_pool import AsyncConnectionPool

from domain.dates import danish_date
from outgoing.channels import add_channel
from outgoing.links import CONFIRM, CONFIRM_PATH, seal
from runtime.clock import real_now
from runtime.database import connect, connect_async
from tests.web.office import API, Office
from tests.web.test_answering import link_for
from tests.web.test_roles import sign_in
from web import access_pages
from web.access import Principal
from web.access_pages import CHOSEN
from web.accesses import Access, AccessLog
from web.contents import Content, store_paper
from web.front import Filter
from web.metrics import Metrics
from web.noting import SEARCHES, access_of
from web.oidc import CALLBACK_PATH
from web.rendering import FOLDER
from web.upkeep import clear

ANNA = Principal("token:1", "Anna", "secretariat", "token")
CODE = "geheim-engangskode"
ANSWER = {"outcome": "approved", "decided_on": "2025-03-17"}
_PAGE = "which page of a list, not which of its lines"
_SIGN_IN = "a secret of the sign-in, or the page that it leads on to"
_PLAN = "what a plan is asked, about nothing that is kept"
NO_SEARCHES = {
    **dict.fromkeys(("before", "cursor", "limit"), _PAGE),
    **dict.fromkeys(("code", "iss", "next"), _SIGN_IN),
    **dict.fromkeys(("move", "to", "cancel", "drop", "later", "start", "deadline", "set", "concerned"), _PLAN),
    "at_least": "how fresh the answer must be",
    "language": "in which language it is written",
    **dict.fromkeys(("done", "asked"), "what a page says of the form that came before it"),
}
"""The parameters that are no search, each with the reason."""


async def lines(office: Office) -> list[dict[str, Any]]:
    """What is written, oldest first, without waiting for the next batch."""
    await office.services.accesses.flush()
    with connect(office.url) as connection:
        rows = connection.execute("SELECT row_to_json(l) FROM office.access_log l ORDER BY id").fetchall()
    return [row[0] for row in rows]


def line(number: int = 0, **changed: Any) -> Access:
    """A line as a request gives it."""
    scope = {"query_string": b"", "method": "GET", "path": "/", "path_params": {"id": str(number)}}
    return Access(**{**vars(access_of(scope, ANNA, 200)), **changed})


async def test_reading_searching_and_writing_are_noted(office: Office) -> None:
    """When, who, what, to what, and how it ended; by the route's name, not by the address."""
    token, case = office.token("secretariat"), office.open_case()
    office.project()
    await office.client.get(f"{API}/cases?q=Botilbud&status=running&limit=5", headers=token)
    await office.client.get(f"{API}/cases/{case}", headers=token)
    await office.client.post(f"{API}/cases/{case}/suspend", headers=token, json={"reason": "Ferie"})
    await office.client.get(f"{API}/access-log", headers=token)
    search, read, write, refused = await lines(office)

    assert (search["method"], search["route"], search["search"]) == (
        "GET",
        f"{API}/cases",
        "q=Botilbud status=running",
    )
    assert (read["route"], read["object"], read["status"]) == (f"{API}/cases/{{id}}", f"id={case}", 200)
    assert (write["method"], write["route"], write["status"]) == ("POST", f"{API}/cases/{{id}}/suspend", 200)
    assert (refused["status"], refused["role"], refused["how"]) == (403, "secretariat", "token")
    assert read["who"].startswith("token:")
    assert read["name"].startswith("secretariat ")


async def test_a_councils_line_names_its_body(office: Office) -> None:
    """Pages count as the API does, and so does the sign-in."""
    await sign_in(office, "council", "skive")
    await office.client.get(f"/own/cases/{uuid4()}")
    found = await lines(office)

    assert [(one["route"], one["status"]) for one in found] == [
        ("/signin", 303),
        ("/own", 200),
        ("/own/cases/{id}", 404),
    ]
    assert {(one["role"], one["body"], one["how"]) for one in found} == {("council", "skive", "session")}


async def test_no_secret_comes_into_the_log(office: Office) -> None:
    """Neither a token nor a link's code, cookie or personal number."""
    token = office.token("auditor")
    csrf = await sign_in(office, "secretariat", None)
    cookie = office.client.cookies["sagsgang_session"]
    for path in (f"/signin?code={CODE}", f"/svar/{CODE}", f"/calendar/{CODE}.ics", f"/?q=010203-1234&code={CODE}"):
        await office.client.get(path)
    await office.client.get(f"{API}/cases?q=0102031234+og+010203+1234&token={CODE}", headers=token)
    await office.client.post("/signout", data={"csrf": csrf})
    text = json.dumps(await lines(office))

    assert CODE not in text
    assert token["Authorization"].split()[1] not in text
    assert cookie not in text
    assert csrf not in text
    assert "1234" not in text
    assert "******-****" in text


async def test_whoever_is_not_known_is_not_in_the_log(office: Office) -> None:
    """Nor who tries a link that was never made."""
    for path in ("/signin", f"{API}/cases", "/healthz", "/svar/x", "/bekraeft/x", "/calendar/x.ics"):
        await office.client.get(path)

    assert await lines(office) == []


async def test_what_is_read_and_answered_by_a_personal_link_is_noted(office: Office) -> None:
    """For its body and about its case, by the link's id, which opens nothing; by a link withdrawn since, too."""
    case = office.open_case()
    store_paper(office.url, office.cases, case, office.command(), Content("bilag.pdf", b"%PDF-1.4"))
    link = await link_for(office, case)
    (made,) = (await office.client.get(f"{API}/cases/{case}/links", headers=office.token())).json()["items"]
    await link.opens()
    await link.opens("/bilag/1")
    await link.answers(**ANSWER)
    await office.client.post(f"{API}/cases/{case}/links/{made['id']}/withdraw", headers=office.token())
    await link.opens()
    found = [line for line in await lines(office) if line["how"] == "link"]

    assert [(line["method"], line["route"], line["status"]) for line in found] == [
        ("GET", "/svar/{token}", 200),
        ("GET", "/svar/{token}/bilag/{number}", 200),
        ("POST", "/svar/{token}/gennemse", 200),
        ("POST", "/svar/{token}", 303),
        ("GET", "/svar/{token}", 200),
        ("GET", "/svar/{token}", 410),
    ]
    assert {(line["who"], line["role"], line["body"]) for line in found} == {(f"link:{made['id']}", "link", "dassos")}
    about = f"case={case} step=dassos"
    assert [line["object"] for line in found] == [about, f"{about} number=1", *[about] * 4]
    assert link.path.rpartition("/")[2] not in json.dumps(await lines(office))


async def test_a_calendar_that_is_read_is_noted(office: Office) -> None:
    """For its body, by the link's id; the secretariat's own too, and when nothing has changed since."""
    addresses = []
    for body in ("samsoe", "secretariat"):
        made = await office.client.post(f"{API}/calendar-links", json={"body": body}, headers=office.token())
        addresses.append((made.json()["id"], made.json()["url"].removeprefix("http://test")))
    for _, address in addresses:
        tag = (await office.client.get(address)).headers["etag"]
        await office.client.get(address, headers={"if-none-match": tag})
    found = [line for line in await lines(office) if line["how"] == "link"]

    assert [(line["who"], line["role"], line["body"], line["status"]) for line in found] == [
        (f"calendar:{link}", "calendar", body, status)
        for (link, _), body in zip(addresses, ("samsoe", "secretariat"), strict=True)
        for status in (200, 304)
    ]
    assert {line["route"] for line in found} == {"/calendar/{token}.ics"}
    assert not [address for _, address in addresses if address.rpartition("/")[2][:-4] in json.dumps(found)]


async def test_an_address_that_is_confirmed_by_its_link_is_noted(office: Office) -> None:
    """As a setting of its body that somebody changed, without the address."""
    async with await connect_async(office.url) as connection:
        channel = await add_channel(connection, body="skive", kind="email", address="post@skive.example.dk")
    path = f"{CONFIRM_PATH}/{seal(office.services.settings.signing_key(), CONFIRM, channel.id)}"
    await office.client.get(path)
    await office.client.post(path)
    found = await lines(office)

    assert [(line["method"], line["role"], line["body"], line["object"]) for line in found] == [
        (method, "link", "skive", f"channel={channel.id}") for method in ("GET", "POST")
    ]
    assert "post@" not in json.dumps(found)


async def test_the_auditor_finds_what_came_by_links(office: Office) -> None:
    """By the role, which has words of its own, and by the case, as everybody else's."""
    case = office.open_case()
    await (await link_for(office, case)).opens()
    await sign_in(office, "auditor", None)
    await lines(office)
    page = (await office.client.get(f"/access-log?role=link&object={case}")).text
    found = (await office.client.get(f"{API}/access-log?role=link")).json()["items"]
    file = (await office.client.get("/export/access-log.csv?role=link")).text

    assert "Personligt link" in page.partition("<tbody>")[2]
    assert [one["object"] for one in found] == [f"case={case} step=dassos"]
    assert f"case={case} step=dassos" in file
    assert "Kalenderlink" in page


def queries(app: FastAPI) -> set[str]:
    """Every parameter of an address's query that an operation declares, and those of the filter of the front page."""

    def within(dependant: Dependant) -> Iterator[str]:
        for parameter in dependant.query_params:
            model = getattr(parameter.field_info.annotation, "model_fields", None)
            yield from [one.alias or name for name, one in model.items()] if model else [parameter.alias]
        for inner in dependant.dependencies:
            yield from within(inner)

    routes = [context.original_route for context in iter_route_contexts(app.routes)]
    declared = {name for route in routes if isinstance(route, APIRoute) for name in within(route.dependant)}
    return declared | {field.name for field in fields(Filter)}


def test_every_search_is_kept(office: Office) -> None:
    """A parameter that narrows what is shown stands in the log; one that does not says here why, and none is odd."""
    found = queries(office.app)

    assert found - SEARCHES == NO_SEARCHES.keys()
    assert found >= SEARCHES


def test_no_page_takes_a_parameter_in_secret() -> None:
    """Those that read the address's query themselves are known: forms that begin filled in, and the filters above."""
    reading = {path.name for path in FOLDER.glob("*.py") if "request.query_params" in path.read_text("utf-8")}
    filled_in = {"acting.py", "body_forms.py", "opening.py"}

    assert reading - filled_in == {"access_pages.py", "answer_steps.py", "front.py", "parameters.py"}
    assert set(CHOSEN) <= SEARCHES


async def test_what_is_looked_for_stands_in_the_log(office: Office) -> None:
    """Leadership's filter, the timeline's, a meeting's days, and the access log's own."""
    case = office.open_case()
    office.project()
    await sign_in(office, "auditor", None)
    asked = [
        ("/", "standing=late"),
        (f"/cases/{case}", "show=answers&by=skive"),
        (f"{API}/meetings", "from=2025-04-01&until=2025-04-30"),
        (f"{API}/cases/{case}/participation", "on=2025-04-01"),
        ("/access-log", "role=link&object=skive"),
    ]
    for path, query in asked:
        await office.client.get(f"{path}?{query}")
    searches = [line["search"] for line in await lines(office)]

    assert searches[-len(asked) :] == [query.replace("&", " ") for _, query in asked]


def test_what_a_provider_answers_is_no_search() -> None:
    """Its `state` is a secret between it and one browser, not the state of a delivery."""
    scope = {"query_string": b"state=geheim", "method": "GET", "path": CALLBACK_PATH, "path_params": {}}
    for path, search in ((CALLBACK_PATH, ""), ("/deliveries", "state=geheim")):
        assert access_of({**scope, "route": SimpleNamespace(path=path)}, ANNA, 303).search == search


async def test_odd_characters_do_not_stop_the_log(office: Office) -> None:
    """The database refuses NUL; the line is kept without it."""
    token = office.token("auditor")
    await office.client.get(f"{API}/cases?q=%00%ff%F0%9F%92%A9", headers=token)
    await office.client.get(f"{API}/bodies/a%00b%0a/inbox", headers=token)

    assert len(await lines(office)) == 2


def test_the_service_only_appends(office: Office) -> None:
    """Not even whoever takes the application over changes a line, or takes a young one away."""
    with connect(office.url) as connection:
        connection.execute("SELECT * FROM office.access_log")
        for statement in (
            "UPDATE office.access_log SET who = 'x'",
            "DELETE FROM office.access_log",
            "TRUNCATE office.access_log",
            "DROP TABLE office.access_log",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())


async def test_lines_go_after_their_time(office: Office) -> None:
    """Really: by the daily clearing, and nothing younger; no number of days takes the last month's."""
    now = real_now()
    for age in (0, 29, 31, 182, 184):
        office.services.accesses.note(line(age, at=(now - timedelta(days=age)).isoformat()))
    assert len(await lines(office)) == 5
    await clear(office.services.pool, office.url, 183)
    half_a_year = [one["object"] for one in await lines(office)]
    await clear(office.services.pool, office.url, 1)

    assert half_a_year == ["id=0", "id=29", "id=31", "id=182"]
    assert [one["object"] for one in await lines(office)] == ["id=0", "id=29"]


async def test_the_auditor_reads_the_log_as_page_api_and_file(office: Office) -> None:
    """With filters, and its own reading stands in it too."""
    at = real_now() - timedelta(days=9)
    office.services.accesses.note(
        line(1, name="Bo", who="oidc:bo", role="council", body="skive", search="=HYPERLINK()", at=at.isoformat())
    )
    await sign_in(office, "auditor", None)
    await lines(office)
    page = await office.client.get("/access-log?who=BO")
    day = danish_date(at)
    found = (await office.client.get(f"{API}/access-log?who=oidc:bo&from={day}&until={day}")).json()
    others = (await office.client.get(f"{API}/access-log?who=oidc:bo&from={day + timedelta(days=1)}")).json()
    file = await office.client.get("/export/access-log.csv?object=id=1")
    stamp, _, *table = io.StringIO(file.content.decode("utf-8-sig"))
    rows = list(csv.DictReader(table, delimiter=";"))
    routes = [one["route"] for one in await lines(office)]

    assert "oidc:bo" in page.text
    assert "Skive" in page.text
    assert "Anna" not in page.text
    assert [one["name"] for one in found["items"]] == ["Bo"]
    assert others["items"] == []
    assert stamp.startswith("Adgangslog ")
    assert [(row["name"], row["search"]) for row in rows] == [("Bo", "'=HYPERLINK()")]
    assert routes[-4:] == ["/access-log", f"{API}/access-log", f"{API}/access-log", "/export/access-log.csv"]


async def test_the_log_is_a_workbook_too(office: Office) -> None:
    """With the same lines as the CSV file, the moment as of which it stands, Danish times, and no formula."""
    at = datetime(2026, 1, 31, 11, 30, 5, tzinfo=UTC)
    office.services.accesses.note(line(1, at=at.isoformat(), search="=HYPERLINK()"))
    office.services.accesses.note(line(2))
    await sign_in(office, "auditor", None)
    await lines(office)
    page = await office.client.get("/access-log?object=id=1")
    (address,) = re.findall(r'href="(/export/access-log\.xlsx[^"]*)"', html.unescape(page.text))
    file = await office.client.get(address)
    sheet = load_workbook(io.BytesIO(file.content)).worksheets[0]
    stamp, _, head, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    found = [dict(zip(head, row, strict=True)) for row in rows]

    assert file.headers["content-disposition"].endswith('.xlsx"')
    assert str(stamp[0]).startswith("Adgangslog ")
    assert [(one["object"], one["search"]) for one in found] == [("id=1", "=HYPERLINK()")]
    assert found[0]["at"] == datetime(2026, 1, 31, 12, 30, 5)  # noqa: DTZ001 -- a spreadsheet knows no zones
    assert sheet.cell(4, head.index("search") + 1).data_type == "s"


async def test_a_file_that_leaves_lines_out_says_so(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """In its stamp, and it holds the newest; one that holds just all does not."""
    await sign_in(office, "auditor", None)
    for number in range(3):
        office.services.accesses.note(line(number))
    await lines(office)
    for most, words in ((2, "; ikke alle er med, kun de nyeste"), (3, "")):
        monkeypatch.setattr(access_pages, "MOST_IN_A_WORKBOOK", most)
        file = await office.client.get("/export/access-log.xlsx?object=id=")
        column = [row[0].value for row in load_workbook(io.BytesIO(file.content)).worksheets[0].iter_rows()]
        assert str(column[0]).endswith(words)
        assert ("ikke alle" in str(column[0])) is bool(words)
        assert len(column) == 3 + most


async def test_the_log_is_read_page_by_page(office: Office) -> None:
    """`next` leads to the older lines, and is null at the last."""
    for number in range(5):
        office.services.accesses.note(line(number))
    token = office.token("auditor")
    await office.services.accesses.flush()
    first = (await office.client.get(f"{API}/access-log?limit=3&object=id", headers=token)).json()
    rest = (await office.client.get(f"{API}/access-log?limit=3&object=id&before={first['next']}", headers=token)).json()

    assert [one["object"] for one in first["items"] + rest["items"]] == [f"id={n}" for n in (4, 3, 2, 1, 0)]
    assert rest["next"] is None


async def test_the_queue_has_an_end() -> None:
    """With the database away requests go on; what no longer fits is lost and counted, and the rest waits."""
    metrics = Metrics()
    async with AsyncConnectionPool[Any]("postgresql://nobody@127.0.0.1:1/none", open=False, timeout=0.1) as pool:
        accesses = AccessLog(pool, metrics, longest_queue=3)
        for number in range(5):
            accesses.note(line(number))
        with pytest.raises(psycopg.Error):
            await accesses.flush()
        before = metrics.text()
        await accesses.end()

    assert b"sagsgang_access_log_lost_total 2.0" in before
    assert b"sagsgang_access_log_lost_total 5.0" in metrics.text()


async def test_what_waited_is_written_when_the_database_is_back(office: Office) -> None:
    """In order, once."""
    accesses = AccessLog(office.services.pool, Metrics())
    for number in range(2500):
        accesses.note(line(number))
    await asyncio.gather(accesses.flush(), accesses.flush())

    assert [one["object"] for one in await lines(office)] == [f"id={number}" for number in range(2500)]


async def test_the_last_lines_are_written_at_the_end(office: Office) -> None:
    """A process that stops takes nothing with it."""
    writing = asyncio.create_task(office.services.accesses.run())
    office.services.accesses.note(line(7))
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    await office.services.accesses.end()
    with connect(office.url) as connection:
        assert connection.execute("SELECT object FROM office.access_log").fetchall() == [("id=7",)]
