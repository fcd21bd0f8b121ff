# SPDX-License-Identifier: EUPL-1.2
"""Speaks with the running services as their users do: the secretariat by the API, bodies by signed webhooks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import uuid4

import httpx2

from cli.errors import CommandError
from runtime.clock import real_now
from runtime.signatures import ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign

ATTEMPTS = 40
PAUSE_SECONDS = 0.5
BUSY = {429, 503}


class DemoError(CommandError):
    """The demo did not go as its script says."""


class Api:
    """A client of one running web service; what is not confirmed is sent again under the same id."""

    def __init__(self, client: httpx2.AsyncClient, token: str, secrets: Mapping[str, str]) -> None:
        """Call as the secretariat with `token`, and as the bodies with their `secrets`."""
        self._client = client
        self._bearer = {"Authorization": f"Bearer {token}"}
        self._secrets = secrets

    async def post(self, path: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """Give a command of the secretariat."""
        headers = {**self._bearer, "Idempotency-Key": str(uuid4())}
        return await self._confirmed("POST", path, json=dict(content), headers=headers)

    async def upload(self, path: str, name: str, content: bytes) -> dict[str, Any]:
        """Add a paper."""
        headers = {**self._bearer, "Idempotency-Key": str(uuid4())}
        return await self._confirmed("POST", path, files={"file": (name, content, "text/plain")}, headers=headers)

    async def send(self, body: str, kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """Send a body's message as its own system would, signed with its secret at the real time."""
        now = real_now()
        message = {"type": kind, "timestamp": now.isoformat(), "data": dict(data)}
        content, message_id, seconds = json.dumps(message).encode(), f"msg_{uuid4().hex}", int(now.timestamp())
        headers = {
            "Content-Type": "application/json",
            ID_HEADER: message_id,
            TIMESTAMP_HEADER: str(seconds),
            SIGNATURE_HEADER: sign(self._secrets[body], message_id, seconds, content),
        }
        return await self._confirmed("POST", f"/webhooks/{body}", content=content, headers=headers)

    async def get(self, path: str) -> dict[str, Any]:
        """Read something."""
        return await self._confirmed("GET", path, headers=self._bearer)

    async def changes(self) -> AsyncIterator[dict[str, Any]]:
        """Every change of a case, as server-sent events; ends when the stream does."""
        async with self._client.stream("GET", "/events", headers=self._bearer, timeout=None) as stream:
            async for line in stream.aiter_lines():
                if line.startswith("data:"):
                    yield json.loads(line.removeprefix("data:"))

    async def _confirmed(self, method: str, path: str, **given: Any) -> dict[str, Any]:
        said = ""
        for _ in range(ATTEMPTS):
            try:
                answer = await self._client.request(method, path, **given)
            except httpx2.HTTPError as error:
                said = f"{type(error).__name__}: {error}"
            else:
                if answer.is_success:
                    return dict(answer.json())
                said = f"{answer.status_code} {answer.text[:300]}"
                if answer.status_code not in BUSY:
                    break
            await asyncio.sleep(PAUSE_SECONDS)
        raise DemoError(f"{method} {path} was answered with {said}", "the logs in the demo's folder say more")
