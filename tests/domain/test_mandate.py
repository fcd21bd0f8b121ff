# SPDX-License-Identifier: EUPL-1.2
"""Who in a body may decide: what another one says is a recommendation, and the body is still awaited."""

from __future__ import annotations

import pytest

from domain.case import AnswerState, StepState
from domain.errors import AlreadyAnsweredError, InvalidError
from tests.domain.desk import Desk, midtjylland_with

ROUTE = """
id = "own"
version = 1
name = { da = "Rammeaftale", en = "Framework agreement" }
source = "Aftalen skal godkendes i kommunalbestyrelserne."
ending = { status = "approved", result_of = "councils" }

[[steps]]
id = "first"
name = { da = "Først", en = "First" }
ask = "note"
bodies = ["dassos"]
mode = "meeting"

[[steps]]
id = "councils"
name = { da = "Kommunerne godkender", en = "The municipalities approve" }
ask = "approve"
also_asks = ["discuss"]
bodies = ["lemvig", "skive"]
mode = "own_process"
after = ["first"]
decided_by = ["council"]
counts_corrections = true
"""
ONE_ASK = ROUTE.replace('also_asks = ["discuss"]\n', "")


def opened(route: str = ONE_ASK, *, early: bool = False) -> Desk:
    """A case whose councils are asked, or will be."""
    desk = Desk(organisation=midtjylland_with(route))
    desk.open("own")
    if not early:
        desk.answers("dassos", "noted")
    return desk


def test_a_committees_yes_is_kept_as_a_recommendation() -> None:
    """The council is still awaited, and its own answer counts."""
    desk = opened()

    assert desk.answers("lemvig", "approved", decided_by="committee", remark="enstemmigt") == "recommendation"

    place = desk.answer_of("councils", "lemvig")
    assert (place.state, place.outcome, place.decided_by) == (AnswerState.AWAITING, None, None)
    assert place.recommendation is not None
    assert (place.recommendation.outcome, place.recommendation.remark) == ("approved", "enstemmigt")
    assert desk.answers("lemvig", "approved", decided_by="council") == "counted"
    assert desk.answers("skive", "approved") == "counted"
    assert desk.case.result == "approved"
    assert desk.case.rounds["councils"][0].answers["lemvig"].recommendation is not None


@pytest.mark.parametrize("outcome", ["rejected", "returned", "postponed"])
def test_a_committees_no_does_not_end_the_round(outcome: str) -> None:
    """It binds the council as little as its yes."""
    desk = opened()

    assert desk.answers("lemvig", outcome, decided_by="committee") == "recommendation"

    assert desk.round("councils").state == StepState.OPEN
    assert desk.case.waiting_for() == ["lemvig", "skive"]


def test_a_recommendation_before_the_step_opens_does_not_count_when_it_does() -> None:
    """It is shown, and the council is asked."""
    desk = opened(early=True)
    assert desk.answers("lemvig", "approved", decided_by="chair") == "recommendation"

    desk.answers("dassos", "noted")

    assert desk.answer_of("councils", "lemvig").state == AnswerState.AWAITING


def test_a_delay_stands_beside_a_recommendation() -> None:
    """The council is late whatever its committee thinks."""
    desk = opened()
    desk.delays("lemvig")

    desk.answers("lemvig", "approved", decided_by="committee")

    assert desk.answer_of("councils", "lemvig").state == AnswerState.DELAYED


def test_a_body_that_has_decided_takes_no_recommendation() -> None:
    """Its answer stands."""
    desk = opened()
    desk.answers("lemvig", "approved", decided_by="council")

    with pytest.raises(AlreadyAnsweredError):
        desk.answers("lemvig", "approved", decided_by="committee")


def test_a_later_recommendation_takes_the_place_of_the_first() -> None:
    """Both stand in the log."""
    desk = opened()
    desk.answers("lemvig", "approved", decided_by="committee")
    desk.answers("lemvig", "rejected", decided_by="chair")

    recommended = desk.answer_of("councils", "lemvig").recommendation
    assert recommended is not None
    assert (recommended.outcome, recommended.decided_by) == ("rejected", "chair")


