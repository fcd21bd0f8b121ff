# SPDX-License-Identifier: EUPL-1.2
"""A case as JSON."""

from __future__ import annotations

import json
from datetime import date

import pytest

from domain.commands import Command
from domain.inquiring import Inquiry
from domain.renewing import Renewal
from projections.documents import Document, case_document, is_overdue
from tests.domain.desk import SECRETARIAT, Desk, midtjylland_with
from tests.domain.test_follow_ups import HEAD, step

FIRST = f"\n{step('approve')}"
LATER = FIRST + step("later", 'after = ["approve"]\nopens_after_days = 30', "note")
CASE_KEYS = {
    "id", "route", "title", "status", "result", "deadline", "opened_at", "closed_at", "waiting_for", "steps", "papers",
    "position",
}  # fmt: skip
STEP_KEYS = {"id", "round", "ask", "state", "result", "opened_at", "due", "completed_at", "answers"}
ANSWER_KEYS = {
    "body", "state", "outcome", "effect", "decided_on", "decided_by", "recorded_at", "source", "message_id", "version",
    "expected_on", "corrected", "remark", "reference",
}  # fmt: skip


@pytest.fixture
def desk() -> Desk:
    """A desk in memory on 18 March 2025."""
    return Desk()


def test_the_document_is_json_with_the_keys_of_the_contract(desk: Desk) -> None:
    """Every promised key is there, in waiting steps too."""
    desk.open()

    document = json.loads(json.dumps(_document(desk)))

    assert document.keys() >= CASE_KEYS
    assert all(step.keys() >= STEP_KEYS for step in document["steps"])
    assert all(answer.keys() >= ANSWER_KEYS for step in document["steps"] for answer in step["answers"])


def test_every_step_of_the_route_is_listed_in_its_order(desk: Desk) -> None:
    """Waiting steps are listed too, and no revision before there is one."""
    desk.open()

    assert [step["id"] for step in _document(desk)["steps"]] == [
        "dassos", "kd-net", "kkr", "councils", "submit", "agency", "reply",
    ]  # fmt: skip


def test_a_waiting_step_lists_the_bodies_that_it_will_ask_in_danish_order(desk: Desk) -> None:
    """The 19 councils stand there from the start, Aarhus last."""
    desk.open()

    councils = _step(desk, "councils")

    assert councils["state"] == "waiting"
    assert len(councils["answers"]) == 19
    assert councils["answers"][-1]["body"] == "aarhus"
    assert {answer["state"] for answer in councils["answers"]} == {"not_asked"}


def test_instants_are_utc_and_dates_are_days(desk: Desk) -> None:
    """Ten in the morning in Denmark is nine in UTC in March."""
    desk.open()

    document = _document(desk)

    assert document["opened_at"] == "2025-03-18T09:00:00.000000Z"
    assert document["deadline"] == "2025-05-31"
    assert _step(desk, "dassos")["due"] == "2025-03-25"


def test_steps_due_on_the_deadline_say_so_before_they_open(desk: Desk) -> None:
    """Councils and submission are due on the case's deadline, single bodies never."""
    desk.open()

    dues = {step["id"]: step["due"] for step in _document(desk)["steps"]}

    assert dues["councils"] == dues["submit"] == "2025-05-31"
    assert dues["kkr"] is None


def test_an_answer_shows_what_was_said(desk: Desk) -> None:
    """Outcome, dates, source and id stand in the body's entry."""
    desk.open()
    desk.answers("lemvig", "noted", "msg-1", decided_on=date(2025, 3, 17), decided_by="committee", remark="ingen")

    answer = next(a for a in _step(desk, "councils")["answers"] if a["body"] == "lemvig")

    assert {key: answer[key] for key in ("state", "outcome", "effect", "decided_on", "decided_by", "message_id")} == {
        "state": "answered",
        "outcome": "noted",
        "effect": "early",
        "decided_on": "2025-03-17",
        "decided_by": "committee",
        "message_id": "msg-1",
    }
    assert answer["recorded_at"] == "2025-03-18T09:00:00.000000Z"


