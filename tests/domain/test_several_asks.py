# SPDX-License-Identifier: EUPL-1.2
"""A step that asks several things at once, and minutes that are silent about one of them."""

from __future__ import annotations

from typing import Any

import pytest

from domain.answering import Reply
from domain.case import AnswerState, StepState
from domain.errors import AlreadyAnsweredError, AmbiguousStepError, InvalidError, StepNotOpenError
from tests.domain.desk import Desk, midtjylland_with

ROUTE = """
id = "own"
version = 1
name = { da = "Drøfter og godkender", en = "Discusses and approves" }
source = "At DASSOS drøfter og godkender."
ending = { status = "approved", result_of = "both" }

[[steps]]
id = "both"
name = { da = "Drøfter og godkender", en = "Discusses and approves" }
ask = "approve"
also_asks = ["discuss"]
bodies = ["dassos"]
mode = "meeting"
"""
BOTH = ROUTE.replace('bodies = ["dassos"]', 'bodies = ["dassos", "kd-net"]')
LATER = (
    ROUTE
    + """after = ["first"]

[[steps]]
id = "first"
name = { da = "Først", en = "First" }
ask = "note"
bodies = ["kd-net"]
mode = "meeting"
"""
)


def opened(route: str = ROUTE) -> Desk:
    """A case along a route of the test's own."""
    desk = Desk(organisation=midtjylland_with(route))
    desk.open("own")
    return desk


def records(desk: Desk, outcome: str, body: str = "dassos", source: str = "minutes", **facts: Any) -> str:
    """The secretariat records an answer that it read in the minutes; the effect."""
    facts.setdefault("decided_on", desk.now.date())
    return desk.commands("answer", body, Reply(outcome, **facts), source).effect


def test_a_step_is_answered_when_every_ask_has_its_outcome() -> None:
    """One message an ask: until the second, the body is awaited and what it said is shown."""
    desk = opened()

    assert desk.answers("dassos", "discussed", "m1") == "counted"
    place = desk.answer_of("both", "dassos")
    assert (place.state, place.outcome, place.words) == (AnswerState.AWAITING, None, {"discuss": "discussed"})
    assert desk.case.waiting_for() == ["dassos"]

    desk.answers("dassos", "approved", "m2")
    assert desk.answer_of("both", "dassos").state == AnswerState.ANSWERED
    assert desk.round("both").results == {"approve": "approved", "discuss": "discussed"}
    assert desk.case.result == "approved"


def test_one_message_may_answer_every_ask() -> None:
    """With `also`."""
    desk = opened()

    desk.answers("dassos", "approved_with_changes", also={"discuss": "discussed"}, points=["Økonomi"])

    assert desk.round("both").results == {"approve": "approved_with_changes", "discuss": "discussed"}
    assert desk.answer_of("both", "dassos").points == ["Økonomi"]


def test_an_ask_is_answered_once() -> None:
    """The other one is still taken."""
    desk = opened()
    desk.answers("dassos", "discussed")

    with pytest.raises(AlreadyAnsweredError):
        desk.answers("dassos", "discussed")
    with pytest.raises(AlreadyAnsweredError):
        desk.answers("dassos", "approved", also={"discuss": "discussed"})
    desk.answers("dassos", "approved")
    with pytest.raises(AlreadyAnsweredError):
        desk.answers("dassos", "approved")


def test_the_result_of_each_ask_is_tallied_by_itself() -> None:
    """Two bodies, with different words to each ask."""
    desk = opened(BOTH)
    desk.answers("dassos", "approved", also={"discuss": "discussed"})
    desk.answers("kd-net", "approved_with_changes")
    assert desk.round("both").state == StepState.OPEN

    desk.answers("kd-net", "discussed")

    assert desk.round("both").results == {"approve": "approved", "discuss": "discussed"}


