# SPDX-License-Identifier: EUPL-1.2
"""The API's writes: each is one command, committed before it is confirmed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import Field, WithJsonSchema

from domain.answering import Reply
from domain.asks import POSTPONED
from domain.attributes import LONGEST_VALUE
from domain.cases import MAX_TITLE, Cases, Taken
from domain.commands import Command
from domain.errors import CaseNotFoundError
from projections.documents import as_read_on, case_document
from web import examples
from web.access import Principal
from web.additions import GivenConditions, GivenTasks, facts_of
from web.answers import GivenDissent, Minutes
from web.describing import described, header
from web.guards import Writer
from web.idempotency import Answer, Attempt, once
from web.problems import FieldError, invalid
from web.reading import Day, Given, Identifier, Reference, Text, Version, read_model
from web.services import Services, services
from web.webhooks import as_content

DELAYED = "delayed"
SOURCE: Final = "secretariat"
VALUE = {"type": ["string", "number", "boolean"], "maxLength": LONGEST_VALUE}
KEY = header(
    "Idempotency-Key",
    "1 to 200 visible ASCII characters; a repeat under the same key returns the first result",
    "8e03978e-40d5-43e8-bc93-6894a57f9324",
    required=False,
)

router = APIRouter(tags=["commands"])


class Opening(Given):
    """A new case."""

    route: Identifier
    title: Annotated[str, Field(max_length=MAX_TITLE)]
    deadline: Day | None = None
    reference: Reference | None = None
    attributes: dict[str, Any] = Field(default_factory=dict)
    concerned: list[Identifier] = Field(default_factory=list, max_length=500)


class Told(Minutes, Given):
    """What a body told the secretariat by other means than a webhook."""

    body: Identifier
    outcome: Identifier
    decided_on: Day | None = None
    decided_by: Identifier | None = None
    step: Identifier | None = None
    remark: Text | None = None
    reference: Reference | None = None
    version: Version | None = None
    expected_on: Day | None = None
    corrects: Identifier | None = None
    due: Day | None = None
    supports: bool | None = None
    conditions: GivenConditions
    tasks: GivenTasks
    to: list[Identifier] = Field(default_factory=list, max_length=500)
    bodies_due: Day | None = None
    effective_on: Day | None = None
    dissent: GivenDissent | None = None
    source: Literal["secretariat", "minutes"] = SOURCE


class Reasoned(Given):
    """Why something is done."""

    reason: Text


class Extension(Given):
    """A new deadline and why."""

    deadline: Day
    reason: Text


class Submission(Given):
    """That the secretariat has submitted; without a day it was today."""

    step: Identifier | None = None
    submitted_on: Day | None = None
    reference: Reference | None = None


class Asking(Given):
    """Whom a step is, or is no longer, to ask, and why."""

    step: Identifier
    body: Identifier
    reason: Text


class Reminding(Given):
    """Whom to remind now; without bodies all that have said nothing, without a step in every open one."""

    bodies: list[Identifier] = Field(default_factory=list, max_length=500)
    step: Identifier | None = None


class Setting(Given):
    """What an attribute of the case is to be, and why."""

    attribute: Identifier
    value: Annotated[Any, WithJsonSchema(VALUE)]
    reason: Text


class Migration(Given):
    """To which version of its route a case is to move, and perhaps why."""

    to_version: Version
    reason: Text | None = None


class Nothing(Given):
    """A command that needs no facts."""


def case_id(id: str) -> UUID:  # noqa: A002 -- the name of the path's parameter
    """The case's id in a path; raises `CaseNotFoundError` for what can be none."""
    try:
        return UUID(id)
    except ValueError:
        raise case_not_found() from None


def case_not_found() -> CaseNotFoundError:
    """That there is no such case, in the same words where there is one for others alone."""
    return CaseNotFoundError("there is no such case", "look the id up in the list of cases", "id")


CaseId = Annotated[UUID, Depends(case_id)]


@router.post(
    "/cases",
    summary="Open a case",
    **described(Opening, examples.OPENING, examples.CASE, status=201, parameters=[KEY]),
)
async def open_case(request: Request, principal: Writer) -> JSONResponse:
    """Open a case along the newest version of a route; its process begins by itself.

    `concerned` names the bodies of steps that ask whom the case concerns. The answer is the case as it was opened.
    """
    asked, shared = await read_model(request, Opening), services(request)
    attempt = Attempt.of(request, principal, asked.model_dump(mode="json"))
    facts, command = dict(asked), attempt.command

    async def act() -> Answer:
        def open_it() -> dict[str, Any]:
            taken = shared.cases.open(command, **facts, case_id=attempt.case_id)
            return document_of(shared, taken)

        document = await shared.run(open_it)
        return Answer(201, document, f"/api/v1/cases/{document['id']}")

    return await once(shared.keys, attempt, act)


