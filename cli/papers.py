# SPDX-License-Identifier: EUPL-1.2
"""Papers that a command line names: read before anything is done, then stored and added to the case."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from domain.cases import Taken
from domain.errors import InvalidError
from domain.versions import MAX_PAPER
from web.contents import Content, store_paper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.office import Office


def read_paper(file: Path, change: str | None = None, material_for: Sequence[str] = ()) -> Content:
    """What stands in a file, with what is said of its change.

    Raises `InvalidError` for one that cannot be a paper, and `OSError`.
    """
    if file.stat().st_size > MAX_PAPER:
        raise InvalidError(f"{file} is over {MAX_PAPER} bytes", "give a smaller file", "paper")
    content = file.read_bytes()
    if not content:
        raise InvalidError(f"{file} is empty", "give a file with content", "paper")
    return Content(file.name, content, change, tuple(material_for))


def add_paper(office: Office, case_id: UUID, paper: Content) -> Taken:
    """Store a paper's content and add it to the case as its next version."""
    return store_paper(office.settings.database_url, office.cases, case_id, office.command(), paper)
