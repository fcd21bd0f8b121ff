# SPDX-License-Identifier: EUPL-1.2
"""The projector: what it writes, in which transaction, and how it goes on after trouble."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from domain.case import Case
from projections.documents import case_document
from projections.projector import WRITERS, Projector, ViewShapeError, notify
from runtime.database import connect
from tests.fixtures.servers import Database
from tests.projections.stored import StoredDesk, all_rows, project


def test_a_case_stands_in_the_list_as_the_fold_makes_it(
    database: Database, desk: StoredDesk, projector: Projector
) -> None:
    """The stored document equals the one folded from the case."""
    desk.open()
    desk.until("councils")
    position = project(projector)

    with connect(database.service_url) as connection:
        row = connection.execute("SELECT position, document FROM views.cases").fetchone()

    assert row == (position, case_document(desk.case, position, desk.cases.working_days))


def test_every_event_has_one_timeline_row(database: Database, desk: StoredDesk, projector: Projector) -> None:
    """The timeline's rows are the log's events."""
    desk.open()
    desk.until("councils")
    project(projector)

    timeline = all_rows(database.service_url)["timeline"]

    assert [logged.position for logged in desk.cases.read_log(1, 500)] == sorted(row[0] for row in timeline)


def test_small_batches_write_the_same_rows_as_large_ones(
    database: Database, desk: StoredDesk, projector: Projector
) -> None:
    """The views do not depend on where batches end."""
    desk.open()
    desk.until("agency")
    project(projector)
    at_once = all_rows(database.service_url)
    _forget_views(database)

    one_by_one = Projector(database.service_url, desk.cases, batch=1)
    project(one_by_one)
    one_by_one.close()

    assert all_rows(database.service_url) == at_once


def test_a_projector_that_starts_anew_goes_on_where_the_last_one_stopped(
    database: Database, desk: StoredDesk, projector: Projector
) -> None:
    """Nothing is lost or doubled over a restart, although nothing is remembered in memory."""
    desk.open()
    project(projector)
    projector.close()
    desk.until("councils")

    project(projector)

    rows = all_rows(database.service_url)
    assert len(rows["timeline"]) == len(list(desk.cases.history(desk.id)))
    assert len(rows["inbox"]) == 20


def test_two_projectors_at_once_write_nothing_twice(database: Database, desk: StoredDesk, projector: Projector) -> None:
    """One that finds the place moved by another begins again from there."""
    other = Projector(database.service_url, desk.cases, batch=1)
    desk.open()
    project(projector)
    project(other)
    desk.answers("dassos", "approved")
    other.turn()

    position = project(projector)
    other.close()

    assert position == desk.cases.read_log(1, 500)[-1].position
    assert len(all_rows(database.service_url)["timeline"]) == len(list(desk.cases.history(desk.id)))


def test_the_inbox_holds_what_open_steps_await(database: Database, desk: StoredDesk, projector: Projector) -> None:
    """A body's row comes with its open step and goes with its answer."""
    desk.open()
    project(projector)
    before = all_rows(database.service_url)["inbox"]

    desk.answers("dassos", "approved")
    project(projector)

    assert [(row[0], row[2]) for row in before] == [("dassos", "dassos")]
    assert [(row[0], row[2]) for row in all_rows(database.service_url)["inbox"]] == [("kd-net", "kd-net")]


def test_a_withdrawn_case_leaves_every_inbox(database: Database, desk: StoredDesk, projector: Projector) -> None:
    """Nobody is asked to answer a case that is no more."""
    desk.open()
    desk.commands("withdraw", "Udmeldingen er trukket tilbage")

    project(projector)

    assert all_rows(database.service_url)["inbox"] == []


def test_a_failed_transaction_is_taken_again_as_a_whole(
    database: Database, desk: StoredDesk, projector: Projector
) -> None:
    """Rows and place commit together: after a refused write neither is there, and the next turn makes both."""
    desk.open()
    with connect(database.service_url) as connection:
        connection.execute("ALTER TABLE views.inbox ADD CONSTRAINT refused CHECK (body <> 'dassos')")
        with pytest.raises(psycopg.errors.CheckViolation):
            projector.turn()
        stopped = all_rows(database.service_url)
        connection.execute("ALTER TABLE views.inbox DROP CONSTRAINT refused")

    project(projector)

    assert stopped == {"position": [(True, 0)], "cases": [], "timeline": [], "inbox": [], "answers": []}
    assert len(all_rows(database.service_url)["inbox"]) == 1


