# SPDX-License-Identifier: EUPL-1.2
"""Rebuilding every view from the log beside the live ones."""

from __future__ import annotations

import threading

from projections.projector import Projector
from projections.rebuild import rebuild
from runtime.database import connect
from tests.fixtures.servers import Database
from tests.projections.stored import StoredDesk, all_rows, project


def test_a_rebuild_gives_the_same_rows(database: Database, desk: StoredDesk, projector: Projector) -> None:
    """Every table has the rows that it had."""
    desk.open()
    desk.until("agency")
    position = project(projector)
    before = all_rows(database.service_url)

    rebuilt = rebuild(database.service_url, desk.cases)

    assert rebuilt == position
    assert all_rows(database.service_url) == before


def test_a_rebuild_mends_rows_that_were_damaged(database: Database, desk: StoredDesk, projector: Projector) -> None:
    """What the views lost comes back from the log."""
    desk.open()
    project(projector)
    before = all_rows(database.service_url)
    with connect(database.service_url) as connection:
        connection.execute("DELETE FROM views.cases")

    rebuild(database.service_url, desk.cases)

    assert all_rows(database.service_url) == before


def test_the_projector_goes_on_after_a_rebuild(database: Database, desk: StoredDesk, projector: Projector) -> None:
    """A projector whose tables were exchanged begins from the new ones' place."""
    desk.open()
    desk.answers("dassos", "approved")
    rebuild(database.service_url, desk.cases)
    desk.answers("kd-net", "approved")

    project(projector)
    live = all_rows(database.service_url)
    rebuild(database.service_url, desk.cases)

    assert len(live["timeline"]) == len(list(desk.cases.history(desk.id)))
    assert all_rows(database.service_url) == live


def test_readers_never_see_an_empty_view_while_answers_arrive(
    database: Database, desk: StoredDesk, projector: Projector
) -> None:
    """Rebuilt again and again under a working projector, the views always hold the case and end up right."""
    desk.open()
    desk.until("councils")
    project(projector)
    done, seen = threading.Event(), list[int]()
    threads = [
        threading.Thread(target=_read_until, args=(database.service_url, done, seen)),
        threading.Thread(target=_project_until, args=(projector, done)),
    ]
    for thread in threads:
        thread.start()
    for council in ("aarhus", "viborg", "skive", "odder", "lemvig"):
        desk.answers(council, "noted")
        rebuild(database.service_url, desk.cases)
    done.set()
    for thread in threads:
        thread.join()

    project(projector)
    live = all_rows(database.service_url)
    rebuild(database.service_url, desk.cases)

    assert len(seen) > 5
    assert set(seen) == {1}
    assert all_rows(database.service_url) == live


def _read_until(url: str, done: threading.Event, seen: list[int]) -> None:
    with connect(url) as connection:
        while not done.is_set():
            row = connection.execute("SELECT count(*) FROM views.cases").fetchone()
            seen.append(row[0] if row else 0)


def _project_until(projector: Projector, done: threading.Event) -> None:
    while not done.is_set():
        projector.turn()
