# SPDX-License-Identifier: EUPL-1.2
"""The commands about cases."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.additions import condition, decision, task
from cli.agenda import place, write
from cli.giving import give, show_case
from cli.groups import command, group
from cli.options import AsOf, CaseId, Data, Papers, Reason, day, read_attributes
from cli.output import show

if TYPE_CHECKING:
    from cli.office import Office
    from domain.cases import Taken
    from domain.organisation import Organisation
    from projections.documents import Document

app = group("case", "Cases: open them, look at them, move them along.")
paper = group("paper", "The versions of a case's papers.")
app.add_typer(paper)
body = group("body", "Whom a case's steps ask.")
app.add_typer(body)
for added in (condition, task, decision):
    app.add_typer(added)
inquiry = group("inquiry", "Questions to named bodies on the way.")
app.add_typer(inquiry)


@command(app, "open")
def open_case(
    *,
    route: Annotated[str, typer.Option("--route", metavar="R", help="The route's id.")],
    title: Annotated[str, typer.Option("--title", metavar="T", help="What the case is called.")],
    deadline: Annotated[date | None, day("--deadline", "The date by which it must be done.")] = None,
    reference: Annotated[str | None, typer.Option("--reference", help="The secretariat's own number.")] = None,
    attributes: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="An attribute that the route asks about.")
    ] = None,
    concerned: Annotated[
        list[str] | None, typer.Option("--concerned", metavar="BODY", help="A body that is concerned.")
    ] = None,
    papers: Papers = None,
    data: Data = None,
) -> None:
    """Open a case."""
    from cli.papers import add_paper, read_paper
    from cli.waiting import when_begun

    contents, given = [read_paper(file) for file in papers or []], read_attributes(attributes or [])

    def open_it(office: Office) -> Taken:
        taken = office.cases.open(
            office.command(),
            route=route,
            title=title,
            deadline=deadline,
            reference=reference,
            attributes=given,
            concerned=concerned or [],
        )
        for content in contents:
            taken = add_paper(office, taken.case_id, content)
        return taken

    async def work(office: Office) -> Document:
        return await when_begun(office, open_it(office))

    show_case(data, work)


@command(app, "list")
def list_cases(
    *,
    status: Annotated[str | None, typer.Option("--status", help="Only those with this status.")] = None,
    route: Annotated[str | None, typer.Option("--route", help="Only those along this route.")] = None,
    waiting_for: Annotated[str | None, typer.Option("--waiting-for", help="Only those that wait for a body.")] = None,
    words: Annotated[str | None, typer.Option("--q", help="Words of title, reference or id.")] = None,
    overdue: Annotated[bool | None, typer.Option("--overdue/--not-overdue", help="Only those past a date.")] = None,
    standing: Annotated[
        str | None,
        typer.Option("--standing", help="Only those under way that are planned so: on_track, at_risk, late."),
    ] = None,
    cursor: Annotated[str | None, typer.Option("--cursor", help="`next` of the page before.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=500, help="How many a page.")] = 50,
    data: Data = None,
) -> None:
    """List cases, newest first."""
    from cli.office import in_office
    from cli.tables import print_cases
    from web.words import STANDINGS, STATUSES

    for what, given, known in (("status", status, STATUSES), ("standing", standing, STANDINGS)):
        if given is not None and given not in known:
            raise typer.BadParameter(f"{given!r} is no {what}; choose one of {', '.join(known)}")

    async def read(office: Office) -> Document:
        filters: dict[str, Any] = {
            "status": status,
            "route": route,
            "waiting_for": waiting_for,
            "q": words,
            "overdue": overdue,
            "standing": standing,
        }
        return await office.views.cases(today=office.today, cursor=cursor, limit=limit, **filters)

    page = in_office(data, read)
    show(page, lambda console: print_cases(console, page))


@command(app, "show")
def show_one(case_id: CaseId, as_of: AsOf = None, data: Data = None) -> None:
    """Show how a case stands, or stood."""
    show_case(data, lambda office: office.case(case_id, as_of))


@command(app, "timeline")
def show_timeline(case_id: CaseId, as_of: AsOf = None, data: Data = None) -> None:
    """Tell what happened to a case, a sentence an event."""
    from cli.office import in_office
    from cli.tables import print_timeline

    items = in_office(data, lambda office: office.timeline(case_id, as_of))
    show({"items": items}, lambda console: print_timeline(console, items))


@command(app, "consents")
def show_consents(case_id: CaseId, as_of: AsOf = None, data: Data = None) -> None:
    """Show which body has consented to which version of the papers, now or at an earlier moment."""
    from cli.office import in_office
    from cli.tables import Names, print_consents
    from projections.consents import consents

    async def work(office: Office) -> tuple[Document, Names]:
        return consents(await office.case(case_id, as_of)), Names(office.organisation, office.today)

    matrix, names = in_office(data, work)
    show(matrix, lambda console: print_consents(console, matrix, names))


@command(app, "participation")
def show_participation(
    case_id: CaseId,
    on: Annotated[date | None, day("--on", "The day that is asked about; today if left out.")] = None,
    as_of: AsOf = None,
    data: Data = None,
) -> None:
    """Show who takes part in the scheme that a case is about, as it is on a day."""
    from cli.office import in_office
    from cli.tables import Names, print_participation

    async def work(office: Office) -> tuple[Document, Organisation]:
        return await office.participation(case_id, on or office.today, as_of), office.organisation

    found, organisation = in_office(data, work)
    names = Names(organisation, date.fromisoformat(found["on"]))
    show(found, lambda console: print_participation(console, found, names))


@command(app, "inquire")
def inquire(
    case_id: CaseId,
    *,
    bodies: Annotated[list[str], typer.Option("--body", metavar="B", help="A body that is asked; give it for each.")],
    question: Annotated[str, typer.Option("--question", metavar="T", help="What is asked.")],
    due: Annotated[date, day("--due", "The day by which they are to answer.")],
    about: Annotated[
        str | None, typer.Option("--about", metavar="S", help="Our own open step, as reply, whose submission ends it.")
    ] = None,
    data: Data = None,
) -> None:
    """Ask named bodies a question, with a due date of its own."""
    from domain.inquiring import Inquiry

    asked = Inquiry(bodies, question, due, about)
    give(data, lambda office: office.cases.inquire(case_id, office.command(), asked))


@command(inquiry, "end")
def end_inquiry(case_id: CaseId, reason: Reason, data: Data = None) -> None:
    """End the open inquiry with the answers that have come."""
    give(data, lambda office: office.cases.end_inquiry(case_id, office.command(), reason))


@command(app, "renew")
def renew(
    case_id: CaseId,
    *,
    concerned: Annotated[list[str], typer.Option("--concerned", metavar="B", help="A body that is asked again.")],
    reason: Reason,
    deadline: Annotated[date | None, day("--deadline", "The date by which it must be done.")] = None,
    title: Annotated[str | None, typer.Option("--title", metavar="T", help="What the new case is called.")] = None,
    attributes: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="An attribute that is another now.")
    ] = None,
    data: Data = None,
) -> None:
    """Treat a decided case anew: open a linked case that asks only those concerned again, and show it."""
    from cli.waiting import when_begun
    from domain.renewing import Renewal

    wish = Renewal(concerned, reason, deadline, title, read_attributes(attributes or []))

    async def work(office: Office) -> Document:
        return await when_begun(office, office.cases.renew(case_id, office.command(), wish))

    show_case(data, work)


@command(app, "withdraw")
def withdraw(case_id: CaseId, reason: Reason, data: Data = None) -> None:
    """Take a case back."""
    give(data, lambda office: office.cases.withdraw(case_id, office.command(), reason))


@command(app, "suspend")
def suspend(case_id: CaseId, reason: Reason, data: Data = None) -> None:
    """Stop a case's clocks."""
    give(data, lambda office: office.cases.suspend(case_id, office.command(), reason))


