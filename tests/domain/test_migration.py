# SPDX-License-Identifier: EUPL-1.2
"""A running case moves to a newer version of its route, where its steps allow it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.asks import ASKS, WITH_DUE_DATE
from domain.case import Case, Status, StepState
from domain.errors import CaseEndedError, ConflictError, InvalidError, RefusalError, SeveralConflictsError
from domain.inquiring import Inquiry
from projections.documents import case_document
from tests.domain.desk import Desk, midtjylland_with
from tests.domain.random_routes import ATTRIBUTES, routes
from tests.domain.test_follow_ups import HEAD, step

FIRST = step("approve")
THEN = step("council", 'after = ["approve"]', bodies='bodies = ["lemvig", "skive"]')
LAST = step("tell", 'after = ["council"]', "note", 'bodies = ["kd-net"]')
OLD = (FIRST, THEN, LAST)


def text(*steps: str, version: int = 1) -> str:
    """A version of the route with these steps."""
    return HEAD.replace("version = 1", f"version = {version}") + "\n".join(steps)


def opened(**facts: Any) -> Desk:
    """A case along the first version, whose first step is open."""
    desk = Desk("2022-01-10", midtjylland_with(text(*OLD)))
    desk.open("own", **facts)
    return desk


def moves(desk: Desk, *steps: str, to: int = 2, reason: str | None = "nyt forløb") -> None:
    """The second version comes out, and the case moves to it."""
    desk.cases.organisation = midtjylland_with(text(*OLD), text(*steps, version=2))
    desk.commands("migrate", to_version=to, reason=reason)


def refused(desk: Desk, *steps: str) -> list[str | None]:
    """Of which steps the refusal tells, nothing being written."""
    before = desk.case.version
    with pytest.raises(SeveralConflictsError) as refusal:
        moves(desk, *steps)
    assert desk.case.version == before
    return [reason.what for reason in refusal.value.reasons]


def test_a_case_goes_on_along_the_new_version() -> None:
    """What is done stays, what is to come stands as the new version says it."""
    desk = opened()
    desk.answers("dassos", "approved")
    check = step("check", 'after = ["council"]', "note", 'bodies = ["takstgruppen"]')
    moves(desk, FIRST, THEN, check, step("tell", 'after = ["check"]', "note", 'bodies = ["dassos"]'))
    for body in ("lemvig", "skive"):
        desk.answers(body, "approved")
    desk.answers("takstgruppen", "noted")
    assert desk.case.waiting_for() == ["dassos"]
    desk.answers("dassos", "noted", step="tell")

    assert (desk.case.route.version, desk.case.status) == (2, Status.APPROVED)
    assert desk.case.round("approve", 1).result == "approved"


def test_the_process_takes_at_once_what_the_new_version_has_due() -> None:
    """A step that the new version no longer has before another is not waited for."""
    desk = opened()
    moves(desk, FIRST, THEN, step("tell", "", "note", 'bodies = ["kd-net"]'))

    assert desk.case.waiting_for() == ["dassos", "kd-net"]


def test_a_step_that_has_begun_keeps_whom_it_asks() -> None:
    """Also where the new version would ask more."""
    desk = opened()
    desk.answers("dassos", "approved")
    moves(desk, FIRST, step("council", 'after = ["approve"]', bodies='group = "councils"'), LAST)

    assert desk.case.waiting_for() == ["lemvig", "skive"]


def test_a_step_that_has_not_begun_asks_as_the_new_version_says() -> None:
    """Its group as it is today; who answered early has answered."""
    desk = opened()
    desk.answers("skive", "approved")
    moves(desk, FIRST, step("council", 'after = ["approve"]', bodies='group = "councils"'), LAST)
    desk.answers("dassos", "approved")

    assert len(desk.case.asked["council"]) == 19
    assert len(desk.case.waiting_for()) == 18


def test_bodies_added_by_hand_stay() -> None:
    """Where the step asks as before."""
    desk = opened()
    desk.commands("add_body", step="council", body="samsoe", reason="også berørt")
    moves(desk, *OLD)

    assert desk.case.asked["council"] == ["lemvig", "skive", "samsoe"]


def test_every_reason_is_told_at_once() -> None:
    """A step that is gone, and one that would have come before."""
    desk = opened()
    desk.answers("dassos", "approved")
    new = step("first", "", "note"), step("council", 'after = ["first"]', bodies='bodies = ["lemvig", "skive"]')

    assert refused(desk, step("approve", "", "note"), *new) == [
        "the step 'approve' has begun with 'approve', and the new version asks 'note'",
        "the step 'approve' has the answer 'approved', which the new version takes otherwise",
        "the step 'first' would have come before 'council', which has begun",
    ]


COUNCIL = 'bodies = ["lemvig", "skive"]'
ASKER = step("asker", "", "receive", 'bodies = ["takstgruppen"]')
OTHERWISE = step("council", 'opened_by = { step = "asker", outcome = "questions_asked" }', bodies=COUNCIL)
ALONE = step("tell", "", "note", 'bodies = ["kd-net"]')


@pytest.mark.parametrize(
    ("steps", "what"),
    [
        ((FIRST, ALONE), "the step 'council' has begun, and the new version has no such step"),
        (
            (FIRST, step("council", 'after = ["approve"]', bodies='bodies = ["lemvig"]'), LAST),
            "the step 'council' has asked or heard skive, whom the new version does not ask",
        ),
        (
            (step("approve", 'counts = { approved = "dissent" }'), THEN, LAST),
            "the step 'approve' has the answer 'approved', which the new version takes otherwise",
        ),
        (
            (FIRST, ASKER, OTHERWISE, ALONE),
            "the step 'council' has begun, and the new version opens it otherwise",
        ),
    ],
)
def test_what_has_begun_must_be_there_as_it_is(steps: tuple[str, ...], what: str) -> None:
    """Its step, whom it asked, what their answers mean, and how it opens."""
    desk = opened()
    desk.answers("dassos", "approved")

    assert refused(desk, *steps) == [what]


def test_an_early_answer_is_not_lost() -> None:
    """Neither with its step nor with its body."""
    desk = opened()
    desk.answers("kd-net", "noted", step="tell")

    assert refused(desk, FIRST, THEN) == [
        "the step 'tell' has early answers, and the new version has no such step",
    ]
    assert refused(desk, FIRST, THEN, step("tell", 'after = ["council"]', "note")) == [
        "the step 'tell' has asked or heard kd-net, whom the new version does not ask",
    ]


@pytest.mark.parametrize(
    "rest",
    [
        'when = [{ attribute = "kind", is = "closure" }]',
        'opened_by = { step = "approve", outcome = "postponed" }',
    ],
)
def test_a_step_before_one_that_has_begun_may_come_where_it_is_not_needed(rest: str) -> None:
    """Because of the case's attributes, or because only an outcome opens it."""
    desk = opened()
    desk.answers("dassos", "approved")
    extra = step("extra", rest, "note", 'bodies = ["kd-net"]')
    after = '["approve", "extra"]' if "when" in rest else '["approve"]'
    moves(desk, FIRST, extra, step("council", f"after = {after}", bodies='bodies = ["lemvig", "skive"]'), LAST)

    assert desk.case.route.version == 2


