# SPDX-License-Identifier: EUPL-1.2
"""Simulated cases: under plain, chosen and random answers, in memory."""

from __future__ import annotations

from datetime import date
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.case import Case, Status
from domain.dates import danish_date
from domain.errors import AbsentError, InvalidError
from domain.organisation import Organisation
from domain.simulating import LONGEST, Simulated, Wishes, simulate
from tests.domain.desk import midtjylland, midtjylland_with
from tests.domain.random_routes import routes

START = date(2025, 3, 18)
CONDITIONAL = """
    id = "own"
    version = 1
    name = { da = "Egen", en = "Own" }
    source = "Kilde."
    ending = { status = "completed", result_of = "a" }

    [[steps]]
    id = "a"
    name = { da = "A", en = "A" }
    ask = "approve"
    bodies = ["dassos"]
    mode = "meeting"
    when = [{ attribute = "places", above = 10 }]
"""


def run(route: str = "cu-afrapportering", organisation: Organisation | None = None, **wishes: Any) -> Simulated:
    """A simulated case."""
    return simulate(organisation or midtjylland(), route, Wishes(START, **wishes))


def answered(simulated: Simulated, step: str) -> list[str]:
    """The outcomes recorded in a step, oldest first."""
    return [e.outcome for e in simulated.events if isinstance(e, Case.AnswerRecorded) and e.step == step]


def test_without_a_word_everybody_consents_in_good_time() -> None:
    """The CU report ends supported, and nothing is overdue."""
    simulated = run()

    assert (simulated.case.status, simulated.case.result) == (Status.COMPLETED, "supported")
    assert answered(simulated, "councils") == ["noted"] * 19
    assert not [e for e in simulated.events if isinstance(e, Case.DuePassed)]


def test_an_objection_is_simulated_through_its_meeting() -> None:
    """The word after it is what DASSOS says there."""
    simulated = run(answers={("dassos", "dassos"): ["objected", "approved_with_changes"]})

    assert answered(simulated, "dassos") == ["objected", "approved_with_changes"]
    assert (simulated.case.current("dassos").mode, simulated.case.result) == ("meeting", "supported")


def test_the_same_seed_gives_the_same_case() -> None:
    """Days and all."""
    told = [[(type(e), e.timestamp) for e in run(seed=7).events] for _ in range(2)]

    assert told[0] == told[1]


def test_different_seeds_give_different_cases() -> None:
    """Random answers come on other days."""
    assert len({run(seed=seed).events[-1].timestamp for seed in range(3)}) > 1


def test_a_chosen_rejection_goes_through_the_revision() -> None:
    """Afterwards the body gives its plain consent."""
    simulated = run(answers={("dassos", "dassos"): ["rejected"]})

    assert answered(simulated, "dassos") == ["rejected", "approved"]
    assert answered(simulated, "revise") == ["resubmitted"]
    assert simulated.case.status == Status.COMPLETED


def test_a_condition_that_blocks_is_seen_to() -> None:
    """Two weeks later the simulated secretariat waives it, so that the agreement ends."""
    simulated = run("samarbejdsaftale", answers={("dassos", "dassos"): ["approved_on_condition"]})

    assert simulated.case.status == Status.APPROVED
    assert [str(c.state) for c in simulated.case.conditions] == ["waived"]


def test_chosen_answers_of_one_body_are_given_in_turn() -> None:
    """Questions first, then the decision."""
    simulated = run(answers={("agency", "social-og-boligstyrelsen"): ["received", "questions_asked", "decided"]})

    assert answered(simulated, "agency") == ["received", "questions_asked", "decided"]
    assert answered(simulated, "reply") == ["submitted"]


