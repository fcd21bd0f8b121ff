# SPDX-License-Identifier: EUPL-1.2
"""The plan of a case or of a route not opened yet."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.groups import command
from cli.options import CaseId, Data, day, read_attributes, read_day
from cli.output import show

if TYPE_CHECKING:
    from rich.console import Console

    from cli.office import Office
    from domain.matters import WhatIf
    from domain.organisation import Organisation
    from projections.documents import Document

Moves = Annotated[
    list[str] | None,
    typer.Option("--move", metavar="MEETING=YYYY-MM-DD", help="What if this meeting were on another day."),
]
Cancels = Annotated[
    list[str] | None, typer.Option("--cancel", metavar="MEETING", help="What if this meeting were cancelled.")
]
Drops = Annotated[list[str] | None, typer.Option("--drop", metavar="BODY", help="What if this body were not asked.")]
Later = Annotated[int, typer.Option("--later", metavar="DAYS", min=0, help="What if it began so many days later.")]

BY_CALENDAR_ONLY = (
    "Efter kalenderfilerne alene: ingen tjenester kører, så organernes egne svartider er ikke med. / "
    "By the calendar files alone: no services run, so the bodies' own times are not counted with."
)


def register(app: typer.Typer, cases: typer.Typer) -> None:
    """Add `plan` to the commands, and `plan` to those about cases."""
    command(app, "plan")(plan_route)
    command(cases, "plan")(plan_case)


def plan_route(
    *,
    route: Annotated[str, typer.Option("--route", metavar="R", help="The route's id.")],
    deadline: Annotated[date, day("--deadline", "The date by which it must be done.")],
    start: Annotated[Any, day("--start", "The day on which the case opens; today if not given.")] = None,
    attributes: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="An attribute that the route asks about.")
    ] = None,
    concerned: Annotated[
        list[str] | None, typer.Option("--concerned", metavar="BODY", help="A body that is concerned.")
    ] = None,
    move: Moves = None,
    cancel: Cancels = None,
    drop: Drops = None,
    later: Later = 0,
    data: Data = None,
) -> None:
    """Plan a case before it is opened: by when each body must have it, and whether the deadline holds."""
    from cli.office import read_planning
    from domain.matters import Opening, matter_of_opening
    from projections.plans import planned

    what_if = read_what_if(move, cancel, drop, later)
    organisation, history, today = read_planning(data)
    begins, given = start or today, read_attributes(attributes or [])
    opening = Opening(route, begins, deadline, given, tuple(concerned or ()))
    document = planned(organisation, history or {}, matter_of_opening(organisation, opening), what_if)
    document["history"] = history is not None

    def tell(console: Console) -> None:
        _print(console, document, organisation, begins)
        if history is None:
            console.print(BY_CALENDAR_ONLY)

    show(document, tell)


def plan_case(
    case_id: CaseId,
    *,
    move: Moves = None,
    cancel: Cancels = None,
    drop: Drops = None,
    later: Later = 0,
    data: Data = None,
) -> None:
    """Plan what is left of a case: when each step is expected, and whether the deadline holds."""
    from cli.office import in_office
    from domain.matters import matter_of_case
    from projections.plans import planned

    what_if = read_what_if(move, cancel, drop, later)

    async def read(office: Office) -> tuple[Document, Organisation, date]:
        (organisation, history), case = await office.planned_with(), office.cases.get(case_id)
        return planned(organisation, history, matter_of_case(case, office.today), what_if), organisation, office.today

    document, organisation, today = in_office(data, read)
    show(document, lambda console: _print(console, document, organisation, today))


def read_what_if(move: list[str] | None, cancel: list[str] | None, drop: list[str] | None, later: int) -> WhatIf:
    """What is to be thought different, from the options' texts."""
    from domain.matters import WhatIf

    moved = {}
    for text in move or []:
        meeting, separator, on = text.rpartition("=")
        if not separator:
            raise typer.BadParameter(f"{text!r} is no move; write --move MEETING=YYYY-MM-DD")
        moved[meeting] = read_day(on)
    return WhatIf(moved, tuple(cancel or ()), tuple(drop or ()), later)


def _print(console: Console, document: Document, organisation: Organisation, today: date) -> None:
    from cli.plan_tables import print_plan
    from cli.tables import Names

    print_plan(console, document, Names(organisation, today))
