# SPDX-License-Identifier: EUPL-1.2
"""What bodies add to their answers: conditions that are met, waived, withdrawn or contradict, and tasks."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.additions import Addition
from domain.errors import (
    AbsentError,
    AmbiguousStepError,
    CaseEndedError,
    ConflictError,
    InvalidError,
    RefusalError,
)
from domain.settling import Unasked
from tests.domain.desk import Desk, midtjylland_with

TWO_STEPS = """
id = "own"
version = 1
name = { da = "Egen", en = "Own" }
source = "Kilde."
ending = { status = "approved", result_of = "b" }

[[steps]]
id = "a"
name = { da = "Første", en = "First" }
ask = "approve"
bodies = ["dassos", "kd-net"]
mode = "meeting"

[[steps]]
id = "b"
name = { da = "Andet", en = "Second" }
ask = "note"
bodies = ["dassos"]
mode = "meeting"
after = ["a"]
"""


def opened(route: str = TWO_STEPS) -> Desk:
    """A case of the two steps, with two versions of its papers."""
    desk = Desk(organisation=midtjylland_with(route))
    desk.open("own")
    for name in ("a.pdf", "b.pdf"):
        desk.commands("add_paper", name=name, sha256="0" * 64, size=10)
    return desk


def asked_for(*texts: str, **facts: Any) -> list[Addition]:
    """Conditions or tasks with these texts."""
    return [Addition(text=text, **facts) for text in texts]


def conditions(desk: Desk) -> list[tuple[int, str | None, str]]:
    """Every condition: its number, text and state."""
    return [(c.number, c.text, str(c.state)) for c in desk.case.conditions]


def tasks(desk: Desk) -> list[tuple[int, str | None, str]]:
    """Every task: its number, text and state."""
    return [(t.number, t.text, str(t.state)) for t in desk.case.tasks]


def test_conditions_and_tasks_are_numbered_through_the_case() -> None:
    """Each kind for itself, whoever set them, with all that was said."""
    desk = opened()
    desk.answers("dassos", "approved_on_condition", step="a", conditions=asked_for("x", "y"), tasks=asked_for("t"))
    desk.answers("kd-net", "approved", conditions=asked_for("z", kind="editorial", due=date(2025, 5, 1)))

    assert conditions(desk) == [(1, "x", "open"), (2, "y", "open"), (3, "z", "open")]
    assert tasks(desk) == [(1, "t", "open")]
    third = desk.case.conditions[2]
    assert (third.body, third.step, third.round, third.kind, third.due) == ("kd-net", "a", 1, "editorial", "2025-05-01")
    assert third.recorded_at == desk.now


@pytest.mark.parametrize(
    ("remark", "text"), [("Takstgruppen skal høres ", "Takstgruppen skal høres"), (" ", None), (None, None)]
)
def test_an_approval_on_condition_opens_one_even_where_none_is_listed(remark: str | None, text: str | None) -> None:
    """Its text is the remark, or it is not told; nothing is invented, and nothing refused."""
    desk = opened()
    desk.answers("dassos", "approved_on_condition", step="a", remark=remark)

    assert conditions(desk) == [(1, text, "open")]
    assert desk.case.conditions[0].kind == "material"


def test_a_condition_that_was_not_told_is_told_afterwards() -> None:
    """The first that is set afterwards takes the open place, the next is a further one."""
    desk = opened()
    desk.answers("dassos", "approved_on_condition", step="a")
    desk.commands("set_condition", "dassos", Addition(text="x", contact="Anna"))
    desk.commands("set_condition", "dassos", Addition(text="y"))

    assert conditions(desk) == [(1, "x", "open"), (2, "y", "open")]
    assert desk.case.conditions[0].contact == "Anna"


def test_a_condition_is_met_in_a_version_or_waived_with_a_reason() -> None:
    """And is then open no longer."""
    desk = opened()
    desk.answers("dassos", "approved", step="a", conditions=asked_for("x", "y"))
    desk.commands("meet_condition", 1, 2)
    desk.commands("waive_condition", 2, "Frafaldet på mødet")

    first, second = desk.case.conditions
    assert (first.state, first.version, first.settled_at) == ("met", 2, desk.now)
    assert (second.state, second.reason) == ("waived", "Frafaldet på mødet")


def test_a_correction_that_is_no_longer_on_condition_withdraws_it() -> None:
    """The condition stays on the record, and names the correction."""
    desk = opened()
    desk.answers("dassos", "approved_on_condition", "m1", step="a", tasks=asked_for("t"))
    desk.corrects("dassos", "m1", "approved", message_id="m2")

    assert conditions(desk) == [(1, None, "withdrawn")]
    assert tasks(desk) == [(1, "t", "withdrawn")]
    assert (desk.case.conditions[0].withdrawn_by, desk.case.tasks[0].withdrawn_by) == ("m2", "m2")


def test_a_correction_replaces_what_was_listed_and_keeps_what_it_lists_again() -> None:
    """The same text keeps its number and state; a correction of the correction finds them all."""
    desk = opened()
    desk.answers("dassos", "approved", "m1", step="a", conditions=asked_for("x", "y"))
    desk.commands("meet_condition", 1, 2)
    desk.corrects("dassos", "m1", "approved", message_id="m2", conditions=asked_for("x", "z"))
    assert conditions(desk) == [(1, "x", "met"), (2, "y", "withdrawn"), (3, "z", "open")]

    desk.corrects("dassos", "m1", "approved", message_id="m3")
    assert conditions(desk) == [(1, "x", "met"), (2, "y", "withdrawn"), (3, "z", "withdrawn")]
    assert [c.withdrawn_by for c in desk.case.conditions] == [None, "m2", "m3"]


def test_a_correction_still_on_condition_that_says_no_more_leaves_those_there_are() -> None:
    """Their reason has not gone: only the date was wrong."""
    desk = opened()
    desk.answers("dassos", "approved_on_condition", "m1", step="a")
    desk.commands("set_condition", "dassos", Addition(text="x"))
    desk.corrects("dassos", "m1", "approved_on_condition", decided_on=date(2025, 3, 17))

    assert conditions(desk) == [(1, "x", "open")]


def test_such_a_correction_opens_no_further_one_where_they_are_met() -> None:
    """What was settled stays so."""
    desk = opened()
    desk.answers("dassos", "approved_on_condition", "m1", step="a", conditions=asked_for("x"))
    desk.commands("meet_condition", 1, 2)
    desk.corrects("dassos", "m1", "approved_on_condition")

    assert conditions(desk) == [(1, "x", "met")]


def test_a_correction_to_on_condition_opens_one() -> None:
    """As the answer itself would have."""
    desk = opened()
    desk.answers("dassos", "approved", "m1", step="a")
    desk.corrects("dassos", "m1", "approved_on_condition", remark="x")

    assert conditions(desk) == [(1, "x", "open")]


def test_an_answer_that_stands_in_a_further_round_keeps_its_conditions() -> None:
    """A correction finds them there, and what is set afterwards tells the one that was not stated."""
    desk = opened()
    desk.answers("dassos", "approved_on_condition", "m1", step="a", tasks=asked_for("t"))
    desk.answers("kd-net", "approved")
    paper = {"name": "c.pdf", "sha256": "1" * 64, "size": 10}
    desk.commands("add_paper", **paper, change="material", material_for=["kd-net"])
    assert desk.answer_of("a", "dassos").stands_from == 1
    desk.commands("set_condition", "dassos", Addition(text="x"), step="a")
    assert conditions(desk) == [(1, "x", "open")]

    desk.corrects("dassos", "m1", "approved")

    assert (conditions(desk), tasks(desk)) == ([(1, "x", "withdrawn")], [(1, "t", "withdrawn")])


def test_a_correction_of_one_word_leaves_what_came_with_another() -> None:
    """A body that postponed with a task, and then approved on condition, has corrected the latter only."""
    desk = opened()
    desk.answers("dassos", "postponed", "m1", step="a", tasks=asked_for("t"))
    desk.answers("dassos", "approved", "m2", step="a", conditions=asked_for("x"))
    desk.corrects("dassos", "m2", "approved")

    assert conditions(desk) == [(1, "x", "withdrawn")]
    assert tasks(desk) == [(1, "t", "open")]


def contradicting() -> Desk:
    """A case in which two bodies want what cannot both be."""
    desk = opened()
    desk.answers("dassos", "approved", step="a", conditions=asked_for("x"))
    desk.answers("kd-net", "approved", conditions=asked_for("ikke x"))
    desk.commands("mark_contradiction", [1, 2], "Begge kan ikke opfyldes")
    return desk


def test_a_contradiction_is_settled_by_saying_which_stand() -> None:
    """The others are waived, with the reason."""
    desk = contradicting()
    desk.commands("settle_contradiction", 1, stand=[2], reason="Drøftet med begge")

    assert conditions(desk) == [(1, "x", "waived"), (2, "ikke x", "open")]
    settled = desk.case.contradictions[0]
    assert (settled.conditions, settled.stand, settled.settled_reason) == ([1, 2], [2], "Drøftet med begge")


def test_a_task_is_chased_and_done() -> None:
    """The times it was chased are counted; it is done on a day, by somebody."""
    desk = opened()
    desk.answers("dassos", "approved", step="a", tasks=asked_for("t", responsible="takstgruppen"))
    desk.commands("chase_task", 1)
    desk.turn_to("2025-03-20")
    desk.commands("chase_task", 1)
    desk.commands("finish_task", 1, done_on=date(2025, 3, 19), done_by="Takstgruppen")

    (task,) = desk.case.tasks
    assert (task.chased, task.chased_at) == (2, desk.now)
    assert (task.state, task.done_on, task.done_by) == ("done", "2025-03-19", "Takstgruppen")


def test_a_suspension_moves_the_dates_of_what_is_open() -> None:
    """By the days that the case stood still; of what is done it stays, and so does a meeting's."""
    desk = opened()
    due = date(2025, 5, 25)
    added = [Addition(text="a", due=due), Addition(text="b", due=due), Addition(text="c", meeting="2025-06-05")]
    desk.answers("dassos", "approved", conditions=added[:1], tasks=added, step="a")
    desk.commands("finish_task", 2)
    desk.commands("suspend", "afventer")
    desk.let_pass("2025-03-28")
    desk.commands("resume")

    assert [condition.due for condition in desk.case.conditions] == ["2025-06-04"]
    assert [(task.due, task.meeting) for task in desk.case.tasks] == [
        ("2025-06-04", None),
        ("2025-05-25", None),
        (None, "2025-06-05"),
    ]


