# SPDX-License-Identifier: EUPL-1.2
"""What bodies may say, and what it does."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from domain.case import AnswerState
from domain.errors import AlreadyAnsweredError, AmbiguousStepError, BodyNotAskedError, InvalidError, StepNotOpenError
from tests.domain.desk import Desk, midtjylland_with


def test_an_early_answer_is_kept_and_counts_when_its_step_opens(desk: Desk) -> None:
    """KD-Net approves before it is asked: its step completes the moment it opens."""
    desk.open()
    assert desk.answers("kd-net", "approved") == "early"
    assert desk.answer_of("kd-net", "kd-net").state == AnswerState.ANSWERED

    desk.answers("dassos", "approved")

    assert desk.round("kd-net").result == "approved"
    assert desk.case.waiting_for() == ["kkr-midtjylland"]
    assert desk.topics().count("case.bodies_invited") == 2


def test_a_late_answer_is_kept_without_effect_on_the_result(desk: Desk) -> None:
    """After the submission a council's answer is shown, and the step's result stands."""
    desk.open()
    desk.until("agency")

    assert desk.answers("norddjurs", "noted") == "late"

    assert desk.answer_of("councils", "norddjurs").outcome == "noted"
    assert desk.round("councils").result == "closed_by_submission"


def test_a_closed_case_takes_late_answers_too(desk: Desk) -> None:
    """Nothing that a body says is lost because the case has ended."""
    desk.open()
    desk.until("agency")
    desk.answers("social-og-boligstyrelsen", "decided", supports=True)

    assert desk.answers("samsoe", "noted") == "late"
    assert desk.case.result == "supported"


def test_a_delay_keeps_the_body_awaited(desk: Desk) -> None:
    """Delayed is not answered; the expected date is shown, and the answer itself may still come."""
    desk.open()
    desk.until("councils")

    assert desk.delays("norddjurs", expected_on=date(2025, 6, 10)) == "counted"
    assert desk.answer_of("councils", "norddjurs").expected_on == "2025-06-10"
    assert "norddjurs" in desk.case.waiting_for()
    desk.answers("norddjurs", "noted")

    assert desk.answer_of("councils", "norddjurs").state == AnswerState.ANSWERED


def test_a_second_answer_is_refused(desk: Desk) -> None:
    """Whoever has answered corrects, and does not answer again."""
    desk.open()
    desk.until("councils")
    desk.answers("lemvig", "noted")

    with pytest.raises(AlreadyAnsweredError):
        desk.answers("lemvig", "noted_with_remarks")
    with pytest.raises(AlreadyAnsweredError):
        desk.delays("lemvig")


def test_the_same_message_twice_writes_one_event(desk: Desk) -> None:
    """A repeat is answered with the first one's place in the log."""
    desk.open()
    desk.until("councils")
    desk.answers("lemvig", "noted", "msg-1")
    before = desk.topics()

    assert desk.answers("lemvig", "noted", "msg-1") == "repeated"
    assert desk.topics() == before


def test_two_bodies_may_use_the_same_message_id(desk: Desk) -> None:
    """A message id is known per body."""
    desk.open()
    desk.until("councils")
    desk.answers("lemvig", "noted", "msg-1")

    assert desk.answers("skive", "noted", "msg-1") == "counted"


def test_a_correction_puts_the_right_values_in_place(desk: Desk) -> None:
    """The earlier answer stays in the log; the case shows the right one, marked as corrected."""
    desk.open()
    desk.until("councils")
    desk.answers("lemvig", "noted", "msg-1", remark="fejl")

    assert desk.corrects("lemvig", "msg-1", "noted_with_remarks", remark="rettet") == "counted"

    answer = desk.answer_of("councils", "lemvig")
    assert (answer.outcome, answer.remark, answer.corrected) == ("noted_with_remarks", "rettet", True)
    assert desk.topics().count("case.answer_recorded") == 4


def test_a_correction_may_be_corrected_by_either_id(desk: Desk) -> None:
    """Both the first message's id and the correction's own lead to the same answer."""
    desk.open()
    desk.until("councils")
    desk.answers("lemvig", "noted", "msg-1")
    desk.corrects("lemvig", "msg-1", "noted_with_remarks", message_id="msg-2")

    desk.corrects("lemvig", "msg-2", "noted")
    desk.corrects("lemvig", "msg-1", "noted_with_remarks")

    assert desk.answer_of("councils", "lemvig").outcome == "noted_with_remarks"


