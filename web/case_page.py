# SPDX-License-Identifier: EUPL-1.2
"""A case's page: how it stands on its route, what every body has said, what happened, and what may be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from domain.case import OPEN_STATUSES, Case
from domain.dates import danish_date
from domain.errors import InvalidError
from domain.names import Name
from projections.as_of import parse_as_of
from projections.consents import consents
from projections.documents import Document
from web.action import Form
from web.actions import ACTIONS, actions_for
from web.commands import CaseId
from web.diagram import diagram_of
from web.guards import Guest
from web.link_actions import links_of
from web.opening import OPENED
from web.plans import plan_of
from web.reads import caught_up, find_case, find_timeline
from web.rendering import render
from web.services import Services, now, services
from web.standing import case_due, deadline_of, due_of, in_order, names_of, next_meetings, outlook_of

KINDS: dict[str, tuple[Name, frozenset[str] | None]] = {
    "": (Name("Alt", "Everything"), None),
    "answers": (
        Name("Organernes svar", "The bodies' answers"),
        frozenset(k.TOPIC for k in (Case.AnswerRecorded, Case.AnswerCorrected, Case.DelayReported)),
    ),
    "steps": (
        Name("Sagens gang", "The case's way"),
        frozenset(
            k.TOPIC
            for k in (
                Case.Opened,
                Case.StepOpened,
                Case.StepCompleted,
                Case.StepReopened,
                Case.StepSkipped,
                Case.Closed,
            )
        ),
    ),
    "reminders": (
        Name("Invitationer og påmindelser", "Invitations and reminders"),
        frozenset(k.TOPIC for k in (Case.BodiesInvited, Case.BodiesReminded, Case.Escalated, Case.DuePassed)),
    ),
}
"""What the timeline may be narrowed to, by the word in the address: its name, and the events."""

router = APIRouter(include_in_schema=False)
Words = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True)
class View:
    """What the address asks to see: a past day, one kind of events or one body's, and what was just done."""

    as_of: Words = ""
    show: Words = ""
    by: Words = ""
    done: Words = ""


@router.get("/cases/{id}", dependencies=[Depends(caught_up)])
async def show_case(request: Request, visitor: Guest, case: CaseId, view: Annotated[View, Depends(View)]) -> Response:
    """A case now, or as it stood at an earlier moment; raises problems."""
    shared, moment = services(request), _moment(view.as_of)
    document = await find_case(shared, case, moment)
    timeline = await find_timeline(shared, case, moment)
    today = danish_date(parse_as_of(moment)) if moment else shared.today()
    _sort(shared, document)
    links = await links_of(shared, document) if visitor.principal.writes and not moment else []
    actions = actions_for(Form(shared, document, {}, links)) if visitor.principal.writes and not moment else {}
    rounds = [past for step in document["steps"] for past in (step, *step["earlier"])]
    bodies = {answer["body"] for past in rounds for answer in past["answers"]}
    plan = await _plan(shared, document, moment)
    diary = await shared.diary(parse_as_of(moment) if moment else None)
    planned = [body for step in (plan["steps"] if plan else ()) for body in step["bodies"]]
    return render(
        request,
        "case.html",
        case=document,
        due=case_due(document, today),
        deadline=deadline_of(shared, document, today),
        diagram=diagram_of(document),
        timeline=narrowed(timeline, view.show, view.by)[::-1],
        kinds=KINDS,
        show=view.show,
        by=view.by,
        bodies=in_order(shared, list(bodies)),
        names=names_of(
            shared,
            [*bodies, *planned, *document["waiting_for"], *_named(shared, document), *(link.body for link in links)],
            today,
        ),
        plan=plan,
        outlook=outlook_of(plan),
        meetings=next_meetings(diary.organisation.calendars, document["waiting_for"], today),
        matrix=consents(document),
        moment=moment,
        today=today,
        actions=actions,
        links=links,
        real_now=now(),
        done=OPENED if view.done == "open" else ACTIONS[view.done].done if view.done in ACTIONS else None,
        due_of=due_of,
    )


async def _plan(shared: Services, document: Document, as_of: str | None) -> Document | None:
    """The plan of a case under way, now or as it was; None for one that is over, or that cannot be planned."""
    if document["status"] not in OPEN_STATUSES:
        return None
    try:
        plan, _ = await plan_of(shared, UUID(document["id"]), as_of=parse_as_of(as_of) if as_of else None)
    except InvalidError:
        return None
    return plan


def narrowed(timeline: list[Document], show: str, by: str) -> list[Document]:
    """The entries of one kind and of one body, where these are asked for."""
    topics = KINDS.get(show, KINDS[""])[1]
    return [e for e in timeline if (topics is None or e["type"] in topics) and (not by or e["body"] == by)]


def _named(shared: Services, document: Document) -> list[str]:
    """The bodies that conditions, tasks, decisions, schemes and escalations name."""
    added = [*document["conditions"], *document["tasks"], *document["decisions"]]
    doing = [one["responsible"] for one in added if one.get("responsible") in shared.organisation.bodies]
    schemes = [step["participation"] for step in document["steps"] if "participation" in step]
    joining = [body for scheme in schemes for body in (*scheme["must_have"], *(c["body"] for c in scheme["changes"]))]
    rounds = [past for step in document["steps"] for past in (step, *step["earlier"])]
    told = [body for past in rounds for sent in past["reminders"] for body in (*sent["told"], *sent["bodies"])]
    return [*(one["body"] for one in added), *doing, *joining, *told]


def _sort(shared: Services, document: Document) -> None:
    """Put every step's answers in the order in which Danes sort the bodies."""
    for step in document["steps"]:
        for shown in (step, *step["earlier"]):
            place = {body: n for n, body in enumerate(in_order(shared, [a["body"] for a in shown["answers"]]))}
            shown["answers"].sort(key=lambda answer: place[answer["body"]])


def _moment(as_of: str) -> str | None:
    """What the address turns the page back to; a moment that is none means now."""
    try:
        parse_as_of(as_of)
    except InvalidError:
        return None
    return as_of
