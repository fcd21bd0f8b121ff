# SPDX-License-Identifier: EUPL-1.2
"""Version-bound consent: what a new version of the papers does to the answers that are there."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.case import AnswerState, StepState
from domain.errors import CaseEndedError, InvalidError
from tests.domain.desk import Desk, midtjylland_with

SEVEN = ("lemvig", "herning", "struer", "skive", "odder", "viborg", "silkeborg")


def adds(desk: Desk, **change: Any) -> None:
    """The secretariat adds a version of the papers."""
    number = len(desk.case.papers) + 1
    desk.commands("add_paper", name=f"v{number}.pdf", sha256=f"{number:064}", size=10, **change)


@pytest.fixture
def noted() -> Desk:
    """A CU case with papers, of which seven councils have taken note."""
    desk = Desk()
    desk.open()
    adds(desk)
    desk.until("councils")
    for body in SEVEN:
        desk.answers(body, "noted", f"m-{body}")
    return desk


def standing(desk: Desk, step: str) -> list[str]:
    """The bodies whose answer stands from an earlier round."""
    return [body for body, answer in desk.round(step).answers.items() if answer.stands_from]


def test_an_editorial_version_asks_nobody_again(noted: Desk) -> None:
    """All who were asked by then are told of it, and every answer stands as it is."""
    adds(noted)

    assert noted.round("councils").number == 1
    assert len(noted.case.waiting_for()) == 13
    assert noted.case.papers[1].change == "editorial"
    assert {"dassos", "kd-net", "kkr-midtjylland", *SEVEN} < set(noted.case.papers[1].informed)
    assert noted.topics()[-2:] == ["case.paper_added", "case.version_declared"]


def test_a_material_version_asks_exactly_the_named_ones_again(noted: Desk) -> None:
    """The other answers stand in the new round, with the round in which they were given."""
    adds(noted)
    adds(noted, change="material", material_for=["lemvig", "skive"])

    councils = noted.round("councils")
    assert (councils.number, councils.state, councils.due) == (2, StepState.OPEN, date(2025, 5, 31))
    assert councils.asked_again == ["lemvig", "skive"]
    assert {noted.answer_of("councils", b).state for b in ("lemvig", "skive")} == {AnswerState.AWAITING}
    assert set(standing(noted, "councils")) == set(SEVEN) - {"lemvig", "skive"}
    assert len(noted.case.waiting_for()) == 15
    assert noted.case.round("councils", 1).result == "asked_again"
    assert noted.round("dassos").number == 1


def test_only_those_asked_again_are_invited_again(noted: Desk) -> None:
    """Who is still awaited just goes on being awaited, for the newest version, and with its delay."""
    noted.delays("norddjurs", expected_on=date(2025, 6, 10))
    adds(noted, change="material", material_for=["lemvig", "norddjurs"])

    invited = [e.bodies for e in noted.cases.history(noted.id) if e.TOPIC == "case.bodies_invited"]  # type: ignore[attr-defined]
    assert invited[-1] == ["lemvig"]
    assert noted.answer_of("councils", "norddjurs").state == AnswerState.DELAYED
    assert noted.answer_of("councils", "norddjurs").expected_on == "2025-06-10"


def test_a_version_that_no_answer_concerns_opens_no_round(noted: Desk) -> None:
    """It is material only for a council that has not answered yet."""
    adds(noted, change="material", material_for=["samsoe"])

    assert noted.round("councils").number == 1
    assert "case.step_asked_again" not in noted.topics()


def test_the_round_ends_when_those_asked_again_have_answered(noted: Desk) -> None:
    """Standing answers and new ones make the common result."""
    for body in noted.round("councils").pending:
        noted.answers(body, "noted")
    assert noted.round("councils").state == StepState.COMPLETED

    adds(noted, change="material", material_for=["lemvig", "skive"])
    assert noted.case.waiting_for() == ["lemvig", "skive", "secretariat"]
    noted.answers("lemvig", "noted")
    noted.answers("skive", "noted_with_remarks")

    assert noted.round("councils").result == "noted"
    assert noted.answer_of("councils", "skive").concerned_version == 2
    assert noted.answer_of("councils", "odder").concerned_version == 1


def test_steps_that_wait_go_on_waiting_and_open_ones_go_on() -> None:
    """KD-Net, which is asked already, may answer; KKR waits until DASSOS has consented to the new version."""
    desk = Desk()
    desk.open()
    adds(desk)
    desk.answers("dassos", "approved")
    adds(desk, change="material", material_for=["dassos"])
    assert desk.case.waiting_for() == ["dassos", "kd-net"]

    desk.answers("kd-net", "approved")
    assert desk.case.waiting_for() == ["dassos", "kkr-midtjylland"]


def test_a_waiting_step_waits_for_a_step_asked_again() -> None:
    """What comes after it does not open before it has its result again."""
    desk = Desk()
    desk.open("rammeaftale", deadline=date(2025, 12, 1), attributes=REPORTING)
    adds(desk)
    desk.answers("dassos", "approved", step="process")
    desk.answers("favrskov", "commented", step="report")
    adds(desk, change="material", material_for=["dassos"])
    for body in desk.round("report").pending:
        desk.answers(body, "commented", step="report")

    assert desk.round("report").state == StepState.COMPLETED
    assert desk.case.waiting_for() == ["dassos"]


REPORTING = {"report_by": "2025-05-10", "comments_by": "2025-07-01"}


def test_an_early_answer_about_an_older_version_counts_no_longer() -> None:
    """Its step still waits: the body is asked when it opens, and the early answer is kept in the round before."""
    desk = Desk()
    desk.open()
    adds(desk)
    desk.answers("lemvig", "noted", "m1")
    desk.answers("skive", "noted")
    adds(desk, change="material", material_for=["lemvig"])

    assert desk.round("councils").state == StepState.WAITING
    desk.until("councils")
    assert desk.answer_of("councils", "lemvig").state == AnswerState.AWAITING
    assert standing(desk, "councils") == ["skive"]
    assert desk.case.answer("councils", 1, "lemvig").messages == {"m1": ("note",)}


def test_a_material_version_for_all_asks_every_answered_body_again(noted: Desk) -> None:
    """In every step that has begun, wherever it stands."""
    adds(noted, change="material")

    assert set(noted.case.waiting_for()) == {
        "dassos", "kd-net", "kkr-midtjylland", "secretariat", *noted.case.asked["councils"],
    }  # fmt: skip
    assert [noted.round(s).number for s in ("dassos", "kd-net", "kkr", "councils", "submit")] == [2, 2, 2, 2, 1]
    assert noted.case.papers[1].material_for == ["all"]


def test_all_may_be_said_in_words(noted: Desk) -> None:
    """As when nobody is named."""
    adds(noted, change="material", material_for=["all"])

    assert noted.round("dassos").number == 2


def test_the_first_papers_are_no_change(noted: Desk) -> None:
    """There is no older version that anybody could have answered."""
    desk = Desk()
    desk.open()
    desk.answers("dassos", "approved")
    adds(desk, change="material")

    assert desk.round("dassos").number == 1
    assert "case.version_declared" not in desk.topics()


def test_a_case_does_not_end_before_those_asked_again_have_answered(noted: Desk) -> None:
    """The agency's decision alone does not end it; those never heard are not awaited because of it."""
    noted.commands("submit")
    adds(noted, change="material", material_for=["lemvig"])
    noted.answers("social-og-boligstyrelsen", "decided", supports=True)
    assert noted.case.waiting_for() == ["lemvig"]
    assert noted.answer_of("councils", "samsoe").state == AnswerState.SILENT

    noted.answers("lemvig", "noted")

    assert noted.case.result == "supported"
    assert noted.round("councils").result == "noted"