@command(app, "resume")
def resume(case_id: CaseId, data: Data = None) -> None:
    """Let a suspended case go on."""
    give(data, lambda office: office.cases.resume(case_id, office.command()))


@command(app, "extend")
def extend(
    case_id: CaseId,
    deadline: Annotated[date, day("--deadline", "The new deadline.")],
    reason: Reason,
    data: Data = None,
) -> None:
    """Give a case a new deadline."""
    give(data, lambda office: office.cases.extend(case_id, office.command(), deadline, reason))


@command(app, "remind")
def remind(
    case_id: CaseId,
    bodies: Annotated[
        list[str] | None, typer.Option("--body", metavar="B", help="A body to remind; without, all that are silent.")
    ] = None,
    step: Annotated[str | None, typer.Option("--step", metavar="S", help="Only for this open step.")] = None,
    data: Data = None,
) -> None:
    """Remind bodies now; it counts as that day's reminder."""
    give(data, lambda office: office.cases.remind(case_id, office.command(), bodies or [], step))


@command(app, "set")
def set_attribute(
    case_id: CaseId,
    pair: Annotated[str, typer.Argument(metavar="KEY=VALUE", help="The attribute and its new value.")],
    reason: Reason,
    data: Data = None,
) -> None:
    """Set or alter an attribute that the case's route asks about, such as an expected date."""
    ((attribute, value),) = read_attributes([pair]).items()
    facts = {"attribute": attribute, "value": value, "reason": reason}
    give(data, lambda office: office.cases.set_attribute(case_id, office.command(), **facts))


