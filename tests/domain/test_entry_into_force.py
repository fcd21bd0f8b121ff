# SPDX-License-Identifier: EUPL-1.2
"""Entry into force: on its day, provided that what it needs holds, and in place of something."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from domain.additions import Addition
from domain.case import Status
from domain.dates import end_of_day, start_of_day
from domain.entering import entry_day, expected_on, missing, replaced
from domain.errors import InvalidError
from domain.following import next_wake
from tests.domain.desk import Desk, midtjylland_with
from tests.domain.test_follow_ups import step

ROUTE = """
id = "own"
version = 1
name = { da = "Egen", en = "Own" }
source = "Kilde."
ending = { status = "approved", result_of = "approve" }
"""
BOTH = "\n".join(
    (step("approve"), step("council", 'ends_on = ["rejected"]', bodies='bodies = ["lemvig"]'), step("tell", "", "note"))
)
ON = 'entry_into_force = { on = "in_force_on", provided = ["approve", "council"], replaces = "aftalen fra 2011" }\n'


def opened(entry: str = ON, steps: str = BOTH, **attributes: object) -> Desk:
    """A case with an entry into force, opened on 1 June 2022."""
    desk = Desk("2022-06-01", midtjylland_with(ROUTE + entry + steps))
    desk.open("own", attributes=attributes)
    return desk


def approve(desk: Desk, *bodies: str) -> None:
    """These bodies approve, and DASSOS notes."""
    for body in bodies:
        desk.answers(body, "approved", step="council" if body == "lemvig" else "approve")
    desk.answers("dassos", "noted", step="tell")


def facts(desk: Desk, topic: str) -> list[dict[str, object]]:
    """What the events of a kind say."""
    names = ("on", "expected_on", "steps")
    events = [vars(event) for event in desk.cases.history(desk.id) if topic == event.TOPIC]
    return [{name: event[name] for name in names if name in event} for event in events]


def test_it_enters_into_force_on_its_day() -> None:
    """The case stays open until then, and wakes by itself."""
    desk = opened(in_force_on="2022-08-01")
    approve(desk, "dassos", "lemvig")
    assert (desk.case.status, desk.wake_at) == (Status.RUNNING, start_of_day(date(2022, 8, 1)))
    desk.let_pass("2022-08-02")

    assert facts(desk, "case.entered_into_force") == [{"on": "2022-08-01"}]
    assert (desk.case.status, desk.case.in_force_on) == (Status.APPROVED, date(2022, 8, 1))


def test_without_a_day_it_enters_as_soon_as_everything_holds() -> None:
    """An expected date may be unknown."""
    desk = opened()
    desk.let_pass("2022-06-20")
    approve(desk, "dassos", "lemvig")

    assert desk.case.in_force_on == date(2022, 6, 20)
    assert desk.case.status == Status.APPROVED


def test_the_route_may_know_the_day() -> None:
    """And a suspension moves it as every date."""
    desk = opened('entry_into_force = { date = 2022-08-01, provided = ["approve"] }\n')
    assert expected_on(desk.case) == date(2022, 8, 1)
    desk.commands("suspend", "afventer")
    desk.let_pass("2022-06-11")
    desk.commands("resume")

    assert expected_on(desk.case) == date(2022, 8, 11)
    approve(desk, "dassos", "lemvig")
    desk.let_pass("2022-08-11")
    assert desk.case.in_force_on == date(2022, 8, 11)


def test_a_day_that_passes_without_its_provisions_is_told_once() -> None:
    """The whole day is waited for; the entry comes with the last provision."""
    desk = opened(in_force_on="2022-08-01")
    approve(desk, "dassos")
    desk.turn_to("2022-08-01", 23)
    desk.advance()
    assert desk.wake_at == end_of_day(date(2022, 8, 1))
    assert facts(desk, "case.entry_into_force_missed") == []
    desk.let_pass("2022-08-20")
    assert facts(desk, "case.entry_into_force_missed") == [{"expected_on": "2022-08-01", "steps": ["council"]}]
    assert missing(desk.case) == ["council"]
    assert next_wake(desk.case, desk.now, desk.cases.calendars()) is None
    desk.answers("lemvig", "approved")

    assert desk.case.in_force_on == date(2022, 8, 20)
    assert (entry_day(desk.case), desk.case.status) == (None, Status.APPROVED)


def test_the_last_provision_may_come_on_the_day_itself() -> None:
    """Then nothing was missed."""
    desk = opened(in_force_on="2022-08-01")
    desk.let_pass("2022-08-01")
    approve(desk, "dassos", "lemvig")

    assert desk.case.in_force_on == date(2022, 8, 1)
    assert facts(desk, "case.entry_into_force_missed") == []


def test_a_day_that_moves_can_be_missed_again() -> None:
    """Each expected day is one fact."""
    desk = opened(in_force_on="2022-08-01")
    desk.let_pass("2022-08-03")
    desk.commands("set_attribute", attribute="in_force_on", value="2022-09-01", reason="et råd mangler")
    desk.let_pass("2022-09-03")

    missed = [fact["expected_on"] for fact in facts(desk, "case.entry_into_force_missed")]
    assert missed == ["2022-08-01", "2022-09-01"]


def test_an_outage_does_not_move_the_day() -> None:
    """The process may come late; the day recorded is the one it happened on."""
    desk = opened(in_force_on="2022-08-01")
    approve(desk, "dassos", "lemvig")
    desk.turn_to("2022-08-09")
    desk.advance()

    assert desk.case.in_force_on == date(2022, 8, 1)


def test_a_provision_that_was_not_needed_holds() -> None:
    """The route says for which cases a step is needed."""
    steps = step("approve") + step(
        "council", 'when = [{ attribute = "places", above = 10 }]', bodies='bodies = ["skive"]'
    )
    desk = opened(ON, steps, places=3)
    desk.answers("dassos", "approved")

    assert desk.case.in_force_on == date(2022, 6, 1)


def test_an_entry_that_has_become_impossible_holds_nothing_up() -> None:
    """A step that ended without consent for good: the case closes without having entered into force."""
    entry = 'entry_into_force = { on = "in_force_on", provided = ["approve"] }\n'
    desk = opened(entry, step("approve", ask="support"), in_force_on="2022-08-01")
    desk.answers("dassos", "not_supported")

    assert (desk.case.status, desk.case.in_force_on) == (Status.APPROVED, None)
    assert facts(desk, "case.entered_into_force") == []


def test_a_rejected_case_never_enters_into_force() -> None:
    """Where the route ends the case with the rejection."""
    desk = opened(in_force_on="2022-08-01")
    desk.answers("dassos", "approved", step="approve")
    desk.answers("lemvig", "rejected")
    desk.turn_to("2022-08-09")
    desk.advance()

    assert (desk.case.status, desk.case.in_force_on) == (Status.REJECTED, None)


def test_a_return_is_revised_and_the_entry_waits() -> None:
    """What is asked again may still hold by the day."""
    desk = opened(in_force_on="2022-08-01")
    approve(desk, "lemvig")
    desk.answers("dassos", "returned", step="approve")
    desk.commands("resubmit")
    assert missing(desk.case) == ["approve"]
    desk.answers("dassos", "approved", step="approve")
    desk.let_pass("2022-08-01")

    assert desk.case.in_force_on == date(2022, 8, 1)


def test_what_is_replaced_is_the_routes_words_unless_the_case_says_otherwise() -> None:
    """In words, or another case of ours by its id."""
    assert replaced(opened().case) is not None
    assert replaced(opened().case).text == "aftalen fra 2011"  # type: ignore[union-attr]

    desk = opened()
    earlier = desk.id
    desk.open("own", attributes={"replaces": str(earlier)})
    found = replaced(desk.case)
    assert found is not None
    assert found.case == earlier


def test_a_case_that_is_not_there_cannot_be_replaced() -> None:
    """A slip in the id would never be seen."""
    with pytest.raises(InvalidError) as refusal:
        opened(replaces=str(uuid4()))

    assert refusal.value.field == "attributes"


@pytest.mark.parametrize("value", ["snart", "9999-12-31", 20220801.5])
def test_an_expected_day_must_be_a_date(value: object) -> None:
    """Checked when the case opens, though it may be left out."""
    with pytest.raises(InvalidError) as refusal:
        opened(in_force_on=value)

    assert refusal.value.field == "attributes"


def test_an_open_condition_holds_the_entry_back_until_it_is_settled() -> None:
    """The day passes, and is missed; the agreement is in force from the day on which the condition is let go."""
    head = ROUTE.replace('result_of = "approve"', 'result_of = "approve", blocked_by = ["approve"]')
    entry = 'entry_into_force = { date = 2022-08-01, provided = ["approve"] }\n'
    desk = Desk("2022-07-01", midtjylland_with(head + entry + step("approve")))
    desk.open("own")
    desk.answers("dassos", "approved_on_condition", conditions=[Addition(text="Regionen betaler")])
    desk.let_pass("2022-08-03")

    assert (desk.case.in_force_on, desk.case.waiting_for()) == (None, ["secretariat"])
    assert "case.entry_into_force_missed" in desk.topics()

    desk.commands("waive_condition", 1, "Regionen betaler allerede")
    assert desk.case.in_force_on == date(2022, 8, 3)
    assert desk.case.status == Status.APPROVED
