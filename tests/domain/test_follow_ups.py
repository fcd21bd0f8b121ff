# SPDX-License-Identifier: EUPL-1.2
"""What follows by itself, and when: steps that open later, results that end the case, and what keeps it open."""

from __future__ import annotations

from datetime import date

import pytest

from domain.answering import Reply
from domain.case import AnswerState, Status, StepState
from domain.commands import Command
from domain.dates import start_of_day
from domain.errors import InvalidError
from domain.following import opening_day, outcome_so_far
from tests.domain.desk import SECRETARIAT, Desk, midtjylland_with

HEAD = """
id = "own"
version = 1
name = { da = "Egen", en = "Own" }
source = "Kilde."
ending = { status = "approved", result_of = "approve" }
"""
THREE = 'bodies = ["dassos", "kd-net", "takstgruppen"]'


def step(step_id: str, rest: str = "", ask: str = "approve", bodies: str = 'bodies = ["dassos"]') -> str:
    """One step of a route's text."""
    name = f'name = {{ da = "{step_id.capitalize()}", en = "{step_id.capitalize()}" }}'
    return f'[[steps]]\nid = "{step_id}"\n{name}\nask = "{ask}"\n{bodies}\nmode = "own_process"\n{rest}\n'


def opened(*steps: str, day: str = "2022-01-10", **facts: object) -> Desk:
    """A case along a route of these steps."""
    desk = Desk(day, midtjylland_with(HEAD + "\n".join(steps)))
    desk.open("own", **facts)
    return desk


def state(desk: Desk, step_id: str) -> StepState:
    """Where a step stands."""
    return desk.round(step_id).state


# Results that end the case


def test_a_result_that_ends_the_case_rejects_it_there_and_then() -> None:
    """What still waits or is open is skipped, and nobody is asked to revise."""
    desk = opened(
        step("approve", 'ends_on = ["rejected"]'),
        step("beside", bodies='bodies = ["kd-net"]'),
        step("later", 'after = ["approve"]', "note"),
    )
    desk.answers("dassos", "rejected")

    assert (desk.case.status, desk.case.result) == (Status.REJECTED, "rejected")
    assert (state(desk, "beside"), state(desk, "later")) == (StepState.SKIPPED, StepState.SKIPPED)
    assert desk.case.waiting_for() == []


def test_another_result_goes_to_revision_as_ever() -> None:
    """Only the results that the route names end the case."""
    desk = opened(step("approve", 'ends_on = ["rejected"]'))
    desk.answers("dassos", "returned")

    assert (desk.case.status, desk.case.waiting_for()) == (Status.RUNNING, ["secretariat"])


def test_too_few_can_end_the_case() -> None:
    """As soon as it is known."""
    desk = opened(
        step("approve", 'complete = "enough"\nat_least = 2\nends_on = ["not_enough"]', "support", THREE),
        step("later", 'after = ["approve"]', "note"),
    )
    desk.answers("dassos", "not_supported")
    assert desk.case.status == Status.RUNNING
    desk.answers("kd-net", "not_supported", step="approve")

    assert (desk.case.status, desk.case.result) == (Status.REJECTED, "not_enough")


def test_a_result_by_another_steps_end_can_end_the_case() -> None:
    """The route that gives a step the result may also end on it."""
    closes = 'bodies = ["kd-net"]'
    desk = opened(
        step("approve", 'ends_on = ["dropped"]'),
        step("drop", 'closes = [{ step = "approve", result = "dropped" }]', "note", closes),
    )
    desk.answers("kd-net", "noted")

    assert (desk.case.status, desk.case.result) == (Status.REJECTED, "dropped")


def test_an_answer_after_the_end_is_late() -> None:
    """It is kept and changes nothing."""
    desk = opened(step("approve", 'ends_on = ["rejected"]'), step("beside", bodies='bodies = ["kd-net"]'))
    desk.answers("dassos", "rejected")

    assert desk.answers("kd-net", "approved") == "late"
    assert desk.case.status == Status.REJECTED


def test_enough_that_cannot_be_reached_ends_the_step() -> None:
    """Two noes of three make two consents impossible, whoever is still silent."""
    desk = opened(step("approve", 'complete = "enough"\nat_least = 2', "support", THREE))
    desk.answers("dassos", "not_supported")
    assert state(desk, "approve") == StepState.OPEN
    desk.answers("kd-net", "not_supported")

    assert desk.round("approve").result == "not_enough"
    assert desk.answer_of("approve", "takstgruppen").state == AnswerState.AWAITING


