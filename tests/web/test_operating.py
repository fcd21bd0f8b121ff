# SPDX-License-Identifier: EUPL-1.2
"""The page of operations: what is behind, gone or stuck is named with its reason, and a case is brought back."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from projections.documents import Document
from runtime.clock import Clock, real_now
from runtime.database import connect, connect_async
from runtime.parts import PARTS, beat
from runtime.troubles import ADVANCE_FAILS, KINDS, note_failed_advance
from tests.web.conftest import START
from tests.web.office import API, Office
from tests.web.test_access import sign_in
from tests.workers.temporal import settings_for
from workers.embedded.postgres import OWNER
from workers.loop import Loop
from workers.overseeing import Overseer
from workers.projector import ProjectorPart
from workers.relay import Place, Relay, RelayPart
from workers.temporal import connect_temporal
from workflows.messages import case_workflow_id

PATIENCE_SECONDS = 15


async def told(office: Office) -> Document:
    """What the API tells of the installation."""
    answer = await office.client.get(f"{API}/operations", headers=office.token("auditor"))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def until(office: Office, is_so: Callable[[Document], Any], what: str) -> Document:
    """What is told of the installation as soon as it is so."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = await told(office)
        if is_so(found):
            return found
        assert time.monotonic() < end, (what, found)
        await asyncio.sleep(0.1)


async def live(office: Office, *parts: str) -> None:
    """Let parts say that they are ready."""
    async with await connect_async(office.url) as connection:
        for part in parts:
            await beat(connection, part, f"{part}:1", ready=True)


@pytest.mark.parametrize(("role", "status"), [("secretariat", 200), ("auditor", 200), ("leadership", 403)])
async def test_the_page_is_for_the_secretariat_and_auditors(office: Office, role: str, status: int) -> None:
    """Others are not shown the way to it either."""
    await sign_in(office, role)

    assert (await office.client.get("/operations")).status_code == status
    assert ('href="/operations"' in (await office.client.get("/")).text) == (status == 200)
    assert (await office.client.get(f"{API}/operations", headers=office.token(role))).status_code == status


async def test_all_is_well_is_said_when_it_is(office: Office) -> None:
    """All parts live and nothing is behind or stuck."""
    await live(office, *PARTS)
    await sign_in(office, "auditor")

    page = (await office.client.get("/operations")).text

    assert "Alt kører" in page
    assert "Noget kører ikke" not in page


async def test_a_stopped_projector_is_named_with_its_lag(office: Office) -> None:
    """How many events it is behind, for how long, and what that means; as soon as it has run, nothing is."""
    office.open_case()
    await live(office, "worker", "relay", "notifier")
    await sign_in(office)
    before = await told(office)
    page = (await office.client.get("/operations")).text
    stop, part = asyncio.Event(), ProjectorPart(office.projector, office.forecaster)
    running = asyncio.create_task(Loop("projector", office.url, part.turn).run(stop, part.detail))
    after = await until(office, lambda found: not found["missing_parts"], "the projector lives")
    stop.set()
    await asyncio.wait_for(running, PATIENCE_SECONDS)

    lags = [{each["reader"]: each for each in found["readers"]}["projector"] for found in (before, after)]
    assert [lag["behind"] for lag in lags] == [before["position"], 0]
    assert lags[0]["seconds_behind"] > 0
    assert lags[1]["seconds_behind"] == 0
    assert before["missing_parts"] == ["projector"]
    assert "siderne viser, hvordan det stod før. Start projector" in page


async def test_lag_counts_from_the_oldest_event_not_taken(office: Office) -> None:
    """By the installation's clock: a case that was opened two hours ago."""
    office.services.clock = Clock(real_now(), START + timedelta(hours=2))
    office.open_case()

    found = await told(office)
    relay = found["readers"][0]

    assert (relay["reader"], relay["behind"]) == ("relay", found["position"])
    assert 2 * 3600 <= relay["seconds_behind"] < 2 * 3600 + 60


async def test_an_event_that_cannot_be_projected_is_named(office: Office) -> None:
    """With its place and case, by the projector's own word, as long as it stands still before it."""
    case = office.open_case()
    with connect(office.url.replace("sagsgang_service", OWNER)) as owner:
        owner.execute("DELETE FROM cases_events WHERE originator_version = 2")
    stop, part = asyncio.Event(), ProjectorPart(office.projector, office.forecaster)
    running = asyncio.create_task(Loop("projector", office.url, part.turn).run(stop, part.detail))
    found = await until(office, lambda f: any(p["error"] for p in f["parts"]), "the projector's failure")
    await sign_in(office)
    page = (await office.client.get("/operations")).text
    stop.set()
    await asyncio.wait_for(running, PATIENCE_SECONDS)

    assert found["parts"][0]["stopped_before"] == {"position": 3, "case": str(case)}
    assert "Står stille foran hændelse 3" in " ".join(page.split())


