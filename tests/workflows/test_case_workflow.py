# SPDX-License-Identifier: EUPL-1.2
"""The process of one case, on the server that skips time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError
from temporalio.exceptions import ApplicationError

from domain.answering import Reply
from domain.case import AnswerState, Status, StepState
from domain.cases import Taken
from domain.commands import Actor, Command
from domain.dates import danish_date, start_of_day
from domain.following import opening_day
from tests.domain.desk import midtjylland_with
from tests.domain.test_follow_ups import HEAD, step
from tests.workflows.stage import SECRETARIAT, SkippingStage, count, skipping_stage
from workers.temporal import Waking, wake
from workflows.messages import CHANGED, Changed

FOLLOW_UP = HEAD + step("approve") + step("later", 'after = ["approve"]\nopens_after_days = 180', "note")
IN_FORCE = f'{HEAD}entry_into_force = {{ on = "in_force_on", provided = ["approve"] }}\n{step("approve")}'
ADVANCES = EventType.EVENT_TYPE_MARKER_RECORDED
"""Each advance leaves one marker."""


@pytest.fixture
async def stage() -> AsyncIterator[SkippingStage]:
    """Give a stage on a server of the test's own."""
    async with skipping_stage() as stage:
        yield stage


async def test_opened_case_asks_its_first_body(stage: SkippingStage) -> None:
    """The relay's first word starts the workflow, which opens the first step."""
    case = await stage.open()
    await stage.settle()

    assert stage.cases.get(case.case_id).waiting_for() == ["dassos"]


async def test_process_ends_with_its_case(stage: SkippingStage) -> None:
    """The last answer completes the case and with it the workflow."""
    case = await stage.open()
    await stage.settle()

    await stage.answer(case.case_id, "dassos", "noted")

    await stage.handle(case.case_id).result()
    assert stage.cases.get(case.case_id).status == Status.COMPLETED


async def test_withdrawn_case_ends_the_process(stage: SkippingStage) -> None:
    """Nothing is left running of a case that the secretariat takes back."""
    case = await stage.open()
    await stage.settle()

    await stage.do(lambda: stage.cases.withdraw(case.case_id, Command.by(SECRETARIAT), "bortfaldet"))

    await stage.handle(case.case_id).result()


async def test_old_news_causes_no_advance(stage: SkippingStage) -> None:
    """A signal of a version that the process has come over already is no news."""
    case = await stage.open()
    await stage.settle()
    before = count(await stage.history(case.case_id), ADVANCES)

    await stage.handle(case.case_id).signal(CHANGED, Changed(case.version))
    await stage.settle()

    assert before == count(await stage.history(case.case_id), ADVANCES)


async def test_asked_anew_the_process_advances_over_old_news(stage: SkippingStage) -> None:
    """After the log was restored from a backup its versions begin at a smaller one than the process has seen."""
    case = await stage.open()
    await stage.settle()
    before = count(await stage.history(case.case_id), ADVANCES)

    await stage.handle(case.case_id).signal(CHANGED, Changed(case.version, anew=True))
    await stage.settle()

    assert before + 1 == count(await stage.history(case.case_id), ADVANCES)


async def test_late_word_on_a_closed_case_ends_at_once(stage: SkippingStage) -> None:
    """A correction after the end starts a run that finds nothing to do."""
    case = await stage.open()
    await stage.settle()
    first = await stage.answer(case.case_id, "dassos", "noted")
    await stage.handle(case.case_id).result()
    first_run = (await stage.handle(case.case_id).describe()).run_id
    noted = stage.cases.get(case.case_id).answer("note", 1, "dassos")

    taken = await stage.do(
        lambda: stage.cases.correct(
            case.case_id,
            Command.by(Actor("dassos", "council", "test")),
            "dassos",
            Reply("noted_with_remarks", danish_date(stage.cases.clock()), corrects=noted.message_id),
            "webhook",
        )
    )

    await stage.handle(case.case_id).result()
    assert (first.effect, taken.effect) == ("counted", "late")
    assert first_run != (await stage.handle(case.case_id).describe()).run_id


async def test_suspended_case_sleeps_through_its_reminders(stage: SkippingStage) -> None:
    """No reminder goes out and no due date passes while the case stands still."""
    case = await stage.open("cu-afrapportering")
    await stage.settle()
    await stage.do(lambda: stage.cases.suspend(case.case_id, Command.by(SECRETARIAT), "ferie"))

    await stage.env.sleep(timedelta(days=30))

    assert stage.cases.get(case.case_id).current("dassos").reminded_until is None


async def test_resumed_case_reminds_by_its_moved_date(stage: SkippingStage) -> None:
    """A case that stood still for thirty days is reminded of the date thirty days later."""
    case = await stage.open("cu-afrapportering")
    await stage.settle()
    due = stage.cases.get(case.case_id).current("dassos").due
    await stage.do(lambda: stage.cases.suspend(case.case_id, Command.by(SECRETARIAT), "ferie"))
    await stage.env.sleep(timedelta(days=30))

    await stage.do(lambda: stage.cases.resume(case.case_id, Command.by(SECRETARIAT)))
    await stage.env.sleep(timedelta(days=10))

    moved = stage.cases.get(case.case_id).current("dassos")
    assert due is not None
    assert due + timedelta(days=30) == moved.due == moved.overdue


