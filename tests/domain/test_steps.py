# SPDX-License-Identifier: EUPL-1.2
"""How a case moves from step to step."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from domain.case import AnswerState, Status, StepState
from domain.errors import CaseEndedError, ConflictError, InvalidError, StepNotOpenError
from tests.domain.desk import Desk, midtjylland_with


def states(desk: Desk) -> dict[str, tuple[str, str | None]]:
    """Every step's state and result."""
    return {step.id: (current.state.value, current.result) for step, current in desk.case.current_rounds()}


def test_opening_asks_the_first_body_with_its_window(desk: Desk) -> None:
    """A written procedure of seven days is due on the seventh day after it opened."""
    desk.open()

    assert desk.case.waiting_for() == ["dassos"]
    assert desk.round("dassos").due == date(2025, 3, 25)
    assert desk.topics() == ["case.opened", "case.step_opened", "case.bodies_invited"]


def test_a_bodys_result_completes_its_step_at_once(desk: Desk) -> None:
    """An approval inside the window ends the step without waiting for the window's end."""
    desk.open()
    desk.turn_to("2025-03-20")

    desk.answers("dassos", "approved")

    assert states(desk)["dassos"] == ("completed", "approved")
    assert states(desk)["kd-net"] == ("open", None)


def test_the_councils_and_the_submission_open_together(desk: Desk) -> None:
    """When KKR has approved, all 19 councils and the secretariat are asked, due on the case's deadline."""
    desk.open()
    desk.until("councils")

    assert len(desk.case.waiting_for()) == 20
    assert desk.case.waiting_for()[-1] == "secretariat"
    assert desk.round("councils").due == date(2025, 5, 31) == desk.round("submit").due


def test_the_last_council_completes_the_step(desk: Desk) -> None:
    """With every council's answer the step has the councils' common result, and the case waits for the submission."""
    desk.open()
    desk.until("councils")

    for body in desk.case.asked["councils"]:
        desk.answers(body, "noted")

    assert states(desk)["councils"] == ("completed", "noted")
    assert desk.case.waiting_for() == ["secretariat"]


def test_different_consents_of_a_group_count_as_its_plain_consent(desk: Desk) -> None:
    """One remark among nineteen does not change what the group has done."""
    desk.open()
    desk.until("councils")

    for body in desk.case.asked["councils"]:
        desk.answers(body, "noted_with_remarks" if body == "lemvig" else "noted")

    assert states(desk)["councils"] == ("completed", "noted")


def test_the_submission_need_not_wait_for_the_last_council(desk: Desk) -> None:
    """Submitting completes the councils' step; who has not answered stays awaited in the record."""
    desk.open()
    desk.until("councils")
    desk.delays("norddjurs")
    desk.answers("lemvig", "noted")

    desk.commands("submit")

    assert states(desk)["councils"] == ("completed", "closed_by_submission")
    assert desk.answer_of("councils", "norddjurs").state == AnswerState.DELAYED
    assert desk.answer_of("councils", "samsoe").state == AnswerState.AWAITING
    assert desk.case.waiting_for() == ["social-og-boligstyrelsen"]


def test_submitting_before_the_councils_are_asked_is_refused(desk: Desk) -> None:
    """The submission belongs to an open step."""
    desk.open()

    with pytest.raises(StepNotOpenError):
        desk.commands("submit")


def test_a_submission_cannot_be_dated_tomorrow(desk: Desk) -> None:
    """The refusal names the submission's own date."""
    desk.open()
    desk.until("councils")

    with pytest.raises(InvalidError) as refusal:
        desk.commands("submit", submitted_on=desk.now.date() + timedelta(days=1))
    assert refusal.value.field == "submitted_on"


def test_submitting_again_is_a_repeat(desk: Desk) -> None:
    """A second submission writes nothing and answers with the first's place in the log."""
    desk.open()
    desk.until("councils")
    first = desk.commands("submit")

    again = desk.commands("submit")

    assert (again.effect, again.position) == ("repeated", first.position)


