# SPDX-License-Identifier: EUPL-1.2
"""The API's writes about conditions, contradictions, tasks and what bodies decide unasked."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse
from pydantic import Field

from domain.additions import Addition
from domain.settling import Unasked
from web import examples
from web.additions import MOST, GivenCondition, GivenTasks, Number, facts_of
from web.commands import KEY, CaseId, Nothing, Reasoned, execute
from web.describing import described
from web.guards import Writer
from web.reading import Day, Given, Identifier, Reference, Text, Version, read_model
from web.services import services

router = APIRouter(tags=["conditions and tasks"])

Place = Annotated[int, Path(ge=1, le=1_000_000)]
"""The number in a path."""


class Setting(GivenCondition):
    """A condition of a body that has answered."""

    body: Identifier
    step: Identifier | None = None


class Meeting(Given):
    """The version of the papers in which a condition is met."""

    version: Version


class Contradicting(Given):
    """The numbers of open conditions that cannot all be met."""

    conditions: list[Number] = Field(max_length=MOST)
    reason: Text | None = None


class Settling(Given):
    """Which of contradicting conditions stand, and why."""

    stand: list[Number] = Field(max_length=MOST)
    reason: Text


class Finishing(Given):
    """When a task was done, today if left out, and by whom."""

    done_on: Day | None = None
    done_by: Reference | None = None


class Cancelling(Given):
    """Which body called a task off, or in which of the case's decisions, and why."""

    reason: Text
    body: Identifier | None = None
    decision: Number | None = None


class Deciding(Given):
    """What a body decided without being asked, its tasks, and the numbers of those that it calls off."""

    body: Identifier
    text: Text
    decided_on: Day
    meeting_on: Day | None = None
    reference: Reference | None = None
    tasks: GivenTasks
    cancels: list[Number] = Field(default_factory=list, max_length=MOST)


@router.post(
    "/cases/{id}/conditions",
    summary="Set a condition for a body that has answered",
    **described(Setting, examples.SETTING, examples.TAKEN, parameters=[KEY]),
)
async def set_condition(request: Request, principal: Writer, case: CaseId) -> JSONResponse:
    """Record a condition that a body's answer did not list; where the answer left one untold, that one is told."""
    asked, cases = await read_model(request, Setting), services(request).cases
    addition = Addition(**asked.model_dump(exclude={"body", "step"}))
    return await execute(
        request, principal, asked, lambda command: cases.set_condition(case, command, asked.body, addition, asked.step)
    )


@router.post(
    "/cases/{id}/conditions/{number}/meet",
    summary="Mark a condition as met",
    **described(Meeting, {"version": 2}, examples.TAKEN, parameters=[KEY]),
)
async def meet_condition(request: Request, principal: Writer, case: CaseId, number: Place) -> JSONResponse:
    """Say in which version of the papers, which must be there, an open condition is met."""
    asked, cases = await read_model(request, Meeting), services(request).cases
    return await execute(
        request, principal, asked, lambda command: cases.meet_condition(case, command, number, asked.version)
    )


@router.post(
    "/cases/{id}/conditions/{number}/waive",
    summary="Waive a condition",
    **described(Reasoned, {"reason": "Frafaldet på mødet"}, examples.TAKEN, parameters=[KEY]),
)
async def waive_condition(request: Request, principal: Writer, case: CaseId, number: Place) -> JSONResponse:
    """Let an open condition go."""
    asked, cases = await read_model(request, Reasoned), services(request).cases
    return await execute(
        request, principal, asked, lambda command: cases.waive_condition(case, command, number, asked.reason)
    )


@router.post(
    "/cases/{id}/contradictions",
    summary="Mark conditions as contradicting",
    **described(Contradicting, {"conditions": [1, 2]}, examples.TAKEN, parameters=[KEY]),
)
async def mark_contradiction(request: Request, principal: Writer, case: CaseId) -> JSONResponse:
    """Say that open conditions cannot all be met; until it is settled this blocks as a material condition does."""
    asked, cases = await read_model(request, Contradicting), services(request).cases
    return await execute(
        request,
        principal,
        asked,
        lambda command: cases.mark_contradiction(case, command, asked.conditions, asked.reason),
    )


@router.post(
    "/cases/{id}/contradictions/{number}/settle",
    summary="Settle a contradiction",
    **described(Settling, {"stand": [2], "reason": "Drøftet med begge råd"}, examples.TAKEN, parameters=[KEY]),
)
async def settle_contradiction(request: Request, principal: Writer, case: CaseId, number: Place) -> JSONResponse:
    """Say which of the conditions stand; the others that are open are thereby waived."""
    asked, cases = await read_model(request, Settling), services(request).cases
    return await execute(
        request, principal, asked, lambda command: cases.settle_contradiction(case, command, number, **dict(asked))
    )


@router.post(
    "/cases/{id}/tasks/{number}/chase",
    summary="Chase a task",
    **described(Nothing, {}, examples.TAKEN, parameters=[KEY]),
)
async def chase_task(request: Request, principal: Writer, case: CaseId, number: Place) -> JSONResponse:
    """Note that the secretariat has asked after an open task."""
    asked, cases = await read_model(request, Nothing), services(request).cases
    return await execute(request, principal, asked, lambda command: cases.chase_task(case, command, number))


@router.post(
    "/cases/{id}/tasks/{number}/done",
    summary="Mark a task as done",
    **described(Finishing, {"done_on": "2021-05-25", "done_by": "Kommunerne"}, examples.TAKEN, parameters=[KEY]),
)
async def finish_task(request: Request, principal: Writer, case: CaseId, number: Place) -> JSONResponse:
    """Say on which day an open task was done, and by whom."""
    asked, cases = await read_model(request, Finishing), services(request).cases
    return await execute(
        request, principal, asked, lambda command: cases.finish_task(case, command, number, **dict(asked))
    )


@router.post(
    "/cases/{id}/tasks/{number}/cancel",
    summary="Cancel a task",
    **described(Cancelling, {"reason": "Status er parkeret", "body": "dassos"}, examples.TAKEN, parameters=[KEY]),
)
async def cancel_task(request: Request, principal: Writer, case: CaseId, number: Place) -> JSONResponse:
    """Say which body, or which decision on the case, called an open task off."""
    asked, cases = await read_model(request, Cancelling), services(request).cases
    return await execute(
        request, principal, asked, lambda command: cases.cancel_task(case, command, number, **dict(asked))
    )


@router.post(
    "/cases/{id}/decisions",
    summary="Record what a body decided unasked",
    **described(Deciding, examples.DECIDING, examples.TAKEN, parameters=[KEY]),
)
async def add_decision(request: Request, principal: Writer, case: CaseId) -> JSONResponse:
    """Let a decision that nobody asked for stand on the case, also a closed one, with its tasks."""
    asked, cases = await read_model(request, Deciding), services(request).cases
    decision = Unasked(body=asked.body, **facts_of(asked, leave_out="body"))
    return await execute(request, principal, asked, lambda command: cases.decide(case, command, decision))
