# SPDX-License-Identifier: EUPL-1.2
"""A written procedure that somebody objects to, or in whose window not all are heard."""

from __future__ import annotations

from datetime import date

import pytest

from domain.case import AnswerState, Status, StepState
from domain.errors import InvalidError
from tests.domain.desk import Desk, midtjylland_with

BODIES = ("dassos", "kd-net", "sundhedsstyregruppen", "takstgruppen")
ROUTE = """
    id = "skriftlig"
    version = 1
    name = {{ da = "Skriftlig behandling", en = "Written procedure" }}
    source = "Fire organer godkender skriftligt; KKR tager til efterretning."
    ending = {{ status = "approved", result_of = "written" }}

    [[steps]]
    id = "written"
    name = {{ da = "Organerne godkender", en = "The bodies approve" }}
    ask = "approve"
    bodies = ["dassos", "kd-net", "sundhedsstyregruppen", "takstgruppen"]
    mode = "written_procedure"
    window_days = 7
    {more}

    [[steps]]
    id = "note"
    name = {{ da = "KKR noterer", en = "KKR notes it" }}
    ask = "note"
    bodies = ["kkr-midtjylland"]
    mode = "meeting"
    after = ["written"]
"""


def opened(more: str = "") -> Desk:
    """A case in which four bodies are asked in writing from 18 to 25 March 2025."""
    desk = Desk(organisation=midtjylland_with(ROUTE.format(more=more)))
    desk.open("skriftlig")
    return desk


def states(desk: Desk) -> list[str]:
    """Where the four bodies stand, in their order."""
    return [str(desk.answer_of("written", body).state) for body in BODIES]


def test_an_objection_makes_it_an_item_for_the_next_meeting() -> None:
    """Three answers are kept and only the objecting body is asked again, at a meeting and without a due date."""
    desk = opened()
    for body in BODIES[:3]:
        desk.answers(body, "approved")
    desk.turn_to("2025-03-20")
    desk.answers("takstgruppen", "objected", remark="Formanden ønsker en drøftelse")

    first, second = desk.case.round("written", 1), desk.round("written")
    assert (first.state, first.result) == (StepState.COMPLETED, "objected")
    assert (second.number, second.mode, second.due) == (2, "meeting", None)
    assert [desk.answer_of("written", b).stands_from for b in BODIES] == [1, 1, 1, None]
    assert desk.case.waiting_for() == ["takstgruppen"]

    desk.answers("takstgruppen", "approved")

    assert desk.round("written").result == "approved"
    assert desk.case.waiting_for() == ["kkr-midtjylland"]


def test_who_was_not_heard_before_an_objection_is_asked_at_the_meeting() -> None:
    """The written procedure is over for all; nobody's silence is taken for anything."""
    desk = opened()
    desk.answers("dassos", "approved")
    desk.answers("kd-net", "objected")

    assert desk.case.waiting_for() == ["kd-net", "sundhedsstyregruppen", "takstgruppen"]


def test_nobody_objects_at_a_meeting() -> None:
    """An objection is one against the written procedure."""
    desk = opened()
    desk.answers("kd-net", "objected")

    with pytest.raises(InvalidError, match="at a meeting") as refusal:
        desk.answers("kd-net", "objected")
    assert refusal.value.field == "outcome"


def test_nobody_objects_in_a_step_that_is_held_at_a_meeting() -> None:
    """Only written procedures allow it."""
    desk = Desk()
    desk.open()
    desk.until("kd-net")

    with pytest.raises(InvalidError):
        desk.answers("kd-net", "objected")


def test_an_early_objection_works_when_the_step_opens() -> None:
    """It was said of the written procedure before it began."""
    desk = Desk(organisation=midtjylland_with(ROUTE.format(more='after = ["note"]').replace('after = ["written"]', "")))
    desk.open("skriftlig")
    assert desk.answers("dassos", "objected") == "early"
    desk.answers("kkr-midtjylland", "noted")

    assert (desk.round("written").number, desk.round("written").mode) == (2, "meeting")


def test_a_rejection_weighs_more_than_an_objection() -> None:
    """The matter is sent back, and after its revision the written procedure begins anew."""
    desk = opened()
    desk.commands("suspend", "afventer")
    desk.answers("dassos", "objected")
    desk.answers("kd-net", "rejected")
    desk.commands("resume")
    assert desk.round("written").result == "rejected"

    desk.commands("resubmit")

    assert (desk.round("written").number, desk.round("written").mode) == (2, None)
    assert desk.answers("dassos", "objected") == "counted"


def test_the_meeting_may_send_it_back_too() -> None:
    """As any meeting."""
    desk = opened()
    desk.answers("kd-net", "objected")
    desk.answers("kd-net", "returned")

    assert desk.case.waiting_for() == ["secretariat"]


def test_a_material_version_while_it_waits_for_the_meeting_is_treated_there() -> None:
    """The further round is held as the one before."""
    desk = opened()
    desk.commands("add_paper", name="v1.pdf", sha256="1" * 64, size=1)
    desk.answers("dassos", "approved")
    desk.answers("kd-net", "objected")
    desk.commands("add_paper", name="v2.pdf", sha256="2" * 64, size=1, change="material")

    assert (desk.round("written").number, desk.round("written").mode) == (3, "meeting")
    assert desk.case.waiting_for() == list(BODIES[:2]) + list(BODIES[2:])


def test_a_material_version_inside_the_window_gives_a_new_window() -> None:
    """Whoever is asked about a new version has the time that the route gives."""
    desk = opened()
    desk.commands("add_paper", name="v1.pdf", sha256="1" * 64, size=1)
    desk.answers("dassos", "approved")
    desk.turn_to("2025-03-21")
    desk.commands("add_paper", name="v2.pdf", sha256="2" * 64, size=1, change="material")

    assert (desk.round("written").mode, desk.round("written").due) == (None, date(2025, 3, 28))