def test_a_result_on_which_the_new_version_ends_the_case_is_in_the_way() -> None:
    """The case went on from it."""
    desk = Desk("2022-01-10", midtjylland_with(text(step("approve", "", "support"), THEN)))
    desk.open("own")
    desk.answers("dassos", "not_supported")
    ends = step("approve", 'ends_on = ["not_supported"]', "support")
    desk.cases.organisation = midtjylland_with(text(step("approve", "", "support"), THEN), text(ends, THEN, version=2))

    with pytest.raises(SeveralConflictsError, match="with which the new version ends the case"):
        desk.commands("migrate", to_version=2)


def test_a_date_that_the_new_version_needs_must_be_there() -> None:
    """One of the reasons, told with the others."""
    due = step("tell", 'after = ["council"]\ndue = "attribute"\ndue_on = "by"', "note", 'bodies = ["kd-net"]')

    assert refused(opened(), step("approve", "", "note"), THEN, due) == [
        "the route 'own' needs the attribute by",
        "the step 'approve' has begun with 'approve', and the new version asks 'note'",
    ]
    desk = opened(attributes={"by": "2022-05-01"})
    moves(desk, FIRST, THEN, due)
    assert desk.case.route.version == 2


@pytest.mark.parametrize(("to", "kind"), [(1, ConflictError), (3, InvalidError)])
def test_a_case_moves_only_to_a_newer_version_that_there_is(to: int, kind: type[RefusalError]) -> None:
    """The refusal names the field."""
    with pytest.raises(kind) as refusal:
        moves(opened(), *OLD, to=to)

    assert refusal.value.field == "to_version"


