# SPDX-License-Identifier: EUPL-1.2
"""The CU report of spring 2025 over HTTP on its real dates: councils sign, the secretariat submits, all look back."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.acceptance.cu_2025 import Entry, Expected, moment, read_script
from tests.fixtures.servers import Database
from tests.web.conftest import running_office
from tests.web.office import API, Office, decision, delay

SCRIPT = read_script()


class TurnedClock:
    """A clock that shows what the test turned it to."""

    def __init__(self, now: datetime) -> None:
        """Show `now`."""
        self.now = now

    def __call__(self) -> datetime:
        """The instant that it was turned to."""
        return self.now


class Played:
    """The office in which the whole case was played, and what was seen of it on the way."""

    def __init__(self, office: Office, clock: TurnedClock) -> None:
        """Nothing has happened yet."""
        self.office = office
        self.clock = clock
        self.headers = office.token()
        self.id = ""
        self.live: dict[Any, dict[str, Any]] = {}

    async def play(self) -> None:
        """Let every day of the script happen, looking at its end."""
        for day in sorted({e.day for e in SCRIPT.entries} | {e.day for e in SCRIPT.expected}):
            self.clock.now = moment(day)
            for entry in (e for e in SCRIPT.entries if e.day == day and e.what != "met"):
                answer = await self.happen(entry)
                assert answer.is_success, answer.text
                self.id = self.id or answer.json()["id"]
                assert entry.what == "opened" or answer.json()["effect"] == entry.effect
                await asyncio.to_thread(self.office.cases.advance, UUID(self.id))
            await asyncio.to_thread(self.office.project)
            self.live[day] = await self.case()

    async def happen(self, entry: Entry) -> httpx2.Response:
        """One entry, by the way that it would come."""
        client, data = self.office.client, dict(entry.fields)
        data.pop("effect", None)
        match entry.what:
            case "opened":
                facts = {"route": SCRIPT.route, "title": SCRIPT.title, "deadline": SCRIPT.deadline.isoformat()}
                return await client.post(f"{API}/cases", json=facts, headers=self.headers)
            case "submitted":
                said = {"step": entry.fields["step"], "submitted_on": entry.day.isoformat()}
                return await client.post(f"{API}/cases/{self.id}/submit", json=said, headers=self.headers)
            case "delayed":
                return await self.office.send(entry.body, delay(self.id))
        said = {key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in data.items()}
        outcome = said.pop("outcome")
        return await self.office.send(
            entry.body, decision(self.id, outcome, **{"decided_on": entry.day.isoformat(), **said})
        )

    async def case(self, as_of: str | None = None) -> dict[str, Any]:
        """The case as the API shows it, now or as of a day."""
        query = {"as_of": as_of} if as_of else {}
        answer = await self.office.client.get(f"{API}/cases/{self.id}", params=query, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@pytest.fixture
async def played(database: Database, tmp_path: Path) -> AsyncIterator[Played]:
    """The case, played to its end."""
    clock = TurnedClock(moment(SCRIPT.entries[0].day))
    async with running_office(database.service_url, tmp_path, clock) as office:
        played = Played(office, clock)
        await played.play()
        yield played


def standing(case: dict[str, Any], expected: Expected) -> Expected:
    """How a case's JSON stands, in the form in which the script expects it."""
    steps = {step["id"]: step for step in case["steps"]}
    states = Counter(answer["state"] for answer in steps["councils"]["answers"])
    return Expected(
        day=expected.day,
        status=case["status"],
        open=tuple(s for s, step in steps.items() if step["state"] == "open"),
        completed=frozenset(s for s, step in steps.items() if step["state"] == "completed"),
        waiting_for=frozenset(case["waiting_for"]),
        councils={} if "not_asked" in states else dict(states),
        result=case["result"],
    )


async def test_the_case_stands_live_and_as_of_as_the_papers_say(played: Played) -> None:
    """On every day of the contract's table, seen on that day and looked back at from the end."""
    for expected in SCRIPT.expected:
        live, back = played.live[expected.day], await played.case(expected.day.isoformat())

        assert standing(live, expected) == expected
        assert {**back, "position": live["position"]} == live


async def test_the_timeline_agrees_with_every_look_back(played: Played) -> None:
    """As of each day the timeline holds just the events that make the case of that day."""
    for expected in SCRIPT.expected:
        query = {"as_of": expected.day.isoformat()}
        answer = await played.office.client.get(
            f"{API}/cases/{played.id}/timeline", params=query, headers=played.headers
        )
        back = await played.case(expected.day.isoformat())

        assert answer.json()["items"][-1]["position"] == back["position"]


async def test_nothing_was_there_before_the_opening(played: Played) -> None:
    """The day before, the case did not exist."""
    answer = await played.office.client.get(
        f"{API}/cases/{played.id}", params={"as_of": "2025-03-17"}, headers=played.headers
    )

    assert answer.status_code == 404
