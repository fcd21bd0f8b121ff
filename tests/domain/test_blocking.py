# SPDX-License-Identifier: EUPL-1.2
"""What open conditions hold back, as the route says, and who is then waited for."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.additions import Addition
from domain.blocking import Block
from domain.case import Status, StepState
from tests.domain.desk import Desk, midtjylland_with

HEAD = """
id = "own"
version = 1
name = { da = "Egen", en = "Own" }
source = "Kilde."
"""
FIRST = """
[[steps]]
id = "a"
name = { da = "Første", en = "First" }
ask = "approve"
bodies = ["dassos", "kd-net"]
mode = "meeting"
"""
SECOND = """
[[steps]]
id = "b"
name = { da = "Andet", en = "Second" }
ask = "approve"
bodies = ["kkr-midtjylland"]
mode = "meeting"
"""
IN_ORDER = 'after = ["a"]\nblocked_by = ["a"]\n'
PLAIN_ENDING = 'ending = { status = "approved", result_of = "b" }\n'
BLOCKED_ENDING = 'ending = { status = "approved", result_of = "b", blocked_by = ["a"] }\n'


def opened(*steps: str, ending: str = PLAIN_ENDING, **facts: Any) -> Desk:
    """A case of these steps, with one version of its papers."""
    desk = Desk(organisation=midtjylland_with("".join([HEAD, ending, *(steps or (FIRST, SECOND + IN_ORDER))])))
    desk.open("own", **facts)
    desk.commands("add_paper", name="a.pdf", sha256="0" * 64, size=10)
    return desk


def approved_on(desk: Desk, *texts: str, kind: str = "material", body: str = "dassos") -> None:
    """A body approves on conditions."""
    desk.answers(body, "approved_on_condition", conditions=[Addition(text=t, kind=kind) for t in texts])


def test_a_step_does_not_open_while_a_material_condition_is_open() -> None:
    """The case says what is blocked by what, and waits for the secretariat; the condition met, the step opens."""
    desk = opened()
    approved_on(desk, "x")
    desk.answers("kd-net", "approved")
    assert (desk.round("a").state, desk.round("b").state) == (StepState.COMPLETED, StepState.WAITING)
    assert desk.case.blocks() == [Block("b", (1,), ())]
    assert desk.case.waiting_for() == ["secretariat"]

    desk.commands("meet_condition", 1, 1)

    assert desk.case.blocks() == []
    assert desk.case.waiting_for() == ["kkr-midtjylland"]


def test_a_block_is_told_as_soon_as_it_is_there() -> None:
    """While others are still waited for, the secretariat can already see to it."""
    desk = opened()
    approved_on(desk, "x")

    assert desk.case.waiting_for() == ["kd-net", "secretariat"]


def test_an_editorial_condition_blocks_nothing() -> None:
    """It stays open beside the process."""
    desk = opened()
    approved_on(desk, "stavefejl", kind="editorial")
    desk.answers("kd-net", "approved")
    desk.answers("kkr-midtjylland", "approved")

    assert desk.case.status == Status.APPROVED
    assert desk.case.conditions[0].is_open


def test_conditions_of_steps_that_are_not_named_block_nothing() -> None:
    """The route says whose count."""
    desk = opened(FIRST, SECOND + 'after = ["a"]\n')
    approved_on(desk, "x")
    desk.answers("kd-net", "approved")

    assert desk.case.waiting_for() == ["kkr-midtjylland"]


def test_an_open_step_does_not_go_on_while_it_is_blocked() -> None:
    """Everybody has answered, and it still waits; waived, it completes."""
    desk = opened(FIRST, SECOND + 'blocked_by = ["a"]\n')
    approved_on(desk, "x")
    desk.answers("kd-net", "approved")
    desk.answers("kkr-midtjylland", "approved")
    assert (desk.round("b").state, desk.case.waiting_for()) == (StepState.OPEN, ["secretariat"])

    desk.commands("waive_condition", 1, "bortfaldet")

    assert desk.case.status == Status.APPROVED


def test_a_blocked_step_can_still_be_sent_back() -> None:
    """What is rejected does not go on, so nothing has to be settled first."""
    desk = opened(FIRST, SECOND + 'blocked_by = ["a"]\n')
    approved_on(desk, "x")
    desk.answers("kkr-midtjylland", "rejected")

    assert [r.step for r in desk.case.open_rounds()] == ["a", "revise"]


def test_a_revised_step_is_asked_again_when_nothing_blocks_it() -> None:
    """The condition of the earlier step is met first."""
    desk = opened()
    desk.answers("kd-net", "approved")
    desk.answers("dassos", "approved")
    desk.commands("set_condition", "dassos", Addition(text="x"))
    desk.answers("kkr-midtjylland", "returned")
    desk.commands("resubmit")
    assert (desk.round("b").number, desk.case.waiting_for()) == (1, ["secretariat"])

    desk.commands("meet_condition", 1, 1)

    assert (desk.round("b").number, desk.case.waiting_for()) == (2, ["kkr-midtjylland"])


def test_the_ending_is_held_back() -> None:
    """Every step is done, and the case waits for the secretariat until the condition is settled."""
    desk = opened(FIRST, SECOND + 'after = ["a"]\n', ending=BLOCKED_ENDING)
    approved_on(desk, "x")
    desk.answers("kd-net", "approved")
    desk.answers("kkr-midtjylland", "approved")
    assert (desk.case.status, desk.case.waiting_for()) == (Status.RUNNING, ["secretariat"])
    assert desk.case.blocks() == [Block(None, (1,), ())]

    desk.commands("meet_condition", 1, 1)

    assert (desk.case.status, desk.case.blocks()) == (Status.APPROVED, [])


def test_an_unsettled_contradiction_blocks_even_between_editorial_conditions() -> None:
    """Until it is said which of them stand."""
    desk = opened()
    approved_on(desk, "x", kind="editorial")
    approved_on(desk, "ikke x", kind="editorial", body="kd-net")
    assert desk.case.waiting_for() == ["kkr-midtjylland"]

    desk = opened()
    approved_on(desk, "x", "ikke x", kind="editorial")
    desk.commands("mark_contradiction", [1, 2])
    desk.answers("kd-net", "approved")
    assert desk.case.blocks() == [Block("b", (), (1,))]

    desk.commands("settle_contradiction", 1, stand=[1], reason="Afklaret")

    assert desk.case.waiting_for() == ["kkr-midtjylland"]


def test_a_contradiction_ends_with_its_conditions() -> None:
    """Of which one has been waived, so that nothing is left to contradict."""
    desk = opened()
    approved_on(desk, "x", "ikke x")
    desk.commands("mark_contradiction", [1, 2])
    desk.commands("waive_condition", 1, "bortfaldet")

    assert desk.case.blocks() == [Block("b", (2,), ())]


def test_a_correction_lifts_the_block() -> None:
    """Even one that comes too late to change the step's result."""
    desk = opened()
    desk.answers("dassos", "approved_on_condition", "m1")
    desk.answers("kd-net", "approved")
    assert desk.case.waiting_for() == ["secretariat"]

    assert desk.corrects("dassos", "m1", "approved") == "late"

    assert desk.case.waiting_for() == ["kkr-midtjylland"]