def test_a_body_decides_unasked_also_on_a_closed_case() -> None:
    """Its decision stands there with its tasks, and may call others off."""
    desk = Desk()
    desk.open("orientering")
    desk.answers("dassos", "noted", tasks=asked_for("status"))
    assert not desk.case.is_open

    facts: dict[str, Any] = {"body": "takstgruppen", "decided_on": date(2025, 3, 18), "meeting_on": date(2025, 3, 18)}
    desk.commands("decide", Unasked(text="Nyt skema", tasks=asked_for("skema"), cancels=[1], **facts))

    (decision,) = desk.case.decisions
    assert (decision.number, decision.body, decision.tasks, decision.cancels) == (1, "takstgruppen", [2], [1])
    assert tasks(desk) == [(1, "status", "cancelled"), (2, "skema", "open")]
    assert desk.case.tasks[0].cancelled_by_decision == desk.case.tasks[1].decision == 1


def test_a_task_is_cancelled_by_a_body_or_a_decision() -> None:
    """A decision brings its own body with it."""
    desk = opened()
    desk.answers("dassos", "approved", step="a", tasks=asked_for("t", "u"))
    desk.commands("decide", Unasked(body="kd-net", text="Parkeres", decided_on=date(2025, 3, 18)))
    desk.commands("cancel_task", 1, reason="parkeret", decision=1)
    desk.commands("cancel_task", 2, reason="parkeret", body="dassos")

    cancelled = [(t.cancelled_by, t.cancelled_by_decision, t.reason) for t in desk.case.tasks]
    assert cancelled == [("kd-net", 1, "parkeret"), ("dassos", None, "parkeret")]


