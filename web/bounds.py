# SPDX-License-Identifier: EUPL-1.2
"""Bounds on what one process takes at a time: threads for blocking commands, and messages a minute."""

from __future__ import annotations

import asyncio
import contextlib
import math
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Generic, TypeVar

from anyio import CapacityLimiter, to_thread

ANSWER_SECONDS = 9.0
"""How long a caller waits for a command before it is told that nothing is confirmed."""

_A_MINUTE = timedelta(minutes=1)

Result = TypeVar("Result")


class Threads:
    """Runs blocking functions in at most `most` threads, and never lets a caller wait for more than nine seconds."""

    def __init__(self, most: int, seconds: float = ANSWER_SECONDS) -> None:
        """Make room for `most` functions at a time, each of which is waited for so many seconds."""
        self._seconds = seconds
        self._places = asyncio.Semaphore(most)
        self._limiter = CapacityLimiter(math.inf)

    async def run(self, function: Callable[[], Result]) -> Result:
        """What the function returns; raises TimeoutError when it takes too long, and lets it end by itself."""
        async with asyncio.timeout(self._seconds):
            await self._places.acquire()
            work = _Work(function, partial(_call_soon, asyncio.get_running_loop(), self._places.release))
            try:
                return await to_thread.run_sync(work, limiter=self._limiter, abandon_on_cancel=True)
            finally:
                work.give_up()


class _Work(Generic[Result]):
    """A function that runs once or, given up before it began, not at all; its place is free only when it has ended.

    A database that hangs must not gather ever more threads behind callers that went away.
    """

    def __init__(self, function: Callable[[], Result], free_place: Callable[[], None]) -> None:
        self._function, self._free_place = function, free_place
        self._claimed = threading.Lock()

    def __call__(self) -> Result:
        if not self._claimed.acquire(blocking=False):
            raise TimeoutError
        try:
            return self._function()
        finally:
            self._free_place()

    def give_up(self) -> None:
        if self._claimed.acquire(blocking=False):
            self._free_place()


class MessageRate:
    """Lets each sender send `a_minute` messages a minute, as many at once."""

    def __init__(self, a_minute: int, now: Callable[[], datetime]) -> None:
        """Allow `a_minute` messages a minute, by the real time that `now` gives."""
        self._a_minute = a_minute
        self._now = now
        self._left: dict[str, tuple[float, datetime]] = {}
        self._tidied_at = now()

    def seconds_to_wait(self, sender: str) -> float:
        """Count one message of a sender: 0 when it may pass, else the seconds until one may."""
        now = self._now()
        self._tidy(now)
        left, at = self._left.get(sender, (float(self._a_minute), now))
        left = min(self._a_minute, left + (now - at).total_seconds() * self._a_minute / 60)
        passes = left >= 1
        self._left[sender] = (left - 1 if passes else left, now)
        return 0.0 if passes else (1 - left) * 60 / self._a_minute

    def _tidy(self, now: datetime) -> None:
        """Forget once a minute who has been silent for one, and so may send everything again."""
        if now - self._tidied_at >= _A_MINUTE:
            self._left = {sender: found for sender, found in self._left.items() if now - found[1] < _A_MINUTE}
            self._tidied_at = now


def _call_soon(loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
    """Call back in the loop; a function that outlives its loop at a shutdown has nobody left to tell."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(callback)