@router.post(
    "/cases/{id}/answers",
    summary="Record what a body told",
    **described(Told, examples.REPLY, examples.TAKEN, parameters=[KEY]),
)
async def record_answer(request: Request, principal: Writer, case: CaseId) -> JSONResponse:
    """Record an answer that came by mail, telephone or minutes.

    `outcome: delayed` says that the body will not make the date (`expected_on`), `postponed` that a later meeting
    will deal with it (the next, or that of `expected_on`); `corrects` names the `message_id` of
    an answer that was wrong, and lists all that the right one adds. `source: minutes` says that the secretariat read it
    in the minutes; by its word alone an outcome may be `not_recorded`. An answer by somebody whom the route does not
    let decide has the effect `recommendation`, and the body is still awaited.
    """
    told, shared = await read_model(request, Told), services(request)
    _check_told(shared, told)
    facts = facts_of(told, leave_out="body")
    source, reply = facts.pop("source"), Reply(**facts)
    method = shared.cases.delay if told.outcome == DELAYED else shared.cases.answer
    if told.corrects:
        method = shared.cases.correct

    def act(command: Command) -> Taken:
        taken = method(case, command, told.body, reply, source)
        shared.metrics.count_answer(source, taken.effect)
        return taken

    return await execute(request, principal, told, act)


@router.post(
    "/cases/{id}/withdraw",
    summary="Withdraw a case",
    **described(Reasoned, {"reason": "Udmeldingen er trukket tilbage"}, examples.TAKEN, parameters=[KEY]),
)
async def withdraw(request: Request, principal: Writer, case: CaseId) -> JSONResponse:
    """Take a case back for good; whoever answers afterwards is told so."""
    asked, cases = await read_model(request, Reasoned), services(request).cases
    return await execute(request, principal, asked, lambda command: cases.withdraw(case, command, asked.reason))


@router.post(
    "/cases/{id}/suspend",
    summary="Suspend a case",
    **described(Reasoned, {"reason": "Afventer ny vejledning"}, examples.TAKEN, parameters=[KEY]),
)
async def suspend(request: Request, principal: Writer, case: CaseId) -> JSONResponse:
    """Stop a case's clocks: no reminders and no due dates; answers are still taken."""
    asked, cases = await read_model(request, Reasoned), services(request).cases
    return await execute(request, principal, asked, lambda command: cases.suspend(case, command, asked.reason))


@router.post(
    "/cases/{id}/resume",
    summary="Resume a suspended case",
    **described(Nothing, {}, examples.TAKEN, parameters=[KEY]),
)
async def resume(request: Request, principal: Writer, case: CaseId) -> JSONResponse:
    """Let a suspended case go on, every date moved by the days that it stood still."""
    asked, cases = await read_model(request, Nothing), services(request).cases
    return await execute(request, principal, asked, lambda command: cases.resume(case, command))


@router.post(
    "/cases/{id}/extend",
    summary="Extend a case's deadline",
    **described(
        Extension,
        {"deadline": "2025-06-13", "reason": "Styrelsen har givet udsættelse"},
        examples.TAKEN,
        parameters=[KEY],
    ),
)
async def extend(request: Request, principal: Writer, case: CaseId) -> JSONResponse:
    """Give a case a new deadline; every step that is due on it follows."""
    asked, cases = await read_model(request, Extension), services(request).cases
    return await execute(
        request, principal, asked, lambda command: cases.extend(case, command, asked.deadline, asked.reason)
    )


@router.post(
    "/cases/{id}/remind",
    summary="Remind bodies now",
    **described(Reminding, {"bodies": ["samsoe"], "step": "councils"}, examples.TAKEN, parameters=[KEY]),
)
async def remind(request: Request, principal: Writer, case: CaseId) -> JSONResponse:
    """Remind bodies by hand; it counts as that day's reminder, so that the route's rule does not repeat it.

    A body that is delayed is reminded only where it is named. 409 where nobody is awaited, or all were reminded today.
    """
    asked, cases = await read_model(request, Reminding), services(request).cases
    return await execute(request, principal, asked, lambda command: cases.remind(case, command, **dict(asked)))


@router.post(
    "/cases/{id}/attributes",
    summary="Set an attribute",
    **described(Setting, examples.ATTRIBUTE, examples.TAKEN, parameters=[KEY]),
)
async def set_attribute(request: Request, principal: Writer, case: CaseId) -> JSONResponse:
    """Give or alter what the route asks to know, such as an expected date; steps that have begun keep their course."""
    asked, cases = await read_model(request, Setting), services(request).cases
    return await execute(request, principal, asked, lambda command: cases.set_attribute(case, command, **dict(asked)))