YESTERDAY, TOMORROW = date(2025, 3, 17), date(2025, 3, 19)
REFUSED: list[tuple[str, tuple[Any, ...], dict[str, Any], type[RefusalError], str]] = [
    ("set_condition", ("kkr-midtjylland", Addition(text="x")), {}, InvalidError, "body"),
    ("set_condition", ("dassos", Addition(text="x")), {"step": "c"}, InvalidError, "step"),
    ("set_condition", ("dassos", Addition(text=" ")), {}, InvalidError, "text"),
    ("set_condition", ("dassos", Addition(text="x", kind="vigtig")), {}, InvalidError, "kind"),
    ("set_condition", ("dassos", Addition(text="x", due=date(1850, 1, 1))), {}, InvalidError, "due"),
    ("meet_condition", (9, 1), {}, AbsentError, "condition"),
    ("meet_condition", (1, 3), {}, InvalidError, "version"),
    ("meet_condition", (3, 1), {}, ConflictError, "condition"),
    ("waive_condition", (1, " "), {}, InvalidError, "reason"),
    ("waive_condition", (3, "x"), {}, ConflictError, "condition"),
    ("mark_contradiction", ([1, 1],), {}, InvalidError, "conditions"),
    ("mark_contradiction", ([1, 9],), {}, AbsentError, "condition"),
    ("mark_contradiction", ([1, 2],), {}, ConflictError, "conditions"),
    ("settle_contradiction", (2,), {"stand": [1], "reason": "x"}, AbsentError, "contradiction"),
    ("settle_contradiction", (1,), {"stand": [3], "reason": "x"}, InvalidError, "stand"),
    ("settle_contradiction", (1,), {"stand": [1], "reason": ""}, InvalidError, "reason"),
    ("chase_task", (0,), {}, AbsentError, "task"),
    ("chase_task", (2,), {}, ConflictError, "task"),
    ("finish_task", (1,), {"done_on": TOMORROW}, InvalidError, "done_on"),
    ("cancel_task", (1,), {"reason": "x"}, InvalidError, "body"),
    ("cancel_task", (1,), {"reason": "x", "body": "atlantis"}, InvalidError, "body"),
    ("cancel_task", (1,), {"reason": "x", "decision": 7}, AbsentError, "decision"),
    ("cancel_task", (1,), {"reason": "", "body": "dassos"}, InvalidError, "reason"),
    ("decide", (Unasked(body="atlantis", text="x", decided_on=YESTERDAY),), {}, InvalidError, "body"),
    ("decide", (Unasked(body="dassos", text=" ", decided_on=YESTERDAY),), {}, InvalidError, "text"),
    ("decide", (Unasked(body="dassos", text="x", decided_on=TOMORROW),), {}, InvalidError, "decided_on"),
    ("decide", (Unasked(body="dassos", text="x", decided_on=YESTERDAY, cancels=[2]),), {}, ConflictError, "cancels"),
    (
        "decide",
        (Unasked(body="dassos", text="x", decided_on=YESTERDAY, tasks=[Addition(text="")]),),
        {},
        InvalidError,
        "tasks.0.text",
    ),
]


