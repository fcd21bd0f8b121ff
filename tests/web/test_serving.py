# SPDX-License-Identifier: EUPL-1.2
"""The web part as it runs: uvicorn, streams that deliver at once, and an end within seconds."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import time
from collections.abc import AsyncGenerator, AsyncIterator
from functools import partial
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
from starlette.requests import Request

from projections.listener import Change
from runtime.database import connect
from tests.fixtures.servers import Database
from tests.web.conftest import settings_for
from tests.web.office import API, Office, decision
from web.access import list_tokens, revoke_token
from web.events import lines
from web.guards import is_still_known
from web.serve import run


@contextlib.asynccontextmanager
async def serving(database: Database, data: Path) -> AsyncIterator[tuple[str, asyncio.Task[None]]]:
    """The web part on a free port of this machine, in this process, and its task."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        task = asyncio.create_task(run(settings_for(database.service_url, data), listener))
        try:
            yield address, task
        finally:
            if not task.done():
                os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.wait_for(task, 10)


async def next_data(stream: AsyncIterator[str]) -> str:
    """The next line of data of a stream."""
    async for line in stream:
        if line.startswith("data: "):
            return line.removeprefix("data: ")
    raise EOFError


async def test_a_change_is_delivered_within_a_second(database: Database, office: Office, tmp_path: Path) -> None:
    """As soon as the views show it."""
    case, token = office.open_case(), office.token("auditor")
    office.project()
    async with (
        serving(database, tmp_path) as (address, _),
        httpx2.AsyncClient(base_url=address) as client,
        client.stream("GET", f"{API}/events", headers=token, timeout=20) as response,
    ):
        stream = response.aiter_lines()
        assert await anext(stream) == ": connected"
        assert response.headers["content-type"].startswith("text/event-stream")
        position = (await office.send("dassos", decision(case))).json()["position"]
        await asyncio.to_thread(office.project)
        committed = time.monotonic()
        data = json.loads(await asyncio.wait_for(next_data(stream), 5))

    assert data == {"case": str(case), "position": position}
    assert time.monotonic() - committed < 1


async def test_it_ends_soon_also_with_open_streams(database: Database, office: Office, tmp_path: Path) -> None:
    """And the stream ends cleanly, so that a browser connects to the next process."""
    token = office.token()
    async with serving(database, tmp_path) as (address, task), httpx2.AsyncClient(base_url=address) as client:
        async with client.stream("GET", f"{API}/events", headers=token, timeout=20) as response:
            stream = response.aiter_lines()
            await anext(stream)
            started = time.monotonic()
            os.kill(os.getpid(), signal.SIGTERM)
            rest = [line async for line in stream]
        await task

    assert [line for line in rest if line] == []
    assert time.monotonic() - started < 5


async def never() -> AsyncGenerator[Change]:
    """Changes that do not come."""
    await asyncio.Event().wait()
    yield Change(what="change", case="", position=0, asked=[])


async def welcome() -> bool:
    """Whether the reader is known still: yes."""
    return True


async def test_a_silent_stream_is_kept_alive() -> None:
    """By comments, which readers pass over."""
    stream = lines(never(), asyncio.Event(), welcome, keep_alive=0.01)

    assert [await anext(stream) for _ in range(2)] == [": connected\n\n", ": alive\n\n"]
    await stream.aclose()


async def test_a_busy_stream_ends_too_when_its_reader_is_no_longer_known() -> None:
    """At the next keep-alive, however many changes come between."""
    answers = iter([True, False])

    async def always() -> AsyncGenerator[Change]:
        while True:
            await asyncio.sleep(0)
            yield Change(what="change", case="c", position=1, asked=[])

    async def twice() -> bool:
        return next(answers)

    stream = lines(always(), asyncio.Event(), twice, keep_alive=0.05)
    told = [line async for line in stream]

    assert told.count(": alive\n\n") == 1
    assert len(told) > 3


async def test_a_stream_ends_when_its_token_is_revoked(office: Office) -> None:
    """And the token opens no other."""
    token = office.token("auditor")
    request = Request(
        {"type": "http", "method": "GET", "app": office.app, "headers": [(b"authorization", token_bytes(token))]}
    )
    assert await is_still_known(request)
    with connect(office.url) as connection:
        revoke_token(connection, UUID(list_tokens(connection)[0]["id"]))
    stream = lines(never(), asyncio.Event(), partial(is_still_known, request), keep_alive=0.01)

    assert [line async for line in stream] == [": connected\n\n"]
    assert (await office.client.get(f"{API}/events", headers=token)).status_code == 401


def token_bytes(header: dict[str, str]) -> bytes:
    """The value of an Authorization header as it stands in a request."""
    return header["Authorization"].encode()


async def test_a_port_that_is_taken_is_told(database: Database, tmp_path: Path) -> None:
    """The process ends with a failure."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises((SystemExit, OSError)):
            await run(settings_for(database.service_url, tmp_path, other.getsockname()[1]))
