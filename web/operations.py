# SPDX-License-Identifier: EUPL-1.2
"""What operators' tools ask: is the process alive, are all parts ready, and how much is going on."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import psycopg
import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from runtime.parts import PARTS, PartState, missing_parts, read_parts
from web.describing import read
from web.guards import public
from web.installation import read_installation
from web.services import Services, services

CHECK_SECONDS = 1.8
"""How long the database may take; a probe usually waits for two or three seconds."""
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
READY: dict[str, Any] = {"ready": True, "database": True, "parts": dict.fromkeys(PARTS, True)}

Result = TypeVar("Result")
PUBLIC = Depends(public)
router = APIRouter(tags=["operations"], dependencies=[PUBLIC])
log = structlog.get_logger()


@router.get("/healthz", summary="Is the process alive", **read({"alive": True}, (), security=[]))
async def tell_health() -> JSONResponse:
    """200 as long as this process answers at all; it asks nobody else."""
    return JSONResponse({"alive": True})


@router.get("/readyz", summary="Are all parts ready", **read(READY, (503,), security=[]))
async def tell_readiness(request: Request) -> JSONResponse:
    """200 when the database answers and every part is ready; else 503 and which is missing."""
    states = await _parts(services(request))
    missing = list(PARTS) if states is None else missing_parts(states)
    parts = {part: part not in missing for part in PARTS}
    answer = {"ready": not missing, "database": states is not None, "parts": parts}
    return JSONResponse(answer, 503 if missing else 200, {"Retry-After": "2"} if missing else None)


@router.get(
    "/metrics",
    summary="Numbers for Prometheus",
    **read("sagsgang_view_lag_events 0.0\n", (), security=[], media_type="text/plain"),
)
async def tell_metrics(request: Request) -> Response:
    """Requests, answers by effect, how far every reader of the log is behind, deliveries, parts, cases in trouble.

    It is open like the health checks, since it says nothing of any case; close it at the reverse proxy if that is too
    much.
    """
    shared = services(request)
    try:
        shared.metrics.set_installation(await in_time(read_installation(shared)))
    except (psycopg.Error, TimeoutError):
        shared.metrics.set_database_gone()
    return Response(shared.metrics.text(), headers={"Content-Type": METRICS_TYPE})


async def _parts(shared: Services) -> list[PartState] | None:
    """The parts' heartbeats, None when the database does not answer."""
    try:
        return await in_time(_read_parts(shared))
    except (psycopg.Error, TimeoutError) as error:
        log.warning("readiness_unknown", reason=type(error).__name__)
        return None


async def _read_parts(shared: Services) -> list[PartState]:
    async with shared.pool.connection() as connection:
        return await read_parts(connection)


async def in_time(work: Coroutine[Any, Any, Result]) -> Result:
    """What the work gives; raises TimeoutError when it takes too long, without waiting for its end.

    A database that is frozen holds even the cancelling of a query up.
    """
    task = asyncio.ensure_future(work)
    task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())  # nobody else may ask for it
    try:
        done, _ = await asyncio.wait({task}, timeout=CHECK_SECONDS)
        if not done:
            raise TimeoutError
        return task.result()
    finally:
        task.cancel()