async def test_a_terminated_workflow_is_found_and_brought_back_from_the_page(
    office: Office, temporal_server: str
) -> None:
    """The page names the case and why; after the confirmation the relay starts it again, and the page is quiet."""
    case = office.open_case()
    office.project()
    client = await connect_temporal(settings_for(temporal_server))
    overseer = Overseer(office.url, office.cases, client, every=0.2)
    csrf = await sign_in(office)
    async with Place(office.url) as place:
        part = RelayPart(Relay(office.cases, client, overseer.note), place, overseer=overseer)
        stop = asyncio.Event()
        running = asyncio.create_task(Loop("relay", office.url, part.turn).run(stop, part.detail))
        await until(office, lambda f: f["readers"][0]["behind"] == 0 and f["temporal"]["answers"], "the relay's work")
        handle = client.get_workflow_handle(case_workflow_id(case))
        await handle.terminate()
        found = await until(office, lambda f: f["troubles"], "the missing workflow")
        page = (await office.client.get("/operations")).text
        confirm = (await office.client.get(f"/operations/cases/{case}/recover")).text
        done = await office.client.post(f"/operations/cases/{case}/recovery", data={"csrf": csrf})
        quiet = await until(office, lambda f: not f["troubles"], "its return")
        metrics = (await office.client.get("/metrics")).text
        stop.set()
        await asyncio.wait_for(running, PATIENCE_SECONDS)
        await overseer.end()
    status = (await handle.describe()).status

    assert [(t["case"], t["kind"]) for t in found["troubles"]] == [(str(case), "no_workflow")]
    assert "terminated" in found["troubles"][0]["reason"]
    assert f'href="/operations/cases/{case}/recover"' in page
    assert "Har intet forløb i Temporal" in page
    assert "startes, hvis det mangler" in confirm
    assert (done.status_code, done.headers["location"]) == (303, "/operations?asked=1")
    assert status is not None
    assert status.name == "RUNNING"
    assert quiet["temporal"]["version"]
    assert "sagsgang_temporal_up 1.0" in metrics
    assert 'sagsgang_cases_in_trouble{kind="no_workflow"} 0.0' in metrics


async def test_temporal_away_is_said_and_the_page_answers(office: Office, tmp_path: Any) -> None:
    """Within two seconds, by the relay's word."""
    client = await connect_temporal(settings_for("127.0.0.1:1"), lazy=True)
    overseer = Overseer(office.url, office.cases, client)
    async with Place(office.url) as place:
        part = RelayPart(Relay(office.cases, client, overseer.note), place, overseer=overseer)
        stop = asyncio.Event()
        running = asyncio.create_task(Loop("relay", office.url, part.turn).run(stop, part.detail))
        await until(office, lambda f: f["temporal"]["answers"] is False, "the relay's word")
        await sign_in(office)
        began = time.monotonic()
        page = await office.client.get("/operations")
        seconds = time.monotonic() - began
        stop.set()
        await asyncio.wait_for(running, PATIENCE_SECONDS)
        await overseer.end()

    assert page.status_code == 200
    assert "Svarer ikke. Svar tages imod" in page.text
    assert seconds < 2


async def test_a_case_that_cannot_be_moved_along_is_named_while_it_fails(office: Office) -> None:
    """With the newest reason and since when; half a minute after the last failure it is over."""
    case = office.open_case()
    for reason in ("KeyError: 'x'", "KeyError: 'y'"):
        await asyncio.to_thread(note_failed_advance, office.url, case, reason)
    failing = (await told(office))["troubles"]
    with connect(office.url) as connection:
        connection.execute("UPDATE office.troubles SET last_at = now() - interval '31 seconds'")
    over = (await told(office))["troubles"]
    await asyncio.to_thread(note_failed_advance, office.url, case, "KeyError: 'z'")
    again = (await told(office))["troubles"]

    assert [(t["kind"], t["reason"], t["times"]) for t in failing] == [(ADVANCE_FAILS, "KeyError: 'y'", 2)]
    assert over == []
    assert [(t["reason"], t["times"]) for t in again] == [("KeyError: 'z'", 1)]
    assert again[0]["since"] > failing[0]["last_at"]


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_of_trouble_is_shown_in_words(office: Office, kind: str) -> None:
    """With its reason, and in English too."""
    case = office.open_case()
    with connect(office.url) as connection:
        connection.execute(
            "INSERT INTO office.troubles (case_id, kind, reason) VALUES (%s, %s, 'because of x')", (case, kind)
        )
    await sign_in(office)
    danish = (await office.client.get("/operations")).text
    office.client.cookies.set("sagsgang_language", "en")
    english = (await office.client.get("/operations")).text

    assert all("because of x" in page and str(case) in page for page in (danish, english))
    assert "Cases that are stuck" in english


async def test_recovery_is_the_secretariats(office: Office) -> None:
    """Others may not ask for it, a form from elsewhere does not either, and a case that is none is told as such."""
    case = office.open_case()
    csrf = await sign_in(office)
    foreign = await office.client.post(f"/operations/cases/{case}/recovery", data={})
    nothing = await office.client.post(f"/operations/cases/{uuid4()}/recovery", data={"csrf": csrf})
    asked = await office.client.post(f"{API}/cases/{case}/recover", json={}, headers=office.token())
    with connect(office.url) as connection:
        rows = connection.execute("SELECT case_id FROM office.recoveries").fetchall()
    csrf = await sign_in(office, "auditor")
    auditor = await office.client.post(f"/operations/cases/{case}/recovery", data={"csrf": csrf})

    assert [a.status_code for a in (foreign, nothing, asked, auditor)] == [403, 404, 202, 403]
    assert rows == [(case,)]


async def test_links_lead_to_temporals_own_pages(office: Office) -> None:
    """Where the settings know them: to all, and to the workflow of a case that is stuck."""
    case = office.open_case()
    office.services.settings = office.services.settings.model_copy(update={"temporal_ui": "http://ui.example"})
    with connect(office.url) as connection:
        connection.execute("INSERT INTO office.troubles VALUES (%s, 'not_woken', 'x')", (case,))
    await sign_in(office)
    page = (await office.client.get("/operations")).text

    links = set(re.findall(r'href="(http://ui[^"]+)"', page))
    base = "http://ui.example/namespaces/default/workflows"
    assert links == {base, f"{base}/case:{case}"}
