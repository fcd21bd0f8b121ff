# SPDX-License-Identifier: EUPL-1.2
"""Tells running cases of changed meetings: it reads the meetings' log and wakes what waits for their bodies.

No case is left on an older calendar. What a case had committed when the change was read is in the views before they are
asked; and whoever commits later looks at the calendars again after that (`Cases.advance`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Protocol
from uuid import UUID

from domain.cases import Cases
from domain.meeting_changes import Meetings
from projections.listener import ViewListener
from runtime.database import connect_async

BATCH = 500
"""How many changes are read at once."""
PATIENCE_SECONDS = 1.0
"""How long the views may take to come up to the log before a later turn asks again."""

_WAITING = """
    SELECT DISTINCT cases.id, (cases.document ->> 'version')::int
    FROM views.inbox JOIN views.cases ON cases.id = inbox.case_id
    WHERE inbox.body = ANY(%s) AND cases.status = 'running'
"""

Waiting = Callable[[Collection[str]], Awaitable[Mapping[UUID, int] | None]]
"""The running cases that wait for one of some bodies, with their versions; None: it is not known yet."""
Tell = Callable[[Mapping[UUID, int]], Awaitable[None]]
"""Has the workflows of cases look at the log anew."""


class Remembered(Protocol):
    """A place in a log that is kept."""

    async def read(self) -> int:
        """The newest position that is done with."""

    async def move(self, position: int) -> None:
        """Remember a position."""


class MeetingNews:
    """The changes of the meetings, for the cases that wait for them."""

    def __init__(self, meetings: Meetings, waiting: Waiting, tell: Tell, place: Remembered) -> None:
        """Read the log of `meetings` from `place` on, and `tell` the cases that are `waiting` of what is new."""
        self._meetings = meetings
        self._waiting = waiting
        self._tell = tell
        self._place = place

    async def turn(self) -> bool:
        """Tell of the next changes; returns whether there were any. Raises what the telling raises."""
        after = await self._place.read()
        batch = await asyncio.to_thread(self._meetings.read_log, after + 1, BATCH)
        if not batch:
            return False
        waiting = await self._waiting({body for _, body in batch if body is not None})
        if waiting is None:
            return False
        await self._tell(waiting)
        await self._place.move(batch[-1][0])
        return True


class WaitingInViews:
    """The cases that wait for bodies, as the views have them once they are up to the log."""

    def __init__(self, url: str, cases: Cases) -> None:
        """Ask the views of the database at `url`, which follow the log of `cases`."""
        self._url = url
        self._cases = cases

    async def __call__(self, bodies: Collection[str]) -> Mapping[UUID, int] | None:
        """The running cases that wait for one of the bodies; None where the views take too long."""
        newest = await asyncio.to_thread(self._cases.recorder.max_notification_id)
        async with ViewListener(self._url) as listener:
            if not await listener.wait_for(newest or 0, PATIENCE_SECONDS):
                return None
        async with await connect_async(self._url) as connection:
            rows = await (await connection.execute(_WAITING, (list(bodies),))).fetchall()
        return dict(rows)