def test_a_body_answers_every_ask_in_turn() -> None:
    """Chosen words go to the ask that allows them; what is not chosen is the plain consent."""
    text = dedent(CONDITIONAL).replace('ask = "approve"', 'ask = "approve"\nalso_asks = ["discuss", "establish"]')
    organisation = midtjylland_with(text)

    plain = run("own", organisation)
    chosen = run("own", organisation, answers={("a", "dassos"): ["not_recorded", "discussed", "approved_with_changes"]})

    assert answered(plain, "a") == ["approved", "discussed", "established"]
    assert answered(chosen, "a") == ["not_recorded", "discussed", "approved_with_changes", "established"]
    assert chosen.case.current("a").results == {
        "approve": "approved_with_changes",
        "discuss": "discussed",
        "establish": "established",
    }


def test_a_delayed_body_answers_later() -> None:
    """It says so, and notes the report afterwards."""
    simulated = run(answers={("councils", "samsoe"): ["delayed"]})

    assert [e.body for e in simulated.events if isinstance(e, Case.DelayReported)] == ["samsoe"]
    assert len(answered(simulated, "councils")) == 19


def test_a_case_that_does_not_end_says_what_it_waits_for() -> None:
    """A silent DASSOS keeps the orientation open."""
    simulated = run("orientering", answers={("note", "dassos"): ["silent"]})

    assert simulated.case.is_open
    assert simulated.case.waiting_for() == ["dassos"]


@pytest.mark.parametrize("seed", range(3))
def test_a_shipped_route_always_ends_under_random_answers(seed: int) -> None:
    """Within the time that a simulated case is given."""
    for route in midtjylland().routes:
        simulated = run(route, seed=seed)
        lasted = danish_date(simulated.events[-1].timestamp) - START

        assert not simulated.case.is_open
        assert lasted <= LONGEST


@given(routes(), st.integers(0, 99))
@settings(max_examples=9, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_route_ends_or_says_what_it_waits_for(text: str, seed: int) -> None:
    """No refusal, no endless run."""
    case = run("own", midtjylland_with(text), seed=seed).case

    assert not case.is_open or case.waiting_for() or any(r[-1].state == "waiting" for r in case.rounds.values())


def test_attributes_are_invented_so_that_tests_hold() -> None:
    """Without a seed; a number beside a bound."""
    simulated = run("own", midtjylland_with(dedent(CONDITIONAL)))

    assert simulated.case.attributes == {"places": 11}
    assert answered(simulated, "a") == ["approved"]


def test_attributes_that_are_given_are_kept() -> None:
    """Ten places are not above ten: the step is not needed."""
    simulated = run("own", midtjylland_with(dedent(CONDITIONAL)), attributes={"places": 10})

    assert answered(simulated, "a") == []
    assert simulated.case.status == Status.COMPLETED


def test_those_whose_answers_are_chosen_are_concerned() -> None:
    """Where the step asks those concerned."""
    assert run("orientering", answers={("note", "samsoe"): ["noted"]}).case.concerned == ["samsoe"]


def test_those_concerned_are_invented_at_random() -> None:
    """From the groups, with a seed."""
    concerned = run("orientering", seed=3).case.concerned

    assert concerned
    assert set(concerned) <= set(midtjylland().groups["councils"].members_on(START))


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({("dasos", "dassos"): ["approved"]}, 'no step "dasos"; did you mean "dassos"'),
        ({("dassos", "dassos"): ["noted"]}, '"noted" is no answer in the step "dassos"'),
        ({("dassos", "kd-net"): ["approved"]}, 'the step "dassos" does not ask "kd-net"'),
    ],
)
def test_answers_that_nobody_could_give_are_refused(answers: dict[tuple[str, str], list[str]], said: str) -> None:
    """With what would do."""
    with pytest.raises(InvalidError, match=said):
        run(answers=answers)


def test_an_unknown_route_is_refused() -> None:
    """The nearest is named."""
    with pytest.raises(AbsentError, match="orientering"):
        run("orienterin")


def test_a_day_that_cannot_be_is_refused() -> None:
    """Beyond the known holidays."""
    with pytest.raises(InvalidError, match="1990 to 2190"):
        simulate(midtjylland(), "orientering", Wishes(date(9999, 12, 31)))
