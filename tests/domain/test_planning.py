# SPDX-License-Identifier: EUPL-1.2
"""The plan: forwards, backwards, and with something changed, on the papers' own cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.case import Case
from domain.errors import InvalidError
from domain.matters import Opening, WhatIf, changed, matter_of_case, matter_of_opening
from domain.organisation import Organisation
from domain.planning import Cause, Matter, Plan, Planner, Standing, StepPlan, plan
from domain.simulating import Wishes, simulate
from tests.domain.desk import Desk, midtjylland, midtjylland_with
from tests.domain.random_routes import routes
from tests.domain.simulated_histories import Draw, drawers, history, open_days, truth

START = date(2025, 1, 6)
PLANNER = Planner(midtjylland().calendars, {}, START)
DATES = {"report_by": "2022-01-10", "comments_by": "2022-07-01"}
AUTUMN = "kkr-midtjylland-2022-10-07"


def matter(route: str, start: str, deadline: str | None = None, **attributes: Any) -> Matter:
    """A case that might be opened."""
    until = date.fromisoformat(deadline) if deadline else None
    return matter_of_opening(midtjylland(), Opening(route, date.fromisoformat(start), until, attributes))


def framework() -> Matter:
    """The framework agreement 2023-24 as it was begun."""
    return matter("rammeaftale", "2021-11-01", "2022-12-01", **DATES)


def report(start: str = "2025-03-18") -> Matter:
    """The reply to the central announcement of 2025."""
    return matter("cu-afrapportering", start, "2025-05-31")


def planned(one: Matter, organisation: Organisation | None = None, **what_if: Any) -> Plan:
    """The plan of a matter, perhaps with something changed."""
    return plan(*changed(one, (organisation or midtjylland()).calendars, WhatIf(**what_if)))


def step(found: Plan, step_id: str) -> StepPlan:
    """What a plan says of one step."""
    return next(one for one in found.steps if one.step == step_id)


def days(found: Plan, what: str) -> dict[str, str]:
    """One date of every step."""
    return {one.step: str(getattr(one, what)) for one in found.steps}


def case_plan(desk: Desk) -> Plan:
    """The plan of a desk's case on its day."""
    return planned(matter_of_case(desk.case, desk.now.date()))


def test_the_framework_agreement_finds_the_papers_own_dates() -> None:
    """DASSOS on 25 November, 9 February and 15 September, each no later than its latest meeting."""
    found = planned(framework())

    expected = {name: step(found, name).expected for name in ("process", "discuss", "finish")}
    assert expected == {"process": date(2021, 11, 25), "discuss": date(2022, 2, 9), "finish": date(2022, 9, 15)}
    assert all(one.latest is not None and one.expected and one.expected <= one.latest for one in found.steps)
    assert found.feasible


def test_the_framework_agreement_backwards() -> None:
    """The plan says by when DASSOS and KKR must have it for every council to approve by 1 December."""
    found = planned(framework())

    papers, latest = days(found, "papers_in_by"), days(found, "latest")
    assert (papers["process"], latest["process"]) == ("2021-11-04", "2021-11-25")
    assert (papers["discuss"], latest["discuss"]) == ("2022-04-13", "2022-05-05")
    assert (papers["kkr-invites"], latest["kkr-invites"]) == ("2022-05-31", "2022-06-10")
    assert (papers["finish"], latest["finish"]) == ("2022-08-29", "2022-09-15")
    assert (papers["kkr"], latest["kkr"]) == ("2022-09-27", "2022-10-07")
    assert latest["approve"] == "2022-12-01"
    assert found.latest_start == date(2021, 11, 4)


def test_steps_on_assumed_meetings_are_marked() -> None:
    """The papers do not name KKR's meetings of 2022; they do name those of DASSOS."""
    found = planned(framework())

    assert {one.step: one.assumed for one in found.steps if one.bodies == ("kkr-midtjylland",)} == {
        "kkr-invites": True,
        "kkr": True,
    }
    assert not any(one.assumed for one in found.steps if one.bodies == ("dassos",))