def test_recommendations_to_two_asks_stand_together() -> None:
    """Each ask has its own."""
    desk = opened(ROUTE)
    desk.answers("lemvig", "approved", decided_by="committee")
    desk.answers("lemvig", "discussed", decided_by="committee", points=["Økonomi"])

    recommended = desk.answer_of("councils", "lemvig").recommendation
    assert recommended is not None
    assert recommended.words == {"approve": "approved", "discuss": "discussed"}
    assert desk.answer_of("councils", "lemvig").words == {}


def test_a_recommendation_can_be_corrected() -> None:
    """Still as one."""
    desk = opened()
    desk.answers("lemvig", "approved", "m1", decided_by="committee")

    assert desk.corrects("lemvig", "m1", "rejected", decided_by="committee") == "recommendation"

    place = desk.answer_of("councils", "lemvig")
    assert place.recommendation is not None
    assert (place.recommendation.outcome, place.recommendation.corrected) == ("rejected", True)
    assert (place.outcome, place.corrected, place.state) == (None, False, AnswerState.AWAITING)


def test_a_recommendation_that_was_the_councils_own_answer_counts() -> None:
    """Once the correction says so, by leaving the decider out or naming the council."""
    for decider in ("council", None):
        desk = opened()
        desk.answers("lemvig", "approved", "m1", decided_by="committee")

        assert desk.corrects("lemvig", "m1", "approved", decided_by=decider) == "counted"

        place = desk.answer_of("councils", "lemvig")
        assert (place.state, place.outcome, place.recommendation) == (AnswerState.ANSWERED, "approved", None)


def test_an_answer_that_was_only_the_committees_is_awaited_again() -> None:
    """Even in a step that is completed, where corrections count."""
    desk = opened(ONE_ASK + '\n[[steps]]\nid = "last"\nname = { da = "Sidst", en = "Last" }\nask = "note"\n'
                  'bodies = ["dassos"]\nmode = "meeting"\nafter = ["councils"]\n')  # fmt: skip
    desk.answers("lemvig", "approved", "m1", remark="enig")
    desk.answers("skive", "approved")
    assert desk.round("councils").state == StepState.COMPLETED

    assert desk.corrects("lemvig", "m1", "approved", decided_by="committee") == "recommendation"

    place = desk.answer_of("councils", "lemvig")
    assert (place.state, place.outcome, place.remark, place.effect) == (AnswerState.AWAITING, None, None, None)
    assert place.recommendation is not None
    assert desk.round("councils").state == StepState.OPEN
    desk.answers("lemvig", "approved", step="councils")
    assert desk.round("councils").state == StepState.COMPLETED


def test_a_delay_that_was_a_recommendation_is_no_delay() -> None:
    """The correction of a delay by what the committee really said."""
    desk = opened()
    desk.delays("lemvig", "m1")

    assert desk.corrects("lemvig", "m1", "approved", decided_by="committee") == "recommendation"

    assert desk.answer_of("councils", "lemvig").state == AnswerState.AWAITING


def test_without_a_mandate_anybody_decides() -> None:
    """As in a route that says nothing of it."""
    desk = opened(ONE_ASK.replace('decided_by = ["council"]\n', ""))

    assert desk.answers("lemvig", "approved", decided_by="chair") == "counted"


def test_an_unknown_decider_is_refused() -> None:
    """It is no recommendation of anybody's."""
    with pytest.raises(InvalidError) as refusal:
        opened().answers("lemvig", "approved", decided_by="mayor")

    assert refusal.value.field == "decided_by"


def test_a_recommendation_sets_no_conditions() -> None:
    """It does not bind the council, so that nothing is held back; said by the council itself it is one."""
    desk = opened(ROUTE)
    desk.answers("lemvig", "approved_on_condition", "m1", decided_by="committee", remark="Kun med budget")
    assert desk.case.conditions == []

    desk.corrects("lemvig", "m1", "approved_on_condition", remark="Kun med budget")
    assert [(c.text, c.state) for c in desk.case.conditions] == [("Kun med budget", "open")]

    desk.corrects("lemvig", "m1", "approved_on_condition", decided_by="committee", remark="Kun med budget")
    assert [c.state for c in desk.case.conditions] == ["withdrawn"]


def test_a_condition_set_with_a_further_ask_is_one() -> None:
    """Whichever outcome the message names first."""
    desk = opened(ROUTE)
    desk.answers("lemvig", "discussed", also={"approve": "approved_on_condition"}, remark="Kun med budget")

    assert [c.text for c in desk.case.conditions] == ["Kun med budget"]