def test_an_event_that_cannot_be_folded_stops_the_projector_right_before_it(
    database: Database, desk: StoredDesk, projector: Projector
) -> None:
    """What came before it is shown, what comes after waits, and every turn says so: nothing is skipped."""
    desk.open()
    before = desk.cases.read_log(1, 500)
    poison = _append_poison(database, desk)
    other = desk.open(title="Den næste")

    assert projector.turn() is True
    for _ in range(2):
        with pytest.raises(KeyError):
            projector.turn()

    rows = all_rows(database.service_url)
    assert rows["position"] == [(True, before[-1].position)]
    assert [row[-1]["title"] for row in rows["cases"]] == ["Afrapportering 2025"]
    assert before[-1].position < poison < other.position


@pytest.mark.parametrize("writer", WRITERS, ids=lambda file: file.stem)
def test_whatever_a_writer_of_rows_uses_is_part_of_their_shape(writer: Path) -> None:
    """So that an upgrade folds the views anew when rows are made otherwise."""
    used = re.findall(r"^from projections\.(\w+) import", writer.read_text("utf-8"), re.MULTILINE)

    assert set(used) <= {file.stem for file in WRITERS}


def test_tables_of_another_shape_are_left_alone(database: Database, desk: StoredDesk, projector: Projector) -> None:
    """A projector of an older version waits while a newer one's tables stand there, and goes on when it may."""
    desk.open()
    with connect(database.service_url) as connection:
        row = connection.execute("SELECT obj_description('views.position'::regclass, 'pg_class')").fetchone()
        assert row
        connection.execute("COMMENT ON TABLE views.position IS 'newer'")
        with pytest.raises(ViewShapeError, match="run `sagsgang migrate`"):
            projector.turn()
        assert all_rows(database.service_url)["cases"] == []
        connection.execute(f"COMMENT ON TABLE views.position IS '{row[0]}'")

    assert project(projector) > 0


def test_texts_that_postgresql_refuses_do_not_stop_the_views(
    database: Database, desk: StoredDesk, projector: Projector
) -> None:
    """NUL and a number that is none come out readable."""
    desk.open(attributes={"x": float("nan"), "y": "a\0b \\u0000"})

    project(projector)

    document = all_rows(database.service_url)["cases"][0][-1]
    assert document["attributes"] == {"x": None, "y": "a\ufffdb \\u0000"}


def test_each_batch_is_notified_with_its_cases(database: Database, desk: StoredDesk, projector: Projector) -> None:
    """The notification names the place and the cases."""
    with connect(database.service_url) as connection:
        connection.execute("LISTEN sagsgang_views")
        desk.open()
        position = project(projector)
        heard = [json.loads(news.payload) for news in connection.notifies(timeout=5, stop_after=1)]

    assert heard == [{"position": position, "cases": [str(desk.id)]}]


def test_the_notification_of_many_cases_fits_what_postgresql_takes(database: Database) -> None:
    """Cases beyond what one notification holds come in further ones."""
    cases = [str(uuid4()) for _ in range(500)]

    with connect(database.service_url) as connection:
        connection.execute("LISTEN sagsgang_views")
        with connection.transaction():
            notify(connection, 7, cases)
        connection.execute("SELECT pg_notify('sagsgang_views', 'null')")
        heard = list(itertools.takewhile(bool, (json.loads(news.payload) for news in connection.notifies(timeout=10))))

    assert {news["position"] for news in heard} == {7}
    assert [case for news in heard for case in news["cases"]] == cases


def _forget_views(database: Database) -> None:
    with connect(database.service_url) as connection:
        connection.execute("TRUNCATE views.cases, views.timeline, views.inbox, views.answers")
        connection.execute("UPDATE views.position SET position = 0")


def _append_poison(database: Database, desk: StoredDesk) -> int:
    """Append an event of a step that the case's route does not have; returns its place in the log."""
    kind: Any = Case.StepSkipped
    event = kind(
        originator_id=desk.id,
        originator_version=desk.case.version + 1,
        timestamp=desk.now,
        actor={"who": "", "role": "", "how": ""},
        command_id="",
        step="gone",
        round=1,
    )
    stored = desk.cases.mapper.to_stored_event(event)
    with connect(database.service_url) as connection:
        row = connection.execute(
            "INSERT INTO cases_events (originator_id, originator_version, topic, state) VALUES (%s, %s, %s, %s)"
            " RETURNING notification_id",
            (stored.originator_id, stored.originator_version, stored.topic, stored.state),
        ).fetchone()
    assert row
    return int(row[0])
