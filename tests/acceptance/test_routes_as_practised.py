# SPDX-License-Identifier: EUPL-1.2
"""Every case type of the papers, replayed as practised with its dates, and in the variants that matter."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.case import Status
from domain.dates import start_of_day
from domain.following import outcome_so_far
from domain.participation import participation
from tests.domain.desk import Desk, midtjylland, midtjylland_with

PRESENT = ["favrskov", "horsens", "norddjurs", "silkeborg", "syddjurs", "skanderborg", "viborg"]


def opened(day: str, route: str, **facts: Any) -> Desk:
    """A case of a route, opened on a day."""
    desk = Desk(day)
    desk.open(route, title="Sag", **facts)
    return desk


def on(desk: Desk, day: str, body: str, outcome: str, **facts: Any) -> None:
    """Let time pass to a day on which a body answers."""
    desk.let_pass(day)
    desk.answers(body, outcome, **facts)


def all_answer(desk: Desk, step: str, outcome: str, *, but: int = 0) -> None:
    """Every body of a step answers, except the last few."""
    bodies = desk.case.asked[step]
    for body in bodies[: len(bodies) - but]:
        desk.answers(body, outcome, step=step)


def ended(desk: Desk) -> tuple[Status, str | None]:
    """How the case ended."""
    return desk.case.status, desk.case.result


def test_all_ten_case_types_ship() -> None:
    """Each with the source text that it follows."""
    routes = midtjylland().routes

    assert set(routes) == {
        "cu-afrapportering",
        "input",
        "kapacitetsaendring",
        "kommissorium",
        "orientering",
        "rammeaftale",
        "samarbejdsaftale",
        "samarbejdsaftale-underskrift",
        "takster",
        "tilslutning",
    }
    assert all(len(route.source) > 40 for route in routes.values())


def test_kommissorium() -> None:
    """DASSOS approves the mandate at its meeting."""
    desk = opened("2021-05-01", "kommissorium")
    on(desk, "2021-05-04", "dassos", "approved")

    assert ended(desk) == (Status.APPROVED, "approved")


def test_takster_2026() -> None:
    """The group recommends 3.1 %, DASSOS approves on 3 September 2025."""
    desk = opened("2025-06-16", "takster", attributes={"percent": "3.1"})
    on(desk, "2025-08-12", "takstgruppen", "recommended")
    on(desk, "2025-09-03", "dassos", "approved")

    assert ended(desk) == (Status.APPROVED, "approved")


@pytest.mark.parametrize(
    ("kind", "places", "outcome"),
    [
        ("closure", 3, "approved"),
        ("adjustment", 11, "approved"),
        ("adjustment", 10, "noted"),
        ("conversion", 6, "noted"),
        ("target_group", 0, "noted"),
        ("new", 24, "noted"),
    ],
)
def test_kapacitetsaendring(kind: str, places: int, outcome: str) -> None:
    """A closure, or an adjustment by more than ten places, is approved; the rest is noted."""
    desk = opened("2022-04-19", "kapacitetsaendring", attributes={"kind": kind, "places": places})
    on(desk, "2022-05-05", "dassos", outcome)

    assert ended(desk) == (Status.COMPLETED, outcome)


def test_input_from_ten_of_nineteen() -> None:
    """What has come by the date is gathered and sent on."""
    desk = opened("2021-05-05", "input", deadline=date(2021, 5, 25))
    all_answer(desk, "collect", "commented", but=9)
    desk.let_pass("2021-05-26")
    desk.commands("submit", step="gather")
    on(desk, "2021-09-01", "dassos", "noted")

    assert desk.round("collect").result == "commented"
    assert ended(desk) == (Status.COMPLETED, "noted")


@pytest.mark.parametrize(("joining", "end"), [(7, (Status.APPROVED, "joined")), (6, (Status.REJECTED, "not_enough"))])
def test_tilslutning_needs_seven(joining: int, end: tuple[Status, str]) -> None:
    """The seven present participants are asked; with six the scheme is not sustainable."""
    desk = opened("2021-11-01", "tilslutning", deadline=date(2021, 12, 15))
    on(desk, "2021-11-25", "dassos", "noted")
    for body in PRESENT[:joining]:
        desk.answers(body, "joined")
    for body in PRESENT[joining:]:
        desk.answers(body, "declined")

    assert ended(desk) == end


def test_tilslutning_of_a_late_joiner() -> None:
    """A further council is asked while the step runs, and makes up for one that declines."""
    desk = opened("2021-11-01", "tilslutning", deadline=date(2021, 12, 15))
    desk.commands("add_body", step="join", body="randers", reason="vil gerne tilsluttes")
    on(desk, "2021-11-25", "dassos", "noted")
    desk.answers("viborg", "declined")
    for body in [*PRESENT[:-1], "randers"]:
        desk.answers(body, "joined")

    assert ended(desk) == (Status.APPROVED, "joined")


def test_tilslutning_is_known_at_every_moment() -> None:
    """Seven join by 15 December 2021 for the term from 1 July 2022; one leaves, a late joiner makes up for it."""
    desk = opened("2021-11-01", "tilslutning", deadline=date(2021, 12, 15), attributes={"term_start": "2022-07-01"})
    for body in PRESENT[:6]:
        desk.answers(body, "joined")
    on(desk, "2021-11-25", "dassos", "noted")
    on(desk, "2021-12-14", "viborg", "joined")
    desk.let_pass("2021-12-16")
    assert ended(desk) == (Status.APPROVED, "joined")

    on(desk, "2023-03-01", "viborg", "left")
    on(desk, "2023-05-01", "randers", "joined", effective_on=date(2023, 9, 1))

    join = desk.case.route.step("join")
    days = [date(2022, 6, 30), date(2022, 7, 1), date(2023, 2, 28), date(2023, 3, 1), date(2023, 9, 1)]
    schemes = [participation(desk.case, join, day) for day in days]
    assert [len(s.participants) for s in schemes] == [0, 7, 7, 6, 7]
    assert [s.sustainable for s in schemes] == [False, True, True, False, True]
    assert participation(desk.case, join).participants == (*PRESENT[:6], "randers")
    assert ended(desk) == (Status.APPROVED, "joined")


def test_samarbejdsaftale_underskrift() -> None:
    """DASSOS supports on 13 September 2024, three sign, and DASSOS notes it on 25 April 2025."""
    desk = opened("2024-08-12", "samarbejdsaftale-underskrift")
    on(desk, "2024-09-13", "dassos", "supported")
    desk.let_pass("2024-11-01")
    desk.commands("submit", step="draft")
    for body in ("das", "dassos", "region-midtjylland"):
        desk.answers(body, "signed", step="sign")
    on(desk, "2025-04-25", "dassos", "noted")

    assert ended(desk) == (Status.APPROVED, "signed")


def agreement() -> Desk:
    """A collaboration agreement that waits for the councils and Regionsrådet."""
    dates = {"hearing_by": "2021-11-30", "in_force_on": "2022-08-01"}
    desk = opened("2021-09-01", "samarbejdsaftale", deadline=date(2022, 7, 31), attributes=dates)
    desk.commands("submit", step="draft")
    all_answer(desk, "hearing", "commented", but=4)
    desk.let_pass("2021-12-02")
    desk.commands("submit", step="adjust")
    for day, body in (
        ("2022-02-09", "dassos"),
        ("2022-02-20", "sundhedsstyregruppen"),
        ("2022-03-15", "sundhedskoordinationsudvalget"),
    ):
        on(desk, day, body, "approved")
    return desk


def test_samarbejdsaftale_is_approved_by_all() -> None:
    """The 19 councils and Regionsrådet decide at the same time."""
    desk = agreement()
    assert len(desk.case.waiting_for()) == 20

    on(desk, "2022-04-27", "regionsraadet", "approved")
    all_answer(desk, "councils", "approved")

    assert (desk.case.status, outcome_so_far(desk.case)) == (Status.RUNNING, "approved")
    evaluated(desk)
    assert ended(desk) == (Status.APPROVED, "approved")


def evaluated(desk: Desk) -> None:
    """Hjerneskadesamrådet writes the template and evaluates by it a year later; both groups get the results."""
    desk.let_pass("2022-09-01")
    desk.commands("submit", step="evaluation-template")
    desk.let_pass("2023-08-31")
    assert desk.case.waiting_for() == []
    on(desk, "2023-10-02", "hjerneskadesamraadet", "assessed")
    assert desk.round("evaluation").opened_at == start_of_day(date(2023, 9, 1))
    on(desk, "2023-10-20", "sundhedsstyregruppen", "noted")
    on(desk, "2023-11-09", "dassos", "noted")


def test_samarbejdsaftale_enters_into_force_on_1_august_2022() -> None:
    """Provided political approval, and in place of the agreement of 2011."""
    desk = agreement()
    on(desk, "2022-04-27", "regionsraadet", "approved")
    all_answer(desk, "councils", "approved")
    desk.let_pass("2022-07-31")
    assert desk.case.in_force_on is None
    desk.let_pass("2022-08-01")

    assert desk.case.in_force_on == date(2022, 8, 1)


def test_samarbejdsaftale_that_lacks_a_council_misses_its_day() -> None:
    """It enters into force once the last council has approved."""
    desk = agreement()
    desk.answers("regionsraadet", "approved")
    all_answer(desk, "councils", "approved", but=1)
    desk.let_pass("2022-08-02")
    assert desk.case.missed_entry_on == date(2022, 8, 1)
    desk.let_pass("2022-08-24")
    desk.answers("aarhus", "approved")

    assert desk.case.in_force_on == date(2022, 8, 24)


def test_samarbejdsaftale_rejected_by_one_council_is_revised() -> None:
    """One no is not outvoted: the agreement goes back to the secretariat, and the councils are asked again."""
    desk = agreement()
    desk.answers("regionsraadet", "approved")
    all_answer(desk, "councils", "approved", but=1)
    desk.answers("aarhus", "rejected")
    assert desk.case.waiting_for() == ["secretariat"]

    desk.commands("resubmit")
    all_answer(desk, "councils", "approved")

    assert outcome_so_far(desk.case) == "approved"
    evaluated(desk)
    assert ended(desk) == (Status.APPROVED, "approved")


def rammeaftale(*, returned: bool) -> Desk:
    """The framework agreement 2023-24 up to the councils, perhaps with a return from KKR on the way."""
    desk = opened(
        "2021-11-01",
        "rammeaftale",
        deadline=date(2022, 12, 1),
        attributes={"report_by": "2022-01-10", "comments_by": "2022-07-01"},
    )
    on(desk, "2021-11-25", "dassos", "approved")
    all_answer(desk, "report", "commented")
    on(desk, "2022-02-09", "dassos", "discussed")
    on(desk, "2022-04-08", "kkr-midtjylland", "approved")
    all_answer(desk, "comments", "commented", but=12)
    desk.let_pass("2022-07-02")
    on(desk, "2022-09-15", "dassos", "approved")
    if returned:
        on(desk, "2022-09-20", "kkr-midtjylland", "returned")
        desk.commands("resubmit")
        desk.answers("dassos", "approved")
    on(desk, "2022-10-07", "kkr-midtjylland", "approved")
    return desk


@pytest.mark.parametrize("returned", [False, True])
def test_rammeaftale_2023_24(returned: bool) -> None:  # noqa: FBT001
    """Every council and Regionsrådet approve by 1 December 2022, that day included."""
    desk = rammeaftale(returned=returned)
    assert desk.round("finish").number == (2 if returned else 1)
    assert desk.round("approve").due == date(2022, 12, 1)
    desk.let_pass("2022-12-01")

    all_answer(desk, "approve", "approved")

    assert ended(desk) == (Status.APPROVED, "approved")
    assert "approve" not in [e.step for e in desk.cases.history(desk.id) if e.TOPIC == "case.due_passed"]  # type: ignore[attr-defined]


def test_rammeaftale_late_is_overdue_and_still_waits() -> None:
    """The day after, the passing is recorded with those who are missing."""
    desk = rammeaftale(returned=False)
    all_answer(desk, "approve", "approved", but=2)

    desk.let_pass("2022-12-02")

    passed = [e for e in desk.cases.history(desk.id) if e.TOPIC == "case.due_passed" and e.step == "approve"]  # type: ignore[attr-defined]
    assert [e.bodies for e in passed] == [["viborg", "aarhus"]]  # type: ignore[attr-defined]
    assert desk.case.status == Status.RUNNING


def test_a_due_attribute_must_be_a_date() -> None:
    """The refusal names the attribute."""
    from domain.errors import InvalidError  # noqa: PLC0415

    for attributes in ({}, {"hearing_by": "snart"}, {"hearing_by": "9999-12-31"}):
        with pytest.raises(InvalidError) as refusal:
            opened("2021-09-01", "samarbejdsaftale", attributes=attributes)
        assert refusal.value.field == "attributes"


DISABILITY_AND_SENTENCE = """
id = "cu-handleplan"
version = 1
name = { da = "Svar på central udmelding med handleplan", en = "Reply with an action plan" }
source = "Styrelsen bakker op om svaret og beder om en handle- og implementeringsplan: DASSOS 4. november."
ending = { status = "completed", result_of = "agency" }

