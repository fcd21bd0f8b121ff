# SPDX-License-Identifier: EUPL-1.2
"""Papers that a command line names: read before anything is done, then stored and added to the case."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from domain.cases import MAX_PAPER, Taken
from domain.errors import InvalidError
from runtime.database import connect

if TYPE_CHECKING:
    from cli.office import Office

# Content is kept before the event that names it, so that no paper is ever listed that cannot be had.
_STORE = "INSERT INTO office.paper_contents (sha256, content) VALUES (%s, %s) ON CONFLICT (sha256) DO NOTHING"


@dataclass(frozen=True)
class Content:
    """A file's name and what stands in it."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """The digest by which the content is kept."""
        return hashlib.sha256(self.content).hexdigest()


def read_paper(file: Path) -> Content:
    """What stands in a file; raises `InvalidError` for one that cannot be a paper, and `OSError`."""
    if file.stat().st_size > MAX_PAPER:
        raise InvalidError(f"{file} is over {MAX_PAPER} bytes", "give a smaller file", "paper")
    content = file.read_bytes()
    if not content:
        raise InvalidError(f"{file} is empty", "give a file with content", "paper")
    return Content(file.name, content)


def add_paper(office: Office, case_id: UUID, paper: Content) -> Taken:
    """Store a paper's content and add it to the case as its next version."""
    office.cases.get(case_id)
    with connect(office.settings.database_url) as connection:
        connection.execute(_STORE, (paper.sha256, paper.content))
    size = len(paper.content)
    return office.cases.add_paper(case_id, office.command(), name=paper.name, sha256=paper.sha256, size=size)
