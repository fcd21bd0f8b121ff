# SPDX-License-Identifier: EUPL-1.2
"""Inquiries: questions to named bodies on the way, from the secretariat or passed on for the agency."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.case import AnswerState, Case, StepState
from domain.errors import (
    AmbiguousStepError,
    BodyNotAskedError,
    CaseEndedError,
    ConflictError,
    InvalidError,
    RefusalError,
    StepNotOpenError,
)
from domain.inquiring import Inquiry
from tests.domain.desk import Desk

QUESTION = "Hvor mange borgere har kommunen i målgruppen?\nHvor mange får et tilbud?"
AGENCY = "social-og-boligstyrelsen"


@pytest.fixture
def councils(desk: Desk) -> Desk:
    """A case that waits for its 19 councils and the submission."""
    desk.open()
    desk.until("councils")
    return desk


@pytest.fixture
def replying(desk: Desk) -> Desk:
    """A case in which the agency has asked on 5 August, due 5 September."""
    desk.open()
    desk.until("agency")
    desk.turn_to("2025-08-05")
    desk.answers(AGENCY, "questions_asked", due=date(2025, 9, 5))
    return desk


def inquires(desk: Desk, *bodies: str, **facts: Any) -> None:
    """The secretariat asks bodies."""
    desk.commands("inquire", Inquiry(bodies, **{"question": QUESTION, "due": date(2025, 8, 25), **facts}))


def reminders(desk: Desk) -> list[tuple[date, list[str]]]:
    """When whom the inquiry was reminded of."""
    events = desk.cases.history(desk.id)
    found = [e for e in events if isinstance(e, Case.BodiesReminded) and e.step == "inquiry"]
    return [(e.timestamp.date(), e.bodies) for e in found]


def test_exactly_the_named_bodies_are_asked(councils: Desk) -> None:
    """With the question and a due date of their own; they are invited at once."""
    inquires(councils, "lemvig", "takstgruppen")

    current = councils.round("inquiry")
    assert (current.state, current.due, current.question) == (StepState.OPEN, date(2025, 8, 25), QUESTION)
    assert current.pending == ["lemvig", "takstgruppen"]
    assert current.invited == {"lemvig", "takstgruppen"}
    assert "takstgruppen" in councils.case.waiting_for()


def test_no_inquiry_shows_before_one_is_opened(councils: Desk) -> None:
    """The steps of a case are the route's own until then, and the inquiry stands behind them."""
    before = [step.id for step, _ in councils.case.current_rounds()]
    inquires(councils, "lemvig")

    assert "inquiry" not in before
    assert [step.id for step, _ in councils.case.current_rounds()] == [*before, "inquiry"]


def test_an_inquiry_ends_when_all_have_answered(councils: Desk) -> None:
    """The route's own steps are untouched."""
    inquires(councils, "kd-net", "takstgruppen")
    assert councils.answers("kd-net", "commented", remark="12 borgere") == "counted"
    councils.answers("takstgruppen", "no_comment", step="inquiry")

    current = councils.round("inquiry")
    assert (current.state, current.result) == (StepState.COMPLETED, "commented")
    assert councils.round("councils").state == StepState.OPEN


def test_those_who_said_nothing_are_reminded_a_week_and_a_day_before(councils: Desk) -> None:
    """On working days: the 18th and, the 24th being a Sunday, the 22nd of August 2025."""
    councils.turn_to("2025-08-05")
    inquires(councils, "kd-net", "takstgruppen")
    councils.answers("kd-net", "no_comment")
    councils.let_pass("2025-08-27")

    assert reminders(councils) == [(date(2025, 8, 18), ["takstgruppen"]), (date(2025, 8, 22), ["takstgruppen"])]
    assert councils.round("inquiry").overdue == date(2025, 8, 25)


def test_a_body_that_two_open_steps_ask_must_say_which(councils: Desk) -> None:
    """A council's answer without a step could be to either; both are named."""
    inquires(councils, "lemvig")

    with pytest.raises(AmbiguousStepError, match="councils, inquiry"):
        councils.answers("lemvig", "commented")
    assert councils.answers("lemvig", "commented", step="inquiry") == "counted"
    assert councils.answers("lemvig", "noted") == "counted"


def test_a_council_that_has_noted_answers_the_inquiry_without_naming_it(councils: Desk) -> None:
    """Only one of its open steps still waits for it."""
    councils.answers("lemvig", "noted")
    inquires(councils, "lemvig")

    assert councils.answers("lemvig", "commented") == "counted"
    assert councils.answer_of("inquiry", "lemvig").outcome == "commented"


def test_one_inquiry_is_open_at_a_time(councils: Desk) -> None:
    """The refusal names the ways: a body can be added to it."""
    inquires(councils, "lemvig")

    with pytest.raises(ConflictError, match="add bodies to it as the step 'inquiry'"):
        inquires(councils, "skive")
    councils.commands("add_body", step="inquiry", body="skive", reason="Også berørt")
    assert councils.round("inquiry").pending == ["lemvig", "skive"]