@router.post(
    "/cases/{id}/migrate",
    summary="Move a case to a newer version of its route",
    **described(Migration, examples.MIGRATION, examples.TAKEN, parameters=[KEY]),
)
async def migrate(request: Request, principal: Writer, case: CaseId) -> JSONResponse:
    """Let a case go on along a newer version; 409 names in `errors` everything that stands in the way."""
    asked, cases = await read_model(request, Migration), services(request).cases
    return await execute(request, principal, asked, lambda command: cases.migrate(case, command, **dict(asked)))


@router.post(
    "/cases/{id}/submit",
    summary="Record that the secretariat has submitted",
    **described(Submission, {"submitted_on": "2025-05-28"}, examples.TAKEN, parameters=[KEY]),
)
async def submit(request: Request, principal: Writer, case: CaseId) -> JSONResponse:
    """Answer the route's submission, or with `step` another step of the secretariat's own; twice, it is `repeated`."""
    asked, cases = await read_model(request, Submission), services(request).cases
    return await execute(request, principal, asked, lambda command: cases.submit(case, command, **dict(asked)))


@router.post(
    "/cases/{id}/resubmit",
    summary="Resubmit a revised case",
    **described(Nothing, {}, examples.TAKEN, parameters=[KEY]),
)
async def resubmit(request: Request, principal: Writer, case: CaseId) -> JSONResponse:
    """Answer the open revision: the step that was rejected or returned is asked again in its next round."""
    asked, cases = await read_model(request, Nothing), services(request).cases
    return await execute(request, principal, asked, lambda command: cases.resubmit(case, command))


@router.post(
    "/cases/{id}/bodies",
    summary="Have a further body asked",
    **described(Asking, examples.ASKING, examples.TAKEN, parameters=[KEY]),
)
async def add_body(request: Request, principal: Writer, case: CaseId) -> JSONResponse:
    """Have a step that waits or is open ask one more body, which then must answer too."""
    asked, cases = await read_model(request, Asking), services(request).cases
    return await execute(request, principal, asked, lambda command: cases.add_body(case, command, **dict(asked)))


@router.post(
    "/cases/{id}/bodies/release",
    summary="Ask a body no longer",
    **described(Asking, examples.RELEASING, examples.TAKEN, parameters=[KEY]),
)
async def release_body(request: Request, principal: Writer, case: CaseId) -> JSONResponse:
    """Take a body that has not answered out of a step, unless it is the last one; 409 for one that has answered."""
    asked, cases = await read_model(request, Asking), services(request).cases
    return await execute(request, principal, asked, lambda command: cases.release_body(case, command, **dict(asked)))


def document_of(shared: Services, taken: Taken) -> dict[str, Any]:
    """The case as a command left it; the views may not have come that far."""
    document = case_document(
        shared.cases.get(taken.case_id, version=taken.version), taken.position, shared.cases.working_days
    )
    return as_read_on(document, shared.today())


async def execute(
    request: Request, principal: Principal, asked: Given, act: Callable[[Command], Taken]
) -> JSONResponse:
    """Run a command on a case and answer as for a webhook."""
    shared = services(request)
    attempt = Attempt.of(request, principal, asked.model_dump(mode="json"))
    command = attempt.command

    async def answer() -> Answer:
        taken = await shared.run(lambda: first_effect(shared.cases, act(command), command))
        return Answer(200, as_content(taken))

    return await once(shared.keys, attempt, answer)


def first_effect(cases: Cases, taken: Taken, command: Command) -> Taken:
    """What a command did when it was first taken: a crash may have kept its answer from the caller and from the key."""
    if taken.effect != "repeated":
        return taken
    event = next(event for event in cases.history(taken.case_id) if event.originator_version == taken.version)
    is_own = event.command_id == command.id
    return replace(taken, effect=getattr(event, "effect", "counted")) if is_own else taken


def _check_told(shared: Services, told: Told) -> None:
    """Refuse what the domain would not see: an unknown body, and facts that the kind of answer has no place for."""
    errors = []
    if told.body not in shared.organisation.bodies:
        errors.append(FieldError("body", f"there is no body {told.body!r}", "choose one that GET /api/v1/bodies lists"))
    if told.outcome == DELAYED and told.corrects:
        errors.append(FieldError("corrects", "cannot correct an answer to a delay", "give the right outcome"))
    if told.outcome not in {DELAYED, POSTPONED} and told.expected_on:
        mend = "leave it out, or send outcome delayed or postponed"
        errors.append(FieldError("expected_on", "belongs to a delay or postponement", mend))
    if errors:
        raise invalid(errors)