def test_a_correction_of_a_standing_answer_reaches_the_newest_round(noted: Desk) -> None:
    """It names the message of the earlier round, and counts where the answer stands."""
    adds(noted, change="material", material_for=["lemvig"])

    assert noted.corrects("odder", "m-odder", "noted_with_remarks") == "counted"

    answer = noted.answer_of("councils", "odder")
    assert (answer.outcome, answer.stands_from, answer.concerned_version) == ("noted_with_remarks", 1, 1)
    assert noted.case.answer("councils", 1, "odder").outcome == "noted"


def test_a_correction_of_an_answer_that_no_longer_stands_is_late(noted: Desk) -> None:
    """It is kept where it was given; the body still owes its answer to the new version."""
    adds(noted, change="material", material_for=["lemvig"])

    assert noted.corrects("lemvig", "m-lemvig", "noted_with_remarks") == "late"
    assert "lemvig" in noted.case.waiting_for()


def test_a_rejection_in_the_further_round_sends_the_step_back_to_everybody() -> None:
    """After the revision nobody's answer stands."""
    desk = Desk(organisation=midtjylland_with(TWO_BODIES))
    desk.open("to")
    adds(desk)
    desk.answers("dassos", "approved")
    adds(desk, change="material", material_for=["dassos"])
    desk.answers("kd-net", "approved")
    desk.answers("dassos", "rejected")
    desk.commands("resubmit")

    assert desk.round("step").number == 3
    assert desk.case.waiting_for() == ["dassos", "kd-net"]