def test_a_case_that_has_ended_keeps_its_version() -> None:
    """It has gone its way."""
    desk = opened()
    desk.commands("withdraw", "bortfaldet")

    with pytest.raises(CaseEndedError):
        moves(desk, *OLD)


def test_a_revision_under_way_goes_on() -> None:
    """The step that was sent back is asked again by the new version."""
    desk = opened()
    desk.answers("dassos", "returned")
    moves(desk, *OLD, reason=None)
    assert desk.case.waiting_for() == ["secretariat"]
    desk.commands("resubmit")

    assert desk.round("approve").number == 2


def test_an_inquiry_under_way_goes_on() -> None:
    """Whom it asks is asked still."""
    desk = opened()
    desk.commands("inquire", Inquiry(["samsoe"], "Hvor mange?", date(2022, 2, 1)))
    moves(desk, *OLD)

    assert desk.case.waiting_for() == ["dassos", "samsoe"]


def test_a_suspended_case_can_move() -> None:
    """It goes on along the new version when it is resumed."""
    desk = opened()
    desk.commands("suspend", "afventer")
    moves(desk, FIRST, THEN, step("tell", "", "note", 'bodies = ["kd-net"]'))
    assert desk.round("tell").state == StepState.WAITING
    desk.commands("resume")

    assert desk.round("tell").state == StepState.OPEN


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(route=routes(), data=st.data())
def test_moving_to_an_identical_version_changes_nothing_else(route: str, data: st.DataObject) -> None:
    """Whatever the route, and however far the case has come along it."""
    desk = Desk("2022-01-10", midtjylland_with(route))
    desk.open(
        "own", deadline=date(2022, 12, 1), attributes={**ATTRIBUTES, "places": data.draw(st.sampled_from([3, 12]))}
    )
    for _ in range(data.draw(st.integers(0, 12))):
        _something_happens(desk, data)
    before = desk.case
    if not before.is_open:
        return
    desk.cases.organisation = midtjylland_with(route, route.replace("version = 1", "version = 2", 1))
    desk.commands("migrate", to_version=2)

    assert _told(before) == _told(desk.case)
    assert desk.case.route.version == 2


def _something_happens(desk: Desk, data: st.DataObject) -> None:
    """Somebody who has a part in the case says something, or time passes."""
    if data.draw(st.booleans()):
        desk.let_pass(date.fromordinal(desk.now.toordinal() + data.draw(st.integers(1, 20))).isoformat())
    step_, current = data.draw(st.sampled_from(list(desk.case.current_rounds())))
    if current.answers:
        body = data.draw(st.sampled_from(sorted(current.answers)))
        outcome = data.draw(st.sampled_from([ASKS[step_.ask].plain_consent, *step_.outcomes]))
        due = date(2022, 12, 1) if outcome in WITH_DUE_DATE else None
        try:
            desk.answers(body, outcome, step=step_.id, due=due)
        except RefusalError:
            return


def _told(case: Case) -> dict[str, Any]:
    """Everything but the version of case and route."""
    told = case_document(case, 0)
    state = {key: value for key, value in vars(case).items() if key not in {"route_text", "commands"}}
    kept = {key: value for key, value in state.items() if not key.startswith("_")}
    return {**told, **kept, "version": 0, "route": told["route"]["id"], "modified_on": None}