def test_a_must_have_that_says_no_ends_the_step() -> None:
    """No number of others makes up for it."""
    rest = 'complete = "enough"\nat_least = 1\nmust_have = ["dassos"]'
    desk = opened(step("approve", rest, "support", THREE))
    desk.answers("dassos", "not_supported")

    assert desk.round("approve").result == "not_enough"


# Steps that open later


def test_a_step_opens_some_days_after_those_before_it() -> None:
    """At the start of the Danish day, counted from the last of them; until then it says when."""
    desk = opened(
        step("approve"),
        step("beside", bodies='bodies = ["kd-net"]'),
        step("evaluate", 'after = ["approve", "beside"]\nopens_after_days = 180', "note"),
    )
    desk.answers("dassos", "approved")
    desk.let_pass("2022-02-01")
    assert opening_day(desk.case, desk.case.route.step("evaluate")) is None
    desk.answers("kd-net", "approved")

    evaluation = desk.case.route.step("evaluate")
    assert opening_day(desk.case, evaluation) == date(2022, 7, 31)
    assert desk.wake_at == start_of_day(date(2022, 7, 31))
    desk.let_pass("2022-07-30")
    assert state(desk, "evaluate") == StepState.WAITING
    desk.let_pass("2022-07-31")
    assert desk.round("evaluate").opened_at == start_of_day(date(2022, 7, 31))


def test_a_clock_without_steps_before_it_runs_from_the_opening() -> None:
    """Summer time begins meanwhile: the day is the Danish one."""
    desk = opened(step("approve", "opens_after_days = 90"))
    desk.let_pass("2022-05-01")

    assert desk.round("approve").opened_at == start_of_day(date(2022, 4, 10))


def test_a_suspension_moves_the_opening() -> None:
    """By the days that the case stood still; a suspension before the clock ran does not."""
    desk = opened(step("approve"), step("evaluate", 'after = ["approve"]\nopens_after_days = 30', "note"))
    desk.commands("suspend", "afventer")
    desk.let_pass("2022-01-20")
    desk.commands("resume")
    desk.answers("dassos", "approved")
    evaluation = desk.case.route.step("evaluate")
    assert opening_day(desk.case, evaluation) == date(2022, 2, 19)
    desk.let_pass("2022-01-25")
    desk.commands("suspend", "afventer")
    assert desk.wake_at is None
    desk.let_pass("2022-03-01")
    assert state(desk, "evaluate") == StepState.WAITING
    desk.commands("resume")

    assert opening_day(desk.case, evaluation) == date(2022, 3, 26)
    desk.let_pass("2022-03-26")
    assert state(desk, "evaluate") == StepState.OPEN


def test_a_step_opens_on_the_date_of_an_attribute() -> None:
    """Not before the steps before it are done."""
    desk = opened(
        step("approve"),
        step("evaluate", 'after = ["approve"]\nopens_on = "evaluate_on"', "note"),
        attributes={"evaluate_on": "2022-02-01"},
    )
    desk.let_pass("2022-02-03")
    assert state(desk, "evaluate") == StepState.WAITING
    desk.answers("dassos", "approved")

    assert state(desk, "evaluate") == StepState.OPEN


def test_a_date_that_moves_moves_the_opening_until_the_step_has_begun() -> None:
    """A step that has begun keeps its course."""
    desk = opened(
        step("approve"),
        step("evaluate", 'after = ["approve"]\nopens_on = "evaluate_on"', "note"),
        attributes={"evaluate_on": "2022-02-01"},
    )
    desk.answers("dassos", "approved")
    desk.commands("set_attribute", attribute="evaluate_on", value="2022-03-01", reason="udskudt")
    desk.let_pass("2022-02-28")
    assert state(desk, "evaluate") == StepState.WAITING
    desk.let_pass("2022-03-01")
    assert state(desk, "evaluate") == StepState.OPEN
    desk.commands("set_attribute", attribute="evaluate_on", value="2022-06-01", reason="udskudt igen")

    assert state(desk, "evaluate") == StepState.OPEN