def test_a_correction_on_a_completed_step_is_late(desk: Desk) -> None:
    """It is shown, and the result that the process went on from stands."""
    desk.open()
    desk.answers("dassos", "approved", "msg-1")

    assert desk.corrects("dassos", "msg-1", "rejected") == "late"

    assert desk.answer_of("dassos", "dassos").outcome == "rejected"
    assert desk.round("dassos").result == "approved"
    assert desk.case.waiting_for() == ["kd-net"]


def test_a_correction_of_an_unknown_message_is_refused(desk: Desk) -> None:
    """Another body's message id is unknown too."""
    desk.open()
    desk.until("councils")
    desk.answers("skive", "noted", "msg-1")

    with pytest.raises(InvalidError) as refusal:
        desk.corrects("lemvig", "msg-1", "noted")
    assert refusal.value.field == "corrects"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"outcome": "noted"}, "outcome"),
        ({"outcome": "approved", "decided_on": None}, "decided_on"),
        ({"outcome": "approved", "decided_on": date(2025, 3, 19)}, "decided_on"),
        ({"outcome": "approved", "decided_by": "mayor"}, "decided_by"),
        ({"outcome": "approved", "remark": "a\0b"}, "remark"),
        ({"outcome": "approved", "reference": "\ud800"}, "reference"),
        ({"outcome": "approved", "remark": "\x1b[31m"}, "remark"),
        ({"outcome": "approved", "reference": "26\u202e/1"}, "reference"),
        ({"outcome": "approved", "reference": "26\n/1"}, "reference"),
        ({"outcome": "approved", "decided_on": date(1800, 1, 1)}, "decided_on"),
        ({"outcome": "approved", "due": date(2025, 9, 5)}, "due"),
        ({"outcome": "approved", "supports": True}, "supports"),
        ({"outcome": "approved", "corrects": "msg-0"}, "corrects"),
        ({"outcome": "approved", "version": 2}, "version"),
        ({"outcome": "approved", "version": 0}, "version"),
        ({"outcome": "approved", "step": "findes-ikke"}, "step"),
        ({"outcome": "approved", "step": "kkr"}, "step"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_with_the_field(desk: Desk, facts: dict[str, object], field: str) -> None:
    """The refusal names the field, and nothing is written."""
    desk.open()
    desk.commands("add_paper", name="afrapportering.pdf", sha256="0" * 64, size=10)
    before = desk.topics()

    with pytest.raises(InvalidError) as refusal:
        desk.answers("dassos", **facts)  # type: ignore[arg-type]

    assert (refusal.value.field, desk.topics()) == (field, before)


def test_the_agencys_questions_need_a_date(desk: Desk) -> None:
    """Questions without a due date could open no reply."""
    desk.open()
    desk.until("agency")

    with pytest.raises(InvalidError) as refusal:
        desk.answers("social-og-boligstyrelsen", "questions_asked")
    assert refusal.value.field == "due"


@pytest.mark.parametrize("due", [date(2025, 3, 17), date(2020, 1, 5), date(9999, 12, 31)])
def test_questions_are_due_on_a_day_that_can_be(desk: Desk, due: date) -> None:
    """Not before they were asked, and not at the end of the calendar."""
    desk.open()
    desk.until("agency")

    with pytest.raises(InvalidError) as refusal:
        desk.answers("social-og-boligstyrelsen", "questions_asked", due=due)
    assert refusal.value.field == "due"


def test_a_corrected_question_moves_the_replys_due_date(desk: Desk) -> None:
    """The round that the question opened goes on, due on the right day."""
    desk.open()
    desk.until("agency")
    desk.answers("social-og-boligstyrelsen", "questions_asked", "q1", due=date(2025, 9, 5))

    desk.corrects("social-og-boligstyrelsen", "q1", "questions_asked", due=date(2025, 9, 15))

    assert (desk.round("reply").number, desk.round("reply").due) == (1, date(2025, 9, 15))
    desk.commands("submit", step="reply")
    assert desk.case.waiting_for() == ["social-og-boligstyrelsen"]


def test_a_word_corrected_to_questions_opens_the_reply(desk: Desk) -> None:
    """The agency had asked, not only received."""
    desk.open()
    desk.until("agency")
    desk.answers("social-og-boligstyrelsen", "received", "r1")

    desk.corrects("social-og-boligstyrelsen", "r1", "questions_asked", due=date(2025, 9, 5))

    assert desk.round("reply").due == date(2025, 9, 5)
    assert "secretariat" in desk.case.waiting_for()


def test_questions_that_were_none_are_taken_back_before_they_open_a_round(desk: Desk) -> None:
    """While the case rests nothing opens; the corrected word opens nothing afterwards."""
    desk.open()
    desk.until("agency")
    desk.commands("suspend", "afventer")
    desk.answers("social-og-boligstyrelsen", "questions_asked", "q1", due=date(2025, 9, 5))
    desk.corrects("social-og-boligstyrelsen", "q1", "decided", supports=True)
    desk.commands("resume")

    assert desk.case.result == "supported"
    assert "case.step_skipped" in desk.topics()


def test_a_delayed_agency_that_asks_is_awaited_again(desk: Desk) -> None:
    """An interim word leaves the answer awaited, also after a delay."""
    desk.open()
    desk.until("agency")
    desk.delays("social-og-boligstyrelsen")

    desk.answers("social-og-boligstyrelsen", "received")

    assert desk.answer_of("agency", "social-og-boligstyrelsen").state == AnswerState.AWAITING


@pytest.mark.parametrize("facts", [{"outcome": "noted"}, {"expected_on": date(9999, 12, 31)}])
def test_a_delay_that_cannot_be_is_refused(desk: Desk, facts: dict[str, Any]) -> None:
    """It has no outcome, and is not expected at the end of the calendar."""
    desk.open()
    desk.until("councils")

    with pytest.raises(InvalidError) as refusal:
        desk.delays("norddjurs", **facts)
    assert refusal.value.field in facts


def test_a_body_without_a_part_sees_no_case(desk: Desk) -> None:
    """For a body that is not asked the case does not exist."""
    desk.open()

    with pytest.raises(BodyNotAskedError):
        desk.answers("takstgruppen", "recommended")


def test_the_secretariats_own_steps_are_not_answered_early(desk: Desk) -> None:
    """Nothing can be submitted before it is asked for."""
    desk.open()

    with pytest.raises(StepNotOpenError):
        desk.answers("secretariat", "submitted", step="submit")


ASKED_TWICE = """
    id = "to-gange"
    version = 1
    name = { da = "To gange", en = "Twice" }
    source = "DASSOS drøfter og godkender."
    ending = { status = "completed", result_of = "approve" }

    [[steps]]
    id = "discuss"
    name = { da = "Drøfter", en = "Discusses" }
    ask = "discuss"
    bodies = ["dassos"]
    mode = "meeting"

    [[steps]]
    id = "approve"
    name = { da = "Godkender", en = "Approves" }
    ask = "approve"
    bodies = ["dassos"]
    mode = "meeting"
"""


def test_an_answer_for_two_open_steps_must_say_which() -> None:
    """The refusal names both, and with the step's name the answer is taken."""
    desk = Desk(organisation=midtjylland_with(ASKED_TWICE))
    desk.open("to-gange")

    with pytest.raises(AmbiguousStepError, match="discuss, approve"):
        desk.answers("dassos", "approved")

    assert desk.answers("dassos", "approved", step="approve") == "counted"


def test_without_a_step_the_open_one_is_meant_before_a_later_one() -> None:
    """A second answer to the open step is refused, and not taken as an early one for the next."""
    in_order = ASKED_TWICE + '    after = ["discuss"]\n'
    desk = Desk(organisation=midtjylland_with(in_order))
    desk.open("to-gange")
    desk.commands("suspend", "så trinnet ikke afsluttes")
    desk.answers("dassos", "discussed")

    with pytest.raises(AlreadyAnsweredError):
        desk.answers("dassos", "discussed")


def test_a_decision_may_be_dated_before_the_day_it_is_told(desk: Desk) -> None:
    """Two clocks: the day it was decided, and the instant it was recorded."""
    desk.open()
    desk.turn_to("2025-03-21")

    desk.answers("dassos", "approved", decided_on=date(2025, 3, 19))

    answer = desk.answer_of("dassos", "dassos")
    assert answer.decided_on == "2025-03-19"
    assert answer.recorded_at == desk.now


def test_recorded_times_never_go_back(desk: Desk) -> None:
    """A clock that was set back gives the time of the case's newest event."""
    desk.open()
    opened = desk.case.modified_on
    desk.now -= timedelta(hours=3)

    desk.answers("dassos", "approved")

    assert desk.answer_of("dassos", "dassos").recorded_at == opened


def test_papers_are_numbered_versions_and_an_answer_says_which(desk: Desk) -> None:
    """The second paper is version 2, and the answer that concerned it keeps the number."""
    desk.open()
    for name in ("udkast.pdf", "endelig.pdf"):
        desk.commands("add_paper", name=name, sha256="a" * 64, size=1000)

    desk.answers("dassos", "approved", version=2)

    assert [(p.number, p.name) for p in desk.case.papers] == [(1, "udkast.pdf"), (2, "endelig.pdf")]
    assert desk.answer_of("dassos", "dassos").version == 2
