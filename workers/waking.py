# SPDX-License-Identifier: EUPL-1.2
"""Wakes the workflows of many cases, so that a case that cannot be woken does not hold up the others."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from uuid import UUID

import structlog
from eventsourcing.persistence import PersistenceError
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from domain.cases import Cases
from workers.loop import OUTAGES
from workers.temporal import Waking, wake

IN_FLIGHT = 16
KEPT_OPENINGS = 4096

# Every other refusal (no such namespace, no right, too much at once) says nothing about the one case.
_OF_ONE_CASE = {
    RPCStatusCode.INVALID_ARGUMENT,
    RPCStatusCode.ALREADY_EXISTS,
    RPCStatusCode.OUT_OF_RANGE,
    RPCStatusCode.DATA_LOSS,
}

log = structlog.get_logger()


class Waker:
    """Wakes the workflow of one case after the other."""

    def __init__(self, cases: Cases, client: Client) -> None:
        """Wake cases of the log of `cases` through `client`."""
        self._cases = cases
        self._client = client
        self._opening = lru_cache(maxsize=KEPT_OPENINGS)(self._read_opening)

    async def wake(self, case_id: UUID, version: int, *, anew: bool = False) -> str | None:
        """Wake a case; returns what stands in the way of this case alone, which is logged, None if it was woken.

        Raises what stands in the way of all, such as `TemporalLostError`.
        """
        try:
            title, route = await asyncio.to_thread(self._opening, case_id)
            await wake(self._client, Waking(case_id, version, title, route, anew))
        except Exception as error:
            if not _is_of_one_case(error):
                raise
            _tell(case_id, error)
            return str(error) or type(error).__name__
        return None

    def _read_opening(self, case_id: UUID) -> tuple[str, str]:
        """A case's title and its route's name, which never change."""
        opened = self._cases.get(case_id, version=1)
        return opened.title, opened.route.name.da


async def each(versions: Mapping[UUID, int], act: Callable[[UUID, int], Awaitable[None]]) -> None:
    """Act on every case, on several at once; raises the first failure, after which no further case is begun."""
    flights, failures = asyncio.Semaphore(IN_FLIGHT), list[Exception]()

    async def fly(case_id: UUID, version: int) -> None:
        async with flights:
            if failures:
                return
            try:
                await act(case_id, version)
            except Exception as error:  # noqa: BLE001 -- raised below, when those in flight have landed
                failures.append(error)

    await asyncio.gather(*(fly(*item) for item in versions.items()))
    if failures:
        raise failures[0]


def _tell(case_id: UUID, error: Exception) -> None:
    is_refusal = isinstance(error, RPCError)
    log.error("case_not_woken", case=str(case_id), error=str(error), exc_info=not is_refusal)


def _is_of_one_case(error: Exception) -> bool:
    """Whether an error concerns the one case only: Temporal refuses it, or what the log says of it cannot be read."""
    if isinstance(error, RPCError):
        return error.status in _OF_ONE_CASE
    return not isinstance(error, (*OUTAGES, PersistenceError))