def test_the_secretariat_ends_an_inquiry_early(councils: Desk) -> None:
    """What comes afterwards is late; the next inquiry is a round of its own, asking others."""
    inquires(councils, "kd-net", "takstgruppen")
    councils.answers("kd-net", "commented")
    councils.commands("end_inquiry", "Svaret er fundet")
    assert councils.round("inquiry").result == "ended_early"

    inquires(councils, "dassos")

    assert councils.round("inquiry").pending == ["dassos"]
    assert councils.answers("takstgruppen", "commented") == "late"
    assert councils.case.round("inquiry", 1).answers["takstgruppen"].outcome == "commented"


def test_a_body_added_to_one_inquiry_is_not_asked_in_the_next(councils: Desk) -> None:
    """Each asks whom it names."""
    inquires(councils, "kd-net")
    councils.commands("add_body", step="inquiry", body="takstgruppen", reason="Ved mere")
    councils.commands("release_body", step="inquiry", body="kd-net", reason="Ved intet")
    councils.answers("takstgruppen", "commented")
    inquires(councils, "dassos")

    assert list(councils.round("inquiry").answers) == ["dassos"]


def test_a_reply_ends_the_inquiry_about_it(replying: Desk) -> None:
    """Who has not answered by then is late."""
    inquires(replying, "lemvig", "skive", about="reply")
    replying.answers("lemvig", "commented", step="inquiry")
    replying.turn_to("2025-09-05")
    replying.commands("submit", step="reply")

    current = replying.round("inquiry")
    assert (current.state, current.result) == (StepState.COMPLETED, "closed_by_submission")
    assert current.answers["skive"].state == AnswerState.AWAITING
    assert replying.case.waiting_for() == [AGENCY]
    assert replying.answers("skive", "commented", step="inquiry") == "late"


def test_a_reply_leaves_an_inquiry_about_something_else_open(replying: Desk) -> None:
    """It ends when it is answered."""
    inquires(replying, "lemvig")
    replying.commands("submit", step="reply")

    assert replying.round("inquiry").state == StepState.OPEN


def test_the_agencys_questions_go_on_to_the_bodies_that_it_names(desk: Desk) -> None:
    """At once, beside the reply, due on the date for the bodies, and ended with the reply."""
    desk.open()
    desk.until("agency")
    desk.turn_to("2025-08-05")
    due, bodies_due = date(2025, 9, 5), date(2025, 8, 25)
    desk.answers(
        AGENCY, "questions_asked", "q1", due=due, remark="Hvor mange?", to=["lemvig", "skive"], bodies_due=bodies_due
    )

    current = desk.round("inquiry")
    assert desk.round("reply").due == due
    assert (current.due, current.question, current.about) == (bodies_due, "Hvor mange?", "reply#1")
    assert current.pending == ["lemvig", "skive"]

    desk.commands("submit", step="reply")
    assert desk.round("inquiry").result == "closed_by_submission"
    assert desk.round("inquiry").number == 1


def test_questions_without_a_date_for_the_bodies_are_due_for_them_with_the_reply(desk: Desk) -> None:
    """A second set waits until the first is replied to, and opens an inquiry of its own."""
    desk.open()
    desk.until("agency")
    desk.turn_to("2025-08-05")
    desk.answers(AGENCY, "questions_asked", due=date(2025, 9, 5), to=["lemvig"])
    desk.answers(AGENCY, "questions_asked", due=date(2025, 9, 19), to=["skive"])
    assert (desk.round("inquiry").due, desk.round("inquiry").pending) == (date(2025, 9, 5), ["lemvig"])

    desk.commands("submit", step="reply")

    assert (desk.round("inquiry").due, desk.round("inquiry").pending) == (date(2025, 9, 19), ["skive"])
    assert (desk.round("inquiry").number, desk.round("inquiry").about) == (2, "reply#2")


def test_questions_wait_for_an_inquiry_that_is_open(councils: Desk) -> None:
    """They go on as soon as it has ended, since one is open at a time."""
    councils.commands("submit")
    inquires(councils, "dassos")
    councils.answers(AGENCY, "questions_asked", due=date(2025, 9, 5), to=["lemvig"])
    assert councils.round("inquiry").pending == ["dassos"]

    councils.answers("dassos", "no_comment")

    assert councils.round("inquiry").pending == ["lemvig"]


def test_corrected_questions_go_on_to_the_right_bodies(councils: Desk) -> None:
    """As long as they have not gone on yet."""
    councils.commands("submit")
    inquires(councils, "dassos")
    councils.answers(AGENCY, "questions_asked", "q1", due=date(2025, 9, 5), to=["lemvig"])
    councils.corrects(AGENCY, "q1", "questions_asked", due=date(2025, 9, 5), to=["skive"])
    councils.commands("end_inquiry", "Svaret er fundet")

    assert councils.round("inquiry").pending == ["skive"]


