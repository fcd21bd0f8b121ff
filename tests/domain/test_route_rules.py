# SPDX-License-Identifier: EUPL-1.2
"""What a route can say of a step: when it is complete, what answers count as, and for which cases it is needed."""

from __future__ import annotations

from datetime import date
from textwrap import dedent

import pytest

from domain.case import Status
from domain.errors import InvalidError
from domain.faults import InvalidDataError
from domain.route import Route
from tests.domain.desk import Desk, midtjylland_with

HEAD = """
id = "aftale"
version = 1
name = { da = "Aftale", en = "Agreement" }
source = "Kommunerne tager stilling."
ending = { status = "approved", result_of = "councils", rejected_by = ["not_enough"] }
"""
COUNCILS = """
[[steps]]
id = "councils"
name = { da = "Kommunerne", en = "The municipalities" }
group = "councils"
mode = "own_process"
"""


def councils(ask: str, rules: str, **facts: object) -> Desk:
    """A case whose only step asks the 19 councils under some rules."""
    desk = Desk(organisation=midtjylland_with(f'{HEAD}{COUNCILS}ask = "{ask}"\n{dedent(rules)}'))
    desk.open("aftale", **facts)
    return desk


def answer_all(desk: Desk, *outcomes: tuple[str, int]) -> None:
    """The councils answer in their order, so many with each outcome."""
    bodies = iter(desk.case.asked["councils"])
    for outcome, number in outcomes:
        for _ in range(number):
            desk.answers(next(bodies), outcome)


def ended(desk: Desk) -> tuple[Status, str | None]:
    """How the case ended."""
    return desk.case.status, desk.case.result


@pytest.mark.parametrize(
    ("meaning", "result"), [("consent", (Status.APPROVED, "approved")), ("dissent", (Status.APPROVED, "noted"))]
)
def test_eighteen_approve_and_one_notes(meaning: str, result: tuple[Status, str]) -> None:
    """Whether a note counts as consent to an agreement is the route's to say."""
    desk = councils("approve", f'counts = {{ noted = "{meaning}" }}')

    answer_all(desk, ("approved", 18), ("noted", 1))

    assert ended(desk) == result


def test_an_outcome_of_another_ask_is_refused_unless_the_route_counts_it() -> None:
    """Without the route's word a note is no answer to an approval."""
    desk = councils("approve", "")

    with pytest.raises(InvalidError):
        desk.answers("lemvig", "noted")


@pytest.mark.parametrize(("joined", "result"), [(6, (Status.REJECTED, "not_enough")), (7, (Status.APPROVED, "joined"))])
def test_a_minimum_number_decides_when_all_have_answered(joined: int, result: tuple[Status, str]) -> None:
    """Six participants are too few for a scheme that needs seven."""
    desk = councils("join", "at_least = 7")

    answer_all(desk, ("joined", joined), ("declined", 19 - joined))

    assert ended(desk) == result


def test_enough_consents_complete_the_step_at_once() -> None:
    """With `enough` the seventh joiner settles it."""
    desk = councils("join", 'complete = "enough"\nat_least = 7')

    answer_all(desk, ("declined", 2), ("joined", 7))

    assert ended(desk) == (Status.APPROVED, "joined")


def test_a_majority_is_more_than_half() -> None:
    """Ten of nineteen, not nine."""
    desk = councils("support", 'complete = "enough"\nat_least = "majority"')
    answer_all(desk, ("supported", 9))
    assert desk.case.status == Status.RUNNING

    desk.answers(desk.case.waiting_for()[0], "supported")

    assert ended(desk) == (Status.APPROVED, "supported")


def test_no_number_is_enough_without_the_must_haves() -> None:
    """Eighteen join, but the one that runs the scheme does not."""
    desk = councils("join", 'at_least = 7\nmust_have = ["favrskov"]')

    answer_all(desk, ("declined", 1), ("joined", 18))

    assert ended(desk) == (Status.REJECTED, "not_enough")


def test_a_step_can_end_when_it_is_due_with_what_came() -> None:
    """Ten of nineteen inputs are used; the others stay awaited in the record."""
    desk = councils("comment", 'complete = "at_due"\ndue = "deadline"', deadline=date(2025, 4, 30))
    answer_all(desk, ("commented", 9), ("no_comment", 1))

    desk.let_pass("2025-05-02")

    assert ended(desk) == (Status.APPROVED, "commented")


def test_a_step_that_is_due_before_anybody_answered_says_so() -> None:
    """Silence is told as silence."""
    desk = councils("comment", 'complete = "at_due"\ndue = "deadline"', deadline=date(2025, 4, 30))

    desk.let_pass("2025-05-02")

    assert desk.case.result == "no_answer"