def test_a_step_shows_its_newest_round_with_the_earlier_ones_beside(desk: Desk) -> None:
    """After a rejection and a resubmission the step stands in its second round."""
    desk.open()
    desk.answers("dassos", "rejected")
    revised = _document(desk)["steps"][-1]
    desk.commands("resubmit")

    dassos = _step(desk, "dassos")

    assert (revised["id"], revised["state"], revised["revises"]) == ("revise", "open", "dassos#1")
    assert (dassos["round"], dassos["state"], dassos["result"]) == (2, "open", None)
    assert [(past["round"], past["result"]) for past in dassos["earlier"]] == [(1, "rejected")]


def test_papers_are_listed_with_digest_and_size(desk: Desk) -> None:
    """Each version of the papers is there."""
    desk.open()
    desk.commands("add_paper", name="svar.pdf", sha256="0" * 64, size=10)

    facts = {"number": 1, "name": "svar.pdf", "sha256": "0" * 64, "size": 10, "added_at": "2025-03-18T09:00:00.000000Z"}
    assert _document(desk)["papers"] == [{**facts, "change": "editorial", "material_for": [], "informed": []}]


def test_an_inquiry_shows_its_question(desk: Desk) -> None:
    """And what it is about; other steps have none."""
    desk.open()
    desk.until("agency")
    desk.answers("social-og-boligstyrelsen", "questions_asked", due=date(2025, 9, 5))
    desk.commands("inquire", Inquiry(["lemvig"], "Hvor mange?", date(2025, 8, 25), "reply"))

    inquiry = _document(desk)["steps"][-1]

    assert (inquiry["id"], inquiry["question"], inquiry["about"]) == ("inquiry", "Hvor mange?", "reply#1")
    assert (inquiry["due"], [a["body"] for a in inquiry["answers"]]) == ("2025-08-25", ["lemvig"])
    assert _step(desk, "councils")["question"] is None


def test_a_scheme_shows_who_takes_part(desk: Desk) -> None:
    """By all that was said so far; a step that nobody joins has no such entry."""
    desk.open("tilslutning", deadline=date(2025, 6, 1), attributes={"term_start": "2025-07-01"})
    desk.answers("viborg", "joined")
    desk.answers("horsens", "declined")

    scheme = _step(desk, "join")["participation"]

    assert {key: value for key, value in scheme.items() if key != "changes"} == {
        "participants": ["viborg"],
        "number": 1,
        "minimum": 7,
        "must_have": [],
        "missing_must_have": [],
        "sustainable": False,
    }
    assert scheme["changes"][0] == {
        "body": "viborg",
        "outcome": "joined",
        "effective_on": "2025-07-01",
        "decided_on": "2025-03-18",
        "recorded_at": "2025-03-18T09:00:00.000000Z",
    }
    assert "participation" not in _step(desk, "status")


def test_a_renewed_treatment_and_its_first_case_are_linked(desk: Desk) -> None:
    """By their ids, both ways; what is skipped says why."""
    desk.open()
    desk.until("agency")
    desk.answers("social-og-boligstyrelsen", "decided")
    new = desk.cases.renew(desk.id, Command.by(SECRETARIAT), Renewal(["lemvig"], "Nye tal")).case_id
    first, desk.id = _document(desk), new
    desk.advance()

    assert (first["renews"], first["renewed_by"]) == (None, [str(new)])
    assert (_document(desk)["renews"], _document(desk)["renewed_by"]) == (first["id"], [])
    assert (_step(desk, "kkr")["state"], _step(desk, "kkr")["skipped_because"]) == ("skipped", "nobody_asked")


@pytest.mark.parametrize(("day", "overdue"), [(date(2025, 3, 25), False), (date(2025, 3, 26), True)])
def test_a_case_is_overdue_from_the_day_after_the_due_date(desk: Desk, day: date, *, overdue: bool) -> None:
    """The due date itself is in time."""
    desk.open()

    assert is_overdue(_document(desk), day) is overdue


