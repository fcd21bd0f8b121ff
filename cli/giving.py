# SPDX-License-Identifier: EUPL-1.2
"""Gives a command to a case, and shows the case as it then stands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from cli.output import show

if TYPE_CHECKING:
    from cli.office import Office
    from domain.cases import Taken
    from domain.organisation import Organisation
    from projections.documents import Document


def give(data: Path | None, act: Callable[[Office], Taken]) -> None:
    """Give a command, and show the case when the views have what it did."""

    async def work(office: Office) -> Document:
        return await office.after(act(office))

    show_case(data, work)


def show_case(data: Path | None, read: Callable[[Office], Awaitable[Document]]) -> None:
    """Show a case that is read from the office."""
    from cli.office import in_office
    from cli.tables import Names, print_case

    async def work(office: Office) -> tuple[Document, Organisation, date]:
        return await read(office), office.organisation, office.today

    document, organisation, today = in_office(data, work)
    show(document, lambda console: print_case(console, document, Names(organisation, today)))