def test_without_kkr_in_autumn_the_framework_agreement_cannot_make_it() -> None:
    """And the plan says which body has no meeting, between which days, and which is the next."""
    found = planned(framework(), cancelled=[AUTUMN])

    assert not found.feasible
    assert found.standing is Standing.LATE
    assert (found.why.cause, found.why.body, found.why.step) == (Cause.NO_MEETING, "kkr-midtjylland", "kkr")
    assert (found.why.ready, found.why.next) == (date(2022, 9, 15), date(2022, 12, 2))
    assert found.why.by == date(2022, 10, 11)
    assert found.why.missed is not None
    assert (found.why.missed.id, found.why.is_called_off) == (AUTUMN, True)
    assert found.why.before is None


def test_a_meeting_moved_within_what_the_councils_need_changes_nothing_before_it() -> None:
    """KKR three days later: DASSOS keeps its dates, the end moves."""
    found, today = planned(framework(), moved={AUTUMN: date(2022, 10, 10)}), planned(framework())

    assert step(found, "kkr").expected == date(2022, 10, 10)
    assert step(found, "finish") == step(today, "finish")
    assert found.expected_end is not None
    assert today.expected_end is not None
    assert found.expected_end > today.expected_end


def test_the_report_of_2025_as_it_went() -> None:
    """KD-Net on 28 March, KKR on 8 April, to be sent on 28 May at the latest: 31 May is a Saturday after Ascension."""
    found = planned(report())

    expected = days(found, "expected")
    assert (expected["dassos"], expected["kd-net"], expected["kkr"]) == ("2025-03-25", "2025-03-28", "2025-04-08")
    assert step(found, "submit").latest == date(2025, 5, 28)
    assert found.practical_deadline == date(2025, 5, 28)
    assert found.feasible
    assert found.matter.route.binds == "submit"


def test_the_report_of_2025_opened_a_week_later() -> None:
    """It misses KD-Net on 28 March and thereby KKR on 8 April, and with them the deadline."""
    found = planned(report(), days_later=7)

    assert step(found, "dassos").expected == date(2025, 4, 1)
    assert step(found, "kd-net").expected == date(2025, 4, 25)
    assert step(found, "kkr").expected == date(2025, 6, 10)
    assert (step(found, "kd-net").papers_in_by, step(found, "kd-net").latest) == (date(2025, 3, 25), date(2025, 3, 28))
    assert (found.why.cause, found.why.body) == (Cause.NO_MEETING, "kkr-midtjylland")
    assert found.why.missed is not None
    assert found.why.missed.day == date(2025, 4, 8)
    assert found.slack_days is not None
    assert found.slack_days < 0
    first = found.why.before
    assert first is not None
    assert first.missed is not None
    assert (first.missed.day, first.missed.papers_in_by) == (date(2025, 3, 28), date(2025, 3, 25))
    assert (first.step, first.ready) == ("kd-net", date(2025, 4, 1))


def test_no_meeting_is_blamed_that_a_set_date_keeps_out_of_reach() -> None:
    """DASSOS of May 2022 would be in time for KKR, but the hearing lasts until July whatever happens before it."""
    found = planned(framework(), moved={"dassos-2022-09-15": date(2022, 9, 30)})

    assert (found.why.cause, found.why.step, found.why.before) == (Cause.NO_MEETING, "kkr", None)


def test_nothing_is_changed_by_a_what_if() -> None:
    """The calendars and the matter stay as they were."""
    before = planned(framework())
    planned(framework(), cancelled=[AUTUMN], days_later=30)

    assert planned(framework()) == before


def test_a_dropped_body_is_not_waited_for() -> None:
    """Without KD-Net the report goes from DASSOS to KKR at once."""
    found = planned(report(), dropped=["kd-net"])

    assert "kd-net" not in days(found, "expected")
    assert step(found, "kkr").papers_in_by == date(2025, 3, 28)
    assert step(found, "dassos").latest == date(2025, 3, 28)


