# SPDX-License-Identifier: EUPL-1.2
"""The commands about agendas: the meeting that a case goes on, and a written procedure between meetings."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from cli.giving import give
from cli.options import CaseId, Data, Reason, day


def place(
    case_id: CaseId,
    *,
    body: Annotated[str, typer.Option("--body", metavar="B", help="The body that it waits for.")],
    meeting: Annotated[str, typer.Option("--meeting", metavar="M", help="The id of a meeting of the body.")],
    step: Annotated[
        str | None, typer.Option("--step", metavar="S", help="The step, where it could be several.")
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="Why; needed where its papers come too late.")
    ] = None,
    data: Data = None,
) -> None:
    """Put a case on another meeting of a body that it waits for."""
    from domain.placing import Placing

    wish = Placing(body, meeting, step, reason)
    give(data, lambda office: office.cases.place_item(case_id, office.command(), wish))


def write(
    case_id: CaseId,
    *,
    step: Annotated[str, typer.Option("--step", metavar="S", help="A step that is open at a meeting.")],
    due: Annotated[date, day("--due", "The last day on which the bodies may answer.")],
    reason: Reason,
    data: Data = None,
) -> None:
    """Have a step settled in writing between the meetings."""
    from domain.placing import InWriting

    wish = InWriting(step, due, reason)
    give(data, lambda office: office.cases.settle_in_writing(case_id, office.command(), wish))