def test_silence_keeps_the_step_open() -> None:
    """The route's default: the window's end is recorded, and the answers are awaited."""
    desk = opened('on_silence = "stay_open"')
    desk.answers("dassos", "approved")
    desk.let_pass("2025-04-01")

    assert states(desk) == ["answered", "awaiting", "awaiting", "awaiting"]
    assert "case.due_passed" in desk.topics()


def test_silence_is_consent() -> None:
    """The step is completed by the rule; no answer is invented, and a later one is late."""
    desk = opened('on_silence = "consent"')
    desk.answers("dassos", "approved_with_changes")
    desk.let_pass("2025-03-25")
    assert desk.round("written").state == StepState.OPEN
    desk.let_pass("2025-04-01")

    assert (desk.round("written").result, desk.round("written").silence) == ("approved", "consent")
    assert states(desk) == ["answered", "silent", "silent", "silent"]
    assert desk.answer_of("written", "kd-net").outcome is None
    assert desk.answers("kd-net", "rejected") == "late"
    assert desk.round("written").result == "approved"
    assert "case.due_passed" not in desk.topics()


def test_who_has_said_a_word_is_not_silent() -> None:
    """A delay, or a postponement, is no consent: it is awaited, past its date."""
    desk = opened('on_silence = "consent"')
    desk.delays("kd-net")
    desk.answers("dassos", "postponed")
    desk.let_pass("2025-04-01")

    assert states(desk) == ["awaiting", "delayed", "silent", "silent"]
    assert desk.round("written").overdue == date(2025, 3, 25)
    desk.answers("dassos", "approved")
    desk.answers("kd-net", "approved")
    assert desk.round("written").result == "approved"


def test_a_silent_body_may_still_answer_while_the_step_is_open() -> None:
    """What it says counts more than its silence."""
    desk = opened('on_silence = "consent"')
    desk.delays("kd-net")
    desk.let_pass("2025-04-01")

    assert desk.answers("takstgruppen", "rejected") == "counted"
    assert desk.round("written").result == "rejected"


def test_silence_makes_it_an_item_for_the_next_meeting() -> None:
    """Answers are kept, as with an objection; those not heard are asked there."""
    desk = opened('on_silence = "meeting"')
    desk.answers("dassos", "approved")
    desk.delays("kd-net")
    desk.let_pass("2025-04-01")

    assert desk.case.round("written", 1).result == "to_meeting"
    assert (desk.round("written").mode, desk.round("written").due) == ("meeting", None)
    assert states(desk) == ["answered", "awaiting", "awaiting", "awaiting"]
    for body in BODIES[1:]:
        desk.answers(body, "approved")
    assert desk.round("written").result == "approved"


def test_silence_closes_the_step() -> None:
    """Without an answer from all there is none, and the case goes on."""
    desk = opened('on_silence = "close"')
    desk.answers("dassos", "approved")
    desk.let_pass("2025-04-01")

    assert desk.round("written").result == "no_answer"
    assert states(desk) == ["answered", "silent", "silent", "silent"]
    assert desk.case.waiting_for() == ["kkr-midtjylland"]


@pytest.mark.parametrize("rule", ["consent", "meeting", "close"])
def test_all_answers_in_time_make_the_rule_idle(rule: str) -> None:
    """The step was completed before the window's end."""
    desk = opened(f'on_silence = "{rule}"')
    for body in BODIES:
        desk.answers(body, "approved")
    desk.let_pass("2025-04-01")

    assert desk.round("written").result == "approved"
    assert "case.silence_taken" not in desk.topics()


@pytest.mark.parametrize("rule", ["consent", "close"])
def test_a_counted_correction_is_tallied_with_the_silence(rule: str) -> None:
    """The rule that ended the step still holds, and the step does not open again by itself."""
    desk = opened(f'on_silence = "{rule}"\ncounts_corrections = true')
    desk.answers("dassos", "approved", "m1")
    desk.let_pass("2025-04-01")
    before = desk.round("written").result
    desk.answers("kd-net", "approved")
    desk.corrects("dassos", "m1", "approved_with_changes")
    assert desk.round("written").result == before

    desk.corrects("dassos", "m1", "rejected")

    assert desk.round("written").result == "rejected"


def test_a_suspended_case_does_not_hear_silence() -> None:
    """The window's end moves by the days that the case stood still."""
    desk = opened('on_silence = "consent"')
    desk.commands("suspend", "ferie")
    desk.let_pass("2025-04-01")
    desk.commands("resume")
    assert desk.round("written").due == date(2025, 4, 8)
    desk.let_pass("2025-04-08")
    assert desk.case.status == Status.RUNNING
    assert desk.round("written").state == StepState.OPEN
    desk.let_pass("2025-04-09")

    assert desk.round("written").result == "approved"


def test_a_silent_bodys_entry_survives_a_material_version() -> None:
    """It was not heard, and is not awaited because others are asked again; its silence stays consent."""
    desk = opened('on_silence = "consent"')
    desk.commands("add_paper", name="v1.pdf", sha256="1" * 64, size=1)
    desk.answers("dassos", "approved")
    desk.let_pass("2025-04-01")
    desk.commands("add_paper", name="v2.pdf", sha256="2" * 64, size=1, change="material", material_for=["dassos"])
    assert states(desk) == ["awaiting", "silent", "silent", "silent"]
    assert desk.answer_of("written", "takstgruppen").state == AnswerState.SILENT

    desk.answers("dassos", "approved")

    assert desk.round("written").result == "approved"