def test_a_plan_is_exact_where_all_dates_are_known() -> None:
    """Only meetings that the papers name: the range is one day."""
    found = planned(matter("orientering", "2022-01-03", "2022-02-28"))

    assert (found.earliest_end, found.expected_end, found.latest_end) == (date(2022, 2, 9),) * 3
    assert found.standing is Standing.ON_TRACK
    assert not found.steps[0].assumed


CHAIN = """
id = "own"
version = 1
name = { da = "Egen", en = "Own" }
source = "Kilde."
binds = "submit"
ending = { status = "completed", result_of = "submit" }

[[steps]]
id = "hearing"
name = { da = "Høring", en = "Hearing" }
ask = "comment"
bodies = ["lemvig", "odder"]
mode = "own_process"
complete = "at_due"
due = "attribute"
due_on = "hearing_by"

[[steps]]
id = "dassos"
name = { da = "DASSOS skriftligt", en = "DASSOS in writing" }
ask = "approve"
bodies = ["dassos"]
mode = "written_procedure"
window_days = 7
after = ["hearing"]

[[steps]]
id = "kd-net"
name = { da = "KD-Net", en = "KD-Net" }
ask = "approve"
bodies = ["kd-net"]
mode = "meeting"
after = ["dassos"]

[[steps]]
id = "politicians"
name = { da = "KKR og Sundhedsstyregruppen", en = "KKR and the health steering group" }
ask = "approve"
bodies = ["kkr-midtjylland", "sundhedsstyregruppen"]
mode = "meeting"
after = ["kd-net"]

[[steps]]
id = "submit"
name = { da = "Indsendelse", en = "Submission" }
ask = "submit"
bodies = ["secretariat"]
mode = "own_process"
after = ["politicians"]
"""
CHAINED = """
[[usual_times]]
bodies = ["secretariat"]
days = 2
source = "Forretningsgangen"

[[bodies]]
id = "kd-net"
lead_days = 3
meetings = [
  { id = "kd-net-1", date = 2026-03-23, source = "KD-Net" },
  { id = "kd-net-2", date = 2026-04-07, source = "KD-Net" },
  { id = "kd-net-3", date = 2026-05-05, source = "KD-Net" },
]

[[bodies]]
id = "kkr-midtjylland"
meetings = [
  { id = "kkr-1", date = 2026-04-16, papers_in_by = 2026-04-06, source = "KKR" },
  { id = "kkr-2", date = 2026-04-28, papers_in_by = 2026-04-07, source = "KKR" },
  { id = "kkr-3", date = 2026-06-12, source = "KKR" },
]

[[bodies]]
id = "sundhedsstyregruppen"
meetings = [
  { id = "sundhed-1", date = 2026-04-07, papers_in_by = 2026-03-24, source = "SSG" },
  { id = "sundhed-2", date = 2026-04-21, papers_in_by = 2026-04-10, source = "SSG" },
  { id = "sundhed-3", date = 2026-06-02, source = "SSG" },
]
"""


def test_a_plan_is_exact_along_a_chain_of_known_dates() -> None:
    """A hearing with its end, a window, meetings of three bodies and a submission: each range is the day itself.

    KD-Net of Monday 23 March wants its papers on the Friday before, a day before the window ends; that of Tuesday
    after Easter wants them on the Wednesday before. KKR of 16 April misses by a day; that of 28 April takes them on
    the last. The later of two bodies counts.
    """
    opening = Opening("own", date(2026, 3, 2), date(2026, 5, 4), {"hearing_by": "2026-03-13"})
    found = planned(matter_of_opening(organisation := midtjylland_with(CHAIN, calendar=CHAINED), opening), organisation)

    expected = {
        "hearing": "2026-03-13",
        "dassos": "2026-03-21",
        "kd-net": "2026-04-07",
        "politicians": "2026-04-28",
        "submit": "2026-04-30",
    }
    assert days(found, "earliest") == days(found, "expected") == days(found, "latest_expected") == expected
    assert (found.earliest_end, found.expected_end, found.latest_end) == (date(2026, 4, 30),) * 3
    assert [one.id for one in step(found, "politicians").meetings] == ["kkr-2", "sundhed-2"]
    assert not any(one.assumed for one in found.steps)
    assert (found.standing, found.slack_days) == (Standing.ON_TRACK, 4)


