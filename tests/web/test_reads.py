# SPDX-License-Identifier: EUPL-1.2
"""The API's reads: lists, one case, earlier moments, and waiting for the views."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest

from runtime.clock import real_now
from tests.web.office import API, OPENED_ON, Office, decision

APPROVED = ("dassos", "kd-net", "kkr-midtjylland")


async def get(office: Office, path: str, **query: Any) -> Any:
    """A GET of an auditor: status and JSON."""
    response = await office.client.get(API + path, params=query, headers=office.token("auditor"))
    return response.status_code, response.json()


async def test_a_case_shows_every_step_and_body(office: Office) -> None:
    """In the route's order, with one answer entry per body asked, also in waiting steps."""
    case = office.open_case(deadline=OPENED_ON)
    office.project()
    _, shown = await get(office, f"/cases/{case}")

    assert [(step["id"], step["state"], len(step["answers"])) for step in shown["steps"]] == [
        ("dassos", "open", 1),
        ("kd-net", "waiting", 1),
        ("kkr", "waiting", 1),
        ("councils", "waiting", 19),
        ("submit", "waiting", 1),
        ("agency", "waiting", 1),
        ("reply", "waiting", 1),
    ]
    assert (shown["waiting_for"], shown["deadline"], shown["overdue"]) == (["dassos"], "2025-03-18", False)


async def test_a_case_is_shown_before_the_views_have_it(office: Office) -> None:
    """From its own events."""
    case = office.open_case()
    status, shown = await get(office, f"/cases/{case}")
    entries = (await get(office, f"/cases/{case}/timeline"))[1]["items"]

    assert (status, shown["id"]) == (200, str(case))
    assert entries[0]["type"] == "case.opened"


async def test_cases_are_listed_and_filtered(office: Office) -> None:
    """Newest first, a page at a time."""
    first, second = office.open_case(), office.open_case(*APPROVED)
    orientation = office.open_case(route="orientering")
    office.project()
    page = (await get(office, "/cases", limit=2))[1]
    rest = (await get(office, "/cases", limit=2, cursor=page["next"]))[1]

    assert [item["id"] for item in page["items"] + rest["items"]] == [str(c) for c in (orientation, second, first)]
    assert rest["next"] is None
    for query, found in (
        ({"route": "orientering"}, [orientation]),
        ({"waiting_for": "viborg"}, [second]),
        ({"status": "withdrawn"}, []),
        ({"overdue": "true"}, []),
        ({"q": str(first)[:8]}, [first]),
    ):
        assert [item["id"] for item in (await get(office, "/cases", **query))[1]["items"]] == [str(c) for c in found]


@pytest.mark.parametrize(
    "query",
    [
        {"status": "lost"},
        {"limit": 0},
        {"limit": 501},
        {"limit": "x"},
        {"cursor": "x"},
        {"overdue": "perhaps"},
        {"at_least": -1},
        {"at_least": 2**64},
    ],
)
async def test_a_question_that_cannot_be_is_refused(office: Office, query: dict[str, Any]) -> None:
    """By the parameter's name."""
    status, problem = await get(office, "/cases", **query)

    assert status == 422
    assert problem["errors"][0]["field"] in query


async def test_a_case_is_shown_as_it_stood(office: Office) -> None:
    """At an instant, or at the end of a Danish day; by recorded time."""
    case = office.open_case()
    opened = office.cases.get(case).modified_on
    await office.send("dassos", decision(case))
    office.project()
    before = (await get(office, f"/cases/{case}", as_of=opened.isoformat()))[1]
    after = (await get(office, f"/cases/{case}", as_of="2025-03-18"))[1]
    timeline = (await get(office, f"/cases/{case}/timeline", as_of=opened.isoformat()))[1]["items"]

    assert (before["steps"][0]["answers"][0]["state"], after["steps"][0]["answers"][0]["state"]) == (
        "awaiting",
        "answered",
    )
    assert timeline[-1]["position"] == before["position"]


@pytest.mark.parametrize(("as_of", "status"), [("2025-03-17", 404), ("yesterday", 422), ("2025-03-18T12:00:00", 422)])
async def test_a_moment_that_cannot_be_is_refused(office: Office, as_of: str, status: int) -> None:
    """Before the case was opened there is none."""
    case = office.open_case()

    assert [(await get(office, f"/cases/{case}{part}", as_of=as_of))[0] for part in ("", "/timeline")] == [status] * 2


async def test_a_read_waits_for_its_own_write(office: Office) -> None:
    """Until the view has come to the position."""
    case = office.open_case()
    position = (await office.send("dassos", decision(case))).json()["position"]
    reading = asyncio.create_task(get(office, f"/cases/{case}", at_least=position))
    await asyncio.wait({reading}, timeout=0.3)
    assert not reading.done()
    await asyncio.to_thread(office.project)
    _, shown = await reading

    assert shown["position"] == position


