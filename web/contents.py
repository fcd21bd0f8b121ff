# SPDX-License-Identifier: EUPL-1.2
"""The papers' content: stored by its SHA-256 before the event that names it, and not kept where none comes to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

import psycopg
import structlog
from eventsourcing.utils import get_topic

from domain.case import Case
from domain.cases import Cases, Taken
from domain.commands import Command
from domain.errors import RefusalError
from runtime.database import connect

ABANDONED = "1 hour"
"""After so long an upload that has not ended was given up: its process died, or the database went away."""

_Connection = psycopg.Connection[tuple[Any, ...]]

# Whoever stores or removes one content waits for the others, so that each sees what those before it did.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('paper ' || %s, 0))"
_BEGIN = "INSERT INTO office.paper_uploads (id, sha256) VALUES (%s, %s)"
_STORE = "INSERT INTO office.paper_contents (sha256, content) VALUES (%s, %b) ON CONFLICT (sha256) DO NOTHING"
_END = "DELETE FROM office.paper_uploads WHERE id = %s"
_GIVEN_UP = f"SELECT id, sha256 FROM office.paper_uploads WHERE begun_at < now() - interval '{ABANDONED}'"  # noqa: S608
# Reads the whole log, which only the rare upload pays for that is refused between its storing and its event.
_FORGET = """
    DELETE FROM office.paper_contents WHERE sha256 = %(sha256)s
      AND NOT EXISTS (SELECT FROM office.paper_uploads WHERE sha256 = %(sha256)s)
      AND NOT EXISTS (
        SELECT FROM public.cases_events
        WHERE topic = %(topic)s AND position(convert_to(%(sha256)s, 'UTF8') IN state) > 0
      )
"""

log = structlog.get_logger()


@dataclass(frozen=True)
class Content:
    """A file's name and what stands in it."""

    name: str
    content: bytes
    change: str | None = None
    """What it changes as a further version, where that is said."""
    material_for: tuple[str, ...] = ()

    @cached_property
    def sha256(self) -> str:
        """The digest by which the content is kept."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def facts(self) -> dict[str, Any]:
        """What the event says of it."""
        return {"name": self.name, "sha256": self.sha256, "size": len(self.content)}

    @property
    def declared(self) -> dict[str, Any]:
        """What is said of the change, as far as anything is."""
        given = {"change": self.change, "material_for": list(self.material_for)}
        return {key: value for key, value in given.items() if value}


def store_paper(database_url: str, cases: Cases, case_id: UUID, command: Command, paper: Content) -> Taken:
    """Store a paper and add it to its case; a refusal leaves no content behind. Blocks.

    Raises refusals and errors of the database; after these the upload is ended by `forget_abandoned`.
    """
    if not cases.get(case_id).is_open:  # to be refused, or a repeat: either way there is nothing to store
        return cases.add_paper(case_id, command, **paper.facts, **paper.declared)
    with connect(database_url) as connection:
        upload = _begin(connection, paper)
        try:
            taken = cases.add_paper(case_id, command, **paper.facts, **paper.declared)
        except RefusalError:
            _end(connection, upload, paper.sha256, keep=False)
            raise
        _end(connection, upload, paper.sha256, keep=True)
    return taken


def forget_abandoned(database_url: str) -> int:
    """End the uploads that nobody works on any more, with their content where no event names it; returns how many."""
    with connect(database_url) as connection:
        found = connection.execute(_GIVEN_UP).fetchall()
        for upload, sha256 in found:
            _end(connection, upload, sha256, keep=False)
            log.info("upload_forgotten", sha256=sha256)
    return len(found)


def _begin(connection: _Connection, paper: Content) -> UUID:
    upload = uuid4()
    with connection.transaction():
        connection.execute(_LOCK, (paper.sha256,))
        connection.execute(_BEGIN, (upload, paper.sha256))
        connection.execute(_STORE, (paper.sha256, paper.content))
    return upload


def _end(connection: _Connection, upload: UUID, sha256: str, *, keep: bool) -> None:
    """End an upload; unless its event was written, its content goes when no other upload and no event needs it."""
    with connection.transaction():
        connection.execute(_LOCK, (sha256,))
        connection.execute(_END, (upload,))
        if not keep:
            connection.execute(_FORGET, {"sha256": sha256, "topic": get_topic(Case.PaperAdded)})