def test_a_chain_of_known_dates_backwards() -> None:
    """From Monday 4 May: two days to submit, the last meetings, and a window until Wednesday before Easter."""
    opening = Opening("own", date(2026, 3, 2), date(2026, 5, 4), {"hearing_by": "2026-03-13"})
    found = planned(matter_of_opening(organisation := midtjylland_with(CHAIN, calendar=CHAINED), opening), organisation)

    papers, latest = days(found, "papers_in_by"), days(found, "latest")
    assert (papers["submit"], latest["submit"]) == ("2026-05-02", "2026-05-04")
    assert (papers["politicians"], latest["politicians"]) == ("2026-04-07", "2026-04-28")
    assert (papers["kd-net"], latest["kd-net"]) == ("2026-04-01", "2026-04-07")
    assert (papers["dassos"], latest["dassos"]) == ("2026-03-25", "2026-04-01")
    assert (latest["hearing"], found.latest_start) == ("2026-03-13", date(2026, 3, 13))


def test_the_report_of_2025_is_exact_as_far_as_its_meetings_are_known() -> None:
    """DASSOS's window, KD-Net on 28 March and KKR on 8 April are days, what follows takes a range."""
    found = planned(report())

    ranges = {one.step: (one.earliest, one.expected, one.latest_expected) for one in found.steps}
    assert ranges["dassos"] == (date(2025, 3, 25),) * 3
    assert ranges["kd-net"] == (date(2025, 3, 28),) * 3
    assert ranges["kkr"] == (date(2025, 4, 8),) * 3
    assert len(set(ranges["submit"])) == 3


@pytest.mark.parametrize(
    ("start", "meeting"),
    [("2022-01-14", date(2022, 2, 9)), ("2022-01-15", date(2022, 5, 5))],
)
def test_an_item_in_on_the_last_day_is_taken_and_not_the_day_after(start: str, meeting: date) -> None:
    """The papers of 9 February 2022 are in by 14 January."""
    assert planned(matter("orientering", start)).expected_end == meeting


def test_beyond_the_known_meetings_the_rhythm_is_assumed() -> None:
    """In 2023 the papers name no meeting of DASSOS; the quarter is assumed, marked, and the range is wider."""
    found = planned(matter("orientering", "2023-01-02"))

    assert found.steps[0].assumed
    assert found.expected_end is not None
    assert found.latest_end is not None
    assert found.expected_end.year == 2023
    assert found.latest_end > found.expected_end


def test_a_case_without_a_deadline_is_on_track() -> None:
    """And has no slack."""
    found = planned(matter("orientering", "2022-01-03"))

    assert (found.standing, found.slack_days, found.why.cause) == (Standing.ON_TRACK, None, Cause.NO_DEADLINE)


def test_a_start_after_the_latest_says_so() -> None:
    """Opened in September 2022 the framework agreement would have had to be in by 4 November 2021."""
    found = planned(matter("rammeaftale", "2022-09-01", "2022-12-01", **DATES))

    assert (found.why.cause, found.why.papers_in_by) == (Cause.STARTS_TOO_LATE, date(2021, 11, 4))


