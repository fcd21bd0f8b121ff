# SPDX-License-Identifier: EUPL-1.2
"""Renewed treatment: a decided case is treated anew in a linked case that asks only those concerned again."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.persistence import IntegrityError

from domain.case import Case, Status, StepState
from domain.cases import Taken
from domain.commands import Command
from domain.errors import CaseEndedError, CaseNotFoundError, ConflictError, InvalidError, RefusalError
from domain.renewing import Renewal
from tests.domain.desk import SECRETARIAT, Desk, midtjylland_with

AGENCY = "social-og-boligstyrelsen"
WISH = Renewal(["lemvig", "skive"], "Styrelsen har bedt om et nyt svar", date(2025, 12, 1))
SCHEME = """
id = "scheme"
version = 1
name = { da = "Ordning", en = "Scheme" }
source = "Mindst to tilslutter sig, heriblandt Lemvig."
ending = { status = "approved", result_of = "join", rejected_by = ["not_enough"] }

[[steps]]
id = "join"
name = { da = "Tilslutning", en = "Joining" }
ask = "join"
bodies = ["favrskov"]
asks_concerned = true
mode = "own_process"
at_least = 2
must_have = ["lemvig"]

[[steps]]
id = "draft"
name = { da = "Udkast", en = "Draft" }
ask = "submit"
bodies = ["secretariat"]
mode = "own_process"
after = ["join"]
"""
CHAIN = """
id = "chain"
version = 1
name = { da = "Kæde", en = "Chain" }
source = "Tre godkender efter hinanden, og sendt tilbage begynder de forfra."
ending = { status = "approved", result_of = "third" }

[[steps]]
id = "first"
name = { da = "Første", en = "First" }
ask = "approve"
bodies = ["lemvig"]
mode = "own_process"

[[steps]]
id = "second"
name = { da = "Anden", en = "Second" }
ask = "approve"
bodies = ["dassos"]
mode = "meeting"
after = ["first"]

[[steps]]
id = "third"
name = { da = "Tredje", en = "Third" }
ask = "approve"
bodies = ["skive"]
mode = "own_process"
after = ["second"]
returned_to = "first"
"""


@pytest.fixture
def decided(desk: Desk) -> Desk:
    """A CU case that the agency has decided."""
    desk.open(reference="27.00-1")
    desk.until("agency")
    desk.turn_to("2025-10-03")
    desk.answers(AGENCY, "decided", supports=False)
    return desk


def renew(desk: Desk, wish: Renewal = WISH, command: Command | None = None) -> Taken:
    """The secretariat renews the desk's case; the desk goes on with the new one."""
    taken = desk.cases.renew(desk.id, command or Command.by(SECRETARIAT), wish)
    desk.id = taken.case_id
    desk.advance()
    return taken


def test_only_those_concerned_are_asked_again(decided: Desk) -> None:
    """The secretariat's submission and the agency stay; the steps that are left with nobody are skipped, saying why."""
    renew(decided)

    case = decided.case
    assert case.asked["councils"] == ["lemvig", "skive"]
    assert case.waiting_for() == ["lemvig", "skive", "secretariat"]
    skipped = {step.id: r.skipped_because for step, r in case.current_rounds() if r.state == StepState.SKIPPED}
    assert skipped == dict.fromkeys(["dassos", "kd-net", "kkr"], "nobody_asked")
    assert (case.current("councils").due, case.deadline) == (date(2025, 12, 1), date(2025, 12, 1))


def test_a_renewed_treatment_runs_to_its_own_end(decided: Desk) -> None:
    """Its result is its own; the first case's stands."""
    first = decided.id
    renew(decided)
    decided.answers("lemvig", "noted")
    decided.answers("skive", "noted")
    decided.commands("submit")
    decided.answers(AGENCY, "decided", supports=True)

    assert (decided.case.status, decided.case.result) == (Status.COMPLETED, "supported")
    assert decided.cases.get(first).result == "not_supported"


def test_the_two_cases_know_each_other(decided: Desk) -> None:
    """The new one what it renews, the first by which it was, more than once even."""
    first = decided.id
    one = renew(decided).case_id
    decided.id = first
    two = renew(decided, Renewal(["odder"], "Også Odder")).case_id

    case = decided.cases.get(first)
    assert case.renewed_by == [str(one), str(two)]
    assert [decided.cases.get(new).renews for new in (one, two)] == [str(first)] * 2
    assert (case.renews, case.status, case.version) == (None, Status.COMPLETED, case.version)


def test_the_new_case_takes_over_what_is_not_said_otherwise(decided: Desk) -> None:
    """Title, reference and attributes; its deadline is its own."""
    renew(decided, Renewal(["lemvig"], "Nye tal", attributes={"kind": "new"}))

    case = decided.case
    assert (case.title, case.reference) == ("Fornyet behandling: Afrapportering 2025", "27.00-1")
    assert (case.deadline, case.attributes, case.concerned) == (None, {"kind": "new"}, ["lemvig"])


def test_both_cases_are_committed_together(decided: Desk) -> None:
    """Neighbours in the log; the position that is told is the new case's opening."""
    first, before = decided.id, decided.cases.recorder.max_notification_id() or 0
    taken = decided.cases.renew(first, Command.by(SECRETARIAT), WISH)

    logged = decided.cases.read_log(before + 1, 10)
    assert [(entry.event.TOPIC, entry.event.originator_id) for entry in logged] == [
        ("case.renewed", first),
        ("case.opened", taken.case_id),
    ]
    assert (taken.position, taken.version, taken.effect) == (logged[1].position, 1, "counted")
    renewed = logged[0].event
    assert isinstance(renewed, Case.Renewed)
    assert UUID(renewed.renewal) == taken.case_id