def test_a_case_past_its_deadline_is_overdue_until_the_bound_step_is_done(desk: Desk) -> None:
    """The deadline binds the submission: once it is submitted, the agency's time is not ours."""
    desk.open()
    desk.answers("dassos", "approved")
    waiting = _document(desk)
    desk.answers("kd-net", "approved")
    desk.answers("kkr-midtjylland", "approved")
    desk.commands("submit")

    assert is_overdue(waiting, date(2025, 6, 1))
    assert not is_overdue(_document(desk), date(2025, 6, 1))


def test_a_suspended_case_is_not_overdue(desk: Desk) -> None:
    """Its clocks stand still."""
    desk.open()
    desk.commands("suspend", "afventer")

    assert not is_overdue(_document(desk), date(2026, 1, 1))


def _document(desk: Desk) -> Document:
    return case_document(desk.case, 1)


def _step(desk: Desk, step_id: str) -> Document:
    found: Document = next(step for step in _document(desk)["steps"] if step["id"] == step_id)
    return found


def test_a_waiting_step_says_when_it_will_open() -> None:
    """By its clock, once that is known; a step that is open says it no more."""
    desk = Desk("2022-01-10", midtjylland_with(HEAD + LATER))
    desk.open("own")
    assert _step(desk, "later")["opens_on"] is None
    desk.answers("dassos", "approved")

    assert _step(desk, "later")["opens_on"] == "2022-02-09"
    desk.let_pass("2022-02-09")
    assert (_step(desk, "later")["state"], _step(desk, "later")["opens_on"]) == ("open", None)


def test_a_step_whose_date_is_not_given_says_which_one_it_waits_for() -> None:
    """From when its turn has come, until the secretariat sets it."""
    desk = Desk("2022-01-10", midtjylland_with(HEAD + LATER.replace("opens_after_days = 30", 'opens_on = "held_on"')))
    desk.open("own")
    assert _step(desk, "later")["awaits_date"] is None
    desk.answers("dassos", "approved")
    assert (_step(desk, "later")["awaits_date"], _step(desk, "later")["opens_on"]) == ("held_on", None)
    desk.commands("set_attribute", attribute="held_on", value="2022-03-01", reason="aftalt")

    assert (_step(desk, "later")["awaits_date"], _step(desk, "later")["opens_on"]) == (None, "2022-03-01")


def test_the_outcome_so_far_is_the_result_in_the_end() -> None:
    """The result itself stays null while the case runs."""
    desk = Desk("2022-01-10", midtjylland_with(HEAD + LATER))
    desk.open("own")
    desk.answers("dassos", "approved")
    assert (_document(desk)["result"], _document(desk)["outcome_so_far"]) == (None, "approved")
    desk.let_pass("2022-02-10")
    desk.answers("dassos", "noted")

    assert (_document(desk)["result"], _document(desk)["outcome_so_far"]) == ("approved", "approved")


def test_an_entry_into_force_says_what_it_waits_for() -> None:
    """The day expected, each provision, and in the end the day it was."""
    entry = 'entry_into_force = { on = "in_force_on", provided = ["approve"], replaces = "aftalen fra 2011" }'
    desk = Desk("2022-01-10", midtjylland_with(f"{HEAD}{entry}{FIRST}"))
    desk.open("own", attributes={"in_force_on": "2022-01-20"})
    waiting = {"expected_on": "2022-01-20", "on": None, "missed": False, "holds": False}
    assert _document(desk)["entry_into_force"] == {**waiting, "provided": [{"step": "approve", "holds": False}]}
    assert _document(desk)["replaces"] == {"text": "aftalen fra 2011", "case": None}
    desk.let_pass("2022-01-22")
    assert _document(desk)["entry_into_force"]["missed"] is True
    desk.answers("dassos", "approved")

    entered = {"expected_on": "2022-01-20", "on": "2022-01-22", "missed": True, "holds": True}
    assert _document(desk)["entry_into_force"] == {**entered, "provided": [{"step": "approve", "holds": True}]}


def test_a_case_without_an_entry_into_force_says_nothing_of_it(desk: Desk) -> None:
    """Both keys are there, and null."""
    desk.open()

    assert (_document(desk)["entry_into_force"], _document(desk)["replaces"]) == (None, None)
