# SPDX-License-Identifier: EUPL-1.2
"""Plays the script: each entry on its day, by the same ways on which it would come in earnest."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from cli.demo.api import Api, DemoError
from cli.demo.board import Board, Document
from cli.demo.folder import MORNING
from cli.demo.script import Entry, Script
from domain.dates import at_danish_time, danish_date
from runtime.clock import Clock

WORKING_HOUR = time(9)
PATIENCE_SECONDS = 30.0
"""Real seconds for a step to open once its day has come."""
PAPER = ("afrapportering.txt", "Udkast til fælles afrapportering på den fornyede centrale udmelding.\n".encode())


@dataclass(frozen=True)
class Player:
    """One playing of a script; `tell` is given what is no event of the case."""

    api: Api
    clock: Clock
    board: Board
    script: Script
    tell: Callable[[date, str], None]

    async def play(self) -> Document:
        """The case at its end; raises `DemoError` where it does not go as the script says."""
        opened = await self._open()
        watching = asyncio.create_task(self.board.watch(self.api, opened["id"]))
        playing = asyncio.create_task(self._play_on(opened["id"]))
        try:
            await asyncio.wait({watching, playing}, return_when=asyncio.FIRST_COMPLETED)
            if watching.done():
                watching.result()
            return await playing
        finally:
            for task in (watching, playing):
                task.cancel()
            await asyncio.gather(watching, playing, return_exceptions=True)

    async def _play_on(self, case_id: str) -> Document:
        for entry in self.script.entries[1:]:
            await until_shown(self.clock, at_danish_time(entry.day, WORKING_HOUR))
            await self._take(case_id, entry)
        ended = await self.board.until("it has ended", lambda case: case["closed_at"] is not None, PATIENCE_SECONDS)
        check_ending(ended, self.script.ending)
        return ended

    async def _open(self) -> Document:
        script = self.script
        for meeting in script.meetings:
            await self.api.post("/meetings", {name: _plain(fact) for name, fact in meeting.items()})
        facts = {"route": script.route, "title": script.title, "reference": script.reference}
        opened = await self.api.post("/cases", {**facts, "deadline": script.deadline.isoformat()})
        await self.api.upload(f"/cases/{opened['id']}/papers", *PAPER)
        return opened

    async def _take(self, case_id: str, entry: Entry) -> None:
        if entry.what == "met":
            self.tell(entry.day, entry.facts["text"]["da"])
            return
        await self.board.until(f"{entry.body} can act on {entry.day}", entry.is_timely, PATIENCE_SECONDS)
        taken = await self._send(case_id, entry)
        if taken.get("effect", entry.effect) != entry.effect:
            what = f"the answer of {entry.body} on {entry.day} was {taken['effect']}"
            raise DemoError(what, f"by the script it is {entry.effect}")

    async def _send(self, case_id: str, entry: Entry) -> dict[str, Any]:
        facts = {key: _plain(value) for key, value in entry.facts.items() if key != "effect"}
        if entry.what == "submitted":
            return await self.api.post(f"/cases/{case_id}/submit", {**facts, "submitted_on": entry.day.isoformat()})
        if entry.what == "delayed":
            return await self.api.send(entry.body, "decision.delayed", {"case": case_id, **facts})
        data = {"case": case_id, "decided_on": entry.day.isoformat(), **facts}
        return await self.api.send(entry.body, "decision.made", data)


async def until_shown(clock: Clock, instant: datetime) -> None:
    """Wait until the clock shows the instant."""
    await asyncio.sleep(clock.real_seconds_until(instant))


def next_opening(clock: Clock) -> datetime:
    """The next morning that the clock will show, the one that it was set to at the earliest."""
    now = max(clock(), clock.start)
    morning = at_danish_time(danish_date(now), MORNING)
    return morning if morning >= now else at_danish_time(danish_date(now) + timedelta(days=1), MORNING)


def check_ending(case: Document, ending: Mapping[str, Any]) -> None:
    """Raise `DemoError` unless the case ended as the script expects."""
    states = {step["id"]: Counter(answer["state"] for answer in step["answers"]) for step in case["steps"]}
    found = {name: case[name] for name in ("status", "result")} | {"councils": dict(states.get("councils", {}))}
    expected = {name: ending[name] for name in found if name in ending}
    different = [f"{name} is {found[name]}, not {value}" for name, value in expected.items() if found[name] != value]
    if different:
        raise DemoError(f"the case did not end as its script says: {'; '.join(different)}", "look at its timeline")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
