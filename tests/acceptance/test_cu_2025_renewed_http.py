# SPDX-License-Identifier: EUPL-1.2
"""The agency loop of the CU report of 2025 over HTTP: questions asked on to two councils, then a renewed treatment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.acceptance.cu_2025 import moment
from tests.acceptance.test_cu_2025_http import SCRIPT, Played, TurnedClock
from tests.fixtures.servers import Database
from tests.web.conftest import running_office
from tests.web.office import API, decision

AGENCY = "social-og-boligstyrelsen"
TWO = ["struer", "viborg"]


@pytest.fixture
async def asked(database: Database, tmp_path: Path) -> AsyncIterator[Played]:
    """The case as the agency has asked on 5 August."""
    clock = TurnedClock(moment(SCRIPT.entries[0].day))
    async with running_office(database.service_url, tmp_path, clock) as office:
        played = Played(office, clock)
        for entry in (e for e in SCRIPT.entries if e.day <= date(2025, 8, 5) and e.what != "met"):
            clock.now = moment(entry.day)
            answer = await played.happen(entry)
            assert answer.is_success, answer.text
            played.id = played.id or answer.json()["id"]
            await turn(played, entry.day)
        yield played


async def turn(played: Played, day: date) -> None:
    """Turn the clock to a day, and let the process take what is due."""
    played.clock.now = moment(day)
    await asyncio.to_thread(played.office.cases.advance, UUID(played.id))
    await asyncio.to_thread(played.office.project)


async def post(played: Played, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """What the secretariat's command answers."""
    answer = await played.office.client.post(f"{API}/cases/{played.id}/{path}", json=body, headers=played.headers)
    assert answer.is_success, answer.text
    await turn(played, played.clock.now.date())
    return dict(answer.json())


async def says(played: Played, body: str, outcome: str, **data: Any) -> str:
    """The effect of a body's webhook of the clock's day."""
    day = played.clock.now.date().isoformat()
    answer = await played.office.send(body, decision(played.id, outcome, decided_on=day, **data))
    assert answer.is_success, answer.text
    await turn(played, played.clock.now.date())
    return str(answer.json()["effect"])


async def test_two_councils_are_asked_on_and_later_asked_again(asked: Played) -> None:
    """One answers by 25 August, the reply goes on 5 September, the other is late; anew, only the two are asked."""
    question = {"bodies": TWO, "question": "Hvor mange borgere?", "due": "2025-08-25", "about": "reply"}
    await post(asked, "inquiries", question)
    await turn(asked, date(2025, 8, 20))
    assert await says(asked, "viborg", "commented", step="inquiry") == "counted"
    await turn(asked, date(2025, 9, 5))
    await post(asked, "submit", {"step": "reply"})
    assert await says(asked, "struer", "commented", step="inquiry") == "late"

    first = await asked.case()
    inquiry = first["steps"][-1]
    assert (inquiry["result"], first["waiting_for"]) == ("closed_by_submission", [AGENCY])
    assert {a["body"]: a["effect"] for a in inquiry["answers"]} == {"viborg": "counted", "struer": "late"}
    back = await asked.case("2025-08-26")
    assert (back["steps"][-1]["state"], back["steps"][-1]["answers"][0]["state"]) == ("open", "awaiting")

    await turn(asked, date(2025, 10, 3))
    await says(asked, AGENCY, "decided", supports=True)
    new = await post(asked, "renewals", {"concerned": TWO, "reason": "Fornyet behandling", "deadline": "2025-12-01"})
    old_id, asked.id = asked.id, new["id"]
    await turn(asked, date(2025, 10, 3))
    assert (await asked.case())["waiting_for"] == [*TWO, "secretariat"]
    assert await says(asked, "viborg", "noted") == "counted"
    await post(asked, "submit", {})
    assert await says(asked, AGENCY, "decided", supports=True) == "counted"

    done = await asked.case()
    assert (done["status"], done["result"], done["renews"]) == ("completed", "supported", old_id)
    asked.id = old_id
    assert (await asked.case())["renewed_by"] == [new["id"]]