def test_neither_case_changes_where_the_commit_fails(decided: Desk) -> None:
    """The transaction is one."""
    first = decided.case
    original = decided.cases._committer._save

    def broken(*cases: Any) -> Any:
        raise TypeError(cases)

    decided.cases._committer._save = broken
    with pytest.raises(TypeError):
        decided.cases.renew(first.id, Command.by(SECRETARIAT, "r1"), WISH)
    decided.cases._committer._save = original

    assert decided.case == first
    assert decided.cases.renew(first.id, Command.by(SECRETARIAT, "r1"), WISH).effect == "counted"


def test_a_repeat_gives_the_same_new_case(decided: Desk) -> None:
    """Also after a race was lost to another process."""
    first, command = decided.id, Command.by(SECRETARIAT, "r1")
    original, races = decided.cases._committer._save, iter([IntegrityError()])

    def racing(*cases: Any) -> Any:
        for error in races:
            raise error
        return original(*cases)

    decided.cases._committer._save = racing
    taken = decided.cases.renew(first, command, WISH)
    again = decided.cases.renew(first, command, WISH)

    assert (taken.effect, again.effect) == ("counted", "repeated")
    assert (again.case_id, again.position) == (taken.case_id, taken.position)
    assert len(decided.cases.get(first).renewed_by) == 1


def test_a_case_that_is_not_decided_is_not_renewed(desk: Desk) -> None:
    """It can still be steered as it is."""
    desk.open()
    desk.until("agency")
    desk.answers(AGENCY, "questions_asked", due=date(2025, 9, 5))

    with pytest.raises(ConflictError, match="not decided"):
        renew(desk)


def test_a_running_case_with_its_result_is_renewed() -> None:
    """The step that gives the case its result is completed, although others are still to come."""
    desk = Desk(organisation=midtjylland_with(SCHEME))
    desk.open("scheme", concerned=["lemvig", "skive", "odder"])
    for body in ("lemvig", "skive", "odder"):
        desk.answers(body, "joined")
    renew(desk, Renewal(["lemvig", "skive"], "Vilkårene er ændret"))

    assert desk.case.waiting_for() == ["lemvig", "skive"]


def test_a_withdrawn_case_is_not_renewed(desk: Desk) -> None:
    """It was never treated."""
    desk.open()
    desk.commands("withdraw", "Udmeldingen er trukket tilbage")

    with pytest.raises(CaseEndedError):
        renew(desk)


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (Renewal([], "Nye tal"), "concerned"),
        (Renewal(["atlantis"], "Nye tal"), "concerned"),
        (Renewal(["takstgruppen"], "Nye tal"), "concerned"),
        (Renewal(["secretariat"], "Nye tal"), "concerned"),
        (Renewal(["lemvig"], " "), "reason"),
        (Renewal(["lemvig"], "Nye tal", title=" "), "title"),
        (Renewal(["lemvig"], "Nye tal", date(1900, 1, 1)), "deadline"),
    ],
)
def test_a_renewal_that_cannot_be_is_refused(decided: Desk, wish: Renewal, field: str) -> None:
    """Whoever the first case did not ask for a decision cannot be asked again; nothing is written."""
    before = decided.cases.recorder.max_notification_id()

    with pytest.raises(InvalidError) as refused:
        renew(decided, wish)
    assert refused.value.field == field
    assert decided.cases.recorder.max_notification_id() == before


@pytest.mark.parametrize("concerned", [["lemvig"], ["skive", "odder"]])
def test_too_few_to_complete_a_step_are_refused(concerned: list[str]) -> None:
    """A minimum of two, and Lemvig among them, would never be met."""
    desk = Desk(organisation=midtjylland_with(SCHEME))
    desk.open("scheme", concerned=["lemvig", "skive", "odder"])
    for body in ("lemvig", "skive", "odder"):
        desk.answers(body, "joined")

    with pytest.raises(RefusalError, match="could never be completed"):
        renew(desk, Renewal(concerned, "Vilkårene er ændret"))


def test_a_renewal_of_no_case_is_refused(desk: Desk) -> None:
    """As every command."""
    with pytest.raises(CaseNotFoundError):
        desk.cases.renew(UUID(int=1), Command.by(SECRETARIAT), WISH)


def test_a_renewed_treatment_sent_back_asks_no_skipped_step() -> None:
    """What does not concern the new case is not asked on the way back either, and the order is kept over the gap."""
    desk = Desk(organisation=midtjylland_with(CHAIN))
    desk.open("chain")
    for body in ("lemvig", "dassos", "skive"):
        desk.answers(body, "approved")
    renew(desk, Renewal(["lemvig", "skive"], "Nye tal"))
    desk.answers("lemvig", "approved")
    desk.answers("skive", "returned")
    desk.commands("resubmit")

    assert desk.case.waiting_for() == ["lemvig"]
    assert desk.round("second").state == StepState.SKIPPED
    desk.answers("lemvig", "approved")
    desk.answers("skive", "approved")
    assert desk.case.status == Status.APPROVED
