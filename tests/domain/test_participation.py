# SPDX-License-Identifier: EUPL-1.2
"""Participation: bodies join a scheme and leave it over time, and its state is known on every day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.additions import Addition
from domain.answering import Reply
from domain.case import AnswerState, Case, Status, StepState
from domain.errors import AlreadyAnsweredError, BodyNotAskedError, CaseEndedError, ConflictError, InvalidError
from domain.participation import Participation, participation
from tests.domain.desk import Desk, midtjylland_with

SCHEME = """
id = "scheme"
version = 1
name = {{ da = "Ordning", en = "Scheme" }}
source = "Mindst to af de spurgte tilslutter sig, heriblandt Lemvig."
ending = {{ status = "approved", result_of = "join", rejected_by = ["not_enough", "declined"] }}

[[steps]]
id = "join"
name = {{ da = "Tilslutning", en = "Joining" }}
ask = "join"
bodies = ["lemvig", "skive", "odder"]
mode = "own_process"
complete = "enough"
at_least = 2
must_have = ["lemvig"]
open_to = "councils"
starts_on = "begins"
{more}

[[steps]]
id = "status"
name = {{ da = "Status", en = "Status" }}
ask = "note"
bodies = ["dassos"]
mode = "meeting"
"""
BEGINS = {"begins": "2025-07-01"}


def scheme(more: str = "", attributes: dict[str, Any] | None = None) -> Desk:
    """A scheme that three are asked to join, from 1 July 2025."""
    desk = Desk(organisation=midtjylland_with(SCHEME.format(more=more)))
    desk.open("scheme", attributes=BEGINS if attributes is None else attributes)
    return desk


def state(desk: Desk, on: str | None = None) -> Participation:
    """The scheme's state, by all words or on a day."""
    return participation(desk.case, desk.case.route.step("join"), date.fromisoformat(on) if on else None)


def test_a_scheme_needs_its_number_and_its_must_haves() -> None:
    """Enough without Lemvig is not enough."""
    desk = scheme()
    desk.answers("skive", "joined")
    desk.answers("odder", "joined")

    found = state(desk)
    assert (found.participants, found.minimum) == (("skive", "odder"), 2)
    assert (found.missing_must_have, found.sustainable) == (("lemvig",), False)
    assert desk.round("join").state == StepState.OPEN

    desk.answers("lemvig", "joined")
    assert state(desk).sustainable


def test_a_scheme_without_a_minimum_needs_only_its_must_haves() -> None:
    """No number is invented."""
    text = SCHEME.format(more="").replace("at_least = 2\n", "").replace('complete = "enough"\n', "")
    desk = Desk(organisation=midtjylland_with(text))
    desk.open("scheme")
    desk.answers("lemvig", "joined")

    assert (state(desk).minimum, state(desk).sustainable) == (None, True)


def test_the_newest_word_counts_while_the_step_is_open() -> None:
    """Joined and left again before the others: it does not count, and may join once more."""
    desk = scheme()
    desk.answers("lemvig", "joined")
    assert desk.answers("lemvig", "left") == "counted"
    desk.answers("skive", "joined")
    assert desk.round("join").state == StepState.OPEN

    desk.answers("lemvig", "joined")

    assert desk.round("join").result == "joined"
    assert [word.outcome for word in state(desk).changes] == ["joined", "left", "joined", "joined"]


def test_leaving_after_the_step_is_completed_changes_the_scheme_and_not_the_result() -> None:
    """What was decided on the day stands; how the scheme stands now is another question."""
    desk = scheme()
    desk.answers("lemvig", "joined")
    desk.answers("skive", "joined")

    assert desk.answers("skive", "left") == "late"
    assert (desk.round("join").state, desk.round("join").result) == (StepState.COMPLETED, "joined")
    assert desk.answer_of("join", "skive").outcome == "left"
    assert (state(desk).participants, state(desk).sustainable) == (("lemvig",), False)


def test_leaving_opens_the_step_again_where_the_route_counts_corrections() -> None:
    """While the case runs, a changed word counts as a correction does."""
    desk = scheme("counts_corrections = true")
    desk.answers("lemvig", "joined")
    desk.answers("skive", "joined")

    assert desk.answers("skive", "left") == "counted"
    assert desk.round("join").state == StepState.OPEN
    desk.answers("odder", "joined")
    assert desk.round("join").result == "joined"


