# SPDX-License-Identifier: EUPL-1.2
"""How soon the front page is there with 10,000 cases and 200,000 answers, and as of a past day; medians."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from runtime.database import SERVICE_ROLE, connect
from tests.projections.stored import StoredDesk
from tests.web.conftest import running_office
from tests.web.office import Office
from tests.web.test_access import sign_in
from workers.embedded.postgres import OWNER, EmbeddedPostgres
from workers.migrate import migrate

PLAYED = 100
"""Cases that are really played, and run on."""
COPIES = 33
"""How often each of their rows stands in the views beside the first."""
ROUNDS = 15
_COPY = (
    """
    INSERT INTO views.cases
    SELECT gen_random_uuid(), position, status, route, opened_at - n * interval '8 days', closed_at, overdue_after,
           waiting_for, search, summary, document
    FROM views.cases, generate_series(1, %s) AS n
    """,
    """
    INSERT INTO views.answers
    SELECT position + n * 10000000, case_id, body, asked_at - n * interval '8 days',
           answered_at - n * interval '8 days', decided_on - n * 8, due - n * 8, mode
    FROM views.answers, generate_series(1, %s) AS n
    """,
)

_FORECASTS = """
    INSERT INTO views.forecasts
    SELECT id, cases.position, meetings, planned_on, standing, bodies, expected_on, forecast
    FROM views.cases JOIN views.forecasts ON case_id = (document ->> 'id')::uuid WHERE id <> case_id
"""


def main() -> None:
    """Fill a database and print the medians."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder)).running() as server:
        migrate(server.database_url(OWNER, "postgres"))
        url = server.database_url(SERVICE_ROLE, "postgres")
        desk = StoredDesk(url)
        with desk.cases:
            for _ in range(PLAYED):
                play(desk)
        asyncio.run(measure(url, Path(folder)))


def play(desk: StoredDesk) -> None:
    """Open a case and let it come to its councils, all but one of which answer."""
    desk.turn_to("2025-03-18")
    desk.open()
    desk.turn_to("2025-04-22")
    desk.until("councils")
    for council in list(desk.round("councils").answers)[1:]:
        desk.answers(council, "noted")


async def measure(url: str, data: Path) -> None:
    """Ask for the pages again and again."""
    async with running_office(url, data) as office:
        office.project()
        await sign_in(office)
        few = await seconds(office, "/"), await seconds(office, "/?as_of=2025-04-01")
        with connect(url) as connection:
            for statement in _COPY:
                connection.execute(statement.encode(), (COPIES,))
            connection.execute(_FORECASTS)
            connection.execute("ANALYZE")
        many = await seconds(office, "/")
    print(f"{PLAYED} cases: {few[0]:.3f} s, as of a past day {few[1]:.3f} s")
    print(f"{PLAYED * (COPIES + 1):,} cases: {many:.3f} s")


async def seconds(office: Office, address: str) -> float:
    """The median time of a page."""
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await office.client.get(address)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