def test_a_suspension_moves_the_dates_that_are_to_come() -> None:
    """A date that was past when the case stood still is left as it was."""
    desk = opened(
        step("approve", 'due = "attribute"\ndue_on = "first"'),
        step("evaluate", 'after = ["approve"]\nopens_on = "then"', "note"),
        attributes={"first": "2022-01-15", "then": "2022-02-01"},
    )
    desk.let_pass("2022-01-20")
    desk.commands("suspend", "afventer")
    desk.let_pass("2022-01-30")
    desk.commands("resume")

    assert desk.case.attributes == {"first": "2022-01-15", "then": "2022-02-11"}


def test_a_step_is_due_some_days_after_it_opened() -> None:
    """The last of them included."""
    desk = opened(step("approve", 'due = "days"\ndue_days = 14'))

    assert desk.round("approve").due == date(2022, 1, 24)
    desk.let_pass("2022-01-26")
    assert desk.round("approve").overdue == date(2022, 1, 24)


def test_the_outcome_is_known_before_the_follow_up_is_done() -> None:
    """The case runs on, and its result is none until it ends."""
    desk = opened(step("approve"), step("evaluate", 'after = ["approve"]\nopens_after_days = 30', "note"))
    assert outcome_so_far(desk.case) is None
    desk.answers("dassos", "approved")

    assert (desk.case.status, desk.case.result, outcome_so_far(desk.case)) == (Status.RUNNING, None, "approved")
    desk.let_pass("2022-02-10")
    desk.answers("dassos", "noted")
    assert (desk.case.status, desk.case.result, outcome_so_far(desk.case)) == (Status.APPROVED, "approved", "approved")


def test_what_is_to_be_revised_is_no_outcome_yet() -> None:
    """A return is not what the case comes to."""
    desk = opened(step("approve"))
    desk.answers("dassos", "returned")

    assert outcome_so_far(desk.case) is None


# What the agency asks for

AGENCY = 'bodies = ["social-og-boligstyrelsen"]'
PLAN = 'opened_by = { step = "approve", outcome = "plan_requested" }\ndue = "asked"'


@pytest.mark.parametrize("due", [None, date(2022, 1, 1)])
def test_a_plan_is_requested_by_a_date(due: date | None) -> None:
    """Which comes with the request and lies after it."""
    desk = opened(step("approve", ask="receive", bodies=AGENCY), step("plan", PLAN))

    with pytest.raises(InvalidError) as refusal:
        desk.answers("social-og-boligstyrelsen", "plan_requested", due=due)

    assert refusal.value.field == "due"


@pytest.mark.parametrize(("keeps", "status"), [(True, Status.RUNNING), (False, Status.APPROVED)])
def test_what_an_outcome_opened_can_outlast_its_asker(keeps: bool, status: Status) -> None:  # noqa: FBT001
    """The agency decides and asks for a plan at once: the route says whether the case waits for the plan."""
    more = "\nkeeps_case_open = true" if keeps else ""
    desk = opened(step("approve", ask="receive", bodies=AGENCY), step("plan", PLAN + more))
    desk.answers("social-og-boligstyrelsen", "plan_requested", due=date(2022, 3, 1))
    assert desk.round("plan").due == date(2022, 3, 1)
    desk.answers("social-og-boligstyrelsen", "decided", supports=True)

    assert desk.case.status == status
    assert outcome_so_far(desk.case) == "supported"


def test_a_plan_requested_with_the_decision_in_one_letter_is_still_made() -> None:
    """Both facts may be recorded before the process comes to look."""
    desk = opened(step("approve", ask="receive", bodies=AGENCY), step("plan", PLAN + "\nkeeps_case_open = true"))
    asked, decided = Reply("plan_requested", due=date(2022, 3, 1)), Reply("decided", date(2022, 1, 10), supports=True)
    for reply in (asked, decided):
        desk.cases.answer(desk.id, Command.by(SECRETARIAT), "social-og-boligstyrelsen", reply, "secretariat")
    desk.advance()
    assert desk.case.waiting_for() == ["dassos"]

    desk.answers("dassos", "approved", step="plan")
    assert (desk.case.status, desk.case.result) == (Status.APPROVED, "supported")


def test_a_suspension_does_not_move_the_term_of_a_scheme() -> None:
    """That the case stood still changes nothing about when the scheme begins."""
    desk = Desk("2021-11-01")
    desk.open("tilslutning", deadline=date(2021, 12, 15), attributes={"term_start": "2022-07-01"})
    desk.commands("suspend", "afventer")
    desk.let_pass("2021-11-11")
    desk.commands("resume")

    assert desk.case.attributes == {"term_start": "2022-07-01"}
    assert desk.case.deadline == date(2021, 12, 25)
