# SPDX-License-Identifier: EUPL-1.2
"""Bodies that are added and released while a case runs, steps sent back further, and corrections that count."""

from __future__ import annotations

import pytest

from domain.case import AnswerState, StepState
from domain.errors import AlreadyAnsweredError, BodyNotAskedError, ConflictError, InvalidError
from tests.domain.desk import Desk, midtjylland_with


@pytest.fixture
def councils(desk: Desk) -> Desk:
    """A case that waits for its 19 councils."""
    desk.open()
    desk.until("councils")
    return desk


def test_an_added_body_is_asked_and_must_answer(councils: Desk) -> None:
    """It alone is invited, and the step waits for it."""
    councils.commands("add_body", step="councils", body="region-midtjylland", reason="Regionen er driftsherre")

    invited = [e for e in councils.cases.history(councils.id) if e.TOPIC == "case.bodies_invited"]
    assert invited[-1].bodies == ["region-midtjylland"]  # type: ignore[attr-defined]
    assert "region-midtjylland" in councils.case.waiting_for()
    assert councils.answers("region-midtjylland", "noted") == "counted"


def test_a_body_added_to_a_waiting_step_is_asked_when_it_opens(desk: Desk) -> None:
    """Until then it has not been asked."""
    desk.open()
    desk.commands("add_body", step="kkr", body="takstgruppen", reason="faglig vurdering")
    assert desk.answer_of("kkr", "takstgruppen").state == AnswerState.NOT_ASKED

    desk.until("kkr")

    assert desk.case.waiting_for() == ["kkr-midtjylland", "takstgruppen"]


def test_a_released_body_is_no_longer_waited_for(councils: Desk) -> None:
    """When the others have answered the step is complete, and the body has no part any more."""
    councils.commands("release_body", step="councils", body="samsoe", reason="har ingen tilbud")
    for body in [b for b in councils.case.asked["councils"] if b != "samsoe"]:
        councils.answers(body, "noted")

    assert councils.round("councils").result == "noted"
    assert councils.answer_of("councils", "samsoe").state == AnswerState.RELEASED
    with pytest.raises(BodyNotAskedError):
        councils.answers("samsoe", "noted")


def test_releasing_the_last_who_is_missing_completes_the_step(councils: Desk) -> None:
    """The tally follows the release."""
    for body in [b for b in councils.case.asked["councils"] if b != "samsoe"]:
        councils.answers(body, "noted")

    councils.commands("release_body", step="councils", body="samsoe", reason="har ingen tilbud")

    assert councils.round("councils").result == "noted"


def test_who_has_answered_is_not_released(councils: Desk) -> None:
    """An answer stands."""
    councils.answers("samsoe", "noted")

    with pytest.raises(AlreadyAnsweredError):
        councils.commands("release_body", step="councils", body="samsoe", reason="fejl")


@pytest.mark.parametrize(
    ("command", "step", "body", "refusal"),
    [
        ("add_body", "councils", "samsoe", ConflictError),
        ("add_body", "councils", "findes-ikke", InvalidError),
        ("add_body", "findes-ikke", "takstgruppen", InvalidError),
        ("add_body", "dassos", "takstgruppen", ConflictError),
        ("release_body", "councils", "takstgruppen", InvalidError),
        ("release_body", "submit", "secretariat", ConflictError),
    ],
)
def test_what_cannot_be_added_or_released_is_refused(
    councils: Desk, command: str, step: str, body: str, refusal: type[Exception]
) -> None:
    """Twice the same, an unknown one, a completed step, the only one."""
    before = councils.topics()

    with pytest.raises(refusal):
        councils.commands(command, step=step, body=body, reason="prøve")

    assert councils.topics() == before


def in_a_row(rules: str) -> str:
    """A route of three steps in a row, the last under some rules."""
    head = """
id = "tre"
version = 1
name = { da = "Tre", en = "Three" }
source = "Tre efter hinanden."
ending = { status = "completed", result_of = "kkr" }
"""
    bodies = {"dassos": "dassos", "kd-net": "kd-net", "kkr": "kkr-midtjylland"}
    text, before = head, ""
    for step, body in bodies.items():
        after = f'after = ["{before}"]\n' if before else ""
        text += f'\n[[steps]]\nid = "{step}"\nname = {{ da = "T", en = "S" }}\nask = "approve"\nbodies = ["{body}"]\n'
        text += f'mode = "meeting"\n{after}'
        before = step
    return text + rules


def test_a_step_can_be_sent_back_further() -> None:
    """Returned by KKR the matter goes through DASSOS and KD-Net again, then to KKR."""
    desk = Desk(organisation=midtjylland_with(in_a_row('returned_to = "dassos"\n')))
    desk.open("tre")
    desk.answers("dassos", "approved")
    desk.answers("kd-net", "approved")
    desk.answers("kkr-midtjylland", "returned")
    desk.commands("resubmit")

    waited = []
    for body in ("dassos", "kd-net", "kkr-midtjylland"):
        waited.append(desk.case.waiting_for())
        desk.answers(body, "approved")

    assert waited == [["dassos"], ["kd-net"], ["kkr-midtjylland"]]
    assert {desk.round(step).number for step in ("dassos", "kd-net", "kkr")} == {2}
    assert desk.case.result == "approved"


def test_a_body_on_the_way_back_can_refuse_too() -> None:
    """Its refusal has a revision of its own, and the way goes on from there."""
    desk = Desk(organisation=midtjylland_with(in_a_row('returned_to = "dassos"\n')))
    desk.open("tre")
    for body, outcome in (("dassos", "approved"), ("kd-net", "approved"), ("kkr-midtjylland", "returned")):
        desk.answers(body, outcome)
    desk.commands("resubmit")
    desk.answers("dassos", "approved")
    desk.answers("kd-net", "rejected")
    desk.commands("resubmit")

    for body in ("kd-net", "kkr-midtjylland"):
        assert desk.case.waiting_for() == [body]
        desk.answers(body, "approved")

    assert desk.case.result == "approved"


def test_a_step_goes_back_only_to_an_earlier_one() -> None:
    """The fault names the step that does not come before."""
    from domain.faults import InvalidDataError  # noqa: PLC0415

    with pytest.raises(InvalidDataError, match="does not come before it"):
        midtjylland_with(in_a_row('returned_to = "kkr"\n'))


def test_a_correction_can_open_a_completed_step_again() -> None:
    """Where the route lets corrections count, a consent taken back makes the step wait for revision."""
    desk = Desk(
        organisation=midtjylland_with(
            in_a_row("").replace('ask = "approve"', 'ask = "approve"\ncounts_corrections = true', 1)
        )
    )
    desk.open("tre")
    desk.answers("dassos", "approved", "m1")

    assert desk.corrects("dassos", "m1", "rejected") == "counted"

    assert (desk.round("dassos").state, desk.round("dassos").result) == (StepState.COMPLETED, "rejected")
    assert "secretariat" in desk.case.waiting_for()


def test_a_correction_to_an_interim_word_reopens_the_step() -> None:
    """Approved was wrong, it was postponed: the step waits for the body again."""
    desk = Desk(
        organisation=midtjylland_with(
            in_a_row("").replace('ask = "approve"', 'ask = "approve"\ncounts_corrections = true', 1)
        )
    )
    desk.open("tre")
    desk.answers("dassos", "approved", "m1")

    desk.corrects("dassos", "m1", "postponed")

    assert desk.round("dassos").state == StepState.OPEN
    assert "case.step_reopened" in desk.topics()
    assert "dassos" in desk.case.waiting_for()
