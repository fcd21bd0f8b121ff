# SPDX-License-Identifier: EUPL-1.2
"""Server-sent events: every change of a case and of its forecast, as soon as the views show it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import partial

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from projections.listener import Change
from web.describing import read
from web.guards import Anybody, anybody, is_still_known
from web.services import services

KEEP_ALIVE_SECONDS = 15.0
"""Below the idle time of usual proxies."""
EXAMPLE = 'id: 4712\nevent: change\ndata: {"case": "6f9619ff-8b86-4d01-b42d-00c04fc964ff", "position": 4712}\n\n'

router = APIRouter(tags=["reads"], dependencies=[Depends(anybody)])


@router.get("/events", summary="Follow changes", **read(EXAMPLE, (401, 422), media_type="text/event-stream"))
async def follow(request: Request, principal: Anybody) -> StreamingResponse:
    """A stream of `change` events `{case, position}` from now on, one per change of a case that the caller may see.

    A `forecast` event of the same form tells that a case is planned otherwise than before, by what happened to it or
    to its bodies' meetings, or since a day has passed; a council gets none, since plans are closed to it.
    Comments keep it alive. When it ends, connect again and read what you show anew: changes between are not repeated.
    It ends within 15 seconds after the caller's token was revoked or the session signed out.
    """
    shared = services(request)
    stream = lines(_seen(shared.views.changes(), principal.body), shared.closing, partial(is_still_known, request))
    return StreamingResponse(stream, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


async def lines(
    changes: AsyncGenerator[Change],
    closing: asyncio.Event,
    is_welcome: Callable[[], Awaitable[bool]],
    keep_alive: float = KEEP_ALIVE_SECONDS,
) -> AsyncGenerator[str]:
    """The lines of a stream of changes, with a comment every `keep_alive` seconds.

    It ends with the changes or the process, or at a comment's time when `is_welcome` no longer holds.
    """
    yield ": connected\n\n"
    now = asyncio.get_running_loop().time
    ending = asyncio.ensure_future(closing.wait())
    following = asyncio.ensure_future(_next(changes))
    beat = now() + keep_alive
    try:
        while not closing.is_set():
            rest = max(beat - now(), 0.0)
            done, _ = await asyncio.wait({following, ending}, timeout=rest, return_when=asyncio.FIRST_COMPLETED)
            if now() >= beat:
                if not await is_welcome():
                    return
                beat = now() + keep_alive
                yield ": alive\n\n"
            if following in done:
                change = following.result()
                if change is None:
                    return
                told = {"case": change["case"], "position": change["position"]}
                yield f"id: {change['position']}\nevent: {change['what']}\ndata: {json.dumps(told)}\n\n"
                following = asyncio.ensure_future(_next(changes))
    finally:
        following.cancel()
        ending.cancel()


async def _seen(changes: AsyncGenerator[Change], body: str | None) -> AsyncGenerator[Change]:
    """The changes of the cases that ask a body, which sees no forecasts; without one, all."""
    async with contextlib.aclosing(changes):
        async for change in changes:
            if body is None or (change["what"] == "change" and body in change["asked"]):
                yield change


async def _next(changes: AsyncGenerator[Change]) -> Change | None:
    return await anext(changes, None)