[[steps]]
id = "submit"
name = { da = "Indsendelse", en = "Submission" }
ask = "submit"
bodies = ["secretariat"]
mode = "own_process"

[[steps]]
id = "agency"
name = { da = "Styrelsen behandler", en = "The agency considers" }
ask = "receive"
bodies = ["social-og-boligstyrelsen"]
mode = "own_process"
after = ["submit"]

[[steps]]
id = "reply"
name = { da = "Svar på spørgsmål", en = "Reply to questions" }
ask = "submit"
bodies = ["secretariat"]
mode = "own_process"
opened_by = { step = "agency", outcome = "questions_asked" }
due = "asked"

[[steps]]
id = "plan"
name = { da = "DASSOS godkender handle- og implementeringsplanen", en = "DASSOS approves the plan" }
ask = "approve"
bodies = ["dassos"]
mode = "meeting"
opened_by = { step = "agency", outcome = "plan_requested" }
keeps_case_open = true
due = "asked"
reminders = [{ days_before_due = 28 }]
"""


def test_the_other_central_announcement_ends_with_an_action_plan() -> None:
    """Questions answered 24 Mar, a decision intended in June, then support with a plan, by DASSOS on 4 Nov."""
    agency = "social-og-boligstyrelsen"
    desk = Desk("2025-01-15", midtjylland_with(DISABILITY_AND_SENTENCE))
    desk.open("cu-handleplan")
    desk.commands("submit")
    desk.let_pass("2025-02-20")
    desk.answers(agency, "questions_asked", due=date(2025, 3, 24))
    desk.let_pass("2025-03-24")
    desk.commands("submit", step="reply")
    on(desk, "2025-06-16", agency, "decision_intended")
    desk.let_pass("2025-08-25")
    desk.answers(agency, "plan_requested", due=date(2025, 11, 4))
    desk.answers(agency, "decided", supports=True)
    assert (desk.case.status, desk.case.waiting_for()) == (Status.RUNNING, ["dassos"])
    assert (outcome_so_far(desk.case), desk.round("plan").due) == ("supported", date(2025, 11, 4))

    desk.let_pass("2025-10-08")
    assert desk.topics()[-1] == "case.bodies_reminded"
    on(desk, "2025-11-04", "dassos", "approved")
    assert ended(desk) == (Status.COMPLETED, "supported")