def test_a_running_case_is_planned_from_where_it_stands() -> None:
    """On 2 May 2025 the councils and the submission are left, and the agency after them."""
    desk = Desk()
    desk.open()
    for day, body in (("2025-03-25", "dassos"), ("2025-03-28", "kd-net"), ("2025-04-08", "kkr-midtjylland")):
        desk.let_pass(day)
        desk.answers(body, "approved")
    desk.answers("lemvig", "noted")
    desk.let_pass("2025-05-02")
    found = case_plan(desk)

    assert {one.step for one in found.steps} == {"councils", "submit", "agency"}
    assert len(step(found, "councils").bodies) == 18
    assert found.feasible
    assert found.expected_end is not None
    assert found.expected_end >= date(2025, 5, 2)


def test_a_case_that_was_submitted_has_made_its_deadline() -> None:
    """What is left concerns the agency alone."""
    desk = Desk()
    desk.open()
    for body in ("dassos", "kd-net", "kkr-midtjylland"):
        desk.answers(body, "approved")
    desk.let_pass("2025-05-28")
    desk.commands("submit")
    found = case_plan(desk)

    assert (found.why.cause, found.slack_days) == (Cause.MET, 3)
    assert found.earliest_end == found.latest_end == date(2025, 5, 28)
    assert [one.step for one in found.steps] == ["agency"]


def test_a_returned_step_is_planned_again_after_its_revision() -> None:
    """KKR sends the report back: the secretariat revises, and KKR's next meeting takes it."""
    desk = Desk()
    desk.open()
    for body in ("dassos", "kd-net"):
        desk.answers(body, "approved")
    desk.answers("kkr-midtjylland", "returned")
    found = case_plan(desk)

    revised, again = step(found, "revise"), step(found, "kkr")
    assert revised.expected is not None
    assert again.expected is not None
    assert revised.expected <= again.expected


def test_a_body_that_names_its_day_is_expected_then() -> None:
    """A delay with a date moves the step's end to it."""
    desk = Desk()
    desk.open()
    for body in ("dassos", "kd-net", "kkr-midtjylland"):
        desk.answers(body, "approved")
    desk.delays("samsoe", expected_on=date(2025, 9, 10))

    assert step(case_plan(desk), "councils").expected == date(2025, 9, 10)


def test_a_suspended_case_is_planned_as_if_it_went_on_today() -> None:
    """Its deadline is later by the days that it has stood still."""
    desk = Desk()
    desk.open()
    desk.commands("suspend", reason="afventer")
    desk.let_pass("2025-03-28")

    assert case_plan(desk).matter.deadline == date(2025, 6, 10)


@pytest.mark.parametrize(
    ("what_if", "field"),
    [
        ({"cancelled": ["kkr-midtjylland-2022-10-08"]}, "cancel"),
        ({"moved": {AUTUMN: date(9999, 1, 1)}}, "move"),
        ({"dropped": ["samso"]}, "drop"),
        ({"days_later": -1}, "later"),
    ],
)
def test_a_change_that_cannot_be_is_refused(what_if: dict[str, Any], field: str) -> None:
    """The refusal names the option."""
    with pytest.raises(InvalidError) as refusal:
        planned(framework(), **what_if)

    assert refusal.value.field == field


@pytest.mark.parametrize("shape", ["skewed", "even", "bell", "steps"])
@pytest.mark.parametrize(
    ("route", "start", "deadline"),
    [("samarbejdsaftale", "2021-09-01", "2022-07-31"), ("cu-afrapportering", "2025-03-18", "2025-05-31")],
)
def test_the_range_holds_the_later_truth(shape: str, route: str, start: str, deadline: str) -> None:
    """In at least 80 % of histories and later truths drawn from one distribution for each body."""
    one = matter(route, start, deadline, **({"hearing_by": "2021-11-30"} if route == "samarbejdsaftale" else {}))
    bodies = {body for asked in one.asked.values() for body in asked.bodies}
    held = 0
    for seed in range(20):
        rng, calendars = Random(seed), midtjylland().calendars  # noqa: S311 -- nothing secret
        draws = drawers(rng, shape, bodies)
        found = Planner(calendars, history(rng, calendars, draws, rng.randint(3, 12)), one.start).plan(one)
        assert found.earliest_end is not None
        assert found.latest_end is not None
        held += found.earliest_end <= truth(rng, one, calendars, draws) <= found.latest_end

    assert held >= 16