def test_submitting_a_step_that_is_none_names_the_ones_there_are(desk: Desk) -> None:
    """A wrong step is told with the right ones."""
    desk.open()

    with pytest.raises(InvalidError, match="choose one of submit, reply"):
        desk.commands("submit", step="kkr")


def test_questions_open_a_round_of_the_reply_each(desk: Desk) -> None:
    """Each set of questions asks the secretariat once more, due when the agency says."""
    desk.open()
    desk.until("agency")
    desk.turn_to("2025-08-05")

    desk.answers("social-og-boligstyrelsen", "questions_asked", due=date(2025, 9, 5))
    assert (desk.round("reply").number, desk.round("reply").due) == (1, date(2025, 9, 5))
    desk.commands("submit", step="reply")
    desk.answers("social-og-boligstyrelsen", "questions_asked", due=date(2025, 9, 20))

    assert (desk.round("reply").number, desk.round("reply").due) == (2, date(2025, 9, 20))
    assert desk.round("reply").state == StepState.OPEN


def test_interim_words_leave_the_agency_awaited(desk: Desk) -> None:
    """Received, questions and an intended decision are on the way; a further one is taken too."""
    desk.open()
    desk.until("agency")

    for outcome in ("received", "decision_intended", "decision_intended"):
        desk.answers("social-og-boligstyrelsen", outcome)

    assert desk.answer_of("agency", "social-og-boligstyrelsen").state == AnswerState.AWAITING
    assert desk.answer_of("agency", "social-og-boligstyrelsen").outcome == "decision_intended"


@pytest.mark.parametrize(("supports", "result"), [(True, "supported"), (False, "not_supported"), (None, "decided")])
def test_the_decision_ends_the_case(desk: Desk, supports: bool | None, result: str) -> None:  # noqa: FBT001
    """The agency's decision completes its step and the case, and skips a reply that was never needed."""
    desk.open()
    desk.until("agency")

    desk.answers("social-og-boligstyrelsen", "decided", supports=supports)

    assert (desk.case.status, desk.case.result) == (Status.COMPLETED, result)
    assert states(desk)["reply"] == ("skipped", None)
    assert desk.case.waiting_for() == []


@pytest.mark.parametrize("outcome", ["rejected", "returned"])
def test_a_refusal_goes_to_revision_and_is_asked_again(desk: Desk, outcome: str) -> None:
    """The step ends, the secretariat revises, and after its resubmission the step's next round opens."""
    desk.open()
    desk.answers("dassos", outcome)
    assert states(desk)["dassos"] == ("completed", outcome)
    assert desk.case.waiting_for() == ["secretariat"]

    desk.commands("resubmit")

    assert desk.case.waiting_for() == ["dassos"]
    assert (desk.round("dassos").number, desk.round("dassos").state) == (2, StepState.OPEN)
    assert states(desk)["kd-net"] == ("waiting", None)


def test_a_second_refusal_opens_a_second_revision(desk: Desk) -> None:
    """Every refusal has a revision of its own."""
    desk.open()
    desk.answers("dassos", "returned")
    desk.commands("resubmit")
    desk.answers("dassos", "rejected")

    assert desk.round("revise").number == 2
    desk.commands("resubmit")
    desk.answers("dassos", "approved")

    assert desk.case.waiting_for() == ["kd-net"]


def test_one_councils_refusal_ends_the_groups_round(desk: Desk) -> None:
    """In a step that all must answer, a rejection is never outvoted (agreements need unanimity)."""
    organisation = midtjylland_with(
        """
        id = "aftale"
        version = 1
        name = { da = "Aftale", en = "Agreement" }
        source = "Kommunerne godkender."
        ending = { status = "approved", result_of = "councils" }
        [[steps]]
        id = "councils"
        name = { da = "Kommunerne", en = "The municipalities" }
        ask = "approve"
        group = "councils"
        mode = "own_process"
        """
    )
    desk = Desk(organisation=organisation)
    desk.open("aftale")
    desk.answers("lemvig", "approved")
    desk.answers("skive", "rejected")

    assert states(desk)["councils"] == ("completed", "rejected")
    desk.commands("resubmit")
    for body in desk.case.asked["councils"]:
        desk.answers(body, "approved")

    assert (desk.case.status, desk.case.result) == (Status.APPROVED, "approved")