def test_a_closed_case_keeps_its_result_whoever_leaves() -> None:
    """Also where the route counts corrections: an ended case is never tallied again."""
    desk = scheme("counts_corrections = true")
    desk.answers("lemvig", "joined")
    desk.answers("skive", "joined")
    desk.answers("dassos", "noted")
    assert desk.case.status == Status.APPROVED

    assert desk.answers("skive", "left") == "late"
    assert (desk.case.status, desk.case.result) == (Status.APPROVED, "joined")
    assert not state(desk).sustainable


def test_a_word_holds_from_the_terms_start_or_the_decision_if_later() -> None:
    """Unless the body names another day."""
    desk = scheme()
    desk.answers("lemvig", "joined")
    desk.answers("skive", "joined", effective_on=date(2025, 9, 1))
    desk.turn_to("2026-02-10")
    desk.answers("lemvig", "left")

    assert [word.effective_on for word in state(desk).changes] == [
        date(2025, 7, 1),
        date(2025, 9, 1),
        date(2026, 2, 10),
    ]


def test_without_a_term_a_word_holds_from_the_decision() -> None:
    """The attribute that the route names need not be there."""
    desk = scheme(attributes={})
    desk.answers("lemvig", "joined", decided_on=date(2025, 3, 11))

    assert state(desk).changes[0].effective_on == date(2025, 3, 11)


def test_the_scheme_is_known_on_every_day() -> None:
    """By the words that hold on it, of which the one recorded last counts."""
    desk = scheme()
    desk.answers("lemvig", "joined")
    desk.answers("skive", "joined")
    desk.answers("skive", "left", effective_on=date(2026, 1, 1))
    desk.answers("odder", "joined", effective_on=date(2026, 3, 1))

    days = ["2025-06-30", "2025-07-01", "2025-12-31", "2026-01-01", "2026-03-01"]
    assert [state(desk, on).participants for on in days] == [
        (),
        ("lemvig", "skive"),
        ("lemvig", "skive"),
        ("lemvig",),
        ("lemvig", "odder"),
    ]
    assert [state(desk, on).sustainable for on in days] == [False, True, True, False, True]


def test_who_regrets_leaving_never_left() -> None:
    """A later word that holds from before takes the place of the earlier one."""
    desk = scheme()
    desk.answers("lemvig", "joined")
    desk.answers("lemvig", "left", effective_on=date(2026, 1, 1))
    desk.answers("lemvig", "joined")

    assert state(desk, "2026-06-01").participants == ("lemvig",)


def test_the_same_word_twice_is_refused() -> None:
    """Nothing would change; a wrong date is corrected."""
    desk = scheme()
    desk.answers("lemvig", "declined")

    for same in ("declined", "left"):
        with pytest.raises(AlreadyAnsweredError):
            desk.answers("lemvig", same)


def test_a_correction_of_an_earlier_word_leaves_the_newest() -> None:
    """Each word is put right by itself."""
    desk = scheme()
    desk.answers("lemvig", "joined", "m1")
    desk.answers("lemvig", "left", "m2", effective_on=date(2026, 1, 1))
    desk.corrects("lemvig", "m1", "joined", message_id="m3", effective_on=date(2025, 8, 1))

    assert desk.answer_of("join", "lemvig").outcome == "left"
    assert list(desk.answer_of("join", "lemvig").messages) == ["m1", "m2", "m3"]
    assert [(w.outcome, w.effective_on) for w in state(desk).changes] == [
        ("joined", date(2025, 8, 1)),
        ("left", date(2026, 1, 1)),
    ]


def test_a_correction_of_an_earlier_word_keeps_the_tasks_that_it_tells_of() -> None:
    """They are not lost with the values that a newer word hides."""
    desk = scheme()
    desk.answers("lemvig", "joined", "m1")
    desk.answers("lemvig", "left", "m2")
    desk.corrects("lemvig", "m1", "joined", tasks=[Addition(text="Send aftalen")])

    assert [task.text for task in desk.case.tasks] == ["Send aftalen"]


def test_a_correction_of_the_newest_word_stands_in_its_place() -> None:
    """And can be corrected again by its own id."""
    desk = scheme()
    desk.answers("lemvig", "joined", "m1")
    desk.corrects("lemvig", "m1", "declined", message_id="m2")
    desk.corrects("lemvig", "m2", "joined", message_id="m3")

    assert desk.answer_of("join", "lemvig").outcome == "joined"
    assert [word.outcome for word in state(desk).changes] == ["joined"]


