# SPDX-License-Identifier: EUPL-1.2
"""A post room: a log on a real PostgreSQL, the notifier run by hand, and a worker that sends to real receivers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr
from temporalio.client import Client

from domain.answering import Reply
from domain.cases import Cases
from domain.commands import Actor, Command
from outgoing.activities import DeliveryActivities
from outgoing.channels import Channel, add_channel, confirm_channel
from outgoing.deliveries import Delivery, list_deliveries
from outgoing.sending import Sender
from runtime.clock import Clock, real_now
from runtime.database import connect_async, eventsourcing_env
from runtime.settings import ResolvedSettings
from tests.fixtures.servers import Database
from tests.outgoing.receivers import Endpoint, MailServer, endpoint, mail_server
from tests.workers.temporal import settings_for as temporal_settings
from tests.workflows.stage import ORGANISATION, SECRETARIAT
from workers.notifier import Notifier
from workers.temporal import connect_temporal
from workers.worker import delivery_worker

START = datetime(2025, 3, 18, 8, tzinfo=UTC)
TODAY = date(2025, 3, 18)
PATIENCE_SECONDS = 20
PAUSE_SECONDS = 0.02


@dataclass
class PostRoom:
    """What a test needs to have something told and to see what became of it."""

    settings: ResolvedSettings
    cases: Cases
    client: Client
    notifier: Notifier
    mail: MailServer
    endpoint: Endpoint

    @property
    def sender(self) -> Sender:
        """What makes attempts."""
        return Sender(self.settings, self.cases)

    async def email(self, body: str, *, confirmed: bool = True, **facts: Any) -> Channel:
        """An e-mail channel of a body."""
        async with await connect_async(self.settings.database_url) as connection:
            address = f"{body}@example.dk"
            channel = await add_channel(connection, body=body, kind="email", address=address, **facts)
            return await confirm_channel(connection, channel.id) if confirmed else channel

    async def hook(self, body: str, url: str | None = None, *, confirmed: bool = True, **facts: Any) -> Channel:
        """An endpoint of a body: the one that runs."""
        async with await connect_async(self.settings.database_url) as connection:
            address = url or self.endpoint.url
            channel = await add_channel(
                connection, body=body, kind="webhook", address=address, plain_http=True, **facts
            )
            if confirmed:
                channel = await confirm_channel(connection, channel.id)
        self.endpoint.secret = channel.secret or ""
        return channel

    def open(self, route: str = "cu-afrapportering", **facts: Any) -> UUID:
        """A case whose first step has invited its body."""
        facts = {"deadline": date(2025, 5, 31), "title": "Afrapportering", **facts}
        taken = self.cases.open(Command.by(SECRETARIAT), route=route, **facts)
        self.cases.advance(taken.case_id)
        return taken.case_id

    def answer(self, case: UUID, body: str, outcome: str = "approved", source: str = "secretariat") -> None:
        """A body answers, and what follows is done."""
        self.cases.answer(case, Command.by(Actor(body, "body", "test")), body, Reply(outcome, TODAY), source)
        self.cases.advance(case)

    async def tell(self) -> None:
        """Let the notifier do all that there is."""
        while await self.notifier.turn():
            pass

    async def deliveries(self, **asked: Any) -> list[Delivery]:
        """The deliveries, oldest first."""
        async with await connect_async(self.settings.database_url) as connection:
            return (await list_deliveries(connection, **asked))[::-1]

    async def until(self, seen: Callable[[list[Delivery]], bool]) -> list[Delivery]:
        """Wait until the deliveries are so."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not seen(found := await self.deliveries()):  # noqa: ASYNC110 -- a row changes without a word
                await asyncio.sleep(PAUSE_SECONDS)
        return found

    async def do(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a statement behind the room's back."""
        async with await connect_async(self.settings.database_url) as connection:
            cursor = await connection.execute(query.encode(), values)
            return await cursor.fetchall() if cursor.description else []

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """Have a worker send while the block lasts."""
        async with delivery_worker(self.client, DeliveryActivities(self.sender)):
            yield


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    """Give a running mail server."""
    async with mail_server() as server:
        yield server


@pytest.fixture
def hook() -> Iterator[Endpoint]:
    """Give a running endpoint."""
    with endpoint() as found:
        yield found


@pytest.fixture
async def room(database: Database, temporal_server: str, mail: MailServer, hook: Endpoint) -> AsyncIterator[PostRoom]:
    """Give a post room on a database of the test's own, on 18 March 2025."""
    settings = ResolvedSettings(
        database_url=database.service_url,
        temporal_address=temporal_server,
        public_url="https://sagsgang.example.dk",
        secret_key=SecretStr("only-for-tests-0123456789-0123456789"),
        smtp_host="127.0.0.1",
        smtp_port=mail.port,
        smtp_security="none",
        mail_sender="Sekretariatet <sagsgang@example.dk>",
        webhook_targets="any",
        delivery_pauses=(0, 0.05, 0.05),
    )
    clock = Clock(real_now(), START)
    with Cases(organisation=ORGANISATION, clock=clock, env=eventsourcing_env(database.service_url)) as cases:
        client = await connect_temporal(temporal_settings(temporal_server))
        async with Notifier(settings, cases, client) as notifier:
            await notifier.turn()
            yield PostRoom(settings, cases, client, notifier, mail, hook)
