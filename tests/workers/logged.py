# SPDX-License-Identifier: EUPL-1.2
"""Log events that a test can wait for."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

from structlog.testing import capture_logs

PATIENCE_SECONDS = 10


class Logged:
    """What the code under test has logged since the block began."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.entries: list[MutableMapping[str, Any]] = []
        self._come: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def names(self) -> list[str]:
        """The events' names, in order."""
        return [entry["event"] for entry in self.entries]

    def of(self, name: str) -> list[MutableMapping[str, Any]]:
        """The entries of one event."""
        return [entry for entry in self.entries if entry["event"] == name]

    async def wait_for(self, name: str) -> None:
        """Wait until an event has been logged, unless it has been already."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._come[name].wait()

    def note(self, _: object, level: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Take an entry; a processor of structlog."""
        self.entries.append({**entry, "level": level})
        self._come[entry["event"]].set()
        return entry


@contextmanager
def logged() -> Iterator[Logged]:
    """Give what is logged while the block lasts; it does not come to stderr."""
    seen = Logged()
    with capture_logs(processors=[seen.note]):
        yield seen
