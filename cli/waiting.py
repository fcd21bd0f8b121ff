# SPDX-License-Identifier: EUPL-1.2
"""Waits for what the engine does with a case that was just opened."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from runtime.database import connect_async
from runtime.parts import missing_parts, read_parts

if TYPE_CHECKING:
    from cli.office import Office
    from domain.cases import Taken
    from projections.documents import Document

SECONDS = 3.0
"""For how long somebody in a terminal gladly waits for a case's first step."""


async def when_begun(office: Office, opened: Taken) -> Document:
    """The opened case when its first step is not waiting any more, or as it stands when nothing moves it along."""
    document = await office.after(opened)
    if await _is_worked_on(office):
        with suppress(TimeoutError):
            async with asyncio.timeout(SECONDS):
                while not _has_begun(document):
                    position = await office.views.position()
                    document = {**await office.case(opened.case_id), "effect": opened.effect}
                    if not _has_begun(document):
                        await office.views.wait_for(position + 1)
    return document


async def _is_worked_on(office: Office) -> bool:
    """Whether the parts that move cases along are ready."""
    async with await connect_async(office.settings.database_url) as connection:
        return not missing_parts(await read_parts(connection))


def _has_begun(document: Document) -> bool:
    return any(step["state"] != "waiting" for step in document["steps"])
