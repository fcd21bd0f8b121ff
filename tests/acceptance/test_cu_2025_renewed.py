# SPDX-License-Identifier: EUPL-1.2
"""The agency loop of the CU report of 2025: questions asked on to two councils, and a renewed treatment with these."""

from __future__ import annotations

from datetime import date

import pytest

from domain.case import AnswerState, Status, StepState
from domain.commands import Command
from domain.inquiring import Inquiry
from domain.renewing import Renewal
from tests.acceptance.cu_2025 import moment, play, read_script
from tests.domain.desk import SECRETARIAT, Desk

SCRIPT = read_script()
QUESTION = "Hvor mange borgere har fået tilbuddet i 2024?"


def until(day: date) -> Desk:
    """The case of 2025, played through a day."""
    desk = Desk(SCRIPT.entries[0].day.isoformat())
    opened = None
    for entry in (e for e in SCRIPT.entries if e.day <= day):
        if opened is not None:
            desk.let_pass(entry.day.isoformat())
        desk.now = max(desk.now, moment(entry.day))
        taken = play(desk.cases, entry, opened, SCRIPT)
        opened = opened or taken
        assert opened is not None
        desk.id = opened.case_id
        desk.advance()
    return desk


@pytest.fixture
def replied() -> Desk:
    """The agency asked on 5 August; of the two councils asked on, Viborg answered; the reply went on 5 September."""
    desk = until(date(2025, 8, 5))
    desk.commands("inquire", Inquiry(["viborg", "struer"], QUESTION, date(2025, 8, 25), about="reply"))
    desk.let_pass("2025-08-20")
    desk.answers("viborg", "commented", step="inquiry", remark="41 borgere")
    desk.let_pass("2025-09-05")
    desk.commands("submit", step="reply")
    return desk


def test_two_councils_are_asked_on_and_the_reply_does_not_wait_for_the_last(replied: Desk) -> None:
    """The inquiry was overdue on 25 August; it ended with the reply, and Struer is late."""
    current = replied.round("inquiry")
    assert (current.state, current.result) == (StepState.COMPLETED, "closed_by_submission")
    assert current.overdue == date(2025, 8, 25)
    assert {a.body: a.state for a in current.answers.values()} == {
        "viborg": AnswerState.ANSWERED,
        "struer": AnswerState.AWAITING,
    }
    assert replied.case.waiting_for() == ["social-og-boligstyrelsen"]
    assert replied.answers("struer", "commented", step="inquiry") == "late"
    assert replied.case.waiting_for() == ["social-og-boligstyrelsen"]


def test_a_renewed_treatment_asks_only_the_two_again(replied: Desk) -> None:
    """After the decision of 3 October: the two councils, the submission and the agency, in a linked case."""
    replied.let_pass("2025-10-03")
    replied.answers("social-og-boligstyrelsen", "decided", supports=True)
    first = replied.id
    wish = Renewal(["viborg", "struer"], "Styrelsen har bedt om en fornyet behandling", date(2025, 12, 1))
    replied.id = replied.cases.renew(first, Command.by(SECRETARIAT), wish).case_id
    replied.advance()

    assert replied.case.waiting_for() == ["struer", "viborg", "secretariat"]
    replied.answers("viborg", "noted")
    replied.commands("submit")
    assert replied.round("councils").result == "closed_by_submission"
    assert replied.case.waiting_for() == ["social-og-boligstyrelsen"]
    replied.answers("social-og-boligstyrelsen", "decided", supports=True)

    assert (replied.case.status, replied.case.result) == (Status.COMPLETED, "supported")
    assert replied.case.renews == str(first)
    assert replied.cases.get(first).renewed_by == [str(replied.id)]