def test_a_rejection_of_one_ask_ends_the_round() -> None:
    """Although the discussion is not told of; after the revision everything is asked again."""
    desk = opened()
    desk.answers("dassos", "returned")
    assert desk.round("both").result == "returned"
    assert desk.case.waiting_for() == ["secretariat"]

    desk.commands("resubmit")

    assert (desk.round("both").number, desk.round("both").results) == (2, {})
    assert desk.answer_of("both", "dassos").words == {}


def test_a_rejection_of_a_further_ask_is_the_result() -> None:
    """Else the step would read as approved and yet go to revision."""
    desk = opened(ROUTE.replace('also_asks = ["discuss"]', 'also_asks = ["establish"]'))
    desk.answers("dassos", "approved")
    desk.answers("dassos", "rejected", ask="establish")

    assert desk.round("both").result == "rejected"
    assert desk.round("both").results == {"approve": "approved", "establish": "rejected"}
    assert desk.case.waiting_for() == ["secretariat"]


def test_an_outcome_of_two_asks_is_the_main_ones_unless_it_says_otherwise() -> None:
    """`rejected` answers to approve and to establish."""
    desk = opened(ROUTE.replace('also_asks = ["discuss"]', 'also_asks = ["establish", "sign"]'))
    desk.answers("dassos", "approved")

    with pytest.raises(AmbiguousStepError) as refusal:
        desk.answers("dassos", "rejected")
    assert refusal.value.field == "ask"
    desk.answers("dassos", "signed")
    desk.answers("dassos", "rejected")

    assert desk.answer_of("both", "dassos").words == {
        "approve": "approved",
        "establish": "rejected",
        "sign": "signed",
    }


def test_early_words_are_kept_ask_by_ask() -> None:
    """Both came before the step opened: it completes when it does."""
    desk = opened(LATER)
    assert desk.answers("dassos", "discussed") == "early"
    assert desk.answers("dassos", "approved") == "early"

    desk.answers("kd-net", "noted")

    assert desk.case.result == "approved"


def test_a_step_with_an_ask_of_the_secretariats_own_takes_nothing_early() -> None:
    """Whatever stands beside it."""
    desk = opened(LATER.replace('also_asks = ["discuss"]', 'also_asks = ["submit"]'))

    with pytest.raises(StepNotOpenError):
        desk.answers("dassos", "approved")


def test_a_delay_is_over_when_a_first_word_comes() -> None:
    """The rest is awaited."""
    desk = opened()
    desk.delays("dassos")

    desk.answers("dassos", "discussed")

    assert desk.answer_of("both", "dassos").state == AnswerState.AWAITING


def test_a_correction_puts_the_asks_of_its_message_right() -> None:
    """What another message said, with its facts, stands."""
    desk = opened()
    desk.answers("dassos", "discussed", "m1", points=["Økonomi"])
    desk.answers("dassos", "postponed", "m2")

    desk.corrects("dassos", "m2", "approved", remark="fejl i referatet")

    place = desk.answer_of("both", "dassos")
    assert (place.words, place.points) == ({"approve": "approved", "discuss": "discussed"}, ["Økonomi"])
    assert desk.case.result == "approved"


def test_a_correction_cannot_answer_what_its_message_was_not_about() -> None:
    """That would hide who said it, and when."""
    desk = opened()
    desk.answers("dassos", "discussed", "m1")

    for facts in ({}, {"ask": "approve"}):
        with pytest.raises(InvalidError) as refusal:
            desk.corrects("dassos", "m1", "approved", **facts)
        assert refusal.value.field == "ask"


def test_a_correction_may_take_an_answer_back_to_a_word_on_the_way() -> None:
    """Only the asks of its message are awaited again."""
    desk = opened(BOTH)
    desk.answers("dassos", "approved", "m1", also={"discuss": "discussed"})

    desk.corrects("dassos", "m1", "postponed")

    place = desk.answer_of("both", "dassos")
    assert (place.state, place.settled) == (AnswerState.AWAITING, {"discuss": "counted"})


