# SPDX-License-Identifier: EUPL-1.2
"""What has had its time is cleared away, at the start and then once a day."""

from __future__ import annotations

import asyncio

import pytest

from runtime.database import connect
from tests.web.office import Office
from web.upkeep import clear, clear_daily

KEYS = (
    "INSERT INTO office.idempotency_keys (who, key, fingerprint, created_at) VALUES ('w', %s, '', now() - %s::interval)"
)
SESSIONS = "INSERT INTO office.sessions (id, role, valid_until) VALUES (%s, 'auditor', now() - %s::interval)"
LINKS = "INSERT INTO office.signin_links (sha256, role, valid_until) VALUES (%s, 'auditor', now() - %s::interval)"


@pytest.mark.parametrize(
    ("statement", "table", "old", "young"),
    [
        (KEYS, "idempotency_keys", "31 days", "29 days"),
        (SESSIONS, "sessions", "1 minute", "-1 minute"),
        (LINKS, "signin_links", "1 minute", "-1 minute"),
    ],
    ids=["keys", "sessions", "links"],
)
async def test_what_has_had_its_time_is_cleared_away(
    office: Office, statement: str, table: str, old: str, young: str
) -> None:
    """And nothing younger."""
    with connect(office.url) as connection:
        for name, age in (("old", old), ("young", young)):
            connection.execute(statement.encode(), (name, age))
        await clear(office.services.pool, office.url, 183)
        left = connection.execute(f"SELECT count(*) FROM office.{table}".encode()).fetchone()  # noqa: S608

    assert left == (1,)


async def test_a_database_that_is_away_does_not_end_the_clearing(office: Office) -> None:
    """It goes on until the process ends."""
    end = asyncio.Event()
    clearing = asyncio.create_task(clear_daily(office.services.pool, "postgresql://nobody@127.0.0.1:1/none", 183, end))
    done, _ = await asyncio.wait({clearing}, timeout=0.5)
    end.set()
    await asyncio.wait_for(clearing, 5)

    assert not done
