# SPDX-License-Identifier: EUPL-1.2
"""What bodies added to their answers in the papers, and decided unasked, replayed with its dates."""

from __future__ import annotations

from datetime import date

from domain.additions import Addition
from domain.case import Status
from domain.settling import Unasked
from projections.documents import as_read_on, case_document
from tests.acceptance.test_routes_as_practised import agreement, all_answer, ended, opened
from tests.domain.desk import Desk


def overdue(desk: Desk, day: str) -> list[int]:
    """The tasks that are overdue on a day."""
    document = as_read_on(case_document(desk.case, 1), date.fromisoformat(day))
    return [task["number"] for task in document["tasks"] if task["overdue"]]


def test_taken_to_note_with_the_addition_that_takstgruppen_was_given_a_task() -> None:
    """»Taget til efterretning med den tilføjelse, at takstgruppen fik til opgave …«: a task beside a note."""
    desk = opened("2021-11-01", "orientering")
    desk.let_pass("2021-11-25")
    added = Addition(text="Vurdere konsekvenserne for taksterne", responsible="takstgruppen", meeting="2022-02-09")
    desk.answers("dassos", "noted_with_remarks", tasks=[added])

    assert ended(desk) == (Status.COMPLETED, "noted_with_remarks")
    assert (overdue(desk, "2022-02-09"), overdue(desk, "2022-02-10")) == ([], [1])
    desk.turn_to("2022-02-09")
    desk.commands("finish_task", 1, done_by="Takstgruppen")
    assert overdue(desk, "2022-02-10") == []


def test_approved_with_elements_to_be_worked_in_by_the_secretariat() -> None:
    """An editorial condition holds nothing up, and is met in version 2 of the papers."""
    dates = {"report_by": "2022-01-10", "comments_by": "2022-07-01"}
    desk = opened("2021-11-01", "rammeaftale", deadline=date(2022, 12, 1), attributes=dates)
    desk.commands("add_paper", name="afrapporteringsskema.pdf", sha256="0" * 64, size=10)
    desk.let_pass("2021-11-25")
    element = Addition(text="Elementerne fra drøftelsen indarbejdes", kind="editorial", responsible="secretariat")
    desk.answers("dassos", "approved_with_changes", conditions=[element])
    assert [r.step for r in desk.case.open_rounds()] == ["report"]
    assert desk.case.blocks() == []

    desk.turn_to("2021-12-01")
    desk.commands("add_paper", name="afrapporteringsskema-2.pdf", sha256="1" * 64, size=10)
    desk.commands("meet_condition", 1, 2)

    assert [(c.state, c.version) for c in desk.case.conditions] == [("met", 2)]


def test_examples_of_whistleblower_dilemmas_by_25_may_2021() -> None:
    """Decided unasked on 4 May 2021: the municipalities send examples; the secretariat chases, and they come."""
    desk = opened("2021-05-01", "orientering")
    desk.let_pass("2021-05-04")
    desk.answers("dassos", "noted")
    task = Addition(text="Eksempler på dilemmaer", responsible="Kommunerne", contact="Mette", due=date(2021, 5, 25))
    text = "Kommunerne indsender eksempler på dilemmaer om whistleblowere"
    desk.commands("decide", Unasked(body="dassos", text=text, decided_on=date(2021, 5, 4), tasks=[task]))

    assert (overdue(desk, "2021-05-25"), overdue(desk, "2021-05-26")) == ([], [1])
    desk.turn_to("2021-05-26")
    desk.commands("chase_task", 1)
    desk.turn_to("2021-05-28")
    desk.commands("finish_task", 1, done_on=date(2021, 5, 27), done_by="Kommunerne")
    (done,) = desk.case.tasks
    assert (done.chased, done.state, done.done_on, done.decision) == (1, "done", "2021-05-27", 1)


def test_the_status_that_was_asked_for_is_parked() -> None:
    """»Parkere den efterspurgte status«: a later decision calls the task off."""
    desk = opened("2021-05-01", "orientering")
    desk.let_pass("2021-05-04")
    desk.answers("dassos", "noted", tasks=[Addition(text="Status", responsible="secretariat", meeting="2021-11-25")])
    desk.turn_to("2021-11-25")
    parked = Unasked(body="dassos", text="Den efterspurgte status parkeres", decided_on=date(2021, 11, 25), cancels=[1])
    desk.commands("decide", parked)

    (task,) = desk.case.tasks
    assert (task.state, task.cancelled_by, task.cancelled_by_decision) == ("cancelled", "dassos", 1)
    assert overdue(desk, "2022-05-05") == []


def test_two_councils_whose_conditions_contradict_hold_the_agreement_up() -> None:
    """All have approved, but it is not in force before it is settled whose condition stands, and that one is met."""
    desk = agreement()
    desk.answers("regionsraadet", "approved")
    all_answer(desk, "councils", "approved", but=2)
    for body, text in (("viborg", "Kommunen betaler transporten"), ("aarhus", "Regionen betaler transporten")):
        desk.answers(body, "approved_on_condition", conditions=[Addition(text=text)])
    desk.commands("mark_contradiction", [1, 2], "Kun én kan betale")
    assert desk.round("councils").result == "approved"
    assert case_document(desk.case, 1)["blocked"] == [{"step": None, "conditions": [1, 2], "contradictions": [1]}]
    assert desk.case.waiting_for() == ["hjerneskadesamraadet", "secretariat"]

    desk.commands("settle_contradiction", 1, stand=[2], reason="Drøftet i Sundhedskoordinationsudvalget")
    assert "secretariat" in desk.case.waiting_for()

    desk.commands("add_paper", name="aftale-2.pdf", sha256="0" * 64, size=10)
    desk.commands("meet_condition", 2, 1)
    desk.let_pass("2022-08-01")
    assert desk.case.in_force_on == date(2022, 8, 1)
    assert desk.case.waiting_for() == ["hjerneskadesamraadet"]