@pytest.mark.parametrize(
    ("outcome", "facts", "field"),
    [
        ("noted", {}, "outcome"),
        ("approved", {"ask": "note"}, "ask"),
        ("approved", {"ask": "discuss"}, "outcome"),
        ("approved", {"also": {"note": "noted"}}, "also"),
        ("approved", {"also": {"discuss": "approved"}}, "also"),
        ("approved", {"ask": "approve", "also": {"approve": "approved"}}, "also"),
        ("approved", {"also": {"approve": "approved"}}, "outcome"),
    ],
)
def test_outcomes_that_fit_no_ask_are_refused(outcome: str, facts: dict[str, Any], field: str) -> None:
    """With the field that is wrong."""
    with pytest.raises(InvalidError) as refusal:
        opened().answers("dassos", outcome, **facts)

    assert refusal.value.field == field


def test_a_correction_in_a_completed_step_that_counts_may_change_one_result() -> None:
    """The main one stays."""
    first = LATER.removeprefix(ROUTE).replace('after = ["first"]', "counts_corrections = true")
    route = BOTH + first
    desk = opened(route)
    for body in ("dassos", "kd-net"):
        desk.answers(body, "approved", f"{body}-1", step="both", also={"discuss": "discussed"})
    assert desk.round("both").state == StepState.COMPLETED

    for body in ("dassos", "kd-net"):
        desk.sends("correct", body, Reply("approved_with_changes", desk.now.date(), corrects=f"{body}-1"))

    assert desk.round("both").results == {"approve": "approved_with_changes", "discuss": "discussed"}
    assert desk.topics().count("case.step_completed") == 2


def test_silence_of_the_minutes_ends_a_discussion_and_not_an_approval() -> None:
    """DASSOS' item "drøfter og godkender": the minutes tell only of the approval."""
    desk = opened()
    records(desk, "approved")
    assert desk.case.waiting_for() == ["dassos"]

    assert records(desk, "not_recorded", decided_on=None) == "counted"

    assert desk.round("both").results == {"approve": "approved", "discuss": "not_recorded"}
    assert desk.answer_of("both", "dassos").source == "minutes"


def test_silence_about_an_approval_is_kept_and_the_body_still_awaited() -> None:
    """An approval is not invented, and neither is a rejection."""
    desk = opened()
    records(desk, "discussed")
    records(desk, "not_recorded", decided_on=None)

    place = desk.answer_of("both", "dassos")
    assert (place.outcome, place.state, desk.case.waiting_for()) == ("not_recorded", AnswerState.AWAITING, ["dassos"])

    records(desk, "approved")
    assert desk.case.result == "approved"


def test_silence_says_about_which_ask_where_more_than_one_is_missing() -> None:
    """It fits every one of them."""
    desk = opened()

    with pytest.raises(AmbiguousStepError) as refusal:
        records(desk, "not_recorded")
    assert refusal.value.field == "ask"
    records(desk, "not_recorded", ask="discuss")

    assert desk.answer_of("both", "dassos").words == {"discuss": "not_recorded"}


def test_a_body_that_writes_itself_cannot_say_that_nothing_is_recorded() -> None:
    """Neither by its system nor by a link, as further outcome or alone."""
    desk = opened()

    for source in ("webhook", "link"):
        for outcome, facts in (
            ("not_recorded", {"ask": "discuss"}),
            ("approved", {"also": {"discuss": "not_recorded"}}),
        ):
            with pytest.raises(InvalidError):
                records(desk, outcome, source=source, **facts)


NOTE = ROUTE.replace('ask = "approve"\nalso_asks = ["discuss"]', 'ask = "note"').replace(
    'bodies = ["dassos"]', 'bodies = ["dassos", "kd-net", "lemvig"]'
)