UNDER_WAY = """
id = "own"
version = 1
name = { da = "Egen", en = "Own" }
source = "Kilde."
binds = "finish"
ending = { status = "completed", result_of = "finish" }

[[steps]]
id = "begin"
name = { da = "Takstgruppen begynder", en = "The rate group begins" }
ask = "note"
bodies = ["takstgruppen"]
mode = "own_process"

[[steps]]
id = "councils"
name = { da = "Kommunerne", en = "The councils" }
ask = "note"
group = "councils"
mode = "own_process"
after = ["begin"]

[[steps]]
id = "kd-net"
name = { da = "KD-Net", en = "KD-Net" }
ask = "note"
bodies = ["kd-net"]
mode = "meeting"
after = ["councils"]

[[steps]]
id = "finish"
name = { da = "Regionsrådet slutter", en = "The regional council ends" }
ask = "note"
bodies = ["regionsraadet"]
mode = "own_process"
after = ["kd-net"]
"""


def halfway(rng: Random, draws: Mapping[str, Draw]) -> tuple[Desk, dict[str, date]]:
    """A case on a day on which some councils have answered and others not, and the day that each was to answer.

    Of those who have not, one says that it is delayed and until when, and another that it is, without a day.
    """
    desk = Desk("2028-01-10", midtjylland_with(UNDER_WAY))
    calendars = midtjylland().calendars
    desk.open("own", deadline=date(2029, 6, 1))
    desk.let_pass("2028-01-24")
    desk.answers("takstgruppen", "noted")
    asked, councils = desk.now.date(), sorted(desk.round("councils").answers)
    drawn = {body: open_days(calendars, body).after(asked, draws[body](rng)) for body in councils}
    today = asked + timedelta(days=rng.randint(14, 35))
    for day, body in sorted((day, body) for body, day in drawn.items() if day <= today):
        desk.let_pass(day.isoformat())
        desk.answers(body, "noted")
    desk.let_pass(today.isoformat())
    named, unnamed = rng.sample(sorted(desk.case.waiting_for()), 2)
    desk.delays(named, expected_on=drawn[named])
    desk.delays(unnamed)
    return desk, drawn


@pytest.mark.parametrize("shape", ["skewed", "even", "bell", "steps"])
def test_the_range_of_a_case_under_way_holds_the_later_truth(shape: str) -> None:
    """In at least 80 % of cases of which one step is done and one open, with councils that are delayed in it."""
    calendars, held = midtjylland().calendars, 0
    bodies = {*midtjylland().groups["councils"].members_on(START), "regionsraadet"}
    for seed in range(20):
        rng = Random(seed)  # noqa: S311 -- nothing secret
        draws = drawers(rng, shape, bodies)
        past = history(rng, calendars, draws, rng.randint(3, 12))
        desk, drawn = halfway(rng, draws)
        one = matter_of_case(desk.case, desk.now.date())
        found = Planner(calendars, past, one.start).plan(one)
        assert [len(one.done), len(one.asked), len(one.asked["councils"].promised)] == [1, 3, 1]
        assert found.earliest_end is not None
        assert found.latest_end is not None
        held += found.earliest_end <= truth(rng, one, calendars, draws, drawn) <= found.latest_end

    assert held >= 16


def test_what_comes_after_the_bound_step_does_not_widen_the_range() -> None:
    """The report is submitted before the agency has it: how long the agency takes says nothing of the end."""
    with_agency, without = planned(report()), planned(report(), dropped=["social-og-boligstyrelsen"])

    assert (with_agency.earliest_end, with_agency.latest_end) == (without.earliest_end, without.latest_end)