TWO_BODIES = """
    id = "to"
    version = 1
    name = { da = "To", en = "Two" }
    source = "To organer godkender."
    ending = { status = "approved", result_of = "step" }

    [[steps]]
    id = "step"
    name = { da = "Trin", en = "Step" }
    ask = "approve"
    bodies = ["dassos", "kd-net"]
    mode = "meeting"
    counts_corrections = true
"""


def test_a_step_that_was_sent_back_is_not_asked_again_by_a_version() -> None:
    """Its resubmission asks everybody anyhow."""
    desk = Desk(organisation=midtjylland_with(TWO_BODIES))
    desk.open("to")
    adds(desk)
    desk.answers("dassos", "rejected")
    adds(desk, change="material")
    assert desk.case.waiting_for() == ["secretariat"]

    desk.commands("resubmit")

    assert desk.case.waiting_for() == ["dassos", "kd-net"]


def test_bodies_are_added_and_released_in_the_further_round(noted: Desk) -> None:
    """As in any other round."""
    adds(noted, change="material", material_for=["lemvig"])
    noted.commands("release_body", step="councils", body="lemvig", reason="Ikke berørt")
    noted.commands("add_body", step="councils", body="region-midtjylland", reason="Berørt")

    assert "lemvig" not in noted.case.waiting_for()
    assert "region-midtjylland" in noted.case.waiting_for()


def test_reminders_of_the_further_round_follow_its_own_due_date(noted: Desk) -> None:
    """Those asked again are reminded with those still awaited; a standing body is left in peace."""
    noted.let_pass("2025-05-19")
    adds(noted, change="material", material_for=["lemvig"])
    noted.let_pass("2025-05-29")

    reminded = [e for e in noted.cases.history(noted.id) if e.TOPIC == "case.bodies_reminded" and e.step == "councils"]  # type: ignore[attr-defined]
    assert [("lemvig" in e.bodies, "skive" in e.bodies) for e in reminded] == [(False, False), (True, False)]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"change": "material", "material_for": ["takstgruppen"]}, "material_for"),
        ({"change": "material", "material_for": ["findes-ikke"]}, "material_for"),
        ({"change": "material", "material_for": ["secretariat"]}, "material_for"),
        ({"change": "editorial", "material_for": ["lemvig"]}, "material_for"),
        ({"change": "lille"}, "change"),
    ],
)
def test_a_change_that_cannot_be_is_refused(noted: Desk, change: dict[str, Any], field: str) -> None:
    """The refusal names the field, and nothing is written."""
    before = noted.topics()

    with pytest.raises(InvalidError) as refusal:
        adds(noted, **change)

    assert (refusal.value.field, noted.topics()) == (field, before)


def test_an_ended_case_takes_no_further_version(noted: Desk) -> None:
    """Nobody could be asked again."""
    noted.commands("withdraw", "bortfaldet")

    with pytest.raises(CaseEndedError):
        adds(noted, change="material")


def test_an_answer_may_name_the_version_that_it_concerns(noted: Desk) -> None:
    """Without one it concerns the newest; what was given is kept as it was."""
    adds(noted)
    noted.answers("aarhus", "noted", version=1)
    noted.answers("randers", "noted")

    aarhus, randers = (noted.answer_of("councils", body) for body in ("aarhus", "randers"))
    assert (aarhus.version, aarhus.concerned_version) == (1, 1)
    assert (randers.version, randers.concerned_version) == (None, 2)


def test_the_same_command_twice_adds_one_version(noted: Desk) -> None:
    """A repeat is answered with the place of the last event of the first."""
    from domain.commands import Command  # noqa: PLC0415
    from tests.domain.desk import SECRETARIAT  # noqa: PLC0415

    command = Command.by(SECRETARIAT)
    facts: dict[str, Any] = {"name": "v2.pdf", "sha256": "2" * 64, "size": 10, "change": "material"}
    first = noted.cases.add_paper(noted.id, command, **facts)
    again = noted.cases.add_paper(noted.id, command, **facts)

    assert (again.effect, again.position, again.version) == ("repeated", first.position, first.version)
    assert len(noted.case.papers) == 2