@pytest.mark.parametrize(
    ("silent", "result"),
    [(["lemvig"], "noted"), (["kd-net", "lemvig"], "noted"), (["dassos", "kd-net", "lemvig"], "not_recorded")],
)
def test_the_silent_are_left_out_of_all(silent: list[str], result: str) -> None:
    """Those who have spoken decide; where nobody has, the result says so and the case goes on."""
    desk = opened(NOTE)
    for body in ("dassos", "kd-net", "lemvig"):
        records(desk, "not_recorded" if body in silent else "noted", body, step="both")

    assert (desk.round("both").state, desk.round("both").result) == (StepState.COMPLETED, result)
    assert not desk.case.is_open


def test_the_silent_do_not_make_up_a_number() -> None:
    """Where the route counts consents, silence is none."""
    desk = opened(NOTE.replace('mode = "meeting"', 'mode = "meeting"\nat_least = 2'))
    records(desk, "noted", "dassos")
    for body in ("kd-net", "lemvig"):
        records(desk, "not_recorded", body)

    assert desk.round("both").result == "not_enough"


@pytest.mark.parametrize(
    ("meaning", "result", "is_open"), [("consent", "not_recorded", False), ("dissent", "not_recorded", False)]
)
def test_a_route_may_say_what_silence_counts_as(meaning: str, result: str, is_open: bool) -> None:  # noqa: FBT001
    """Here of an approval, which would else be awaited."""
    desk = opened(ROUTE.replace('also_asks = ["discuss"]', f'counts = {{ not_recorded = "{meaning}" }}'))
    records(desk, "not_recorded")

    assert (desk.round("both").result, desk.case.is_open) == (result, is_open)


@pytest.mark.parametrize(("ask", "outcome"), [("draft", "drafted"), ("gather", "gathered"), ("submit", "submitted")])
def test_the_secretariats_own_steps_are_submitted_by_name(ask: str, outcome: str) -> None:
    """With the outcome of their ask, once, and not early."""
    own = f'ask = "{ask}"'
    route = LATER.replace('ask = "approve"\nalso_asks = ["discuss"]', own).replace('"dassos"', '"secretariat"')
    desk = opened(route)
    with pytest.raises(StepNotOpenError):
        desk.commands("submit", step="both")
    desk.answers("kd-net", "noted")

    assert desk.commands("submit", step="both", reference="1").effect == "counted"
    assert desk.commands("submit", step="both").effect == "repeated"

    assert desk.case.result == outcome


def test_an_objection_ends_the_round_of_every_ask_and_a_meeting_takes_them() -> None:
    """What a body had said to every ask stands; who had answered only one of them is asked both again."""
    written = 'mode = "written_procedure"\nwindow_days = 7'
    desk = opened(BOTH.replace('"kd-net"]', '"kd-net", "lemvig"]').replace('mode = "meeting"', written))
    desk.answers("dassos", "approved", also={"discuss": "discussed"})
    desk.answers("lemvig", "discussed")

    desk.answers("kd-net", "objected", remark="Bør drøftes på et møde")

    current = desk.round("both")
    assert (current.number, current.mode, desk.case.rounds["both"][0].result) == (2, "meeting", "objected")
    assert desk.case.waiting_for() == ["kd-net", "lemvig"]
    with pytest.raises(InvalidError):
        desk.answers("kd-net", "objected")
    for body in ("kd-net", "lemvig"):
        desk.answers(body, "approved", also={"discuss": "discussed"})
    assert desk.case.result == "approved"
    assert desk.round("both").results == {"approve": "approved", "discuss": "discussed"}


def test_silence_that_consents_consents_to_every_ask() -> None:
    """By the end of the window."""
    written = 'mode = "written_procedure"\nwindow_days = 7\non_silence = "consent"'
    desk = opened(BOTH.replace('mode = "meeting"', written))
    desk.answers("dassos", "approved", also={"discuss": "discussed"})

    desk.let_pass("2025-04-01")

    assert desk.round("both").results == {"approve": "approved", "discuss": "discussed"}
