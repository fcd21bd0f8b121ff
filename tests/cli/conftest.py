# SPDX-License-Identifier: EUPL-1.2
"""A secretariat's desk: a database of its own, views kept fresh, and commands run in this process."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import structlog

from cli.main import run
from domain.cases import Cases
from organisations.load import load_organisation
from projections.projector import Projector
from runtime.clock import Clock
from runtime.database import connect, eventsourcing_env
from runtime.settings import Settings
from tests.cli.command import Ran
from tests.fixtures.servers import Database

PAUSE_SECONDS = 0.02


class Desk:
    """Gives commands as somebody in a terminal does, and lets the process take what is due."""

    def __init__(self, database: Database, capsys: pytest.CaptureFixture[str]) -> None:
        """Work with the database; what commands print is taken from `capsys`."""
        organisation = load_organisation(Settings().organisation)
        env = eventsourcing_env(database.service_url)
        self.url = database.service_url
        self.cases = Cases(organisation=organisation, clock=Clock.real(), env=env)
        self._capsys = capsys

    def __call__(self, *words: str) -> Ran:
        """Run a command."""
        self._capsys.readouterr()
        code = run([str(word) for word in words])
        printed = self._capsys.readouterr()
        return Ran(code, printed.out, printed.err)

    def opens(self, *words: str, route: str = "cu-afrapportering") -> str:
        """Open a case, let its first steps open, and return its id."""
        opened = self("case", "open", "--route", route, "--title", "Afrapportering", *words, "--json")
        return self.moves_on(str(opened.json["id"]))

    def moves_on(self, case_id: str) -> str:
        """Let the process take every step due in the case."""
        self.cases.advance(UUID(case_id))
        return case_id

    def awaits(self, position: int) -> None:
        """Wait until the views have come to a place in the log."""
        deadline = time.monotonic() + 10
        with connect(self.url) as connection:
            while time.monotonic() < deadline:
                (found,) = connection.execute("SELECT position FROM views.position").fetchone() or (0,)
                if found >= position:
                    return
                time.sleep(PAUSE_SECONDS)
        raise TimeoutError(position)

    def has_parts(self, *parts: str) -> None:
        """Let the parts have said that they are ready."""
        with connect(self.url) as connection:
            for part in parts:
                connection.execute("INSERT INTO office.parts VALUES (%s, 'one', now(), true, '{}')", (part,))

    @contextmanager
    def moving_along(self) -> Iterator[None]:
        """Let the process take every step due in every case while the block lasts, as the worker does."""
        ended = threading.Event()

        def move() -> None:
            while not ended.wait(PAUSE_SECONDS):
                for case_id in {logged.event.originator_id for logged in self.cases.read_log(1, 1000)}:
                    self.cases.advance(case_id)

        thread = threading.Thread(target=move)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def shows(self, case_id: str, *words: str) -> dict[str, Any]:
        """The case's document."""
        return dict(self("case", "show", case_id, *words, "--json").json)


@pytest.fixture
def desk(
    database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Desk]:
    """A desk at services that are a database with a projector; Temporal is not needed and not there."""
    monkeypatch.setenv("SAGSGANG_DATABASE_URL", database.service_url)
    monkeypatch.setenv("SAGSGANG_TEMPORAL_ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv("SAGSGANG_DATA", str(tmp_path))
    made, logged = Desk(database, capsys), structlog.get_config()
    with closing(made.cases), _projecting(made):
        yield made
    logging.disable(logging.NOTSET)
    structlog.configure(**logged)


@contextmanager
def _projecting(desk: Desk) -> Iterator[None]:
    """Keep the views up to the log in a thread of this process."""
    ended = threading.Event()

    def project() -> None:
        with closing(Projector(desk.url, desk.cases)) as projector:
            while not ended.wait(PAUSE_SECONDS):
                while projector.turn():
                    pass

    thread = threading.Thread(target=project)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