@command(app, "migrate")
def migrate(
    case_id: CaseId,
    to_version: Annotated[int, typer.Option("--to-version", metavar="N", help="A newer version of its route.")],
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why; it is kept in the case.")] = None,
    data: Data = None,
) -> None:
    """Move a case to a newer version of its route; where that cannot be, every reason is told."""
    facts: dict[str, Any] = {"to_version": to_version, "reason": reason}
    give(data, lambda office: office.cases.migrate(case_id, office.command(), **facts))


command(app, "place")(place)
command(app, "write")(write)


@command(app, "submit")
def submit(
    case_id: CaseId,
    step: Annotated[str | None, typer.Option("--step", help="The step, where it is not the route's `submit`.")] = None,
    submitted_on: Annotated[date | None, day("--submitted-on", "The date; today if left out.")] = None,
    reference: Annotated[str | None, typer.Option("--reference", help="The receiver's or our number.")] = None,
    data: Data = None,
) -> None:
    """Record that the secretariat has submitted."""
    facts: dict[str, Any] = {"step": step, "submitted_on": submitted_on, "reference": reference}
    give(data, lambda office: office.cases.submit(case_id, office.command(), **facts))


@command(app, "resubmit")
def resubmit(case_id: CaseId, data: Data = None) -> None:
    """Send what was rejected or returned round again, revised."""
    give(data, lambda office: office.cases.resubmit(case_id, office.command()))


@command(paper, "add")
def add_version(
    case_id: CaseId,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The new version.")],
    material: Annotated[bool, typer.Option("--material", help="It changes what bodies have consented to.")] = False,
    material_for: Annotated[
        list[str] | None, typer.Option("--for", metavar="BODY", help="Of a material version: a body for which it is.")
    ] = None,
    data: Data = None,
) -> None:
    """Add a version of a case's papers; of a material one, those that have answered are asked again."""
    from cli.papers import add_paper, read_paper
    from domain.versions import MATERIAL

    content = read_paper(file, MATERIAL if material else None, material_for or [])
    give(data, lambda office: add_paper(office, case_id, content))


@command(body, "add")
def add_body(
    case_id: CaseId,
    step: Annotated[str, typer.Option("--step", metavar="S", help="The step's id; one that waits or is open.")],
    body_: Annotated[str, typer.Option("--body", metavar="B", help="The body's id.")],
    reason: Reason,
    data: Data = None,
) -> None:
    """Have a further body asked in a step that is not over."""
    facts = {"step": step, "body": body_, "reason": reason}
    give(data, lambda office: office.cases.add_body(case_id, office.command(), **facts))


@command(body, "release")
def release_body(
    case_id: CaseId,
    step: Annotated[str, typer.Option("--step", metavar="S", help="The step's id; one that waits or is open.")],
    body_: Annotated[str, typer.Option("--body", metavar="B", help="The body's id.")],
    reason: Reason,
    data: Data = None,
) -> None:
    """Ask a body no longer in a step that it has not answered."""
    facts = {"step": step, "body": body_, "reason": reason}
    give(data, lambda office: office.cases.release_body(case_id, office.command(), **facts))