def test_a_step_that_another_ends_is_held_back_too() -> None:
    """It ends when nothing blocks it any more."""
    desk = opened(FIRST, SECOND + 'blocked_by = ["a"]\n', CLOSING)
    approved_on(desk, "x")
    desk.answers("kd-net", "approved")
    desk.commands("submit", step="c")
    assert desk.round("b").state == StepState.OPEN

    desk.commands("meet_condition", 1, 1)

    assert desk.round("b").result == "closed"


def test_a_step_that_is_not_needed_is_skipped_whatever_blocks_it() -> None:
    """It holds nothing back, so nothing is said to be blocked."""
    desk = opened(
        FIRST, SECOND + IN_ORDER + 'when = [{ attribute = "places", above = 10 }]\n', attributes={"places": 1}
    )
    approved_on(desk, "x")
    assert desk.case.waiting_for() == ["kd-net"]
    desk.answers("kd-net", "approved")

    assert desk.round("b").state == StepState.SKIPPED


def test_a_due_step_completes_when_it_is_unblocked_later() -> None:
    """Its due date has gone by in the meantime."""
    desk = opened(FIRST, SECOND + DUE, deadline=date(2025, 3, 31))
    approved_on(desk, "x")
    desk.answers("kd-net", "approved")
    desk.let_pass("2025-04-02")
    assert desk.round("b").state == StepState.OPEN

    desk.commands("waive_condition", 1, "bortfaldet")

    assert desk.round("b").result == "no_answer"


def test_an_earlier_step_that_is_to_be_asked_again_is_held_back_too() -> None:
    """The case says so, though that step was done before."""
    last = SECOND.replace('"b"', '"c"') + 'after = ["b"]\nreturned_to = "b"\n'
    desk = opened(FIRST, SECOND.replace("kkr-midtjylland", "takstgruppen") + IN_ORDER, last)
    for body in ("dassos", "kd-net", "takstgruppen"):
        desk.answers(body, "approved")
    desk.commands("set_condition", "dassos", Addition(text="x"))
    desk.answers("kkr-midtjylland", "returned")
    desk.commands("resubmit")
    assert (desk.case.blocks(), desk.case.waiting_for()) == ([Block("b", (1,), ())], ["secretariat"])

    desk.commands("meet_condition", 1, 1)

    assert desk.case.waiting_for() == ["takstgruppen"]


@pytest.mark.parametrize("command", ["suspend", "withdraw"])
def test_what_is_blocked_is_told_of_open_cases_only(command: str) -> None:
    """A suspended case is open; one that is withdrawn holds nothing back."""
    desk = opened()
    approved_on(desk, "x")
    desk.commands(command, "afventer")

    assert bool(desk.case.blocks()) == (command == "suspend")


CLOSING = """
[[steps]]
id = "c"
name = { da = "Indsendes", en = "Submit" }
ask = "submit"
bodies = ["secretariat"]
mode = "own_process"
after = ["a"]
closes = [{ step = "b", result = "closed" }]
"""
DUE = 'blocked_by = ["a"]\ndue = "deadline"\ncomplete = "at_due"\n'