@pytest.mark.parametrize(("method", "values", "facts", "error", "field"), REFUSED)
def test_what_cannot_be_is_refused_by_its_field(
    method: str, values: tuple[Any, ...], facts: dict[str, Any], error: type[RefusalError], field: str
) -> None:
    """With what is wrong and how to mend it; nothing is written."""
    desk = contradicting()
    desk.answers("dassos", "noted", conditions=asked_for("z"), tasks=asked_for("t", "u"), step="b")
    desk.commands("waive_condition", 3, "x")
    desk.commands("finish_task", 2)
    before = desk.case.version

    with pytest.raises(error) as refusal:
        desk.commands(method, *values, **({"step": "a"} if method == "set_condition" else {}) | facts)

    assert (refusal.value.field, desk.case.version) == (field, before)
    assert refusal.value.what
    assert refusal.value.mend


def test_a_condition_afterwards_names_the_step_where_the_body_answered_several() -> None:
    """Else it could belong to either."""
    desk = contradicting()
    desk.answers("dassos", "noted")

    with pytest.raises(AmbiguousStepError):
        desk.commands("set_condition", "dassos", Addition(text="x"))


def test_a_withdrawn_case_takes_nothing_more() -> None:
    """Neither decisions nor what is done with tasks."""
    desk = contradicting()
    desk.commands("withdraw", "Trukket")

    for method, values in (
        ("decide", (Unasked(body="dassos", text="x", decided_on=YESTERDAY),)),
        ("waive_condition", (1, "x")),
        ("settle_contradiction", (1,)),
    ):
        with pytest.raises(CaseEndedError):
            desk.commands(method, *values, **({"stand": [1], "reason": "x"} if "settle" in method else {}))


def test_a_delay_sets_nothing() -> None:
    """It is no answer."""
    desk = opened()

    with pytest.raises(InvalidError):
        desk.delays("dassos", step="a", tasks=asked_for("t"))


def test_a_late_answers_condition_is_kept() -> None:
    """It changes no result, but it is on the record, open."""
    desk = Desk()
    desk.open()
    desk.until("agency")

    assert desk.answers("samsoe", "noted", conditions=asked_for("x")) == "late"
    assert conditions(desk) == [(1, "x", "open")]