def test_a_member_of_the_open_group_joins_unasked() -> None:
    """It becomes one of those asked, by an event of its own; a repeat finds its answer."""
    desk = scheme()
    assert desk.answers("samsoe", "joined", "m1") == "counted"
    assert desk.answers("samsoe", "joined", "m1") == "repeated"

    assert desk.topics()[-2:] == ["case.body_added", "case.answer_recorded"]
    assert desk.answer_of("join", "samsoe").state == AnswerState.ANSWERED
    assert "samsoe" in desk.case.asked["join"]
    assert state(desk).participants == ("samsoe",)


def test_a_repeat_of_an_unasked_joining_tells_the_answers_place() -> None:
    """As the first receipt did."""
    desk = scheme()
    first = desk.sends("answer", "samsoe", _joined("m1"))
    again = desk.sends("answer", "samsoe", _joined("m1"))

    assert (again.effect, again.position, again.version) == ("repeated", first.position, first.version)


def test_a_refused_unasked_joining_writes_nothing() -> None:
    """Neither the body nor its answer."""
    desk = scheme()
    before = desk.case.version

    with pytest.raises(InvalidError):
        desk.answers("samsoe", "joined", decided_on=date(2025, 3, 19))
    assert desk.case.version == before


def test_a_late_joiner_comes_after_the_case_has_closed() -> None:
    """The result stands; the scheme grows."""
    desk = scheme()
    for body, outcome in (("lemvig", "joined"), ("skive", "joined"), ("dassos", "noted")):
        desk.answers(body, outcome)

    assert desk.answers("samsoe", "joined") == "late"
    assert state(desk).participants == ("lemvig", "skive", "samsoe")


@pytest.mark.parametrize(("body", "outcome"), [("samsoe", "declined"), ("samsoe", "left"), ("das", "joined")])
def test_nobody_else_finds_the_case(body: str, outcome: str) -> None:
    """Who is not asked can only join, and only from the group."""
    with pytest.raises(BodyNotAskedError):
        scheme().answers(body, outcome)


def test_an_unasked_body_is_not_delayed() -> None:
    """Nobody waits for it."""
    with pytest.raises(BodyNotAskedError):
        scheme().delays("samsoe")


def test_the_secretariat_adds_a_late_joiner_of_any_kind() -> None:
    """Also when the step is completed and the case closed; it waits for nobody."""
    desk = scheme()
    for body, outcome in (("lemvig", "joined"), ("skive", "joined"), ("dassos", "noted")):
        desk.answers(body, outcome)
    desk.commands("add_body", step="join", body="region-midtjylland", reason="Vil være med")

    assert desk.case.waiting_for() == []
    assert desk.answers("region-midtjylland", "joined") == "late"
    assert "region-midtjylland" in state(desk).participants


def test_a_scheme_that_was_not_needed_takes_nobody() -> None:
    """Its step was skipped."""
    desk = scheme('when = [{ attribute = "places", above = 10 }]')

    with pytest.raises(ConflictError, match="skipped"):
        desk.commands("add_body", step="join", body="samsoe", reason="Vil være med")
    with pytest.raises(BodyNotAskedError):
        desk.answers("samsoe", "joined")


def test_a_withdrawn_scheme_takes_no_more_words() -> None:
    """It never came to be."""
    desk = scheme()
    desk.answers("lemvig", "joined")
    desk.commands("withdraw", "Ordningen er opgivet")

    with pytest.raises(CaseEndedError):
        desk.answers("lemvig", "left")
    with pytest.raises(CaseEndedError):
        desk.commands("add_body", step="join", body="samsoe", reason="Vil være med")


def test_only_joining_takes_effect_on_a_date() -> None:
    """Another answer has none."""
    desk = scheme()

    with pytest.raises(InvalidError, match="only joining"):
        desk.answers("dassos", "noted", effective_on=date(2025, 7, 1))


@pytest.mark.parametrize("begins", ["snart", "1900-01-01"])
def test_a_term_that_begins_on_no_day_is_refused(begins: str) -> None:
    """When the case opens, not when somebody joins."""
    with pytest.raises(InvalidError) as refused:
        scheme(attributes={"begins": begins})
    assert refused.value.field == "attributes"


def test_an_answer_from_before_there_were_effective_dates_is_a_word_too() -> None:
    """It holds from its decision."""
    desk = scheme()
    desk.answers("lemvig", "joined")
    case: Case | None = None
    for event in desk.cases.history(desk.id):
        event.__dict__.pop("effective_on", None)
        case = event.mutate(case)

    assert case is not None
    assert case.words["join"][0].effective_on == date(2025, 3, 18)


def _joined(message_id: str) -> Reply:
    return Reply("joined", date(2025, 3, 18), message_id=message_id)
