# SPDX-License-Identifier: EUPL-1.2
"""The demo's case as its readers see it: kept fresh by server-sent events, awaited instead of polled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx2

from cli.demo.api import Api, DemoError

HEARTBEAT_SECONDS = 2.0
"""How often the case is read although nothing was heard of it: a stream can break."""

Document = dict[str, Any]


class Board:
    """What is known of the case now, and whoever waits for it to change."""

    def __init__(self, on_news: Callable[[list[Document]], None]) -> None:
        """Tell new timeline entries to `on_news`."""
        self.case: Document | None = None
        self.timeline: list[Document] = []
        self._on_news = on_news
        self._changed = asyncio.Event()

    async def watch(self, api: Api, case_id: str) -> None:
        """Keep the board fresh until cancelled."""
        heard = asyncio.Event()
        listening = asyncio.create_task(_listen(api, case_id, heard))
        try:
            while True:
                await self._read(api, case_id)
                with suppress(TimeoutError):
                    await asyncio.wait_for(heard.wait(), HEARTBEAT_SECONDS)
                heard.clear()
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def until(self, what: str, holds: Callable[[Document], bool], seconds: float) -> Document:
        """The case as soon as it `holds`; raises `DemoError` naming `what` after so many real seconds."""
        try:
            async with asyncio.timeout(seconds):
                while self.case is None or not holds(self.case):
                    await self._changed.wait()
        except TimeoutError:
            mend = "the logs in the demo's folder say more"
            raise DemoError(f"the case did not come to this within {seconds:.0f} s: {what}", mend) from None
        return self.case

    async def _read(self, api: Api, case_id: str) -> None:
        self.case = await api.get(f"/cases/{case_id}")
        items = (await api.get(f"/cases/{case_id}/timeline"))["items"]
        news, self.timeline = items[len(self.timeline) :], items
        if news:
            self._on_news(news)
        self._changed.set()
        self._changed.clear()


async def _listen(api: Api, case_id: str, heard: asyncio.Event) -> None:
    """Set `heard` at every change of the case, on a new stream when one ends."""
    while True:
        with suppress(httpx2.HTTPError):
            async for change in api.changes():
                if change["case"] == case_id:
                    heard.set()
        await asyncio.sleep(HEARTBEAT_SECONDS)
