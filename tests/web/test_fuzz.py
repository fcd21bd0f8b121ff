# SPDX-License-Identifier: EUPL-1.2
"""Whatever is sent, the answer is never a 500: it says what is wrong, or takes it."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from tests.web.office import API, Office, decision

STRANGE: list[Any] = [
    None, True, 0, -1, 1.5, 1e308, 2**53 + 1, 10**30, "", " ", "\x00", "\ud800", "æøå", "x" * 5000, "2025-13-01",
    "0000-00-00", "9999-12-31", "0001-01-01", [], [[]], {}, {"a": None}, "'; DROP TABLE x; --", "%s", "\u202e",
]  # fmt: skip
PATHS = ("", "/answers", "/withdraw", "/suspend", "/resume", "/extend", "/submit", "/resubmit")
KEYS = ("route", "title", "deadline", "reference", "attributes", "concerned", "body", "outcome", "decided_on", "step")
MORE = ("decided_by", "remark", "version", "expected_on", "corrects", "due", "supports", "reason", "submitted_on")


@pytest.mark.parametrize("seed", range(4))
async def test_strange_webhooks_are_never_a_500(office: Office, seed: int) -> None:
    """One or two fields at a time are not what they should be."""
    chance, case, secret = random.Random(seed), office.open_case(), office.secret("dassos")  # noqa: S311 -- no secret
    for _ in range(40):
        payload = decision(case, kind=chance.choice(["decision.made", "decision.delayed", "decision.corrected"]))
        for _ in range(chance.randint(1, 2)):
            target = chance.choice([payload, payload["data"]]) if isinstance(payload.get("data"), dict) else payload
            target[chance.choice([*payload, *KEYS, *MORE, "case"])] = chance.choice(STRANGE)
        response = await office.send("dassos", payload, secret=secret)

        assert response.status_code < 500, (payload, response.text)


@pytest.mark.parametrize("seed", range(4))
async def test_strange_commands_are_never_a_500(office: Office, seed: int) -> None:
    """Nor is what follows from those that were taken: the views still fold."""
    chance, case, token = random.Random(seed), office.open_case(), office.token()  # noqa: S311 -- no secret
    for _ in range(40):
        path = chance.choice(PATHS)
        body = {"route": "orientering", "title": "x"} if path == "" else {"body": "dassos", "outcome": "approved"}
        body |= {key: chance.choice(STRANGE) for key in chance.sample([*KEYS, *MORE], chance.randint(0, 2))}
        address = f"{API}/cases/{case}{path}" if path else f"{API}/cases"
        content = json.dumps(body)
        response = await office.client.post(
            address, content=content, headers={**token, "content-type": "application/json"}
        )

        assert response.status_code < 500, (path, body, response.text)
    office.project()


@pytest.mark.parametrize(
    "path", ["/cases", "/cases/{}", "/cases/{}/timeline", "/bodies/{}/inbox", "/cases/{}/papers/1"]
)
async def test_strange_questions_are_never_a_500(office: Office, path: str) -> None:
    """In path and query."""
    token = office.token()
    for value in ("%00", "%ff", "%F0%9F%98%80", "..%2f", "x" * 3000, "'", "%25s"):
        for query in ("", "?as_of=", "?q=", "?status=", "?route=", "?waiting_for=", "?cursor=", "?at_least="):
            address = f"{API}{path.format(value)}{query}{value if query else ''}"
            response = await office.client.get(address, headers=token)

            assert response.status_code < 500, (address, response.text)
