# SPDX-License-Identifier: EUPL-1.2
"""Brings every open case's workflow back from the log alone, for a Temporal that has lost them."""

from __future__ import annotations

import asyncio
from uuid import UUID

import structlog
from temporalio.client import Client

from domain.case import Case
from domain.cases import Cases
from workers.temporal import Waking, register_search_attributes, wake

PAGE = 5000
IN_FLIGHT = 16

_ENDINGS = frozenset({Case.Closed.TOPIC, Case.Withdrawn.TOPIC})

log = structlog.get_logger()


async def recover(cases: Cases, client: Client) -> int:
    """Start or signal the workflow of every open case in the log; returns how many. Safe to repeat at any time."""
    await register_search_attributes(client)
    found = await asyncio.to_thread(open_cases, cases)
    flights = asyncio.Semaphore(IN_FLIGHT)

    async def bring_back(case_id: UUID, version: int) -> None:
        async with flights:
            opened = await asyncio.to_thread(cases.get, case_id, version=1)
            await wake(client, Waking(case_id, version, opened.title, opened.route.name.da))

    async with asyncio.TaskGroup() as group:
        for item in found.items():
            group.create_task(bring_back(*item))
    log.info("workflows_recovered", cases=len(found))
    return len(found)


def open_cases(cases: Cases) -> dict[UUID, int]:
    """Every case that has neither ended nor been withdrawn, with its newest version; reads topics only."""
    newest: dict[UUID, int] = {}
    ended: set[UUID] = set()
    position = 0
    while page := cases.recorder.select_notifications(start=position + 1, limit=PAGE):
        position = page[-1].id
        for stored in page:
            case_id = UUID(str(stored.originator_id))
            newest[case_id] = stored.originator_version
            if stored.topic in _ENDINGS:
                ended.add(case_id)
    return {case_id: version for case_id, version in newest.items() if case_id not in ended}
