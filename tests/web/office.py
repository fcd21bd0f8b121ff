# SPDX-License-Identifier: EUPL-1.2
"""A running office for the tests of the web room: the application, its event store, and a projector run by hand."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import httpx2
from fastapi import FastAPI

from domain.answering import Reply
from domain.cases import Cases
from domain.commands import Actor, Command
from projections.forecasting import Forecaster
from projections.projector import Projector
from runtime.clock import real_now
from runtime.database import connect
from runtime.signatures import sign
from web.access import create_token, webhook_secret
from web.services import Services

SECRETARY = Actor("Anna", "secretariat", "token")
OPENED_ON = date(2025, 3, 18)
API = "/api/v1"


@dataclass
class Office:
    """What a test needs to speak to the application and to look behind it."""

    app: FastAPI
    client: httpx2.AsyncClient
    cases: Cases
    projector: Projector
    forecaster: Forecaster
    url: str
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    @property
    def services(self) -> Services:
        """What the application's requests share."""
        found: Services = self.app.state.services
        return found

    def token(self, role: str = "secretariat", body: str | None = None) -> dict[str, str]:
        """The header of a new token."""
        with connect(self.url) as connection:
            return {"Authorization": f"Bearer {create_token(connection, role, body=body)}"}

    def secret(self, body: str, *, rotate: bool = False) -> str:
        """A body's webhook secret."""
        with connect(self.url) as connection:
            return str(webhook_secret(connection, body, real_now(), rotate=rotate)["secret"])

    def open_case(self, *answered: str, route: str = "cu-afrapportering", **facts: Any) -> UUID:
        """A case whose named single bodies have approved, so that its next step is open."""
        taken = self.cases.open(self.command(), route=route, **{"title": "Afrapportering", **facts})
        self.cases.advance(taken.case_id)
        for body in answered:
            self.cases.answer(taken.case_id, self.command(), body, Reply("approved", OPENED_ON), "secretariat")
            self.cases.advance(taken.case_id)
        return taken.case_id

    def command(self) -> Command:
        """A new command of the secretariat."""
        return Command.by(SECRETARY)

    def project(self) -> None:
        """Bring the views up to the log, and the forecasts up to the views."""
        while self.projector.turn() or self.forecaster.turn():
            pass

    async def send(
        self, body: str, payload: Any, message_id: str | None = None, secret: str | None = None, **headers: str
    ) -> httpx2.Response:
        """Send a webhook as a body's system does; `payload` is JSON, or bytes as they are."""
        content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        message_id = message_id or f"msg_{next(self.numbers)}"
        timestamp = int(real_now().timestamp())
        signed = {
            "webhook-id": message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(secret or self.secret(body), message_id, timestamp, content),
            "content-type": "application/json",
        }
        return await self.client.post(f"{API}/webhooks/{body}", content=content, headers={**signed, **headers})

    def events(self, case_id: UUID) -> list[str]:
        """The topics of a case's events."""
        return [type(event).TOPIC for event in self.cases.history(case_id)]


def decision(
    case_id: UUID | str, outcome: str = "approved", kind: str = "decision.made", **data: Any
) -> dict[str, Any]:
    """The payload of a decision of today."""
    given = {"case": str(case_id), "outcome": outcome, "decided_on": OPENED_ON.isoformat(), **data}
    return {"type": kind, "timestamp": real_now().isoformat(), "data": given}


def delay(case_id: UUID | str, **data: Any) -> dict[str, Any]:
    """The payload that tells of a delay."""
    return {"type": "decision.delayed", "timestamp": real_now().isoformat(), "data": {"case": str(case_id), **data}}
