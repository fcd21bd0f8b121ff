# SPDX-License-Identifier: EUPL-1.2
"""Brings every open case's workflow back from the log alone, after Temporal's database or the log was lost."""

from __future__ import annotations

import asyncio
from uuid import UUID

import structlog
from temporalio.client import Client

from domain.case import Case
from domain.cases import Cases
from workers.temporal import register_search_attributes
from workers.waking import Waker, each

PAGE = 5000

_ENDINGS = frozenset({Case.Closed.TOPIC, Case.Withdrawn.TOPIC})

log = structlog.get_logger()


async def recover(cases: Cases, client: Client) -> int:
    """Start the workflow of every open case in the log, or have it look at the log anew; returns how many.

    Safe to repeat at any time. A case that cannot be woken is logged and passed over; raises `TemporalLostError`.
    """
    await register_search_attributes(client)
    found = await asyncio.to_thread(open_cases, cases)
    waker, recovered = Waker(cases, client), set[UUID]()

    async def bring_back(case_id: UUID, version: int) -> None:
        if await waker.wake(case_id, version, anew=True) is None:
            recovered.add(case_id)

    await each(found, bring_back)
    log.info("workflows_recovered", cases=len(recovered))
    return len(recovered)


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