async def test_a_read_does_not_wait_for_ever(office: Office) -> None:
    """503 after ten seconds, with Retry-After."""
    started = time.monotonic()
    response = await office.client.get(f"{API}/overview", params={"at_least": 99}, headers=office.token())

    assert (response.status_code, response.json()["type"]) == (503, "/problems/view_behind")
    assert 9 < time.monotonic() - started < 12
    assert response.headers["retry-after"]


async def test_a_body_has_an_inbox(office: Office) -> None:
    """Of the open steps that wait for it."""
    case = office.open_case(*APPROVED)
    office.project()
    status, inbox = await get(office, "/bodies/viborg/inbox")

    assert (status, [(entry["case"], entry["step"]) for entry in inbox["items"]]) == (200, [(str(case), "councils")])
    assert (await get(office, "/bodies/atlantis/inbox"))[0] == 404


async def test_bodies_stand_in_danish_order(office: Office) -> None:
    """Aarhus comes last of the councils; each says how many cases wait for it."""
    office.open_case(*APPROVED)
    office.project()
    bodies = (await get(office, "/bodies"))[1]["items"]
    councils = [body for body in bodies if "councils" in body["groups"]]

    assert (len(councils), councils[-1]["id"], councils[-1]["waiting"]) == (19, "aarhus", 1)


async def test_routes_tell_whom_they_ask(office: Office) -> None:
    """And what may be answered."""
    routes = {route["id"]: route for route in (await get(office, "/routes"))[1]["items"]}
    councils = routes["cu-afrapportering"]["steps"][3]

    assert (len(councils["bodies"]), councils["outcomes"]) == (19, ["noted", "noted_with_remarks", "not_recorded"])


async def test_the_overview_counts(office: Office) -> None:
    """Cases by status, and who is waited for."""
    office.open_case()
    office.project()

    assert (await get(office, "/overview"))[1]["by_status"] == {"running": 1}


async def test_metrics_tell_of_answers_and_lag(office: Office) -> None:
    """And of no case."""
    case = office.open_case()
    await office.send("dassos", decision(case))
    text = (await office.client.get("/metrics")).text

    assert 'sagsgang_answers_total{effect="counted",source="webhook"} 1.0' in text
    assert "sagsgang_view_lag_events 4.0" in text
    assert 'sagsgang_deliveries{state="waiting"} 0.0' in text
    assert "sagsgang_channels_alarmed 0.0" in text
    assert 'route="/api/v1/webhooks/{body}"' in text
    assert str(case) not in text


async def test_readiness_names_what_is_missing(office: Office) -> None:
    """No part beats here."""
    response = await office.client.get("/readyz")

    assert response.status_code == 503
    expected = {"worker": False, "relay": False, "projector": False, "notifier": False}
    assert response.json() == {"ready": False, "database": True, "parts": expected}


async def test_the_process_says_that_it_lives(office: Office) -> None:
    """Without asking anybody."""
    assert (await office.client.get("/healthz")).status_code == 200


def test_messages_a_minute_are_bounded_smoothly() -> None:
    """What was used comes back with time."""
    from web.bounds import MessageRate  # noqa: PLC0415

    now = [real_now()]
    rate = MessageRate(60, lambda: now[0])
    waits = [rate.seconds_to_wait("a") for _ in range(61)]
    now[0] += timedelta(seconds=1)

    assert (waits[:60], waits[60] > 0) == ([0.0] * 60, True)
    assert rate.seconds_to_wait("a") == 0


@pytest.mark.parametrize(
    ("as_of", "status"),
    [
        ("9999-12-31", 200),
        ("9999-12-30", 200),
        ("9999-12-31T23:30:00Z", 200),
        ("0001-01-01", 404),
        ("0001-01-01T00:00:00+02:00", 404),
        ("0001-01-01T00:00:00Z", 404),
    ],
)
async def test_the_ends_of_the_calendar_are_moments_too(office: Office, as_of: str, status: int) -> None:
    """The last one shows the newest state, the first one nothing."""
    case = office.open_case()

    assert [(await get(office, f"/cases/{case}{part}", as_of=as_of))[0] for part in ("", "/timeline")] == [status] * 2


async def test_a_case_that_the_views_lack_is_shown_whole(office: Office) -> None:
    """Also what another host recorded whose clock is ahead of ours."""
    case = office.open_case()
    office.app.state.services.clock = lambda: real_now() - timedelta(days=4000)
    items = (await get(office, f"/cases/{case}/timeline"))[1]["items"]

    assert [item["type"] for item in items] == office.events(case)
