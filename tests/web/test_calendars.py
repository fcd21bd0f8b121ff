# SPDX-License-Identifier: EUPL-1.2
"""The calendars that programs subscribe to: what each holds, and who opens it."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlsplit

from icalendar import Calendar

from runtime.clock import real_now
from runtime.database import connect
from tests.web.office import API, Office
from tests.web.test_meetings import post
from tests.web.test_reads import APPROVED, get
from web.bounds import MessageRate


async def made(office: Office, body: str, key: str | None = None) -> dict[str, Any]:
    """A new link to a body's calendar."""
    status, link = await post(office, "/calendar-links", {"body": body}, key)
    assert status == 201
    return link


async def events(office: Office, link: dict[str, Any]) -> dict[str, Any]:
    """The entries that a link shows to somebody who is not signed in, by their ids."""
    response = await office.client.get(urlsplit(link["url"]).path, headers={"Authorization": ""})
    assert (response.status_code, response.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    return {str(event["UID"]): event for event in Calendar.from_ical(response.text).walk("VEVENT")}


async def test_a_body_s_calendar_holds_its_own_dates_alone(office: Office) -> None:
    """Its meetings, their papers' dates, and by when it is to answer; no other body's and no other case."""
    asked = office.open_case(*APPROVED, deadline=date(2025, 5, 31))
    office.open_case(route="orientering")
    office.project()
    council = await events(office, await made(office, "samsoe"))
    dassos = await events(office, await made(office, "dassos"))

    due = council[f"due-{asked}-councils-1-samsoe@midtjylland.sagsgang"]
    assert str(due["SUMMARY"]) == "Svarfrist: Afrapportering, Kommunerne tager til efterretning"
    assert due["DTSTART"].dt == date(2025, 5, 31)
    assert len(council) == 1
    assert str(asked) not in str(list(dassos))
    assert {uid.partition("-")[0] for uid in dassos} >= {"meeting", "papers"}
    assert not any("kkr" in uid for uid in dassos)


async def test_the_secretariat_s_calendar_holds_everything(office: Office) -> None:
    """The meetings of all bodies, what is waited for with how many, and the cases' deadlines."""
    asked = office.open_case(*APPROVED, deadline=date(2025, 5, 31))
    office.project()
    found = await events(office, await made(office, "secretariat"))

    assert found[f"due-{asked}-councils-1@midtjylland.sagsgang"]["SUMMARY"].endswith("(19 mangler)")
    assert found[f"deadline-{asked}@midtjylland.sagsgang"]["DTSTART"].dt == date(2025, 5, 31)
    assert {
        "meeting-dassos-2025-09-03@midtjylland.sagsgang",
        "meeting-kkr-midtjylland-2025-04-08@midtjylland.sagsgang",
    } < set(found)


async def test_the_address_is_shown_once_and_kept_as_a_digest(office: Office) -> None:
    """A repeat under the same key shows the same one; nothing in the database opens it."""
    first, again = await made(office, "samsoe", "k"), await made(office, "samsoe", "k")
    listed = (await get(office, "/calendar-links"))[1]["items"]
    with connect(office.url) as connection:
        tables = ("office.calendar_links", "office.idempotency_keys")
        rows = [connection.execute(f"TABLE {table}".encode()).fetchall() for table in tables]
    token = urlsplit(first["url"]).path.rpartition("/")[2].removesuffix(".ics")

    assert first == again
    assert [item["id"] for item in listed] == [first["id"]]
    assert token not in str(rows) + str(listed)
    assert len(token) >= 50


async def test_a_withdrawn_or_unknown_address_opens_nothing(office: Office) -> None:
    """At once, and whoever asks; a personal link's token is none."""
    link = await made(office, "samsoe")
    path = urlsplit(link["url"]).path
    assert (await office.client.get(path)).status_code == 200
    withdrawn = (await post(office, f"/calendar-links/{link['id']}/withdraw", {}))[1]

    assert withdrawn["withdrawn_at"] is not None
    for address in (path, "/calendar/x.ics", path.replace(".ics", "a.ics"), "/calendar/%F0%9F%98%80.ics"):
        response = await office.client.get(address, headers={"accept": "text/html"})
        assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")
    assert (await office.client.get(path.removesuffix(".ics"))).status_code == 404
    assert (await post(office, "/calendar-links/x/withdraw", {}))[0] == 404
    assert (await post(office, "/calendar-links", {"body": "x"}))[0] == 404


async def test_an_unchanged_calendar_is_not_sent_twice(office: Office) -> None:
    """Until something in it changes."""
    path = urlsplit((await made(office, "dassos"))["url"]).path
    first = await office.client.get(path)
    again = await office.client.get(path, headers={"if-none-match": first.headers["etag"]})
    await post(office, "/meetings/dassos-2025-09-03/cancel", {"reason": "x"})
    changed = await office.client.get(path, headers={"if-none-match": first.headers["etag"]})

    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert (changed.status_code, "STATUS:CANCELLED" in changed.text) == (200, True)
    assert first.headers["cache-control"] == "private, max-age=300, must-revalidate"
    assert "noindex" in first.headers["x-robots-tag"]


async def test_who_guesses_addresses_is_held_up(office: Office) -> None:
    """As at the other links that need no sign-in."""
    at = real_now()
    office.services.links = MessageRate(3, lambda: at)
    statuses = [(await office.client.get("/calendar/x.ics")).status_code for _ in range(4)]

    assert statuses == [404, 404, 404, 429]


async def test_an_address_opens_its_calendar_only(office: Office) -> None:
    """Neither the API nor the answer page."""
    token = urlsplit((await made(office, "samsoe"))["url"]).path.rpartition("/")[2].removesuffix(".ics")
    headers = {"Authorization": f"Bearer {token}"}

    assert (await office.client.get(f"{API}/meetings", headers=headers)).status_code == 401
    assert (await office.client.get(f"/svar/{token}", headers={"Authorization": ""})).status_code == 404
