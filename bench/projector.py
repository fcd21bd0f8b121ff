# SPDX-License-Identifier: EUPL-1.2
"""How much batches bring the projector: events a second in batches of 500 against one transaction an event."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from projections.projector import BATCH, Projector
from runtime.database import SERVICE_ROLE, connect
from tests.projections.stored import StoredDesk
from workers.embedded.postgres import OWNER, EmbeddedPostgres
from workers.migrate import migrate

CASES = 30
"""Of some 60 events each."""


def main() -> None:
    """Print both rates and their ratio."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder)).running() as server:
        migrate(server.database_url(OWNER, "postgres"))
        url = server.database_url(SERVICE_ROLE, "postgres")
        desk = StoredDesk(url)
        with desk.cases:
            for _ in range(CASES):
                play(desk)
            batches, single = (rate(url, desk, batch) for batch in (BATCH, 1))
    print(f"batches of {BATCH}: {batches:,.0f} events a second; one at a time: {single:,.0f}; {batches / single:.1f} x")


def play(desk: StoredDesk) -> None:
    """Let one case come to its agency, every council answering."""
    desk.open()
    desk.until("councils")
    for council in list(desk.round("councils").answers):
        desk.answers(council, "noted")
    desk.commands("submit")


def rate(url: str, desk: StoredDesk, batch: int) -> float:
    """Events a second of a projector that begins anew."""
    with connect(url) as connection:
        connection.execute("TRUNCATE views.cases, views.timeline, views.inbox, views.answers")
        connection.execute("UPDATE views.position SET position = 0")
    projector = Projector(url, desk.cases, batch=batch)
    began = time.perf_counter()
    while projector.turn():
        pass
    seconds = time.perf_counter() - began
    projector.close()
    with connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM views.timeline").fetchone()
    assert row
    return float(row[0] / seconds)


if __name__ == "__main__":
    main()