@pytest.mark.parametrize(
    ("facts", "error", "field"),
    [
        ({"bodies": ()}, InvalidError, "bodies"),
        ({"bodies": ("lemvig", "atlantis")}, InvalidError, "bodies"),
        ({"question": " "}, InvalidError, "question"),
        ({"due": date(2025, 3, 17)}, InvalidError, "due"),
        ({"due": date(2099, 1, 1)}, InvalidError, "due"),
        ({"about": "atlantis"}, InvalidError, "step"),
        ({"about": "councils"}, InvalidError, "about"),
        ({"about": "reply"}, StepNotOpenError, "about"),
    ],
)
def test_an_inquiry_that_cannot_be_is_refused(
    councils: Desk, facts: dict[str, Any], error: type[RefusalError], field: str
) -> None:
    """With the field that is wrong; nothing is written."""
    before = councils.case.version

    with pytest.raises(error) as refused:
        councils.commands(
            "inquire", Inquiry(**{"bodies": ("lemvig",), "question": "?", "due": date(2025, 4, 1), **facts})
        )
    assert refused.value.field == field
    assert councils.case.version == before


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"to": ["atlantis"]}, "to"),
        ({"to": ["lemvig"], "bodies_due": date(2025, 9, 6)}, "bodies_due"),
        ({"to": ["lemvig"], "bodies_due": date(2025, 3, 1)}, "bodies_due"),
        ({"bodies_due": date(2025, 9, 1)}, "bodies_due"),
    ],
)
def test_questions_that_cannot_go_on_are_refused(councils: Desk, facts: dict[str, Any], field: str) -> None:
    """Unknown bodies, and dates outside the time there is."""
    councils.commands("submit")

    with pytest.raises(InvalidError) as refused:
        councils.answers(AGENCY, "questions_asked", due=date(2025, 9, 5), **facts)
    assert refused.value.field == field


def test_only_questions_go_on_to_bodies(councils: Desk) -> None:
    """A council's answer names nobody."""
    with pytest.raises(InvalidError, match="only questions"):
        councils.answers("lemvig", "noted", to=["skive"])


def test_no_inquiry_in_a_case_that_does_not_run(councils: Desk) -> None:
    """Suspended, its clocks stand still; withdrawn, it is over."""
    councils.commands("suspend", "Afventer")
    with pytest.raises(ConflictError, match="resume it first"):
        inquires(councils, "lemvig")
    councils.commands("resume")
    with pytest.raises(StepNotOpenError, match="no inquiry is open"):
        councils.commands("end_inquiry", "Svaret er fundet")
    councils.commands("withdraw", "Udmeldingen er trukket tilbage")

    with pytest.raises(CaseEndedError):
        inquires(councils, "lemvig")


def test_a_suspension_moves_an_inquirys_date(councils: Desk) -> None:
    """As every other."""
    inquires(councils, "lemvig", due=date(2025, 4, 1))
    councils.commands("suspend", "Afventer")
    councils.turn_to("2025-03-28")
    councils.commands("resume")

    assert councils.round("inquiry").due == date(2025, 4, 11)


def test_the_cases_end_ends_an_open_inquiry(replying: Desk) -> None:
    """Nobody waits for it any more; what comes is kept as late."""
    inquires(replying, "takstgruppen")
    replying.answers(AGENCY, "decided", supports=True)

    assert not replying.case.is_open
    assert replying.round("inquiry").state == StepState.SKIPPED
    assert replying.answers("takstgruppen", "commented") == "late"


def test_a_body_outside_the_inquiry_has_no_such_case(councils: Desk) -> None:
    """An inquiry lets in only those it names."""
    inquires(councils, "takstgruppen")

    with pytest.raises(BodyNotAskedError):
        councils.answers("das", "commented")


def test_a_material_version_asks_no_answer_to_an_inquiry_again(councils: Desk) -> None:
    """It answered a question; it consented to nothing."""
    inquires(councils, "kd-net", "takstgruppen")
    councils.answers("kd-net", "commented", step="inquiry")
    for change in ("editorial", "material"):
        councils.commands("add_paper", name="svar.pdf", sha256="0" * 64, size=10, change=change)

    assert (councils.round("inquiry").number, councils.round("inquiry").pending) == (1, ["takstgruppen"])


def test_a_further_body_can_be_asked_to_revise(desk: Desk) -> None:
    """The engine's other own step takes bodies too, for this round."""
    desk.open()
    desk.answers("dassos", "rejected")
    desk.commands("add_body", step="revise", body="takstgruppen", reason="Kender tallene")

    assert desk.round("revise").pending == ["secretariat", "takstgruppen"]


def test_a_body_released_and_added_again_keeps_what_it_said(councils: Desk) -> None:
    """Its delay stays in its place."""
    councils.delays("lemvig", "m1")
    councils.commands("release_body", step="councils", body="lemvig", reason="Ikke berørt")
    councils.commands("add_body", step="councils", body="lemvig", reason="Berørt alligevel")

    assert list(councils.answer_of("councils", "lemvig").messages) == ["m1"]