def test_resubmitting_without_a_refusal_is_refused(desk: Desk) -> None:
    """There is nothing to resubmit."""
    desk.open()

    with pytest.raises(StepNotOpenError):
        desk.commands("resubmit")


def test_an_orientation_asks_those_concerned(desk: Desk) -> None:
    """The body named when the case opens is asked instead of the route's own."""
    desk.open("orientering", concerned=["kd-net"])
    desk.answers("kd-net", "noted")

    assert (desk.case.status, desk.case.result) == (Status.COMPLETED, "noted")


def test_a_case_can_be_opened_after_its_deadline(desk: Desk) -> None:
    """It is late at once: what the deadline binds is passed as soon as it opens."""
    desk.open(deadline=date(2025, 3, 17))
    desk.until("councils")

    assert desk.topics().count("case.due_passed") == 2


def test_withdrawing_ends_the_case(desk: Desk) -> None:
    """A withdrawn case waits for nobody and takes no further command."""
    desk.open()
    desk.commands("withdraw", "Udmeldingen er trukket tilbage")

    assert desk.case.status == Status.WITHDRAWN
    assert desk.case.waiting_for() == []
    with pytest.raises(CaseEndedError):
        desk.commands("suspend", "for sent")
    with pytest.raises(CaseEndedError):
        desk.answers("dassos", "approved")


def test_suspending_stops_the_process_but_not_the_answers(desk: Desk) -> None:
    """While suspended an answer is counted, and the step completes when the case goes on."""
    desk.open()
    desk.commands("suspend", "afventer ministeriet")
    assert desk.answers("dassos", "approved") == "counted"
    assert states(desk)["dassos"] == ("open", None)

    desk.commands("resume")

    assert states(desk)["dassos"] == ("completed", "approved")


def test_a_suspension_moves_every_date(desk: Desk) -> None:
    """The days that the case stood still are added to its deadline and to every open window."""
    desk.open()
    desk.commands("suspend", "afventer ministeriet")
    desk.turn_to("2025-03-28")
    desk.commands("resume")

    assert desk.case.deadline == date(2025, 6, 10)
    assert desk.round("dassos").due == date(2025, 4, 4)


def test_suspending_twice_and_resuming_a_running_case_are_refused(desk: Desk) -> None:
    """Each makes sense once."""
    desk.open()
    with pytest.raises(ConflictError):
        desk.commands("resume")
    desk.commands("suspend", "afventer")

    with pytest.raises(ConflictError):
        desk.commands("suspend", "afventer")


def test_extending_moves_what_is_due_on_the_deadline(desk: Desk) -> None:
    """The councils' date follows the case's deadline; a window of its own does not."""
    desk.open()
    desk.until("councils")

    desk.commands("extend", date(2025, 6, 14), "styrelsen har udsat fristen")

    assert desk.case.deadline == date(2025, 6, 14) == desk.round("councils").due
    with pytest.raises(InvalidError, match="before today"):
        desk.commands("extend", date(2025, 3, 1), "fejl")
    with pytest.raises(ConflictError, match="already"):
        desk.commands("extend", date(2025, 6, 14), "en gang til")


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"route": "findes-ikke"}, "route"),
        ({"title": "  "}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"title": "a\x1b[31mb"}, "title"),
        ({"title": "a\nb"}, "title"),
        ({"reference": "\u202e"}, "reference"),
        ({"deadline": date(9999, 12, 31)}, "deadline"),
        ({"concerned": ["kd-net"]}, "concerned"),
        ({"route": "orientering", "concerned": ["findes-ikke"]}, "concerned"),
    ],
)
def test_a_case_that_cannot_be_is_refused_with_the_field(desk: Desk, facts: dict[str, Any], field: str) -> None:
    """The refusal names the field that is wrong, and nothing is written."""
    with pytest.raises(InvalidError) as refusal:
        desk.open(**facts)

    assert refusal.value.field == field
    assert desk.cases.recorder.max_notification_id() is None
