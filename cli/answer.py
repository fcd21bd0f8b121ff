# SPDX-License-Identifier: EUPL-1.2
"""The command that records what a body has told the secretariat by other means than its own system."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from cli.additions import Conditions, Tasks, read_conditions, read_tasks
from cli.groups import command
from cli.options import CaseId, Data, day
from cli.output import say

if TYPE_CHECKING:
    from uuid import UUID

    from cli.office import Office
    from domain.answering import Reply
    from domain.cases import Taken

DELAYED = "delayed"
EFFECTS = {
    "counted": "Taget med / counted",
    "early": "Før tid, tæller når trinnet åbner / early, counts when the step opens",
    "recommendation": "Anbefaling, organet skal selv afgøre / a recommendation, the body must decide itself",
    "late": "Trinnet var afsluttet, noteret / late, the step was completed",
    "repeated": "Registreret før / recorded before",
}


Also = Annotated[
    list[str] | None,
    typer.Option("--also", metavar="ASK=O", help="The outcome to a further ask; several times for several."),
]
Dissent = Annotated[
    list[str] | None,
    typer.Option("--dissent", metavar="WHO[: WORDS]", help="Who voted against; several times for several."),
]
Persons = Annotated[
    list[str] | None, typer.Option("--person", help="With `appointed`, `signed`: who; several times for several.")
]
Points = Annotated[
    list[str] | None, typer.Option("--point", help="With `discussed`: what was said; several times for several.")
]


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    command(app, "answer")(record_answer)


def read_decider(text: str) -> str:
    """The text, if it is somebody who decides in a body; anything else is bad usage."""
    from domain.asks import DECIDERS

    if text not in DECIDERS:
        raise typer.BadParameter(f"{text!r} cannot have decided; choose one of {', '.join(DECIDERS)}")
    return text


def read_source(text: str) -> str:
    """The text, if the secretariat can know of an answer that way; anything else is bad usage."""
    from domain.answering import SECRETARIAT_SOURCES

    if text not in SECRETARIAT_SOURCES:
        raise typer.BadParameter(f"{text!r} is no source; choose one of {', '.join(SECRETARIAT_SOURCES)}")
    return text


def record_answer(
    case_id: CaseId,
    *,
    body: Annotated[str, typer.Option("--body", metavar="B", help="The body's id.")],
    outcome: Annotated[str, typer.Option("--outcome", metavar="O", help="The outcome, or `delayed`.")],
    decided_on: Annotated[date | None, day("--decided-on", "When it decided; today if left out.")] = None,
    decided_by: Annotated[
        str | None, typer.Option("--decided-by", parser=read_decider, help="council, committee or chair.")
    ] = None,
    step: Annotated[str | None, typer.Option("--step", help="The step, where it could be several.")] = None,
    remark: Annotated[str | None, typer.Option("--remark", help="What the body adds.")] = None,
    reference: Annotated[str | None, typer.Option("--reference", help="The body's own number.")] = None,
    version: Annotated[int | None, typer.Option("--version", min=1, help="The version of the papers.")] = None,
    expected_on: Annotated[
        date | None, day("--expected-on", "With `delayed`: when it expects to; with `postponed`: the meeting's day.")
    ] = None,
    corrects: Annotated[str | None, typer.Option("--corrects", help="The id of the answer that was wrong.")] = None,
    due: Annotated[
        date | None, day("--due", "With `questions_asked` or `plan_requested`: by when it is to be answered.")
    ] = None,
    supports: Annotated[
        bool | None, typer.Option("--supports/--not-supported", help="With `decided`: what was decided.")
    ] = None,
    conditions: Conditions = None,
    tasks: Tasks = None,
    to: Annotated[
        list[str] | None, typer.Option("--to", metavar="B", help="With `questions_asked`: a body that they go on to.")
    ] = None,
    bodies_due: Annotated[date | None, day("--bodies-due", "By when these bodies answer, if not by --due.")] = None,
    effective_on: Annotated[date | None, day("--effective-on", "With `joined` and `left`: from when it holds.")] = None,
    ask: Annotated[str | None, typer.Option("--ask", help="Which ask it answers, where it could be several.")] = None,
    also: Also = None,
    source: Annotated[
        str, typer.Option("--source", parser=read_source, help="Who tells it: secretariat or minutes.")
    ] = "secretariat",
    meeting_on: Annotated[date | None, day("--meeting-on", "When the meeting was.")] = None,
    agenda_item: Annotated[str | None, typer.Option("--agenda-item", help="The item's number, as `12a`.")] = None,
    wording: Annotated[str | None, typer.Option("--wording", help="The minutes' own words.")] = None,
    protocol: Annotated[str | None, typer.Option("--protocol", help="What the minutes are filed under.")] = None,
    dissent: Dissent = None,
    reservation: Annotated[str | None, typer.Option("--reservation", help="What the body reserves.")] = None,
    persons: Persons = None,
    points: Points = None,
    data: Data = None,
) -> None:
    """Record what a body has answered, that it is delayed, or a correction."""
    from cli.office import in_office
    from domain.answering import Reply

    reply = Reply(
        outcome=None if outcome == DELAYED else outcome,
        decided_on=decided_on,
        decided_by=decided_by,
        reference=reference,
        remark=remark,
        version=version,
        step=step,
        due=due,
        supports=supports,
        expected_on=expected_on,
        corrects=corrects,
        conditions=read_conditions(conditions),
        tasks=read_tasks(tasks),
        to=to or (),
        bodies_due=bodies_due,
        effective_on=effective_on,
        ask=ask,
        also=dict(_pair(text) for text in also or ()),
        meeting_on=meeting_on,
        agenda_item=agenda_item,
        wording=wording,
        protocol=protocol,
        dissent=[_dissenter(text) for text in dissent or ()],
        reservation=reservation,
        persons=persons,
        points=points,
    )

    async def work(office: Office) -> Taken:
        taken = _take(office, case_id, body, reply, source)
        await office.views.wait_for(taken.position)
        return taken

    taken = in_office(data, work)
    receipt = {"accepted": True, "effect": taken.effect, "case": str(taken.case_id), "position": taken.position}
    say(receipt, f"{EFFECTS[taken.effect]} ({taken.position})")


def _pair(text: str) -> tuple[str, str]:
    ask, equals, outcome = text.partition("=")
    if not (ask and equals and outcome):
        raise typer.BadParameter(f"{text!r} is no ASK=OUTCOME; write it as discuss=discussed")
    return ask, outcome


def _dissenter(text: str) -> dict[str, str | None]:
    who, _, words = text.partition(":")
    return {"who": who, "text": words.strip() or None}


def _take(office: Office, case_id: UUID, body: str, reply: Reply, source: str) -> Taken:
    """Give the command that the reply is; raises `UnknownBodyError`, naming the body that may be meant."""
    from domain.asks import NOT_RECORDED

    office.organisation.body(body)
    command_ = office.command()
    if reply.outcome is None:
        return office.cases.delay(case_id, command_, body, reply, source)
    is_silent = reply.outcome == NOT_RECORDED and not reply.also
    dated = reply if is_silent else replace(reply, decided_on=reply.decided_on or office.today)
    if reply.corrects:
        return office.cases.correct(case_id, command_, body, dated, source)
    return office.cases.answer(case_id, command_, body, dated, source)