async def test_returned_step_is_asked_again_after_its_revision(stage: SkippingStage) -> None:
    """DASSOS sends the matter back, the secretariat resubmits, and DASSOS is asked in a second round."""
    case = await stage.open("cu-afrapportering")
    await stage.settle()
    await stage.answer(case.case_id, "dassos", "returned")
    await stage.settle()
    assert stage.cases.get(case.case_id).waiting_for() == ["secretariat"]

    await stage.do(lambda: stage.cases.resubmit(case.case_id, Command.by(SECRETARIAT)))
    await stage.settle()

    second = stage.cases.get(case.case_id).current("dassos")
    assert (second.number, second.state) == (2, StepState.OPEN)


SILENCE = """
    id = "silence"
    version = 1
    name = { da = "Tavshed", en = "Silence" }
    source = "Den, der tier, samtykker."
    ending = { status = "approved", result_of = "written" }

    [[steps]]
    id = "written"
    name = { da = "Skriftlig godkendelse", en = "Written approval" }
    ask = "approve"
    bodies = ["dassos", "kd-net"]
    mode = "written_procedure"
    window_days = 7
    on_silence = "consent"
"""


async def test_silence_is_heard_at_the_windows_end() -> None:
    """The process wakes by itself when the window has ended, and the route's rule ends the case."""
    async with skipping_stage(midtjylland_with(SILENCE)) as stage:
        case = await stage.open("silence")
        await stage.settle()
        await stage.answer(case.case_id, "dassos", "approved")
        await stage.env.sleep(timedelta(days=6))
        assert stage.cases.get(case.case_id).waiting_for() == ["kd-net"]

        await stage.env.sleep(timedelta(days=3))

        ended = stage.cases.get(case.case_id)
        assert (ended.status, ended.result) == (Status.APPROVED, "approved")
        assert ended.answer("written", 1, "kd-net").state == AnswerState.SILENT


async def test_timer_that_is_still_right_runs_on(stage: SkippingStage) -> None:
    """News that change nothing about the next moment cost no new timer."""
    case = await stage.open("cu-afrapportering")
    await stage.settle()
    await stage.answer(case.case_id, "lemvig", "noted")
    await stage.settle()

    history = await stage.history(case.case_id)

    assert (
        count(history, EventType.EVENT_TYPE_TIMER_STARTED),
        count(history, EventType.EVENT_TYPE_TIMER_CANCELED),
    ) == (1, 0)


async def test_case_that_does_not_exist_fails_its_process(stage: SkippingStage) -> None:
    """A refusal is final and says what is wrong, instead of being tried for ever."""
    case_id = uuid4()

    await wake(stage.client, Waking(case_id, 1, "?", "?"))

    with pytest.raises(WorkflowFailureError) as failed:
        await stage.handle(case_id).result()
    assert isinstance(failed.value.cause, ApplicationError)
    assert failed.value.cause.type == "CaseNotFoundError"


async def test_terminated_process_comes_back_by_the_next_event(stage: SkippingStage) -> None:
    """Somebody ended the workflow by hand: the next answer starts it again and the case goes on."""
    case = await stage.open()
    await stage.settle()
    await stage.handle(case.case_id).terminate("by hand")

    await stage.answer(case.case_id, "dassos", "noted")

    await stage.handle(case.case_id).result()
    described = await stage.client.get_workflow_handle(f"case:{case.case_id}").describe()
    assert described.status == WorkflowExecutionStatus.COMPLETED


async def test_follow_up_opens_by_itself_after_half_a_year(stage: SkippingStage) -> None:
    """Nobody does anything for 180 days, and then DASSOS is asked; a suspension on the way moves the day."""
    case = await opened_along(stage, FOLLOW_UP)
    await stage.answer(case.case_id, "dassos", "approved")
    await stage.settle()
    step = stage.cases.get(case.case_id).route.step("later")
    day = opening_day(stage.cases.get(case.case_id), step)
    assert day is not None
    assert stage.cases.get(case.case_id).waiting_for() == []
    await stage.do(lambda: stage.cases.suspend(case.case_id, Command.by(SECRETARIAT), "ferie"))
    await stage.env.sleep(timedelta(days=10))
    await stage.do(lambda: stage.cases.resume(case.case_id, Command.by(SECRETARIAT)))
    await stage.settle()
    moved = day + timedelta(days=10)
    assert f"åbner {moved}" in await stage.details(case.case_id)

    await stage.until(start_of_day(moved) - timedelta(hours=1))
    assert stage.cases.get(case.case_id).current("later").state == StepState.WAITING
    await stage.until(start_of_day(moved) + timedelta(seconds=1))
    assert stage.cases.get(case.case_id).waiting_for() == ["dassos"]


async def test_agreement_enters_into_force_on_its_day_and_ends_its_process(stage: SkippingStage) -> None:
    """The process wakes for it; with the entry the case is over."""
    day = danish_date(await asyncio.to_thread(stage.cases.clock)) + timedelta(days=90)
    case = await opened_along(stage, IN_FORCE, attributes={"in_force_on": day.isoformat()})
    await stage.answer(case.case_id, "dassos", "approved")
    await stage.settle()
    assert stage.cases.get(case.case_id).status == Status.RUNNING

    await stage.until(start_of_day(day) + timedelta(seconds=1))

    await stage.handle(case.case_id).result()
    ended = stage.cases.get(case.case_id)
    assert (ended.status, ended.in_force_on) == (Status.APPROVED, day)


async def opened_along(stage: SkippingStage, route: str, **facts: Any) -> Taken:
    """A case along a route of the test's own."""
    stage.cases.organisation = midtjylland_with(route)
    case = await stage.open("own", **facts)
    await stage.settle()
    return case