ASKING = """
id = "aftale"
version = 1
name = { da = "Aftale", en = "Agreement" }
source = "Styrelsen kan stille spørgsmål."
ending = { status = "completed", result_of = "copy" }
[[steps]]
id = "agency"
name = { da = "Styrelsen", en = "The agency" }
ask = "receive"
bodies = ["social-og-boligstyrelsen"]
mode = "own_process"
[[steps]]
id = "reply"
name = { da = "Svar", en = "Reply" }
ask = "submit"
bodies = ["secretariat"]
mode = "own_process"
opened_by = { step = "agency", outcome = "questions_asked" }
[[steps]]
id = "copy"
name = { da = "Kopi til DASSOS", en = "Copy to DASSOS" }
ask = "note"
bodies = ["dassos"]
mode = "meeting"
after = ["reply"]
"""


def test_questions_that_never_come_are_not_waited_for() -> None:
    """Once the agency has decided, the step after the reply opens although there was nothing to reply to."""
    desk = Desk(organisation=midtjylland_with(ASKING))
    desk.open("aftale")
    assert desk.case.waiting_for() == ["social-og-boligstyrelsen"]

    desk.answers("social-og-boligstyrelsen", "decided", supports=True)

    assert desk.case.waiting_for() == ["dassos"]


def test_questions_that_came_are_waited_for() -> None:
    """The copy waits for the reply, also after the decision."""
    desk = Desk(organisation=midtjylland_with(ASKING))
    desk.open("aftale")

    desk.answers("social-og-boligstyrelsen", "questions_asked", due=date(2025, 9, 5))
    desk.answers("social-og-boligstyrelsen", "decided", supports=True)
    assert desk.case.waiting_for() == ["secretariat"]

    desk.commands("submit", step="reply")
    assert desk.case.waiting_for() == ["dassos"]


CAPACITY = """
id = "kapacitet"
version = 1
name = { da = "Kapacitetsændring", en = "Capacity change" }
source = "Lukning af tilbud eller tilpasning på mere end 10 pladser godkendes, øvrige tages til efterretning."
ending = { status = "completed", result_of = "note" }

[[steps]]
id = "approve"
name = { da = "Godkender", en = "Approves" }
ask = "approve"
bodies = ["dassos"]
mode = "meeting"
when = [
    { attribute = "kind", is = "closure" },
    { attribute = "kind", is = "adjustment", and = [{ attribute = "places", above = 10 }] },
]

[[steps]]
id = "note"
name = { da = "Tager til efterretning", en = "Notes" }
ask = "note"
bodies = ["dassos"]
mode = "meeting"
unless = [
    { attribute = "kind", is = "closure" },
    { attribute = "kind", is = "adjustment", and = [{ attribute = "places", above = 10 }] },
]
"""


@pytest.mark.parametrize(
    ("attributes", "opened"),
    [
        ({"kind": "adjustment", "places": 10}, "note"),
        ({"kind": "adjustment", "places": 11}, "approve"),
        ({"kind": "adjustment", "places": "11"}, "approve"),
        ({"kind": "closure", "places": 3}, "approve"),
        ({"kind": "new", "places": 24}, "note"),
        ({"kind": "adjustment", "places": "mange"}, "note"),
        ({}, "note"),
    ],
)
def test_the_cases_attributes_choose_the_step(attributes: dict[str, object], opened: str) -> None:
    """Ten places are noted, eleven are approved, a closure of three too; the other step is skipped."""
    desk = Desk(organisation=midtjylland_with(CAPACITY))
    desk.open("kapacitet", attributes=attributes)

    assert [r.step for r in desk.case.open_rounds()] == [opened]
    assert desk.topics().count("case.step_skipped") == 1


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ('at_least = "half"', 'steps[councils].at_least: is "half"'),
        ("at_least = 0", "steps[councils].at_least: is 0"),
        ('complete = "some"', 'steps[councils].complete: is "some"'),
        ('complete = "enough"', "steps[councils].at_least: is missing"),
        ('complete = "at_due"', 'steps[councils].complete: is "at_due" in a step without a due date'),
        ('counts = { agreed = "consent" }', "steps[councils].counts.agreed: is an unknown key"),
        ('counts = { noted = "yes" }', 'steps[councils].counts.noted: is "yes"'),
        ('when = [{ attribute = "kind" }]', "steps[councils].when[1].is: does not say in one way"),
        ('when = [{ attribute = "n", is = "a", above = 1 }]', "steps[councils].when[1].is: does not say in one way"),
        ('when = [{ is = "closure" }]', "steps[councils].when[1].attribute: is missing"),
        ("when = []", "steps[councils].when: is an empty list"),
    ],
)
def test_a_rule_that_cannot_be_is_a_fault_at_its_key(rule: str, fault: str) -> None:
    """The fault names the file, the key, and what is wrong there."""
    with pytest.raises(InvalidDataError) as faults:
        Route.parse(f'{HEAD}{COUNCILS}ask = "join"\n{rule}', "aftale.toml")

    assert f"aftale.toml:{fault}" in str(faults.value)