def is_consistent(found: Plan) -> bool:
    """Whether what a plan says fits together."""
    ends = (found.earliest_end, found.expected_end, found.latest_end)
    deadline = found.matter.deadline
    is_late = deadline is not None and (found.expected_end is None or found.expected_end > deadline)
    return (None in ends or list(ends) == sorted(ends)) and found.feasible != is_late  # type: ignore[type-var]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=routes(), days=st.integers(0, 400))
def test_any_route_has_a_plan(text: str, days: int) -> None:
    """Whatever its steps wait for, close or skip, and however near the deadline is."""
    found = planned(
        matter_of_opening(midtjylland_with(text), Opening("own", START, START + timedelta(days=days), {"due_by": "x"}))
    )

    assert is_consistent(found)


def test_steps_that_close_one_another_have_a_plan() -> None:
    """What is ended by what comes after the other, which ends what comes before it: each is done with the earlier."""
    text = """
id = "own"
version = 1
name = { da = "Egen", en = "Own" }
source = "To spor, hvis ende hver slutter det andet."
binds = "left-end"
ending = { status = "completed", result_of = "left-end" }
"""
    for name, more in (
        ("left", ""),
        ("right", ""),
        ("left-end", 'after = ["left"]\ncloses = [{ step = "right", result = "closed" }]'),
        ("right-end", 'after = ["right"]\ncloses = [{ step = "left", result = "closed" }]'),
    ):
        text += f"""
[[steps]]
id = "{name}"
name = {{ da = "{name}", en = "{name}" }}
ask = "note"
mode = "own_process"
bodies = ["skive"]
{more}
"""
    found = planned(matter_of_opening(midtjylland_with(text), Opening("own", START, START + timedelta(days=200))))

    assert is_consistent(found)
    assert {one.step for one in found.steps} == {"left", "right", "left-end", "right-end"}
    assert all(one.earliest and one.latest_expected and one.earliest < one.latest_expected for one in found.steps)


@pytest.mark.parametrize("route", sorted(midtjylland().routes))
@pytest.mark.parametrize("seed", [1, 2])
def test_a_case_has_a_plan_after_every_event(route: str, seed: int) -> None:
    """Of a whole simulated life with delays, returns and corrections."""
    case: Case | None = None
    for event in simulate(midtjylland(), route, Wishes(START, seed)).events:
        case = event.mutate(case)
        assert case is not None
        one = matter_of_case(case, event.timestamp.date())
        assert is_consistent(PLANNER.plan(one))


def test_a_written_procedure_that_was_objected_to_goes_on_at_a_meeting() -> None:
    """DASSOS objects on 20 March: its meeting of 25 April takes the report."""
    desk = Desk("2025-03-18")
    desk.open()
    desk.let_pass("2025-03-20")
    desk.answers("dassos", "objected")

    assert step(case_plan(desk), "dassos").expected == date(2025, 4, 25)


CLOCK = """
id = "own"
version = 1
name = { da = "Egen", en = "Own" }
source = "Kilde."
binds = "followup"
ending = { status = "completed", result_of = "followup" }

[[steps]]
id = "note"
name = { da = "Tager til efterretning", en = "Notes it" }
ask = "note"
bodies = ["dassos"]
mode = "meeting"

[[steps]]
id = "followup"
name = { da = "Opfølgning", en = "Follow-up" }
ask = "comment"
bodies = ["lemvig"]
mode = "own_process"
after = ["note"]
opens_after_days = 100
complete = "at_due"
due = "days"
due_days = 20
"""


def test_a_step_with_a_clock_opens_when_the_clock_says() -> None:
    """A hundred days after the meeting of 9 February 2022, and it ends twenty days later; and the same way back."""
    opening = Opening("own", date(2022, 1, 10), date(2022, 6, 30))
    found = planned(matter_of_opening(midtjylland_with(CLOCK), opening))

    assert step(found, "followup").expected == date(2022, 2, 9) + timedelta(days=120)
    assert (step(found, "note").latest, found.latest_start) == (date(2022, 2, 9), date(2022, 1, 14))
    assert found.feasible
