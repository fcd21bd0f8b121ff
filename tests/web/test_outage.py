# SPDX-License-Identifier: EUPL-1.2
"""The database goes away, or falls silent: callers hear so within ten seconds, and are served again afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from pathlib import Path
from typing import Any, Self

import pytest
from psycopg.conninfo import conninfo_to_dict

from runtime.database import connect
from tests.fixtures.servers import Database
from tests.web.conftest import running_office
from tests.web.office import API, Office, decision

# The line is torn with sockets in every state, ours and the client's; that some are closed by the collector is meant.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


class Line:
    """A line to the database that can be cut, or go silent, and mended; it runs in a thread of its own."""

    def __init__(self, url: str) -> None:
        """Lead to the database's socket."""
        self._options = conninfo_to_dict(url)
        self._socket = f"{self._options['host']}/.s.PGSQL.{self._options['port']}"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._flows = asyncio.Event()
        self.port = 0

    @property
    def url(self) -> str:
        """The database's address over this line."""
        return f"postgresql://{self._options['user']}@127.0.0.1:{self.port}/{self._options['dbname']}"

    def __enter__(self) -> Self:
        """Begin to carry."""
        self._thread.start()
        self.mend()
        return self

    def __exit__(self, *_: object) -> None:
        """End, with every connection."""
        self.cut()
        self._call(self._settle())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def mend(self) -> None:
        """Let everything through."""
        self._call(self._mend())

    def silence(self) -> None:
        """Keep every connection open and let nothing through."""
        self._loop.call_soon_threadsafe(self._flows.clear)

    def cut(self) -> None:
        """End every connection and take no new one."""
        self._call(self._cut())

    def _call(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _mend(self) -> None:
        self._flows.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._connect, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _cut(self) -> None:
        if self._server is not None:
            self._server.close()
        self._server = None
        self._flows.set()
        for writer in self._open:
            writer.transport.abort()
        self._open.clear()

    async def _settle(self) -> None:
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        writers = {writer}
        self._open.add(writer)
        try:
            far_reader, far_writer = await asyncio.open_unix_connection(self._socket)
            writers.add(far_writer)
            self._open.add(far_writer)
            if self._server is None:  # cut while it was being connected
                return
            ways = (self._carry(reader, far_writer), self._carry(far_reader, writer))
            await asyncio.gather(*ways, return_exceptions=True)
        finally:
            for each in writers:
                each.transport.abort()
            self._open -= writers

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                await self._flows.wait()
                writer.write(data)
                await writer.drain()
        writer.close()


@pytest.fixture
def line(database: Database) -> Iterator[Line]:
    """A line to the test's database."""
    with Line(database.service_url) as made:
        yield made


@pytest.fixture
async def far_office(line: Line, tmp_path: Path) -> AsyncIterator[Office]:
    """An office whose database is at the other end of the line."""
    async with running_office(line.url, tmp_path / "far") as running:
        yield running
        line.mend()


@pytest.mark.parametrize("how", ["cut", "silence"])
async def test_a_webhook_is_not_confirmed_without_the_database(
    office: Office, far_office: Office, line: Line, how: str
) -> None:
    """503 within ten seconds, with Retry-After; sent again with the same id when it is back, it is taken once."""
    case, secret = office.open_case(), office.secret("dassos")
    assert (await far_office.send("dassos", {"type": "ping"}, secret=secret)).status_code == 200
    getattr(line, how)()
    started = time.monotonic()
    refused = await far_office.send("dassos", decision(case), "msg_1", secret)
    waited = time.monotonic() - started
    line.mend()
    again = await _taken(far_office, decision(case), secret)

    assert (refused.status_code, refused.headers["content-type"]) == (503, "application/problem+json")
    assert int(refused.headers["retry-after"]) > 0
    assert waited < 10
    # 503 says "not confirmed", not "not written": an attempt that the caller no longer waits for may still get through
    # when the line is mended, and then the second message is the repeat. What counts is that it is written once.
    assert again["effect"] in {"counted", "repeated"}
    assert office.events(case).count("case.answer_recorded") == 1


@pytest.mark.parametrize("how", ["cut", "silence"])
async def test_reads_and_readiness_say_so_too(office: Office, far_office: Office, line: Line, how: str) -> None:
    """The process itself lives on."""
    token = office.token()
    getattr(line, how)()
    started = time.monotonic()
    paths = (f"{API}/cases", f"{API}/overview", "/readyz", "/healthz", "/metrics")
    answers = await asyncio.gather(*(far_office.client.get(path, headers=token) for path in paths))

    assert [answer.status_code for answer in answers] == [503, 503, 503, 200, 200]
    assert "sagsgang_database_up 0.0" in answers[-1].text
    assert time.monotonic() - started < 10


async def _taken(office: Office, payload: object, secret: str) -> dict[str, object]:
    """Send as a council's system does: again, with the same id, until it is confirmed."""
    while True:
        response = await office.send("dassos", payload, "msg_1", secret)
        if response.status_code == 200:
            return dict(response.json())
        await asyncio.sleep(0.2)


async def test_a_database_that_only_reads_is_told_as_such(office: Office) -> None:
    """As a standby is until it has taken over: 503 with Retry-After, for webhooks and for keyed posts."""
    case, secret, token = office.open_case(), office.secret("dassos"), office.token()
    only_read(office)
    webhook = await office.send("dassos", decision(case), "msg_1", secret)
    keyed = await office.client.post(
        f"{API}/cases/{case}/suspend", json={"reason": "x"}, headers={**token, "Idempotency-Key": "k"}
    )
    paper = await office.client.post(f"{API}/cases/{case}/papers", files={"file": ("a", b"x")}, headers=token)

    for answer in (webhook, keyed, paper):
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
        assert int(answer.headers["retry-after"]) > 0


def only_read(office: Office) -> None:
    """Let every new connection to the database only read, and end the old ones."""
    name = conninfo_to_dict(office.url)["dbname"]
    with connect(office.url) as connection:
        connection.execute(
            f'ALTER ROLE CURRENT_USER IN DATABASE "{name}" SET default_transaction_read_only = on'.encode()
        )
    end_connections(office)


async def test_keyed_posts_are_taken_at_once_when_the_database_is_back(office: Office) -> None:
    """Every connection of their pool died with it; none of them is tried one after the other."""
    token = office.token()

    async def open_case(key: str) -> int:
        headers = {**token, "Idempotency-Key": key}
        facts = {"route": "orientering", "title": "Sag"}
        return (await office.client.post(f"{API}/cases", json=facts, headers=headers)).status_code

    assert set(await asyncio.gather(*(open_case(f"before-{n}") for n in range(8)))) == {201}
    end_connections(office)

    assert set(await asyncio.gather(*(open_case(f"after-{n}") for n in range(8)))) == {201}


def end_connections(office: Office) -> None:
    """End every other connection to the database, as its restart does."""
    with connect(office.url) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
